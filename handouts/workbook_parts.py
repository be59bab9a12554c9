"""The parts of a workbook (.xlsx) in, what stands in them out: its sheets, words, formats, and the cells of a sheet, row by row.

They are read as a stream: a sheet of a hundred thousand rows takes no memory, and one that was made to burst is left early.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO
from xml.parsers.expat import ParserCreate
from zipfile import ZipFile

from handouts.rows import MAX_CELL, MAX_COLUMNS, MAX_ROWS, CannotBeReadError, too_wide

CHUNK = 1 << 16
MAX_STRINGS = 1_000_000
#: What spreadsheet programs can hold.
MAX_FORMATS = 65_536
#: A hundred thousand rows of all our columns, each with its words, take so many.
MAX_TAGS = 8_000_000
#: Most of them empty.
MAX_CELLS = 2_500_000
#: In bytes, with what stands behind it.
MAX_TAG = 1_000_000
MAX_DEPTH = 10_000
MAX_MERGED = 100_000
MERGED = re.compile(rb"""mergeCell\s[^<>]*?ref=["']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})""")
SHEET_END = re.compile(rb"</(?:\w+:)?sheetData\s*>|<(?:\w+:)?sheetData\s*/>")

Attributes = Mapping[str, str]
Start = Callable[[str, Attributes], object]
End = Callable[[str], object]


def damaged() -> CannotBeReadError:
    return CannotBeReadError(
        "the workbook is damaged, or of a kind that cannot be read",
        "open it in a spreadsheet program and save it again as .xlsx or as CSV UTF-8",
    )


def too_large() -> CannotBeReadError:
    return CannotBeReadError("it is far too large when unpacked", "copy the list alone to a new workbook")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook: its name, whether it can be seen, and the part that it is."""

    title: str
    is_visible: bool
    part: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a workbook says it holds. `opens_on` counts its sheets from 0; `from_1904`: its days are counted from that year."""

    sheets: tuple[Sheet, ...]
    strings: str
    styles: str
    opens_on: int
    from_1904: bool


@dataclass(slots=True)
class Styles:
    """By the number of a style: the format of numbers in it, and whether a line goes through its words."""

    formats: list[int] = field(default_factory=list)
    fonts: list[int] = field(default_factory=list)
    codes: dict[int, str] = field(default_factory=dict)
    struck_fonts: set[int] = field(default_factory=set)

    def is_struck(self, style: int) -> bool:
        return style < len(self.fonts) and self.fonts[style] in self.struck_fonts


@dataclass(slots=True)
class RawCell:
    """A cell as it stands in the part: what kind of value it is, and its words. `style` is a number of `Styles`."""

    place: int
    kind: str
    style: int
    text: str = ""
    is_formula: bool = False
    is_struck: bool = False


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    """A part in pieces; one with too many tags, or tags too long or too deep, was made to burst and ends here."""
    tags = cells = deep = since = 0
    while chunk := stream.read(CHUNK):
        found = chunk.count(b"<")
        tags += found
        cells += chunk.count(b"<c ") + chunk.count(b":c ")
        deep += found - 2 * chunk.count(b"</") - chunk.count(b"/>") - chunk.count(b"<?") - chunk.count(b"<!")
        since = 0 if found else since + len(chunk)
        if tags > MAX_TAGS or cells > MAX_CELLS:
            raise too_large()
        if deep > MAX_DEPTH or since > MAX_TAG:
            raise damaged()
        yield chunk


def _feed(stream: IO[bytes], start: Start, end: End | None = None, text: Callable[[str], object] | None = None) -> Iterator[None]:  # fmt: skip
    """Have a part read piece by piece, and its tags told without the prefix that all of them have, if any."""

    def no_doctype(*_: object) -> None:
        raise damaged()

    def first(name: str, found: Attributes) -> None:
        cut = len(name.rpartition(":")[0]) + (":" in name)
        parser.StartElementHandler = (lambda name, found: start(name[cut:], found)) if cut else start
        parser.EndElementHandler = (lambda name: end(name[cut:])) if cut and end else end
        start(name[cut:], found)

    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = no_doctype
    parser.StartElementHandler = first
    parser.CharacterDataHandler = text
    for chunk in _chunks(stream):
        parser.Parse(chunk)
        yield
    parser.Parse(b"", True)


def _drain(steps: Iterator[None]) -> None:
    for _ in steps:
        pass


def _is_on(value: str | None) -> bool:
    return value not in {"0", "false", "off"}


def _link(found: Attributes, name: str) -> str:
    """An attribute that has a prefix, whatever that is."""
    return next((value for key, value in found.items() if key.rpartition(":")[2] == name and ":" in key), "")


def read_contents(archive: ZipFile) -> Contents:
    """Which sheets there are, and where they and what they share stand."""
    targets: dict[str, tuple[str, str]] = {}

    def relation(name: str, found: Attributes) -> None:
        if name == "Relationship":
            target = found.get("Target", "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target.removeprefix('./')}"
            targets[found.get("Id", "")] = found.get("Type", "").rpartition("/")[2], part

    with archive.open("xl/_rels/workbook.xml.rels") as stream:
        _drain(_feed(stream, relation))
    sheets: list[Sheet] = []
    view = {"activeTab": "0"}
    epoch = {"date1904": "0"}

    def entry(name: str, found: Attributes) -> None:
        if name == "sheet":
            kind, part = targets.get(_link(found, "id"), ("", ""))
            is_list = kind == "worksheet"
            sheets.append(Sheet(found.get("name", ""), is_list and found.get("state", "visible") == "visible", part))
        elif name == "workbookView":
            view.update(found)
        elif name == "workbookPr":
            epoch.update(found)

    with archive.open("xl/workbook.xml") as stream:
        _drain(_feed(stream, entry))
    by_kind = dict(targets.values())
    return Contents(
        tuple(sheets),
        by_kind.get("sharedStrings", ""),
        by_kind.get("styles", ""),
        int(view["activeTab"]),
        _is_on(epoch["date1904"]),
    )


def read_strings(stream: IO[bytes]) -> tuple[list[str], set[int]]:
    """The words that cells share, and which of them have a line through them."""
    strings: list[str] = []
    known: dict[str, str] = {}
    struck: set[int] = set()
    words = _Words()

    def end(name: str) -> None:
        if name == "si":
            if len(strings) >= MAX_STRINGS:
                raise too_large()
            if words.is_struck:
                struck.add(len(strings))
            text = words.take()
            strings.append(known.setdefault(text, text))
        else:
            words.end(name)

    _drain(_feed(stream, words.start, end, words.text))
    return strings, struck


class _Words:
    """Gathers the words of a text of several pieces; how they are read aloud (in Japanese) is no part of them."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._is_inside = False
        self._is_aloud = False
        self.is_struck = False

    def start(self, name: str, found: Attributes) -> None:
        if name == "t":
            self._is_inside = not self._is_aloud
        elif name == "rPh":
            self._is_aloud = True
        elif name == "strike":
            self.is_struck = self.is_struck or _is_on(found.get("val"))

    def end(self, name: str) -> None:
        if name == "t":
            self._is_inside = False
        elif name == "rPh":
            self._is_aloud = False

    def text(self, data: str) -> None:
        if self._is_inside and self._length <= MAX_CELL:
            self._pieces.append(data)
            self._length += len(data)

    def take(self) -> str:
        whole = "".join(self._pieces)
        self.__init__()  # type: ignore[misc]
        return whole


def read_styles(stream: IO[bytes]) -> Styles:
    """How cells show what stands in them."""
    styles = Styles()
    inside = [""]
    font = [-1]

    def start(name: str, found: Attributes) -> None:
        if name in {"fonts", "cellXfs", "cellStyleXfs", "dxfs"}:
            inside[0] = name
        elif name == "numFmt" and inside[0] != "dxfs":
            styles.codes[int(found["numFmtId"])] = found.get("formatCode", "")
        elif name == "font" and inside[0] == "fonts":
            font[0] += 1
        elif name == "strike" and inside[0] == "fonts" and _is_on(found.get("val")):
            styles.struck_fonts.add(font[0])
        elif name == "xf" and inside[0] == "cellXfs":
            styles.formats.append(int(found.get("numFmtId", "0")))
            styles.fonts.append(int(found.get("fontId", "0")))
        if max(len(styles.formats), len(styles.codes), font[0]) > MAX_FORMATS:
            raise too_large()

    _drain(_feed(stream, start))
    return styles


# --- Sheets --------------------------------------------------------------------------------

#: The corners of merged cells: first row, first place, last row, last place.
Range = tuple[int, int, int, int]


def read_merged(stream: IO[bytes]) -> list[Range]:
    """The merged cells of a sheet, which it tells last; a sheet with too much in it is refused before it is read."""
    tail, is_behind = b"", False
    found: list[Range] = []
    for chunk in _chunks(stream):
        if chunk.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise damaged()  # no spreadsheet program writes its parts in UTF-16
        tail += chunk
        if not is_behind and (end := SHEET_END.search(tail)):
            is_behind, tail = True, tail[end.end() :]
        if is_behind:
            *whole, tail = tail.rpartition(b">")
            found += [
                (int(top), column_place(left.decode()), int(bottom), column_place(right.decode()))
                for left, top, right, bottom in MERGED.findall(b"".join(whole))
            ]
        tail = tail[-1000:]
        if len(found) > MAX_MERGED:
            raise too_large()
    return sorted(found)


@lru_cache(20_000)
def column_place(letters: str) -> int:
    """Where a column stands, from 0."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def read_cells(stream: IO[bytes], struck: set[int]) -> Iterator[tuple[int, list[RawCell]]]:
    """The rows of a sheet that have anything in them: their numbers, and cells that are not empty."""
    reader = _Cells(struck)
    for _ in _feed(stream, reader.start, reader.end, reader.text):
        yield from reader.rows
        reader.rows.clear()
    yield from reader.rows


class _Cells:
    """Gathers the cells of a sheet; `rows` are those that are whole."""

    def __init__(self, struck: set[int]) -> None:
        self.rows: list[tuple[int, list[RawCell]]] = []
        self._struck = struck
        self._number = 0
        self._place = -1
        self._row: list[RawCell] = []
        self._begun: Attributes = {}
        self._cell: RawCell | None = None
        self._value: list[str] | None = None
        self._words = _Words()

    def start(self, name: str, found: Attributes) -> None:
        if name == "c":
            self._begun = found
            if "r" not in found:
                self._place += 1
        elif name == "v":
            self._begin_cell()
            self._value = []
        elif name == "is":
            self._begin_cell()
        elif name == "f":
            self._begin_cell().is_formula = True
        elif name == "row":
            number = int(found.get("r", self._number + 1))
            if not self._number < number <= MAX_ROWS:
                raise damaged()
            self._number, self._place, self._row = number, -1, []
        elif self._cell:
            self._words.start(name, found)

    def _begin_cell(self) -> RawCell:
        """The cell, now that something stands in it: most of those that are named are empty."""
        if self._cell is None:
            if at := self._begun.get("r", ""):
                self._place = column_place(at.rstrip("0123456789"))
            self._cell = RawCell(self._place, self._begun.get("t", "n"), int(self._begun.get("s", "0")))
        return self._cell

    def end(self, name: str) -> None:
        if name == "v" and self._cell and self._value is not None:
            self._cell.text, self._value = "".join(self._value), None
        elif name == "c" and self._cell:
            self._end_cell(self._cell)
            self._cell = None
        elif name == "row":
            self.rows.append((self._number, self._row))
        elif self._cell:
            self._words.end(name)

    def text(self, data: str) -> None:
        if self._value is not None:
            self._value.append(data)
        elif self._cell:
            self._words.text(data)

    def _end_cell(self, cell: RawCell) -> None:
        if cell.kind == "inlineStr":
            cell.is_struck = self._words.is_struck
            cell.text = self._words.take()
        elif cell.kind == "s" and self._struck and cell.text:
            cell.is_struck = int(cell.text) in self._struck
        if cell.text or cell.is_formula:
            if cell.place >= MAX_COLUMNS:
                raise too_wide(self._number)
            self._row.append(cell)
