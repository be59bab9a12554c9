"""The text of a drawing in, its elements with their lines out, or what is wrong: nothing is fetched, nothing grows."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn
from xml.etree import ElementTree as ET
from xml.parsers import expat  # which stops entity bombs itself since 2.4.1

import tinycss2

from handouts.errors import shortened

SPACE = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}"
#: Elements inside elements, and references to references. Drawing programs write about ten; the engines recurse.
MAX_DEPTH = 60
#: Elements, those that `<use>` and the like repeat counted each time: ten times a detailed coat of arms.
MAX_ELEMENTS = 5_000
#: Signs of everything that is said of the elements, entities written out: 5,000 paths of 200 signs.
MAX_SIGNS = 1_000_000
#: Style sheets, which Illustrator writes in 20,000 signs at most; and all that they say of each element.
MAX_SHEET = 50_000
MAX_SAID = 4_000_000
SIMPLIFY = "simplify it in a drawing program, or export it as a PNG file"
#: Layers, which are drawn apart and then laid over the rest, each in 50 ms and 5 MB; an effect counts as two, a blur as six.
MAX_LAYERS = 44
EFFECTS = {"feGaussianBlur": 6, "feDropShadow": 6}
LAYER = re.compile(r";\s*(?:opacity\s*:\s*(?!1\s*;)|(?:mask|filter|clip-path|mix-blend-mode)\s*:\s*(?!none|normal))")
REFERENCE = re.compile(r"""url\(\s*['"]?\s*#([^'")]+?)\s*['"]?\s*\)|href:#([^;]*);""")
#: The encoding that a file declares. A text needs none, and some files declare another than they have.
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>\s*")


class BadDrawingError(Exception):
    """What is wrong with a drawing, in which line, and what to do: a Problem but for the file."""

    def __init__(self, line: int, what: str, hint: str) -> None:
        super().__init__(line, what, hint)
        self.line, self.what, self.hint = line, what, hint


@dataclass(frozen=True)
class Drawing:
    """The elements of a drawing, and the line in which each begins."""

    root: ET.Element
    lines: Mapping[ET.Element, int]

    def named(self) -> Mapping[str, ET.Element]:
        """The elements that can be referred to. Of two with one name, the first counts."""
        return {element.get("id", ""): element for element in reversed(list(self.lines))}

    def said(self) -> Mapping[ET.Element, str]:
        """All that is said of each element, as in a style sheet: its attributes, its style, the rules that name it."""
        rules = self._rules()
        said = {}
        signs = 0
        for element in self.lines:
            names = {
                "*",
                local(element),
                f"#{element.get('id', '')}",
                *(f".{c}" for c in element.get("class", "").split()),
            }
            own = "".join(f";{key.removeprefix(XLINK)}:{value};" for key, value in element.items())
            said[element] = own + "".join(text for name in names for one, text in rules.get(name, ()) if one <= names)
            signs += len(said[element])
            if signs > MAX_SAID:
                raise BadDrawingError(self.lines[element], "the style sheet of the drawing is too large", SIMPLIFY)
        return said

    def _rules(self) -> Mapping[str, list[tuple[set[str], str]]]:
        """The rules of the style sheets: by one of the names that an element must have, all those, what they say."""
        rules: dict[str, list[tuple[set[str], str]]] = {}
        sheets = "\n".join(element.text or "" for element in self.lines if local(element) == "style")
        if len(sheets) > MAX_SHEET:
            raise BadDrawingError(0, "the style sheet of the drawing is too large", SIMPLIFY)
        for rule in tinycss2.parse_stylesheet(sheets, skip_comments=True):
            if rule.type == "qualified-rule":
                for selector in tinycss2.serialize(rule.prelude).split(","):
                    names = set(re.findall(r"[#.]?[\w-]+|\*", re.split(r"[\s>+~]+", selector.strip())[-1])) or {"*"}
                    rules.setdefault(max(names), []).append((names, f";{tinycss2.serialize(rule.content)};"))
        return rules

    def text(self) -> str:
        """The drawing as every program reads it alike: without entities, comments and what the file declares."""
        ET.register_namespace("", SPACE.strip("{}"))
        return ET.tostring(self.root, encoding="unicode")


def decoded(data: bytes) -> str:
    """The text of a drawing. What its bytes are counts more than what it declares: it may have been saved again."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")  # some letter in a name: shapes are ASCII


def undeclared(text: str) -> str:
    """The text without an encoding that it cannot have any more; as it is where it declares none, or UTF-8."""
    found = DECLARATION.match(text)
    return text[found.end() :] if found and not re.search("(?i)utf-8|^((?!encoding).)*$", found[0]) else text


def parse(text: str) -> Drawing:
    """The drawing. BadDrawingError says why there is none."""
    drawing = _Reader(DECLARATION.sub("", text, count=1) if "<?xml" in text[:9] else text).drawing()
    if drawing.root.tag != f"{SPACE}svg":
        raise BadDrawingError(1, "this is not an SVG drawing", "save it as plain SVG in a drawing program")
    return drawing


@dataclass
class _Reader:
    """expat, asked for lines, and stopped at the limits."""

    text: str
    lines: dict[ET.Element, int] = field(default_factory=dict)
    open: list[ET.Element] = field(default_factory=list)
    signs: int = 0

    def drawing(self) -> Drawing:
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = lambda _: self.open.pop()
        self.parser.CharacterDataHandler = self._letters
        self.parser.ProcessingInstructionHandler = self._instruction
        try:
            self.parser.Parse(self.text, True)
        except (expat.ExpatError, ValueError) as error:
            line = getattr(error, "lineno", 1)
            hint = "open it in a drawing program and save it again"
            raise BadDrawingError(line, "this is not a well-formed SVG file", hint) from error
        return Drawing(next(iter(self.lines)), self.lines)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        element = ET.Element(_name(tag), {_name(key): value for key, value in attributes.items()})
        self._count(sum(map(len, attributes.values())))
        if len(self.lines) >= MAX_ELEMENTS:
            self._no(f"the drawing has more than {MAX_ELEMENTS:,} elements", SIMPLIFY)
        if len(self.open) >= MAX_DEPTH:
            self._no(f"the drawing is nested more than {MAX_DEPTH} deep", SIMPLIFY)
        if self.open:
            self.open[-1].append(element)
        self.lines[element] = self.parser.CurrentLineNumber
        self.open.append(element)

    def _letters(self, letters: str) -> None:
        self._count(len(letters))
        element = self.open[-1]
        if len(element):
            element[-1].tail = (element[-1].tail or "") + letters
        else:
            element.text = (element.text or "") + letters

    def _instruction(self, target: str, _: str) -> None:
        if target == "xml-stylesheet":
            self._no("the drawing takes its style from another file", "save it as plain SVG, with its style inside")

    def _count(self, signs: int) -> None:
        self.signs += signs
        if self.signs > MAX_SIGNS:
            self._no(f"the drawing is huge (more than {MAX_SIGNS:,} signs)", SIMPLIFY)

    def _no(self, what: str, hint: str) -> NoReturn:
        raise BadDrawingError(self.parser.CurrentLineNumber, what, hint)


def check_size(drawing: Drawing) -> None:
    """Refuse what multiplies, refers to itself, or piles up more layers than can be drawn in a moment."""
    by_name = drawing.named()
    said = drawing.said()
    sizes: dict[ET.Element, _Size] = {}

    def size(element: ET.Element, depth: int) -> _Size:
        if depth > MAX_DEPTH:
            what = "the drawing refers to itself, or is nested too deeply"
            raise BadDrawingError(drawing.lines[element], what, SIMPLIFY)
        if element not in sizes:
            inside = [*element, *(by_name[name] for name in references(said[element]) if name in by_name)]
            parts = [size(one, depth + 1) for one in inside]
            name = local(element)
            layers = EFFECTS.get(name, 2) if name.startswith("fe") else bool(LAYER.search(said[element]))
            found = _Size(
                1 + sum(part.elements for part in parts),
                layers + sum(part.layers for part in parts),
                1 + max((part.height for part in parts), default=0),
            )
            if found.elements > MAX_ELEMENTS or found.layers > MAX_LAYERS or found.height > MAX_DEPTH:
                raise BadDrawingError(drawing.lines[element], "the drawing repeats too many of its parts", SIMPLIFY)
            sizes[element] = found
        return sizes[element]

    size(drawing.root, 0)


class _Size(NamedTuple):
    """How much there is to draw, with all that is repeated; how deep it goes."""

    elements: int
    layers: int
    height: int


def _name(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def local(element: ET.Element) -> str:
    """The name of an SVG element; of an element that is not SVG, nothing."""
    return element.tag.removeprefix(SPACE) if element.tag.startswith(SPACE) else ""


def references(said: str) -> list[str]:
    """The names of the elements that an element draws besides its children."""
    return [one or other for one, other in REFERENCE.findall(said) if one or other]


def view_box(value: str) -> tuple[float, float, float, float] | None:
    """Left, top, width and height, if they have an area that can be drawn."""
    try:
        left, top, width, height = (float(number) for number in re.split(r"[\s,]+", value.strip()))
    except ValueError:
        return None
    is_sane = all(abs(number) <= MAX_NUMBER for number in (left, top)) and all(
        1 / MAX_NUMBER <= side <= MAX_NUMBER for side in (width, height)
    )
    return (left, top, width, height) if is_sane else None


#: A number beyond this is a slip; the engines round or stumble over it.
MAX_NUMBER = 1e6


def quoted(name: str, value: str) -> str:
    """What an element says, as it is quoted in a sentence; data that lie in the drawing are not shown."""
    return f"“{name}”" if "data:" in value else f"“{name}: {shortened(value)}”"
