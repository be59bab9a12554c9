"""Markdown of other dialects: it is named with its line, and what is none is left alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from handouts import clinics, reading, snippets
from handouts.dialects import FOUND, SIGNS
from handouts.errors import HandoutError

from .conftest import CASES

Put = Callable[[str, bytes], Path]
GOOD = (CASES / "topics" / "good.md").read_text(encoding="utf-8")
HERE = GOOD.count("\n") + 2

FOREIGN = (
    *("<!-- TODO: ask Dr A -->", "Walk <!-- far", "Take ~~two~~ one", "H~2~O", "x^2^", "Walk ==far==", "++new++ words"),
    *("- [ ] Walk", "* [x] Walk", "[ ] Walk", "1. [X] Walk", "Walk[^1].", "[^1]: Or two.", "[^note]"),
    *("• Walk", "•Walk", "– Walk", "— Walk", "· Walk", "o Walk", "o\tWalk", "- • Walk", "▪ Walk", "\uf0b7 Walk"),
    *(":smile:", "Walk :+1: Rest", "$x = 2$", "$$x$$", "Walk.\\\nRest.", "Walk\n====", "Walk\n---", "+++", "===="),
    *("## Walk {#walk}", "Walk {.far}", "[Walk][far]", "[far]: https://example.org", "<https://example.org>"),
    *("&nbsp;", "Walk&#160;far", "[[Walk|far]]", "| Walk | Rest |", "![Walk.] (walk.svg)", "[Walk](https://a b.org)"),
    *("!!! note", "h2. Walk", "== Walk", ".. note:: Walk", "[TOC]", "\\newpage", "Walk\n: far", "+---+---+"),
)
PLAIN = (
    *(
        "Walk – or rest – a little",
        "5 – 10 minutes",
        "[[Say what to do.]]",
        "[[ ]]",
        "- Name: ____",
        "It costs $5 to $10.",
    ),
    *(
        "At 9:30, not 10:45:00",
        "AT&T, and Q&A; both",
        "2 + 2 = 4",
        "~5 minutes",
        "Reach it [your doctor] first.",
        "(c) you",
    ),
    *(
        "**Walk:** far",
        "1) Walk",
        "Only one * here",
        "Is 5 < 6?",
        "“Walk,” she said",
        "½ a cup at 37 °C",
        "e\u2011bike",
    ),
    *("[Walk](https://example.org/a:b:c)", "a | b", "10 % off!", "Ready? Go!", "O what a day"),
)


def said(put: Put, words: str) -> str:
    put("example", f"{GOOD}\n{words}\n".encode())
    try:
        reading.read_topics(["example"], "en", [clinics.read_region("us")])
    except HandoutError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("words", FOREIGN)
def test_markup_of_another_dialect_is_named_with_its_line(own_shelf: Put, words: str) -> None:
    """“<!-- TODO: ask Dr A whether this is right -->” was printed on a leaflet for patients."""
    told = said(own_shelf, words)
    assert any(f"example/en.md:{line}: " in told for line in (HERE, HERE + words.count("\n"))), told


@pytest.mark.parametrize("words", PLAIN)
def test_plain_words_are_left_alone(own_shelf: Put, words: str) -> None:
    """An editor told off for a price or a time of day would stop reading what the program says."""
    assert said(own_shelf, words) == ""


@pytest.mark.parametrize("words", FOREIGN)
def test_no_line_is_passed_over(words: str) -> None:
    """Lines are looked at quickly first; what that misses would be printed."""
    for line in words.split("\n"):
        assert SIGNS.search(line) or not any(sign.search(line) for sign, *_ in FOUND)


@pytest.mark.parametrize("field", ["title", "kind", "summary", "main_message", "audience"])
def test_it_is_named_in_fields_too(own_shelf: Put, field: str) -> None:
    """The summary stands in the largest letters of all."""
    lines = GOOD.split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{field}:"))
    lines[at] = f'{field}: "Walk ~~far~~ [^1]"'
    own_shelf("example", "\n".join(lines).encode())
    with pytest.raises(HandoutError, match=f"en.md:{at + 1}: words crossed out"):
        reading.read_topics(["example"], "en", [])


@pytest.mark.parametrize("sign", ["<a", '"', "*", "[", "_", "`", "|a|\n", "> ", "- ", "  - a\n", "![", "a\n", "\n"])
def test_a_topic_without_end_is_refused_unread(own_shelf: Put, sign: str) -> None:
    """A hundred thousand quotation marks kept the processor busy for over a minute."""
    told = said(own_shelf, (sign * 100_000)[:200_000])
    assert "letters" in told
    assert len(told) < 20_000


def test_a_snippet_put_in_without_end_is_refused(
    own_shelf: Put, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Ten thousand lines that each name a file of half a megabyte are gigabytes."""
    monkeypatch.setattr(snippets, "MAX_LETTERS", 5_000)
    told = said(own_shelf, "{{stop-rules}}\n" * 1000)
    assert "more than 5,000 letters" in told
    assert "write the file" not in told


def test_letters_that_our_fonts_lack_are_named_where_they_stand(own_shelf: Put) -> None:
    """“Smile 😀” stopped the run at the third leaflet of nine, and named no line."""
    assert f"example/en.md:{HERE}: our fonts cannot print “😀” (U+1F600)" in said(own_shelf, "Smile 😀 often.")
