"""The styles: raw values in one file, every name defined and used, every pair of colours readable."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handouts import assets, colour, tokens
from handouts.model import BLEED

TOKENS = (assets.STYLES / "tokens.css").read_text(encoding="utf-8")
SHEETS = sorted(assets.STYLES.rglob("*.css"))
FORMATS = sorted((assets.STYLES / "formats").glob("*.css"))
RULES = [sheet for sheet in SHEETS if sheet.name != "tokens.css" and sheet not in FORMATS]
RAW = re.compile(r"#[0-9a-f]{3,8}\b|\brgb|\bhsl|(?<![\w-])\d*\.?\d+(?:mm|cm|in|pt|px|em|rem|ch|q)\b", re.IGNORECASE)


def without_comments(sheet: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)


def raw_values(css: str) -> list[str]:
    return RAW.findall(css)


def test_raw_colours_and_lengths_stand_in_tokens_only() -> None:
    """A colour or length hidden in a part would escape large print, ink saving and a clinic's colours."""
    found = {sheet.name: raw_values(without_comments(sheet)) for sheet in RULES}
    assert {name: values for name, values in found.items() if values} == {}


@pytest.mark.parametrize("planted", ["color: #a4262c", "margin: 3mm", "width: .5in", "color: RGB(0 0 0)"])
def test_the_guard_sees_a_planted_raw_value(planted: str) -> None:
    """A guard that sees nothing guards nothing."""
    assert raw_values(planted)


@pytest.mark.parametrize("sheet", FORMATS, ids=lambda sheet: sheet.name)
def test_formats_change_tokens_only(sheet: Path) -> None:
    """A format with rules of its own would be a second style to keep in step."""
    inside = re.findall(r"\{(.*?)\}", without_comments(sheet), re.DOTALL)
    properties = [line.split(":")[0].strip() for block in inside for line in block.split(";") if line.strip()]
    assert properties
    assert all(name.startswith("--") and re.search(rf"^\s*{name}:", TOKENS, re.MULTILINE) for name in properties)


def test_the_palette_is_used_on_the_second_floor_only() -> None:
    """A part that names a palette colour would keep it when its purpose changes."""
    palette = re.findall(r"^\s*(--\w+-\d+|--white):", TOKENS.split("Floor 2")[0], re.MULTILINE)
    assert len(palette) > 5
    uses = {(sheet.name, name) for sheet in RULES for name in palette if f"var({name})" in without_comments(sheet)}
    assert uses == set()


def test_every_name_is_defined_and_every_token_used() -> None:
    """An undefined name is drawn as nothing; an unused one is a lie about the style."""
    defined = set(re.findall(r"^\s*(--[\w-]+):", TOKENS, re.MULTILINE))
    used = {name for sheet in SHEETS for name in re.findall(r"var\((--[\w-]+)", without_comments(sheet))}
    assert used == defined


def test_every_class_is_in_a_template_and_every_sheet_is_imported() -> None:
    """Rules for what no longer exists pile up and mislead."""
    html = "".join(file.read_text(encoding="utf-8") for file in assets.TEMPLATES.rglob("*.html"))
    named = {name for value in re.findall(r'class="([^"]*)"', html) for name in re.findall(r"[\w-]+", value)}
    built = (
        "figure-of-",
        "steps-row-of-",
        "urgent-help-tier-",
        "urgent-help-alone-",
        "comparison-of-",
        "ladder-step-",
        "action-zone-",
    )  # a number follows
    classes = {name for sheet in RULES for name in re.findall(r"\.([a-z][\w-]*)", without_comments(sheet))} - {"css"}
    assert {name for name in classes - named if re.sub(r"\d$", "", name) not in built} == set()
    imported = re.findall(r'@import "([^"]+)"', (assets.STYLES / "leaflet.css").read_text(encoding="utf-8"))
    assert {str(sheet.relative_to(assets.STYLES)) for sheet in SHEETS} == {
        *imported,
        *("leaflet.css", "report.css", "web.css", "formats/screen.css", "formats/dark.css"),
    }


@pytest.mark.parametrize(("ink", "ground"), tokens.PAIRS)
def test_every_pair_of_colours_can_be_read(ink: str, ground: str) -> None:
    """A reader with low vision, or a photocopier, needs WCAG AA."""
    assert colour.contrast(tokens.value(ink, {}), tokens.value(ground, {})) >= colour.READABLE


def test_every_pair_of_colours_can_be_read_in_the_dark() -> None:
    """A reader whose eyes hurt in the light needs WCAG AA as well."""
    assert list(tokens.too_pale(tokens.in_the_dark({}))) == []


def test_a_pale_pair_in_the_dark_is_caught() -> None:
    """A guard that sees nothing guards nothing."""
    pale = {**tokens.in_the_dark({}), "--ink-quiet": "#4a5a66"}
    assert [(ink, ground) for ink, ground, _ in tokens.too_pale(pale)] == [
        ("--ink-quiet", "--paper"),
        ("--ink-quiet", "--panel"),
    ]


def test_the_dark_has_a_colour_for_everything() -> None:
    """One left over from white paper would be dark words on a dark ground, or a glaring box."""
    coloured = {name for name in tokens.replaceable() if colour.HEX.fullmatch(tokens.value(name, {}))}
    signs = {"--tick", "--cross", "--box", "--warning", "--zone-calm", "--zone-take-care"}
    assert len(coloured) > 15
    assert tokens.in_the_dark({}).keys() == coloured | signs


COLOURS = st.from_regex(colour.HEX, fullmatch=True).map(colour.nearest_readable)


@given(COLOURS, COLOURS)
def test_a_clinics_colours_can_be_read_in_the_dark(main: str, accent: str) -> None:
    """A clinic chose its colours for white paper, and never saw its page at night."""
    own = {"--main": main, "--main-tint": colour.tint(main), "--accent": accent, "--accent-tint": colour.tint(accent)}
    dark = tokens.in_the_dark({**own, "--ink": "#000000"})
    assert list(tokens.too_pale(dark)) == []
    assert dark["--band"] == main


def test_urgent_help_still_differs_in_greyscale() -> None:
    """On a grey printer the alarm colour must stay darker than what it stands on."""
    assert colour.contrast(tokens.value("--urgent", {}), tokens.value("--main-tint", {})) >= colour.READABLE


def test_the_bleed_of_the_style_is_the_one_that_is_checked() -> None:
    """A file with less bleed than the preflight asks for would come back from the print shop."""
    (bleed,) = re.findall(r"--bleed: ([\d.]+)mm;", (assets.STYLES / "formats" / "press.css").read_text())
    assert float(bleed) == BLEED
