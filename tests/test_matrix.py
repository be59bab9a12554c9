"""Every leaflet in every format: the pages themselves, read from the PDF.

By default a cut in which each topic, region, paper, size and ink occurs. The whole takes long; it runs with
`pytest -m whole`, and each variant of it once.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import page as validator
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import ImageStat

from handouts import assets, clinics, finishing, page, pdf, proof
from handouts.assets import OURS
from handouts.model import Format, Ink, Paper, Pdf, Setting
from handouts.told import everything
from handouts.wording import fill

from .conftest import CLINIC, UNAPPROVED, topic_of

MM = 72 / 25.4
#: Office printers cannot print the outer 4 to 6 mm of a sheet.
UNPRINTABLE = 5 * MM
SIZES = (12, 18, 24, 36)
#: Goes through all that can be chosen, as the test below says.
STEP = 25

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix."""

    topic: str
    region: str
    form: Format

    def __str__(self) -> str:
        return f"{self.topic}-{self.region}-{self.form.name}"


def cells() -> list[Cell]:
    formats = [Format(paper, size, ink) for paper, size, ink in product(Paper, SIZES, Ink)]
    return [Cell(*one) for one in product(OURS.topic_names(), assets.region_codes(), formats)]


def cut(every: list[Cell]) -> list[Cell]:
    """Few of the cells: any two things that can be chosen occur together in about as many as another two."""
    return every[::STEP]


EVERY = cells()
CUT = cut(EVERY)
MATRIX = pytest.mark.parametrize(
    "cell", [pytest.param(cell, id=str(cell), marks=() if cell in CUT else pytest.mark.whole) for cell in EVERY]
)


def test_the_cut_leaves_nothing_out() -> None:
    """A paper or a size that no test lays out breaks unseen."""
    assert {cell.topic for cell in CUT} == set(OURS.topic_names())
    assert {cell.region for cell in CUT} == set(assets.region_codes())
    assert {(cell.form.paper, cell.form.text_size) for cell in CUT} == set(product(Paper, SIZES))
    assert {(cell.form.text_size, cell.form.ink) for cell in CUT} == set(product(SIZES, Ink))


@cache
def laid_out(topic: str, region: str, form: Format) -> Pdf:
    clinic = clinics.read_clinic(CLINIC)
    setting = Setting(clinics.read_region(region), clinics.read_labels("en"), clinic, form)
    return finishing.finished(pdf.print_to_pdf(page.make_leaflet(topic_of(topic), setting, UNAPPROVED)), form, "en")


@MATRIX
def test_it_comes_out_right(cell: Cell, tmp_path: Path) -> None:
    """Whoever needs another format must get the same leaflet, whole: no word cut off, covered, small or missing."""
    made = laid_out(cell.topic, cell.region, cell.form)
    if cell.form.is_standard:
        assert made.pages == topic_of(cell.topic).pages
    sheets = list(pypdfium2.PdfDocument(made.data))
    for number, sheet in enumerate(sheets, 1):
        pieces = pieces_of(sheet)
        assert min(size for size, _ in pieces) >= cell.form.text_size - 0.01, f"small print on page {number}"
        assert off_the_sheet(sheet, pieces) == [], f"page {number}"
        assert overlapping(pieces) == [], f"page {number}"
        assert out_of_their_panel(sheet, pieces) == [], f"page {number}"
    assert words_missing(cell, sheets) == set()
    file = tmp_path / "leaflet.pdf"
    file.write_bytes(made.data)
    for profile in ("ua1", "3a"):
        report = validator.validate_pdf(file, profile=profile)
        assert report.is_compliant, str(report)


def pieces_of(sheet: pypdfium2.PdfPage) -> list[tuple[float, Box]]:
    """The size (in points) and the bounds (left, bottom, right, top) of each piece of text."""
    found = []
    for piece in sheet.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=3):
        size = pdfium.c_float()
        pdfium.FPDFTextObj_GetFontSize(piece.raw, size)
        found.append((size.value * abs(piece.get_matrix().d), piece.get_bounds()))
    return found


def off_the_sheet(sheet: pypdfium2.PdfPage, pieces: list[tuple[float, Box]]) -> list[Box]:
    """Text that a printer cannot print."""
    width, height = sheet.get_size()
    return [
        box
        for _, box in pieces
        if box[0] < UNPRINTABLE or box[1] < UNPRINTABLE or box[2] > width - UNPRINTABLE or box[3] > height - UNPRINTABLE
    ]


def overlapping(pieces: list[tuple[float, Box]]) -> list[tuple[Box, Box]]:
    """Text that lies on other text."""
    found = []
    for place, (size, one) in enumerate(pieces):
        for _, other in pieces[:place]:
            wide = min(one[2], other[2]) - max(one[0], other[0])
            high = min(one[3], other[3]) - max(one[1], other[1])
            if wide > size / 12 and high > size / 5:
                found.append((one, other))
    return found


def out_of_their_panel(sheet: pypdfium2.PdfPage, pieces: list[tuple[float, Box]]) -> list[Box]:
    """Text that begins in a box with a ground or a border, and ends beyond it."""
    paths = sheet.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=1)
    grounds = [path for path in paths if pdfium.FPDFPageObj_GetMarkedContentID(path.raw) < 0]  # the rest are drawings
    panels = [path.get_bounds() for path in grounds]
    panels = [box for box in panels if box[2] - box[0] > 25 * MM and box[3] - box[1] > 8 * MM]
    return [
        box
        for _, box in pieces
        for left, bottom, right, top in panels
        if left <= box[0] < right and bottom < (box[1] + box[3]) / 2 < top and box[2] > right + 0.5
    ]


def words_missing(cell: Cell, sheets: list[pypdfium2.PdfPage]) -> set[str]:
    """Words of the topic that stand on no page. Those at the end of a line can be split at a hyphen."""
    region = clinics.read_region(cell.region)
    told = [one.words for one in everything(fill(topic_of(cell.topic), region.words)) if one.what != "picture"]
    printed = "".join(re.findall(r"[^\W_]", " ".join(sheet.get_textpage().get_text_range() for sheet in sheets)))
    return {word for words in told for word in re.findall(r"[^\W_]+", words) if word not in printed}


# --- The guards see what they guard against ----------------------------------------------------


@pytest.fixture
def not_proofread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a page through that we would refuse."""
    monkeypatch.setattr(proof, "misprints", lambda *_: iter(()))


def a_page_with(body: str) -> pypdfium2.PdfPage:
    html = f'<!doctype html><html lang="en" data-page="a4"><title>x</title><h1 style="margin-top:20mm">x</h1>{body}'
    return pypdfium2.PdfDocument(pdf.print_to_pdf(page.Leaflet(html, "example", "en")).data)[0]


def test_a_plain_page_has_no_fault() -> None:
    """If this failed, the faults below would prove nothing."""
    sheet = a_page_with('<div class="callout"><p>A few words.</p></div>')
    pieces = pieces_of(sheet)
    assert off_the_sheet(sheet, pieces) == overlapping(pieces) == out_of_their_panel(sheet, pieces) == []


@pytest.mark.usefixtures("not_proofread")
def test_planted_faults_are_seen() -> None:
    """A guard that sees nothing guards nothing."""
    sheet = a_page_with('<p style="margin-left:-14mm">Too far to the left.</p>')
    assert off_the_sheet(sheet, pieces_of(sheet))
    sheet = a_page_with('<p>One line.</p><p style="margin-top:-7mm">One on it.</p>')
    assert overlapping(pieces_of(sheet))
    sheet = a_page_with(
        '<div class="callout" style="width:40mm"><p style="white-space:nowrap">Wider than its box, by far it is.</p></div>'
    )
    assert out_of_their_panel(sheet, pieces_of(sheet))
    missing = words_missing(CUT[0], [a_page_with("<p>Nothing of it.</p>")])
    assert len(missing) > 100


# --- Ink -------------------------------------------------------------------------------------


def darkness(made: Pdf) -> float:
    """How much of the paper is covered: 0 is white, 1 is black."""
    pages = [sheet.render(scale=0.4).to_pil().convert("L") for sheet in pypdfium2.PdfDocument(made.data)]
    return sum(255 - ImageStat.Stat(picture).mean[0] for picture in pages) / 255 / len(pages)


@pytest.mark.parametrize("topic", OURS.topic_names()[::3])
def test_the_saver_saves(topic: str) -> None:
    """A band of colour on every page empties a cartridge in a week."""
    full, saver = (darkness(laid_out(topic, "us", Format(Paper.LETTER, ink=ink))) for ink in (Ink.FULL, Ink.SAVER))
    assert saver < 0.75 * full


def test_grey_has_no_colour() -> None:
    """A printer set to colour would use its colours for a grey that is mixed of them."""
    for sheet in pypdfium2.PdfDocument(laid_out("gentle-movement", "us", Format(Paper.LETTER, ink=Ink.GREY)).data):
        red, green, blue = sheet.render(scale=0.5).to_pil().convert("RGB").split()
        assert red.tobytes() == green.tobytes() == blue.tobytes()
