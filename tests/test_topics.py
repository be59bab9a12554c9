"""Every leaflet on the shelf, in both regions, on both papers, with and without a clinic."""

import re
from functools import cache
from pathlib import Path

import page
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import textstat

from handouts import assets, blocks, clinics, tagging
from handouts.assets import OURS
from handouts.model import Block, Bullets, Entry, Flow, Paragraph, Section, Topic
from handouts.wording import fill, plain

from .conftest import VARIANTS, Variant, pdf_of, topic_of

EVERY = pytest.mark.parametrize("variant", VARIANTS, ids=str)
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
#: What a leaflet never says: it blames, promises, frightens or is not known to be true.
NEVER = [
    "chronic", "central sensiti", "arterial dissection", "involuntary contraction", "non-restorative", "exacerbation",
    "lifelong", "hidden connection", "root cause", "misalign", "detox", "lymphatic", "energy pathway", "toxins",
    "reset the nervous system", "all in the mind", "just stress", "no pain no gain", "relieves", "is effective",
]  # fmt: skip


# --- The printed page ------------------------------------------------------------------------


@cache
def printed(variant: Variant) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(pdf_of(variant).data)


def texts(sheet: pypdfium2.PdfPage) -> list[tuple[float, tuple[float, float, float, float]]]:
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
    assert min(size for sheet in printed(variant) for size, _ in texts(sheet)) >= 11.99


@EVERY
def test_nothing_needed_stands_where_printers_cannot_print(variant: Variant) -> None:
    """A page number cut in half is no page number."""
    for sheet in printed(variant):
        width, height = sheet.get_size()
        for _, (left, bottom, right, top) in texts(sheet):
            assert left >= UNPRINTABLE
            assert bottom >= UNPRINTABLE - MM
            assert right <= width - UNPRINTABLE
            assert top <= height - UNPRINTABLE


@EVERY
def test_no_page_is_less_than_a_third_full(variant: Variant) -> None:
    """A nearly empty page looks like a fault, and costs paper."""
    for sheet in printed(variant):
        lowest = min(bottom for _, (_, bottom, _, _) in texts(sheet) if bottom > FOOTER)
        assert lowest < sheet.get_height() * 2 / 3


@EVERY
def test_no_text_lies_on_other_text(variant: Variant) -> None:
    """Overprinted lines cannot be read; a box too small for its words overflows onto its neighbour."""
    for sheet in printed(variant):
        boxes = [bounds for _, bounds in texts(sheet)]
        for i, (left, bottom, right, top) in enumerate(boxes):
            for other_left, other_bottom, other_right, other_top in boxes[:i]:
                wide = min(right, other_right) - max(left, other_left)
                high = min(top, other_top) - max(bottom, other_bottom)
                assert wide <= 1 or high <= 2


@EVERY
def test_no_heading_is_stranded_at_the_foot_of_a_page(variant: Variant) -> None:
    """A heading without its text sends the reader to the wrong page."""
    for sheet in printed(variant):
        pieces = [(size, bounds) for size, bounds in texts(sheet) if bounds[1] > FOOTER]
        headings = [bounds for size, bounds in pieces if 16.5 < size < 20]
        for left, bottom, right, _ in headings:
            assert any(l < right and r > left - 20 and t < bottom for _, (l, _, r, t) in pieces)  # noqa: E741


@EVERY
def test_urgent_help_is_on_page_1(variant: Variant) -> None:
    """Whoever needs it has no time to turn pages."""
    number = clinics.read_region(variant.region).words["emergency_number"]
    assert f"Call {number} now if" in printed(variant)[0].get_textpage().get_text_range()


@EVERY
def test_the_clinic_is_named_or_there_are_lines_for_it_never_a_made_up_number(variant: Variant) -> None:
    """A patient must know whom to call, and must never call a number nobody gave."""
    words = printed(variant)[3].get_textpage().get_text_range()
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


def words_of(name: str, region: str) -> list[tuple[str, str]]:
    """The section and the words of every sentence-bearing part of a leaflet, as its readers get it."""
    topic: Topic = fill(topic_of(name), clinics.read_region(region).words)
    front = [("Page 1", plain(topic.summary)), ("Page 1", plain(topic.main_message))]
    return [
        *front,
        *(("Page 1", words) for part in topic.opening for words in told(part)),
        *((plain(s.heading.text), words) for s in topic.sections for part in s.parts for words in told(part)),
    ]


def told(node: object) -> list[str]:
    """Paragraphs, list items, doses and table cells, each as one text; headings are left out."""
    if isinstance(node, Paragraph):
        return [plain(node.text)]
    if isinstance(node, Bullets):
        return [plain(item.text) for item in node.items]
    if isinstance(node, Entry):
        return [*(words for part in node.body for words in told(part)), plain(node.dose)]
    if isinstance(node, Block):
        cells = [plain(cell) for row in node.table.rows for cell in row[1:]] if node.table else []
        return [*cells, *(words for part in (*node.entries, *node.after) for words in told(part))]
    return []


def sentences(words: str) -> list[str]:
    """Whole sentences; what does not end like one is a fragment of a list."""
    return [one.strip() for one in re.findall(r"[^.!?]+[.!?]+[”\"]?(?=\s|$)", words) if len(one.split()) > 3]


@IN_REGION
def test_it_can_be_read_at_the_age_of_eleven(name: str, region: str) -> None:
    """The average reader of a leaflet reads at this age: Flesch–Kincaid grade 6, SMOG grade 9 at most."""
    told_in: dict[str, list[str]] = {}
    for section, words in words_of(name, region):
        told_in.setdefault(section, []).extend(sentences(words))
    whole = " ".join(one for section in told_in.values() for one in section)
    assert textstat.flesch_kincaid_grade(whole) <= 6
    assert textstat.smog_index(whole) <= 9
    for section, found in told_in.items():
        if len(found) >= 5:  # fewer say nothing: SMOG is normed on 30
            assert textstat.flesch_kincaid_grade(" ".join(found)) <= 6.5, section


@IN_REGION
def test_sentences_paragraphs_and_lists_are_short(name: str, region: str) -> None:
    """A tired person in pain loses a long sentence half-way."""
    found = [one for _, words in words_of(name, region) for one in sentences(words)]
    assert {one for one in found if len(one.split()) > 20} == set()
    assert sum(len(one.split()) for one in found) / len(found) < 15
    topic = topic_of(name)
    for part in walk((topic.opening, topic.sections)):
        if isinstance(part, Bullets):
            assert len(part.items) <= 7, part.line
        if isinstance(part, Block) and part.table:
            cells = [words for row in fill(part.table.rows, clinics.read_region(region).words) for words in row]
            assert {plain(cell) for cell in cells if len(plain(cell).split()) > 20} == set()


def walk(node: object) -> list[object]:
    if isinstance(node, tuple):
        return [found for child in node for found in walk(child)]
    if isinstance(node, Section):
        return walk(node.parts)
    if isinstance(node, Block):
        return [node, *(part for entry in node.entries for part in entry.body), *node.after]
    return [node] if isinstance(node, Flow) else []


@pytest.mark.parametrize("variant", [v for v in VARIANTS if not v.with_clinic], ids=str)
def test_no_word_of_the_other_region(variant: Variant) -> None:
    """A reader told to call a number of another country gets no help."""
    words = " ".join(sheet.get_textpage().get_text_range() for sheet in printed(variant)).split("Sources")[0]
    other = AMERICAN if variant.region == "uk" else BRITISH
    assert re.findall(other, words) == []


@IN_REGION
def test_it_never_says_what_must_not_be_said(name: str, region: str) -> None:
    """Blame, promises and slogans do harm, and none of these is known to be true."""
    words = " ".join(words for _, words in words_of(name, region)).lower()
    assert [one for one in NEVER if one in words] == []


@TOPIC
def test_it_has_what_every_leaflet_has(name: str) -> None:
    """Summary, key points, help, something to do with a dose or to tick, questions, sources."""
    topic = topic_of(name)
    kinds = {part.kind for part in walk((topic.opening, topic.sections)) if isinstance(part, Block)}
    assert {"key-points", "urgent-help", "questions"} <= kinds
    assert kinds & {"checklist", "write-on-plan"}
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


def test_every_snippet_and_shared_drawing_is_shared() -> None:
    """What only one leaflet says belongs into it; what none says misleads whoever mends it."""
    named = [
        name
        for topic in OURS.topic_names()
        for name in set(re.findall(r"\{\{([\w-]+)\}\}", topic_of(topic).file.read_text(encoding="utf-8")))
    ]
    drawn = [file for topic in OURS.topic_names() for file in topic_of(topic).pictures]
    assert {name for name in OURS.snippets("en") if named.count(name) < 2} == set()
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
