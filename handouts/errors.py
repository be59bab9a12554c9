"""What can go wrong, in the words a person reads: problems in files, errors, exit codes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum

LONGEST = 60
#: From so much likeness on, one word is taken for a slip of another, or a short one: “mobile” and “copies” have 0.5.
ALIKE, CLOSE = 0.65, 0.68
#: A part of a name, of so many letters at least, counts for so much of the whole.
PART, MIN_PART = 0.8, 4
PARTS = re.compile(r"[-_ .]+")
MAX_CHOICES = 12
#: So many problems are told at once; thousands on the screen would hide the first.
MAX_TOLD = 50


class Exit(IntEnum):
    """The exit codes of the command line. They are an interface: scripts rely on them."""

    MADE = 0
    OUR_FAULT = 1
    WRONG_COMMAND = 2
    WRONG_FILE = 3
    WRONG_PEOPLE = 4
    CANNOT_WRITE = 5
    STOPPED = 130


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in one file. `line` counts from 1; 0 means the file as a whole."""

    file: str
    line: int
    what: str
    instead: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.what}; {self.instead}"


class HandoutError(Exception):
    """A sentence for a person, with the exit code that goes with it."""

    def __init__(self, sentence: str, exit_code: Exit) -> None:
        super().__init__(sentence, exit_code)  # both, so that it can be sent from one process to another
        self.sentence = sentence
        self.exit_code = exit_code

    def __str__(self) -> str:
        return self.sentence


#: There is no point in asking for more of it than there is.
NO_MEMORY = "There is not enough memory left. Close other programs, or use a computer with more of it."


def reason(error: OSError) -> str:
    """What the system says, without the path; some errors of Python itself have words only."""
    return error.strerror or str(error) or type(error).__name__


def refuse(problems: Iterable[Problem]) -> None:
    """Raise one HandoutError that names the problems, in file and line order; none: do nothing."""
    found = sorted(set(problems))
    if found:
        more = [f"… and {len(found) - MAX_TOLD} more."] if len(found) > MAX_TOLD else []
        raise HandoutError("\n".join([*map(str, found[:MAX_TOLD]), *more]), Exit.WRONG_FILE)


def nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    """Say what was probably meant, “did you mean “x”?”, or the words that exist, the first twelve of them.

    `otherwise` is what to do where there are none: only the caller knows what is safe.
    """
    choices = sorted(known)
    if meant := _most_like(word[:LONGEST].casefold().strip("-"), choices):
        return f"did you mean “{meant}”?"
    shown = ", ".join(choices[:MAX_CHOICES])
    return f"use one of: {shown}{', …' if len(choices) > MAX_CHOICES else ''}" if choices else otherwise


def _most_like(word: str, choices: Iterable[str]) -> str:
    """The choice that is most like a word, or a part of which is, or the beginning of one; "" if none is."""
    matcher = SequenceMatcher(None, "", word)
    meant, most = "", ALIKE if len(word) >= MIN_PART else CLOSE
    for choice in choices:
        for piece, weight in _pieces(choice.casefold().strip("-"), len(word)):
            matcher.set_seq1(piece)
            needed = most / weight
            # The quick ones are never less than the true one.
            if matcher.real_quick_ratio() > needed and matcher.quick_ratio() > needed and matcher.ratio() > needed:
                meant, most = choice, matcher.ratio() * weight
    return meant


def _pieces(choice: str, length: int) -> Iterator[tuple[str, float]]:
    """What a word of a length is compared with, and what it counts for: of several parts, the first a little more."""
    yield choice, 1
    for place, part in enumerate((choice, *PARTS.split(choice))):
        if min(length + 1, len(part)) >= MIN_PART:
            weight = PART - place / 1000
            yield part, weight
            if len(part) > length:
                yield part[:length], weight


def shortened(value: str) -> str:
    """A value as it is quoted in a sentence: a whole page of it would hide what is wrong."""
    return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
