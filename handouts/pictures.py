"""A Pdf in, pictures of its pages out: one PNG a page, or a contact sheet of several leaflets."""

from collections.abc import Iterator, Sequence
from io import BytesIO

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from handouts import assets
from handouts.model import INCH, Pdf

#: Of a contact sheet, in pixels.
THUMB, GAP, LABEL = 320, 16, 22
THUMB_SCALE = 0.75
GROUND, INK = "#c9d2d8", "#1d2b36"


def pictures(pdf: Pdf, dpi: int) -> Iterator[bytes]:
    """Each page as a PNG, with so many pixels to the inch; one at a time, as they are large."""
    return (_png(page, dpi) for page in _pages(pdf, dpi / INCH))


def contact_sheet(leaflets: Sequence[tuple[str, Pdf]]) -> bytes:
    """One PNG of all pages, small: a row for each leaflet, with its name above it."""
    rows = [(name, [_thumb(page) for page in _pages(pdf, THUMB_SCALE)]) for name, pdf in leaflets]
    width = max(sum(page.width + GAP for page in pages) for _, pages in rows) + GAP
    heights = [max(page.height for page in pages) + LABEL + 2 * GAP for _, pages in rows]
    sheet = Image.new("RGB", (width, sum(heights) + GAP), GROUND)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(str(assets.fonts()[1].file), LABEL)
    top = GAP
    for (name, pages), height in zip(rows, heights, strict=True):
        draw.text((GAP, top), name, fill=INK, font=font)
        left = GAP
        for page in pages:
            sheet.paste(page, (left, top + LABEL + GAP // 2))
            left += page.width + GAP
        top += height
    return _png(sheet, INCH)


def _pages(pdf: Pdf, scale: float) -> Iterator[Image.Image]:
    """Each page as a picture; a point becomes `scale` pixels."""
    document = pypdfium2.PdfDocument(pdf.data)
    try:
        for page in document:
            yield page.render(scale=scale).to_pil()
    finally:
        document.close()


def _thumb(page: Image.Image) -> Image.Image:
    page.thumbnail((THUMB * 2, THUMB))
    return page


def _png(picture: Image.Image, dpi: int) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", dpi=(dpi, dpi), optimize=True)
    return out.getvalue()
