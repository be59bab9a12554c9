"""Drawings: the SVG files a topic or a clinic names in, their text out, or what is wrong with them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET  # expat, which it uses, stops entity bombs itself since 2.4.1

from handouts.errors import Problem, nearest
from handouts.files import read_text, shown
from handouts.model import Picture, Place
from handouts.wording import every

SVG = "{http://www.w3.org/2000/svg}svg"


def read_drawings(
    folders: Sequence[Path], parts: object, places: Mapping[int, Place], problems: list[Problem]
) -> Mapping[str, str]:
    """The drawings a topic names, by file name, each from the first folder that has it."""
    found: dict[str, str] = {}
    for picture in every(Picture, parts):
        file = next((f for f in (folder / picture.file for folder in folders) if f.is_file()), None)
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
            found[picture.file] = read_text(file, problems)
            if found[picture.file]:
                problems.extend(faults_in(found[picture.file], shown(file)))
    return found


def faults_in(text: str, where: str) -> list[Problem]:
    """A drawing must be well-formed, have a viewBox, and need nothing from elsewhere."""
    try:
        root = ET.fromstring(text)
    except ET.ParseError as error:
        return [
            Problem(
                where,
                error.position[0],
                "this is not a well-formed SVG file",
                "open it in a drawing program and save it again",
            )
        ]
    if root.tag != SVG or not _is_view_box(root.get("viewBox", "")):
        return [Problem(where, 1, "the drawing has no viewBox of four numbers", "save it as plain SVG with a viewBox")]
    names = {
        key for node in root.iter() for key, value in node.items() if key.endswith("href") and not value.startswith("#")
    }
    tags = {str(node.tag).rpartition("}")[2] for node in root.iter()} & {"script", "image", "foreignObject"}
    if names or tags or re.search(r"@import|url\(\s*['\"]?(?!['\"]?#)|<\?xml-stylesheet", text):
        return [Problem(where, 1, "the drawing holds a script, a photo or a link to another file", "use shapes only")]
    return []


def view_box(svg: str) -> tuple[float, float, float, float]:
    """Left, top, width and height of a drawing that was judged, in its own units."""
    left, top, width, height = _numbers(ET.fromstring(svg).get("viewBox", ""))
    return left, top, width, height


def _numbers(value: str) -> list[float]:
    return [float(number) for number in re.split(r"[\s,]+", value.strip())]


def _is_view_box(value: str) -> bool:
    """Whether this is `left top width height`, with an area."""
    try:
        _, _, width, height = _numbers(value)
    except ValueError:
        return False
    return 0 < width < float("inf") and 0 < height < float("inf")
