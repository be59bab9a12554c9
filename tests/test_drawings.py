"""A topic's drawings: plain shapes that every engine draws alike, or a sentence with file and line."""

import os
from pathlib import Path

import pytest

from handouts import svg, svg_support
from handouts.assets import OURS
from handouts.drawings import faults_in, read_drawings
from handouts.errors import Problem
from handouts.model import Picture, Place
from handouts.svg_support import Engine

from .conftest import topic_of

SHAPE = '<path d="M10 10H90V60L50 90 10 60Z"/>'


def drawing(body: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{body}</svg>'


@pytest.mark.parametrize("name", OURS.topic_names())
def test_our_own_drawings_are_drawn_truly(name: str) -> None:
    """What we refuse from others we do not do ourselves."""
    for text in topic_of(name).pictures.values():
        assert not list(svg_support.faults(svg.parse(text), Engine.LINES))


@pytest.mark.parametrize(
    "body",
    [
        '<path d="m10 10h30v30zm40 40c1 1 2 2 3 3s1 1 2 2q1 1 2 2t1 1a5 5 0 01.5.5"/>',
        '<path style="fill:#c00;fill-opacity:1;stroke:none;-inkscape-stroke:none;font-variant-ligatures:normal"/>',
        '<use href=""/><use href="#x"/><path id="x" d="M0 0H9"/>',
        "<style>.cls-1, .cls-2 { fill: #c00 } .cls-1:hover { fill: var(--x) }</style>" + SHAPE,
        '<g transform="translate(0,100) scale(0.1,-0.1)" fill="#000" stroke="none">' + SHAPE + "</g>",
        '<i:view xmlns:i="urn:i" id="base"><i:grid type="xygrid"/></i:view>' + SHAPE,
        "<!-- url(http://example.org) --><title>url(#x), a script and @import</title>" + SHAPE,
    ],
)
def test_what_drawing_programs_write_is_taken(body: str) -> None:
    """A drawing refused for a word in its comment costs an editor an afternoon."""
    assert faults_in(drawing(body), "a.svg") == []


@pytest.mark.parametrize(
    "body",
    [
        '<linearGradient id="g"/><path fill="url(#g)"/>',
        '<path stroke-dasharray="5%"/>',
        '<circle r="9" stroke-dasharray="5"/>',
        '<g opacity=".5"/>',
        '<path transform="rotate(3deg)"/>',
        '<path transform="scale(0)"/>',
        '<path d="M5 5Z" stroke-linecap="round"/>',
        '<path d="M5 5 L"/>',
        '<rect width="5%"/>',
        '<rect width="-5"/>',
        '<path><circle r="9"/></path>',
        "<switch/>",
        '<svg viewBox="0 0 9 9"/>',
        "<style>path { transform: rotate(3deg) }</style>",
        "<style>g { path { fill: red } }</style>",
        '<i:rect xmlns:i="urn:i"/>',
    ],
)
def test_what_would_not_be_drawn_truly_is_refused_with_its_line(body: str) -> None:
    """An exercise whose arrow is missing is done the wrong way."""
    (fault, *_) = faults_in(drawing(f"\n\n{body}"), "a.svg")
    assert fault.line == 3
    assert "cannot be drawn truly" in fault.what
    assert "plain shapes" in fault.instead


def problems_with(figures: Path) -> list[Problem]:
    problems: list[Problem] = []
    picture = Picture("dot.svg", (), 7)
    read_drawings([figures], (picture,), {7: Place("en.md", 7)}, problems)
    return problems


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_or_a_device_is_no_drawing(tmp_path: Path) -> None:
    """A pipe waits for ever; a device has no end; both hang the desk."""
    os.mkfifo(tmp_path / "dot.svg")
    assert "cannot be read" in str(*problems_with(tmp_path))
    (tmp_path / "dot.svg").unlink()
    (tmp_path / "dot.svg").symlink_to("/dev/zero")
    assert "cannot be read" in str(*problems_with(tmp_path))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (drawing("<rect/>" * 2_000), "more than 1,000 elements"),
        (drawing("<g>" * 100 + "</g>" * 100), "nested"),
        (drawing("<title>x</title>" + "<!-- -->" * 90_000), "huge"),
        (drawing(SHAPE)[:60], "not a well-formed SVG file"),
        ("<html/>", "not an SVG drawing"),
    ],
)
def test_a_drawing_that_is_damaged_or_without_end_is_named(tmp_path: Path, text: str, what: str) -> None:
    """Minutes of silence at the desk, or a traceback, say nothing of which drawing it was."""
    (tmp_path / "dot.svg").write_text(text, encoding="utf-8")
    (problem,) = problems_with(tmp_path)
    assert "dot.svg" in problem.file
    assert what in problem.what
