"""What a person answers to a numbered list of topics in; the topics that are meant out, or what is wrong with it."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from handouts.errors import Exit, HandoutError

ALL = {"all", "everything", "*"}
#: Two numbers with what stands between them where all from the one to the other are meant.
RANGE = re.compile(r"(\d+)(?:\s*[-–—]\s*|\s+to\s+)(\d+)")
#: Of topics that a word could mean, so many are quoted.
MAX_QUOTED = 6


@dataclass(frozen=True)
class Choice:
    """A topic to choose: its name, its title, and all its words, which are asked for only if need be."""

    name: str
    title: str
    words: Callable[[], str]


def picked(answer: str, choices: Sequence[Choice]) -> tuple[str, ...]:
    """The names of the topics that are meant, each once, in the order given; a HandoutError says what cannot be meant."""
    whole = _plain(answer)
    if whole in ALL:
        return tuple(one.name for one in choices)
    if found := _called(whole, choices):
        return _only(answer, found, choices)
    parts = _parts(RANGE.sub(r"\1-\2", answer), choices)
    return tuple(dict.fromkeys(name for part in parts for name in _meant(part, choices)))


def _parts(answer: str, choices: Sequence[Choice]) -> list[str]:
    """The answer, taken apart at commas; and at spaces, where what stands between commas is no name."""
    parts: list[str] = []
    for part in re.split(r"[,;&]|\band\b", answer):
        parts += [part] if part.strip() and _called(_plain(part), choices) else part.split()
    return parts


def _meant(part: str, choices: Sequence[Choice]) -> tuple[str, ...]:
    """The topics that a number, two with a hyphen between, or words stand for."""
    if number := re.fullmatch(r"#?(\d{1,6})(?:-(\d{1,6}))?[.)]?", part, re.ASCII):
        first, last = int(number[1]), int(number[2] or number[1])
        if not 1 <= first <= last <= len(choices):
            raise HandoutError(f"There is no {part}; the numbers are 1 to {len(choices)}.", Exit.WRONG_COMMAND)
        return tuple(one.name for one in choices[first - 1 : last])
    word = _plain(part)
    found = _called(word, choices) or [one for one in choices if word and _has(word, one.words())]
    if not found:
        raise HandoutError(
            f"No leaflet is about “{part.strip()[:60]}”; write a number of the list.", Exit.WRONG_COMMAND
        )
    return _only(part, found, choices)


def _only(part: str, found: Sequence[Choice], choices: Sequence[Choice]) -> tuple[str, ...]:
    if len(found) > 1:
        numbers = [str(choices.index(one) + 1) for one in found[:MAX_QUOTED]]
        some = f"{', '.join(numbers[:-1])} or {numbers[-1]}"
        raise HandoutError(f"“{part.strip()[:60]}” could be {some}; write a number.", Exit.WRONG_COMMAND)
    return (found[0].name,)


def _called(word: str, choices: Sequence[Choice]) -> list[Choice]:
    """The topics called so: in full, else those that begin so, else those with all these words in their name or title."""
    names = [(one, _plain(one.name), _plain(one.title)) for one in choices]
    for is_called in (
        lambda name: name == word,
        lambda name: name.startswith(word),
        lambda name: _has(word, name),
    ):
        if word and (found := [one for one, *both in names if any(is_called(name) for name in both)]):
            return found
    return []


def _has(word: str, text: str) -> bool:
    """Whether each word of the one is the beginning of a word of the other."""
    words = f" {_plain(text)}"
    return all(f" {one}" in words for one in word.split())


def _plain(text: str) -> str:
    """Words as they are compared: without capitals, accents and signs."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(
        re.findall(r"\w+|\*", "".join(sign for sign in letters if not unicodedata.combining(sign)).replace("_", " "))
    )
