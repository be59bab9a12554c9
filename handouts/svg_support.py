"""A drawing in, out what of it is not known to be drawn truly: as lines by WeasyPrint 70, or as a picture by resvg 0.48.

Each entry was drawn by the engine and by Chromium, alone and mixed at random with the others, and both looked alike
pixel by pixel. What stands in no list was not, or has not been tried.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple
from xml.etree import ElementTree as ET

import tinycss2
from tinycss2.color3 import parse_color

from handouts.errors import shortened
from handouts.svg import MAX_NUMBER, XLINK, Drawing, local, quoted, references

XLINK_HREF = f"{XLINK}href"
N = r"[+-]?(?:\d++(?:\.\d++)?|\.\d++)(?:[eE][+-]?\d{1,2}+)?"
U = N.removeprefix("[+-]?")
GAP = r"[\s,]*+"
UNIT = "(?:px|mm|cm|in|pt|pc)?"
NUMBER = re.compile(N)
ARC = re.compile(GAP.join((N, N, N, "[01]", "[01]", N, N)))
#: How many numbers go with each command of a path.
COUNTS = {"m": 2, "l": 2, "t": 2, "h": 1, "v": 1, "c": 6, "s": 4, "q": 4, "a": 1, "z": 0}

Test = Callable[[str], bool]
#: What may be said, and whether it may be said so.
Said = dict[str, Test]


class Engine(Enum):
    """Who draws: as lines, which stay sharp and can become line art; or as a picture, which can hold more."""

    LINES = "lines"
    PICTURE = "picture"


class Fault(NamedTuple):
    """What cannot be drawn truly, and in which line."""

    line: int
    what: str


def _fits(pattern: str) -> Test:
    compiled = re.compile(pattern)
    return lambda value: bool(compiled.fullmatch(value)) and _is_bounded(value)


def _is_bounded(value: str) -> bool:
    return all(abs(float(number)) <= MAX_NUMBER for number in NUMBER.findall(value))


def _is_colour(value: str) -> bool:
    """A colour of CSS 3 that hides nothing: the engines agree on no others."""
    colour = parse_color(value)
    return value in ("none", "transparent", "currentColor") or (
        colour is not None and not isinstance(colour, str) and colour.alpha == 1
    )


def _is_any_colour(value: str) -> bool:
    return _is_colour(value) or (value != "currentcolor" and "/" not in value and parse_color(value) is not None)


def _is_path(value: str) -> bool:
    """Whether path data are well-formed. A point alone is a dot, if its line has round ends: WeasyPrint draws none."""
    before, *rest = re.split(r"([MmLlHhVvCcSsQqTtAaZz])", value)
    commands = list(zip((name.lower() for name in rest[::2]), rest[1::2], strict=True))
    return (
        not before.strip()
        and (not commands or commands[0][0] == "m")
        and all(_has_its_numbers(name, numbers) for name, numbers in commands)
        and not re.search(r"[Mm][^A-DF-Za-df-z]*[Zz]", re.sub(rf"([Mm]){GAP}{N}{GAP}{N}{GAP}(?=[^Zz])", r"\1L", value))
        and _is_bounded(value)
    )


def _has_its_numbers(name: str, numbers: str) -> bool:
    one = ARC if name == "a" else NUMBER
    count, each = len(one.findall(numbers)), COUNTS[name]
    return not one.sub("", numbers).strip(" ,\t\r\n") and (count % each == 0 < count if each else count == 0)


def _is_transform(value: str) -> bool:
    """Moves and turns in plain numbers, none of which makes everything vanish."""
    one = rf"(?:translate|scale)\s*\(\s*{N}(?:{GAP}{N})?\s*\)|skew[XY]\s*\(\s*{N}\s*\)"
    more = rf"rotate\s*\(\s*{N}(?:{GAP}{N}{GAP}{N})?\s*\)|matrix\s*\(\s*{N}(?:{GAP}{N}){{5}}\s*\)"
    if not re.fullmatch(rf"(?:\s*(?:{one}|{more}){GAP})*", value) or not _is_bounded(value):
        return False
    for name, inside in re.findall(r"(scale|matrix)\s*\(([^)]*)\)", value):
        numbers = [float(number) for number in NUMBER.findall(inside)]
        if (0 in numbers) if name == "scale" else (numbers[0] * numbers[3] == numbers[1] * numbers[2]):
            return False
    return True


def is_plain_size(value: str) -> bool:
    """A number that is not less than nothing, without a unit."""
    return bool(re.fullmatch(U, value)) and _is_bounded(value)


def _anything(_: str) -> bool:
    return True


def _of(test: Test, names: str) -> Said:
    return dict.fromkeys(names.split(), test)


NUMBERS, LENGTH, SIZE = _fits(N), _fits(N + UNIT), _fits(r"\+?" + U + UNIT)
SHARE = _fits(rf"{N}(?:{UNIT}|%)")
ONE = _fits(r"1(?:\.0*)?|100%")
PART = _fits(r"\+?(?:0?\.\d+|[01](?:\.0*)?|\d{1,2}(?:\.\d+)?%|100%)")
NONE = _fits("none")
REFERENCE = _fits(r"url\(\s*['\"]?#[^\s'\"()]+['\"]?\s*\)|none")
OWN = _fits(r"#[^\s'\"()]+|")
RATIO = _fits("none|x(?:Min|Mid|Max)Y(?:Min|Mid|Max)(?: meet)?")

#: Nothing that is seen on paper, or only in text, of which there is none.
HARMLESS = _of(
    _anything,
    "id class style version baseProfile role lang tabindex focusable pointer-events cursor shape-rendering p-id t "
    "color-rendering text-rendering enable-background xmlns contentScriptType contentStyleType zoomAndPan "
    "font font-family font-size font-size-adjust font-style font-variant font-variant-ligatures font-variant-position "
    "font-variant-caps font-variant-numeric font-variant-alternates font-variant-east-asian font-feature-settings "
    "font-variation-settings font-weight font-stretch font-synthesis font-kerning letter-spacing word-spacing line-height "
    "kerning text-anchor text-align text-align-last text-decoration text-decoration-line text-decoration-style "
    "text-decoration-color text-indent text-transform text-orientation white-space writing-mode direction unicode-bidi "
    "dominant-baseline alignment-baseline baseline-shift block-progression shape-padding shape-margin inline-size "
    "solid-color solid-opacity image-rendering user-select will-change",
)
#: What may be said in an attribute of any element, in its style, and in a style sheet.
SAID_IN_LINES: Said = {
    **HARMLESS,
    **_of(_is_colour, "fill stroke color stop-color flood-color lighting-color"),
    "stroke-width": SIZE,
    "stroke-linecap": _fits("butt|round|square"),
    "stroke-linejoin": _fits("miter|round|bevel"),
    "stroke-miterlimit": _fits(r"[1-9]\d*(?:\.\d+)?"),
    "stroke-dasharray": NONE,
    "stroke-dashoffset": _fits(r"\+?" + U + "(?:px)?"),
    **_of(_fits("nonzero|evenodd"), "fill-rule clip-rule"),
    **_of(ONE, "opacity fill-opacity stroke-opacity stop-opacity flood-opacity"),
    "display": _fits("none|inline|block"),
    "visibility": _fits("visible|hidden"),
    "overflow": _fits("visible"),
    **_of(_fits("none"), "filter mask clip-path vector-effect marker marker-start marker-mid marker-end transform"),
    "paint-order": _fits("normal"),
    "mix-blend-mode": _fits("normal"),
    "isolation": _fits("auto|isolate"),
    "color-interpolation": _fits("auto|sRGB"),
    "color-interpolation-filters": _fits("auto|sRGB|linearRGB"),
    "clip": _fits("auto"),
}
SAID_IN_PICTURE: Said = {
    **SAID_IN_LINES,
    **_of(lambda value: _is_any_colour(value) or REFERENCE(value), "fill stroke"),
    **_of(_is_any_colour, "stop-color flood-color"),
    "stroke-width": _fits(rf"\+?{U}(?:{UNIT}|%)"),
    "stroke-dasharray": _fits(rf"none|\+?{U}(?:px)?(?:{GAP}{U}(?:px)?)*"),
    "stroke-dashoffset": LENGTH,
    "stroke-miterlimit": _fits(r"\+?" + U),
    **_of(PART, "opacity fill-opacity stroke-opacity stop-opacity flood-opacity"),
    "visibility": _fits("visible|hidden|collapse"),
    "overflow": _fits("visible|hidden"),
    **_of(REFERENCE, "filter mask clip-path"),
    "mask-type": _fits("alpha|luminance"),
    "paint-order": _fits("normal|(?:fill|stroke|markers)(?: (?:fill|stroke|markers))*"),
    "mix-blend-mode": _fits(
        "normal|multiply|screen|overlay|darken|lighten|color-dodge|color-burn|hard-light|soft-light|difference|exclusion"
    ),
}
SHAPES: dict[str, Said] = {
    "path": {"d": _is_path},
    "rect": _of(LENGTH, "x y") | _of(SIZE, "width height rx ry"),
    "circle": _of(LENGTH, "cx cy") | {"r": SIZE},
    "ellipse": _of(LENGTH, "cx cy") | _of(SIZE, "rx ry"),
    "line": _of(LENGTH, "x1 y1 x2 y2"),
    **{name: {"points": _fits(rf"\s*(?:{N}{GAP}{N}{GAP})*")} for name in ("polygon", "polyline")},
}
DASHED = ("path", "line", "polygon", "polyline")
DASHES = {"stroke-dasharray": _fits(rf"none|{U}(?:{GAP}{U})*")}
TURNED: Said = {"transform": _is_transform}
LABELS: Mapping[str, Said] = {"title": {}, "desc": {}, "metadata": {}}
STYLE = {"style": _of(_fits("|text/css"), "type") | _of(_fits("|all|screen|print"), "media")}
ROOT = _of(_anything, "width height viewBox") | _of(_fits("0+(?:px)?"), "x y") | {"preserveAspectRatio": RATIO}

#: What may be in a drawing, and what each element may say besides.
IN_LINES: Mapping[str, Said] = {
    **{name: said | TURNED | (DASHES if name in DASHED else {}) for name, said in SHAPES.items()},
    "svg": ROOT,
    "g": TURNED,
    "defs": {},
    "use": _of(LENGTH, "x y") | _of(OWN, f"href {XLINK_HREF}") | TURNED,
    **LABELS,
    **STYLE,
}
HREF = _of(OWN, f"href {XLINK_HREF}")
UNITS = _fits("userSpaceOnUse|objectBoundingBox")
GRADIENT = HREF | {
    "gradientUnits": UNITS,
    "gradientTransform": _is_transform,
    "spreadMethod": _fits("pad|reflect|repeat"),
}
AREA = _of(SHARE, "x y width height")
FILTERED = _of(_fits(r"[\w-]+"), "in in2 result") | AREA
IN_PICTURE: Mapping[str, Said] = {
    **{
        name: _of(SHARE, " ".join(said)) if name not in ("path", "polygon", "polyline") else said
        for name, said in SHAPES.items()
    },
    "svg": ROOT | AREA | {"preserveAspectRatio": _fits(r"none|x(?:Min|Mid|Max)Y(?:Min|Mid|Max)(?: (?:meet|slice))?")},
    "g": {},
    "a": _of(_anything, f"href {XLINK_HREF} target rel"),
    "defs": {},
    "switch": {},
    "symbol": {"viewBox": _anything, "preserveAspectRatio": RATIO},
    "use": AREA | HREF,
    "image": AREA | _of(_anything, f"href {XLINK_HREF}") | {"preserveAspectRatio": RATIO},
    "linearGradient": GRADIENT | _of(SHARE, "x1 y1 x2 y2"),
    "radialGradient": GRADIENT | _of(SHARE, "cx cy r fx fy fr"),
    "stop": {"offset": _fits(rf"{N}%?")},
    "clipPath": {"clipPathUnits": UNITS},
    "mask": AREA | {"maskUnits": UNITS, "maskContentUnits": UNITS},
    "pattern": AREA
    | HREF
    | {"patternUnits": UNITS, "patternContentUnits": UNITS, "patternTransform": _is_transform, "viewBox": _anything},
    "filter": AREA | {"filterUnits": UNITS, "primitiveUnits": UNITS},
    "feFlood": FILTERED,
    "feColorMatrix": FILTERED
    | {"type": _fits("matrix|saturate|hueRotate|luminanceToAlpha"), "values": _fits(rf"\s*{N}(?:{GAP}{N})*\s*")},
    "feOffset": FILTERED | _of(NUMBERS, "dx dy"),
    "feGaussianBlur": FILTERED | {"stdDeviation": _fits(rf"{U}(?:{GAP}{U})?")},
    "feBlend": FILTERED | {"mode": _anything},
    "feComposite": FILTERED | {"operator": _anything} | _of(NUMBERS, "k1 k2 k3 k4"),
    "feMerge": FILTERED,
    "feMergeNode": FILTERED,
    "feDropShadow": FILTERED | _of(NUMBERS, "dx dy") | {"stdDeviation": _fits(rf"{U}(?:{GAP}{U})?")},
    **LABELS,
    **STYLE,
}
MOVED = (
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polygon",
    "polyline",
    "g",
    "a",
    "use",
    "switch",
    "clipPath",
    "image",
)
LISTS: Mapping[Engine, tuple[Mapping[str, Said], Said]] = {
    Engine.LINES: (IN_LINES, SAID_IN_LINES),
    Engine.PICTURE: (
        {name: said | (TURNED if name in MOVED else {}) for name, said in IN_PICTURE.items()},
        SAID_IN_PICTURE,
    ),
}
#: A rule that is for a pointer or for a dark screen, never for paper.
NEVER_ON_PAPER = re.compile(r":(?:hover|focus|active|visited|focus-within|focus-visible)\b")
#: Illustrator writes “.st12”, and no program writes more than some names.
MAX_SELECTOR = 200
SELECTOR = re.compile(
    r"(?:\*|[A-Za-z][\w-]*)?(?:[.#][A-Za-z_][\w-]*)*(?:\s*[ >]\s*(?:\*|[A-Za-z][\w-]*)?(?:[.#][A-Za-z_][\w-]*)*)*"
)


def faults(drawing: Drawing, engine: Engine) -> Iterator[Fault]:
    """What an engine is not known to draw truly, in the order it stands in the file."""
    elements, said = LISTS[engine]
    for element, line in drawing.lines.items():
        name = local(element)
        if not name:
            if engine is Engine.LINES and any(_looks_like_ours(inner) for inner in element.iter()):
                yield Fault(line, f"“{element.tag.rpartition('}')[2]}” of another program")
            continue
        if name == "foreignObject" and "requiredExtensions" in element.attrib and engine is Engine.PICTURE:
            continue  # Illustrator keeps its own drawing there, and nobody else draws it
        if name not in elements:
            yield Fault(line, f"“{name}”")
            continue
        for key, value in _says(element):
            if not (test := elements[name].get(key) or said.get(key)) or not test(value):
                yield Fault(line, quoted(key, value))
        yield from (Fault(line, what) for what in _in_style(element, elements[name], said))
        if (what := _out_of_place(element)) or (
            name == "svg" and engine is Engine.LINES and element is not drawing.root
        ):
            yield Fault(line, what or "a drawing within the drawing")
    yield from _lost(drawing)


def _in_style(element: ET.Element, own: Said, said: Said) -> Iterator[str]:
    """What the style of an element, or the style sheet that it is, says besides."""
    for key, value in declarations(element.get("style", "")):
        if not (test := (own.get(key) if key in DASHES else None) or said.get(key)) or not test(value):
            yield quoted(key, value)
    if local(element) == "style":
        yield from _in_sheet(element.text or "", said)


def _out_of_place(element: ET.Element) -> str:
    """What is wrong with an element and its children, each of which may be."""
    name = local(element)
    if name in SHAPES and any(local(child) not in LABELS for child in element):
        return f"what stands in “{name}”"
    return "an ellipse with one radius" if name == "ellipse" and not {"rx", "ry"} <= element.attrib.keys() else ""


def _lost(drawing: Drawing) -> Iterator[Fault]:
    """References that one program finds and another does not."""
    names = Counter(element.get("id", "") for element in drawing.lines)
    for element, said in drawing.said().items():
        for name in references(said):
            if names[name] > 1 or (not names[name] and local(element) != "use"):
                yield Fault(
                    drawing.lines[element], f"a reference to “{shortened(name)}”, which is there {names[name]} times"
                )


def _looks_like_ours(element: ET.Element) -> bool:
    """Whether WeasyPrint, which knows no namespaces, would draw it."""
    return element.tag.rpartition("}")[2] in {*IN_LINES, "a", "image", "text", "tspan"} - {*LABELS, "style"}


def _says(element: ET.Element) -> Iterator[tuple[str, str]]:
    """What an element says to an engine: nothing of other programs, nothing for readers or scripts."""
    for key, value in element.items():
        if (key == XLINK_HREF or not key.startswith("{")) and not key.startswith(("data-", "aria-")):
            yield key, value.strip()


def declarations(style: str) -> Iterator[tuple[str, str]]:
    """What a style says, without what is only for one program (`-inkscape-…`); what it garbles is named “style”."""
    for part in tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True):
        if part.type != "declaration":
            yield "a mistake in “style”", ""  # or a rule inside a rule, which the engines pass over
        elif not part.name.startswith("-") or part.name.startswith("--"):
            yield part.name, tinycss2.serialize(part.value).strip()


def _in_sheet(sheet: str, said: Said) -> Iterator[str]:
    """What a style sheet says that is not known to be drawn truly on whatever element it is for."""
    for rule in tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True):
        prelude = tinycss2.serialize(rule.prelude).strip() if hasattr(rule, "prelude") else ""
        if rule.type == "at-rule":
            is_dark = rule.lower_at_keyword == "media" and "dark" in prelude
            if not is_dark and rule.lower_at_keyword not in ("charset", "namespace"):
                yield f"“@{rule.at_keyword}”"
        elif rule.type != "qualified-rule":
            yield "a mistake in “style”"
        elif not NEVER_ON_PAPER.search(prelude):
            if not all(
                0 < len(one.strip()) <= MAX_SELECTOR and SELECTOR.fullmatch(one.strip()) for one in prelude.split(",")
            ):
                yield f"“{prelude[:60]} {{…}}”"
            for key, value in declarations(tinycss2.serialize(rule.content)):
                if not (test := said.get(key)) or not test(value):
                    yield quoted(key, value)
