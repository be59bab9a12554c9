"""A PDF with placeholders in; the same without them, and where they stood, out.

In a tagged PDF, words stand between `/Span <</MCID 7>> BDC` and `EMC`, and the structure tree, which a screen reader
follows, knows them by that number alone. Whatever stands between the two, the tree stays right: the slot keeps its
number, and moves with it into a second content stream of the page.

If anything is not as expected, nothing is frozen (None), and each copy is laid out on its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Matrix, Name

from handouts import letters, streams
from handouts.frozen import FACES, Body, Expected, Frozen, Hole, Slot, font_name
from handouts.letters import Face
from handouts.model import Pdf, Urgent

#: Where in the file a copy differs: the stream of a page, the font of a face.
HOLE = "/HandoutsHole"
#: All that may stand in a slot: how its letters are inked, and one line of words.
INKS = {"rg", "g", "k", "gs"}
#: Inks in colour spaces of a page's own: what is inked so cannot be drawn in another stream.
OTHER_INKS = {"cs", "sc", "scn"}
OF_A_SLOT = {*INKS, "BT", "Tm", "Tf", "TJ", "ET"}
OF_A_PAGE = {"/Type", "/Resources", "/Contents", "/MediaBox", "/TrimBox", "/BleedBox", "/Rotate", "/Group"}


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
        urgent = pdf.urgent[0][1] if pdf.urgent else Urgent.WHOLE
        return Frozen(pdf.pages, tuple(slots), _tagged(document), _paper(document), urgent)


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
            data = streams.closed(thing.read_raw_bytes())
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
