"""Workbooks: what the person at the desk sees is what is read, or is refused by row and column."""

import random
import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from handouts import rows, workbook_parts, workbooks
from handouts.recipients import Judged, judge, people
from tests.test_recipients import SHEET, changed, known, workbook

HEADINGS = ("name", "topics", "date", "note", "text size", "row id")


@pytest.fixture
def judged(tmp_path: Path) -> Callable[[Workbook | bytes], Judged]:
    """Save a workbook and judge it."""

    def save(book: Workbook | bytes) -> Judged:
        file = tmp_path / "people.xlsx"
        if isinstance(book, bytes):
            file.write_bytes(book)
        else:
            book.save(file)
        return judge(file, known())

    return save


def sheet_of(book: Workbook, *lines: tuple[object, ...]) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for line in lines:
        sheet.append(line)
    return sheet


def test_cells_merged_downwards_hold_for_each_row(judged: Any, tmp_path: Path) -> None:
    """Text size 24 over three rows is meant for three people; in 12 points two of them cannot read it."""
    book = Workbook()
    sheet = sheet_of(book, HEADINGS, *((name, "neck", None, "", None, "") for name in "abc"))
    sheet["C2"], sheet["E2"] = date(2026, 11, 21), 24
    for cells in ("C2:C40", "E2:E4"):
        sheet.merge_cells(cells)
    assert judged(book) == Judged(people=3, blank=0, wrong=0, faults=())
    found = list(people(tmp_path / "people.xlsx", known()))
    assert [(one.text_size, one.personal.day) for one in found] == [(24, date(2026, 11, 21))] * 3


def test_cells_merged_sideways_belong_to_no_column(judged: Any) -> None:
    """A note over two columns could belong to either."""
    book = Workbook()
    sheet_of(book, HEADINGS, ("a", "neck", "soon", "x")).merge_cells("C2:D2")
    assert [(fault.column, fault.what) for fault in judged(book).faults] == [
        (column, "it is merged with the cells beside it") for column in ("date", "note")
    ]


def test_a_number_is_read_as_it_is_shown_or_refused(judged: Any, tmp_path: Path) -> None:
    """0042 is not 42, and 50% is not 0.5."""
    book = Workbook()
    sheet = sheet_of(book, HEADINGS, ("a", "neck", None, 0.5, 18, 42), ("b", "neck", None, 447795012345))
    sheet["D2"].number_format, sheet["F2"].number_format = "0%", "0000"
    assert [(fault.row, fault.column) for fault in judged(book).faults] == [(3, "note")]
    sheet.delete_rows(3)
    assert judged(book).faults == ()
    (person,) = people(tmp_path / "people.xlsx", known())
    assert (person.id, person.personal.note, person.text_size) == ("0042", "50%", 18)


def test_what_is_struck_through_is_not_printed_without_a_word(judged: Any) -> None:
    """At many desks a line through a row says that the patient has cancelled, or died."""
    book = Workbook()
    sheet = sheet_of(book, HEADINGS, *((name, "neck", None, "note", None, "") for name in "abcd"))
    for cell in (*sheet[2], sheet["A3"], sheet["D4"], sheet["C5"]):
        cell.font = Font(strike=True)
    sheet["A5"] = CellRichText(TextBlock(InlineFont(strike=True), "Old"), " New")
    assert [(fault.row, fault.column, fault.what[:20]) for fault in judged(book).faults] == [
        (2, "", "it is struck through"),
        (3, "", "it is struck through"),
        (4, "note", "it is struck through"),
        (5, "", "it is struck through"),
    ]


def test_the_sheet_that_is_read_is_named_and_must_be_the_only_one(judged: Any) -> None:
    """October's people get leaflets again, and November's none."""
    book = Workbook()
    sheet_of(book, ("This document was exported.",)).title = "Summary"
    list_of = book.create_sheet("November")
    book.create_sheet("Empty")
    for line in (("Clinic list",), ("name", "topics"), ("a", "neck")):
        list_of.append(line)
    assert list(map(str, judged(book).notices)) == [
        "the list: of 3 sheets, the one that was read is “November”",
        "row 2: this row names the columns; the rows above it were left out",
    ]
    october = book.copy_worksheet(list_of)
    october.title = "October"
    book.active = 3
    (fault,) = judged(book).faults
    assert fault.what == "the list could be its sheet “November” or “October” (it opens on “October”)"
    october.sheet_state = "hidden"
    book.active = 0
    assert judged(book).people == 1
    list_of.delete_rows(2)
    assert judged(book).faults[0].what == "none of its 2 sheets has a row that names the columns"


@pytest.mark.parametrize(
    ("where", "limit", "value", "what"),
    [
        (workbook_parts, "MAX_TAGS", 20, "it is far too large when unpacked"),
        (workbook_parts, "MAX_CELLS", 3, "it is far too large when unpacked"),
        (workbook_parts, "MAX_FORMATS", 0, "it is far too large when unpacked"),
        (workbook_parts, "MAX_MERGED", 0, "it is far too large when unpacked"),
        (workbook_parts, "MAX_DEPTH", 3, "the workbook is damaged, or of a kind that cannot be read"),
        (workbook_parts, "MAX_COLUMNS", 1, "row 1 has more than 500 columns"),
        (workbooks, "MAX_TABLE", 30, "it is far too large when unpacked"),
        (workbooks, "MAX_SHEETS", 1, "it has 2 sheets"),
        (workbooks, "MAX_BLANK_ROWS", 2, "more than 100,000 empty rows stand above row 7"),
    ],
)
def test_a_workbook_made_to_burst_is_left_early(
    judged: Any, monkeypatch: pytest.MonkeyPatch, where: Any, limit: str, value: int, what: str
) -> None:
    """Half an hour of a silent program, or all of the computer's memory, for a file of some kilobytes."""
    book = Workbook()
    sheet = sheet_of(book, HEADINGS, ("a", "neck"), *[()] * 4)
    sheet["A7"] = "b"
    sheet["A7"].font = Font(bold=True)
    sheet.merge_cells("C2:C3")
    sheet.merge_cells("E2:E3")
    if limit == "MAX_SHEETS":
        book.create_sheet()
    monkeypatch.setattr(where, limit, value)
    monkeypatch.setattr(workbook_parts, "CHUNK", 40)
    assert what in [fault.what for fault in judged(book).faults]
    assert rows.MAX_BLANK_ROWS == 100_000


def test_a_part_that_declares_what_it_is_made_of_is_refused(judged: Any) -> None:
    """A few declared words can unpack to gigabytes."""
    book = changed(
        workbook(("topics",), ("sleep",)), SHEET, b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aa">]><worksheet'
    )
    assert "damaged" in judged(book).faults[0].what


def test_prefixes_do_not_matter(judged: Any) -> None:
    """Some programs write every tag with one."""
    book = workbook(("topics",), ("sleep",))
    data = BytesIO()
    with ZipFile(BytesIO(book)) as before, ZipFile(data, "w") as after:
        for name in before.namelist():
            part = before.read(name)
            if name == SHEET:
                part = (
                    part.replace(b"</", b"</x:")
                    .replace(b"<", b"<x:")
                    .replace(b"<x:/x:", b"</x:")
                    .replace(b"xmlns=", b"xmlns:x=")
                )
            after.writestr(name, part)
    assert judged(data.getvalue()).people == 1


WORDS = "xl/sharedStrings.xml"
SHARES = b'<Relationship Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml" Id="rId9"/>'


def with_shared_words(book: bytes) -> bytes:
    """The same workbook as Excel writes it: its words stand in a part of their own, and cells count them."""
    data, words = BytesIO(), list[bytes]()

    def share(found: "re.Match[bytes]") -> bytes:
        words.append(b"<si>" + found[1] + b"</si>")
        return b't="s"><v>%d</v>' % (len(words) - 1)

    with ZipFile(BytesIO(book)) as before, ZipFile(data, "w") as after:
        sheet = re.sub(rb't="inlineStr"><is>(.*?)</is>', share, before.read(SHEET))
        for name in before.namelist():
            part = sheet if name == SHEET else before.read(name)
            after.writestr(name, part.replace(b"</Relationships>", SHARES + b"</Relationships>"))
        after.writestr(WORDS, b"<sst>" + b"".join(words) + b"</sst>")
    return data.getvalue()


def test_words_that_cells_share_are_theirs(judged: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel writes each text once; one counted wrong, and everybody has another name. What is read aloud is no part of it."""
    book = Workbook()
    sheet_of(book, ("name", "topics", "note"), ("Anna & Example", "neck", "a_x0041_b"), ("Ben", "neck", "x"))
    shared = with_shared_words(saved(book))
    assert judged(shared).faults == ()
    found = list(people(tmp_path / "people.xlsx", known()))
    assert [(one.personal.name, one.personal.note) for one in found] == [("Anna & Example", "aAb"), ("Ben", "x")]
    spoken = changed(
        shared, WORDS, b"<t>Ben</t>", b"<r><rPr><strike/></rPr><t>B</t></r><r><t>en</t></r><rPh><t>ben</t></rPh>"
    )
    assert [(fault.row, fault.what[:20]) for fault in judged(spoken).faults] == [(3, "it is struck through")]
    spoken = changed(spoken, WORDS, b"<strike/>", b'<strike val="0"/>')
    assert judged(spoken).faults == ()
    assert [one.personal.name for one in people(tmp_path / "people.xlsx", known())] == ["Anna & Example", "Ben"]
    monkeypatch.setattr(workbook_parts, "MAX_STRINGS", 3)
    assert judged(shared).faults[0].what == "it is far too large when unpacked"


def saved(book: Workbook) -> bytes:
    data = BytesIO()
    book.save(data)
    return data.getvalue()


def test_no_bytes_in_a_part_bring_it_down(judged: Any) -> None:
    """Files are torn on their way; whatever a part holds, the answer is a sentence."""
    chance = random.Random(7)  # noqa: S311
    book = Workbook()
    sheet_of(book, HEADINGS, ("a", "neck", date(2026, 11, 21), 1.5, 18, "x")).merge_cells("E2:E3")
    with ZipFile(BytesIO(with_shared_words(saved(book)))) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    read = [name for name in parts if name.startswith("xl/") and "theme" not in name]
    for _ in range(150):
        name = chance.choice(read)
        part = bytearray(parts[name])
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(part))
            part[at : at + chance.choice((0, 1, 5))] = chance.choice(
                (b"", b"-1", b"99999999999", b"<", b">", b'"', b"\xff", b"\0", b"s")
            )
        torn = BytesIO()
        with ZipFile(torn, "w", ZIP_DEFLATED) as packed:
            for other, content in parts.items():
                packed.writestr(other, bytes(part) if other == name else content)
        judged(torn.getvalue())
