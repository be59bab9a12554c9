"""A Pdf of small pages in, a Pdf of sheets to print, fold and staple out: for paper only, its tags are gone."""

from io import BytesIO

import pikepdf

from handouts import streams
from handouts.model import MM, Pdf

#: Pages of a sheet that is printed on both sides and folded once.
FOUR = 4
#: Millimetres. Office paper of 80 g/m², at 1.3 cm³/g, is about this thick; each sheet inside another stands out by it.
PAPER_THICKNESS = 0.1

#: The two pages on one side of a sheet, left and right, counted from 0; None is blank.
Side = tuple[int | None, int | None]


def booklet(pdf: Pdf, *, right_to_left: bool = False) -> Pdf:
    """Put pages side by side so that the sheets, laid on each other and folded, read in order.

    Each pair of sides is one sheet, to be printed on both sides and turned over its short edge. What stands on inner
    sheets moves towards the fold, by as much as folding pushes them out.
    """
    with pikepdf.open(BytesIO(pdf.data)) as pages, pikepdf.new() as sheets:
        sizes = {tuple(float(length) for length in page.trimbox) for page in pages.pages}
        assert len(sizes) == 1, "the pages of a booklet are all of one size"
        ((_, _, width, height),) = sizes
        sides = booklet_sides(len(pages.pages), right_to_left=right_to_left)
        for number, side in enumerate(sides):
            creep = number // 2 * PAPER_THICKNESS * MM
            sheet = sheets.add_blank_page(page_size=(2 * width, height))
            lefts = (creep, width - creep)
            placed = [(place, left) for place, left in zip(side, lefts, strict=True) if place is not None]
            sheet.Resources = pikepdf.Dictionary(
                XObject={f"/P{place}": _form(pages.pages[place], sheets) for place, _ in placed}
            )
            drawn = "".join(f"q 1 0 0 1 {left:.4f} 0 cm /P{place} Do Q\n" for place, left in placed)
            sheet.Contents = sheets.make_stream(drawn.encode())
        sheets.docinfo["/Title"] = pages.docinfo["/Title"]
        sheets.Root.Lang = pages.Root.Lang
        sheets.Root.ViewerPreferences = pikepdf.Dictionary(
            DisplayDocTitle=True, Duplex=pikepdf.Name.DuplexFlipShortEdge, PrintScaling=pikepdf.Name("/None")
        )
        return Pdf(streams.saved(sheets), len(sheets.pages))


def _form(page: pikepdf.Page, sheets: pikepdf.Pdf) -> pikepdf.Object:
    """A page as something that can be drawn on another one."""
    return sheets.copy_foreign(page.as_form_xobject())


def booklet_sides(pages: int, *, right_to_left: bool = False) -> list[Side]:
    """Which pages stand on each side of each sheet, the outermost sheet first, its front before its back."""
    whole = pages + -pages % FOUR
    sides: list[tuple[int, int]] = []
    for first in range(0, whole // 2, 2):
        last = whole - 1 - first
        sides += [(last, first), (first + 1, last - 1)]
    if right_to_left:
        sides = [(right, left) for left, right in sides]
    return [(_or_blank(left, pages), _or_blank(right, pages)) for left, right in sides]


def _or_blank(place: int, pages: int) -> int | None:
    return place if place < pages else None
