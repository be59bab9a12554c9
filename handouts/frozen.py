"""A leaflet that was laid out once in; what every personal copy of it shares, and where one differs, out.

A personal copy differs from another in a few lines: a name, a date, a note, the doses of exercises. So a leaflet is
laid out with a placeholder in each of these *slots*. Here the placeholders are looked for in what the pages draw, and
cut out; what is left never changes again. `stamping` puts a person's words in their place.

In a tagged PDF, words stand between `/Span <</MCID 7>> BDC` and `EMC`, and the structure tree, which a screen reader
follows, knows them by that number alone. Whatever stands between the two, the tree stays right: the slot keeps its
number, and moves with it into a second content stream of the page.

If anything is not as expected, nothing is frozen (None), and each copy is laid out on its own.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Matrix, Name

from handouts import letters
from handouts.letters import Face
from handouts.model import Pdf, Personal
from handouts.page import Exercise

#: Words that no leaflet holds, in letters of our fonts.
PLACEHOLDER = "xq"
NO_DAY = date(1, 1, 1)
BOX, TICKED = "☐", "☑"
#: Where in the file a copy differs: the stream of a page, the font of a face.
HOLE = "/HandoutsHole"
FACES: dict[str, Face] = {
    "Body": ("Body", 400),
    "Body-Bold": ("Body", 700),
    "Fallback": ("Fallback", 400),
    "Fallback-Bold": ("Fallback", 700),
}
#: All that may stand in a slot: how its letters are inked, and one line of words.
INKS = {"rg", "g", "k", "gs"}
#: Inks in colour spaces of a page's own: what is inked so cannot be drawn in another stream.
OTHER_INKS = {"cs", "sc", "scn"}
OF_A_SLOT = {*INKS, "BT", "Tm", "Tf", "TJ", "ET"}
OF_A_PAGE = {"/Type", "/Resources", "/Contents", "/MediaBox", "/TrimBox", "/BleedBox", "/Rotate", "/Group"}
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


def freeze(pdf: Pdf, expected: Sequence[Expected]) -> Frozen | None:
    """Cut the placeholders out of a PDF. `expected` are all its slots, in the order of the page."""
    if [what for what, _, _ in expected] != [room.slot for room in pdf.rooms]:
        return None
    wanted = [
        (what, number, line, text, room.width)
        for (what, number, lines), room in zip(expected, pdf.rooms, strict=True)
        for line, text in enumerate(lines)
    ]
    with pikepdf.open(BytesIO(pdf.data)) as document:
        slots: list[Slot] = []
        kept: dict[int, bytes] = {}
        language = str(document.Root.get("/Lang", ""))
        for number in sorted({room.page for room in pdf.rooms}):
            page = document.pages[number]
            page.contents_coalesce()
            kept[number], cut = _cut(page, {text for _, _, _, text, _ in wanted})
            for one in cut:
                match = next((w for w in wanted if w[3] == one.text), None)
                if match is None:
                    return None
                wanted.remove(match)
                what, of, line, _, width = match
                slots.append(Slot(what, of, line, number, one.face, one.size, width, language, one.before))
        if wanted:
            return None
        _make_holes(document, kept, slots)
        return Frozen(pdf.pages, tuple(slots), _tagged(document), _paper(document))


# --- Cutting ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _State:
    """Where an instruction draws, and the instructions that inked what it draws with. No colour: one of `OTHER_INKS`."""

    matrix: Matrix = field(default_factory=Matrix)
    colour: bytes | None = b""
    opacity: bytes = b""


@dataclass(frozen=True)
class _Cut:
    """A placeholder that was cut out: its text, and how it was drawn."""

    text: str
    face: Face
    size: float
    before: bytes


def _cut(page: pikepdf.Page, texts: set[str]) -> tuple[bytes, list[_Cut]]:
    """What a page draws without the placeholders, and these. Colours stay: what follows may be drawn in them."""
    fonts = {name: str(font.BaseFont).partition("+")[2] for name, font in page.resources.get("/Font", {}).items()}
    spelt = {(face, _spelt(text, face)): text for face in FACES.values() for text in texts}
    kept: list[Any] = []
    cut: list[_Cut] = []
    state, saved = _State(), []
    marked: list[Any] | None = None
    for one in pikepdf.parse_content_stream(page):
        operator, operands = str(one.operator), one.operands
        if operator == "q":
            saved.append(state)
        elif operator == "Q" and saved:
            state = saved.pop()
        else:
            state = _after(one, state)
        if operator == "BDC" and "/MCID" in operands[1] if len(operands) > 1 else False:
            marked = [one]
            continue
        if marked is None:
            kept.append(one)
            continue
        marked.append(one)
        if operator == "EMC":
            slot = _slot(marked, fonts, spelt, state)
            if slot:
                cut.append(slot)
                kept.extend(inner for inner in marked if str(inner.operator) in INKS)
            else:
                kept.extend(marked)
            marked = None
    return pikepdf.unparse_content_stream(kept), cut


def _after(one: Any, state: _State) -> _State:
    """The state after an instruction."""
    operator = str(one.operator)
    if operator == "cm":
        return replace(state, matrix=Matrix(*map(float, one.operands)) @ state.matrix)
    if operator in OTHER_INKS:
        return replace(state, colour=None)
    if operator in INKS:
        said = pikepdf.unparse_content_stream([one])
        return replace(state, opacity=said) if operator == "gs" else replace(state, colour=said)
    return state


def _spelt(text: str, face: Face) -> bytes:
    """A text as the glyphs of a face; nothing if it lacks one."""
    known = letters.glyphs(face)
    return b"".join(known.get(ord(letter), 0).to_bytes(2, "big") for letter in text)


def _slot(
    marked: Sequence[Any], fonts: dict[str, str], spelt: dict[tuple[Face, bytes], str], state: _State
) -> _Cut | None:
    """A placeholder, if this is one: nothing else stands between its marks."""
    by_name = {str(one.operator): one for one in marked[1:-1]}
    if not {"Tf", "TJ", "Tm"} <= set(by_name) <= OF_A_SLOT or len(by_name) != len(marked) - 2:
        return None
    name, size = by_name["Tf"].operands
    face = FACES.get(fonts.get(str(name), ""))
    shown = b"".join(bytes(part) for part in by_name["TJ"].operands[0] if isinstance(part, pikepdf.String))
    if face is None or (face, shown) not in spelt or state.colour is None:
        return None
    matrix = " ".join(f"{part:.6f}".rstrip("0").rstrip(".") for part in state.matrix.shorthand)
    begin = pikepdf.unparse_content_stream([marked[0]])
    placed = pikepdf.unparse_content_stream([by_name["Tm"]])
    before = b"\n".join((begin, b"q", matrix.encode() + b" cm", state.opacity, state.colour, b"BT", placed, b""))
    return _Cut(spelt[face, shown], face, float(size), before)


def _make_holes(document: pikepdf.Pdf, kept: dict[int, bytes], slots: Sequence[Slot]) -> None:
    """Leave room on pages for a stream of a person's words, and for the fonts of these."""
    faces = {(family, slot.face[1]) for slot in slots for family in ("Body", "Fallback")}
    fonts = {
        font_name(face): document.make_indirect(Dictionary({"/Type": Name.Font, HOLE: Name(f"/{face[0]}-{face[1]}")}))
        for face in sorted(faces)
    }
    for number in sorted({slot.page for slot in slots}):
        page = document.pages[number]
        page.obj.Contents.write(b"q\n" + kept[number] + b"\nQ\n")  # the words have a matrix of their own
        words = document.make_stream(b"")
        words[HOLE] = number
        page.obj.Contents = Array([page.obj.Contents, words])
        for name, font in fonts.items():
            page.resources.Font[name] = font


def font_name(face: Face) -> str:
    """What a page calls the font of a person's words."""
    return f"/Personal{face[0]}{face[1]}"


# --- Objects --------------------------------------------------------------------------------


def _tagged(document: pikepdf.Pdf) -> Body:
    with _renumbered(document) as saved:
        objects, holes = _objects(saved)
        info = saved.trailer.get("/Info")
        return Body(objects, holes, saved.Root.objgen[0], info.objgen[0] if info is not None else 0)


def _paper(document: pikepdf.Pdf) -> Body:
    """The pages alone: what a screen reader and a screen need is left out."""
    with pikepdf.new() as paper:
        paper.pages.extend(document.pages)
        for page in paper.pages:
            for key in set(page.obj.keys()) - OF_A_PAGE - {"/Parent"}:
                del page.obj[key]
        with _renumbered(paper) as saved:
            said = tuple(
                b" ".join(
                    key.encode()
                    + b" "
                    + (value.unparse() if isinstance(value, pikepdf.Object) else str(value).encode())
                    for key, value in page.obj.items()
                    if key != "/Parent"
                )
                for page in saved.pages
            )
            objects, holes = _objects(saved)
            tree = {saved.Root.objgen[0], saved.Root.Pages.objgen[0], *(page.obj.objgen[0] for page in saved.pages)}
            return Body({n: thing for n, thing in objects.items() if n not in tree}, holes, pages=said)


def _renumbered(document: pikepdf.Pdf) -> pikepdf.Pdf:
    """The same file, its objects numbered from 1 without gaps, and none that nobody needs."""
    out = BytesIO()
    document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, fix_metadata_version=False)
    return pikepdf.open(out)


def _objects(document: pikepdf.Pdf) -> tuple[dict[int, bytes], tuple[Hole, ...]]:
    objects: dict[int, bytes] = {}
    holes: list[Hole] = []
    for thing in document.objects:
        number = thing.objgen[0]
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream) and HOLE in thing:
            holes.append(_hole(number, thing[HOLE]))
        elif isinstance(thing, pikepdf.Stream):
            data = thing.read_raw_bytes()
            thing.stream_dict.Length = len(data)
            objects[number] = thing.stream_dict.unparse() + b"\nstream\n" + data + b"\nendstream"
        else:
            objects[number] = thing.unparse(resolved=True)
    return objects, tuple(holes)


def _hole(number: int, what: Any) -> Hole:
    if isinstance(what, pikepdf.Name):
        family, _, weight = str(what).removeprefix("/").partition("-")
        return Hole(number, face=(family, int(weight)))
    return Hole(number, page=int(what))


def renumbered(thing: bytes, number: Callable[[int], int]) -> bytes:
    """An object whose references are put through `number`; what is in a stream is no reference."""
    head, stream, data = thing.partition(b"\nstream\n")

    def reference(found: re.Match[bytes]) -> bytes:
        return b"%d 0 R" % number(int(found[1])) if found[1] else found[0]

    return REFERENCE.sub(reference, head) + stream + data


def faces_of(frozen: Iterable[Frozen]) -> set[Face]:
    """The faces that personal words may be set in."""
    return {hole.face for one in frozen for hole in one.tagged.holes if hole.face}
