"""The fields of YAML files: nothing of a value is lost, and whatever the parser stumbles over is a line and a sentence."""

import pytest

from handouts import signs
from handouts.errors import Problem
from handouts.fields import MAX_LETTERS, Fields
from handouts.letters import cannot_show

#: What people write, and YAML would cut off or change without a word.
CUT = (
    "Suite #200",
    "Suite # 200",
    "x  #200",
    "Suite  # 200",
    "Suite   # B",
    "#1 Street",
    "'Suite' #200",
    "1 Street\n  #200 Town",
    "1 Street\n  Town",
    "> #200\n  Town",
    "&9-5 weekends",
    "!Suite 5",
    "*Suite 5",
    "a\n---\nb: c",
    "a\n...\n# b",
    "a\u2028b: c",
    "a: b",
    "@home",
    "`a`",
    "%a",
    "a\ntext: b",
)
#: What says what it says.
WHOLE = {
    '"Suite #200"': "Suite #200",
    "'Suite #200'   # the new one": "Suite #200",
    '"Suite" # the new one': "Suite",
    "Suite C#": "Suite C#",
    "Suite\n# text: Town": "Suite",
    "9-5 & weekends": "9-5 & weekends",
    "9:00-5:00": "9:00-5:00",
    ">\n  1 Street\n  Town": "1 Street Town",
}


def read(value: str) -> tuple[str, list[Problem]]:
    problems: list[Problem] = []
    fields = Fields.read(f"other: 1\ntext: {value}\n", "clinic.yaml", 1, problems)
    return (fields.text("text", needed=False), problems)


@pytest.mark.parametrize("value", CUT)
def test_no_part_of_a_value_is_dropped_without_a_word(value: str) -> None:
    """“Suite #200, 1 Example Street” was printed as “Suite” on every leaflet."""
    _, problems = read(value)
    assert problems
    assert 2 <= problems[0].line <= 3


@pytest.mark.parametrize("value", WHOLE)
def test_a_value_that_says_what_it_says_is_read(value: str) -> None:
    """A guard against every # would cost each clinic its comments."""
    assert read(value) == (WHOLE[value], [])


@pytest.mark.parametrize("value", ["2 # the most", "2   # the most", "2"])
def test_a_number_may_have_a_comment(value: str) -> None:
    """Its form shows that nothing is missing."""
    problems: list[Problem] = []
    assert Fields.read(f"pages: {value}\n", "en.md", 1, problems).number("pages", 1, 12) == 2
    assert problems == []


@pytest.mark.parametrize(
    "text",
    [
        'a: "\\UFFFFFFFF"',
        "%YAML 99999.1\n---\na: b",
        "a: " + "[" * 3000,
        "a: " + "{b: " * 3000,
        "a: \x07",
        "a: *b",
        "\ta: b",
        "a: !!python/object:os.system b",
        "a: &b [*b, *b]",
        "a\n" * 50_000,
    ],
)
def test_whatever_the_parser_stumbles_over_is_a_sentence(text: str) -> None:
    """A clinic was told of “a fault of ours” when a sign of its own file was wrong."""
    problems: list[Problem] = []
    Fields.read(f"ok: 1\n{text}\n" if "%" not in text else text, "clinic.yaml", 1, problems).done()
    assert problems
    assert problems[0].line > 0


def test_a_value_without_end_is_refused_with_its_line() -> None:
    """A clinic name of half a million letters kept the processor busy for minutes."""
    assert read("x" * MAX_LETTERS) == ("x" * MAX_LETTERS, [])
    _, problems = read("x" * (MAX_LETTERS + 1))
    assert (problems[0].line, problems[0].instead) == (2, f"write at most {MAX_LETTERS}")
    fields = Fields.read("text: [" + "x, " * 1000 + "x]", "clinic.yaml", 1, problems)
    assert fields.texts("text") == ()
    assert "1,001 entries" in problems[-1].what


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("Caf\u00e9 😀", "U+1F600"),
        ("عيادة", "Latin, Greek or Cyrillic"),
        ("37 \u2103", "write “°C”"),
        ("a\u202eb", "sign"),
    ],
)
def test_letters_that_our_fonts_lack_are_told_with_their_line(value: str, said: str) -> None:
    """The run stopped at the third leaflet, and named neither the file nor the line."""
    _, problems = read(value)
    assert problems[0].line == 2
    assert said in str(problems[0])


def test_what_is_taken_as_known_our_fonts_have() -> None:
    """A letter that is passed unasked would be a hole on paper."""
    assert cannot_show("".join(sorted(signs.COMMON - set("\n\t")))) == ()
