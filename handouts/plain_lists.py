"""A list in a CSV file in, its rows out, one by one."""

import csv
import re
from collections.abc import Iterator
from io import StringIO, TextIOWrapper
from itertools import count
from typing import BinaryIO, TextIO

from handouts.guessing import ENCODINGS, guess
from handouts.rows import MAX_BLANK_ROWS, MAX_COLUMNS, MAX_ROWS, CannotBeReadError, Flaw, Row, too_empty, too_wide

#: A line of a CSV file, in letters: beyond, it is something else, saved by mistake.
MAX_LINE = 500_000
#: A row of several lines, in letters.
MAX_ROW = 2_000_000
#: Most of them empty, or the list is no list.
MAX_CELLS = 20_000_000
#: How much of a CSV is looked at to see what separates its columns, in letters.
GLANCE = 20_000
SEPARATORS = ",;\t"
ANOTHER_WAY = "save the list as CSV UTF-8 or .xlsx"


def read_csv(stream: BinaryIO) -> Iterator[Row]:
    """Every row, empty ones too. CannotBeReadError where the rest is no list."""
    encoding = _encoding(stream)
    stream.seek(0)
    with TextIOWrapper(stream, encoding, errors="replace", newline="") as text:
        skip, separator = _separator(text.read(GLANCE))
        text.seek(0)
        text.read(skip)
        rows = _records(_Lines(text), separator)
        yield from _guessed(rows, ENCODINGS[encoding]) if encoding in ENCODINGS else rows


class _Lines(Iterator[str]):
    """The lines of a list; of one row, within quotation marks, there may be many, but not without end."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.of_row = 0

    def __next__(self) -> str:
        line = self._text.readline(MAX_LINE)
        if not line:
            raise StopIteration
        self.of_row += len(line)
        if self.of_row > MAX_ROW or (len(line) == MAX_LINE and line[-1] not in "\r\n"):
            raise CannotBeReadError("it has a line too long for a list", "save the list again as CSV UTF-8")
        return line


def _records(lines: _Lines, separator: str) -> Iterator[Row]:
    records = csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True)
    blank = cells = 0
    for number in count(1):
        lines.of_row = 0
        try:
            record = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(number, flaw=_broken(str(error)))
            continue
        cells += len(record)
        blank = 0 if any(record) else blank + 1
        if blank > MAX_BLANK_ROWS or number > MAX_ROWS:
            raise too_empty(number)
        if len(record) > MAX_COLUMNS:
            if cells > MAX_CELLS or any(record[MAX_COLUMNS:]):
                raise too_wide(number)
            record = record[:MAX_COLUMNS]
        yield Row(number, tuple(record))


def _broken(error: str) -> Flaw:
    quote = 'write " around the whole cell, and each " inside it twice'
    if "unexpected end" in error:
        return Flaw("a quotation mark opens here and is never closed, so all rows below stand inside it", quote)
    if "field larger" in error:
        return Flaw("a cell is far too long, or a quotation mark opens here and is not closed", quote)
    return Flaw("a quotation mark is not closed, or stands in the middle of a cell", quote)


# --- Letters -------------------------------------------------------------------------------


def _encoding(stream: BinaryIO) -> str:
    """How the letters are written; one of `ENCODINGS` was guessed. A sign that does not fit it will come out as U+FFFD."""
    start = stream.read(64)
    if start.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    even, odd = start[0::2], start[1::2]
    for zeros, letters, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros and zeros.count(0) == len(zeros) and not letters.count(0):
            return encoding
    try:
        for _ in _decoded(stream, "strict"):
            pass
    except UnicodeDecodeError:
        # Where some letters are good UTF-8, the rest was damaged on its way: it must not turn them all into others.
        return "utf-8" if any(not text.isascii() for text in _decoded(stream, "ignore")) else _guess(stream)
    return "utf-8"


def _decoded(stream: BinaryIO, errors: str) -> Iterator[str]:
    stream.seek(0)
    text = TextIOWrapper(stream, "utf-8", errors=errors, newline="")
    try:
        while some := text.read(GLANCE):
            yield some
    finally:
        text.detach()


def _guess(stream: BinaryIO) -> str:
    stream.seek(0)
    if encoding := guess(iter(lambda: stream.read(GLANCE), b"")):
        return encoding
    stream.seek(0)
    row = next(
        (n for n, line in enumerate(re.split(rb"\r\n|\r|\n", stream.read(MAX_LINE)), 1) if not line.isascii()), 0
    )
    where = f", such as those of line {row}," if row else ""
    what = f"it is not UTF-8, and its letters beyond A to Z{where} can be read in several ways"
    raise CannotBeReadError(what, ANOTHER_WAY)


def _guessed(rows: Iterator[Row], encoding: str) -> Iterator[Row]:
    """The same rows, and which of them shows best whether the letters were guessed rightly."""
    shown = False
    for row in rows:
        yield row
        if not shown:
            place = next((n for n, cell in enumerate(row.cells) if isinstance(cell, str) and not cell.isascii()), -1)
            if shown := place >= 0:
                what = f"the list is not UTF-8; its letters were read as {encoding}, here for example. If names look wrong, {ANOTHER_WAY}"
                yield Row(row.number, notice=what, place=place)


# --- Columns -------------------------------------------------------------------------------


def _separator(start: str) -> tuple[int, str]:
    """How many letters to skip, and what stands between cells: what makes the most of the first row that is not empty."""
    if named := re.match(rf"sep=([{SEPARATORS}])(?:\r\n|\r|\n)", start):
        return named.end(), named[1]

    def columns(separator: str) -> int:
        rows = csv.reader(StringIO(start, newline=""), delimiter=separator, skipinitialspace=True)
        try:
            return next(len(row) for row in rows if any(cell.strip(SEPARATORS + " ") for cell in row))
        except (StopIteration, csv.Error):
            return 0

    return 0, max(SEPARATORS, key=columns)
