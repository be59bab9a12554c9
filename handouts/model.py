"""The words of the project: what a topic, a region, a clinic, a leaflet and a PDF are.

Everything is frozen and plain. A stage takes one of these and gives back the next.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from pathlib import Path

#: What is printed or linked as a web address. A host without a dot is not one that patients can reach.
WEB_ADDRESS = re.compile(r"https?://[^\s/\[\]]+\.[^\s/\[\]]+(?:/\S*)?")


#: PDF units (points) in an inch and in a millimetre.
INCH = 72
MM = INCH / 25.4
#: Pixels to the inch of a picture of a page: enough to read on a screen; 300 is enough to print.
USUAL_DPI = 100
#: Millimetres that a print shop may cut off, as in `styles/formats/press.css`.
BLEED = 3.0


class Paper(Enum):
    """The sheets that are put in a printer. The lengths of the pages stand in `styles/formats/`."""

    A4 = "a4"
    LETTER = "letter"
    A5 = "a5"


class Ink(Enum):
    """How much ink may be used: all colours, black and thin lines without fills, or greys alone."""

    FULL = "full"
    SAVER = "saver"
    GREY = "grey"


#: Languages that are read from right to left, by the first part of their tag.
RIGHT_TO_LEFT = {"ar", "fa", "he", "ur"}


class Fold(Enum):
    """How a sheet is folded after it is printed."""

    BOOKLET = "booklet"
    TRI_FOLD = "tri-fold"


class Sides(Enum):
    """On which sides of the sheets a printer prints, and over which edge it turns them. The values are those of IPP."""

    ONE = "one-sided"
    LONG_EDGE = "two-sided-long-edge"
    SHORT_EDGE = "two-sided-short-edge"


class Printer(Enum):
    """Who prints it: the printer in the office, or a shop that wants bleed and CMYK."""

    OFFICE = "office"
    SHOP = "print-shop"


#: Points; what the style sheets are drawn for (RNIB Clear Print asks for 12 at least).
STANDARD_SIZE = 12
LARGEST_SIZE = 36
#: RNIB: large print begins here.
LARGE_PRINT = 16
#: From here, a small page holds but a few lines.
LARGEST_PRINT = 24
#: Letters in a line: with fewer, a page holds little.
TIGHT, TIGHTEST = 25, 21
#: Columns of a table times the points of its text: more do not fit side by side on A4 or Letter.
MOST_IN_A_ROW = 72


@dataclass(frozen=True)
class Press:
    """What a print shop asks for: the CMYK profile (ICC) of its press, by name, and whether to draw crop marks."""

    profile: bytes
    profile_name: str
    marks: bool


@dataclass(frozen=True)
class Format:
    """How a leaflet is to come out: everything about the page that is not its words. `text_size` is in points."""

    paper: Paper
    text_size: int = STANDARD_SIZE
    ink: Ink = Ink.FULL
    fold: Fold | None = None
    press: Press | None = None

    @property
    def page(self) -> str:
        """The page a leaflet is laid out on, as it is named in `styles/formats/`."""
        if self.fold is Fold.BOOKLET:
            return {Paper.A4: "a5", Paper.LETTER: "half-letter"}[self.paper]
        return f"{self.paper.value}-tri-fold" if self.fold is Fold.TRI_FOLD else self.paper.value

    @property
    def sides(self) -> Sides:
        """How its sheets are printed on both sides. Folded ones lie on their side: turned over the long edge, their backs would stand on their head."""
        return Sides.SHORT_EDGE if self.fold else Sides.LONG_EDGE

    @property
    def is_standard(self) -> bool:
        """Whether this is what page budgets are meant for. Else the footer says only what it must, the rest stands at the end."""
        return self.page in ("a4", "letter") and self.text_size == STANDARD_SIZE

    @property
    def is_one_column(self) -> bool:
        """Whether everything stands below each other: large print, and narrow pages."""
        return self.is_large_print or self.page not in ("a4", "letter")

    @property
    def letters_a_line(self) -> int:
        """Letters that fit in a line from margin to margin, at least: each is half as wide as it is high, or a little more."""
        width = 80 if self.is_tri_fold else 178 if self.page in ("a4", "letter") else 116
        return int(width * MM / (0.6 * self.text_size))

    @property
    def is_tight(self) -> bool:
        """Whether a page holds so little that long names on page 1 would push urgent help off it."""
        return self.is_large_print and self.letters_a_line < TIGHT

    @property
    def is_tightest(self) -> bool:
        """Whether it holds so little that page 1 is left to the title and urgent help."""
        return self.is_large_print and self.letters_a_line < TIGHTEST

    @property
    def is_tri_fold(self) -> bool:
        return self.fold is Fold.TRI_FOLD

    @property
    def is_large_print(self) -> bool:
        return self.text_size >= LARGE_PRINT

    @property
    def size(self) -> str:
        """The kind of text size, as it is named in `styles/formats/`."""
        if self.text_size >= LARGEST_PRINT:
            return "largest"
        return "large" if self.is_large_print else "usual"

    @property
    def fits_week(self) -> bool:
        """Whether a week stands side by side on a sheet on its side."""
        return self.is_standard

    def fits(self, columns: int) -> bool:
        """Whether a table of so many columns can be read side by side; else it becomes a list."""
        return not self.is_one_column and columns * self.text_size <= MOST_IN_A_ROW

    @property
    def name(self) -> str:
        """What tells it from other formats in the name of a file, such as `a4-24pt-saver`."""
        size = f"{self.text_size}pt" if self.text_size != STANDARD_SIZE else ""
        ink = self.ink.value if self.ink is not Ink.FULL else ""
        fold = self.fold.value if self.fold else ""
        return "-".join(
            filter(
                None,
                (
                    self.paper.value,
                    size,
                    ink,
                    fold,
                    ("print-shop-marks" if self.press.marks else "print-shop") if self.press else "",
                ),
            )
        )


# --- What a topic says -----------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A line of a file, as it is shown to a person; 1 is the first."""

    file: str
    line: int


@dataclass(frozen=True)
class Run:
    """Words set the same way. They are text to the end, whatever they look like."""

    text: str
    strong: bool = False
    address: str = ""


@dataclass(frozen=True)
class Word:
    """A word that depends on the region, such as `{emergency_number}`, not yet filled in."""

    name: str
    line: int
    strong: bool = False


Text = tuple[Run | Word, ...]


@dataclass(frozen=True)
class Paragraph:
    text: Text
    line: int


@dataclass(frozen=True)
class Bullets:
    items: tuple[Paragraph, ...]
    numbered: bool
    line: int


@dataclass(frozen=True)
class Heading:
    """A heading below the title; the title itself is level 1."""

    level: int
    text: Text
    line: int


@dataclass(frozen=True)
class Picture:
    """A drawing in the topic's `figures/` folder, by file name, and what it shows in words."""

    file: str
    alt: Text
    line: int


@dataclass(frozen=True)
class Table:
    """A header (first cell: the corner) and rows (first cell: the row's name), each with its line.

    A cell without words is one to write in.
    """

    header: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]
    lines: tuple[int, ...]
    line: int


Flow = Paragraph | Bullets


@dataclass(frozen=True)
class Mark:
    """Whether an exercise is chosen for a person, and the dose that stands below it for that person, in so many lines."""

    chosen: bool
    dose: str
    lines: int


@dataclass(frozen=True)
class Entry:
    """One point, step, card, question or write-on line of a block; `blanks` counts its lines.

    A step has two pictures when one shows how to start and one how to end. In a personal copy, an exercise has a mark.
    """

    line: int
    title: Text = ()
    pictures: tuple[Picture, ...] = ()
    body: tuple[Flow, ...] = ()
    dose: Paragraph | None = None
    blanks: int = 0
    mark: Mark | None = None


@dataclass(frozen=True)
class Block:
    """A named block. `level` is the heading level of its entries' titles; 0 if they have none."""

    kind: str
    entries: tuple[Entry, ...]
    table: Table | None
    after: tuple[Flow, ...]
    level: int
    line: int


Part = Paragraph | Bullets | Heading | Block


@dataclass(frozen=True)
class Section:
    heading: Heading
    anchor: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Source:
    """Where a claim comes from. An empty `region` means it is printed everywhere."""

    organisation: str
    title: str
    year: str
    address: str
    region: str


@dataclass(frozen=True)
class Excuse:
    """That an author broke a rule of `quality` on purpose: which rule, in which words, and why it is right there.

    Without words it holds for the whole leaflet.
    """

    rule: str
    words: str
    reason: str
    line: int


@dataclass(frozen=True)
class Topic:
    """One topic in one language, as its author wrote it; `pages` is the page budget.

    `tri_fold` are the anchors of the sections that a tri-fold holds; none: all of them.

    Lines are counted with the snippets put in; `places` says where each of them is written, and `lines` on which
    line a field of the front matter stands.
    """

    name: str
    language: str
    file: Path
    id: str
    title: str
    kind: str
    summary: Text
    main_message: Text
    audience: Text
    version: int
    written: date
    review_by: date
    pages: int
    codes: Mapping[str, tuple[str, ...]]
    sources: tuple[Source, ...]
    excuses: tuple[Excuse, ...]
    tri_fold: tuple[str, ...]
    opening: tuple[Part, ...]
    sections: tuple[Section, ...]
    pictures: Mapping[str, str]
    places: Mapping[int, Place]
    lines: Mapping[str, int]


# --- Whom it is for ----------------------------------------------------------------------


@dataclass(frozen=True)
class Region:
    """What differs from country to country. `words` always holds `emergency_number`."""

    code: str
    language: str
    paper: Paper
    words: Mapping[str, str]


@dataclass(frozen=True)
class Logo:
    """A clinic's logo: its bytes and their media type, `image/svg+xml` or, if it was or became a picture, `image/png`."""

    data: bytes
    media_type: str


@dataclass(frozen=True)
class Clinic:
    """What a clinic says of itself. An empty text means the clinic left it out.

    `tokens` are the values it puts in place of ours in the style; `sets` are topics it hands out together, by name;
    `press_profile` is the ICC profile of its print shop, and its name.
    """

    name: str
    service: str
    phone: str
    address: str
    hours: str
    web: str
    logo: Logo | None
    tokens: Mapping[str, str]
    region: str
    prints_sources: bool
    requires_approval: bool
    words: Mapping[str, str]
    sets: Mapping[str, tuple[str, ...]]
    press_profile: tuple[str, bytes] | None


@dataclass(frozen=True)
class Labels:
    """The leaflet's furniture in one language: “Page”, “Sources”, the months; and what is better not said in it.

    `avoid` says what to write in place of some words; nothing if they are to be left out.
    """

    words: Mapping[str, str]
    months: tuple[str, ...]
    avoid: Mapping[str, str]


@dataclass(frozen=True)
class Setting:
    """Where a leaflet is handed out and how it comes out: everything about it but the topic.

    `templates` is the clinic's own folder of templates, if it has one. In a pack, footers say the pack's page too.
    """

    region: Region
    labels: Labels
    clinic: Clinic | None
    form: Format
    templates: Path | None = None
    in_pack: bool = False


# --- Whom a copy is for -------------------------------------------------------------------


@dataclass(frozen=True)
class Personal:
    """What makes a copy one person's. An empty text is left out.

    `chosen` are titles of exercises, each with its dose; without one the leaflet's own dose holds.
    """

    name: str = ""
    clinician: str = ""
    day: date | None = None
    note: str = ""
    chosen: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Person:
    """One row of a list, counted as a spreadsheet program does: the heading is row 1.

    `id` stands in names of files, so it holds safe signs only. What is empty or None is as the command says.
    """

    row: int
    id: str
    topics: tuple[str, ...]
    personal: Personal
    language: str = ""
    text_size: int | None = None
    ink: Ink | None = None
    copies: int = 1


# --- Who stands behind it ------------------------------------------------------------------


@dataclass(frozen=True)
class Approval:
    """That someone approved what a leaflet tells its readers, for one language and region, until a day.

    `told` is the fingerprint of it; `ticked` are the questions of `judgement` the person answered with yes.
    """

    topic: str
    language: str
    region: str
    version: int
    told: str
    by: str
    role: str
    on: date
    until: date
    ticked: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """Whether a leaflet stands approved, why or why not, and whether it should have been reviewed by now."""

    approval: Approval | None
    why: str
    overdue: bool


# --- What comes out ------------------------------------------------------------------------


@dataclass(frozen=True)
class Leaflet:
    """A finished page of HTML: nothing is left to fill in, and it needs no other file but styles.

    `language` is the tag of the language it is written in, such as en-US. Its words are no part of a report on a fault:
    they may be a person's. `lines` say where what its author wrote is written; `urgent` are the texts of the urgent-help
    box, one for each entry.
    """

    html: str = field(repr=False)
    topic: str
    language: str
    lines: tuple[tuple[str, Place], ...] = field(default=(), repr=False)
    urgent: tuple[str, ...] = field(default=(), repr=False)


class Urgent(Enum):
    """How much of the urgent-help box stands on page 1 of its leaflet."""

    WHOLE = "whole"
    PART = "part"
    NONE = "none"


@dataclass(frozen=True)
class Misprint:
    """Words that would be on no page (`is_lost`), or wider than their place.

    `slot` says which of a person's words they are, if they are; `place` is where a topic's author wrote them.
    """

    words: str
    is_lost: bool
    slot: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Contents:
    """One line of a pack's contents: a leaflet, the page of the pack it begins on, and its number of pages."""

    topic: Topic
    begins: int
    pages: int


@dataclass(frozen=True)
class Room:
    """How wide the words of a slot may be, in CSS pixels, in one line; and on which page, from 0, it begins."""

    slot: str
    width: float
    page: int


@dataclass(frozen=True)
class Pdf:
    """The bytes of a PDF, the number of its pages, the room of what is one person's, and what drew it.

    `libraries` are the files of the operating system's libraries that did, where it says which. `urgent` names the
    leaflets in it of which the urgent-help box is not whole on their page 1.
    """

    data: bytes
    pages: int
    rooms: tuple[Room, ...] = ()
    libraries: tuple[str, ...] = ()
    urgent: tuple[tuple[str, Urgent], ...] = ()


@dataclass(frozen=True)
class Layout:
    """A leaflet as it would be printed: the lines of words on each page, footers left out, and what is wrong with them."""

    pages: tuple[tuple[str, ...], ...]
    urgent: Urgent = Urgent.WHOLE
    misprints: tuple[Misprint, ...] = ()
