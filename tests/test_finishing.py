"""What comes out beside the plain PDF: files for a print shop, pictures, pages for a browser."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageCms

from handouts import inks, make
from handouts.commands import making, talk
from handouts.errors import Exit

from .conftest import CASES, CLINIC, Ran

Run = Callable[..., Ran]
Put = Callable[[str, bytes], Path]
GOOD = (CASES / "quality" / "good.md").read_bytes()
MM = 72 / 25.4
NECK = "neck-pain-self-care-en-us-a4-print-shop"
#: The same leaflet of the example clinic.
NECK_US = "neck-pain-self-care-en-us-letter"
OURS = f"{NECK}-example-clinic"


def boxes(page: pikepdf.Page) -> dict[str, list[float]]:
    """The boxes of a page, in mm."""
    return {name: [float(length) / MM for length in page.obj[name]] for name in ("/MediaBox", "/TrimBox", "/BleedBox")}


def test_a_print_shop_gets_bleed_cmyk_and_a_report(run: Run, tmp_path: Path) -> None:
    """A file that is sent back costs a week."""
    ran = run("make", "neck", "--for", "print-shop", "--paper", "a4", "--clinic", str(CLINIC))
    assert ran.code == 0
    made = pikepdf.open(tmp_path / "out" / f"{OURS}.pdf")
    for sheet in made.pages:
        assert boxes(sheet)["/TrimBox"] == pytest.approx([0, 0, 210, 297], abs=0.01)
        assert boxes(sheet)["/BleedBox"] == pytest.approx([-3, -3, 213, 300], abs=0.01)
        assert boxes(sheet)["/MediaBox"] == pytest.approx([-3, -3, 213, 300], abs=0.01)
        operators = [str(op.operator) for op in pikepdf.parse_content_stream(sheet)]
        assert not {"rg", "RG", "g", "G"} & set(operators)
        assert "k" in operators
    (intent,) = made.Root.OutputIntents
    assert intent.DestOutputProfile.read_bytes() == inks.default_profile()
    with made.open_metadata() as metadata:
        assert metadata["{http://www.npes.org/pdfx/ns/id/}GTS_PDFXVersion"] == "PDF/X-4"
    assert f"out/{OURS}-report.txt" in ran.out
    report = (tmp_path / "out" / f"{OURS}-report.txt").read_text(encoding="utf-8")
    assert "Ready for the press." in report
    assert "Ready for the press." in ran.err
    assert "Example Clinic" not in report


def test_the_band_runs_over_the_edge_that_is_cut(run: Run, tmp_path: Path) -> None:
    """A white line at the edge of the band is the first thing a print shop complains of."""
    run("make", "neck", "--for", "print-shop", "--paper", "a4", "--png", "--dpi", "72")
    with Image.open(tmp_path / "out" / f"{NECK}-page-1.png") as picture:
        first = picture.convert("RGB")
    paper = (255, 255, 255)
    assert first.getpixel((1, 1)) != paper
    assert first.getpixel((first.width - 2, 1)) != paper
    assert first.getpixel((1, first.height - 2)) == paper


def test_marks_stand_outside_the_bleed(run: Run, tmp_path: Path) -> None:
    """A mark in the bleed can be left standing after the cut."""
    assert run("make", "neck", "--for", "print-shop", "--paper", "a4", "--marks").code == 0
    for sheet in pikepdf.open(tmp_path / "out" / f"{NECK}-marks.pdf").pages:
        assert boxes(sheet)["/BleedBox"] == pytest.approx([-3, -3, 213, 300], abs=0.01)
        assert boxes(sheet)["/MediaBox"] == pytest.approx([-8, -8, 218, 305], abs=0.01)


def test_a_clinic_brings_the_profile_of_its_print_shop(run: Run, tmp_path: Path) -> None:
    """Colours mixed for another press come out muddy."""
    clinic = "name: Example Clinic\npress_profile: {}\n"
    (tmp_path / "clinic.yaml").write_text(clinic.format("coated.icc"), encoding="utf-8")
    ran = run("make", "neck", "--for", "print-shop")
    assert ran.code == Exit.WRONG_FILE
    assert "clinic.yaml:2: there is no ICC profile “coated.icc”" in ran.err
    (tmp_path / "coated.icc").write_bytes(inks.default_profile())
    assert run("make", "neck", "--for", "print-shop", "--paper", "a4").code == 0
    made = pikepdf.open(tmp_path / "out" / f"{OURS}.pdf")
    (intent,) = made.Root.OutputIntents
    assert str(intent.OutputConditionIdentifier) == "coated.icc"
    screen = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for wrong in (b"no profile at all", screen):
        (tmp_path / "coated.icc").write_bytes(wrong)
        ran = run("make", "neck", "--for", "print-shop", "--out", "other")
        assert ran.code == Exit.WRONG_FILE
        assert "coated" in ran.err
        assert not list((tmp_path / "other").glob("*.pdf"))


def test_a_logo_too_coarse_for_a_press_is_said_so(run: Run, tmp_path: Path) -> None:
    """A logo from a web page looks torn on paper, five hundred times."""
    small = BytesIO()
    Image.new("RGB", (30, 10), "#0f5c63").save(small, "PNG")
    (tmp_path / "logo.png").write_bytes(small.getvalue())
    (tmp_path / "clinic.yaml").write_text("name: Example Clinic\nlogo: logo.png\n", encoding="utf-8")
    ran = run("make", "neck", "--for", "print-shop", "--paper", "a4")
    assert ran.code == Exit.WRONG_FILE
    assert f"Do not send {OURS}.pdf" in ran.err
    assert "failed" in (tmp_path / "out" / f"{OURS}-report.txt").read_text(encoding="utf-8")


def test_pictures_have_the_size_that_was_asked_for(run: Run, tmp_path: Path) -> None:
    """A preview on a web page must not be as heavy as the leaflet."""
    ran = run("make", "neck", "--png", "--dpi", "50", "--contact-sheet", "sheets/all.png")
    assert ran.code == 0
    assert f"out/{NECK_US}-page-1.png to {NECK_US}-page-4.png" in ran.out
    assert "sheets/all-us.png" in ran.out
    pages = sorted((tmp_path / "out").glob("*.png"))
    assert [file.name for file in pages] == [
        f"neck-pain-self-care-en-us-letter-page-{number}.png" for number in (1, 2, 3, 4)
    ]
    with Image.open(pages[0]) as first, Image.open(tmp_path / "sheets" / "all-us.png") as sheet:
        assert first.size == (425, 550)
        assert sheet.width > 4 * 240
        assert len(set(sheet.convert("RGB").resize((60, 30)).get_flattened_data())) > 50, "it shows something"


def test_the_web_twin_lies_beside_the_pdf(run: Run, tmp_path: Path) -> None:
    """One command for the printer and the clinic's web site keeps the two the same."""
    ran = run("make", "neck", "--html", "--text-size", "24")
    assert ran.code == 0
    assert "out/neck-pain-self-care-en-us.html" in ran.out
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "neck-pain-self-care-en-us-letter-24pt.pdf",
        "neck-pain-self-care-en-us.html",
    ]
    html = (tmp_path / "out" / "neck-pain-self-care-en-us.html").read_text(encoding="utf-8")
    assert "<h1" in html
    assert "Call 911 now" in html


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            ("--text-size", "24"),
            r"In 24 points, example has (\d+) pages: (\d+) sheets, both sides \(usual size: up to 2",
        ),
        (
            ("--paper", "a5"),
            r"On A5, example has (\d+) pages: (\d+) sheets?, both sides \(usual size: up to 2 pages, 1 sheet",
        ),
        (
            ("--text-size", "24", "--pack", "p.pdf"),
            r"In 24 points, the pack has (\d+) pages: (\d+) sheets, both sides\.",
        ),
    ],
)
def test_how_much_paper_it_takes_is_said_before(
    more: tuple[str, ...], said: str, run: Run, own_shelf: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large print of 4 pages has 16: whoever prints the whole shelf so should know before the paper is gone."""
    own_shelf("example", GOOD)
    written: list[str] = []
    told: list[int] = []
    monkeypatch.setattr(make, "write_whole", lambda file, _: written.append(file.name))
    monkeypatch.setattr(making, "say", lambda sentence, **_: told.append(len(written)) or real(sentence))
    real = talk.say
    ran = run("make", "example", "--region", "us", *more)
    assert ran.code == 0
    found = re.search(said, ran.err)
    assert found, ran.err
    pages, sheets = int(found[1]), int(found[2])
    assert pages >= 2
    assert sheets == -(-pages // 2)
    assert (told[0], len(written)) == (0, 1)
    assert re.search(rf" {pages} +{sheets} ", ran.out), "the table counts sheets, too"


def test_the_usual_size_needs_no_words(run: Run, own_shelf: Put, tmp_path: Path) -> None:
    """Neither what everybody gets, nor a clinic's own usual size, is news."""
    own_shelf("example", GOOD)
    assert "sheet" not in run("make", "example", "--region", "us").err
    (tmp_path / "clinic.yaml").write_text("name: Example Clinic\nregion: us\n", encoding="utf-8")
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "tokens.css").write_text(":root { --text: 18pt; }", encoding="utf-8")
    assert "sheet" not in run("make", "example").err
    assert "In 12 points, example has" in run("make", "example", "--text-size", "12").err
