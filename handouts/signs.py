"""Words in; out comes what is wrong with those letters of them that our fonts lack, and what to write instead."""

import unicodedata

#: Letters that our fonts have, and nearly all that is written; for others the fonts are asked, which takes a moment.
COMMON = frozenset(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x17F)))) | frozenset("–—‘’“”…•€™\n\t")
#: They turn the order of the words after them round, so that one thing is written and another printed.
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: Seen by nobody, and not meant: they come along with words from a web page.
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u2060\ufeff"))
#: Quoted in one sentence.
MAX_QUOTED = 5


def fault_in(words: str) -> tuple[str, str] | None:
    """What is wrong with the letters of words, and what to write instead; None if all of them can be printed."""
    if COMMON.issuperset(words):
        return None
    from handouts import letters  # noqa: PLC0415  # it reads the fonts

    at = sorted({words[n] for n in letters.cannot_show(words)} - COMMON, key=words.index)
    holes = [letter for letter in at if letter in TURNS or not _shows_nothing(letter)]
    if not holes:
        return None
    quoted = ", ".join(f"{_seen(letter)} (U+{ord(letter):04X})" for letter in holes[:MAX_QUOTED])
    more = f" and {len(holes) - MAX_QUOTED} more" if len(holes) > MAX_QUOTED else ""
    return f"our fonts cannot print {quoted}{more}", _instead_of(holes[0])


def _shows_nothing(letter: str) -> bool:
    """Whether a letter is left out on the page, or is a gap: no font needs to have it."""
    return (
        unicodedata.category(letter) in ("Cf", "Zs") and letter not in "\ufff9\ufffa\ufffb"
    ) or letter in "\ufe0f\ufe0e"


def _seen(letter: str) -> str:
    return f"“{letter}”" if letter.isprintable() else "a sign that cannot be seen"


def _instead_of(letter: str) -> str:
    alike = unicodedata.normalize("NFKC", letter)
    if alike != letter and COMMON.issuperset(alike) and alike.strip():
        return f"write “{alike}”"
    if not letter.isprintable():
        return "take it out; if it begins a line of a list, write - instead"
    if unicodedata.category(letter).startswith("L"):
        return "write it in Latin, Greek or Cyrillic letters"
    return "take it out, or say it in words"
