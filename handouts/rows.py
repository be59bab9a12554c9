"""What a list is read into: rows of cells, a Flaw for what cannot be used, and the limits that every kind of list keeps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

#: What a spreadsheet program can hold. A row beyond was never typed.
MAX_ROWS = 1_048_576
#: Something beyond stands there by mistake.
MAX_COLUMNS = 500
#: One after another; a list that has so many was saved with the whole sheet.
MAX_BLANK_ROWS = 100_000
#: In letters: what a spreadsheet program can hold.
MAX_CELL = 32_767


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why something cannot be used, and what to do instead. It never repeats what stands there."""

    what: str
    instead: str


#: A date only where the spreadsheet holds a true one.
Cell = str | date | Flaw
#: How many cells of a row are headings of ours.
CountHeadings = Callable[[Sequence[Cell]], int]


@dataclass(frozen=True, slots=True)
class Row:
    """One row, as a spreadsheet program counts: the first is 1, and row 0 is the list as a whole.

    `flaw`: the row cannot be read. `struck`: the places, from 0, of cells with a line through them. `notice`: no row, but
    something to be told of this one, and of the cell at `place`, if any.
    """

    number: int
    cells: tuple[Cell, ...] = ()
    flaw: Flaw | None = None
    struck: tuple[int, ...] = ()
    notice: str = ""
    place: int = -1


class CannotBeReadError(Exception):
    """Why the whole list cannot be read; it never leaves the rooms that read lists."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(what)
        self.flaw = Flaw(what, instead)


def column_letters(place: int) -> str:
    """What a spreadsheet program calls a column; place 0 is A."""
    before, last = divmod(place, 26)
    return (column_letters(before - 1) if before else "") + chr(ord("A") + last)


def too_wide(number: int) -> CannotBeReadError:
    what = f"row {number} has more than {MAX_COLUMNS} columns"
    return CannotBeReadError(what, "copy the columns of the list alone to a new sheet")


def too_empty(number: int) -> CannotBeReadError:
    what = f"more than {MAX_BLANK_ROWS:,} empty rows stand above row {number:,}"
    return CannotBeReadError(what, "copy the rows of the list alone to a new sheet")
