"""What every personal copy of a leaflet shares, and where one differs: as data, which can be kept.

A personal copy differs from another in a few lines: a name, a date, a note, the doses of exercises. So a leaflet is laid
out with a placeholder in each of these *slots*; `freezing` cuts the placeholders out of its PDF, and what is left never
changes again. `stamping` puts a person's words in their place. Nothing here is any person's.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from handouts.letters import Face
from handouts.model import Personal, Urgent
from handouts.page import Exercise

#: Words that no leaflet holds, in letters of our fonts.
PLACEHOLDER = "xq"
NO_DAY = date(1, 1, 1)
BOX, TICKED = "☐", "☑"
FACES: dict[str, Face] = {
    "Body": ("Body", 400),
    "Body-Bold": ("Body", 700),
    "Fallback": ("Fallback", 400),
    "Fallback-Bold": ("Fallback", 700),
}
#: A string, which is left as it is, or a reference.
REFERENCE = re.compile(rb"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f]*>|(\d+) 0 R", re.DOTALL)


@dataclass(frozen=True)
class Shape:
    """What a copy holds that is personal, and in how many lines: copies of one shape are laid out alike."""

    name: int = 0
    clinician: int = 0
    date: int = 0
    note: int = 0
    marked: bool = False


#: What a slot is, its number, and what stands in its lines.
Expected = tuple[str, int, Sequence[str]]


@dataclass(frozen=True)
class Slot:
    """Room for one line of a person's words.

    `what` is name, clinician, date, note, tick, dose or id; `number` counts exercises, `line` the lines of one text, `page`
    the pages, all from 0. `size` and `width` are in CSS pixels; `language` is the page's. `before` is what a page draws up to the font.
    """

    what: str
    number: int
    line: int
    page: int
    face: Face
    size: float
    width: float
    language: str
    before: bytes


@dataclass(frozen=True)
class Hole:
    """An object that each copy, or each run, fills in: the words on a page, or the font of a face."""

    object: int
    page: int = -1
    face: Face | None = None


@dataclass(frozen=True)
class Body:
    """The objects of a PDF, as bytes by their numbers; `holes` are left out, and have numbers too.

    Of a PDF of its own, `root` and `info` are two of the objects; of pages alone, `pages` are what their dictionaries
    say, but for their parent.
    """

    objects: dict[int, bytes]
    holes: tuple[Hole, ...]
    root: int = 0
    info: int = 0
    pages: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Frozen:
    """A leaflet without what is personal: as a PDF of its own (tagged), and as pages of a print file (not tagged)."""

    pages: int
    slots: tuple[Slot, ...]
    tagged: Body
    paper: Body
    urgent: Urgent = Urgent.WHOLE


def placeholders(shape: Shape, exercises: Sequence[Exercise]) -> Personal:
    """The person whose copy is frozen: a placeholder in each slot of a shape."""
    words = {(what, number): "\n".join(lines) for what, number, lines in expected_in(shape, exercises, "")}
    return Personal(
        name=words.get(("name", 0), ""),
        clinician=words.get(("clinician", 0), ""),
        day=NO_DAY if shape.date else None,
        note=words.get(("note", 0), ""),
        chosen=tuple((one.title, words["dose", at]) for at, one in enumerate(exercises) if shape.marked),
    )


def expected_in(shape: Shape, exercises: Sequence[Exercise], day: str) -> Iterator[Expected]:
    """What stands in the slots of the copy of `placeholders`. `day` is how `NO_DAY` is printed."""
    for what, lines in (
        ("name", shape.name),
        ("clinician", shape.clinician),
        ("date", shape.date),
        ("note", shape.note),
    ):
        if lines:
            yield what, 0, [day] if what == "date" else _lines(what, lines)
    for number, one in enumerate(exercises if shape.marked else ()):
        yield "tick", number, [TICKED]
        yield "dose", number, _lines(f"dose{number}", one.lines)


def _lines(of: str, lines: int) -> list[str]:
    return [f"{PLACEHOLDER}{of}{line}" for line in range(lines)]


def renumbered(thing: bytes, number: Callable[[int], int]) -> bytes:
    """An object whose references are put through `number`; what is in a stream is no reference."""
    head, stream, data = thing.partition(b"\nstream\n")

    def reference(found: re.Match[bytes]) -> bytes:
        return b"%d 0 R" % number(int(found[1])) if found[1] else found[0]

    return REFERENCE.sub(reference, head) + stream + data


def as_kept(frozen: Frozen) -> tuple[dict[str, Any], bytes]:
    """A frozen leaflet as JSON and the bytes of its objects, one after another."""
    slots = [asdict(slot) | {"before": slot.before.decode("latin-1")} for slot in frozen.slots]
    bodies = (frozen.tagged, frozen.paper)
    about = {
        "pages": frozen.pages,
        "slots": slots,
        "tagged": _about(frozen.tagged),
        "paper": _about(frozen.paper),
        "urgent": frozen.urgent.value,
    }
    return about, b"".join(thing for body in bodies for thing in body.objects.values())


def from_kept(about: Mapping[str, Any], data: bytes) -> Frozen:
    """What `as_kept` was given. ValueError, KeyError or TypeError if it was not from there."""
    slots = tuple(
        Slot(**{**slot, "face": _face(slot["face"]), "before": slot["before"].encode("latin-1")})
        for slot in about["slots"]
    )
    tagged, at = _body(about["tagged"], data, 0)
    paper, at = _body(about["paper"], data, at)
    if at != len(data):
        raise ValueError("there are more bytes than objects")
    return Frozen(int(about["pages"]), slots, tagged, paper, Urgent(about["urgent"]))


def _about(body: Body) -> dict[str, Any]:
    return {
        "objects": [(number, len(thing)) for number, thing in body.objects.items()],
        "holes": [asdict(hole) for hole in body.holes],
        "root": body.root,
        "info": body.info,
        "pages": [page.decode("latin-1") for page in body.pages],
    }


def _body(about: Mapping[str, Any], data: bytes, at: int) -> tuple[Body, int]:
    """A body, whose objects begin at a place; and where they end."""
    objects = {}
    for number, length in about["objects"]:
        objects[int(number)] = data[at : at + length]
        at += length
    holes = tuple(Hole(hole["object"], hole["page"], _face(hole["face"])) for hole in about["holes"])
    pages = tuple(page.encode("latin-1") for page in about["pages"])
    return Body(objects, holes, int(about["root"]), int(about["info"]), pages), at


def _face(said: Sequence[Any] | None) -> Any:
    """JSON knows no tuples."""
    return (str(said[0]), int(said[1])) if said else None


def font_name(face: Face) -> str:
    """What a page calls the font of a person's words."""
    return f"/Personal{face[0]}{face[1]}"
