"""The file of a logo in, the Logo out, or what is wrong with it and what to do.

A drawing that WeasyPrint draws truly stays lines; another is drawn as a picture by resvg, which knows more of SVG.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

from PIL import Image

from handouts import svg_support
from handouts.drawings import check_allowed
from handouts.errors import Problem, shortened
from handouts.files import UnreadableFileError, read_bytes, shown
from handouts.model import Logo
from handouts.rasters import BOX, MAX_RATIO, BadPictureError, is_blank, kind_of, plain_png
from handouts.svg import XLINK, BadDrawingError, Drawing, check_size, decoded, local, parse, undeclared, view_box
from handouts.svg_support import Engine

#: A photo of 16 million pixels as cameras save it; a drawing is read up to its own limits.
MAX_BYTES = 20_000_000
MAX_DRAWING_BYTES = 4_000_000
#: WeasyPrint takes 1.5 s for so much; resvg draws the rest in the same time.
MAX_LINES, MAX_LINE_SIGNS = 1_000, 150_000
AS_PNG = "export the logo as a PNG file, 2,000 pixels wide"
#: CSS 2.1, 4.3.2: how many pixels of 1/96 inch.
PIXELS = {"": 1.0, "px": 1.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0, "pt": 96 / 72, "pc": 16.0}


def read_logo(file: Path, at: tuple[str, int]) -> tuple[Logo | None, Sequence[Problem]]:
    """The logo, or what is wrong; `at` is the file and line that name it."""
    try:
        data = read_bytes(file, MAX_BYTES)
        if _is_drawing(data):
            return _drawn(data), ()
        return Logo(plain_png(data), "image/png"), ()
    except BadDrawingError as error:
        return None, [Problem(shown(file), error.line, error.what, error.hint)]
    except (BadPictureError, UnreadableFileError) as error:
        return None, [Problem(*at, f"the logo “{shortened(file.name)}” cannot be taken: {error.what}", error.hint)]


def _is_drawing(data: bytes) -> bool:
    """Whether a file is text that begins as XML does, whatever it is called."""
    return not kind_of(data) and decoded(data[:1_000]).lstrip("\ufeff \t\r\n").startswith("<")


def _drawn(data: bytes) -> Logo:
    if len(data) > MAX_DRAWING_BYTES:
        raise BadDrawingError(0, "the drawing is huge", AS_PNG)
    text = decoded(data)
    drawing = parse(text)
    check_allowed(drawing)
    has_box = _give_view_box(drawing.root)
    check_size(drawing)
    is_heavy = len(drawing.lines) > MAX_LINES or len(text) > MAX_LINE_SIGNS
    if is_heavy or any(svg_support.faults(drawing, Engine.LINES)):
        return Logo(_picture(drawing), "image/png")
    _check_seen(_drawn_by_resvg(drawing, height=64))
    return Logo((undeclared(text) if has_box else drawing.text()).encode(), "image/svg+xml")


def _give_view_box(root: ET.Element) -> bool:
    """Whether there is a viewBox that is true; where there is none, it is made of the width and the height."""
    sides = [_pixels(root.get(name, "")) for name in ("width", "height")]
    if "viewBox" not in root.attrib and all(sides):
        root.set("viewBox", f"0 0 {sides[0]:.9g} {sides[1]:.9g}")
        has_box = False
    else:
        has_box = True
    box = view_box(root.get("viewBox", ""))
    if not box:
        raise BadDrawingError(1, "the drawing has no viewBox of four numbers", "save it as plain SVG with a viewBox")
    width, height = (side or other for side, other in zip(sides, box[2:], strict=True)) if all(sides) else box[2:]
    if not 1 / MAX_RATIO <= width / height <= MAX_RATIO:
        what = f"the logo is more than {MAX_RATIO} times as long as wide"
        raise BadDrawingError(1, what, "take a version of it that is less long")
    return has_box


def _pixels(length: str) -> float:
    """A length in pixels; 0 if it is none that can be told."""
    found = re.fullmatch(rf"\s*({svg_support.N})([a-z]*)\s*", length)
    return float(found[1]) * PIXELS.get(found[2], 0) if found else 0


def _picture(drawing: Drawing) -> bytes:
    """The drawing as resvg draws it, if it is known to draw all of it truly."""
    for image in (element for element in drawing.lines if local(element) == "image"):
        _embed(image, drawing.lines[image])
    for line, what in svg_support.faults(drawing, Engine.PICTURE):
        raise BadDrawingError(line, f"the drawing holds what cannot be drawn truly: {what}", AS_PNG)
    picture = _drawn_by_resvg(_plainly_said(drawing), height=BOX[1])
    _check_seen(picture)
    return picture


def _embed(image: ET.Element, line: int) -> None:
    """A picture that lies in a drawing, decoded whole and as a plain PNG."""
    hrefs = [image.get(name, "") for name in ("href", f"{XLINK}href") if image.get(name)]
    kind, _, data = hrefs[0].partition(",") if hrefs else ("", "", "")
    try:
        raw = b64decode(data, validate=False) if kind.endswith(";base64") else unquote_to_bytes(data)
        png = plain_png(raw)
    except (ValueError, BadPictureError) as error:
        what = f"a picture within the drawing cannot be taken: {error.what if isinstance(error, BadPictureError) else 'it is damaged'}"
        raise BadDrawingError(line, what, AS_PNG) from error
    image.attrib.pop(f"{XLINK}href", None)
    image.set("href", f"data:image/png;base64,{b64encode(png).decode()}")


def _plainly_said(drawing: Drawing) -> Drawing:
    """The drawing without what other programs keep in it, its style written as resvg reads it."""
    for element in drawing.lines:
        for child in [child for child in element if not local(child)]:
            element.remove(child)
        element.attrib = {key: value.strip() for key, value in element.items()}
        if style := element.get("style"):
            element.set("style", ";".join(f"{name}:{value}" for name, value in svg_support.declarations(style)))
    return drawing


def _drawn_by_resvg(drawing: Drawing, height: int) -> bytes:
    """A PNG, its ground clear, that fits the box; drawn at 96 dots per inch, as CSS counts, and without any font."""
    import resvg_py  # noqa: PLC0415  (it takes a moment, and few drawings need it)

    box = view_box(drawing.root.get("viewBox", ""))
    assert box
    sides = [_pixels(drawing.root.get(name, "")) for name in ("width", "height")]
    ratio = sides[0] / sides[1] if all(sides) else box[2] / box[3]
    width = min(round(height * ratio), BOX[0])
    try:
        return bytes(
            resvg_py.svg_to_bytes(svg_string=drawing.text(), width=max(width, 1), skip_system_fonts=True, dpi=96)
        )
    except ValueError as error:
        raise BadDrawingError(1, "the drawing cannot be drawn", AS_PNG) from error


def _check_seen(png: bytes) -> None:
    with Image.open(BytesIO(png)) as picture:
        if is_blank(picture):
            raise BadDrawingError(0, "nothing is seen of the logo on white paper", "take its version for white paper")
