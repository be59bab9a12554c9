"""Every leaflet on the shelf, in both regions, on both papers, with and without a clinic."""

import re
from functools import cache
from pathlib import Path

import page
import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from handouts import assets, blocks, clinics, pdf, quality, tagging
from handouts.assets import OURS
from handouts.model import Block, Format, Setting
from handouts.wording import every

from .conftest import CLINIC, EVERY_VARIANT, UNAPPROVED, USUAL_VARIANTS, VARIANTS, Variant, leaflet_of, pdf_of, topic_of

EVERY = pytest.mark.parametrize("variant", EVERY_VARIANT)
TOPIC = pytest.mark.parametrize("name", OURS.topic_names())
IN_REGION = pytest.mark.parametrize(
    ("name", "region"), [(name, region) for name in OURS.topic_names() for region in assets.region_codes()]
)
MM = 72 / 25.4
#: Office printers cannot print the outer 4 to 6 mm of a sheet.
UNPRINTABLE = 6 * MM
#: What stands below this height is the running footer.
FOOTER = 20 * MM

#: Words a reader of the other region would stumble over, or that speak of its services.
BRITISH = r"\b(NHS|GP|GPs|A&E|999|111|physiotherap\w+|paracetamol|apnoea|behaviour\w*|programme|centre|towards|DVLA|plaster|chemist|fortnight|tablets?|painkillers?)\b"
AMERICAN = r"\b(911|988|ER|physical therap\w+|acetaminophen|Tylenol|Advil|Motrin|apnea|behavior\w*|program|center|toward|drugstore|bathroom|Fahrenheit|°F|primary care provider|Veterans)\b"


# --- The printed page ------------------------------------------------------------------------


@cache
def printed(variant: Variant) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(pdf_of(variant).data)


def pieces_of(sheet: pypdfium2.PdfPage) -> list[tuple[float, tuple[float, float, float, float]]]:
    """The size (in points) and the bounds (left, bottom, right, top) of each piece of text."""
    found = []
    for piece in sheet.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=3):
        matrix = piece.get_matrix()
        size = pdfium.c_float()
        pdfium.FPDFTextObj_GetFontSize(piece.raw, size)
        found.append((size.value * abs(matrix.d), piece.get_bounds()))
    return found


@EVERY
def test_it_keeps_to_its_page_budget(variant: Variant) -> None:
    """A fifth page is a second sheet with one line on it, four hundred times."""
    assert pdf_of(variant).pages == topic_of(variant.topic).pages
    assert pdf_of(variant).pages % 2 == 0


@EVERY
@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_it_conforms(variant: Variant, profile: str, tmp_path: Path) -> None:
    """PDF/UA-1 is what a screen reader needs, PDF/A-3a what an archive needs."""
    file = tmp_path / "leaflet.pdf"
    file.write_bytes(pdf_of(variant).data)
    report = page.validate_pdf(file, profile=profile)
    assert report.is_compliant, str(report)


def test_the_validator_sees_a_planted_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A validator that finds nothing proves nothing: without its finishing touch, a leaflet fails."""
    monkeypatch.setattr(tagging, "_leave_metadata_readable", lambda _: None)
    file = tmp_path / "leaflet.pdf"
    file.write_bytes(pdf_of.__wrapped__(VARIANTS[0]).data)
    assert not page.validate_pdf(file, profile="3a").is_compliant


@EVERY
def test_no_text_is_smaller_than_12_points(variant: Variant) -> None:
    """RNIB Clear Print: below 12 points many readers are lost."""
    assert min(size for sheet in printed(variant) for size, _ in pieces_of(sheet)) >= 11.99


@EVERY
def test_nothing_needed_stands_where_printers_cannot_print(variant: Variant) -> None:
    """A page number cut in half is no page number."""
    for sheet in printed(variant):
        width, height = sheet.get_size()
        for _, (left, bottom, right, top) in pieces_of(sheet):
            assert left >= UNPRINTABLE
            assert bottom >= UNPRINTABLE - MM
            assert right <= width - UNPRINTABLE
            assert top <= height - UNPRINTABLE


@EVERY
def test_no_page_is_less_than_a_third_full(variant: Variant) -> None:
    """A nearly empty page looks like a fault, and costs paper."""
    for sheet in printed(variant):
        lowest = min(bottom for _, (_, bottom, _, _) in pieces_of(sheet) if bottom > FOOTER)
        assert lowest < sheet.get_height() * 2 / 3


@EVERY
def test_no_text_lies_on_other_text(variant: Variant) -> None:
    """Overprinted lines cannot be read; a box too small for its words overflows onto its neighbour."""
    for sheet in printed(variant):
        boxes = [bounds for _, bounds in pieces_of(sheet)]
        for i, (left, bottom, right, top) in enumerate(boxes):
            for other_left, other_bottom, other_right, other_top in boxes[:i]:
                wide = min(right, other_right) - max(left, other_left)
                high = min(top, other_top) - max(bottom, other_bottom)
                assert wide <= 1 or high <= 2


@EVERY
def test_no_heading_is_stranded_at_the_foot_of_a_page(variant: Variant) -> None:
    """A heading without its text sends the reader to the wrong page."""
    for sheet in printed(variant):
        pieces = [(size, bounds) for size, bounds in pieces_of(sheet) if bounds[1] > FOOTER]
        headings = [bounds for size, bounds in pieces if 16.5 < size < 20]
        drawn = [piece.get_bounds() for piece in sheet.get_objects(max_depth=3)]
        for left, bottom, right, _ in headings:
            below = [(l, r) for l, b, r, t in drawn if t < bottom and b > FOOTER]  # noqa: E741
            assert any(l < right and r > left - 20 for l, r in below)  # noqa: E741


@EVERY
def test_urgent_help_is_on_page_1(variant: Variant) -> None:
    """Whoever needs it has no time to turn pages."""
    number = clinics.read_region(variant.region).words["emergency_number"]
    assert f"Call {number} now if" in printed(variant)[0].get_textpage().get_text_range()


@EVERY
def test_the_clinic_is_named_or_there_are_lines_for_it_never_a_made_up_number(variant: Variant) -> None:
    """A patient must know whom to call, and must never call a number nobody gave."""
    words = " ".join(sheet.get_textpage().get_text_range() for sheet in printed(variant))
    if variant.with_clinic:
        assert re.search(r"555\s0100", words)
        assert "example-clinic.example/leaflets" in words
    else:
        assert re.search(r"Your clinic:\s+Phone:\s+Open:", words)


@EVERY
def test_the_footer_says_what_it_is_and_that_nobody_has_approved_it(variant: Variant) -> None:
    """A leaflet found in a drawer must say whether it still holds."""
    topic = topic_of(variant.topic)
    for number, sheet in enumerate(printed(variant), 1):
        words = " ".join(sheet.get_textpage().get_text_range().split())
        assert f"{topic.id} · Version {topic.version} · Written November 2026 · Review by November 2028" in words
        assert "Not yet approved by the clinic" in words
        assert f"Page {number} of {len(printed(variant))}" in words


# --- The words -----------------------------------------------------------------------------------


@EVERY
def test_it_passes_its_own_quality_report(variant: Variant) -> None:
    """Reading age, length, doses, lists, words that harm: what clinics are told to mend in theirs must hold in ours."""
    region = clinics.read_region(variant.region)
    clinic = clinics.read_clinic(CLINIC) if variant.with_clinic else None
    setting = Setting(region, clinics.read_labels("en"), clinic, Format(variant.paper))
    topic = topic_of(variant.topic)
    report = quality.report(topic, setting, pdf.lay_out(leaflet_of(variant)), UNAPPROVED, topic.written)
    assert [finding for finding in report.findings if finding.breaks] == []
    assert report.whole
    assert report.whole.grade <= 6
    assert report.whole.smog <= 9


@pytest.mark.parametrize("variant", USUAL_VARIANTS, ids=str)
def test_no_word_of_the_other_region(variant: Variant) -> None:
    """A reader told to call a number of another country gets no help."""
    words = " ".join(sheet.get_textpage().get_text_range() for sheet in printed(variant)).split("Sources")[0]
    other = AMERICAN if variant.region == "uk" else BRITISH
    assert re.findall(other, words) == []


@TOPIC
def test_it_has_what_every_leaflet_has(name: str) -> None:
    """Summary, key points, help, something to do with a dose or to tick, questions, sources."""
    topic = topic_of(name)
    kinds = {block.kind for block in every(Block, (topic.opening, topic.sections))}
    assert {"key-points", "urgent-help", "questions"} <= kinds
    assert kinds & set(quality.TOOLS)
    assert len(topic.sources) >= 5
    assert set(blocks.SHAPES) >= kinds


@TOPIC
def test_every_drawing_is_used_and_drawn_alike(name: str) -> None:
    """A drawing nobody sees is ballast; one with other colours or with letters inside breaks the set."""
    own = {file.name for file in (assets.TOPICS / name / "figures").glob("*")}
    assert own <= set(topic_of(name).pictures)
    for svg in topic_of(name).pictures.values():
        assert set(re.findall(r"#[0-9a-fA-F]{3,8}", svg)) <= PALETTE
        assert set(re.findall(r"<(\w+)", svg)) <= SHAPES
        assert "opacity" not in svg
        assert "<title>" in svg


def test_every_snippet_shared_drawing_and_source_is_used() -> None:
    """What only one leaflet says belongs into it; what none says misleads whoever mends it."""
    named = [
        name
        for topic in OURS.topic_names()
        for name in set(re.findall(r"\{\{([\w-]+)\}\}", topic_of(topic).file.read_text(encoding="utf-8")))
    ]
    drawn = [file for topic in OURS.topic_names() for file in topic_of(topic).pictures]
    assert {name for name in OURS.snippets("en") if named.count(name) < 2} == set()
    sources = re.findall(r"^([\w-]+):$", (assets.SNIPPETS / "sources.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    written = [topic_of(topic).file.read_text(encoding="utf-8") for topic in OURS.topic_names()]
    assert {name for name in sources if not any(f"\n  - {name}\n" in text for text in written)} == set()
    assert len({source.address for topic in OURS.topic_names() for source in topic_of(topic).sources}) == len(sources)
    assert {file.name for file in (assets.SNIPPETS / "figures").iterdir() if drawn.count(file.name) < 2} == set()


SHAPES = {"svg", "title", "defs", "g", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon", "use"}
PALETTE = set(
    re.findall(
        r"#\w+",
        """
    #1d2b36 #0f5c63 #e9f3f3 #7fb0b3 #b4560f #fdf1e6 #e0a06a #5b6b76 #c9d2d8
    #e4e9ec #f3f6f7 #ffffff #a4262c #f3d3bd #d9ae93 #e8c8b0 #c99f83 #c68e65
    #a06c46 #8d5a3b #6b4029 #5c4433 #2b2320 #8a8f94 #b5793f #3c4f76 #7a5c86
""",
    )
)
