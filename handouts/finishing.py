"""A Pdf as it was laid out in; as it goes to the printer out, with what belongs beside it."""

from collections.abc import Iterator
from pathlib import Path

from handouts import impose, inks, preflight
from handouts.model import RIGHT_TO_LEFT, Fold, Format, Ink, Pdf
from handouts.pictures import pictures
from handouts.preflight import Preflight


def finished(printed: Pdf, form: Format, language: str) -> Pdf:
    """In the inks of its format, and imposed where it is to be folded, as one leafs through it in its language."""
    if form.ink is Ink.GREY:
        printed = inks.to_grey(printed)
    if form.press:
        printed = inks.to_cmyk(printed, form.press.profile, form.press.profile_name)
    if form.fold is Fold.BOOKLET:
        printed = impose.booklet(printed, right_to_left=language.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT)
    return printed


def checked(printed: Pdf, form: Format) -> Preflight | None:
    """What a print shop would check, if it is for one."""
    return preflight.preflight(printed) if form.press else None


def beside(file: Path, printed: Pdf, report: Preflight | None, dpi: int | None) -> Iterator[tuple[Path, bytes]]:
    """The files that go with a PDF: the report for the print shop, and a picture of each page."""
    if report:
        yield (
            file.with_name(f"{file.stem}-report.txt"),
            "\n".join((file.name, *preflight.as_lines(report), "")).encode(),
        )
    for number, picture in enumerate(pictures(printed, dpi) if dpi else [], 1):
        yield file.with_name(f"{file.stem}-page-{number}.png"), picture
