"""What was asked of the page in, a Format out, or every reason why it cannot be."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from handouts.errors import Exit, HandoutError
from handouts.model import LARGE_PRINT, LARGEST_SIZE, STANDARD_SIZE, Fold, Format, Ink, Paper, Press, Printer

#: What people call sizes, inks and sheets, on the command line and in lists; without hyphens.
SIZES: Mapping[str, int] = {
    **dict.fromkeys(("standard", "normal", "usual", "regular"), STANDARD_SIZE),
    "large": 18,
    "larger": 24,
    "largest": 28,
}
INKS: Mapping[str, Ink] = {
    **{ink.value: ink for ink in Ink},
    **dict.fromkeys(("colour", "color", "full colour", "full color"), Ink.FULL),
    **dict.fromkeys(("ink saver", "toner saver", "save ink"), Ink.SAVER),
    **dict.fromkeys(("gray", "greyscale", "grayscale", "grey scale", "gray scale"), Ink.GREY),
    **dict.fromkeys(("black and white", "black & white", "b&w", "bw", "mono", "monochrome"), Ink.GREY),
}
PAPERS: Mapping[str, Paper] = {**{paper.value: paper for paper in Paper}, "us letter": Paper.LETTER}
POINTS = re.compile(r"([0-9]{1,4})(?:[.,]0+)? ?(?:points?|pts?\.?)?(?: (?:print|text|font))?")


def _named(words: str) -> str:
    return " ".join(words.casefold().replace("-", " ").replace("_", " ").split())


def text_size_named(words: str) -> int | None:
    """The points of a size in words or figures, such as “large print” or “18 pt”; whether it can be made is asked later."""
    name = _named(words)
    found = POINTS.fullmatch(name)
    return int(found[1]) if found else SIZES.get(name.removesuffix(" print").removesuffix(" text"))


def ink_named(words: str) -> Ink | None:
    return INKS.get(_named(words))


def paper_named(words: str) -> Paper | None:
    return PAPERS.get(_named(words))


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
