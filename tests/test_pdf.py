"""The PDF itself: fonts, tags, artifacts, links, metadata; and what is refused."""

import builtins
import re
import socket
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import page as validator
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image

from handouts import assets, clinics, pdf
from handouts.errors import Exit, HandoutError
from handouts.model import Leaflet, Paper
from handouts.wording import fill, plain

from .conftest import ONE_OF_EACH, Variant, leaflet_of, pdf_of, topic_of

NECK = Variant("neck-pain-self-care", "us", Paper.LETTER, with_clinic=True)
EACH = pytest.mark.parametrize("variant", ONE_OF_EACH, ids=str)


@cache  # pikepdf's objects are gone when their document is
def opened(variant: Variant) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(pdf_of(variant).data))


def elements(document: pikepdf.Pdf) -> list[Any]:
    """Every element of the structure tree, in reading order."""

    def below(element: Any) -> list[Any]:
        kids = element.get("/K", [])
        kids = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
        found = [kid for kid in kids if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
        return [one for kid in found for one in (kid, *below(kid))]

    return below(document.Root.StructTreeRoot)


def of_type(document: pikepdf.Pdf, kind: str) -> list[Any]:
    return [element for element in elements(document) if kind == element.S]


@EACH
def test_only_our_fonts_and_all_of_them_embedded(variant: Variant) -> None:
    """A font of the system would look different on each machine, or not be there at all."""
    for font in {font.objgen: font for page in opened(variant).pages for font in page.Resources.Font.values()}.values():
        descriptor = font.DescendantFonts[0].FontDescriptor
        assert re.search(r"\+(Body|Fallback)", str(font.BaseFont)), str(font.BaseFont)
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


@EACH
def test_title_language_and_bookmarks(variant: Variant) -> None:
    """A screen reader speaks the title first, in the voice of the language; bookmarks are its contents page."""
    document = opened(variant)
    topic = topic_of(variant.topic)
    assert str(document.docinfo["/Title"]) == topic.title
    assert str(document.Root.Lang) == "en-US"
    assert document.Root.ViewerPreferences.DisplayDocTitle
    with document.open_outline() as outline:
        names = [item.title for item in outline.root[0].children]
    headings = [plain(section.heading.text) for section in fill(topic, clinics.read_region("us").words).sections]
    rest = iter(names[1:])  # the first is the urgent-help box
    assert all(heading in rest for heading in headings), "in the order of the leaflet"
    assert "Sources" in names


def spoken(variant: Variant) -> str:
    """What a screen reader says, in the order of the tags; list markers are left out."""
    document = opened(variant)
    sheets = pypdfium2.PdfDocument(pdf_of(variant).data)
    said: dict[tuple[int, int], str] = {}
    for number, sheet in enumerate(sheets):
        pieces = sheet.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=1, textpage=sheet.get_textpage())
        for piece in pieces:
            mark = pdfium.FPDFPageObj_GetMarkedContentID(piece.raw)
            said[number, mark] = said.get((number, mark), "") + piece.extract()
    numbers = {page.objgen: number for number, page in enumerate(document.pages)}

    def walk(element: Any) -> Iterator[str]:
        for kid in element.K if isinstance(element.get("/K"), pikepdf.Array) else []:
            if isinstance(kid, pikepdf.Dictionary):
                yield from () if kid.get("/S") in ("/Lbl", "/Figure") else walk(kid)
            else:
                yield said.get((numbers[element.Pg.objgen], int(kid)), "")

    return letters("".join(walk(document.Root.StructTreeRoot)))


def letters(words: str) -> str:
    """Letters and digits alone: PDFium reads a hyphen at the end of a line as something else."""
    return "".join(re.findall(r"\w", words))


class _Body(HTMLParser):
    """The words of a page in the order of its HTML, without the running footer."""

    def __init__(self) -> None:
        super().__init__()
        self.words = ""
        self.inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  # the parser gives it
        self.inside = self.inside or tag == "main"

    def handle_data(self, data: str) -> None:
        self.words += data if self.inside else ""


@EACH
def test_it_is_read_aloud_in_the_order_it_was_written(variant: Variant) -> None:
    """Columns read straight across, or a box read before its heading, make nonsense of good words."""
    body = _Body()
    body.feed(leaflet_of(variant).html)
    assert spoken(variant) == letters(body.words)
    assert len(spoken(variant)) > 3000


@EACH
def test_headings_start_at_1_and_never_skip(variant: Variant) -> None:
    """Readers who jump from heading to heading would think they missed one."""
    levels = [int(str(e.S)[2]) for e in elements(opened(variant)) if re.fullmatch(r"/H\d", str(e.S))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


@EACH
def test_each_picture_says_what_it_shows_and_where_it_is(variant: Variant) -> None:
    """A picture without words is a hole for whoever cannot see it; a wrong box sends a magnifier astray."""
    document = opened(variant)
    figures = of_type(document, "/Figure")
    assert figures
    for figure in figures:
        assert str(figure.Alt).strip()
        left, bottom, right, top = (float(side) for side in figure.A.BBox)
        _, _, width, height = (float(side) for side in figure.Pg.MediaBox)
        assert 0 <= left < right <= width
        assert 0 <= bottom < top <= height


def test_table_headers_say_what_they_head() -> None:
    """Ten rows read aloud without their headers would be a riddle."""
    document = opened(replace(NECK, topic="dystonia-or-fibromyalgia"))
    scopes = [str(header.A.Scope) for header in of_type(document, "/TH")]
    assert scopes == ["/Column"] * 2 + ["/Row"] * 10
    assert all(len(cell.A.Headers) == 2 for cell in of_type(document, "/TD")[1:])


@EACH
def test_links_are_described_in_words(variant: Variant) -> None:
    """Nobody wants a web address spelled out letter by letter."""
    links = [link for page in opened(variant).pages for link in page.get("/Annots", [])]
    assert links
    for link in links:
        assert re.match(r"\w[^/]+\w", str(link.Contents)), str(link.Contents)
        assert "://" not in str(link.Contents)


@EACH
def test_running_footers_are_artifacts_and_all_else_is_content(variant: Variant) -> None:
    """A footer read aloud in the middle of a sentence, four times, breaks it."""
    document = opened(variant)
    numbers = document.Root.StructTreeRoot.ParentTree.Nums
    parents = dict(zip(list(numbers)[::2], list(numbers)[1::2], strict=True))
    for page in document.pages:
        marks = [op for op in pikepdf.parse_content_stream(page) if str(op.operator) == "BDC"]
        artifacts = [op for op in marks if str(op.operands[0]) == "/Artifact"]
        assert len([op for op in artifacts if str(op.operands[1].Type) == "/Pagination"]) >= 3
        content = [op for op in marks if op not in artifacts]
        assert all(parents[page.StructParents][int(op.operands[1].MCID)] is not None for op in content)
    reachable = {element.objgen for element in elements(document)}
    orphans = [
        obj
        for obj in document.objects
        if isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/StructElem" and obj.objgen not in reachable
    ]
    assert orphans == []


def test_the_same_leaflet_is_the_same_file() -> None:
    """A clinic that archives what it handed out must be able to compare."""
    assert pdf.print_to_pdf(leaflet_of(NECK)).data == pdf_of(NECK).data


def test_the_file_says_nothing_of_the_machine() -> None:
    """A path can hold a user's name."""
    out = BytesIO()
    opened(NECK).save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.generalized)
    for private in (str(assets.PACKAGE.parent), "/home/", "file:"):
        assert private.encode() not in out.getvalue()


def test_it_is_made_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which leaflet is printed, and when, is nobody's business."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert pdf.print_to_pdf(leaflet_of(NECK)).pages == 4


def page_with(body: str) -> Leaflet:
    html = f'<!doctype html><html lang="en" data-page="a4"><title>Example</title><h1>Example</h1>{body}'
    return Leaflet(html, "example", "en")


def test_a_plain_page_is_printed() -> None:
    """If this failed, the refusals below would prove nothing."""
    assert pdf.print_to_pdf(page_with("<p>Hello</p>")).pages == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/x.png",
        "https://example.org/x.png",
        "ftp://example.org/x.png",
        "file:///etc/hostname",
        "FILE:///etc/hostname",
        "../README.md",
        "..%2fREADME.md",
        "parts/../../README.md",
    ],
)
def test_nothing_outside_the_library_is_fetched(address: str) -> None:
    """A logo or drawing must not read the clinic's files, nor tell anybody that it was printed."""
    with pytest.raises(HandoutError) as refused:
        pdf.print_to_pdf(page_with(f'<img alt="x" src="{address}">'))
    assert refused.value.exit_code is Exit.CANNOT_WRITE


@pytest.fixture
def styles_anew() -> Iterator[None]:
    """Styles are read once; a test that changes them reads them again, and so does the next."""
    pdf.styles.cache_clear()
    yield
    pdf.styles.cache_clear()


@pytest.mark.usefixtures("styles_anew")
def test_a_fault_in_a_style_is_told_of_each_leaflet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Styles are read once: of ten leaflets, nine would go to the printer without the rule that is wrong."""
    (tmp_path / "leaflet.css").write_text("p { color: nonsense }")
    (tmp_path / "no-system-fonts.conf").write_bytes((assets.STYLES / "no-system-fonts.conf").read_bytes())
    monkeypatch.setattr(assets, "STYLES", tmp_path)
    monkeypatch.setattr(pdf, "own_files_only", pdf.own_files_only.__wrapped__)
    for _ in range(2):
        with pytest.raises(HandoutError, match="laid out cleanly"):
            pdf.print_to_pdf(page_with(""))


def test_a_link_out_of_the_library_is_not_followed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A symbolic link would be a door around the fetcher."""
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "own.css").write_text("p { color: red }")
    (tmp_path / "secret.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>')
    (tmp_path / "styles" / "link.svg").symlink_to(tmp_path / "secret.svg")
    monkeypatch.setattr(assets, "STYLES", tmp_path / "styles")
    fetcher = pdf.own_files_only.__wrapped__()()
    assert fetcher.fetch((tmp_path / "styles" / "own.css").as_uri()).read()
    with pytest.raises(ValueError, match="outside the library"):
        fetcher.fetch((tmp_path / "styles" / "link.svg").as_uri())


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P"])
def test_any_png_logo_conforms(mode: str) -> None:
    """A clinic's logo is the one picture we did not draw."""
    png = BytesIO()
    Image.new(mode, (60, 20)).save(png, "PNG")
    logo = f"data:image/png;base64,{b64encode(png.getvalue()).decode()}"
    data = pdf.print_to_pdf(page_with(f'<img alt="Example Clinic" src="{logo}">')).data
    assert validator.is_pdf_compliant_bytes(data, profile="3a")
    assert validator.is_pdf_compliant_bytes(data, profile="ua1")


def test_a_link_to_nowhere_is_a_warning_and_not_a_fault_of_ours() -> None:
    """A template of a clinic's own can hold one."""
    with pytest.raises(HandoutError, match="could not be laid out cleanly"):
        pdf.print_to_pdf(page_with('<p><a href="#nowhere">there</a></p>'))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("<p>漢</p>", "the fonts cannot show “漢” (U+6F22)"),
        ('<p style="colour: red">x</p>', "could not be laid out cleanly"),
        ('<p style="color: var(--no-such-token)">x</p>', "could not be laid out cleanly"),
        ('<img alt="x" src="data:image/png;base64,AAAA">', "could not be laid out cleanly"),
        (
            '<img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 9 9%22/%3E">',
            "alt",
        ),
    ],
)
def test_a_warning_is_a_failure(fault: str, said: str) -> None:
    """WeasyPrint goes on after a missing letter, rule or picture; paper must not."""
    with pytest.raises(HandoutError) as refused:
        pdf.print_to_pdf(page_with(fault))
    assert said in str(refused.value)


def test_without_pango_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one thing pip cannot install is where a new clinic would get stuck."""
    real = builtins.__import__

    def without_pango(name: str, *rest: Any) -> Any:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest)

    pdf.engine.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without_pango)
    try:
        with pytest.raises(HandoutError, match="Pango, which draws the letters, is not installed") as refused:
            pdf.print_to_pdf(page_with("<p>x</p>"))
    finally:
        pdf.engine.cache_clear()
    assert any(command in str(refused.value) for command in pdf.PANGO.values())


@pytest.mark.parametrize("how", ["missing", "old"])
def test_without_harfbuzz_subset_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """It has a package of its own, whose name WeasyPrint does not say."""
    ffi = pdf.engine().text.ffi
    if how == "missing":
        monkeypatch.setattr(ffi, "harfbuzz_subset", None)
    else:
        monkeypatch.setattr(pdf, "MIN_HARFBUZZ", (99, 0, 0))
    pdf.engine.cache_clear()
    try:
        with pytest.raises(HandoutError, match="HarfBuzz-Subset, which puts letters into a PDF") as refused:
            pdf.print_to_pdf(page_with("<p>x</p>"))
    finally:
        pdf.engine.cache_clear()
    assert any(command in str(refused.value) for command in pdf.PANGO.values())
