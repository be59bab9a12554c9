"""Our Markdown: a value is text to the end, whatever it looks like."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handouts.markdown import Parser
from handouts.model import Text, Word
from handouts.wording import fill, plain, to_html, word

LIKE_MARKUP = [
    "# Bob",
    "{{ x }}",
    "{% raw %}",
    "**bold**",
    "<b>Bob</b>",
    "&amp;",
    "[x](y)",
    "::: steps",
    "____",
    "$(x)",
]
VALUES = st.one_of(st.sampled_from(LIKE_MARKUP), st.text(min_size=1))


class _Text(HTMLParser):
    """Gathers text, and every tag it meets."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[str] = []

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  # the parser gives it
        self.tags.append(tag)


def parse(source: str) -> Text:
    return Parser("example.md", 1).inline(source, 1)


@given(VALUES)
def test_a_value_is_printed_as_exactly_what_it_is(value: str) -> None:
    """Someone called `# Bob` or `{{ x }}` must see that name, and no value may become markup."""
    filled = fill(parse("Call **{name}** now"), {"name": value})
    assert plain(filled) == f"Call {value} now"
    seen = _Text()
    seen.feed(str(to_html(filled)))
    seen.close()
    assert seen.tags == ["strong"]
    assert seen.text == f"Call {value} now"


def test_a_capital_asks_for_a_capital() -> None:
    """A sentence that begins with a region word must begin like a sentence."""
    words = {"physiotherapist": "physical therapist"}
    assert word("Physiotherapist", words) == "Physical therapist"
    assert word("physiotherapist", words) == "physical therapist"
    assert word("chemist", words) is None


def test_a_word_knows_its_line() -> None:
    """An unknown word on the third line of a paragraph must be found there."""
    found = parse("one\ntwo\n{three}")
    assert found[-1] == Word("three", 3)


def test_an_unfilled_word_is_never_printed() -> None:
    """`{emergency_number}` on paper would be a blank where a number should be."""
    with pytest.raises(AssertionError):
        to_html(parse("Call {emergency_number}"))
    with pytest.raises(KeyError):
        fill(parse("Call {emergency_number}"), {})


@pytest.mark.parametrize(
    "words", ["a {programme}-based course", "**long**-lasting", "{x}#y", "-5 degrees", "**Back**ward"]
)
def test_a_sign_in_mid_sentence_is_no_slip(words: str) -> None:
    """An editor told off for a hyphen would stop reading what the program says."""
    parser = Parser("example.md", 1)
    parser.parse(words)
    assert parser.problems == []


def test_quotes_are_curled_and_emphasis_is_one_run() -> None:
    """Straight quotes look like a draft."""
    assert plain(parse("""Say "no" to the clinic's **plan**""")) == "Say “no” to the clinic’s plan"
