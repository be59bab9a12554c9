"""Topics, leaflets and reports in; tables for a terminal out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from handouts.model import Standing, Topic

if TYPE_CHECKING:
    from handouts.batch import Printed
    from handouts.make import Made, Written
    from handouts.quality import Report


def _table(*heads: str) -> Table:
    return Table(*heads, box=None, padding=(0, 2, 0, 0))


def of_codes(rows: Sequence[tuple[str, str, str]]) -> Table:
    table = _table("System", "Code", "Topic")
    for row in rows:
        table.add_row(*row)
    return table


def of_sets(sets: Mapping[str, Sequence[str]]) -> Table:
    table = _table("Set", "Topics")
    for name, topics in sorted(sets.items()):
        table.add_row(name, ", ".join(topics))
    return table


def of_topics(topics: Sequence[Topic], stands: Sequence[Standing], *, is_wide: bool = True) -> Table:
    """Topics, a row each; in a narrow terminal without what is the same for most of them."""
    table = _table("Topic", "Title", *(("Language",) if is_wide else ()), "Pages", *(("Version",) if is_wide else ()))
    table.add_column("Review by")
    table.add_column("Approval")
    table.columns[0].no_wrap = True  # it is what has to be typed
    table.columns[0].min_width = max((len(topic.name) for topic in topics), default=0)
    for topic, one in zip(topics, stands, strict=True):
        due = f"{topic.review_by} (overdue)" if one.overdue else str(topic.review_by)
        language, version = ((topic.language,), (str(topic.version),)) if is_wide else ((), ())
        table.add_row(topic.name, topic.title, *language, str(topic.pages), *version, due, one.why)
    return table


def of_leaflets(made: Sequence[Made]) -> Table:
    table = _table("Leaflet", "Pages", "Sheets", "Region", "Clinic", "Approval")
    table.columns[0].no_wrap = True
    for one in made:
        counts = (str(one.pages), str(one.sheets))
        table.add_row(one.topic, *counts, one.region, one.clinic or "none", one.standing.why)
    return table


def files_beside(one: Made | Written) -> Iterator[str]:
    """The files that go with a PDF, a line each; the pictures of its pages in one."""
    pages = [file for file in one.beside if file.suffix == ".png"]
    yield from (os.path.relpath(file) for file in one.beside if file not in pages)
    if pages:
        yield os.path.relpath(pages[0]) + (f" to {pages[-1].name}" if len(pages) > 1 else "")


def of_files(written: Sequence[Written]) -> Table:
    table = _table("File", "Pages", "Sheets", "Topics")
    table.columns[0].overflow = "fold"
    for one in written:
        table.add_row(os.path.relpath(one.file), str(one.pages), str(one.sheets), ", ".join(one.topics))
    return table


def of_reports(reports: Sequence[Report], *, is_wide: bool = True) -> Table:
    """What was measured, a row each; in a narrow terminal one grade, and no approval, which `list` shows as well."""
    grades = ("Reading grade (SMOG)", "Reading grade (Flesch–Kincaid)", "Words a sentence")
    heads = ("Topic", "Region", *(grades if is_wide else ("SMOG grade",)), "Pages", "To mend", "To look at")
    table = _table(*heads, *(("Approval",) if is_wide else ()))
    table.columns[0].no_wrap = True
    for report in reports:
        whole = report.whole
        measured = (f"{whole.smog:.1f}", f"{whole.grade:.1f}", f"{whole.mean:.1f}") if whole else ("–", "–", "–")
        mend = sum(finding.breaks for finding in report.findings)
        look = sum(not finding.must for finding in report.findings)
        pages = f"{report.pages} of {report.topic.pages}"
        approval = (report.standing.why,) if is_wide else ()
        shown = measured if is_wide else measured[:1]
        table.add_row(report.topic.name, report.region, *shown, pages, str(mend), str(look), *approval)
    return table


def of_print_files(files: Sequence[Printed]) -> Table:
    table = _table("Print file", "Paper", "Ink", "Pages", "Leaflets")
    table.columns[0].overflow = "fold"
    for one in files:
        form = one.form
        table.add_row(os.path.relpath(one.file), form.paper.value, form.ink.value, str(one.pages), str(one.copies))
    return table
