"""The look before the press: a good file passes, and each check is shown failing."""

from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from handouts import inks
from handouts.model import Leaflet, Pdf
from handouts.preflight import Checked, preflight

from .conftest import BLEED, ONE_OF_EACH, Variant, colourful, for_a_press, logo
from .test_inks import PNG_MODES, add_to_page, changed, first, pressed


def found_in(file: Pdf) -> dict[str, Checked]:
    return {check.what: check for check in preflight(file).checks}


@pytest.mark.parametrize("variant", [*ONE_OF_EACH[::3], None], ids=str)
def test_what_we_make_for_a_press_passes(variant: Variant | None) -> None:
    """A printer who sends one file back looks at the next one twice."""
    report = preflight(pressed(variant))
    assert report.passes, report.as_lines()
    assert report.as_lines()[0] == "Ready for the press."


def test_it_says_what_it_found() -> None:
    """A clinic passes these lines on to its printer."""
    found = {what: check.found for what, check in found_in(pressed()).items()}
    assert found["Trimmed size"] == "1 page of 210 × 297 mm."
    assert found["Bleed"] == "Room for 3.0 mm all round."
    assert found["Printing condition"] == "FOGRA39 (profile “FOGRA39L Coated”)."
    assert found["Colours"] == "DeviceCMYK and DeviceGray."
    assert found["Black words"] == "In black ink alone."
    assert found["Words"].startswith("In up to 4 inks (cyan ")
    assert found["Pictures"] == f"{len(PNG_MODES)}, with at least 381 pixels to the inch."
    assert "masks" in found["Transparency"].lower()


def rich_black(document: pikepdf.Pdf) -> None:
    content = document.pages[0].obj.Contents
    content.write(content.read_bytes().replace(b"\n0 0 0 1 k\n", b"\n0.6 0.5 0.5 0.9 k\n"))


def font_taken_out(document: pikepdf.Pdf) -> None:
    descriptor = next(iter(document.pages[0].resources.Font.values())).DescendantFonts[0].FontDescriptor
    del descriptor[next(key for key in descriptor if key.startswith("/FontFile"))]  # type: ignore[attr-defined]


def coarse(document: pikepdf.Pdf) -> None:
    """The pictures as they are, on ten times the width."""
    content = document.pages[0].obj.Contents
    content.write(b"10 0 0 10 0 0 cm\n" + content.read_bytes())


def another_claim(document: pikepdf.Pdf) -> None:
    document.Root.Metadata.write(document.Root.Metadata.read_bytes().replace(b"PDF/X-4", b"PDF/X-3"))


def without_a_number(document: pikepdf.Pdf) -> None:
    document.Root.Metadata.write(document.Root.Metadata.read_bytes().replace(b"xmpMM:DocumentID", b"xmpMM:Other"))


def profile_of_a_screen(document: pikepdf.Pdf) -> None:
    document.Root.OutputIntents[0].DestOutputProfile.write(inks.grey_profile())


def link(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9])])


def inky_picture(document: pikepdf.Pdf) -> None:
    image = document.make_stream(b"\xff" * 4, Subtype=Name.Image, Width=1, Height=1, BitsPerComponent=8)
    image.ColorSpace = Name.DeviceCMYK
    add_to_page(document, b"q .1 0 0 .1 0 0 cm /new Do Q", XObject=image)


FAULTS: dict[str, tuple[Callable[[pikepdf.Pdf], Any], str, str]] = {
    "another standard": (another_claim, "Standard", "does not say that it is PDF/X-4"),
    "no number": (without_a_number, "Standard", "does not say its number"),
    "no intent": (lambda d: d.Root.__delitem__("/OutputIntents"), "Printing condition", "does not name one"),
    "a screen's profile": (profile_of_a_screen, "Printing condition", "for GRAY, not for CMYK"),
    "no trim box": (lambda d: d.pages[0].obj.__delitem__("/TrimBox"), "Trimmed size", "where it is to be cut"),
    "an art box": (lambda d: setattr(d.pages[0].obj, "ArtBox", d.pages[0].obj.TrimBox), "Trimmed size", "to be cut"),
    "no bleed": (
        lambda d: d.pages[0].obj.__delitem__("/BleedBox"),
        "Bleed",
        "Room for 0.0 mm all round; 3.0 mm are needed",
    ),
    "a small sheet": (lambda d: setattr(d.pages[0].obj, "MediaBox", d.pages[0].obj.TrimBox), "Bleed", "0.0 mm"),
    "RGB": (lambda d: add_to_page(d, b"1 0 0 rg 0 0 9 9 re f"), "Colours", "DeviceRGB"),
    "an RGB gradient": (
        lambda d: setattr(first(d, "/ShadingType"), "ColorSpace", Name.DeviceRGB),
        "Colours",
        "DeviceRGB",
    ),
    "an RGB group": (lambda d: setattr(first(d, "/CS"), "CS", Name.DeviceRGB), "Colours", "DeviceRGB"),
    "RGB in a form": (lambda d: first(d, "/Group").write(b"1 0 0 RG 0 0 9 9 re S"), "Colours", "DeviceRGB"),
    "rich black": (
        rich_black,
        "Black words",
        "black of several inks (cyan 60 %, magenta 50 %, yellow 50 %, black 90 %)",
    ),
    "words in RGB": (lambda d: add_to_page(d, b"1 0 0 rg BT () Tj ET"), "Black words", "in DeviceRGB"),
    "no font": (font_taken_out, "Fonts", "Not in the file"),
    "coarse": (coarse, "Pictures", "38 pixels to the inch: too coarse"),
    "much ink": (lambda d: add_to_page(d, b"1 1 1 1 k 0 0 9 9 re f"), "Ink", "At most 400 %"),
    "much ink in a picture": (inky_picture, "Ink", "At most 400 %"),
    "a link": (link, "For screens only", "1 links or notes"),
    "a script": (
        lambda d: setattr(d.Root, "OpenAction", Dictionary(S=Name.JavaScript)),
        "For screens only",
        "OpenAction",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_check_sees_a_planted_fault(fault: str) -> None:
    """What is not seen here is seen on 5,000 printed sheets."""
    plant, what, said = FAULTS[fault]
    report = preflight(changed(pressed(), plant))
    failed = {check.what: check.found for check in report.checks if not check.passes}
    assert said in failed[what]
    assert report.as_lines()[0].startswith("Not ready for the press")
    assert any(line.startswith(f"FAILED  {what}: ") for line in report.as_lines())


def test_a_file_for_screens_fails() -> None:
    """The likeliest mistake: to send what is meant to be mailed."""
    failed = {what for what, check in found_in(for_a_press(colourful())).items() if not check.passes}
    assert failed == {"Printing condition", "Bleed", "Colours", "Black words", "For screens only"}


def test_a_picture_between_coarse_and_sharp_passes_with_a_word() -> None:
    """The only logo a clinic has may be good enough; it should know."""
    leaflet = Leaflet(colourful().html.replace(logo("RGB"), logo("RGB").replace("40mm", "80mm")), "example", "en")
    file = inks.to_cmyk(for_a_press(leaflet, BLEED), inks.default_profile(), "x")
    assert found_in(file)["Pictures"] == Checked(
        "Pictures", f"{len(PNG_MODES)}, with at least 190 pixels to the inch; 300 would be sharper.", passes=True
    )


def test_more_bleed_can_be_asked_for() -> None:
    """Some printers want 5 mm."""
    assert not preflight(pressed(), bleed=5).passes
    assert preflight(pressed(), bleed=2).passes
