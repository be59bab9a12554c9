"""A Leaflet in, its Pdf as it goes to the printer out, with what belongs beside it.

What works on finished PDFs is imported late: most leaflets need none of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from handouts import naming, pdf
from handouts.model import RIGHT_TO_LEFT, Fold, Format, Ink, Leaflet, Pdf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from handouts.preflight import Preflight


def lay_out(leaflet: Leaflet, form: Format) -> Pdf:
    """A leaflet as it goes to the printer."""
    made = finished(pdf.print_to_pdf(leaflet, for_press=form.press is not None), form, leaflet.language)
    return replace(made, libraries=pdf.libraries())


def finished(printed: Pdf, form: Format, language: str) -> Pdf:
    """In the inks of its format, and imposed where it is to be folded, as one leafs through it in its language."""
    urgent = printed.urgent
    if form.ink is Ink.GREY or form.press:
        from handouts import inks  # noqa: PLC0415

        printed = (
            inks.to_cmyk(printed, form.press.profile, form.press.profile_name) if form.press else inks.to_grey(printed)
        )
    if form.fold is Fold.BOOKLET:
        from handouts import impose  # noqa: PLC0415

        printed = impose.booklet(printed, right_to_left=language.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT)
    return replace(printed, urgent=urgent)


def checked(printed: Pdf, form: Format) -> Preflight | None:
    """What a print shop would check, if it is for one."""
    if not form.press:
        return None
    from handouts import preflight  # noqa: PLC0415

    return preflight.preflight(printed)


def beside(file: Path, printed: Pdf, report: Preflight | None, dpi: int | None) -> Iterator[tuple[Path, bytes]]:
    """The files that go with a PDF: the report for the print shop, and a picture of each page."""
    if report:
        yield naming.report(file), "\n".join((file.name, *report.as_lines(), "")).encode()
    if dpi:
        from handouts.pictures import pictures  # noqa: PLC0415

        for number, picture in enumerate(pictures(printed, dpi), 1):
            yield naming.picture(file, number), picture
