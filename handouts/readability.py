"""What a leaflet tells its reader in; how hard it is to read out: grades, long sentences, hard words."""

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from handouts.model import Place
from handouts.told import SENTENCES, Told

#: Formulas for the reading age exist for English only.
MEASURED_LANGUAGE = "en"
SYLLABLES_OF_A_HARD_WORD = 3
SHORTEST = 4  # words; what is shorter is a fragment
SENTENCE = re.compile(r"[^.!?]+[.!?]+[”\"’)]?(?=\s|$)")
#: A word, but no name: a capital letter begins it only at the start of a sentence.
WORD = re.compile(r"(?:(?:^|(?<=[.!?] ))[A-Z]|(?<![\w'’-]))[a-z]+(?:['’-][a-z]+)*")


@dataclass(frozen=True)
class Measure:
    """How hard some sentences are to read: school grades by two formulas, and the mean words of a sentence."""

    section: str
    sentences: int
    words: int
    grade: float
    smog: float

    @property
    def mean(self) -> float:
        return self.words / self.sentences if self.sentences else 0.0


@dataclass(frozen=True)
class HardWord:
    """A word of three syllables or more that is not on the Dale–Chall list of easy ones, where it stands first."""

    word: str
    place: Place
    times: int
    explained: bool


def sentences(words: str) -> list[str]:
    """Whole sentences; what does not end like one is a fragment of a list."""
    return [one.strip() for one in SENTENCE.findall(words) if len(one.split()) >= SHORTEST]


def measures(told: Sequence[Told]) -> tuple[Measure, ...]:
    """The whole leaflet first, with no name, then its sections."""
    by_section: dict[str, list[str]] = {}
    for one in told:
        if one.what in SENTENCES:
            by_section.setdefault(one.section, []).extend(sentences(one.words))
    whole = [sentence for found in by_section.values() for sentence in found]
    named = (_measure(section or "Page 1", found) for section, found in by_section.items() if found)
    return (_measure("", whole), *named)


def _measure(section: str, found: Sequence[str]) -> Measure:
    text = " ".join(found)
    words = sum(len(one.split()) for one in found)
    if not found:
        return Measure(section, 0, 0, 0.0, 0.0)
    return Measure(section, len(found), words, _textstat().flesch_kincaid_grade(text), _textstat().smog_index(text))


@cache
def _textstat() -> Any:
    """The library of formulas. It loads a dictionary: only who checks waits for it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it needs being old: nothing a person who checks a leaflet can mend
        from textstat import textstat  # noqa: PLC0415

        textstat.is_difficult_word("leaflet")  # its list of easy words is loaded at the first question
    return textstat


def longest_sentences(told: Sequence[Told], most: int = 5) -> tuple[Told, ...]:
    """The longest sentences, the longest first."""
    found = [replace(one, words=s) for one in told if one.what in SENTENCES for s in sentences(one.words)]
    return tuple(sorted(found, key=lambda one: -len(one.words.split()))[:most])


def hard_words(told: Sequence[Told], places: Mapping[int, Place]) -> tuple[HardWord, ...]:
    """Every hard word once, in the order of the leaflet."""
    printed = [one for one in told if one.what != "picture"]
    text = " ".join(one.words for one in printed)
    first: dict[str, int] = {}
    times: dict[str, int] = {}
    for one in printed:
        for word in map(str.lower, WORD.findall(one.words)):
            first.setdefault(word, one.line)
            times[word] = times.get(word, 0) + 1
    return tuple(
        HardWord(word, places[line], times[word], _is_explained(word, text))
        for word, line in first.items()
        if _textstat().is_difficult_word(word, SYLLABLES_OF_A_HARD_WORD)
    )


def _is_explained(word: str, text: str) -> bool:
    """Whether a word stands in brackets after plainer ones, has brackets after it, or is said to be something."""
    inside = rf"\([^()]*\b{word}\b[^()]*\)"
    after = rf"\b{word}s?\b(?: \w+)? \("
    said = rf"\b{word}\b (?:is|are|means?) (?:a|an|the|when|what|trouble|how)\b"
    return re.search(f"{inside}|{after}|{said}", text, re.IGNORECASE) is not None
