"""A person in; that person's copy made the fast way and the slow way out, for the tests that compare them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Any
from unicodedata import category

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from handouts import clinics, freezing, frozen, letters, page, pdf, stamping
from handouts.editions import Edition
from handouts.finishing import finished
from handouts.frozen import Frozen, Shape
from handouts.model import Format, Leaflet, Pdf, Personal, Setting
from handouts.stamping import Stamped

from .conftest import CLINIC, UNAPPROVED, topic_of

#: Pictures of pages, for comparing them pixel by pixel.
DPI = 120
#: The fonts of a batch, with every letter that a list may hold: which are in it must not matter.
FONTS = {
    face: stamping.font_of(
        face, frozenset(letter for letter in map(chr, letters.glyphs(face)) if not category(letter).startswith("C"))
    )
    for face in frozen.FACES.values()
}


@cache
def edition(topic: str, region: str, form: Format, *, opening_only: bool = False) -> Edition:
    """One of our topics; `opening_only`: what stands on its first page alone, which is laid out sooner."""
    setting = Setting(clinics.read_region(region), clinics.read_labels("en"), clinics.read_clinic(CLINIC), form)
    read = topic_of(topic)
    return Edition(replace(read, sections=()) if opening_only else read, setting, UNAPPROVED)


def laid_out(of: Edition, leaflet: Leaflet) -> Pdf:
    return finished(pdf.print_to_pdf(leaflet), of.setting.form, leaflet.language)


@cache
def frozen_of(topic: str, region: str, form: Format, shape: Shape, *, opening_only: bool = False) -> Frozen | None:
    """An edition, frozen in a shape."""
    of = edition(topic, region, form, opening_only=opening_only)
    return freezing.freeze(laid_out(of, of.leaflet(shape)), of.expected(shape))


def stamped_for(
    person: Personal, topic: str, region: str, form: Format, *, opening_only: bool = False
) -> tuple[Frozen, Stamped] | None:
    """A person's copy made the fast way; None if it is to be made the slow way."""
    of = edition(topic, region, form, opening_only=opening_only)
    words = stamping.words_of(person, of.exercises, of.setting.labels)
    shape = stamping.shape_of(person, of.exercises)
    first = frozen_of(topic, region, form, shape, opening_only=opening_only)
    assert first, "each of our leaflets can be frozen"
    fitted = stamping.fitted(first, words, shape)
    if fitted is None:
        return None
    whole = frozen_of(topic, region, form, fitted, opening_only=opening_only)
    assert whole
    stamped = stamping.stamp(whole, words, FONTS)
    return None if stamped is None else (whole, stamped)


def slowly(person: Personal, topic: str, region: str, form: Format, *, opening_only: bool = False) -> Pdf:
    """A person's copy, laid out on its own."""
    of = edition(topic, region, form, opening_only=opening_only)
    return laid_out(of, page.make_leaflet(of.topic, of.setting, of.stands, person))


def differences(one: bytes, other: bytes) -> list[str]:
    """Where two PDFs are not the same, pixel by pixel, and in what a screen reader says; never what is there."""
    first, second = pypdfium2.PdfDocument(one), pypdfium2.PdfDocument(other)
    if len(first) != len(second):
        return [f"{len(first)} and {len(second)} pages"]
    found = [f"the picture of page {n}" for n in range(len(first)) if _picture(first[n]) != _picture(second[n])]
    return found + (["what is read aloud"] if spoken(one) != spoken(other) else [])


def _picture(sheet: pypdfium2.PdfPage) -> tuple[tuple[int, int], bytes]:
    picture = sheet.render(scale=DPI / 72).to_pil()
    return picture.size, picture.tobytes()


def spoken(data: bytes) -> list[str]:
    """What a screen reader says, piece by piece, in the order of the tags; pieces of nothing left out."""
    document, sheets = pikepdf.open(BytesIO(data)), pypdfium2.PdfDocument(data)
    said: dict[tuple[int, int], str] = {}
    for number, sheet in enumerate(sheets):
        text = sheet.get_textpage()
        for piece in sheet.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=1, textpage=text):
            mark = pdfium.FPDFPageObj_GetMarkedContentID(piece.raw)
            said[number, mark] = said.get((number, mark), "") + piece.extract()
    numbers = {sheet.objgen: number for number, sheet in enumerate(document.pages)}

    def walk(element: Any) -> Iterator[str]:
        for kid in element.K if isinstance(element.get("/K"), pikepdf.Array) else []:
            if isinstance(kid, pikepdf.Dictionary):
                yield from walk(kid)
            else:
                yield said.get((numbers[element.Pg.objgen], int(kid)), "")

    # PDFium reads a hyphen at the end of a line as another sign, and which line ends depends on what is drawn next.
    return [
        re.sub(r"\s+$", "", piece.replace("\x02", "-")) for piece in walk(document.Root.StructTreeRoot) if piece.strip()
    ]
