"""A drawing in, the same drawing in thin lines out: it needs little ink, and loses nothing that it shows."""

from xml.etree import ElementTree as ET  # the drawing was judged by `drawings` when it was read

from handouts import colour
from handouts.drawings import view_box
from handouts.svg_support import is_plain_size

SVG = "http://www.w3.org/2000/svg"
INK, PAPER = "#1d2b36", "#ffffff"
SHAPES = {f"{{{SVG}}}{name}" for name in ("path", "circle", "ellipse", "rect", "polygon", "polyline", "line")}
#: Of the drawing's width: an outline, a line so thick that it is a limb, a dot small enough to stay filled.
OUTLINE, LIMB, DOT = 1 / 110, 1 / 26, 1 / 40
#: A line with less contrast to paper is hard to see (WCAG 2.2, 1.4.11, asks 3 of graphics); one with less than the
#: second was drawn on something dark.
FAINT, WHITE = 3.0, 1.2
#: What a faint line becomes: it shows where something was, or is behind.
PALE_INK = "#808080"
#: What may be in a drawing that can be redrawn. One with anything else stays as it is.
PLAIN = SHAPES | {f"{{{SVG}}}{name}" for name in ("svg", "g", "defs", "use", "title", "desc")}
NUMBERS = ("stroke-width", "r", "rx", "ry")


def line_art(svg: str) -> str:
    """Shapes lose their fill and get an outline; dots, arrowheads and thin lines stay as they are.

    A drawing with styles, units, gradients, clips or the like stays whole as it is: it would lose something.
    """
    ET.register_namespace("", SVG)
    root = ET.fromstring(svg)
    if not all(map(_is_plain, root.iter())):
        return svg
    _, _, width, _ = view_box(svg)
    _redraw(root, {"fill": "#000000", "stroke": "none", "stroke-width": "1"}, width)
    return ET.tostring(root, encoding="unicode")


def _is_plain(element: ET.Element) -> bool:
    """Whether an element is a shape, or a group of them, that says in plain colours and numbers how it is drawn."""
    return (
        element.tag in PLAIN
        and not {"style", "class"} & element.attrib.keys()
        and not any("url(" in value for value in element.attrib.values())
        and all(is_plain_size(element.get(name, "0")) for name in NUMBERS)
    )


def _redraw(element: ET.Element, inherited: dict[str, str], width: float) -> None:
    """Redraw what stands in an element; what it does not say itself, it has from those around it."""
    for place, child in reversed(list(enumerate(element))):
        style = inherited | {name: child.get(name, value) for name, value in inherited.items()}
        if child.tag in SHAPES:
            element[place : place + 1] = _lines(child, style, width)
        else:
            _redraw(child, style, width)


def _lines(shape: ET.Element, style: dict[str, str], width: float) -> list[ET.Element]:
    thick = float(style["stroke-width"])
    is_limb = style["stroke"] != "none" and thick > width * LIMB
    if is_limb:
        return [_with(shape, "none", INK, thick), _with(shape, "none", PAPER, thick - 2 * width * OUTLINE)]
    line = style["stroke"] if style["stroke"] != "none" else ""
    if style["fill"] == "none" or _is_dot(shape, style["fill"], width):
        return [_with(shape, style["fill"], _seen(line), thick)] if line else [shape]
    return [_with(shape, PAPER, _seen(line) or INK, min(thick, width * OUTLINE * 2) if line else width * OUTLINE)]


def _is_dot(shape: ET.Element, fill: str, width: float) -> bool:
    """Whether a shape says something by being solid: an eye, the head of an arrow."""
    if not colour.HEX.fullmatch(fill) or colour.contrast(fill, PAPER) < FAINT:
        return False
    radius = max(float(shape.get(name, "0")) for name in ("r", "rx", "ry"))
    is_round = shape.tag in (f"{{{SVG}}}circle", f"{{{SVG}}}ellipse")
    return shape.tag == f"{{{SVG}}}polygon" or (is_round and radius <= width * DOT)


def _seen(line: str) -> str:
    """The colour of a line, or one that can be seen on paper."""
    if not line or not colour.HEX.fullmatch(line):
        return line
    contrast = colour.contrast(line, PAPER)
    if contrast < WHITE:
        return INK
    return line if contrast >= FAINT else PALE_INK


def _with(shape: ET.Element, fill: str, stroke: str, width: float) -> ET.Element:
    """A copy of a shape in another fill and line."""
    drawn = ET.Element(shape.tag, dict(shape.attrib))
    drawn.set("fill", fill)
    drawn.set("stroke-linejoin", "round")
    if stroke:
        drawn.set("stroke", stroke)
        drawn.set("stroke-width", f"{width:.4g}")
    if stroke == PALE_INK:
        drawn.set("stroke-dasharray", f"{2 * width:.4g}")
    drawn.tail = shape.tail
    return drawn
