"""The bytes of a list that does not say how its letters are written in; the encoding that they were most likely saved in out.

A wrong guess is a wrong name on paper. So a guess must be plausible letter by letter, and all plausible guesses must agree;
else there is none. Windows-1252, what clinics have, is believed where every letter stands as Western languages set it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping

#: Different words that hold a letter beyond ASCII: beyond, they are more than a list of names has.
MAX_WORDS = 50_000
#: With fewer, what is not usual could be anything.
MIN_WORDS = 3
USUAL = "cp1252"
#: What spreadsheet programs save, by the name a person may meet in a menu.
ENCODINGS: Mapping[str, str] = {
    USUAL: "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1254": "Windows-1254",
    "cp1257": "Windows-1257",
    "iso8859_2": "ISO 8859-2",
    "iso8859_15": "ISO 8859-15",
    "mac_roman": "Mac Roman",
    "mac_latin2": "Mac Central European",
    "cp850": "DOS 850",
    "cp852": "DOS 852",
    "cp1251": "Windows-1251",
    "koi8_u": "KOI8-U",
    "mac_cyrillic": "Mac Cyrillic",
    "iso8859_5": "ISO 8859-5",
    "cp866": "DOS 866",
    "cp1253": "Windows-1253",
    "iso8859_7": "ISO 8859-7",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "shift_jis": "Shift-JIS",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "euc_kr": "EUC-KR",
}
#: Where letters are of one script beyond Latin, only their frequency tells one encoding from another.
BY_FREQUENCY = tuple(name for name in ENCODINGS if name.startswith(("koi8", "cp1251", "cp866", "cp1253", "cp1255", "cp1256", "shift", "gb", "big5", "euc")) or name in {"mac_cyrillic", "iso8859_5", "iso8859_7"})  # fmt: skip
#: The letters of languages that are written in each, besides A to Z.
WESTERN = ("áéíóúüñ", "àâæçéèêëîïôœùûüÿ", "äöüß", "áâãàçéêíóôõú", "àèéìíòóùú", "åäöéæøü", "áéíóúàèìòù", "âêîôûŵŷïë")
CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ", "äöüß")
LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "cp1250": CENTRAL,
    "iso8859_2": CENTRAL,
    "mac_latin2": CENTRAL,
    "cp852": CENTRAL,
    "cp1254": ("çğıöşüâîû",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž", "ąćęłńóśźż"),
    "iso8859_15": (*WESTERN, "äöåšž"),
    "mac_roman": WESTERN,
    "cp850": WESTERN,
}

#: Initials, and words of one letter.
ALONE = frozenset("ÁÄÅÉÍÓÖÚÜØÇàáé")
VOWELS = frozenset("aeiouyáàâäãåæéèêëíìîïóòôöõøœúùûüýÿ")
WORD = re.compile(r"[^\W\d_]+")
#: What may stand beside a letter, and what may stand free, in words that people write.
BEFORE_A_WORD = frozenset("“‘¡¿„")
AFTER_A_WORD = frozenset("”…")
FREE = BEFORE_A_WORD | AFTER_A_WORD | frozenset("’–—•·°½¼¾×±²³£€µ™®©§\xa0")
SHORTENED = frozenset({"s", "t", "re", "ll", "ve", "d", "m"})
SHORT_WORDS = frozenset({"it", "he", "we", "i", "she", "they", "you", "who", "let", "don", "isn", "can", "won", "gp", "mum", "mom", "dad", "day", "men", "ann"})  # fmt: skip


def guess(chunks: Iterable[bytes]) -> str | None:
    """How the letters are most likely written; None where that is not certain enough for a name."""
    words: set[bytes] = set()
    for found in _foreign_words(chunks):
        words.add(found)
        if len(words) > MAX_WORDS:
            return None
    if _is_plausible(USUAL, words, _is_western):
        return USUAL
    if len(words) < MIN_WORDS:
        return None
    latin = [name for name in LANGUAGES if _is_plausible(name, words, _fits(LANGUAGES[name]))]
    if latin:
        return latin[0] if len({_texts(name, words) for name in latin}) == 1 else None
    return _by_frequency(words)


def _foreign_words(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What stands between spaces and separators, where it has something beyond ASCII in it; a few letters around it help."""
    rest = b""
    for chunk in chunks:
        whole = rest + chunk
        cut = max(whole.rfind(sign) for sign in (b"\n", b"\r", b",", b";", b"\t", b" ")) + 1
        whole, rest = whole[:cut], whole[cut:][-1000:]
        yield from re.findall(rb'[^\x00-\x20,;"]*[\x80-\xff][^\x00-\x20,;"]*', whole)
    yield from re.findall(rb'[^\x00-\x20,;"]*[\x80-\xff][^\x00-\x20,;"]*', rest)


def _decoded(name: str, words: Iterable[bytes]) -> list[str]:
    return [word.decode(name) for word in words]


def _texts(name: str, words: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(_decoded(name, sorted(words)))


def _is_plausible(name: str, words: Iterable[bytes], fits: Callable[[str], bool]) -> bool:
    try:
        return all(_is_written(text) and all(map(fits, _foreign(text))) for text in _decoded(name, words))
    except UnicodeDecodeError:
        return False


def _foreign(text: str) -> Iterator[str]:
    return (word for word in WORD.findall(text) if not word.isascii() and word.isalpha())


def _is_written(text: str) -> bool:
    """Whether signs and capitals stand where people put them."""
    return all(_sign_fits(text, n) for n, sign in enumerate(text) if sign > "\x7f" and not sign.isalpha()) and all(
        word.islower() or word.isupper() or _is_capitalised(word) for word in _foreign(text)
    )


def _is_capitalised(word: str) -> bool:
    """A name, such as McÉwan or O; a letter beyond ASCII is a capital within a word only where a part of it begins."""
    return all(letter.islower() or letter.isascii() for letter in word[1:]) and not re.search(r"[a-z][A-Z]{2}", word)


def _sign_fits(text: str, at: int) -> bool:
    sign, before, after = text[at], text[:at], text[at + 1 :]
    if sign not in FREE:
        return False
    left, right = before[-1:].isalpha(), after[:1].isalpha()
    if left and right:
        if sign == "’":
            return _is_apostrophe(WORD.findall(before)[-1], WORD.findall(after)[0])
        return sign in "–—" and before[-1].islower() and after[0].isupper() and (before[-1] + after[0]).isascii()
    if left:
        plural = sign == "’" and (before[-1] in "sxz" or "‘" in before)
        return plural or sign in AFTER_A_WORD or sign in "–—™®\xa0"
    if sign in "¡¿":
        return right and len(WORD.findall(after)[0]) > 1
    return not right or sign in BEFORE_A_WORD or sign in "•\xa0" or sign + after[0] in {"°C", "°F"}


def _is_apostrophe(before: str, after: str) -> bool:
    """O’Neil, D’Angelo and Anna’s; not Garc’a, of which a letter was lost."""
    if after in SHORTENED:
        # In what a Mac saved, a short name with the same sign in it is Eilís or Thaís.
        return len(before) > 3 or not before.isascii() or before.casefold() in SHORT_WORDS  # noqa: PLR2004
    return len(before) <= 2 and (after[0].isupper() or before.islower())  # noqa: PLR2004


# --- Western -------------------------------------------------------------------------------


def _is_western(word: str) -> bool:
    """Whether each letter has the neighbours that it has in Western languages.

    Where it has others, it is a letter of another encoding: “Kovaèeviæ” is Kovačević, “Zieliñski” is Zieliński.
    """
    low = word.lower()
    if len(low) == 1:
        return word in ALONE
    if re.search(r"[^\x00-\x7f]{3}", low) or not re.search(r"[a-z]", low) or word[0] in "æø":
        return False
    return all(_has_its_place(low, n) for n, letter in enumerate(low) if letter > "\x7f")


def _has_its_place(low: str, at: int) -> bool:
    letter, before, after = low[at], low[at - 1 : at] if at else "", low[at + 1 : at + 2]
    if after > "\x7f" and not (letter + after in {"çã", "çõ"} or after in "ßñšž" or letter == "ß"):
        return False
    rule = PLACES.get(letter)
    return bool(rule and rule(before in VOWELS and bool(before), after in VOWELS and bool(after), before, after))


Place = Callable[[bool, bool, str, str], bool]
#: By letter: whether it may stand between two others, of which is said whether they are vowels; "" is the edge of the word.
PLACES: Mapping[str, Place] = {
    # These are the same in Windows-1250, 1252, 1254 (most in 1257, too).
    **dict.fromkeys("éíóúöüôåà", lambda *_: True),
    "á": lambda vowel, _n, before, after: not vowel or (bool(after) and before != "o"),
    "ä": lambda _v, _n, _b, after: after != "e",
    "ç": lambda _v, vowel, _b, after: vowel or not after,
    **dict.fromkeys("âëî", lambda vowel, _v, before, _a: vowel or not before),
    "ê": lambda _v, _n, _b, after: not after or after in "lmnqrsv",
    "ï": lambda vowel, next_is, _b, _a: vowel and not next_is,
    "ñ": lambda vowel, next_is, before, _a: next_is and (vowel or not before),
    "ã": lambda _v, _n, _b, after: bool(after) and after in "oe",
    "õ": lambda _v, _n, _b, after: after == "e",
    "è": lambda vowel, next_is, before, after: not next_is and (bool(after) or not vowel) and (not vowel or before in "iu"),
    "æ": lambda vowel, next_is, before, after: not vowel and not next_is and bool(after) and (bool(before) or after in "bgnrs"),
    "ø": lambda vowel, next_is, _b, after: not vowel and bool(after) and (not next_is or after == "y"),
    "ò": lambda vowel, next_is, before, _a: bool(before) and not vowel and not next_is,
    "ì": lambda vowel, _n, before, after: bool(before) and not vowel and not after,
    "ß": lambda vowel, _n, _b, _a: vowel,
    **dict.fromkeys("šž", lambda vowel, next_is, before, after: (vowel and before != "y" and (next_is or not after or after in "ktn"))
                    or (next_is and (not before or after in "aáeéiíuú"))),
    "µ": lambda _v, _n, before, after: not before and bool(after) and after in "glm",
    "œ": lambda _v, _n, _b, after: after == "u",
    "ÿ": lambda vowel, _n, _b, _a: vowel,
}  # fmt: skip


# --- Others --------------------------------------------------------------------------------


def _fits(languages: tuple[str, ...]) -> Callable[[str], bool]:
    alphabets = [frozenset(letters) for letters in languages]

    def fits(word: str) -> bool:
        foreign = {letter for letter in word.replace("İ", "i").lower() if letter > "\x7f"}
        return any(foreign <= alphabet for alphabet in alphabets)

    return fits


def _by_frequency(words: set[bytes]) -> str | None:
    """An encoding of another script, if the letters of one alone are as frequent as in a language."""
    from charset_normalizer import from_bytes  # noqa: PLC0415  late: hardly a list needs it

    data = b" ".join(sorted(words))
    found = [m for m in from_bytes(data, cp_isolation=list(BY_FREQUENCY), threshold=0.1, enable_fallback=False)
             if m.encoding in BY_FREQUENCY and _is_one_script(m.encoding, words)]  # fmt: skip
    found.sort(key=lambda m: (-m.coherence, m.chaos))
    if not found or not found[0].coherence:
        return None
    texts = {_texts(m.encoding, words) for m in found if m.coherence > found[0].coherence - 0.2}
    return found[0].encoding if len(texts) == 1 else None


def _is_one_script(name: str, words: Iterable[bytes]) -> bool:
    """Whether no word has letters of two scripts, and capitals stand where people put them."""
    try:
        texts = _decoded(name, words)
    except UnicodeDecodeError:
        return False
    return all(_is_written(text) and all(len(_scripts(word)) == 1 for word in _foreign(text)) for text in texts)


def _scripts(word: str) -> set[str]:
    return {unicodedata.name(letter, "").split(" ")[0] for letter in word if letter.isalpha()}
