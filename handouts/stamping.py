"""A Frozen leaflet and a person's words in; that person's copy out, in less than a thousandth of a second.

Each line of a person's words is set with the glyphs of our own fonts (`letters`) and put where its slot is. What cannot
be done truthfully so is not done (None): a text that does not fit its slot, that is read from right to left, of which it
is not known here where its lines break, or with a letter that its font does not hold. Such a copy is laid out on its own.

A copy of its own is: what all copies share (`Copies` makes it once), the streams of the person's words, and the table of
the objects. A print file has each shared page once, and for each copy its words and pages that point to both.
"""

import hashlib
import re
import struct
import sys
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from itertools import accumulate
from operator import add
from typing import BinaryIO, TypeVar

import uharfbuzz

from handouts import letters, streams
from handouts.frozen import BOX, TICKED, Frozen, Shape, Slot, font_name, renumbered
from handouts.letters import Face, Line
from handouts.model import Labels, Personal
from handouts.page import Exercise, personal_day

#: CSS pixels: four units of Pango. Nearer to the end of a line than this, rounding decides whether a word still fits.
NEARLY = 0.004
#: Lines of one text that room is still kept for.
MOST_LINES = 6
#: Letters and figures in one piece: 8:30, e.g, o'clock.
_UNIT = r"[^\W_](?:[^\W_.,:'’]|[.,:'’](?=[^\W_]))*"
#: Words of which we know where they can be parted (Unicode Standard Annex 14): after a hyphen, dash or stroke in them.
KNOWN_WORD = re.compile(
    rf"""[("“‘]?[£$€]?{_UNIT}(?:\({_UNIT}\))?(?:[-–]{_UNIT}|(?:(?<=\d)/(?=\d)|/(?!\d)){_UNIT})*%?[.,;:!?…)"”’]*"""
)
#: Where they can be: before a figure, a hyphen or a stroke belongs to it. With a word goes the space after it.
PIECE = re.compile(r"(?:[^ /–-]|[-/](?=\d))+(?:[-/–]|[ ]|$)")
#: What must not be parted, though there is a space.
KEPT_TOGETHER = re.compile(r"""["'“”‘’…] \(""")
#: Lines of words, each with its face; None if they cannot be told.
Broken = list[tuple[Face, Line]] | None
#: What stands in the slots of a copy: what it is, its number, and its words.
Words = Mapping[tuple[str, int], str]
#: What a copy draws on its pages that is personal, by page from 0.
Stamped = Mapping[int, bytes]


# --- Words ---------------------------------------------------------------------------------


def words_of(personal: Personal, exercises: Sequence[Exercise], labels: Labels) -> Words:
    """What stands in the slots of a person's copy."""
    words = {
        ("name", 0): personal.name,
        ("clinician", 0): personal.clinician,
        ("date", 0): personal_day(personal.day, labels),
        ("note", 0): personal.note,
    }
    chosen = dict(personal.chosen)
    for number, one in enumerate(exercises):
        words["tick", number] = TICKED if one.title in chosen else BOX
        words["dose", number] = chosen.get(one.title) or one.dose
    return words


def shape_of(personal: Personal, exercises: Sequence[Exercise]) -> Shape:
    """The shape of a copy whose texts have one line each."""
    titles = {title for title, _ in personal.chosen}
    return Shape(
        int(bool(personal.name)),
        int(bool(personal.clinician)),
        int(personal.day is not None),
        int(bool(personal.note)),
        any(one.title in titles for one in exercises),
    )


def fitted(frozen: Frozen, words: Words, shape: Shape) -> Shape | None:
    """The shape with as many lines as each text needs; None if that is not known here, or more than room is kept for."""
    lines: dict[str, int] = {}
    for slot in frozen.slots:
        if slot.what in ("name", "clinician", "note") and slot.line == 0:
            broken = broken_into_lines(words[slot.what, 0], slot)
            if broken is None or len(broken) > MOST_LINES:
                return None
            lines[slot.what] = len(broken)
    return replace(shape, **lines)  # type: ignore[arg-type]  # none of them is `marked`


def stamp(frozen: Frozen, words: Words, fonts: "Fonts") -> Stamped | None:
    """What a person's copy draws in its slots, with fonts that go with it; None if that cannot be done truthfully."""
    drawn: dict[int, list[bytes]] = {}
    room: dict[tuple[str, int], int] = {}
    for slot in frozen.slots:
        room[slot.what, slot.number] = room.get((slot.what, slot.number), 0) + 1
    for slot in frozen.slots:
        said = words[slot.what, slot.number]
        lines = broken_into_lines(said, slot)
        if lines is None or len(lines) > room[slot.what, slot.number]:
            return None
        if any(not fonts[face].letters.issuperset(said) for face, _ in lines[:1]):  # all lines of a text have one face
            return None
        shown = b"ET\nQ\nEMC\n"
        if slot.line < len(lines):
            face, line = lines[slot.line]
            shown = b"%s %s Tf\n%s\n" % (font_name(face).encode(), _number(slot.size), line.shown) + shown
        drawn.setdefault(slot.page, []).append(slot.before + shown)
    return {page: b"".join(parts) for page, parts in drawn.items()}


def _number(value: float) -> bytes:
    return f"{value:.6f}".rstrip("0").rstrip(".").encode()


def broken_into_lines(words: str, slot: Slot) -> Broken:
    """Words in lines as wide as a slot; None if it takes more to tell where they break."""
    return _broken(words, slot.face[1], slot.size, slot.width, slot.language) if words else []


@lru_cache(maxsize=500)
def _broken(words: str, weight: int, size: float, width: float, language: str) -> Broken:
    face = ("Body" if letters.in_body(words) else "Fallback", weight)
    set_in_line = partial(letters.line, face=face, size=size, language=language)
    whole = set_in_line(words)
    if whole is None or abs(whole.width - width) < NEARLY:
        return None
    if whole.width < width:
        return [(face, whole)]
    if KEPT_TOGETHER.search(words) or not all(map(KNOWN_WORD.fullmatch, words.split(" "))):
        return None
    parts = PIECE.findall(words)
    assert "".join(parts) == words, "known words consist of pieces"
    widths = [alone.width for part in parts if (alone := set_in_line(part.rstrip(" ")))]
    if len(widths) < len(parts) or max(widths) > width - NEARLY:  # a wider word would make its column wider
        return None
    space = letters.width_of(face, letters.glyphs(face)[ord(" ")]) * size / 1000
    lines: list[tuple[Face, Line]] = []
    while parts:
        ends = accumulate(one + space * part.endswith(" ") for one, part in zip(widths, parts, strict=True))
        likely = max(1, sum(end < width + space for end in ends))
        full = _longest(parts, likely, width, set_in_line)
        if full is None:
            return None
        number, line = full
        lines.append((face, line))
        parts, widths = parts[number:], widths[number:]
    return lines


def _longest(
    parts: Sequence[str], likely: int, width: float, set_in_line: Callable[[str], Line | None]
) -> tuple[int, Line] | None:
    """How many pieces fit into a line, looked for from a `likely` number on, and that line; None if rounding decides."""
    number = likely
    line = set_in_line("".join(parts[:number]).rstrip(" "))
    while line and line.width > width:
        number -= 1
        line = set_in_line("".join(parts[:number]).rstrip(" "))
    if line is None or abs(line.width - width) < NEARLY:
        return None
    while number < len(parts):
        longer = set_in_line("".join(parts[: number + 1]).rstrip(" "))
        if longer is None or abs(longer.width - width) < NEARLY:
            return None
        if longer.width > width:
            break
        number, line = number + 1, longer
    return number, line


# --- Fonts ---------------------------------------------------------------------------------

#: The objects of a font: its number of objects is always the same, and the first is what a page names.
FontObjects = tuple[bytes, bytes, bytes, bytes, bytes]


@dataclass(frozen=True)
class Font:
    """A font that goes with a person's words: the letters it holds, and no others, and the objects 1 to 5 of a PDF."""

    letters: frozenset[str]
    objects: FontObjects


Fonts = Mapping[Face, Font]
TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
%s
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


def font_of(face: Face, wanted: frozenset[str]) -> Font:
    """A font with the letters that are wanted, as far as the face has them."""
    held = frozenset(letter for letter in wanted if ord(letter) in letters.glyphs(face))
    return Font(held, _font_objects(face, held))


def _font_objects(face: Face, held: frozenset[str]) -> FontObjects:
    """A font that holds letters; its name says which."""
    known = letters.glyphs(face)
    chosen = {known[ord(letter)]: letter for letter in sorted(held, reverse=True)}
    glyphs = sorted(chosen)
    tag = hashlib.sha256(repr((face, glyphs)).encode()).digest()[:6].translate(_CAPITALS).decode()
    name = f"/{tag}+{face[0]}{'-Bold' if face[1] > 400 else ''}"  # noqa: PLR2004  # regular
    widths = " ".join(f"{glyph} [{letters.width_of(face, glyph)}]" for glyph in glyphs)
    file, ascent, descent = _subset(face, frozenset(glyphs))
    unicode = b"\n".join(
        b"%d beginbfchar\n%s\nendbfchar"
        % (len(some), b"\n".join(b"<%04x> <%s>" % (g, chosen[g].encode("utf-16-be").hex().encode()) for g in some))
        for some in _by(100, glyphs)
    )
    return (
        f"<</Type /Font /Subtype /Type0 /BaseFont {name} /Encoding /Identity-H /DescendantFonts [2 0 R] /ToUnicode 5 0 R>>".encode(),
        f"<</Type /Font /Subtype /CIDFontType2 /BaseFont {name} /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>> /CIDToGIDMap /Identity /W [{widths}] /FontDescriptor 3 0 R>>".encode(),
        f"<</Type /FontDescriptor /FontName {name} /Flags 4 /FontBBox [0 {descent} 1000 {ascent}] /ItalicAngle 0 /Ascent {ascent} /Descent {descent} /CapHeight {ascent} /StemV 80 /FontFile2 4 0 R>>".encode(),
        stream(file, LENGTH_UNPACKED),
        stream(TO_UNICODE % unicode),
    )


_CAPITALS = bytes(ord("A") + byte % 26 for byte in range(256))


@cache
def _subset(face: Face, glyphs: frozenset[int]) -> tuple[bytes, int, int]:
    """The file of a font with these glyphs, under their own numbers; its ascent and descent in thousandths."""
    whole = uharfbuzz.Face(letters.file_of(face))
    wanted = uharfbuzz.SubsetInput()
    wanted.glyph_set.update(glyphs)
    wanted.flags = uharfbuzz.SubsetFlags.RETAIN_GIDS | uharfbuzz.SubsetFlags.NO_HINTING  # as WeasyPrint has it
    wanted.drop_table_tag_set.update(int.from_bytes(tag, "big") for tag in (b"GSUB", b"GPOS", b"GDEF"))
    extents = uharfbuzz.Font(whole).get_font_extents("ltr")
    part = uharfbuzz.subset(whole, wanted)
    return part.blob.data, round(1000 * extents.ascender / whole.upem), round(1000 * extents.descender / whole.upem)


# --- Objects ---------------------------------------------------------------------------------


HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
PACKED_TOGETHER = 150
#: Of a font's file.
LENGTH_UNPACKED = b"/Length1"
T = TypeVar("T")
#: An entry of a copy's table: its kind, an offset or a number, a place; and one that is free.
ENTRY = struct.Struct(">BIH")
FREE = ENTRY.pack(0, 0, 0)
#: A free one, too, for `streams.padded`; unlike zeros, it changes the last byte of the checksum.
SPARE = ENTRY.pack(0, 0, 1)
END = b"startxref\n%d\n%%%%EOF\n"
#: What was packed so far is written, and not packed anew for each copy.
_SO_FAR = zlib.Z_SYNC_FLUSH
#: No object has this number: that of a copy's words goes there.
HOLE = 99_999_999


def _by(most: int, things: Sequence[T]) -> Iterator[Sequence[T]]:
    return (things[start : start + most] for start in range(0, len(things), most))


def stream(data: bytes, more: bytes = b"", level: int = streams.WELL) -> bytes:
    """A compressed stream."""
    packed, length = streams.packed(data, level)
    if more == LENGTH_UNPACKED:
        more = b"/Length1 %d" % length
    return b"<</Filter /FlateDecode /Length %d %s>>\nstream\n%s\nendstream" % (len(packed), more, packed)


class Copies:
    """Copies of one frozen leaflet, each a PDF of its own: as accessible, and as fit for an archive, as the leaflet."""

    def __init__(self, frozen: Frozen, fonts: Fonts) -> None:
        body = frozen.tagged
        words = [hole for hole in body.holes if hole.face is None]
        faces = [hole.face for hole in body.holes if hole.face]
        self._pages = [hole.page for hole in words]
        self._first = 1 + len(body.objects) + sum(len(fonts[face].objects) for face in faces)
        numbers = {old: new for new, old in enumerate(body.objects, 1)}
        numbers |= {hole.object: new for new, hole in enumerate(words, self._first)}
        objects: list[bytes] = []
        for hole in body.holes:
            if hole.face:
                start = len(body.objects) + len(objects)
                numbers[hole.object] = start + 1
                objects += [renumbered(part, partial(add, start)) for part in fonts[hole.face].objects]
        objects[:0] = [renumbered(thing, numbers.__getitem__) for thing in body.objects.values()]
        self._shared, self._entries = _written(objects, self._first + len(words))
        self._digest = hashlib.sha256(self._shared)
        self._table = zlib.compressobj(streams.USUALLY, zlib.DEFLATED, *streams.SMALL)
        self._packed = self._table.compress(b"".join(self._entries[: self._first])) + self._table.flush(_SO_FAR)
        info = f" /Info {numbers[body.info]} 0 R" if body.info else ""
        self._said = f"/W [1 4 2] /Root {numbers[body.root]} 0 R{info} /ID [<{self._digest.hexdigest()[:32]}>"

    def copy(self, stamped: Stamped) -> tuple[bytes, str]:
        """One person's copy, and its SHA-256."""
        parts, at, entries = [], len(self._shared), []
        for number, page in enumerate(self._pages, self._first):
            parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, _words(stamped.get(page, b""))))
            entries.append(ENTRY.pack(1, at, 0))
            at += len(parts[-1])
        parts.append(self._end(at, entries, hashlib.sha256(b"".join(parts)).hexdigest()[:32]))
        own = b"".join(parts)
        digest = self._digest.copy()
        digest.update(own)
        return self._shared + own, digest.hexdigest()

    def _end(self, at: int, entries: list[bytes], own: str) -> bytes:
        """The table of the objects. It is padded with entries that nobody needs."""
        number = len(self._entries)
        rest = b"".join((*entries, *self._entries[self._first + len(entries) :], ENTRY.pack(1, at, 0)))

        def pack(padding: int) -> bytes:
            table = self._table.copy()
            return self._packed + table.compress(rest + SPARE * padding) + table.flush()

        packed, spare = streams.padded(pack)
        head = (
            f"/Type /XRef /Size {number + 1 + spare} {self._said} <{own}>] /Filter /FlateDecode /Length {len(packed)}"
        )
        return _object(number, b"<<%s>>\nstream\n%s\nendstream" % (head.encode(), packed)) + END % at


@lru_cache(maxsize=16)
def _words(data: bytes) -> bytes:
    """The stream of a person's words, packed lightly: there are thousands of them. A copy's own file and the print file
    have the same."""
    return stream(data, level=streams.LIGHTLY)


def _object(number: int, thing: bytes) -> bytes:
    return b"%d 0 obj\n%s\nendobj\n" % (number, thing)


def _written(objects: Sequence[bytes], free: int) -> tuple[bytes, list[bytes]]:
    """The head of a file with these objects, numbered from 1, and the entries of its table, from 0.

    Small objects are packed together, into streams that are numbered from `free`.
    """
    entries = [FREE] * free
    parts, at = [HEADER], len(HEADER)
    small: list[tuple[int, bytes]] = []

    def write(number: int, thing: bytes) -> None:
        nonlocal at
        entries[number] = ENTRY.pack(1, at, 0)
        parts.append(_object(number, thing))
        at += len(parts[-1])

    for number, thing in enumerate(objects, 1):
        if b"\nstream\n" in thing:
            write(number, thing)
        else:
            small.append((number, thing))
    for some in _by(PACKED_TOGETHER, small):
        offsets, packed = [], b""
        for place, (number, thing) in enumerate(some):
            entries[number] = ENTRY.pack(2, len(entries), place)
            offsets.append(b"%d %d" % (number, len(packed)))
            packed += thing + b"\n"
        heads = b" ".join(offsets) + b"\n"
        entries.append(FREE)
        write(len(entries) - 1, stream(heads + packed, b"/Type /ObjStm /N %d /First %d" % (len(some), len(heads))))
    return b"".join(parts), entries


# --- A print file ------------------------------------------------------------------------------

CATALOG, TREE = 1, 2
#: The first byte of an entry of the table: there is such an object, and the other seven are its offset.
USED = 1 << 56
#: Pages to a branch of the tree of pages.
BRANCH = 64
TITLE = b"(Leaflets for printing: not tagged for screen readers)"


class PrintFile:
    """One PDF of many copies, for paper: written as it grows, so that its length costs no memory."""

    def __init__(self, out: BinaryIO, fonts: Fonts) -> None:
        self._out = out
        self._fonts = fonts
        self._offsets = array("Q", [0, 0, 0])
        self._at = 0
        self._digest = hashlib.sha256()
        self._branches: list[int] = []
        self._kids: list[int] = []
        self._faces: dict[Face, int] = {}
        self._shared: dict[int, tuple[Frozen, list[list[bytes | int]]]] = {}
        self.pages = 0
        self._put(HEADER)

    def add(self, frozen: Frozen, stamped: Stamped, *, even: bool = True) -> None:
        """Add a copy; `even`: it ends on the back of a sheet, so that the next begins on a fresh one."""
        pages = self._pages_of(frozen)
        words = {page: self._new(_words(drawn)) for page, drawn in stamped.items()}
        for page, said in enumerate(pages):
            hole = str(words.get(page, 0)).encode()
            self._page(b"".join(hole if isinstance(part, int) else part for part in said))
        if even and self.pages % 2:
            box = re.search(rb"/MediaBox \[[^\]]*\]", frozen.paper.pages[0])
            assert box
            self._page(b"/Type /Page " + box[0] + b" /Resources <<>>")

    def close(self) -> str:
        """Write what stands at the end; the file's SHA-256."""
        self._end_branch()
        kids = b" ".join(b"%d 0 R" % number for number in self._branches)
        self._write(CATALOG, b"<</Type /Catalog /Pages %d 0 R>>" % TREE)
        self._write(TREE, b"<</Type /Pages /Count %d /Kids [%s]>>" % (self.pages, kids))
        info = self._new(b"<</Title %s>>" % TITLE)
        number, at, own = self._free(), self._at, self._digest.hexdigest()[:32].encode()
        self._offsets[number] = at
        entries = array("Q", ((USED if offset else 0) | offset for offset in self._offsets))
        if sys.byteorder == "little":
            entries.byteswap()
        more = b"/Type /XRef /Size %d /W [1 7 0] /Root %d 0 R /Info %d 0 R /ID [<%s> <%s>]" % (
            len(self._offsets),
            CATALOG,
            info,
            own,
            own,
        )
        self._put(_object(number, stream(entries.tobytes(), more, streams.USUALLY)) + END % at)
        return self._digest.hexdigest()

    def _pages_of(self, frozen: Frozen) -> list[list[bytes | int]]:
        """What the pages of a leaflet say, its objects written once; a number stands where that of the words goes."""
        key = id(frozen)
        if key not in self._shared:
            body = frozen.paper
            numbers = {old: self._free() for old in body.objects}
            for hole in body.holes:
                numbers[hole.object] = self._face(hole.face) if hole.face else HOLE
            for old, thing in body.objects.items():
                self._write(numbers[old], renumbered(thing, numbers.__getitem__))
            pages = [_parted(renumbered(said, numbers.__getitem__)) for said in body.pages]
            if not frozen.slots:  # it is a single person's, and comes once
                return pages
            self._shared[key] = (frozen, pages)
        return self._shared[key][1]

    def _face(self, face: Face) -> int:
        """The number of a font, which is written when it is first needed."""
        if face not in self._faces:
            parts = self._fonts[face].objects
            numbers = [self._free() for _ in parts]
            for number, part in zip(numbers, parts, strict=True):
                self._write(number, renumbered(part, lambda old: numbers[old - 1]))
            self._faces[face] = numbers[0]
        return self._faces[face]

    def _page(self, said: bytes) -> None:
        if not self._kids:
            self._branches.append(self._free())
        branch = self._branches[-1]
        self._kids.append(self._new(b"<</Parent %d 0 R %s>>" % (branch, said)))
        self.pages += 1
        if len(self._kids) == BRANCH:
            self._end_branch()

    def _end_branch(self) -> None:
        if self._kids:
            kids = b" ".join(b"%d 0 R" % kid for kid in self._kids)
            said = b"<</Type /Pages /Parent %d 0 R /Count %d /Kids [%s]>>" % (TREE, len(self._kids), kids)
            self._write(self._branches[-1], said)
            self._kids = []

    def _free(self) -> int:
        self._offsets.append(0)
        return len(self._offsets) - 1

    def _new(self, thing: bytes) -> int:
        number = self._free()
        self._write(number, thing)
        return number

    def _write(self, number: int, thing: bytes) -> None:
        self._offsets[number] = self._at
        self._put(_object(number, thing))

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self._digest.update(data)
        self._at += len(data)


def _parted(said: bytes) -> list[bytes | int]:
    """What a page says, parted where the number of its words goes."""
    parts = said.split(b"%d 0 R" % HOLE)
    assert len(parts) <= 2, "a page has one stream of words"  # noqa: PLR2004
    return [parts[0], 0, b" 0 R" + parts[1]] if len(parts) > 1 else [said]
