"""Words in; the glyphs of our own fonts out, set to the last unit as WeasyPrint sets them.

WeasyPrint asks Pango, Pango asks HarfBuzz. Asking HarfBuzz ourselves takes microseconds, and needs neither. What would
need more than one glyph after another (right to left, marks that are stacked, letters of two fonts or two scripts) is
not set here.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

import uharfbuzz

from handouts import assets

#: Pango counts in 1/1024 of a CSS pixel.
PANGO = 1024
#: As the style sheet asks for the words of a person: no ligatures, and so each letter has its own glyph.
FEATURES = {"liga": False, "clig": False, "calt": True, "kern": True}
JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
#: What stands with the letter before it.
MARK = "mark"
#: A font by its family and weight.
Face = tuple[str, int]


@dataclass(frozen=True)
class Line:
    """Words set in one line: what a PDF shows with `TJ`, and their width in CSS pixels."""

    shown: bytes
    width: float


def cannot_show(words: str) -> tuple[int, ...]:
    """The positions (from 0) of the letters that no font of ours has. Joiners show nothing by themselves."""
    if _any_letters().issuperset(words):
        return ()
    return tuple(at for at, letter in enumerate(words) if letter not in _any_letters() and letter not in JOINERS)


def in_body(words: str) -> bool:
    """Whether the font of the text has all letters; else the words are set in the other one."""
    return _letters(("Body", 400)).issuperset(words)


@cache
def _any_letters() -> frozenset[str]:
    return _letters(("Body", 400)) | _letters(("Fallback", 400))


@cache
def _letters(face: Face) -> frozenset[str]:
    return frozenset(map(chr, glyphs(face)))


@cache
def glyphs(face: Face) -> dict[int, int]:
    """The glyph of each letter of a font, by code point."""
    font = _font(face)
    return {letter: font.get_nominal_glyph(letter) or 0 for letter in font.face.unicodes}


@cache
def _first_letters(face: Face) -> dict[int, int]:
    """The same, but where several letters share a glyph, the first alone: a reader of the PDF would be told that one."""
    first: dict[int, int] = {}
    for letter, glyph in sorted(glyphs(face).items()):
        first.setdefault(glyph, letter)
    return {letter: glyph for glyph, letter in first.items()}


@cache
def file_of(face: Face) -> bytes:
    """The file of a font."""
    return next(font.file for font in assets.fonts() if (font.family, font.weight) == face).read_bytes()


@cache
def _font(face: Face) -> uharfbuzz.Font:
    return uharfbuzz.Font(uharfbuzz.Face(file_of(face)))


@cache
def width_of(face: Face, glyph: int) -> int:
    """The width of a glyph in thousandths of the size of the text, as a PDF states it."""
    font = _font(face)
    font.scale = (font.face.upem, font.face.upem)
    width, upem = int(font.get_glyph_h_advance(glyph)), int(font.face.upem)
    return round(1000 * width / upem)


@cache
def _kind(letter: str) -> str | None:
    """The script of a letter, such as `Grek`; None of what stands in any script, such as a figure; `MARK` of a mark."""
    if unicodedata.category(letter).startswith("M"):
        return MARK
    buffer = uharfbuzz.Buffer()
    buffer.add_str(letter)
    buffer.guess_segment_properties()
    script: str | None = buffer.script
    return script


def _script_of(words: str) -> str | None:
    """The script of words that Pango sets as they are, and in one go; "" of figures and signs alone. None of others: it sets
    each script on its own, a mark with its letter, and of several spaces one is left."""
    kinds = set(map(_kind, set(words))) - {None}
    if "  " in words or words != words.strip(" ") or MARK in kinds or len(kinds) > 1:
        return None
    return next(iter(kinds), None) or ""


@lru_cache(maxsize=500)
def line(words: str, face: Face, size: float, language: str) -> Line | None:
    """Words in one line, `size` in CSS pixels, on a page in a language; None if that would take more than one glyph after
    another. A word that was set before is not set again."""
    known = _first_letters(face)
    script = _script_of(words)
    if script is None or any(ord(letter) not in known for letter in set(words)):
        return None
    first, *others = words.split(" ")
    pieces = [first]
    for word in others:
        if _are_apart(pieces[-1][-1:], word[:1], face, script, language):
            pieces += [" ", word]
        else:
            pieces[-1] += f" {word}"
    shown, width = "", 0
    for piece in pieces:
        found = _set(piece, face, size, script, language)
        if found is None:
            return None
        shown += found[0]
        width += found[1]
    return Line(f"[<{shown}>] TJ".encode(), width / PANGO)


@lru_cache(maxsize=2_000)
def _set(words: str, face: Face, size: float, script: str, language: str) -> tuple[str, int] | None:
    """Words as what stands between `[<` and `>] TJ`, and their width in Pango's units."""
    placed = _shaped(words, face, round(size * PANGO), script, language)
    if placed is None:
        return None
    shown = ""
    for glyph, width in placed:
        shown += f"{glyph:04x}"
        kerning = width_of(face, glyph) - width * 1000 / PANGO / size
        if int(kerning):
            shown += f">{int(kerning)}<"
    return shown, sum(width for _, width in placed)


@cache
def _are_apart(end: str, begin: str, face: Face, script: str, language: str) -> bool:
    """Whether a word that ends with a letter and one that begins with another are set as if each stood alone."""
    alone = [_shaped(letter, face, _font(face).face.upem, script, language) for letter in (end, " ", begin)]
    together = _shaped(f"{end} {begin}", face, _font(face).face.upem, script, language)
    return None not in alone and together == [placed for one in alone if one for placed in one]


def _shaped(words: str, face: Face, scale: int, script: str, language: str) -> list[tuple[int, int]] | None:
    """The glyphs of words and their widths, where `scale` is the size of the text; None unless it is one after another, each
    in its place and that of its letter."""
    known = _first_letters(face)
    font = _font(face)
    font.scale = (scale, scale)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(words)
    buffer.language = language  # else that of the computer would be taken, and a Turkish one has another i
    if script:
        buffer.script = script
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer, FEATURES)
    placed = []
    for letter, info, place in zip(words, buffer.glyph_infos, buffer.glyph_positions, strict=False):
        if info.codepoint != known[ord(letter)] or place.x_offset or place.y_offset:
            return None
        placed.append((info.codepoint, place.x_advance))
    return placed if buffer.direction == "ltr" and len(buffer.glyph_infos) == len(words) else None
