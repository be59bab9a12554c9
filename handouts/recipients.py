"""A clinic's list in (CSV or XLSX), people out; every row is judged before any is used.

No fault ever repeats what stands in the list: it names the row and the column, and words that we know.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from io import StringIO
from itertools import chain
from pathlib import Path
from sys import intern

from handouts import cells
from handouts.choices import Choices, Known, Picked, Said, printed, saying
from handouts.days import likely, read_day
from handouts.errors import Exit, HandoutError
from handouts.model import Person, Personal
from handouts.rows import Cell, Flaw, Row, column_letters
from handouts.spreadsheets import read_rows

__all__ = ["Judged", "Known", "Notice", "RowFault", "example", "judge", "people"]

#: What each column may be called, without regard to case, spaces and hyphens. “Patient id” is not among them on
#: purpose: the row id is read by everybody who sees a folder. Nor is “Comments”: they may not be meant for the patient.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("patient", "patient name", "name of patient", "patient's name", "full name", "client", "client name"),
    "language": ("lang", "language spoken", "spoken language", "preferred language", "main language"),
    "text size": ("size", "font size", "print size", "letter size"),
    "ink": ("inks", "ink use"),
    "topics": ("topic", "leaflet", "leaflets", "leaflet name", "leaflet title", "handout", "handouts"),
    "set": ("sets",),
    "clinician": ("clinician name", "seen by", "therapist", "physiotherapist", "practitioner", "doctor", "provider"),
    "date": (
        "visit date",
        "date of visit",
        "appointment date",
        "date of appointment",
        "appt date",
        "appointment",
        "appt",
    ),
    "note": ("notes", "note for patient", "note to patient"),
    "exercises": ("exercise", "chosen exercises"),
    "copies": ("printer copies", "number of copies"),
    "row id": ("id",),
}
MOST_ROWS = 100_000
#: Beyond, the first row is not one of headings.
MOST_COLUMNS = 200
#: Nobody reads more of them: the judging ends.
MAX_FAULTS = 10_000
MAX_NOTICES = 100
#: So many rows are looked at for headings: exports have some lines above them.
HEAD = 10
#: How near a heading must be to one of ours to be taken for a slip: “Mobile” is none for “copies”.
SLIP = 0.74


@dataclass(frozen=True, order=True, slots=True)
class RowFault:
    """What is wrong with a cell, a row (no column), or the list as a whole (row 0). A column unknown to us is a letter."""

    row: int
    column: str
    what: str
    instead: str

    def __str__(self) -> str:
        row = f"row {self.row}" if self.row else "the list"
        return f"{row}{f', column “{self.column}”' if self.column else ''}: {self.what}; {self.instead}"


@dataclass(frozen=True, slots=True)
class Notice:
    """What was read in a way that somebody should look at: no fault. Row 0 is the list as a whole."""

    row: int
    column: str
    what: str

    def __str__(self) -> str:
        row = f"row {self.row}" if self.row else "the list"
        return f"{row}{f', column “{self.column}”' if self.column else ''}: {self.what}"


@dataclass(frozen=True)
class Judged:
    """How many rows are people, are empty (those at the end do not count) and are wrong; every fault, in order; notices.

    Faults of the whole list stand first. The list may be used if there is no fault.
    """

    people: int
    blank: int
    wrong: int
    faults: tuple[RowFault, ...]
    notices: tuple[Notice, ...] = ()


def judge(file: Path, known: Known, meet: Callable[[Person], None] = lambda _: None) -> Judged:
    """Read a list once and say all that is wrong. Nothing that stands in a file raises an error.

    `meet` is called with each person, so that a long list need not be read again to learn what it asks for.
    """
    told = _Told()
    faults: list[RowFault] = []
    counts = {"people": 0, "blank": 0, "wrong": 0}
    for one in _judged(file, known, told):
        if isinstance(one, Person):
            counts["people"] += 1
            meet(one)
        elif not one:
            counts["blank"] += 1
        else:
            counts["wrong"] += 1
            faults += one
            if len(faults) >= MAX_FAULTS:
                what = f"there are {MAX_FAULTS:,} faults in it, and perhaps more below"
                told.faults.append(RowFault(0, "", what, "correct these first"))
                break
    if not any(counts.values()) and not told.faults:
        told.fault(0, "there is nobody in it", "write a row for each person below the names of the columns")
    return Judged(**counts, faults=(*told.faults, *faults), notices=told.all_notices())


def people(file: Path, known: Known) -> Iterator[Person]:
    """The people of a list that was judged to be without fault, one by one; HandoutError if it no longer is."""
    told = _Told()
    for one in _judged(file, known, told):
        _refuse(told.faults)
        if isinstance(one, Person):
            yield one
        else:
            _refuse(one)
    _refuse(told.faults)


@dataclass
class _Told:
    """What is said of the list as a whole, and what somebody should look at."""

    faults: list[RowFault] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    of_reader: list[Row] = field(default_factory=list)
    columns: Mapping[str, int] = field(default_factory=dict)
    more: int = 0

    def fault(self, row: int, what: str, instead: str, column: str = "") -> None:
        self.faults.append(RowFault(row, column, what, instead))

    def notice(self, row: int, column: str, what: str) -> None:
        if len(self.notices) < MAX_NOTICES:
            self.notices.append(Notice(row, column, what))
        else:
            self.more += 1

    def all_notices(self) -> tuple[Notice, ...]:
        of_reader = [Notice(row.number, self._heading(row.place), row.notice) for row in self.of_reader]
        more = [Notice(0, "", f"{self.more:,} more rows have something like this")] if self.more else []
        return (*of_reader, *self.notices, *more)

    def _heading(self, place: int) -> str:
        known = (column for column, at in self.columns.items() if at == place)
        return next(known, column_letters(place) if place >= 0 else "")


def _refuse(faults: Sequence[RowFault]) -> None:
    if faults:
        raise HandoutError("\n".join(map(str, faults)), Exit.WRONG_PEOPLE)


def example(known: Known) -> bytes:
    """A list to write over, as a CSV that spreadsheet programs open rightly: every column, and people who do not exist."""
    topics = known.topics.get(known.language, ())
    sets = [name for name, those in sorted(known.sets.items()) if those and set(those) <= set(topics)]
    moves = ((topic, title) for topic in topics for title in known.exercises(topic, known.language))
    topic, move = next((both for both in moves if not re.search("[;=\r\n]", both[1])), ("", ""))
    two, in_set = ", ".join(topics[:2]), sets[0] if sets else ""
    lines: tuple[dict[str, object], ...] = (
        {"language": known.language, "text size": 18, "ink": "full", "topics": two, "date": "2026-11-21", "copies": 1},
        {"ink": "saver", "set": in_set, "topics": "" if in_set else two, "clinician": "Example Clinician"},
        {"text size": 24, "topics": topic or two, "exercises": f"{move} = 5 times, 2 times a day" if move else ""},
    )
    text = StringIO(newline="")
    writer = csv.DictWriter(text, tuple(COLUMNS))
    writer.writeheader()
    for line, number in zip(lines, ("One", "Two", "Three"), strict=True):
        note = {"note": "Bring this with you, please."} if number == "One" else {}
        writer.writerow({"name": f"Example Person {number}", "row id": f"example-{number.lower()}", **note, **line})
    return text.getvalue().encode("utf-8-sig")


# --- The list ------------------------------------------------------------------------------


def _judged(file: Path, known: Known, told: _Told) -> Iterator[Person | tuple[RowFault, ...]]:
    """Each row as a person or what is wrong with it; () for one that is empty. What is said of the list goes to `told`."""
    read = _told_apart(read_rows(file, count_headings), told)
    head: list[Row] = []
    while len(head) < HEAD and (row := next(read, None)):
        if head or not _is_blank(row):
            head.append(row)
    if not head:
        if not told.faults:
            told.fault(0, "it is empty", f"name the columns in its first row: {', '.join(COLUMNS)}")
        return
    at = _heading(head)
    if at:
        told.notice(head[at].number, "", "this row names the columns; the rows above it were left out")
    columns = told.columns = _columns(head[at], known, told)
    if columns:
        rows = _Rows(head[at], columns, known, told)
        yield from _people(chain(head[at + 1 :], read), rows, told)


def _told_apart(rows: Iterator[Row], told: _Told) -> Iterator[Row]:
    """The rows; what is said of the list as a whole is told."""
    for row in rows:
        if row.notice:
            told.of_reader.append(row)
        elif row.number == 0 and row.flaw:
            told.fault(0, row.flaw.what, row.flaw.instead)
        else:
            yield row


def _people(read: Iterator[Row], rows: "_Rows", told: _Told) -> Iterator[Person | tuple[RowFault, ...]]:
    blank = judged = 0
    for row in read:
        if _is_blank(row):
            blank += 1
        elif judged == MOST_ROWS:
            told.fault(0, f"it has more than {MOST_ROWS:,} rows", "split it into several lists")
            return
        else:
            judged += 1
            yield from ((),) * blank
            blank = 0
            yield rows.person(row)


def _is_blank(row: Row) -> bool:
    return not row.flaw and (not any(row.cells) or all(map(_is_empty, row.cells)))


def _is_empty(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip(cells.BLANKS + cells.WITHOUT_WIDTH)


def _bare(heading: str) -> str:
    return re.sub(r"[\W_]+", "", heading[: cells.LONGEST_NAME].casefold())


HEADINGS = {_bare(name): column for column, others in COLUMNS.items() for name in (column, *others)}


def count_headings(row: Sequence[Cell]) -> int:
    """How many cells of a row are headings of ours."""
    return sum(isinstance(cell, str) and _bare(cell) in HEADINGS for cell in row)


def _heading(head: Sequence[Row]) -> int:
    """Which of the first rows names the columns: the first, unless one below clearly does."""
    found = [count_headings(row.cells) for row in head]
    most = found.index(max(found))
    return most if found[most] > max(found[0], 1) else 0


def _columns(row: Row, known: Known, told: _Told) -> dict[str, int]:
    """Where each column stands, from 0; what is wrong with the row that names them is told. No column: no list."""
    names = [cell if isinstance(cell, str) else "" for cell in row.cells]
    if len(names) > MOST_COLUMNS:
        told.fault(
            row.number, f"it has {len(names):,} columns", f"keep those of them that we know: {', '.join(COLUMNS)}"
        )
        return {}
    found: dict[str, int] = {}
    before = len(told.faults)
    for place, name in enumerate(names):
        column, letter, cell = HEADINGS.get(_bare(name)), column_letters(place), row.cells[place]
        if column in found:
            first = column_letters(found[column])
            told.fault(row.number, f"column {first} is “{column}”, too", "keep one of the two", letter)
        elif column:
            found[column] = place
        elif isinstance(cell, Flaw):
            told.fault(row.number, cell.what, cell.instead, letter)
        elif not _is_empty(cell):
            what = f"its heading is not one of ours (it is number {place + 1} from the left)"
            told.fault(row.number, what, _instead_of(name), letter)
    if not found:
        del told.faults[before:]
        told.faults.append(_no_heading(row, names))
    elif not (known.usual or found.keys() & {"topics", "set"}) and len(told.faults) == before:
        told.fault(row.number, "no column says which leaflets", "add the column “topics” or “set”")
    return found


def _instead_of(heading: str) -> str:
    near = get_close_matches(_bare(heading), HEADINGS, n=1, cutoff=SLIP)
    return f"did you mean “{HEADINGS[near[0]]}”? Else take the column out" if near else "take the column out"


def _no_heading(row: Row, names: Sequence[str]) -> RowFault:
    parts = (re.split(r"[|:~^]| {2,}", name[: cells.LONGEST_CELL]) for name in names)
    if row.flaw:
        return RowFault(row.number, "", row.flaw.what, row.flaw.instead)
    if max((sum(_bare(part) in HEADINGS for part in glued) for glued in parts), default=0) > 1:
        what = "its columns are not separated by commas, semicolons or tabs"
        return RowFault(row.number, "", what, "save the list as CSV UTF-8 or .xlsx")
    what = "the first row does not name the columns"
    return RowFault(row.number, "", what, f"write their names into it, such as {', '.join(COLUMNS)}")


# --- A row ---------------------------------------------------------------------------------


class _Rows:
    """Judges row after row. Of those before, it remembers the ids, as numbers."""

    def __init__(self, row: Row, columns: Mapping[str, int], known: Known, told: _Told) -> None:
        self._headed = {place for place, cell in enumerate(row.cells) if not _is_empty(cell)}
        self._columns = columns
        self._known = known
        self._choices = Choices(known)
        self._told = told
        self._ids: dict[int, int] = {}
        self._people: dict[int, int] = {}
        self._orders: set[str] = set()
        self._needs_topics = not known.usual and bool(columns.keys() & {"topics", "set"})

    def person(self, row: Row) -> Person | tuple[RowFault, ...]:
        """The person of a row, or what is wrong with it."""
        if row.flaw:
            return (RowFault(row.number, "", row.flaw.what, row.flaw.instead),)
        if row.struck and (faults := self._struck(row)):
            return faults
        said: list[Said] = []
        texts = {column: self._text(row, column, said) for column in self._columns if column != "date"}
        unread = {column for column, _, _ in said}
        day = self._day(row, said)
        self._look_beyond(row, said)
        person = self._person(row.number, texts, unread, day, said)
        said.sort(key=lambda one: self._columns.get(one[0], len(row.cells)))
        if said:
            return tuple(RowFault(row.number, *map(intern, one)) for one in said)
        self._look_at(person)
        return person

    def _struck(self, row: Row) -> tuple[RowFault, ...]:
        """What has a line through it is not meant to be printed: a word, or a person who has cancelled."""
        filled = {column: place for column, place in self._columns.items() if not _is_empty(self._cell(row, column))}
        struck = [column for column, place in filled.items() if place in row.struck]
        if "name" in struck or (struck and len(struck) == len(filled)):
            what = "it is struck through: has this person cancelled?"
            return (RowFault(row.number, "", what, "delete the row, or take the line out of it"),)
        instead = "empty the cell, or take the line out of it"
        return tuple(RowFault(row.number, column, "it is struck through", instead) for column in struck)

    def _look_at(self, person: Person) -> None:
        """Tell what may be right, but should be looked at."""
        name = person.personal.name.casefold()
        if not name:
            return
        if name in cells.NOTHINGS:
            self._told.notice(
                person.row, "name", "it is what programs write where there is nothing, and is printed as a name"
            )
        key = hash((name, person.personal.day, person.topics, person.language))
        first = self._people.setdefault(key, person.row)
        if first != person.row:
            self._told.notice(person.row, "name", f"row {first} has the same name, date and leaflets")

    def _text(self, row: Row, column: str, said: list[Said]) -> str:
        cell, say = self._cell(row, column), saying(said, column)
        if isinstance(cell, str):
            return cells.value(cell, say) if cell else ""
        if isinstance(cell, Flaw):
            say(cell.what, cell.instead)
        else:
            say("it is a date; perhaps a spreadsheet program made it one", "make the cell a text, and write it again")
        return ""

    def _day(self, row: Row, said: list[Said]) -> date | None:
        if "date" not in self._columns:
            return None
        say = saying(said, "date")
        if isinstance(cell := self._cell(row, "date"), date):
            return likely(cell, say)
        text = self._text(row, "date", said)
        day = read_day(text, self._known.order, say) if text else None
        if day and day.judged and day.judged not in self._orders:
            self._orders.add(day.judged)
            self._told.notice(row.number, "date", f"dates such as this one were read {day.judged}")
        return day.day if day else None

    def _cell(self, row: Row, column: str) -> Cell:
        place = self._columns[column]
        return row.cells[place] if place < len(row.cells) else ""

    def _look_beyond(self, row: Row, said: list[Said]) -> None:
        for place, cell in enumerate(row.cells):
            if place not in self._headed and not _is_empty(cell):
                said.append(
                    (column_letters(place), "something stands here, but the column has no heading", self._beyond())
                )
                return

    def _beyond(self) -> str:
        return "move it to its column, or name the column in the first row"

    def _person(
        self, number: int, texts: Mapping[str, str], unread: set[str], day: date | None, said: list[Said]
    ) -> Person:
        def read(column: str) -> str:
            return texts.get(column, "")

        def words(column: str, most: int) -> str:
            return printed(read(column), most, self._known, saying(said, column)) if read(column) else ""

        picked = self._choices.pick(read("language"), read("topics"), read("set"))
        said += picked.said
        if self._needs_topics and not picked.topics and not picked.said and not unread & {"topics", "set"}:
            said.append(("topics", "no topic is named", "name one, or a set"))
        size, ink, copies = read("text size"), read("ink"), read("copies")
        return Person(
            row=number,
            id=self._id(number, read("row id"), said) if "row id" not in unread else "",
            topics=picked.topics,
            personal=Personal(
                name=words("name", cells.LONGEST_NAME),
                clinician=words("clinician", cells.LONGEST_NAME),
                day=day,
                note=words("note", cells.LONGEST_NOTE),
                chosen=self._chosen(read("exercises"), picked, unread, said),
            ),
            language=picked.language,
            text_size=cells.text_size(size, saying(said, "text size")) if size else None,
            ink=cells.ink(ink, saying(said, "ink")) if ink else None,
            copies=cells.copies(copies, saying(said, "copies")) if copies else 1,
        )

    def _chosen(self, text: str, picked: Picked, unread: set[str], said: list[Said]) -> tuple[tuple[str, str], ...]:
        """Which exercises, if the topics are certain: else each of them would seem wrong, too."""
        if not text or picked.said or unread & {"topics", "set", "language"}:
            return ()
        chosen = self._choices.choose(text, picked.topics, picked.language or self._known.language)
        said += chosen.said
        return chosen.exercises

    def _id(self, number: int, text: str, said: list[Said]) -> str:
        """The id of a row; where none is written, its number, so that it is the same when the list is read again."""
        say = saying(said, "row id")
        if text and not cells.row_id(text, say):
            return ""
        name = text or f"row-{number:04}"
        first = self._ids.setdefault(hash(name.casefold()), number)
        if first != number:
            say(f"row {first} has the same, or one that differs in capitals alone", "give each row another one")
        return name
