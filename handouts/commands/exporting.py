"""`handouts export`: leaflets under the names another program looks for."""

from pathlib import Path
from typing import Annotated

import typer

from handouts import tables
from handouts.commands.talk import results, say, with_progress
from handouts.export import for_openemr, plan_openemr
from handouts.formats import Wanted
from handouts.make import Order, Written
from handouts.notices import notice
from handouts.options import ApprovedOnly, ClinicFile, Language, PaperSize, RegionCode

export = typer.Typer(
    name="export",
    help="Write leaflets under the names another program looks for.",
    no_args_is_help=True,
    add_completion=False,
)


@export.callback()
def exports() -> None:
    """Only makes a name for what follows: `export openemr`."""


@export.command("openemr")
def export_openemr(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", file_okay=False, help="OpenEMR's is sites/default/documents/education.")
    ],
    region: RegionCode = "",
    paper: PaperSize = None,
    language: Language = "en",
    clinic: ClinicFile = None,
    approved_only: ApprovedOnly = False,
) -> None:
    """Write a PDF for each diagnosis code, named as OpenEMR's page of patient education looks for it."""
    order = Order(language, region.lower(), Wanted(paper), clinic, approved_only)
    if found := notice(order):
        say(found.sentence, is_urgent=found.is_urgent)
    planned = plan_openemr(order)
    if planned.unapproved:
        say(f"Not approved: {', '.join(planned.unapproved)}. --approved-only leaves out what is not.", is_urgent=True)
    written: list[Written] = []
    try:
        for one in with_progress(for_openemr(planned, folder), len(planned.files), "files written"):
            written.append(one)  # noqa: PERF402  # what was written is shown even if the rest is refused
    finally:
        if written:
            results().print(tables.of_files(written))
