"""A clinic's list in (CSV or XLSX), people out; every row is judged before any is used.

No fault ever repeats what stands in the list: it names the row and the column, and words that we know.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from sys import intern

from handouts import cells
from handouts.choices import Choices, Known, Picked, Said, printed, saying
from handouts.errors import Exit, HandoutError, nearest
from handouts.model import Person, Personal
from handouts.spreadsheets import Cell, Flaw, Row, read_rows

__all__ = ["Judged", "Known", "RowFault", "example", "judge", "people"]

#: What each column may be called, without regard to case, spaces and hyphens. “Patient id” is not among them on
#: purpose: the row id is read by everybody who sees a folder.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("patient", "patient name", "full name"),
    "language": ("lang",),
    "text size": ("size", "font size", "print size"),
    "ink": (),
    "topics": ("topic", "leaflet", "leaflets"),
    "set": ("sets",),
    "clinician": ("clinician name",),
    "date": ("visit date", "date of visit"),
    "note": ("notes",),
    "exercises": ("exercise", "chosen exercises"),
    "copies": ("printer copies", "number of copies"),
    "row id": ("id",),
}
MOST_ROWS = 100_000
#: Beyond, the first row is not one of headings.
MOST_COLUMNS = 200
#: Beyond, faults are counted and no longer kept: a million take 150 MB, and nobody reads them.
MOST_FAULTS = 1_000_000


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


@dataclass(frozen=True)
class Judged:
    """How many rows are people, are empty (those at the end do not count) and are wrong, and every fault, in order.

    Faults of the whole list stand first. The list may be used if there is no fault.
    """

    people: int
    blank: int
    wrong: int
    faults: tuple[RowFault, ...]


def judge(file: Path, known: Known, meet: Callable[[Person], None] = lambda _: None) -> Judged:
    """Read a list once and say all that is wrong. Nothing that stands in a file raises an error.

    `meet` is called with each person, so that a long list need not be read again to learn what it asks for.
    """
    about: list[RowFault] = []
    faults: list[RowFault] = []
    counts = {"people": 0, "blank": 0, "wrong": 0}
    unlisted = 0
    for one in _judged(file, known, about):
        if isinstance(one, Person):
            counts["people"] += 1
            meet(one)
        elif not one:
            counts["blank"] += 1
        else:
            counts["wrong"] += 1
            kept = one[: MOST_FAULTS - len(faults)]
            faults += kept
            unlisted += len(one) - len(kept)
    if unlisted:
        what = f"{unlisted:,} more faults are not shown here"
        about.append(RowFault(0, "", what, "correct these first"))
    if not any(counts.values()) and not about:
        about.append(
            RowFault(0, "", "there is nobody in it", "write a row for each person below the names of the columns")
        )
    return Judged(**counts, faults=(*about, *faults))


def people(file: Path, known: Known) -> Iterator[Person]:
    """The people of a list that was judged to be without fault, one by one; HandoutError if it no longer is."""
    about: list[RowFault] = []
    for one in _judged(file, known, about):
        _refuse(about)
        if isinstance(one, Person):
            yield one
        else:
            _refuse(one)
    _refuse(about)


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


def _judged(file: Path, known: Known, about: list[RowFault]) -> Iterator[Person | tuple[RowFault, ...]]:
    """Each row as a person or what is wrong with it; () for one that is empty. What is wrong with the list goes to `about`."""
    rows: _Rows | None = None
    blank = judged = 0
    for row in read_rows(file):
        if row.number == 0 and row.flaw:
            about.append(RowFault(0, "", row.flaw.what, row.flaw.instead))
        elif _is_blank(row):
            blank += 1
        elif rows is None:
            columns, wrong = _columns(row, known)
            about += wrong
            if not columns:
                return
            rows, blank = _Rows(row, columns, known), 0
        elif judged == MOST_ROWS:
            about.append(RowFault(0, "", f"it has more than {MOST_ROWS:,} rows", "split it into several lists"))
            return
        else:
            judged += 1
            yield from ((),) * blank
            blank = 0
            yield rows.person(row)
    if rows is None and not about:
        about.append(RowFault(0, "", "it is empty", f"name the columns in its first row: {', '.join(COLUMNS)}"))


def _is_blank(row: Row) -> bool:
    return not row.flaw and all(map(_is_empty, row.cells))


def _is_empty(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip(cells.BLANKS + cells.WITHOUT_WIDTH)


def _bare(heading: str) -> str:
    return re.sub(r"[\W_]+", "", heading.casefold())


HEADINGS = {_bare(name): column for column, others in COLUMNS.items() for name in (column, *others)}


def _letters(number: int) -> str:
    """What a spreadsheet program calls a column; 1 is A."""
    before, last = divmod(number - 1, 26)
    return (_letters(before) if before else "") + chr(ord("A") + last)


def _columns(row: Row, known: Known) -> tuple[dict[str, int], list[RowFault]]:
    """Where each column stands, from 0, and what is wrong with the row that names them. No column: no list."""
    names = [cell if isinstance(cell, str) else "" for cell in row.cells]
    if len(names) > MOST_COLUMNS:
        what = f"it has {len(names):,} columns"
        return {}, [RowFault(row.number, "", what, f"keep those of them that we know: {', '.join(COLUMNS)}")]
    found: dict[str, int] = {}
    faults: list[RowFault] = []
    for place, name in enumerate(names):
        column, letter = HEADINGS.get(_bare(name)), _letters(place + 1)
        if column in found:
            first = _letters(found[column] + 1)
            faults.append(RowFault(row.number, letter, f"column {first} is “{column}”, too", "keep one of the two"))
        elif column:
            found[column] = place
        elif not _is_empty(row.cells[place]):
            what = "its heading is not one of ours"
            instead = nearest(name, COLUMNS, "write another heading")
            faults.append(RowFault(row.number, letter, what, f"{instead}, or take the column out"))
    if not found:
        return {}, [_no_heading(row, names)]
    if not (known.usual or found.keys() & {"topics", "set"}) and not faults:
        faults.append(RowFault(row.number, "", "no column says which leaflets", "add the column “topics” or “set”"))
    return found, faults


def _no_heading(row: Row, names: Sequence[str]) -> RowFault:
    glued = max((sum(_bare(part) in HEADINGS for part in re.split(r"[|:~^]| {2,}", name)) for name in names), default=0)
    if row.flaw:
        return RowFault(row.number, "", row.flaw.what, row.flaw.instead)
    if glued > 1:
        what = "its columns are not separated by commas, semicolons or tabs"
        return RowFault(row.number, "", what, "save the list as CSV UTF-8 or .xlsx")
    what = "the first row does not name the columns"
    return RowFault(row.number, "", what, f"write their names into it, such as {', '.join(COLUMNS)}")


# --- A row ---------------------------------------------------------------------------------


class _Rows:
    """Judges row after row. Of those before, it remembers the ids, as numbers."""

    def __init__(self, row: Row, columns: Mapping[str, int], known: Known) -> None:
        self._headed = {place for place, cell in enumerate(row.cells) if not _is_empty(cell)}
        self._columns = columns
        self._known = known
        self._choices = Choices(known)
        self._ids: dict[int, int] = {}
        self._needs_topics = not known.usual and bool(columns.keys() & {"topics", "set"})

    def person(self, row: Row) -> Person | tuple[RowFault, ...]:
        """The person of a row, or what is wrong with it."""
        if row.flaw:
            return (RowFault(row.number, "", row.flaw.what, row.flaw.instead),)
        said: list[Said] = []
        texts = {column: self._text(row, column, said) for column in self._columns if column != "date"}
        unread = {column for column, _, _ in said}
        day = self._day(row, said)
        self._look_beyond(row, said)
        person = self._person(row.number, texts, unread, day, said)
        said.sort(key=lambda one: self._columns.get(one[0], len(row.cells)))
        return tuple(RowFault(row.number, *map(intern, one)) for one in said) if said else person

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
            return cells.likely(cell, say)
        text = self._text(row, "date", said)
        return cells.day(text, say) if text else None

    def _cell(self, row: Row, column: str) -> Cell:
        place = self._columns[column]
        return row.cells[place] if place < len(row.cells) else ""

    def _look_beyond(self, row: Row, said: list[Said]) -> None:
        for place, cell in enumerate(row.cells):
            if place not in self._headed and not _is_empty(cell):
                said.append(
                    (_letters(place + 1), "something stands here, but the column has no heading", self._beyond())
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
