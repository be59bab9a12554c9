"""A Pdf as it was laid out in; as it goes to the printer out, with what belongs beside it."""

from collections.abc import Iterator
from pathlib import Path

from handouts import impose, inks, preflight
from handouts.model import Fold, Format, Ink, Pdf
from handouts.pictures import pictures
from handouts.preflight import Preflight


def finished(printed: Pdf, form: Format) -> Pdf:
    """In the inks of its format, and imposed where it is to be folded."""
    if form.ink is Ink.GREY:
        printed = inks.to_grey(printed)
    if form.press:
        printed = inks.to_cmyk(printed, form.press.profile, form.press.profile_name)
    return impose.booklet(printed) if form.fold is Fold.BOOKLET else printed


def checked(printed: Pdf, form: Format) -> Preflight | None:
    """What a print shop would check, if it is for one."""
    return preflight.preflight(printed) if form.press else None


def beside(file: Path, printed: Pdf, report: Preflight | None, dpi: int | None) -> Iterator[tuple[Path, bytes]]:
    """The files that go with a PDF: the report for the print shop, and a picture of each page."""
    if report:
        yield file.with_suffix(".txt"), "\n".join((file.name, *preflight.as_lines(report), "")).encode()
    for number, picture in enumerate(pictures(printed, dpi) if dpi else [], 1):
        yield file.with_name(f"{file.stem}-page-{number}.png"), picture
