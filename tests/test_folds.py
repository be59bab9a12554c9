"""Folds: which page lies where, before and after folding."""

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import page as validator
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handouts import clinics, page, pdf
from handouts.assets import OURS
from handouts.errors import Exit
from handouts.impose import PAPER_THICKNESS, booklet, booklet_sides
from handouts.model import Fold, Format, Leaflet, Paper, Pdf, Setting

from .conftest import CLINIC, UNAPPROVED, Ran, topic_of

Run = Callable[..., Ran]
MM = 72 / 25.4
INCH = 72


def pages_of(count: int) -> Pdf:
    """Small pages, each with its number."""
    body = "".join(f'<p style="break-before: page; margin: 20mm 0 0">n{number}n</p>' for number in range(1, count + 1))
    html = f'<!doctype html><html lang="en" data-page="a5"><title>Example</title><h1 style="display:none">x</h1>{body}'
    return pdf.print_to_pdf(Leaflet(html.replace("break-before: page; ", "", 1), "example", "en"))


def numbers_on(sheet: pypdfium2.PdfPage) -> list[tuple[int, float]]:
    """The numbers on one side of a sheet, from left to right, and how far from the left each begins, in points."""
    text = sheet.get_textpage()
    found = [
        (int(number[1]), text.get_charbox(number.start())[0])
        for number in re.finditer(r"n(\d+)n", text.get_text_range())
    ]
    return sorted(found, key=lambda one: one[1])


# --- Booklets ----------------------------------------------------------------------------------


def test_four_pages_make_one_sheet() -> None:
    """The outside is the back cover and the front cover; the inside reads on."""
    assert booklet_sides(4) == [(3, 0), (1, 2)]
    assert booklet_sides(4, right_to_left=True) == [(0, 3), (2, 1)]


def test_what_is_missing_to_four_is_blank_at_the_end() -> None:
    """A blank in the middle looks like a page that was lost."""
    assert booklet_sides(5) == [(None, 0), (1, None), (None, 2), (3, 4)]
    assert booklet_sides(5, right_to_left=True) == [(0, None), (None, 1), (2, None), (4, 3)]


def folded(sides: list[tuple[int | None, int | None]], *, right_to_left: bool) -> list[int | None]:
    """The order in which one reads the sheets when they lie in each other and are folded in the middle."""
    if right_to_left:
        sides = [(right, left) for left, right in sides]
    leaves = [(front[1], back[0]) for front, back in zip(sides[::2], sides[1::2], strict=True)]
    leaves += [(back[1], front[0]) for front, back in reversed(list(zip(sides[::2], sides[1::2], strict=True)))]
    return [page for leaf in leaves for page in leaf]


@given(pages=st.integers(1, 200), right_to_left=st.booleans())
def test_folded_it_reads_in_order(pages: int, right_to_left: bool) -> None:
    """Two pages swapped, and step 3 comes before step 2."""
    order = folded(booklet_sides(pages, right_to_left=right_to_left), right_to_left=right_to_left)
    assert order[:pages] == list(range(pages))
    assert order[pages:] == [None] * (-pages % 4)


@pytest.mark.parametrize("right_to_left", [False, True])
def test_the_pages_lie_on_the_sheets_where_they_should(right_to_left: bool) -> None:
    """What is computed must be what is printed."""
    sheets = pypdfium2.PdfDocument(booklet(pages_of(7), right_to_left=right_to_left).data)
    printed = [[number - 1 for number, _ in numbers_on(sheet)] for sheet in sheets]
    wanted = [[place for place in side if place is not None] for side in booklet_sides(7, right_to_left=right_to_left)]
    assert printed == wanted
    for sheet in sheets:
        assert sheet.get_size() == pytest.approx((2 * 148 * MM, 210 * MM), abs=0.1)


def test_inner_sheets_move_towards_the_fold() -> None:
    """Else the edge that is cut after folding takes more from the inner pages, and their margins look crooked."""
    sheets = pypdfium2.PdfDocument(booklet(pages_of(16)).data)
    lefts = [numbers_on(sheet)[0][1] for sheet in sheets]
    rights = [numbers_on(sheet)[1][1] for sheet in sheets]
    moves = [second - first for first, second in pairwise(lefts[::2])]
    assert moves == pytest.approx([PAPER_THICKNESS * MM] * 3, abs=0.02)
    assert [first - second for first, second in pairwise(rights[::2])] == pytest.approx(moves, abs=0.02)
    assert lefts[0] == pytest.approx(lefts[1], abs=0.02), "both sides of a sheet move as one"


def test_a_booklet_by_command(run: Run, tmp_path: Path) -> None:
    """It is printed on the clinic's own sheet, turned over its short edge."""
    ran = run("make", "stress", "--fold", "booklet")
    assert ran.code == 0
    assert "short edge" in ran.err
    made = pikepdf.open(tmp_path / "out" / "stress-and-relaxation-en-us-letter-booklet.pdf")
    assert [float(length) for length in made.pages[0].MediaBox[2:]] == pytest.approx([11 * INCH, 8.5 * INCH], abs=0.1)
    assert made.Root.ViewerPreferences.Duplex == "/DuplexFlipShortEdge"
    assert "/StructTreeRoot" not in made.Root, "it does not claim tags it has not"
    again = booklet(pages_of(6))
    assert again.data == booklet(pages_of(6)).data


# --- Tri-folds ---------------------------------------------------------------------------------

#: The panels from left to right: of the outside, then of the inside.
PANELS = {
    Paper.A4: ([97 * MM, 100 * MM, 100 * MM], [100 * MM, 100 * MM, 97 * MM]),
    Paper.LETTER: (
        [3.625 * INCH, 3.6875 * INCH, 3.6875 * INCH],
        [3.6875 * INCH, 3.6875 * INCH, 3.625 * INCH],
    ),
}
FITS = [name for name in OURS.topic_names() if topic_of(name).tri_fold]
#: What stands so far from a fold cannot be lost in it.
FOLD = 5 * MM


def tri_fold(name: str, region: str, paper: Paper) -> Pdf:
    clinic = clinics.read_clinic(CLINIC)
    setting = Setting(clinics.read_region(region), clinics.read_labels("en"), clinic, Format(paper, fold=Fold.TRI_FOLD))
    return pdf.print_to_pdf(page.make_leaflet(topic_of(name), setting, UNAPPROVED))


REGIONAL = (("us", Paper.LETTER), ("uk", Paper.A4))
#: Each topic in one region, and by turns in the other; the rest with `pytest -m whole`.
TRI_FOLDS = [
    pytest.param(name, *REGIONAL[(turn + other) % 2], marks=pytest.mark.whole if other else ())
    for turn, name in enumerate(FITS)
    for other in (0, 1)
]


@pytest.mark.parametrize(("name", "region", "paper"), TRI_FOLDS)
def test_a_tri_fold_is_one_sheet_whose_words_keep_clear_of_the_folds(
    name: str, region: str, paper: Paper, tmp_path: Path
) -> None:
    """A word in the fold cannot be read, and a second sheet is no tri-fold."""
    made = tri_fold(name, region, paper)
    sheets = list(pypdfium2.PdfDocument(made.data))
    assert len(sheets) == 2
    for sheet, widths in zip(sheets, PANELS[paper], strict=True):
        assert sheet.get_width() == pytest.approx(sum(widths), abs=0.2)
        folds = [widths[0], widths[0] + widths[1]]
        pieces = sheet.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=3)
        for left, bottom, right, top in (piece.get_bounds() for piece in pieces):
            assert all(right < fold - FOLD or left > fold + FOLD for fold in folds)
            assert left > FOLD
            assert right < sheet.get_width() - FOLD
            assert bottom > FOLD
            assert top < sheet.get_height() - FOLD
    file = tmp_path / "leaflet.pdf"
    file.write_bytes(made.data)
    for profile in ("ua1", "3a"):
        report = validator.validate_pdf(file, profile=profile)
        assert report.is_compliant, str(report)


def words_between(sheet: pypdfium2.PdfPage, left: float, right: float) -> str:
    return " ".join(sheet.get_textpage().get_text_bounded(left, 0, right, sheet.get_height()).split())


@pytest.mark.parametrize(("region", "paper"), [("us", Paper.LETTER), ("uk", Paper.A4)])
def test_the_cover_is_on_the_right_of_the_outside_and_help_on_the_back(region: str, paper: Paper) -> None:
    """Folded, the right panel is the front and the middle one the back: one must find help without unfolding it."""
    topic = topic_of("neck-pain-self-care")
    outside, inside = pypdfium2.PdfDocument(tri_fold(topic.name, region, paper).data)
    flap, back, _ = PANELS[paper][0]
    assert topic.title in words_between(outside, flap + back, outside.get_width())
    number = clinics.read_region(region).words["emergency_number"]
    assert f"Call {number} now" in words_between(outside, flap, flap + back)
    assert re.search(r"555\s0100", words_between(outside, flap, flap + back))
    assert "Get help the same day" in words_between(outside, 0, flap)
    assert "What you can do" in words_between(inside, 0, PANELS[paper][1][0])


def test_it_holds_the_sections_that_the_topic_names_and_the_rest_is_left_out() -> None:
    """Half a section would be worse than none."""
    topic = topic_of("neck-pain-self-care")
    words = " ".join(
        sheet.get_textpage().get_text_range()
        for sheet in pypdfium2.PdfDocument(tri_fold(topic.name, "us", Paper.LETTER).data)
    )
    assert [s.anchor for s in topic.sections if s.anchor in topic.tri_fold] == list(topic.tri_fold)
    assert "What you can do" in words
    assert "Questions people ask" not in words
    assert "The full list is in the full leaflet." in " ".join(words.split())


def test_the_cover_is_read_first() -> None:
    """A voice that begins on the flap says what to do before it says what this is."""
    made = pikepdf.open(BytesIO(tri_fold("sleep-hygiene", "us", Paper.LETTER).data))

    def below(element: pikepdf.Object) -> list[str]:
        kids = element.get("/K", [])
        found = [
            kid for kid in (kids if isinstance(kids, pikepdf.Array) else []) if isinstance(kid, pikepdf.Dictionary)
        ]
        return [kind for kid in found if "/S" in kid for kind in (str(kid.S), *below(kid))]

    headings = [kind for kind in below(made.Root.StructTreeRoot) if re.fullmatch(r"/H\d", kind)]
    assert headings[0] == "/H1"


def test_what_does_not_fit_is_refused_with_what_would(run: Run, tmp_path: Path) -> None:
    """A page cut off at the fold is noticed after five hundred copies."""
    ran = run("make", "symptom", "sleep", "--fold", "tri-fold")
    assert ran.code == Exit.WRONG_FILE
    assert "symptom-and-sleep-diary is not made: it does not fit the six panels of a tri-fold." in ran.err
    assert "--fold booklet" in ran.err
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["sleep-hygiene-en-us-letter-tri-fold.pdf"]


def test_a_wrong_section_is_said_with_its_line(run: Run, own_shelf: Callable[[str, bytes], Path]) -> None:
    """A heading that was reworded must not drop out of the tri-fold unseen."""
    good = (Path(__file__).parent / "cases" / "topics" / "good.md").read_bytes()
    own_shelf("good", good.replace(b"\npages: ", b"\ntri_fold: [What you can doo]\npages: ", 1))
    ran = run("make", "good")
    assert ran.code == Exit.WRONG_FILE
    assert re.search(r"good/en.md:\d+: there is no section “What you can doo”", ran.err)


def test_a_fold_never_has_another_page_for_large_print() -> None:
    """The matrix of folds has one size; others are refused in `formats`."""
    assert replace(Format(Paper.A4), fold=Fold.BOOKLET).page == "a5"


def test_a_link_to_a_section_that_is_left_out_is_words_alone(
    run: Run, own_shelf: Callable[[str, bytes], Path], tmp_path: Path
) -> None:
    """On the tri-fold there is nothing to jump to; the rest of the leaflet must still come out."""
    good = (Path(__file__).parent / "cases" / "topics" / "good.md").read_text(encoding="utf-8")
    linked = (
        good.replace("## What to do\n", "## What to do\n\nSee [below](#more).\n", 1) + "\n## More\n\nRest a little.\n"
    )
    own_shelf("good", linked.replace("\npages: ", "\ntri_fold: [What to do]\npages: ", 1).encode())
    ran = run("make", "good", "--fold", "tri-fold")
    assert (ran.code, ran.out.count("good-en-us-letter-tri-fold.pdf")) == (0, 1), ran.err
    assert run("make", "good").code == 0
