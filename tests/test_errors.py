"""What was probably meant: found where a person would find it, and never made up."""

import pytest

from handouts.assets import OURS
from handouts.blocks import SHAPES
from handouts.errors import nearest
from handouts.recipients import COLUMNS


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("nek", OURS.topic_names(), "neck-pain-self-care"),
        ("slep", OURS.topic_names(), "sleep-hygiene"),
        ("fibro", OURS.topic_names(), "dystonia-or-fibromyalgia"),
        ("Movment", OURS.topic_names(), "gentle-movement"),
        ("topcs", COLUMNS, "topics"),
        ("stepps", SHAPES, "steps"),
        ("table", SHAPES, "comparison-table"),
    ],
)
def test_a_slip_finds_what_was_meant(word: str, known: tuple[str, ...], meant: str) -> None:
    """The names of our leaflets are long, and people type the one word of it they remember."""
    assert nearest(word, known, "nothing") == f"did you mean “{meant}”?"


@pytest.mark.parametrize("word", ["Mobile", "Sex", "Email", "Age", "x", "", "GP", "Postcode"])
def test_nothing_is_made_up(word: str) -> None:
    """“Mobile”: did you mean “copies”? Whoever believes it prints a telephone number of copies."""
    assert nearest(word, COLUMNS, "nothing").startswith("use one of: ")


def test_the_remedy_is_the_callers() -> None:
    """A crisis line that is missing was answered with “leave it out”."""
    assert nearest("same-day-crisis", (), "write its words here") == "write its words here"
