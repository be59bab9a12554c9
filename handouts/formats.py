"""What was asked of the page in, a Format out, or every reason why it cannot be."""

from dataclasses import dataclass

from handouts.errors import Exit, HandoutError
from handouts.model import LARGE_PRINT, LARGEST_SIZE, STANDARD_SIZE, Fold, Format, Ink, Paper, Press, Printer


@dataclass(frozen=True)
class Wanted:
    """How leaflets are wanted. No paper: what the region prints on. No `text_size` (in points): the clinic's usual one."""

    paper: Paper | None = None
    text_size: int | None = None
    ink: Ink = Ink.FULL
    fold: Fold | None = None
    printer: Printer = Printer.OFFICE
    marks: bool = False


def format_of(wanted: Wanted, regional: Paper, profile: tuple[str, bytes] | None, usual: int = STANDARD_SIZE) -> Format:
    """What was wanted, on the region's paper where none was named, in the `usual` size. `profile` is the press's, by name,
    if it is for one.

    A HandoutError says everything that does not go together.
    """
    paper = wanted.paper or regional
    size = wanted.text_size or usual
    faults = tuple(sentence for is_wrong, sentence in _rules(wanted, paper, size) if is_wrong)
    if faults:
        raise HandoutError("\n".join(faults), Exit.WRONG_COMMAND)
    press = Press(profile[1], profile[0], wanted.marks) if profile and wanted.printer is Printer.SHOP else None
    return Format(paper, size, wanted.ink, wanted.fold, press)


def _rules(wanted: Wanted, paper: Paper, size: int) -> tuple[tuple[bool, str], ...]:
    fold = wanted.fold.value if wanted.fold else ""
    for_shop = wanted.printer is Printer.SHOP
    return (
        (
            not STANDARD_SIZE <= size <= LARGEST_SIZE,
            f"Text of {size} points is not made; choose a size from {STANDARD_SIZE} to {LARGEST_SIZE}.",
        ),
        (
            bool(fold) and size >= LARGE_PRINT,
            f"Large print is not folded: its narrow pages would hold a few words a line. Leave out --fold {fold}, or take at most {LARGE_PRINT - 1} points.",
        ),
        (
            bool(fold) and paper is Paper.A5,
            f"A5 is too small to fold. Write --paper a4 or --paper letter with --fold {fold}.",
        ),
        (
            for_shop and wanted.fold is Fold.BOOKLET,
            "A print shop orders the pages of a booklet itself. Write --paper a5 and leave out --fold booklet.",
        ),
        (
            for_shop and wanted.ink is not Ink.FULL,
            f"A print shop gets all colours, as CMYK. Leave out --ink {wanted.ink.value}.",
        ),
        (
            wanted.marks and not for_shop,
            "Crop marks are for a print shop. Add --for print-shop, or leave out --marks.",
        ),
    )
