"""A number and the format of its cell in; what the person at the desk sees in the cell out, or None where that is not certain."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from math import isfinite

#: As many digits as a cell shows of a number without a format, with its sign and point.
MAX_SHOWN = 11
MAX_FORMAT = 200
PLAIN = frozenset({"", "General", "GENERAL", "Standard", "@"})
#: The pieces of a format: words in quotes, a sign to be shown as it is, room for a sign or a filling, brackets, the rest.
PIECE = re.compile(r'"([^"]*)"|\\(.)|[_*](.)|\[([^\]]*)\]|(E[+-]0+)|(General)|([0#?]+)|(.)', re.DOTALL | re.IGNORECASE)
CURRENCY = re.compile(r"\$([^-]*)(?:-[0-9A-F]+)?", re.IGNORECASE)
COLOURS = re.compile(r"(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d+)", re.IGNORECASE)
#: They are shown as they are, without quotation marks.
AS_THEY_ARE = frozenset(" $-+/():!^&'~{}<>=£€¥¢\xa0–")
DIGITS = frozenset("0#?")


class _UncertainError(Exception):
    pass


def shown_number(value: float, code: str) -> str | None:
    """A number as its cell shows it, in a cell that is wide enough."""
    if not isfinite(value):
        return None
    if code in PLAIN:
        return _plain(value)
    try:
        sections = _sections(code)
        negative = value < 0
        if len(sections) == 1 or (not negative and value != 0) or (value == 0 and len(sections) < 3):  # noqa: PLR2004
            section = sections[0]
        else:
            section = sections[1] if negative else sections[2]
        text = _filled(abs(Decimal(repr(value))), section)
    except (_UncertainError, ArithmeticError):
        return None
    is_nothing = not re.search("[1-9]", text)
    sign = "-" if negative and section is sections[0] and not is_nothing else ""
    return (sign + text).strip() or None


def shown_text(value: str, code: str) -> str | None:
    """A text as its cell shows it."""
    if code in PLAIN or (code.count(";") < 3 and "@" not in code):  # noqa: PLR2004
        return value
    try:
        section = next((s for s in reversed(_sections(code)) if any(kind == "text" for kind, _ in s)), ())
    except _UncertainError:
        return None
    return "".join(value if kind == "text" else piece for kind, piece in section).strip() or None


def _plain(value: float) -> str | None:
    """As cells without a format show it: what has more digits is cut short, in a way that depends on the program."""
    whole = isinstance(value, int) or value.is_integer()
    text = f"{value:.0f}" if whole and abs(value) < 1e15 else f"{value:.15g}"  # noqa: PLR2004
    return text if len(text) <= MAX_SHOWN and "e" not in text else None


Section = tuple[tuple[str, str], ...]


@lru_cache(500)
def _sections(code: str) -> tuple[Section, ...]:
    """The parts of a format (for what is more than nothing, less, nothing, and text), each in its pieces."""
    if len(code) > MAX_FORMAT:
        raise _UncertainError
    sections: list[list[tuple[str, str]]] = [[]]
    for found in PIECE.finditer(code):
        quoted, escaped, room, bracket, power, general, digits, sign = found.groups()
        if quoted is not None or escaped is not None:
            sections[-1].append(("words", quoted if quoted is not None else escaped))
        elif room is not None:
            if found[0][0] == "_":
                sections[-1].append(("words", " "))
        elif bracket is not None:
            sections[-1] += _bracket(bracket)
        elif sign == ";":
            sections.append([])
        else:
            kind, piece = _piece(power, general, digits, sign)
            sections[-1] += [(kind, one) for one in piece] if kind == "digit" else [(kind, piece)]
    if len(sections) > 4:  # noqa: PLR2004
        raise _UncertainError
    return tuple(map(tuple, sections))


def _bracket(inside: str) -> list[tuple[str, str]]:
    if currency := CURRENCY.fullmatch(inside):
        return [("words", currency[1])]
    if COLOURS.fullmatch(inside):
        return []
    raise _UncertainError


def _piece(power: str | None, general: str | None, digits: str | None, sign: str) -> tuple[str, str]:
    if power:
        return "power", power
    if general:
        return "general", ""
    if digits:
        return "digit", digits
    known = {".": "point", ",": "comma", "%": "percent", "@": "text"}
    if sign not in known and sign not in AS_THEY_ARE:
        raise _UncertainError  # a letter of a date or an hour, or of another country's formats
    return known.get(sign, "words"), sign


def _filled(value: Decimal, section: Section) -> str:
    """The digits of a number where the format puts them."""
    kinds = [kind for kind, _ in section]
    if "power" in kinds:
        return _with_power(value, section)
    if "general" in kinds:
        plain = _plain(float(value))
        if plain is None or "digit" in kinds:
            raise _UncertainError
        return "".join(plain if kind == "general" else piece for kind, piece in section)
    if "text" in kinds or kinds.count("point") > 1 or _is_fraction(section):
        raise _UncertainError
    point = kinds.index("point") if "point" in kinds else len(kinds)
    last = max((n for n, kind in enumerate(kinds[:point]) if kind == "digit"), default=-1)
    very_last = max((n for n, kind in enumerate(kinds) if kind == "digit"), default=-1)
    scale = kinds[last + 1 : point].count("comma") + (kinds[very_last + 1 :].count("comma") if very_last > point else 0)
    value *= Decimal(100) ** kinds.count("percent") / Decimal(1000) ** scale
    places = kinds[point:].count("digit")
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, Context(prec=60))
    whole, _, part = f"{rounded:f}".partition(".")
    grouped = "comma" in kinds[:last]
    return _whole(whole.lstrip("0"), section[:point], grouped=grouped) + _part(part, section[point:])


def _is_fraction(section: Section) -> bool:
    """Such as # ?/?, not such as 00/00/0000, of which the digits are those of one number."""
    at = next((n for n, (_, piece) in enumerate(section) if piece == "/"), 0)
    return bool(at) and any(kind == "digit" and piece in "?#" for kind, piece in section)


def _whole(digits: str, section: Section, *, grouped: bool) -> str:
    """The digits before the point, put in from the right."""
    places = sum(kind == "digit" for kind, _ in section)
    shown: list[str] = []
    left, seen, done = digits, 0, 0
    for kind, piece in reversed(section):
        if kind == "digit":
            seen += 1
            take = len(left) - max(0, len(left) - 1) if seen < places else len(left)
            some, left = (
                (left[len(left) - take :], left[: len(left) - take]) if left else ("0" if piece == "0" else "", "")
            )
            for digit in reversed(some):
                if grouped and done and done % 3 == 0:
                    shown.append(",")
                shown.append(digit)
                done += 1
        elif kind == "comma":
            continue
        else:
            shown.append(piece)
    if not places and digits:
        raise _UncertainError  # nothing but words: the number is not shown
    return "".join(reversed(shown))


def _part(digits: str, section: Section) -> str:
    """The digits behind the point; those that are nothing are left out where the format says so."""
    needed = (
        max((n for n, (_, piece) in enumerate(p for p in section if p[0] == "digit") if piece == "0"), default=-1) + 1
    )
    kept = digits[:needed] + digits[needed:].rstrip("0")
    shown, rest = "", iter(kept)
    for kind, piece in section:
        if kind == "digit":
            shown += next(rest, "")
        elif kind != "comma":
            shown += piece
    return shown


def _with_power(value: Decimal, section: Section) -> str:
    kinds = [kind for kind, _ in section]
    power = next(piece for kind, piece in section if kind == "power")
    point = kinds.index("point") if "point" in kinds else kinds.index("power")
    if kinds[:point].count("digit") != 1 or set(kinds) - {"digit", "point", "power"}:
        raise _UncertainError
    places = kinds[point:].count("digit")
    number = f"{value:.{places}E}"
    digits, _, exponent = number.partition("E")
    width = len(power) - 2
    sign = "-" if exponent.startswith("-") else "+" if "+" in power else ""
    return f"{digits}E{sign}{exponent.lstrip('+-').zfill(width)}"
