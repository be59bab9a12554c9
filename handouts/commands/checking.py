"""`handouts check`: how good leaflets are."""

import shlex
from typing import Annotated

import typer

from handouts import tables
from handouts.check import check, houses_of
from handouts.commands.talk import answer, give_json, is_wide, results, say, with_progress
from handouts.errors import Exit, HandoutError
from handouts.files import write_whole
from handouts.formats import Wanted
from handouts.make import Order
from handouts.options import ClinicFile, Html, Language, PaperSize, RegionCode, Topics
from handouts.reports import as_data, as_html, as_lines
from handouts.shelf import find_library, find_topics, written_in


def check_topics(
    topics: Topics = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON list, with everything.")] = False,
    html: Html = None,
    region: RegionCode = "",
    paper: PaperSize = None,
    language: Language = "en",
    clinic: ClinicFile = None,
) -> None:
    """Say how easy leaflets are to read, what is wrong with them, and where. Without topics: all of them.

    The code at the end is 3 if a rule that must hold is broken.
    """
    library = find_library(clinic)
    names = find_topics(topics, language, library) if topics else written_in(language, library)
    order = Order(language, region.lower(), Wanted(paper), clinic)
    total = len(names) * len(houses_of(order))
    reports = list(with_progress(check(names, order), total, "leaflets checked"))
    if html:
        write_whole(html, as_html(reports).encode())
        say(f"Made {html}.")
    if as_json:
        give_json([as_data(report) for report in reports])
    else:
        results().print(tables.of_reports(reports, is_wide=is_wide()))
        for sentence in as_lines(reports):
            answer(sentence)
        if not html:
            named = shlex.join(["check", *(topics or ()), "--html", "report.html"])
            say(
                f"Grades are years of school. To see each finding with its line: `handouts {named}`, and open report.html."
            )
    if not all(report.holds for report in reports):
        raise HandoutError("A rule that must hold is broken: see the lines marked “must”.", Exit.WRONG_FILE)
