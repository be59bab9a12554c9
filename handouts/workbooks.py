"""A list in a workbook (.xlsx) in, its rows out as the person at the desk sees them, one by one."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from handouts.number_formats import shown_number, shown_text
from handouts.rows import (
    MAX_BLANK_ROWS,
    MAX_CELL,
    MAX_COLUMNS,
    CannotBeReadError,
    Cell,
    CountHeadings,
    Flaw,
    Row,
    too_empty,
)
from handouts.workbook_parts import (
    Contents,
    Range,
    RawCell,
    Sheet,
    Styles,
    damaged,
    read_cells,
    read_contents,
    read_merged,
    read_strings,
    read_styles,
    too_large,
)

#: Of a workbook, unpacked: 100,000 rows with long notes take half of it.
MAX_UNPACKED = 400_000_000
#: The parts of a workbook that are neither sheets nor words.
MAX_PART = 20_000_000
MAX_WORDS = 80_000_000
#: Lists shrink 10 to 30 times in a workbook; what shrinks more was made to burst.
MAX_SHRINKAGE = 200
MAX_SHEETS = 200
#: The table of what a packed file holds, in bytes.
MAX_TABLE = 2_000_000
TABLE_END = b"PK\x05\x06"
SHEET_PART = re.compile(r"xl/(?:worksheets/[^/]+\.xml|media/.*)")
WORDS_PART = "xl/sharedStrings.xml"
#: What a spreadsheet program writes for a sign that XML cannot hold.
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
#: Rows in which the headings must stand; of the first thousand of a sheet.
HEAD = 10
GLANCE = 1000

FORMULA = Flaw("it is a formula", "copy the column and paste its values in its place")
ERROR = Flaw("it is an error of the spreadsheet program", "correct it there, or empty the cell")
NO_WORDS = Flaw("it is neither words nor a number nor a day", "make the cell a text, and write it again")
NOT_AS_SHOWN = Flaw(
    "it is a number, and how its cell shows it is not certain", "make the cell a text, and write it again"
)
TOO_LONG = Flaw(f"it has more than {MAX_CELL:,} letters", "shorten it")
MERGED = Flaw("it is merged with the cells beside it", "unmerge the cells, and write each of them")


def read_workbook(stream: BinaryIO, count_headings: CountHeadings) -> Iterator[Row]:
    """Every row of the sheet that can be meant, empty ones too. CannotBeReadError where the rest is no list."""
    try:
        _weigh(stream)
        with ZipFile(stream) as archive:
            contents = read_contents(archive)
            book = _Book(archive, contents)
            sheet, notice = _choose(book, contents, count_headings)
            if notice:
                yield Row(0, notice=notice)
            yield from book.rows(sheet, book.merged(sheet))
    except (CannotBeReadError, OSError):
        raise
    except Exception:  # noqa: BLE001  whatever a broken file makes us, zipfile or expat stumble on
        raise damaged() from None


def _weigh(stream: BinaryIO) -> None:
    """Refuse what would fill the memory, before anything is unpacked. zipfile unpacks no more than is declared."""
    stream.seek(0, 2)
    stream.seek(max(0, stream.tell() - (1 << 16) - 22))
    _, found, end = stream.read().rpartition(TABLE_END)
    if found and int.from_bytes(end[8:12], "little") > MAX_TABLE:
        raise too_large()
    stream.seek(0)
    try:
        with ZipFile(stream) as packed:
            parts = packed.infolist()
    except (BadZipFile, ValueError, NotImplementedError):
        raise damaged() from None
    if any(part.flag_bits & 1 for part in parts):
        raise CannotBeReadError("it is locked with a password", "take the password away and save it again")
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise CannotBeReadError("it is not a workbook of the kind .xlsx", "save it as .xlsx or as CSV UTF-8")
    heavy = sum(part.file_size for part in parts) > MAX_UNPACKED
    if heavy or any(_bursts(part.filename, part.file_size, part.compress_size) for part in parts):
        raise too_large()


def _bursts(name: str, size: int, packed: int) -> bool:
    most = MAX_WORDS if name == WORDS_PART else MAX_UNPACKED if SHEET_PART.fullmatch(name) else MAX_PART
    return size > most or size > MAX_SHRINKAGE * max(packed, MAX_PART // MAX_SHRINKAGE)


# --- Which sheet ---------------------------------------------------------------------------


def _choose(book: "_Book", contents: Contents, count_headings: CountHeadings) -> tuple[Sheet, str]:
    """The one sheet that can be meant, and what to tell of it if there are others."""
    seen = [sheet for sheet in contents.sheets if sheet.is_visible]
    if not seen:
        raise CannotBeReadError("the workbook has no sheet that can be seen", "put the list on its first sheet")
    if len(seen) == 1:
        return seen[0], ""
    if len(seen) > MAX_SHEETS:
        raise CannotBeReadError(f"it has {len(seen):,} sheets", "copy the list alone to a new workbook")
    heads = {
        sheet: list(islice(filter(_has_anything, islice(book.rows(sheet, []), GLANCE)), HEAD + 1)) for sheet in seen
    }
    filled = [sheet for sheet in seen if heads[sheet]]
    headed = [sheet for sheet in filled if _has_headings(heads[sheet], count_headings)]
    meant = [sheet for sheet in headed if len(heads[sheet]) > 1] or headed or filled or seen[:1]
    if len(meant) == 1:
        return meant[0], f"of {len(seen)} sheets, the one that was read is {_titled(meant[0])}"
    if not headed:
        what = f"none of its {len(filled)} sheets has a row that names the columns"
        raise CannotBeReadError(what, "name the columns above the list, such as name, topics")
    some = " or ".join(_titled(sheet) for sheet in meant[:3])
    opens = contents.sheets[contents.opens_on] if contents.opens_on < len(contents.sheets) else None
    hint = f" (it opens on {_titled(opens)})" if opens in meant else ""
    raise CannotBeReadError(f"the list could be its sheet {some}{hint}", "hide or delete those that are not meant")


def _has_anything(row: Row) -> bool:
    return any(cell != "" for cell in row.cells)


def _has_headings(head: Sequence[Row], count_headings: CountHeadings) -> bool:
    return count_headings(head[0].cells) > 0 or any(count_headings(row.cells) > 1 for row in head)


def _titled(sheet: Sheet | None) -> str:
    title = sheet.title if sheet else ""
    return f"“{''.join(sign for sign in title if sign.isprintable())[:31]}”"


# --- What a cell shows ---------------------------------------------------------------------


class _Book:
    """Reads the sheets of a workbook, with the words and formats that they share."""

    def __init__(self, archive: ZipFile, contents: Contents) -> None:
        self._archive = archive
        names = frozenset(archive.namelist())
        self._strings: list[str] = []
        self._struck: set[int] = set()
        if contents.strings in names:
            with archive.open(contents.strings) as stream:
                self._strings, self._struck = read_strings(stream)
        styles = Styles()
        if contents.styles in names:
            with archive.open(contents.styles) as stream:
                styles = read_styles(stream)
        self._cells = _Cells(styles, self._strings, from_1904=contents.from_1904)

    def merged(self, sheet: Sheet) -> list[Range]:
        with self._archive.open(sheet.part) as stream:
            return read_merged(stream)

    def rows(self, sheet: Sheet, ranges: Sequence[Range]) -> Iterator[Row]:
        """Every row of a sheet, with what shows in its merged cells."""
        merged = _Merged(ranges)
        above = 0
        with self._archive.open(sheet.part) as stream:
            for number, found in read_cells(stream, self._struck):
                if number - above > MAX_BLANK_ROWS:
                    raise too_empty(number)
                if not found and not merged:
                    continue
                yield from map(Row, range(above + 1, number))
                yield self._row(number, found, merged)
                above = number

    def _row(self, number: int, found: list[RawCell], merged: "_Merged") -> Row:
        cells: list[Cell] = [""] * (1 + max((cell.place for cell in found), default=-1))
        for cell in found:
            cells[cell.place] = self._cells.shown(cell)
        struck = tuple(cell.place for cell in found if cell.is_struck or self._cells.is_struck(cell.style))
        return Row(number, tuple(merged.filled(number, cells)), struck=struck)


class _Cells:
    """What the person at the desk sees in a cell."""

    def __init__(self, styles: Styles, strings: list[str], *, from_1904: bool) -> None:
        from openpyxl.styles.numbers import (  # noqa: PLC0415  late: it takes time, and most lists are CSV
            BUILTIN_FORMATS,
            is_date_format,
            is_timedelta_format,
        )

        codes = [styles.codes.get(n, BUILTIN_FORMATS.get(n, "General")) for n in styles.formats]
        dates = {code: bool(is_date_format(code)) for code in set(codes)}
        self._codes = codes
        self._is_date = [dates[code] for code in codes]
        self._is_span = [dates[code] and bool(is_timedelta_format(code)) for code in codes]
        self._strings = strings
        self._from_1904 = from_1904
        self.is_struck = styles.is_struck
        self._words = lru_cache(5_000)(self._new_words)

    def shown(self, cell: RawCell) -> Cell:
        """The words, or the day, of a cell that is not empty."""
        if cell.is_formula:
            return FORMULA
        code = self._codes[cell.style] if cell.style < len(self._codes) else "General"
        if cell.kind in WORDS:
            return self._words(self._strings[int(cell.text)] if cell.kind == "s" else cell.text, code)
        if cell.kind in OTHERS:
            return OTHERS[cell.kind](cell.text)
        value = int(cell.text) if cell.text.lstrip("-").isdecimal() else float(cell.text)
        if cell.style < len(self._is_date) and self._is_date[cell.style]:
            return self._day(value, is_span=self._is_span[cell.style])
        return shown_number(value, code) or NOT_AS_SHOWN

    def _new_words(self, text: str, code: str) -> Cell:
        if len(text) > MAX_CELL:
            return TOO_LONG
        shown = shown_text(text, code)
        if shown is None:
            return Flaw("its cell has a format that hides it", "give the cell the format “Text”")
        return ESCAPED.sub(lambda found: chr(int(found[1], 16)), shown) if "_x" in shown else shown

    def _day(self, value: float, *, is_span: bool) -> Cell:
        from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel  # noqa: PLC0415

        try:
            found = from_excel(value, MAC_EPOCH if self._from_1904 else WINDOWS_EPOCH, timedelta=is_span)
        except (OverflowError, ValueError):
            return ERROR
        return found.date() if isinstance(found, datetime) else NO_WORDS


def _iso(text: str) -> Cell:
    try:
        return datetime.fromisoformat(text.removesuffix("Z")).date()
    except ValueError:
        return NO_WORDS


WORDS = frozenset({"s", "str", "inlineStr"})
#: What is neither words nor a number, by its kind.
OTHERS: Mapping[str, Callable[[str], Cell]] = {
    "e": lambda _: ERROR,
    "b": lambda text: "TRUE" if int(text) else "FALSE",
    "d": _iso,
}


# --- Merged cells --------------------------------------------------------------------------


class _Merged:
    """Fills cells that are merged downwards with what they show; those merged sideways belong to no one column."""

    def __init__(self, ranges: Sequence[Range]) -> None:
        self._to_come = list(reversed(ranges))
        self._open: list[tuple[Range, Cell]] = []

    def __bool__(self) -> bool:
        return bool(self._to_come or self._open)

    def filled(self, number: int, cells: list[Cell]) -> list[Cell]:
        """The cells of a row, which is not the row of a person if it holds nothing of its own."""
        self._open = [one for one in self._open if one[0][2] >= number]
        is_blank = not any(cell != "" for cell in cells)
        while self._to_come and self._to_come[-1][0] <= number:
            one = self._to_come.pop()
            if one[0] == number and (shown := _at(cells, one[1])) != "":
                self._open.append((one, shown))
        if len(self._open) > MAX_COLUMNS:
            raise damaged()
        for (top, left, _, right), shown in [] if is_blank else self._open:
            if left == right and number == top:
                continue
            last = min(right, MAX_COLUMNS - 1)
            cells += [""] * (last + 1 - len(cells))
            cells[left : last + 1] = [shown if left == right else MERGED] * (last + 1 - left)
        return cells


def _at(cells: Sequence[Cell], place: int) -> Cell:
    return cells[place] if place < len(cells) else ""
