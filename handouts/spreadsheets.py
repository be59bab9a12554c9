"""A list in a CSV or XLSX file in, its rows out, one by one; or the reason why they cannot be read.

Nothing raises for what stands in a file: a row, a cell or the whole list that cannot be read comes out as a Flaw.
"""

import csv
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO, TextIOWrapper
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO
from zipfile import BadZipFile, ZipFile

if TYPE_CHECKING:
    from openpyxl.cell import Cell as OpenCell
    from openpyxl.cell import MergedCell

MOST_BYTES = 200_000_000
#: What a spreadsheet program can hold. A row beyond was never typed.
LAST_ROW = 1_048_576
#: A line of a CSV file, in letters: beyond, it is something else, saved by mistake.
LONGEST_LINE = 500_000
#: How much of a CSV is looked at to see what separates its columns, in letters.
GLANCE = 20_000
#: Of a workbook, unpacked: 100,000 rows with long notes take half of it.
MOST_UNPACKED = 400_000_000
#: The parts of a workbook that are neither sheets nor words are read whole; so are the words.
MOST_OF_A_PART = 20_000_000
MOST_WORDS = 150_000_000
#: Lists shrink 10 to 30 times in a workbook; what shrinks more was made to burst.
MOST_SHRUNK = 200
SHEET_PART = re.compile(r"xl/(?:worksheets/[^/]+\.xml|media/.*)")
WORDS_PART = "xl/sharedStrings.xml"
#: How many rows are read ahead, so that the warnings of openpyxl are caught together.
AHEAD = 500
#: What a spreadsheet program writes for a sign that XML cannot hold.
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
SEPARATORS = ",;\t"


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why something cannot be used, and what to do instead. It never repeats what stands there."""

    what: str
    instead: str


#: A date only where the spreadsheet holds a true one.
Cell = str | date | Flaw


@dataclass(frozen=True, slots=True)
class Row:
    """One row, as a spreadsheet program counts: the first is 1. `flaw`: the row cannot be read; row 0 is the list as a whole."""

    number: int
    cells: tuple[Cell, ...] = ()
    flaw: Flaw | None = None


class _CannotBeRead(Exception):  # noqa: N818  it never leaves this room
    def __init__(self, what: str, instead: str) -> None:
        super().__init__(what)
        self.flaw = Flaw(what, instead)


def read_rows(file: Path) -> Iterator[Row]:
    """Every row of a list, empty ones too; what the file begins with counts, not its name. A row 0 is the last to come."""
    try:
        _look_at(file)
        with file.open("rb") as stream:
            yield from _workbook(stream) if _is_workbook(stream) else _plain(stream)
    except _CannotBeRead as error:
        yield Row(0, flaw=error.flaw)
    except OSError as error:
        what = f"it cannot be read ({error.strerror or 'the disk did not answer'})"
        instead = "check that you may open it, and close it in your spreadsheet program"
        yield Row(0, flaw=Flaw(what, instead))


def _look_at(file: Path) -> None:
    if not file.is_file():
        raise _CannotBeRead("there is no such file", "check its name, and that it is a file")
    if file.stat().st_size > MOST_BYTES:
        raise _CannotBeRead(f"it is larger than {MOST_BYTES // 1_000_000} MB", "split it into several lists")


def _is_workbook(stream: BinaryIO) -> bool:
    start = stream.read(8)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        locked = "EncryptedPackage".encode("utf-16-le") in start + stream.read()
        raise _CannotBeRead(
            *("it is locked with a password", "take the password away and save it again")
            if locked
            else ("it is a workbook of the old kind (.xls)", "save it as .xlsx or as CSV UTF-8")
        )
    stream.seek(0)
    return start.startswith(b"PK\x03\x04")


# --- CSV -----------------------------------------------------------------------------------


def _plain(stream: BinaryIO) -> Iterator[Row]:
    encoding = _encoding(stream)
    stream.seek(0)
    with TextIOWrapper(stream, encoding, errors="replace", newline="") as text:
        skip, separator = _separator(text.read(GLANCE))
        text.seek(0)
        text.read(skip)
        records = csv.reader(_lines(text), delimiter=separator, strict=True, skipinitialspace=True)
        yield from _records(records)


def _records(records: Iterator[list[str]]) -> Iterator[Row]:
    for number in count(1):
        try:
            yield Row(number, tuple(next(records)))
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(number, flaw=_broken(str(error)))


def _lines(text: TextIO) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            raise _CannotBeRead("it has a line too long for a list", "save the list again as CSV UTF-8")
        yield line


def _broken(error: str) -> Flaw:
    quote = 'write " around the whole cell, and each " inside it twice'
    if "unexpected end" in error:
        return Flaw("a quotation mark opens here and is never closed, so all rows below stand inside it", quote)
    if "field larger" in error:
        return Flaw("a cell is far too long, or a quotation mark opens here and is not closed", quote)
    return Flaw("a quotation mark is not closed, or stands in the middle of a cell", quote)


def _encoding(stream: BinaryIO) -> str:
    """How the letters are written. A sign that does not fit it will come out as U+FFFD."""
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
        return "utf-8" if any(not text.isascii() for text in _decoded(stream, "ignore")) else "cp1252"
    return "utf-8"


def _decoded(stream: BinaryIO, errors: str) -> Iterator[str]:
    stream.seek(0)
    text = TextIOWrapper(stream, "utf-8", errors=errors, newline="")
    try:
        while some := text.read(GLANCE):
            yield some
    finally:
        text.detach()


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


# --- XLSX ----------------------------------------------------------------------------------


def _workbook(stream: BinaryIO) -> Iterator[Row]:
    _weigh(stream)
    stream.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from openpyxl import load_workbook  # noqa: PLC0415  late: it takes time, and most lists are CSV

            book = load_workbook(stream, read_only=True, keep_links=False)
        except Exception:  # noqa: BLE001  openpyxl raises whatever a broken file makes it stumble on
            raise _damaged() from None
    try:
        sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
        if sheet is None:
            raise _CannotBeRead("the workbook has no sheet that can be seen", "put the list on its first sheet")
        sheet.reset_dimensions()  # what a program says of the size of a sheet may be wrong
        for number, cells in enumerate(_quietly(sheet.iter_rows()), 1):
            if number > LAST_ROW:
                raise _damaged()
            yield Row(number, tuple(map(_cell, cells)))
    finally:
        book.close()


def _weigh(stream: BinaryIO) -> None:
    """Refuse what would fill the memory, before anything is unpacked. zipfile unpacks no more than is declared."""
    try:
        with ZipFile(stream) as packed:
            parts = packed.infolist()
    except (BadZipFile, ValueError, NotImplementedError):
        raise _damaged() from None
    if any(part.flag_bits & 1 for part in parts):
        raise _CannotBeRead("it is locked with a password", "take the password away and save it again")
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise _CannotBeRead("it is not a workbook of the kind .xlsx", "save it as .xlsx or as CSV UTF-8")
    heavy = sum(part.file_size for part in parts) > MOST_UNPACKED
    if heavy or any(_bursts(part.filename, part.file_size, part.compress_size) for part in parts):
        raise _CannotBeRead("it is far too large when unpacked", "copy the list alone to a new workbook")


def _bursts(name: str, size: int, packed: int) -> bool:
    most = MOST_WORDS if name == WORDS_PART else MOST_UNPACKED if SHEET_PART.fullmatch(name) else MOST_OF_A_PART
    return size > most or size > MOST_SHRUNK * max(packed, MOST_OF_A_PART // MOST_SHRUNK)


Cells = tuple["OpenCell | MergedCell", ...]


def _quietly(rows: Iterable[Cells]) -> Iterator[Cells]:
    """The same rows, without the warnings of openpyxl: they say what stands in a cell."""
    source = iter(rows)
    more = True
    while more:
        ahead: list[Cells] = []
        failed = False
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                ahead.extend(islice(source, AHEAD))
            except Exception:  # noqa: BLE001  openpyxl raises whatever a broken file makes it stumble on
                failed = True
        yield from ahead
        more = bool(ahead)
        if failed:
            raise _damaged()


def _damaged() -> _CannotBeRead:
    return _CannotBeRead(
        "the workbook is damaged, or of a kind that cannot be read",
        "open it in a spreadsheet program and save it again as .xlsx or as CSV UTF-8",
    )


FLAWS = {
    "f": Flaw("it is a formula", "copy the column and paste its values in its place"),
    "e": Flaw("it is an error of the spreadsheet program", "correct it there, or empty the cell"),
}
NO_WORDS = Flaw("it is neither words nor a number nor a day", "make the cell a text, and write it again")


def _cell(cell: "OpenCell | MergedCell") -> Cell:
    flaw = FLAWS.get(cell.data_type)
    return "" if cell.value is None else flaw or _value(cell.value)


def _value(value: object) -> Cell:
    if isinstance(value, str):
        return ESCAPED.sub(lambda escaped: chr(int(escaped[1], 16)), value) if "_x" in value else value
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value) if isinstance(value, int) else NO_WORDS
