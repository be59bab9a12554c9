"""What the commands are asked: each option once, with its type, its names and its help."""

from collections.abc import Callable, Iterable
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from handouts.errors import nearest, shortened
from handouts.formats import SIZES, ink_named, paper_named, text_size_named
from handouts.language_names import language_tag
from handouts.model import Fold, Ink, Paper, Printer
from handouts.shelf import find_library

T = TypeVar("T")


def complete_topic(incomplete: str) -> list[str]:
    return [name for name in find_library(None).topic_names() if name.startswith(incomplete)]


def _read_as(kind: type[T], read: Callable[[str], T | None], names: Iterable[str]) -> Callable[[Any], Any]:
    """What a person wrote, as what it means; a default is what it is. Typer takes an enum by its value."""

    def parse(value: Any) -> Any:
        found = value if isinstance(value, kind) else read(str(value))
        if found is None:
            raise typer.BadParameter(f"“{shortened(str(value))}” is none; {nearest(str(value), names, 'leave it out')}")
        return found.value if isinstance(found, Enum) else found

    return parse


Topics = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TOPIC", help="Names, or unique beginnings of them.", autocompletion=complete_topic, show_default=False
    ),
]
CODE_HELP = "A diagnosis code, such as M54.2 or a SNOMED CT id; may be given more than once."
Codes = Annotated[list[str] | None, typer.Option("--code", help=CODE_HELP, show_default=False, metavar="CODE")]
Everything = Annotated[bool, typer.Option("--all", help="Every topic there is.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="The folder the PDFs go to.", file_okay=False)]
REGION_HELP = "us or uk: phone numbers, services, spellings. Default: the clinic's, else us."
RegionCode = Annotated[str, typer.Option("--region", "-r", help=REGION_HELP, show_default=False)]
PAPER_HELP = "The sheet in the printer. Default: what the region prints on."
PaperSize = Annotated[
    Paper | None,
    typer.Option(
        "--paper",
        "-p",
        metavar="a4|letter|a5",
        help=PAPER_HELP,
        show_default=False,
        parser=_read_as(Paper, paper_named, [paper.value for paper in Paper]),
    ),
]
TextSize = Annotated[
    int | None,
    typer.Option(
        "--text-size",
        "-s",
        metavar="POINTS",
        show_default=False,
        help="12 to 36, or large (18), larger (24), largest (28); from 16 in one column. Default: the clinic's, else 12.",
        parser=_read_as(int, text_size_named, ("18", *SIZES)),
    ),
]
INK_HELP = "saver: nothing filled, thin lines. grey: no colour in the file."
InkUse = Annotated[
    Ink,
    typer.Option(
        "--ink",
        metavar="full|saver|grey",
        help=INK_HELP,
        show_default=False,
        parser=_read_as(Ink, ink_named, [ink.value for ink in Ink]),
    ),
]
FoldHow = Annotated[Fold | None, typer.Option("--fold", help="For sheets to fold after printing.", show_default=False)]
PrintedBy = Annotated[
    Printer,
    typer.Option("--for", help="print-shop: PDF/X-4 in CMYK with 3 mm of bleed, and a report of what was checked."),
]
Marks = Annotated[bool, typer.Option("--marks", help="Crop marks, for a print shop that asks for them.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME", help="All topics of a set: `handouts list --sets`.", show_default=False),
]


def _file(name: str, what: str) -> Any:
    """A file that is written only if it is named."""
    return typer.Option(name, metavar="FILE", help=what, show_default=False, dir_okay=False)


PACK_HELP = "One PDF of them all, with a cover and contents, each on a fresh sheet."
Pack = Annotated[Path | None, _file("--pack", PACK_HELP)]
WebToo = Annotated[bool, typer.Option("--html", help="A page for a browser, too: self-contained, for any screen.")]
Png = Annotated[bool, typer.Option("--png", help="A picture of each page, too.")]
Dpi = Annotated[int, typer.Option("--dpi", min=30, max=600, help="With --png: pixels to the inch, 30 to 600.")]
ContactSheet = Annotated[Path | None, _file("--contact-sheet", "One PNG of all pages that were made.")]
Separate = Annotated[bool, typer.Option("--separate", help="With --pack: each leaflet as a file of its own, too.")]
Language = Annotated[
    str,
    typer.Option("--language", "-l", help="The language of the leaflets.", parser=language_tag, metavar="LANGUAGE"),
]
CLINIC_HELP = "The clinic file. Default: clinic.yaml in this folder, if there is one."
ClinicFile = Annotated[
    Path | None, typer.Option("--clinic", "-c", envvar="HANDOUTS_CLINIC", help=CLINIC_HELP, show_default=False)
]
ApprovedOnly = Annotated[
    bool, typer.Option("--approved-only", help="Make only what the clinic has approved, and say why not the rest.")
]
Watch = Annotated[bool, typer.Option("--watch", help="Make them anew each time a file is saved, until Ctrl-C.")]
OpenIt = Annotated[bool, typer.Option("--open", help="Open what was made.")]
Html = Annotated[Path | None, _file("--html", "Write the report to this file: one page, for a browser.")]
Until = Annotated[
    str,
    typer.Option(
        "--until",
        help="The day the approval ends, such as 2028-11-21. Default: the leaflet's review date.",
        show_default=False,
    ),
]
Ticked = Annotated[
    list[str] | None,
    typer.Option(
        "--ticked",
        metavar="ID",
        help="A question answered with yes, by its id, or “all”; more than once. `handouts check --html` shows them. Default: they are asked.",
        show_default=False,
    ),
]
PEOPLE_HELP = "The list: CSV or XLSX, a row a person. `handouts batch --example` writes one."
People = Annotated[Path | None, typer.Argument(metavar="LIST", help=PEOPLE_HELP, show_default=False, dir_okay=False)]
UsualTopics = Annotated[
    list[str] | None,
    typer.Option("--topic", metavar="TOPIC", help="For rows that name none.", autocompletion=complete_topic),
]
UsualSets = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME", help="For rows that name no topic.", show_default=False)
]
BATCH_OUT_HELP = (
    "The folder of this batch, and its record. Default: out/batch-, the day, and a number from the second on."
)
BatchOut = Annotated[Path | None, typer.Option("--out", "-o", help=BATCH_OUT_HELP, file_okay=False, show_default=False)]
OneSided = Annotated[bool, typer.Option("--one-sided", help="For a printer that cannot turn sheets over.")]
Alone = Annotated[
    bool, typer.Option("--separate", help="Each copy as a PDF of its own, too, named by row id and topic.")
]
Separators = Annotated[
    bool, typer.Option("--separators", help="A sheet with the row id before each person's leaflets.")
]
CheckOnly = Annotated[bool, typer.Option("--check", help="Judge the list, and make nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: all that is to say as JSON.")]
Example = Annotated[bool, typer.Option("--example", help="Write a sample list to LIST (default: people.csv).")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with this batch, if it was stopped.")]
Queue = Annotated[
    str, typer.Option("--print", metavar="QUEUE", help="Send what was made to a print queue.", show_default=False)
]
Processes = Annotated[
    int | None,
    typer.Option(
        "--workers", min=1, max=256, help="Processes that lay out. Default: one a processor.", show_default=False
    ),
]
Cluster = Annotated[
    str,
    typer.Option(
        "--cluster", metavar="ADDRESS", help="Lay out on a Dask cluster, such as tcp://host:8786.", show_default=False
    ),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Lay everything out anew, and keep nothing for the next time.")
]
