"""What the commands are asked: each option once, with its type, its names and its help."""

from pathlib import Path
from typing import Annotated

import typer

from handouts.model import Paper
from handouts.shelf import find_library


def complete_topic(incomplete: str) -> list[str]:
    return [name for name in find_library(None).topic_names() if name.startswith(incomplete)]


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
PAPER_HELP = "Default: what the region prints on."
PaperSize = Annotated[
    Paper | None, typer.Option("--paper", "-p", help=PAPER_HELP, show_default=False, case_sensitive=False)
]
Language = Annotated[str, typer.Option("--language", "-l", help="The language of the leaflets.")]
CLINIC_HELP = "The clinic file. Default: clinic.yaml in this folder, if there is one."
ClinicFile = Annotated[
    Path | None, typer.Option("--clinic", "-c", envvar="HANDOUTS_CLINIC", help=CLINIC_HELP, show_default=False)
]
ApprovedOnly = Annotated[
    bool, typer.Option("--approved-only", help="Make only what the clinic has approved, and say why not the rest.")
]
Watch = Annotated[bool, typer.Option("--watch", help="Make them anew each time a file is saved, until Ctrl-C.")]
OpenIt = Annotated[bool, typer.Option("--open", help="Open what was made.")]
Html = Annotated[
    Path | None,
    typer.Option(
        "--html", help="Write the report to this file: one page, for a browser.", show_default=False, dir_okay=False
    ),
]
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
        help="A question answered with yes, or “all”; more than once. See `check --html`.",
        show_default=False,
    ),
]
