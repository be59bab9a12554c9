"""Drawings: the SVG files a topic or a clinic names in, their text out, or what is wrong with them."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree as ET

from handouts.errors import Problem, nearest
from handouts.files import read_text, shown
from handouts.model import Picture, Place
from handouts.svg import XLINK, BadDrawingError, Drawing, check_size, local, parse, undeclared
from handouts.svg import view_box as view_box_of
from handouts.svg_support import Engine, faults
from handouts.wording import every

#: Ours have 80 at most; a thousand take WeasyPrint 1.5 s.
MAX_ELEMENTS = 1_000
#: So many faults of one drawing are said; they are of a kind, mostly.
MAX_FAULTS = 5
SIMPLIFY_SHAPES = "draw it with plain shapes in plain colours, without effects"
ELSEWHERE_WHAT = "the drawing holds a script, a photo or a link to another file"
TEXT = ("text", "flowRoot")
MOVING = ("animate", "animateTransform", "animateMotion", "animateColor", "set")
#: An address of something that is not in the drawing itself; a font in a style sheet is of no use without text.
ELSEWHERE = re.compile(r"@import|url\(\s*['\"]?\s*(?!#|['\"#\s]|data:)")


def read_drawings(
    folders: Sequence[Path], parts: object, places: Mapping[int, Place], problems: list[Problem]
) -> Mapping[str, str]:
    """The drawings a topic names, by file name, each from the first folder that has it."""
    found: dict[str, str] = {}
    for picture in every(Picture, parts):
        file = next((f for f in (folder / picture.file for folder in folders) if os.path.lexists(f)), None)
        place = places[picture.line]
        if picture.file != Path(picture.file).name or not picture.file.endswith(".svg"):
            problems.append(
                Problem(
                    place.file,
                    place.line,
                    f"“{picture.file}” is not the name of an SVG file",
                    "name a drawing in the topic's figures folder, such as turn.svg",
                )
            )
        elif file is None:
            known = {f.name for folder in folders for f in folder.glob("*.svg")}
            problems.append(
                Problem(
                    place.file,
                    place.line,
                    f"there is no drawing “{picture.file}” in the topic's figures folder",
                    nearest(picture.file, known, "put the drawing there"),
                )
            )
        elif picture.file not in found:
            text = read_text(file, problems)
            found[picture.file] = undeclared(text)
            problems.extend(faults_in(text, shown(file)) if text else [])
    return found


def faults_in(text: str, where: str) -> list[Problem]:
    """What is wrong with a topic's drawing: it is well-formed, has a viewBox, needs nothing else, is drawn truly."""
    try:
        drawing = parse(text)
        check_allowed(drawing)
        _check_topic(drawing)
        check_size(drawing)
    except BadDrawingError as error:
        return [Problem(where, error.line, error.what, error.hint)]
    return [
        Problem(where, line, f"the drawing holds what cannot be drawn truly: {what}", SIMPLIFY_SHAPES)
        for line, what in islice(faults(drawing, Engine.LINES), MAX_FAULTS)
    ]


def _check_topic(drawing: Drawing) -> None:
    """A topic's drawing has a size of its own, and is small: it stays lines."""
    if not view_box_of(drawing.root.get("viewBox", "")):
        what = "the drawing has no viewBox of four numbers"
        raise BadDrawingError(1, what, "save it as plain SVG with a viewBox")
    if len(drawing.lines) > MAX_ELEMENTS:
        raise BadDrawingError(1, f"the drawing has more than {MAX_ELEMENTS:,} elements", SIMPLIFY_SHAPES)


def check_allowed(drawing: Drawing) -> None:
    """Refuse what no drawing may hold, whoever draws it."""
    if problem := next(_forbidden(drawing), None):
        raise problem


def _forbidden(drawing: Drawing) -> Iterator[BadDrawingError]:
    for element, line in drawing.lines.items():
        name = local(element)
        if not name:
            continue
        if name in ("script", "handler", "listener") or any(key.startswith("on") for key in element.attrib):
            yield BadDrawingError(line, ELSEWHERE_WHAT, "use shapes only")
        elif name in MOVING:
            yield BadDrawingError(line, f"the drawing moves (“{name}”)", "save it as it is to look on paper")
        elif name in TEXT and "".join(element.itertext()).strip():
            what = f"the drawing holds text (“{name}”), which would be printed in another font"
            yield BadDrawingError(line, what, "turn text into paths in the drawing program")
        elif any(_is_elsewhere(name, key, value) for key, value in element.items()) or (
            name == "style" and ELSEWHERE.search(element.text or "")
        ):
            yield BadDrawingError(line, ELSEWHERE_WHAT, "use shapes only")


def _is_elsewhere(name: str, key: str, value: str) -> bool:
    """Whether an element takes something from another file."""
    if key in ("href", f"{XLINK}href"):
        return not (
            value.strip().startswith("#")
            or not value.strip()
            or name == "a"
            or (name == "image" and value.strip().startswith("data:"))
        )
    return bool(ELSEWHERE.search(value))


def view_box(svg: str) -> tuple[float, float, float, float]:
    """Left, top, width and height of a drawing that was judged, in its own units."""
    box = view_box_of(ET.fromstring(svg).get("viewBox", ""))
    assert box
    return box
