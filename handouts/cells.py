"""The words of one cell of a list in; a name, a number, a date, an id out, or what is wrong with it.

What is wrong is told to `Say`: what is wrong, and what to write instead. Neither ever repeats the cell.
"""

import re
import unicodedata
from collections.abc import Callable

from handouts.errors import nearest
from handouts.formats import ink_named, text_size_named
from handouts.model import LARGEST_SIZE, STANDARD_SIZE, Ink

Say = Callable[[str, str], None]

LONGEST_NAME = 120
LONGEST_NOTE = 600
LONGEST_ID = 60
LONGEST_CELL = 2_000
MOST_COPIES = 99

BLANKS = "\t\n\r\v\f\x85\u2028\u2029 \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
SPACES = re.compile(f"[{BLANKS}]+")
#: They show nothing: soft hyphen, direction marks, spaces and joints of no width. The joiners stay: some scripts need them.
WITHOUT_WIDTH = "\xad\u061c\u180e\u200b\u200e\u200f\u2060\ufeff"
TAKEN_OUT = dict.fromkeys(map(ord, WITHOUT_WIDTH))
JOINERS = "\u200c\u200d"
#: They set letters in another order than they stand in: a name can be made to read as another.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
LOST = "\ufffd"
#: What spreadsheet programs write for an error, in whatever language: “#” and capitals with “!”, “?” or “/”, or a number
#: after “Err:”; “#” alone for a column that is too narrow. Where there is no such sign, the words.
ERRORS = re.compile(
    r"#+|#[¡¿]?(?:[^\W\d_]+[/_.])*[^\W\d_]+[/_.]?\d?[!?]|#[^\W\d_]{1,6}/[^\W\d_]{1,6}"
    r"|#(?:NV|ND|NULL!?|NUM|NAME|REF|VALUE|DIV/0|N/A|YOK|BRAK|SAKNAS|SPILL|CALC|FIELD|BLOCKED|GETTING_DATA|HIÁNYZIK|NENÍ_K_DISPOZICI)"
    r"|(?:err|erro|error|erreur|fehler|fout|błąd|chyba|hiba|virhe|fejl|feil|ошибка)\.?\s?:\s?\d{3}",
    re.IGNORECASE,
)
#: What programs write where there is nothing; a person may be called so.
NOTHINGS = frozenset({"null", "(null)", "nan", "none", "nil", "n/a", "na", "#na", "undefined", "[object object]", "unknown", "-", "--", "?", "test"})  # fmt: skip

NUMBER = re.compile(r"([0-9]{1,4})(?:[.,]0+)?")
ID = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?")
#: Windows takes them for its devices, whatever ending they have.
DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE | re.ASCII)

#: What a letter is, by the first word of its name.
FROM_EAST_ASIA = {"CJK": "Chinese or Japanese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean"}
OF_SCRIPT = FROM_EAST_ASIA | {
    script.upper(): script
    for script in (
        *("Arabic", "Armenian", "Bengali", "Cherokee", "Cyrillic", "Devanagari", "Ethiopic", "Georgian", "Greek"),
        *("Gujarati", "Gurmukhi", "Hebrew", "Kannada", "Khmer", "Lao", "Latin", "Malayalam", "Mongolian", "Myanmar"),
        *("Oriya", "Sinhala", "Syriac", "Tamil", "Telugu", "Thaana", "Thai", "Tibetan"),
    )
}


def words(text: str, most: int, say: Say) -> str:
    """The text as it is printed: one line, single spaces, NFC; "" where it cannot be printed or has more than `most` signs."""
    if text.isascii() and text.isprintable():
        clean = " ".join(text.split())
    else:
        whole = unicodedata.normalize("NFC", text.translate(TAKEN_OUT))
        clean = SPACES.sub(" ", whole).strip(" ")
        if _hidden(clean, say):
            return ""
    if len(clean) > most:
        say(f"it has {len(clean):,} letters", f"write at most {most}")
        return ""
    return clean


def _hidden(text: str, say: Say) -> bool:
    """Whether something stands in it that a reader cannot see, and says so."""
    if LOST in text:
        what = f"letter {text.index(LOST) + 1} was lost when the list was saved"
        say(what, "write it again, and save the list as CSV UTF-8 or .xlsx")
        return True
    if found := TURNING.search(text):
        what = f"letter {found.start() + 1} is a hidden sign that turns the direction of reading"
        say(what, "empty the cell and type it anew: with this sign, a name can read as another")
        return True
    hidden = next((n for n, sign in enumerate(text, 1) if _is_hidden(sign)), 0)
    if hidden:
        say(f"letter {hidden} is a hidden sign that no printer prints", "empty the cell and type it anew")
    return bool(hidden)


def _is_hidden(sign: str) -> bool:
    return sign not in JOINERS and unicodedata.category(sign) in {"Cc", "Cf", "Cn", "Co", "Cs"}


def not_shown(text: str, positions: tuple[int, ...], say: Say) -> bool:
    """Whether the fonts lack a letter (`positions` from 0), and says which and of what script."""
    if positions:
        first, others = positions[0], len(positions) - 1
        more = f", nor can {others} more" if others else ""
        what = f"letter {first + 1} cannot be shown{_script(text[first : first + 1])}{more}"
        say(what, "write it in Latin letters, or leave it out")
    return bool(positions)


def _script(letter: str) -> str:
    script = OF_SCRIPT.get(unicodedata.name(letter, "").split(" ")[0].split("-")[0]) if letter else None
    return f" (it is {script})" if script else ""


def value(text: str, say: Say) -> str:
    """The text of a cell without the spaces around it; "" where it is not what somebody typed."""
    text = text.strip(BLANKS + WITHOUT_WIDTH)
    if len(text) > LONGEST_CELL:
        say(f"it has {len(text):,} letters", f"write at most {LONGEST_CELL:,}")
    elif text.startswith(("=", "@")):
        say("it looks like a formula", "write its value")
    elif (text[:1] == "#" or ":" in text) and ERRORS.fullmatch(text):
        say("it is an error of the spreadsheet program", "correct it there, or empty the cell")
    else:
        return text
    return ""


def several(text: str, *, commas: bool = True) -> tuple[str, ...]:
    """What stands in one cell, separated by semicolons or line ends, and by commas if they are no part of it."""
    parts = re.split("[,;\r\n\v\x85\u2028\u2029]" if commas else "[;\r\n\v\x85\u2028\u2029]", text)
    return tuple(part for part in (part.strip(BLANKS + WITHOUT_WIDTH) for part in parts) if part)


def text_size(text: str, say: Say) -> int | None:
    """Points."""
    size = text_size_named(text) or 0
    if STANDARD_SIZE <= size <= LARGEST_SIZE:
        return size
    say(f"it is not a size from {STANDARD_SIZE} to {LARGEST_SIZE} points", "write a number such as 18, or large")
    return None


def copies(text: str, say: Say) -> int:
    number = _number(text)
    if 1 <= number <= MOST_COPIES:
        return number
    say(f"it is not a number from 1 to {MOST_COPIES}", "write a number such as 1")
    return 1


def _number(text: str) -> int:
    found = NUMBER.fullmatch(text)
    return int(found[1]) if found else -1


def ink(text: str, say: Say) -> Ink | None:
    found = ink_named(text)
    if not found:
        say("it is none of the inks", nearest(text, [ink.value for ink in Ink], "leave the cell empty"))
    return found


def row_id(text: str, say: Say) -> str:
    """A name for files that every computer takes."""
    if len(text) > LONGEST_ID:
        say(f"it has {len(text):,} letters", f"write at most {LONGEST_ID}")
    elif not ID.fullmatch(text):
        instead = "write letters from A to Z and digits, with - _ . between them (not a person's name: it names files)"
        say("it cannot be the name of a file", instead)
    elif DEVICES.fullmatch(text):
        say("it is a word that Windows keeps for itself", "put a letter or a digit before it")
    else:
        return text
    return ""
