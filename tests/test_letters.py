"""Letters: what is set here is what WeasyPrint sets, glyph by glyph, kerning by kerning, line by line."""

import html
from io import BytesIO
from typing import Any
from unittest.mock import Mock

import pikepdf
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from handouts import letters, pdf, stamping
from handouts.frozen import FACES, Slot
from handouts.model import Leaflet

from .people_words import BODY, FALLBACK, showable, texts

#: One text in a slot: the words, weight, points, and CSS pixels of its column.
Sample = tuple[str, int, int, float]
SAMPLES = st.tuples(
    st.one_of(texts(4), texts(30)),
    st.sampled_from([400, 700]),
    st.sampled_from([12, 13, 17, 18, 24]),
    st.sampled_from([150.0, 200.5, 330.0, 600.0]),
)
#: What WeasyPrint draws in one line: a face, and glyphs and kernings (which are tuples) in their order.
Drawn = tuple[str, list[Any]]
FACE = {face: name for name, face in FACES.items()}
#: Parts one sample from the next on the page.
MARK = "zqz"


def page_of(samples: list[Sample], language: str = "en-US") -> Leaflet:
    """A page with each sample in a column of its own."""
    body = "".join(
        f'<p>{MARK}{number}</p><div style="width: {width}px"><p style="font-size: {points}pt; font-weight: {weight}">'
        f'<span class="slot{"" if letters.in_body(words) else " slot-other-letters"}" data-slot="note">'
        f"{html.escape(words)}</span></p></div>"
        for number, (words, weight, points, width) in enumerate(samples)
    )
    start = f'<!doctype html><html lang="{language}" data-page="a4"><title>Example</title><h1>Example</h1>'
    return Leaflet(f"{start}{body}<p>{MARK}{len(samples)}</p>", "example", language)


def drawn(data: bytes) -> list[list[list[Drawn]]]:
    """What is drawn in each line of each sample, in pieces of one face."""
    found: list[list[list[Drawn]]] = []
    line: list[Drawn] | None = None
    for sheet in pikepdf.open(BytesIO(data)).pages:
        fonts = {name: str(font.BaseFont).partition("+")[2] for name, font in sheet.resources.Font.items()}
        face = ""
        for one in pikepdf.parse_content_stream(sheet):
            operator = str(one.operator)
            if operator == "BDC":
                line = [] if "/MCID" in one.operands[1] else None
            elif operator == "Tf":
                face = fonts[str(one.operands[0])]
            elif operator == "TJ" and line is not None:
                if line and line[-1][0] == face:
                    line[-1] = (face, line[-1][1] + glyphs_in(one.operands[0]))
                else:
                    line.append((face, glyphs_in(one.operands[0])))
            elif operator == "EMC" and line:
                if _is_mark(line):
                    found.append([])
                elif found:
                    found[-1].append(line)
                line = None
    return found[:-1]


def _is_mark(line: list[Drawn]) -> bool:
    mark = [letters.glyphs(BODY)[ord(letter)] for letter in MARK]
    return [glyph for glyph in line[0][1] if isinstance(glyph, int)][: len(mark)] == mark


def glyphs_in(shown: Any) -> list[Any]:
    found: list[Any] = []
    for part in shown:
        if isinstance(part, pikepdf.String):
            found += [int.from_bytes(bytes(part)[at : at + 2], "big") for at in range(0, len(bytes(part)), 2)]
        elif kerning := float(part):
            found.append(("kerning", kerning))
    return found


def set_here(sample: Sample, width: float, language: str = "en-US") -> list[list[Drawn]] | None:
    """The same, as it is stamped."""
    words, weight, points, _ = sample
    size = float(f"{int(points / 0.75 * 1024) / 1024:.6f}")  # as the PDF says it
    lines = stamping.broken_into_lines(words, Slot("note", 0, 0, 0, ("Body", weight), size, width, language, b""))
    return None if lines is None else [[(FACE[face], _glyphs_of(line.shown))] for face, line in lines]


def _glyphs_of(shown: bytes) -> list[Any]:
    with pikepdf.new() as empty:
        return glyphs_in(pikepdf.parse_content_stream(empty.make_stream(shown))[0].operands[0])


def both(samples: list[Sample], language: str = "en-US") -> list[tuple[list[list[Drawn]], list[list[Drawn]] | None]]:
    """Each sample as WeasyPrint draws it and as it is stamped."""
    made = pdf.print_to_pdf(page_of(samples, language))
    rooms = [room.width for room in made.rooms]
    assert len(rooms) == len(samples)
    stamped = [set_here(sample, width, language) for sample, width in zip(samples, rooms, strict=True)]
    return list(zip(drawn(made.data), stamped, strict=True))


def same(samples: list[Sample], language: str = "en-US") -> int:
    """How many samples are stamped; each must be what WeasyPrint draws."""
    pairs = both(samples, language)
    for sample, (slow, fast) in zip(samples, pairs, strict=True):
        assert fast is None or fast == slow, sample
    return sum(fast is not None for _, fast in pairs)


#: Laying a page out takes long, and so would looking for a smaller one that fails.
IN_BATCHES = {
    "phases": (Phase.explicit, Phase.generate),
    "suppress_health_check": list(HealthCheck),
}
BATCH = st.lists(SAMPLES, min_size=30, max_size=60)


@settings(max_examples=6, **IN_BATCHES)
@given(BATCH)
def test_what_is_set_here_is_what_weasyprint_sets(samples: list[Sample]) -> None:
    """A name with other gaps or another letter than on a copy of its own would be another person's, or look so."""
    same(samples)


@pytest.mark.whole
@settings(max_examples=250, **IN_BATCHES)
@given(BATCH)
def test_what_is_set_here_is_what_weasyprint_sets_at_length(samples: list[Sample]) -> None:
    """The same, of thousands of texts."""
    same(samples)


#: Usual texts, in one line and in several.
USUAL = [
    "Anna Example",
    "Nguyễn Thị Ánh",
    "Мария Щукина",
    "Μαρία Παπαδοπούλου",
    "AVATAR To Yo. office affine",
    "Walk slowly for 5 minutes, 2 times a day; rest, then try again. Stop if it hurts!",
    "Гуляйте каждый день утром, вечером отдыхайте. Если больно, остановитесь!",
]


#: Notes as clinicians write them: the words break at spaces, and in some of them.
NOTED = (
    "Start with 2-3 of each (see page 2), 5-10 minutes, then 50% more. Self-care is well-known/tested.",
    "“Rest” is not bed-rest; it's a 3-day break. Don’t stop! Call (or text) 10:30-16:00, L4-L5 and/or C5-C6.",
    "Anti-inflammatory gel 3x/week, 1/2 a pea, 7–10 days; your blood pressure was 120/80: fine (no change)…",
    'Follow-up in May–June with your child(ren), £5 for parking. COVID-19 test: "no".',
    "Самообслуживание: 2-3 раза в день (утром), по-прежнему 10–15 минут и/или «тихо».",
)


def test_notes_break_where_weasyprint_breaks_them() -> None:
    """Each that is left to the slow way takes a second; one that breaks elsewhere is another page."""
    samples = [
        (words, 400, points, float(width)) for words in NOTED[:4] for points in (12, 14) for width in range(150, 400, 9)
    ]
    assert same(samples) == len(samples)
    same([(NOTED[4], 400, 12, float(width)) for width in range(150, 400, 9)])


@pytest.mark.parametrize(
    "words", ["see page/2 now", "it is a_b", "well -done", 'say "a" (b) c', "50 % of", "what ?", "a--b c"]
)
def test_words_whose_lines_are_not_known_are_left_to_the_slow_way(words: str) -> None:
    """Libraries that break lines differ over these."""
    width = letters.line(words, BODY, 16, "en-US")
    assert width
    slot = Slot("note", 0, 0, 0, BODY, 16.0, width.width - 1, "en-US", b"")
    assert stamping.broken_into_lines(words, slot) is None


def test_usual_words_are_set_here() -> None:
    """If everything were left to the slow way, the tests above would prove nothing, and a list would take hours."""
    samples = [(words, weight, 12, width) for words in USUAL for weight in (400, 700) for width in (200.5, 600.0)]
    assert same(samples) == len(samples)


@pytest.mark.parametrize(
    "words",
    [
        "e\u0301",
        "\u030cł",
        "a  b",
        " a",
        "a ",
        "Anna Иванова",
        "Ωm",
        "a\u200db",
        "a\nb",
        "שלום",
        "漢",
        "a\N{SOFT HYPHEN}b",
    ],
    ids=ascii,
)
def test_what_takes_more_than_glyphs_one_after_another_is_not_set(words: str) -> None:
    """Marks on the wrong letter, a word read backwards, kerning across scripts: worse than a second of waiting."""
    assert letters.line(words, BODY, 16, "en-US") is None
    assert letters.line(words, FALLBACK, 16, "en-US") is None


@pytest.mark.parametrize("language", ["tr", "ro", "mo", "sr", "se", "el", "ru"])
def test_the_language_of_the_page_counts(language: str) -> None:
    """A Serbian б, a Turkish i: fonts have another form of some letters for some languages."""
    words = ["işık İpek fi", "Ştefan Ţară", "Добро бабо", "Ŋŋ Øystein", "Μαρία", "Иванов й"]
    same([(one, 400, 12, 600.0) for one in words if showable(one)], language)


def test_the_language_of_the_computer_does_not_count() -> None:
    """On a Turkish computer, where HarfBuzz would take its i if none is named, the same list must give the same copies."""
    assert letters.line("işık", FALLBACK, 16, "en-US")
    assert letters.line("işık", FALLBACK, 16, "tr") is None


def test_a_letter_that_no_font_has_is_named_by_its_place() -> None:
    """A box on paper tells nobody what is missing."""
    assert letters.cannot_show("A漢b\u200dש") == (1, 4)
    assert letters.cannot_show("Anna") == ()


def forget_what_was_set() -> None:
    letters.line.cache_clear()
    letters._set.cache_clear()


def test_planted_differences_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guard that sees nothing guards nothing."""
    sample = ("AVATAR To", 400, 12, 600.0)
    forget_what_was_set()
    monkeypatch.setattr(letters, "FEATURES", letters.FEATURES | {"kern": False})
    with pytest.raises(AssertionError):
        same([sample])
    forget_what_was_set()


@pytest.mark.parametrize("planted", ["a  b", "й’o", "\u030cłᾇ"], ids=ascii)
def test_planted_carelessness_is_seen(monkeypatch: pytest.MonkeyPatch, planted: str) -> None:
    """Each of these was once stamped, and was not the same."""
    forget_what_was_set()
    monkeypatch.setattr(letters, "_script_of", Mock(return_value=""))
    monkeypatch.setattr(letters, "_are_apart", Mock(return_value=False))
    pairs = both([(planted, 400, 12, 600.0)])
    forget_what_was_set()
    assert pairs[0][0] != pairs[0][1]


def test_a_word_wider_than_its_line_is_left_to_the_slow_way() -> None:
    """It makes its column wider, and the words before it break elsewhere."""
    slot = Slot("note", 0, 0, 0, BODY, 16.0, 100.0, "en-US", b"")
    assert stamping.broken_into_lines("a Incomprehensibilities", slot) is None
    assert stamping.broken_into_lines("Incomprehensibilities a", slot) is None
    assert stamping.broken_into_lines("a bcd efg hijk lmno", slot)
