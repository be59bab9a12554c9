"""Lists of people: each row is a person or a fault that says where, and no fault says who."""

import csv
import os
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from io import BytesIO, StringIO
from pathlib import Path
from traceback import format_exception
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from handouts import cells, clinics, plain_lists, recipients, spreadsheets
from handouts.assets import OURS
from handouts.days import Order
from handouts.errors import Exit, HandoutError
from handouts.model import Block, Ink, Person, Personal
from handouts.recipients import COLUMNS, Judged, Known, RowFault, judge, people
from handouts.shelf import whole_shelf
from handouts.wording import plain

NECK, SLEEP, STRESS, START = "neck-pain-self-care", "sleep-hygiene", "stress-and-relaxation", "stress-at-work"
MOVES = {NECK: ("Chin tuck", "Turn", "Turn and look", "Side tilt: both sides"), SLEEP: ("Wind down", "Turn")}


def known(usual: tuple[str, ...] = ()) -> Known:
    """A small shelf, in two languages; its fonts have Latin letters alone."""
    return Known(
        topics={"en": (NECK, SLEEP, STRESS, START), "es-MX": (SLEEP,)},
        sets={"new-patient": (SLEEP, NECK), "Evenings": (SLEEP,)},
        exercises=lambda topic, _: MOVES.get(topic, ()),
        cannot_show=lambda text: tuple(
            n for n, letter in enumerate(text) if 0x24F < ord(letter) < 0x2000 or ord(letter) > 0x2FFF
        ),
        language="en",
        usual=usual,
    )


@pytest.fixture
def made(tmp_path: Path) -> Any:
    """Write a list and give its file."""

    def make(text: str | bytes, name: str = "people.csv") -> Path:
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return make


def workbook(*rows: Sequence[object], sheets: tuple[str, ...] = ("visible",)) -> bytes:
    """A workbook with the rows on its last sheet; the states of its sheets."""
    book, data = Workbook(), BytesIO()
    for n, state in enumerate(sheets):
        sheet = book.active if n == 0 else book.create_sheet()
        assert sheet is not None
        sheet.sheet_state = state
    for row in rows:
        book.worksheets[-1].append(row)
    book.save(data)
    return data.getvalue()


def table(*rows: Sequence[object], separator: str = ",") -> str:
    text = StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue()


def all_of(file: Path, shelf: Known | None = None) -> list[Person]:
    """The people of a list without a fault."""
    judged = judge(file, shelf or known())
    assert judged.faults == ()
    found = list(people(file, shelf or known()))
    assert (len(found), judged.wrong) == (judged.people, 0)
    return found


def said(file: Path, shelf: Known | None = None) -> list[str]:
    return list(map(str, judge(file, shelf or known()).faults))


FULL = (
    ("Name", "LANGUAGE", "text_size", "Ink", "Topics", "Set", "Clinician", "Date", "Note", "Exercises", "copies", "Row-ID"),
    ("Zoë  Example", "EN", "18 pt", "Gray", "sleep; neck", "evenings", "Dr Example", "2026-11-21", "Come\nback – soon", "chin = 5 times, 2 times a day; turn", "2", "a-1"),
)  # fmt: skip
ZOE = Person(
    2,
    "a-1",
    (SLEEP, NECK),
    Personal(
        "Zoë Example",
        "Dr Example",
        date(2026, 11, 21),
        "Come back – soon",
        (("Chin tuck", "5 times, 2 times a day"), ("Turn", "")),
    ),
    "en",
    18,
    Ink.GREY,
    2,
)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_list_means_the_same_however_it_was_saved(made: Any, encoding: str, separator: str) -> None:
    """Each country's spreadsheet program saves another kind of CSV; a wrong letter in a name is a wrong name."""
    assert all_of(made(table(*FULL, separator=separator).encode(encoding))) == [ZOE]


def test_a_workbook_means_the_same_as_a_csv(made: Any) -> None:
    """Its numbers and dates are true ones: 18.0 is no size and 2026-11-21 00:00 no day if they are taken by the letter."""
    heading, row = FULL
    numbers = [*row[:2], 18.0, *row[3:7], datetime(2026, 11, 21), *row[8:10], 2, row[11]]  # noqa: DTZ001
    assert all_of(made(workbook(heading, numbers), "people.xlsx")) == [ZOE]
    assert all_of(made(workbook(heading, numbers), "people.csv")) == [ZOE], "its name may say something else"


def test_what_is_not_said_is_left_to_the_command(made: Any) -> None:
    """A value made up for an empty cell would overrule what was asked for on the command line."""
    (person,) = all_of(made("name\nExample\n"), known(usual=(SLEEP, NECK)))
    assert person == Person(2, "row-0002", (SLEEP, NECK), Personal("Example"))


def test_rows_are_counted_as_the_spreadsheet_program_counts(made: Any) -> None:
    """“Row 7” must be the row 7 that people see: empty rows count, line ends within a cell do not."""
    rows = (
        ("topics", "note", "copies"),
        (),
        ("sleep", "a\r\nb\n\nc", ""),
        ("", " ", ""),
        ("", "", ""),
        ("sleep", "", "x"),
    )
    for file in (made(table(*rows)), made(workbook(*rows), "people.xlsx")):
        judged = judge(file, known())
        assert [fault.row for fault in judged.faults] == [6]
        assert (judged.people, judged.blank, judged.wrong) == (1, 3, 1)


def test_empty_rows_at_the_end_are_no_rows(made: Any) -> None:
    """Spreadsheet programs save thousands of them; a warning about each hides the ones in the middle."""
    judged = judge(made("\n\ntopics,note\n,\nsleep,\n,\n \u00a0,\u200b\n\n"), known())
    assert judged == Judged(people=1, blank=1, wrong=0, faults=())


@pytest.mark.parametrize(
    ("column", "cell", "fault"),
    [
        ("language", "fr", "no topic is written in this language; use one of: en, es-MX"),
        ("text size", "11", "it is not a size from 12 to 36 points; write a number such as 18"),
        ("text size", "enormous", "it is not a size from 12 to 36 points; write a number such as 18, or large"),
        ("text size", "18.5", "it is not a size from 12 to 36 points"),
        ("ink", "savr", "it is none of the inks; did you mean “saver”?"),
        ("topics", "sleep; nekc-pain", f"name 2 is not a topic; did you mean “{NECK}”?"),
        ("topics", "str", f"it could be {STRESS} or {START}; write more of the name"),
        ("topics", "sleep," * 21, "there are 21 names in it; write at most 20"),
        ("set", "new-patent", "it is not a set; did you mean “new-patient”?"),
        ("date", "11/12/2026", "in some countries its first number is the day, in others the month; write it as 2026-11-21"),
        ("date", "46347", "it is the number by which a spreadsheet program counts a day; write it as 2026-11-21"),
        ("date", "Sunday 21 November 2026", "its day of the week is not that of its date; correct one of them"),
        ("date", "30 February 2026", "it is not a day of the calendar"),
        ("date", "soon", "it is not written as a day that we know; write it as 2026-11-21"),
        ("date", "2206-11-21", "its year is not one from 2000 to 2100; correct the year"),
        ("exercises", "chin; squat", "name 2 is not an exercise of its topics; use one of: Chin tuck"),
        ("exercises", "t = 5 times", "it could be “Turn” or “Turn and look”; write more of the title"),
        ("exercises", "chin; CHIN TUCK = 2", "name 2 is “Chin tuck” a second time; keep one of the two"),
        ("exercises", "chin; = 5 times", "name 2 is not an exercise of its topics"),
        ("exercises", f"chin = {'x' * 121}", "the dose of “Chin tuck”: it has 121 letters; write at most 120"),
        ("copies", "0", "it is not a number from 1 to 99; write a number such as 1"),
        ("copies", "100", "it is not a number from 1 to 99"),
        ("copies", "٢", "it is not a number from 1 to 99"),
        ("row id", ".hidden", "it cannot be the name of a file; write letters from A to Z and digits"),
        ("row id", "../../etc", "it cannot be the name of a file"),
        ("row id", "-o", "it cannot be the name of a file"),
        ("row id", "Zoë", "it cannot be the name of a file"),
        ("row id", "ends.", "it cannot be the name of a file"),
        ("row id", "con", "it is a word that Windows keeps for itself"),
        ("row id", "LPT1.old", "it is a word that Windows keeps for itself"),
        ("row id", "a" * 61, "it has 61 letters; write at most 60"),
        ("name", "a" * 121, "it has 121 letters; write at most 120"),
        ("clinician", "a" * 121, "it has 121 letters; write at most 120"),
        ("note", "a" * 601, "it has 601 letters; write at most 600"),
        ("note", "a" * 2001, "it has 2,001 letters; write at most 2,000"),
        ("note", "=1+1", "it looks like a formula; write its value"),
        ("note", "\u200b =1+1", "it looks like a formula; write its value"),
        ("name", "@SUM(A1)", "it looks like a formula; write its value"),
        ("name", "#REF!", "it is an error of the spreadsheet program; correct it there, or empty the cell"),
        ("name", "Exam\u202eple", "letter 5 is a hidden sign that turns the direction of reading; empty the cell"),
        ("name", "Exam\u2066ple", "letter 5 is a hidden sign that turns the direction of reading"),
        ("name", "Exam\0ple", "letter 5 is a hidden sign that no printer prints"),
        ("note", "Exam\x1bple", "letter 5 is a hidden sign that no printer prints"),
        ("note", "Exam\U000e0041ple", "letter 5 is a hidden sign that no printer prints"),
        ("name", "Exam\ufffdple", "letter 5 was lost when the list was saved; write it again"),
        ("name", "Ex\u0e01mple", "letter 3 cannot be shown (it is Thai); write it in Latin letters, or leave it out"),
        ("name", "\u4f8b\u5b50", "letter 1 cannot be shown (it is Chinese or Japanese), nor can 1 more"),
        ("note", "Good \U0001f600", "letter 6 cannot be shown; write it"),
        ("exercises", "chin = \u0e01", "the dose of “Chin tuck”: letter 1 cannot be shown (it is Thai)"),
    ],
)  # fmt: skip
def test_each_fault_is_said_where_it_stands(made: Any, column: str, cell: str, fault: str) -> None:
    """Whoever must correct 300 rows needs the row, the column and the way out; anything less is a telephone call."""
    row = {"topics": "neck", column: cell}
    (sentence,) = said(made(table(list(row), list(row.values()))))
    assert sentence.startswith(f"row 2, column “{column}”: {fault}")
    with pytest.raises(HandoutError, match="row 2") as stopped:
        list(people(made(table(list(row), list(row.values()))), known()))
    assert stopped.value.exit_code == Exit.WRONG_PEOPLE


@pytest.mark.parametrize(
    ("column", "cell", "meant"),
    [
        ("name", " Anna \u00a0 M\u200bar\u00ada\u2009Example\u3000", "Anna Mara Example"),
        ("name", "Zoe\u0308", "Zoë"),
        ("name", "<b>{{ x }}</b> # Bob", "<b>{{ x }}</b> # Bob"),
        ("note", "+44 20 7946 0000", "+44 20 7946 0000"),
        ("note", "- rest\r\n- walk", "- rest - walk"),
        ("note", 'Say "yes", and; go', 'Say "yes", and; go'),
    ],
)
def test_words_are_printed_as_they_were_meant(made: Any, column: str, cell: str, meant: str) -> None:
    """A stray space or line end must neither stop a clinic nor tear a leaflet; a telephone number is no formula."""
    (person,) = all_of(made(table(("topics", column), ("neck", cell))))
    assert getattr(person.personal, column) == meant


def test_joiners_stay(made: Any) -> None:
    """Persian and Indian names are misspelled without them."""
    shown = Known(**{**vars(known()), "cannot_show": lambda _: ()})
    (person,) = all_of(made("topics,name\nneck,\u0645\u06cc\u200c\u0646\u0627\n"), shown)
    assert "\u200c" in person.personal.name


@pytest.mark.parametrize(
    "text",
    ["2026-11-21", "2026/11/21", "2026-11-21 00:00:00", "21 November 2026", "21 NOV 2026", "21st Nov. 2026",
     "November 21, 2026", "Nov 21 2026", "21-Nov-26"],
)  # fmt: skip
def test_a_day_may_be_written_in_words(made: Any, text: str) -> None:
    """A date that can be read in one way only is no reason to stop; the last is how spreadsheet programs save one."""
    (person,) = all_of(made(table(("topics", "date"), ("neck", text))))
    assert person.personal.day == date(2026, 11, 21)


def test_topics_and_sets_make_one_pile(made: Any) -> None:
    """A leaflet that stands in both would be printed twice."""
    rows = (("topic", "sets"), ("Neck Pain; sleep\nSTRESS-AND", "New Patient, evenings"), ("", "new-patient"))
    first, second = all_of(made(table(*rows)))
    assert (first.topics, second.topics) == ((NECK, SLEEP, STRESS), (SLEEP, NECK))


def test_a_language_without_the_usual_topics_is_refused(made: Any) -> None:
    """Else someone gets nothing, or a leaflet they cannot read."""
    faults = said(made("name,language,set\nA,es-mx,\nB,es-MX,new-patient\nC,es-mx,evenings\n"), known(usual=(NECK,)))
    what = f"{NECK} is not written in “es-MX”; use one of: en"
    assert said(made("topics,language\nneck,ES_mx\n")) == [f"row 2, column “topics”: {what}"]
    assert faults == [f"row 2, column “language”: {what}", f"row 3, column “set”: {what}"]


def test_a_colon_may_stand_before_a_dose_and_in_a_title(made: Any) -> None:
    """A dose that ends up in the title, or the other way round, is wrong advice."""
    rows = (
        ("topics", "exercises"),
        ("neck", "chin: 5 times; side tilt: both = 3 times\nturn:"),
        ("neck", "Side tilt: both"),
    )
    person, other = all_of(made(table(*rows)))
    assert other.personal.chosen == (("Side tilt: both sides", ""),)
    assert person.personal.chosen == (("Chin tuck", "5 times"), ("Side tilt: both sides", "3 times"), ("Turn", ""))


def test_a_row_without_topics_is_a_fault(made: Any) -> None:
    """Somebody who gets no leaflet is not missed in a pile of 300."""
    assert said(made("name,topics\nA,sleep\nB,\n")) == ["row 3, column “topics”: no topic is named; name one, or a set"]
    assert said(made("name\nA\n")) == ["row 1: no column says which leaflets; add the column “topics” or “set”"]


def test_one_wrong_topic_is_one_fault(made: Any) -> None:
    """Exercises of a topic that is misspelled are not wrong themselves; ten faults for one slip hide the slip."""
    assert len(said(made("topics,exercises,language\nnekc,chin,en\nneck,chin,xx\n"))) == 2


@pytest.mark.parametrize(
    ("ids", "fault"),
    [
        (("a-1", "b", "A-1"), "row 4, column “row id”: row 2 has the same, or one that differs in capitals alone"),
        (("row-0003", "", "c"), "row 3, column “row id”: row 2 has the same"),
    ],
)
def test_no_two_people_share_a_file(made: Any, ids: tuple[str, ...], fault: str) -> None:
    """On Windows and macOS the second would take the place of the first, and somebody gets another person's leaflet."""
    (sentence,) = said(made(table(("topics", "id"), *(("sleep", one) for one in ids))))
    assert sentence.startswith(fault)


# --- The list as a whole -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"", "the list: it is empty; name the columns in its first row: name, language"),
        (b"\n , \n", "the list: it is empty"),
        (b"name,topics\n", "the list: there is nobody in it; write a row for each person"),
        (b"Maria Example,sleep\nJohn Example,neck\n", "row 1: the first row does not name the columns; write their names"),
        (b"name|topics\nMaria|sleep\n", "row 1: its columns are not separated by commas, semicolons or tabs; save"),
        (b"topics," + b"x," * 200 + b"\nsleep\n", "row 1: it has 202 columns; keep those of them that we know: name"),
        (b"topics,topic\nsleep,\n", "row 1, column “B”: column A is “topics”, too; keep one of the two"),
        (b"topics,nmae\nsleep,x\n", "row 1, column “B”: its heading is not one of ours (it is number 2 from the left); did you mean “name”? Else take the column out"),
        (b"topics,Mobile\nsleep,x\n", "row 1, column “B”: its heading is not one of ours (it is number 2 from the left); take the column out"),
        (b"topics\nsleep\nsleep,,x\n", "row 3, column “C”: something stands here, but the column has no heading"),
        (b"topics,,note\nsleep,x,y\n", "row 2, column “B”: something stands here, but the column has no heading"),
        (b'topics,note\nsleep,"never closed\nneck,a\n', "row 2: a quotation mark opens here and is never closed"),
        (b'topics,note\nsleep,"not closed\nneck,"a"\n', "row 2: a quotation mark is not closed, or stands in the middle"),
        (b'topics,note\nsleep,"' + b"x\n" * 70_000 + b'"\n', "row 2: a cell is far too long, or a quotation mark opens"),
        (b"topics\n" + b"x" * 600_000, "the list: it has a line too long for a list"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "the list: it is a workbook of the old kind (.xls); save it as .xlsx or as CSV UTF-8"),
        ("\xd0\xcf\x11\xe0".encode("latin1") + "EncryptedPackage".encode("utf-16-le"), "the list: it is locked with a password"),
        (b"PK\x03\x04 and no more", "the list: the workbook is damaged"),
    ],
)  # fmt: skip
def test_a_list_that_cannot_be_used_says_why(made: Any, text: bytes, fault: str) -> None:
    """The person at the desk can do something about each of these; about a traceback she cannot."""
    sentences = said(made(text))
    assert sentences[0].startswith(fault)
    if "nobody" not in fault:
        with pytest.raises(HandoutError):
            list(people(made(text), known()))


def test_a_quotation_mark_out_of_place_costs_one_row(made: Any) -> None:
    """The rows below must be judged too: one fault at a time makes an afternoon of it."""
    judged = judge(made('topics,note\nsleep,"a" b\nneck,"said ""yes"""\nnekc,\n'), known())
    assert [fault.row for fault in judged.faults] == [2, 4]
    assert (judged.people, judged.wrong) == (1, 2)


def test_a_list_says_which_separator_it_has(made: Any) -> None:
    """Excel writes `sep=;` above the list and does not count it."""
    assert [fault.row for fault in judge(made("sep=;\r\ntopics;note\r\nnekc;a, b, c\r\n"), known()).faults] == [2]


def test_a_damaged_letter_does_not_turn_the_others_into_signs(made: Any) -> None:
    """Read as Windows-1252 because of one bad letter, every Müller of the list would be printed as MÃ¼ller."""
    first, second = (
        judge(made("topics,name\nneck,Müller\nneck,M".encode() + b"\xfcller\n"), known()),
        "“name”: letter 2 was lost",
    )
    assert (first.people, len(first.faults)) == (1, 1)
    assert second in str(first.faults[0])


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    """A folder, or a name with a slip in it."""
    assert said(tmp_path / "x.csv") == ["the list: there is no file x.csv; check its name, and the folder it is in"]
    assert said(tmp_path) == ["the list: it is a folder, a pipe or a device; name a file: CSV or .xlsx"]


def test_every_fault_is_told_at_once(made: Any) -> None:
    """One fault per run makes a hundred runs."""
    wrong = {"name": "a" * 200, "language": "xx", "text size": "9", "ink": "x", "topics": "x", "set": "x", "clinician": "\x01",
             "date": "x", "note": "=", "exercises": "x", "copies": "x", "row id": "?"}  # fmt: skip
    judged = judge(made(table(list(wrong), list(wrong.values()), list(wrong.values()))), known())
    expected = [(row, column) for row in (2, 3) for column in wrong if column != "exercises"]
    assert [(fault.row, fault.column) for fault in judged.faults] == expected


def test_a_list_without_end_is_refused(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong file must not fill the memory or the morning; what is left out is said."""
    monkeypatch.setattr(recipients, "MOST_ROWS", 3)
    file = made("topics\n" + "sleep\n\n" * 3)
    assert said(file) == []
    assert said(made("topics\n" + "sleep\n" * 4)) == ["the list: it has more than 3 rows; split it into several lists"]
    monkeypatch.setattr(recipients, "MAX_FAULTS", 4)
    judged = judge(made("topics,ink\nx,x\nx,x\nx,x\n"), known())
    assert str(judged.faults[0]) == "the list: there are 4 faults in it, and perhaps more below; correct these first"
    assert (judged.wrong, len(judged.faults)) == (2, 5)
    monkeypatch.setattr(spreadsheets, "MAX_BYTES", 5)
    assert said(file) == ["the list: it is larger than 0 MB; split it into several lists"]


def test_memory_does_not_grow_with_the_names(made: Any) -> None:
    """A list of 100,000 is judged on the clinic's old computer; and what is not kept cannot be lost."""
    rows = ((f"{n} {'Example ' * 12}", "sleep", f"{n} {'note ' * 100}") for n in range(3_000))
    file = made(table(("name", "topics", "note"), *rows))
    tracemalloc.start()
    assert judge(file, known()).people == 3_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < file.stat().st_size / 2 < 2_000_000


def test_a_list_that_changed_since_is_stopped_at(made: Any) -> None:
    """Someone may save it anew between the two readings."""
    found = people(made("topics,copies\nsleep,1\nsleep,x\n"), known())
    assert next(found).row == 2
    with pytest.raises(HandoutError, match="row 3, column “copies”"):
        next(found)
    with pytest.raises(HandoutError, match="row 1, column “B”"):
        next(people(made("topics,x\nsleep,\n"), known()))


# --- Workbooks -----------------------------------------------------------------------------


def test_a_cell_that_is_no_text_is_a_fault(made: Any) -> None:
    """What a formula said when somebody last opened the list may be another person's; Excel makes a date of a dose."""
    rows = (("topics", "note", "copies"), ("sleep", "=A1", 1), ("sleep", date(2026, 5, 10), 1), ("sleep", time(5, 10), 1),
            ("sleep", "#REF!", 1), ("sleep", "", True), ("sleep", 5.5, 2.0))  # fmt: skip
    assert said(made(workbook(*rows), "people.xlsx")) == [
        "row 2, column “note”: it is a formula; copy the column and paste its values in its place",
        "row 3, column “note”: it is a date; perhaps a spreadsheet program made it one; make the cell a text, and write it again",
        "row 4, column “note”: it is neither words nor a number nor a day; make the cell a text, and write it again",
        "row 5, column “note”: it is an error of the spreadsheet program; correct it there, or empty the cell",
        "row 6, column “copies”: it is not a number from 1 to 99; write a number such as 1",
    ]


def test_the_first_sheet_that_can_be_seen_counts(made: Any) -> None:
    """A hidden sheet holds last year's people."""
    rows = (("topics",), ("sleep",))
    assert len(all_of(made(workbook(*rows, sheets=("hidden", "veryHidden", "visible")), "people.xlsx"))) == 1
    assert said(made(workbook(*rows, sheets=("visible", "hidden")), "people.xlsx"))[0].startswith(
        "the list: it is empty"
    )


def changed(book: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The same workbook with something else in one of its parts."""
    data = BytesIO()
    with ZipFile(BytesIO(book)) as before, ZipFile(data, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            assert name != part or old in content
            after.writestr(name, content.replace(old, new) if name == part else content)
    return data.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_a_sheet_is_read_to_its_end_whatever_it_says_of_its_size(made: Any) -> None:
    """Some programs write a wrong size: half of the people would be left out, and nobody told."""
    book = workbook(("topics", "note"), ("sleep", "x"), ("sleep", "x"))
    assert len(all_of(made(changed(book, SHEET, b'ref="A1:B3"', b'ref="A1:A2"'), "people.xlsx"))) == 2


@pytest.mark.parametrize(
    ("part", "old", "new", "fault"),
    [
        (SHEET, b'<row r="3"', b'<row r="9999999"', "the workbook is damaged"),
        (SHEET, b"</sheetData>", b"", "the workbook is damaged"),
        ("xl/workbook.xml", b"<", b"", "the workbook is damaged"),
        ("xl/styles.xml", b"</styleSheet>", b" " * 30_000_000 + b"</styleSheet>", "it is far too large when unpacked"),
        (SHEET, b"</sheetData>", b"<c/>" * 8_000_000 + b"</sheetData>", "it is far too large when unpacked"),
    ],
)
def test_a_broken_or_bursting_workbook_is_a_sentence(made: Any, part: str, old: bytes, new: bytes, fault: str) -> None:
    """A file of some kilobytes can unpack to more than the computer has."""
    book = changed(workbook(("topics", "note"), ("sleep", "x"), ("sleep", "x")), part, old, new)
    assert any(sentence.startswith(f"the list: {fault}") for sentence in said(made(book, "people.xlsx")))


def test_other_packed_files_are_told_apart(made: Any) -> None:
    """A list saved as .ods, or a folder packed as .zip."""
    data = BytesIO()
    with ZipFile(data, "w") as packed:
        packed.writestr("content.xml", "<x/>")
    assert said(made(data.getvalue(), "people.ods")) == [
        "the list: it is not a workbook of the kind .xlsx; save it as .xlsx or as CSV UTF-8"
    ]


def test_a_packed_file_with_a_password_says_so(made: Any) -> None:
    """To “save it again” is no help to somebody who does not know the password."""
    book = bytearray(workbook(("topics",), ("sleep",)))
    book[book.index(b"PK\x01\x02") + 8] |= 1
    (sentence,) = said(made(bytes(book), "people.xlsx"))
    assert sentence.startswith("the list: it is locked with a password")


# --- Nobody's details leak -----------------------------------------------------------------

MARK = "Qzx"
#: Something wrong with a mark in it, for each column, in several ways.
MARKED = dict.fromkeys((*COLUMNS, MARK), (MARK, f"={MARK}", f"@{MARK}", f"{MARK}\u202e", f"{MARK}\x00", f"{MARK}�", f"{MARK}ก", MARK * 700, f'"{MARK}', f'"{MARK}" {MARK}', f"{MARK}; {MARK} = {MARK}ก", f"chin = {MARK}\u202e", f"11/12/{MARK}"))  # fmt: skip


@pytest.mark.parametrize("column", MARKED)
def test_no_fault_repeats_what_stands_in_a_list(made: Any, column: str) -> None:
    """Faults end up in logs, mails and on screens at the desk: a name in one tells who is a patient."""
    for cell in MARKED[column]:
        files = [
            made(table(("topics", column), ("neck", cell))),
            made(f"topics,{column},{MARK}\nneck,{cell},{MARK}\n{MARK},{MARK},{MARK},{MARK}", "raw.csv"),
            made(f"{MARK},{cell}\n{MARK},{MARK}\n", "bare.csv"),
        ]
        if "\0" not in cell:
            files.append(made(workbook(("topics", column), ("neck", cell)), f"{MARK}.xlsx"))
        for file in files:
            faults = judge(file, known()).faults
            assert MARK.casefold() not in repr(faults).casefold()
            if faults:
                with pytest.raises(HandoutError) as stopped:
                    list(people(file, known()))
                assert MARK.casefold() not in "".join(format_exception(stopped.value, chain=True)).casefold()


# --- Anything at all -----------------------------------------------------------------------

QUICK = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
PIECES = (
    "topics",
    "name",
    "note",
    "neck",
    "sleep",
    '"',
    '""',
    ",",
    ";",
    "\t",
    "\n",
    "\r",
    "=",
    "\0",
    "\u202e",
    "é",
    " ",
    "1",
)
CELLS = st.one_of(st.text(max_size=8), st.sampled_from((*PIECES, "chin = 2; turn", "en", "18", "2026-11-21")))


def adds_up(file: Path) -> Judged:
    """The judgement, once it is certain that both readings agree."""
    judged = judge(file, known())
    rows = {fault.row for fault in judged.faults if fault.row}
    assert judged.wrong >= len(rows) - 1, "but for the heading, each row with a fault is a wrong one"
    if not judged.faults:
        assert len(list(people(file, known()))) == judged.people
    return judged


@QUICK
@given(
    data=st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(PIECES), max_size=60).map("".join).map(str.encode))
)
def test_no_bytes_bring_it_down(made: Any, data: bytes) -> None:
    """Anything may be called people.csv."""
    adds_up(made(data))
    adds_up(made(b"topics,name,note\n" + data))
    adds_up(made(b"\xff\xfe" + data))
    adds_up(made(b"PK\x03\x04" + data))


@QUICK
@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=13), max_size=6))
def test_no_row_is_lost(made: Any, rows: list[list[str]]) -> None:
    """Each row is a person, empty, or at fault: else somebody gets nothing, and nobody knows."""
    while rows and not any(cell.strip(cells.BLANKS + cells.WITHOUT_WIDTH) for cell in rows[-1]):
        rows.pop()
    judged = adds_up(made(table(tuple(COLUMNS), *rows).encode("utf-8", "replace")))
    assert judged.people + judged.blank + judged.wrong == len(rows)


@QUICK
@given(
    rows=st.lists(
        st.lists(
            st.one_of(
                st.none(), st.booleans(), st.integers(), st.floats(), st.times(), st.datetimes(min_value=datetime(1900, 3, 1)),  # noqa: DTZ001
                st.text(st.characters(blacklist_categories=("Cc", "Cs")), max_size=8),
                st.sampled_from(("=A1", "#REF!", "sleep", "_x0000_", "_xD800_")),
            ),
            min_size=1,
            max_size=12,
        ),
        max_size=6,
    )
)  # fmt: skip
def test_no_workbook_loses_a_row(made: Any, rows: list[list[object]]) -> None:
    """The same for true numbers, dates, errors and formulas."""
    judged = adds_up(made(workbook(tuple(COLUMNS), *rows, ["x"]), "people.xlsx"))
    assert judged.people + judged.blank + judged.wrong == len(rows) + 1


# --- The example ---------------------------------------------------------------------------


def our_shelf() -> Known:
    """What a list may name without a clinic file."""
    shelf = whole_shelf(OURS)
    titles = {
        (topic.name, topic.language): tuple(
            plain(entry.title)
            for section in topic.sections
            for part in section.parts
            if isinstance(part, Block) and part.kind == "steps"
            for entry in part.entries
        )
        for topic in shelf
    }
    return Known(
        topics={"en": tuple(topic.name for topic in shelf if topic.language == "en")},
        sets=clinics.read_sets(),
        exercises=lambda topic, language: titles[topic, language],
        cannot_show=lambda text: tuple(n for n, letter in enumerate(text) if not letter.isascii()),
        language="en",
    )


def test_the_example_can_be_used_as_it_is(made: Any) -> None:
    """It is the first list a clinic makes; if it is refused, there is no second. Nobody in it exists."""
    example = recipients.example(our_shelf())
    assert example.startswith(b"\xef\xbb\xbf"), "without it, Excel spoils every letter that is not English"
    found = all_of(made(example), our_shelf())
    assert [person.personal.name for person in found] == [f"Example Person {n}" for n in ("One", "Two", "Three")]
    heading, *rows = csv.reader(StringIO(example.decode("utf-8-sig"), newline=""))
    assert heading == list(COLUMNS)
    assert all(any(cells_of) for cells_of in zip(*rows, strict=True)), "each column is shown in use"
    assert all_of(made(recipients.example(known())), known())


def test_a_fault_reads_as_one_sentence() -> None:
    """It is shown as it is."""
    assert str(RowFault(7, "text size", "a", "b")) == "row 7, column “text size”: a; b"
    assert str(RowFault(0, "", "a", "b")) == "the list: a; b"


# --- What should be looked at --------------------------------------------------------------


def noticed(file: Path, shelf: Known | None = None) -> list[str]:
    judged = judge(file, shelf or known())
    assert judged.faults == ()
    return list(map(str, judged.notices))


def test_guessed_letters_are_told_or_refused(made: Any) -> None:
    """Whoever hands the list in can see whether José is José; nobody else can."""
    assert noticed(made("topics,name\nneck,A\nneck,José\n".encode("cp1252"))) == [
        "row 3, column “name”: the list is not UTF-8; its letters were read as Windows-1252, here for example. If names look wrong, save the list as CSV UTF-8 or .xlsx"
    ]
    assert noticed(made("topics,name\nneck,José\n")) == []
    (fault,) = said(made("topics,name\nneck,José\n".encode("mac_roman")))
    assert (
        fault
        == "the list: it is not UTF-8, and its letters beyond A to Z, such as those of line 2, can be read in several ways; save the list as CSV UTF-8 or .xlsx"
    )


def test_lines_above_the_headings_are_left_out_and_told(made: Any) -> None:
    """Every export of a practice system begins with its title; rows are still counted as the program counts."""
    text = "Clinic list for Monday\n,\nPrinted by,Reception\nAppt Date,Patient,Leaflet\n2026-11-21,A,sleep\n,B,nope\n"
    judged = judge(made(text), known())
    assert list(map(str, judged.notices)) == ["row 4: this row names the columns; the rows above it were left out"]
    assert [(fault.row, fault.column) for fault in judged.faults] == [(6, "topics")]
    assert said(made("Maria,sleep\nJohn,neck\n"))[0].startswith("row 1: the first row does not name the columns")


def test_the_same_person_twice_is_told(made: Any) -> None:
    """Two rows for one person are a slip more often than not; for father and son they are right."""
    text = "name,topics,date\nA,sleep,2026-11-21\nB,sleep,2026-11-21\na,sleep,21 Nov 2026\nA,neck,2026-11-21\n"
    assert noticed(made(text)) == ["row 4, column “name”: row 2 has the same name, date and leaflets"]


@pytest.mark.parametrize("name", ["NULL", "nan", "None", "N/A", "[object Object]", "undefined"])
def test_a_name_that_may_be_none_is_told(made: Any, name: str) -> None:
    """A program wrote it where there was no name; but there are people called Null."""
    (notice,) = noticed(made(f"name,topics\n{name},sleep\n"))
    assert notice.startswith("row 2, column “name”: it is what programs write where there is nothing")


def test_days_in_numbers_are_told_once(made: Any) -> None:
    """Which of the two days was printed must be seen before it is."""
    shelf = replace(known(), order=Order(is_day_first=True, country="the UK"))
    text = "topics,date\nneck,21/11/2026\nneck,03/04/2026\nneck,04/03/2026\n"
    assert noticed(made(text), shelf) == [
        "row 3, column “date”: dates such as this one were read day first, as in the UK"
    ]
    assert [person.personal.day for person in people(made(text), shelf)][1:] == [date(2026, 4, 3), date(2026, 3, 4)]


@pytest.mark.parametrize(
    "word", ["#NV", "#WERT!", "Err:502", "#N/D", "#¡REF!", "########", "#ИМЯ?", "#DIV/0!", "#NOM?", "#ODWOŁANIE!", "Fehler:508"]
)  # fmt: skip
def test_errors_of_spreadsheet_programs_are_known_in_any_language(made: Any, word: str) -> None:
    """“For: #NV” on a leaflet."""
    assert said(made(table(("name", "topics"), (word, "neck"))))[0].startswith("row 2, column “name”: it is an error")
    assert all_of(made(table(("name", "topics"), ("# Bob", "neck"), ("#1", "neck"))))


def test_what_people_call_things_is_understood(made: Any) -> None:
    """Reception knows titles, “English” and “large”; names of files and points are ours."""
    titles = {SLEEP: "Sleep, day and night", NECK: "Looking after your neck", STRESS: "Stress"}
    shelf = replace(known(), titles=lambda _: titles)
    rows = (
        ("Leaflet", "Language spoken", "Print size", "ink"),
        ("Sleep, day and night, looking after", "English", "large print", "black and white"),
        ("night; Stress", "en-GB", "18 pt", "colour"),
    )
    first, second = all_of(made(table(*rows)), shelf)
    assert (first.topics, first.language, first.text_size, first.ink) == ((SLEEP, NECK), "en", 18, Ink.GREY)
    assert (second.topics, second.language, second.text_size, second.ink) == ((SLEEP, STRESS), "en", 18, Ink.FULL)


# --- Lists that are odd rather than large --------------------------------------------------


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("name,topics\n" + "\n" * 40, "more than 100,000 empty rows stand above row 32"),
        ("name,topics\n" + ",\n" * 40, "more than 100,000 empty rows stand above row 32"),
        ("name,topics\n" + "a,neck" + "," * 60 + "x\n", "row 2 has more than 500 columns"),
        ("," * 50 + "\n" + "," * 50, "row 2 has more than 500 columns"),
        ('name,topics\n"' + "a,\n" * 40 + '",neck\n', "it has a line too long for a list"),
        ("name,topics\n" + '"\n",' * 40 + "neck\n", "it has a line too long for a list"),
    ],
)
def test_an_odd_list_is_left_early(made: Any, monkeypatch: pytest.MonkeyPatch, text: str, what: str) -> None:
    """190 MB of commas kept a computer busy for minutes before it said that they are no list."""
    for limit, value in {"MAX_BLANK_ROWS": 30, "MAX_COLUMNS": 20, "MAX_CELLS": 100, "MAX_ROW": 100}.items():
        monkeypatch.setattr(plain_lists, limit, value)
    assert what in [fault.what for fault in judge(made(text), known()).faults]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_or_a_device_is_no_list(tmp_path: Path) -> None:
    """A pipe nobody writes to would be waited for until somebody ends the program."""
    pipe = tmp_path / "people.csv"
    os.mkfifo(pipe)
    for file in (pipe, Path("/dev/zero")):
        assert said(file) == ["the list: it is a folder, a pipe or a device; name a file: CSV or .xlsx"]
