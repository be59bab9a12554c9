"""Diagnosis codes: exact ones pick a leaflet, dangerous ones never do, and nothing is guessed."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from handouts import codes, reading
from handouts.assets import OURS
from handouts.errors import Exit, HandoutError
from handouts.shelf import whole_shelf

from .conftest import CASES

SHELF = whole_shelf(OURS)
NECK, SLEEP, WHICH = "neck-pain-self-care", "sleep-hygiene", "dystonia-or-fibromyalgia"
MOVE, PACE, STRESS = "gentle-movement", "pacing-and-flare-ups", "stress-and-relaxation"
DIARY = "symptom-and-sleep-diary"


@pytest.mark.parametrize(
    ("given", "picked"),
    [
        (["M54.2"], {NECK, MOVE, DIARY}),
        (["G24.3"], {WHICH, DIARY}),
        (["M79.7"], {NECK, WHICH, MOVE, PACE, DIARY}),
        (["g47.00"], {SLEEP, DIARY}),
        (["G47.0"], {SLEEP, DIARY}),
        (["81680005"], {NECK, DIARY}),
        (["74333002"], {WHICH, DIARY}),
        (["73595000"], {STRESS}),
        (["M54.2", "193462001"], {NECK, MOVE, SLEEP, DIARY}),
    ],
)
def test_a_code_picks_its_topics(given: list[str], picked: set[str]) -> None:
    """The record has the code open; nobody should have to know our names for it."""
    assert set(codes.topics_for(given, SHELF)) == picked


@pytest.mark.parametrize(
    "code",
    [
        "G95.9",
        "G99.2",
        "S12.0",
        "S13.4",
        "S14",
        "C00",
        "C79.5",
        "D49.2",
        "G03.9",
        "M46.20",
        "M46.5",
        "I60.9",
        "I63",
        "G24.01",
        "G24.09",
        "M31.5",
        "M31.6",
        "F30.1",
        "F31",
        "M4620",
        "i67.1",
    ],
)
def test_a_code_that_needs_a_clinician_first_picks_nothing_and_says_so(code: str) -> None:
    """A self-care leaflet could keep somebody at home whose spinal cord is in danger."""
    with pytest.raises(HandoutError, match="must not pick a self-care leaflet") as refused:
        codes.topics_for(["M54.2", code], SHELF)
    assert refused.value.exit_code is Exit.WRONG_COMMAND


@pytest.mark.parametrize(
    "code", ["M50.1", "M54.12", "M47.12", "G24.9", "M43.6", "Q68.0", "G47.33", "M54", "M54.20", ""]
)
def test_a_neighbouring_code_is_not_guessed(code: str) -> None:
    """A trapped nerve, sleep apnoea or a child's wry neck need other words."""
    with pytest.raises(HandoutError, match="No topic has the code"):
        codes.topics_for([code], SHELF)


@pytest.mark.parametrize(
    ("codes_field", "said"),
    [
        ("icd-10: [I63.9]", "I63.9 must never pick a self-care leaflet"),
        ("icd-10-cm: [C71.9]", "C71.9 must never pick a self-care leaflet"),
        ("icd-10: [m54.2]", "“m54.2” is no code of icd-10"),
        ("icd-10: [54.2]", "“54.2” is no code of icd-10"),
        ("snomed-ct: [8168A]", "“8168A” is no code of snomed-ct"),
    ],
)
def test_a_code_that_could_not_or_must_not_pick_is_refused_in_the_topic(
    own_shelf: Callable[[str, bytes], Path], codes_field: str, said: str
) -> None:
    """A slip in a topic's fields must not put self-care behind the code of a stroke, nor a leaflet behind no code."""
    good = (CASES / "topics" / "good.md").read_text(encoding="utf-8")
    own_shelf("example", good.replace("icd-10: [M54.2]", codes_field).encode())
    with pytest.raises(HandoutError, match=said):
        reading.read_topics(["example"], "en", [])


def test_no_topic_claims_a_code_that_must_pick_none() -> None:
    """A slip in a topic's fields must not open that door."""
    assert [code for _, code, _ in codes.index(SHELF) if codes.is_never_matched(code)] == []


def test_snomed_ids_are_well_formed() -> None:
    """A mistyped digit would pick nothing, or another illness: SNOMED CT ids end in a Verhoeff check digit."""
    ids = {code for system, code, _ in codes.index(SHELF) if system == "snomed-ct"}
    assert ids
    assert all(re.fullmatch(r"\d{6,18}", one) and _verhoeff(one) == 0 for one in ids)
    assert _verhoeff("81680006") != 0


def _verhoeff(digits: str) -> int:
    """The check of J. Verhoeff (1969): 0 for a well-formed number."""
    times = [
        [(j + i % 5) % 5 + 5 * (i // 5 ^ j // 5) if i < 5 else (i - j) % 5 + 5 * (j < 5) for j in range(10)]
        for i in range(10)
    ]
    turn = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    check = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place % 8):
            value = turn[value]
        check = times[check][value]
    return check
