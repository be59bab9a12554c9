"""What people may be called, be told and be given to do, for the tests that make copies: plainly made up, and mean."""

import re
import unicodedata

from hypothesis import strategies as st

from handouts import letters

BODY, FALLBACK = ("Body", 400), ("Fallback", 400)
#: Every letter of our fonts. A soft hyphen is taken out of a list before it comes here.
LETTERS = sorted({chr(one) for face in (BODY, FALLBACK) for one in letters.glyphs(face)} - {"\N{SOFT HYPHEN}"})
#: Kerning, ligatures, figures, and all that may stand at the end of a line.
LATIN = """Anna O'Neill O’Neill D'Angelo Smith-Jones Øystein Þór Zoë office affine fjord difficult AVATAR To Ty Wave
Yo. LT P. F, 12 3,000 2.5 5-10 2–3 (daily) (twice a day) “so” ‘x’ "q" 50% £5 €7.50 $3 #4 and/or a/b e.g. i.e. — – - … ... !
? ; : , . x; y: wait! really? a.b 'tis ’tis rock’n’roll co-op A&B C++ 1/2 ½ m² °C 37°C +44 *note* [x] {y} <b> {{z}} &amp;
| ~ ^ _ a_b ©2026 ® ™ → • @home https://a.example/b µg ª º walk slowly, then rest. Stop if it hurts; sit down""".split()  # noqa: SIM905  # read as words
VIETNAMESE = "Nguyễn Thị Ánh Đặng Trần Phương Hoàng Yến đi bộ mỗi ngày, AV To".split()  # noqa: SIM905  # read as words
GREEK = "Ωραία Μαρία Παπαδόπουλος Γιώργος Άννα Ήρα ΐ ΰ μέρα, βράδυ. 12".split()  # noqa: SIM905  # read as words
CYRILLIC = "Иванов Елена Щукин Ђорђе АВ То Ту Ї ё ў ґ 5 раз. день, утром; вечером: да! нет? Гуляйте каждый".split()  # noqa: SIM905  # read as words
#: More than one glyph after another, two scripts, or nothing that shows.
HARD = [
    *(
        "e\u0301",
        "o\u0302\u0301",
        "A\u030a",
        "n\u0303",
        "\u0306й",
        "\u030cł",
        "a\u00a0b",
        "5\u00a0mg",
        "\u200dx",
        "x\u200cy",
    ),
    *("Wрус", "русW", "Ωm", "AΩ", "1я", "☐", "☑", "\u2009"),
]


def showable(words: str) -> bool:
    """Whether a list could hold it: the fonts have every letter, and something stands there."""
    return bool(words.strip()) and not letters.cannot_show(words)


def as_in_a_list(words: str) -> str:
    """The words as they come out of a list."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", words)).strip()


def sentences(words: list[str], most: int) -> st.SearchStrategy[str]:
    """Words of one kind, one after another, now and then with an odd space, or none."""
    gaps = st.sampled_from([*[" "] * 12, "  ", "\u00a0", "-", "/"])
    return st.lists(st.tuples(st.sampled_from(words), gaps), min_size=1, max_size=most).map(
        lambda pairs: "".join(word + gap for word, gap in pairs).strip(" ")
    )


def texts(most: int) -> st.SearchStrategy[str]:
    """What a cell of a list may hold, of so many words."""
    plain = [word for word in LATIN if re.fullmatch(r"[\w.,;:!?'’]+", word)]
    kinds = [plain, plain, LATIN, VIETNAMESE, GREEK, CYRILLIC, CYRILLIC, HARD + LATIN + CYRILLIC]
    any_letters = st.text(st.sampled_from(LETTERS), min_size=1, max_size=12)
    said = st.one_of(*(sentences(kind, most) for kind in kinds), any_letters).filter(showable)
    return st.one_of(said, said.map(as_in_a_list), said.map(as_in_a_list)).filter(showable)
