"""Make the README's picture from real leaflets: python tests/preview.py."""

import sys
from pathlib import Path

import pypdfium2
from PIL import Image

from handouts import clinics, page, pdf, reading
from handouts.model import Format, Paper, Setting, Standing

PAGES = [("neck-pain-self-care", 0), ("gentle-movement", 2), ("dystonia-or-fibromyalgia", 1)]
PICTURE = Path(__file__).parent.parent / ".github" / "leaflets.png"
HEIGHT, GAP, GROUND = 560, 14, "#c9d2d8"


def sheet(topic: str, number: int) -> Image.Image:
    """One page as a picture."""
    region = clinics.read_region("us")
    (read,) = reading.read_topics([topic], "en", [region])
    leaflet = page.make_leaflet(
        read, Setting(region, clinics.read_labels("en"), None, Format(Paper.LETTER)), Standing(None, "", overdue=False)
    )
    made = pypdfium2.PdfDocument(pdf.print_to_pdf(leaflet).data)[number]
    return made.render(scale=HEIGHT / made.get_height()).to_pil()


def main() -> None:
    """Put the pages side by side, in few colours so that the file stays small."""
    sheets = [sheet(*one) for one in PAGES]
    width = sum(one.width for one in sheets) + GAP * (len(sheets) + 1)
    picture = Image.new("RGB", (width, HEIGHT + 2 * GAP), GROUND)
    left = GAP
    for one in sheets:
        picture.paste(one, (left, GAP))
        left += one.width + GAP
    picture.quantize(96).save(PICTURE, optimize=True)
    sys.stdout.write(f"Made {PICTURE} ({picture.width} × {picture.height} pixels).\n")


if __name__ == "__main__":
    main()
