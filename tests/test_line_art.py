"""Drawings for little ink: nothing filled, and nothing lost."""

import re
from xml.etree import ElementTree as ET

import pytest

from handouts import colour
from handouts.assets import OURS
from handouts.line_art import FAINT, SHAPES, SVG, line_art

from .conftest import topic_of

DRAWINGS = {f"{name}/{file}": svg for name in OURS.topic_names() for file, svg in topic_of(name).pictures.items()}


def drawn(body: str) -> str:
    return line_art(f'<svg xmlns="{SVG}" viewBox="0 0 100 100">{body}</svg>')


@pytest.mark.parametrize("svg", DRAWINGS.values(), ids=DRAWINGS)
def test_what_can_be_seen_in_colour_can_be_seen_in_lines(svg: str) -> None:
    """A white line on a shape that is now white would be gone, and with it what it showed."""
    lined = line_art(svg)
    before, after = (
        len(re.findall(r"<(?:path|circle|ellipse|rect|polygon|polyline|line)\b", one)) for one in (svg, lined)
    )
    assert after >= before
    for shape in (one for one in ET.fromstring(lined).iter() if one.tag in SHAPES):
        line, fill = shape.get("stroke", ""), shape.get("fill", "")
        if colour.HEX.fullmatch(line) and float(shape.get("stroke-width", 1)) > 0 and line != "#ffffff":
            assert colour.contrast(line, "#ffffff") >= FAINT
        if shape.tag.endswith(("path", "rect")):
            assert fill in ("none", "#ffffff", "")
    assert "<title>" in svg
    assert re.search(r"<(\w+:)?title>", lined)


def test_a_shape_gets_an_outline() -> None:
    """A shirt without its colour and without a line is no shirt."""
    assert 'fill="#ffffff"' in drawn('<path d="M0 0H50V50Z" fill="#7fb0b3"/>')
    assert 'stroke="#1d2b36"' in drawn('<path d="M0 0H50V50Z" fill="#7fb0b3"/>')


def test_a_thick_line_that_is_a_limb_gets_two_edges() -> None:
    """An arm as a thick black bar is neither little ink nor an arm."""
    lined = drawn('<path d="M0 0H50" fill="none" stroke="#c68e65" stroke-width="12"/>')
    assert re.findall(r'stroke="(#\w+)"', lined) == ["#1d2b36", "#ffffff"]


def test_eyes_and_arrowheads_stay() -> None:
    """An arrow without its head points nowhere."""
    assert 'fill="#b4560f"' in drawn('<polygon points="0,0 9,0 5,9" fill="#b4560f"/>')
    assert 'fill="#1d2b36"' in drawn('<circle cx="5" cy="5" r="2" fill="#1d2b36"/>')


def test_what_a_group_says_counts_for_its_shapes() -> None:
    """Drawing programs write a colour once, on the group."""
    lined = drawn('<g fill="none" stroke="#c9d2d8" stroke-width="2"><path d="M0 0H50"/></g>')
    assert re.search(r'<path [^>]*fill="none"[^>]*stroke="#808080"', lined)


@pytest.mark.parametrize(
    "more",
    [
        '<path d="M0 0H9V9Z" style="fill: #7fb0b3"/>',
        '<path d="M0 0H9" stroke="#000000" stroke-width="2px"/>',
        '<circle r="20%" fill="#7fb0b3"/>',
        '<clipPath id="c"><circle r="3"/></clipPath><path clip-path="url(#c)" d="M0 0H9V9Z" fill="#7fb0b3"/>',
        '<marker id="m"><path d="M0 0H9V9Z"/></marker>',
    ],
)
def test_a_drawing_that_is_more_than_plain_shapes_stays_as_it_is(more: str) -> None:
    """A shape that vanishes, or a crash, would be worse than the ink it saves."""
    svg = f'<svg xmlns="{SVG}" viewBox="0 0 100 100">{more}</svg>'
    assert line_art(svg) == svg


def test_what_was_faint_stays_fainter_than_the_rest() -> None:
    """The head as it was before the move must not look like a second head."""
    lined = drawn('<path d="M0 0H50V50Z" fill="#ffffff" stroke="#c9d2d8" stroke-width="3"/>')
    assert "stroke-dasharray" in lined
    assert "#808080" in lined
    assert "stroke-dasharray" not in drawn('<path d="M0 0H50" fill="none" stroke="#ffffff" stroke-width="2"/>')
