"""The style's tokens in, their values out; and a clinic's own in place of them, or every fault with its line.

A token is a colour or length with a name, such as `--main`. A clinic may replace those that say what a thing is for,
in `styles/tokens.css` of its library, and nothing else of the style: so no leaflet can lose its urgent-help box by it.
"""

import os
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import tinycss2
import tinycss2.color4
from tinycss2.ast import Declaration, QualifiedRule

from handouts import assets, colour
from handouts.errors import Problem, nearest, shortened
from handouts.files import read_text, shown

FILE = "tokens.css"
DEFINED = re.compile(r"^\s*(--[\w-]+):\s*(.+?);", re.MULTILINE)
POINTS = re.compile(r"(\d\d)pt")
#: The usual size of the text, in points; RNIB Clear Print asks for 12 at least.
TEXT, SMALLEST, LARGEST = "--text", 12, 36
LONGEST = 100  # signs of a value
MAX_DEPTH = 20  # of brackets
REFERENCE = re.compile(r"var\(\s*(--[\w-]+)\s*\)", re.IGNORECASE)
VAR = re.compile(r"\bvar\b", re.IGNORECASE)
#: A length or a number, and a sum of such.
LENGTH = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:mm|cm|in|pt|pc|px|q|em|rem|%)?", re.IGNORECASE)
SUM = re.compile(r"calc\((.+)\)", re.IGNORECASE)
SUM_WORDS = re.compile(r"\s+|([()*/])")

#: What a clinic is known by, and what is filled with that.
HUES = ("--main", "--accent")
FILLED = ("--band", "--band-ink", "--head-ground", "--head-ground-second", "--number-ground")

#: What is written in which colour on which ground.
PAIRS = (
    ("--ink", "--paper"),
    ("--ink", "--panel"),
    ("--ink", "--main-tint"),
    ("--ink", "--accent-tint"),
    ("--ink", "--do-panel"),
    ("--ink", "--callout-panel"),
    ("--ink", "--try-not-panel"),
    ("--ink", "--urgent-panel"),
    ("--ink", "--example-panel"),
    ("--ink-quiet", "--paper"),
    ("--ink-quiet", "--panel"),
    ("--band-ink", "--band"),
    ("--band-ink", "--head-ground"),
    ("--band-ink", "--head-ground-second"),
    ("--band-ink", "--number-ground"),
    ("--heading-ink", "--paper"),
    ("--main-ink", "--main-tint"),
    ("--accent-ink", "--accent-tint"),
    ("--accent-ink", "--panel"),
    ("--accent-ink", "--paper"),
    ("--urgent-ink", "--urgent-panel"),
)


@cache
def ours() -> Mapping[str, str]:
    """Every token of the style, by name, with its value as it is written."""
    return dict(DEFINED.findall(_floors()))


@cache
def replaceable() -> frozenset[str]:
    """The tokens that say what a thing is for; the palette above them and what formats decide below them is ours."""
    return frozenset(dict(DEFINED.findall(_floors().split("Floor 2")[1].split("Floor 3")[0])))


def _floors() -> str:
    return (assets.STYLES / FILE).read_text(encoding="utf-8")


def value(name: str, own: Mapping[str, str]) -> str:
    """The value of a token, through every `var()`."""
    last = _where_it_is_said(name, own)
    return own.get(last) or ours()[last]


def _where_it_is_said(name: str, own: Mapping[str, str]) -> str:
    """The token that holds the value of another one, or the token itself."""
    inner = re.fullmatch(r"var\((--[\w-]+)\)", own.get(name) or ours()[name])
    return _where_it_is_said(inner[1], own) if inner else name


@cache
def _dark() -> Mapping[str, str]:
    return dict(DEFINED.findall((assets.STYLES / "formats" / "dark.css").read_text(encoding="utf-8")))


def in_the_dark(own: Mapping[str, str]) -> Mapping[str, str]:
    """The tokens for a dark screen. Of a clinic's own colours, what it fills stays, and the hues, as light as they must be."""
    dark = dict(_dark())
    paper, panel = value("--paper", dark), value("--panel", dark)
    for name in own.keys() & {*HUES}:
        hue = value(name, own)
        shade = colour.shade(hue, paper)
        dark |= {name: colour.nearest_light(hue, shade, paper, panel), f"{name}-tint": shade}
    if own.keys() & {*HUES, *FILLED}:
        dark |= {name: value(name, own) for name in FILLED}
    return dark


def too_pale(own: Mapping[str, str]) -> Iterator[tuple[str, str, float]]:
    """The pairs of ink and ground that cannot be read (WCAG 2.2 AA), with their contrast."""
    for ink, ground in PAIRS:
        ratio = colour.contrast(value(ink, own), value(ground, own))
        if ratio < colour.READABLE:
            yield ink, ground, ratio


def read_own(folder: Path, problems: list[Problem]) -> Mapping[str, str]:
    """The tokens a clinic's library puts in place of ours; none if it has no such file."""
    file = folder / "styles" / FILE
    if not os.path.lexists(file) or (file.exists() and file.samefile(assets.STYLES / FILE)):
        return {}
    where = shown(file)
    own: dict[str, str] = {}
    lines: dict[str, int] = {}
    for name, written, line in _declared(read_text(file, problems), where, problems):
        if fault := _fault(name, written):
            problems.append(Problem(where, line, *fault))
        elif name in own:
            problems.append(Problem(where, line, f"“{name}” stands here a second time", "keep one of the two"))
        else:
            own[name], lines[name] = written, line
    for name in [name for name in own if _comes_back(name, own)]:
        problems.append(Problem(where, lines[name], f"“{name}” comes back to itself", "write a value in one of them"))
        del own[name]
    problems.extend(
        Problem(
            where,
            lines.get(ink) or lines.get(ground) or 0,
            f"{ink} cannot be read on {ground} (contrast {ratio:.1f}, {colour.READABLE} is needed)",
            "choose a darker or paler colour",
        )
        for ink, ground, ratio in (too_pale(own) if _all_colours(own, lines, where, problems) else ())
    )
    return own


def _declared(text: str, where: str, problems: list[Problem]) -> Iterator[tuple[str, str, int]]:
    """The name, value and line of each token of a style sheet; whatever else it holds is a problem."""
    if line := _too_deep(text):
        problems.append(Problem(where, line, "brackets in brackets in brackets", "write a colour, or a length"))
        return
    for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        if not isinstance(rule, QualifiedRule) or tinycss2.serialize(rule.prelude).strip() != ":root":
            what = "something else than tokens stands here"
            problems.append(Problem(where, rule.source_line, what, "write :root { --main: #0f5c63; } and nothing else"))
            continue
        for item in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
            if isinstance(item, Declaration):
                written = REFERENCE.sub(r"var(\1)", tinycss2.serialize(item.value).strip())
                yield item.name, written, item.source_line
            else:
                yield "", "", item.source_line


def _too_deep(text: str) -> int:
    """The line of a bracket that is too deep in others for the parser; 0 if none is."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if depth > MAX_DEPTH:
            return text.count("\n", 0, place) + 1
    return 0


def _comes_back(name: str, own: Mapping[str, str]) -> bool:
    """Whether the value of a token needs that value."""
    seen: set[str] = set()
    ahead = [name]
    while ahead:
        for needed in REFERENCE.findall(_written(ahead.pop(), own)):
            if needed == name:
                return True
            if needed not in seen:
                seen.add(needed)
                ahead.append(needed)
    return False


def _written(name: str, own: Mapping[str, str]) -> str:
    return own.get(name) or ours().get(name, "")


def text_size(own: Mapping[str, str]) -> int:
    """The usual size of the text, in points."""
    return _points(value(TEXT, own))


def _points(written: str) -> int:
    found = POINTS.fullmatch(written)
    return int(found[1]) if found else 0


def _fault(name: str, written: str) -> tuple[str, str] | None:
    if name not in replaceable():
        return f"there is no token “{shortened(name)}” to replace", nearest(name, replaceable(), "take it out")
    if not written or len(written) > LONGEST or re.search(r"[;{}<>\\]|url|@", written):
        return f"“{name}” has a value that no token can have", "write a colour such as #0f5c63, or a length such as 4mm"
    if name == TEXT and not SMALLEST <= _points(written) <= LARGEST:
        return f"“{name}” is not a size from {SMALLEST} to {LARGEST} points", "write it in whole points, such as 14pt"
    for needed in REFERENCE.findall(written):
        if needed not in ours():
            return f"there is no token “{shortened(needed)}”", nearest(needed, ours(), "write a value")
    if VAR.search(REFERENCE.sub("", written)):
        return f"“{name}” has a var() of another kind", "write var(--name), one name and nothing else in the brackets"
    return _wrong_kind(name, written)


def _wrong_kind(name: str, written: str) -> tuple[str, str] | None:
    """What is wrong with a value where ours is a length or number, a drawing, or else a colour."""
    usual = value(name, {})
    alike = REFERENCE.fullmatch(written)
    if alike:
        return (
            None
            if _kind(value(alike[1], {})) == _kind(usual)
            else (f"“{name}” is another kind of thing than “{alike[1]}”", f"write a value such as {shortened(usual)}")
        )
    if _kind(usual) == "length" and _kind(written) != "length":
        return f"“{name}” is not a length or a number", f"write it like {usual}, without a space before its unit"
    if _kind(usual) == "drawing" and written != "none":
        return f"“{name}” is a drawing of ours", "take it out"
    if _kind(usual) == "colour" and tinycss2.color4.parse_color(written) is None:
        return f"“{name}” is not a colour", "write six hexadecimal digits, small letters: #0f5c63"
    return None


def _kind(written: str) -> str:
    """Whether a value is a length (or a number, or a sum of them), a drawing, or a colour, as all others are."""
    if LENGTH.fullmatch(written):
        return "length"
    inside = SUM.fullmatch(written)
    if inside and all(
        LENGTH.fullmatch(word) or word in "+-*/()" for word in SUM_WORDS.split(REFERENCE.sub("1", inside[1])) if word
    ):
        return "length"
    return "drawing" if written.startswith("url(") else "colour"


def _all_colours(own: Mapping[str, str], lines: Mapping[str, int], where: str, problems: list[Problem]) -> bool:
    """Whether everything that is written in a colour has one; what has not is a problem."""
    said = {_where_it_is_said(name, own) for pair in PAIRS for name in pair}
    wrong = {name for name in said if not colour.HEX.fullmatch(value(name, own))}
    problems.extend(
        Problem(
            where,
            lines.get(name, 0),
            f"“{name}” is not a colour",
            "write six hexadecimal digits, small letters: #0f5c63",
        )
        for name in sorted(wrong)
    )
    return not wrong
