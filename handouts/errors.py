"""What can go wrong, in the words a person reads: problems in files, errors, exit codes."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import IntEnum

LONGEST = 60
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


def refuse(problems: Iterable[Problem]) -> None:
    """Raise one HandoutError that names the problems, in file and line order; none: do nothing."""
    found = sorted(set(problems))
    if found:
        more = [f"… and {len(found) - MAX_TOLD} more."] if len(found) > MAX_TOLD else []
        raise HandoutError("\n".join([*map(str, found[:MAX_TOLD]), *more]), Exit.WRONG_FILE)


def nearest(word: str, known: Iterable[str]) -> str:
    """Say what was probably meant: 'did you mean “x”?', or the words that exist, the first twelve of them."""
    choices = {choice.casefold(): choice for choice in sorted(known)}
    if close := get_close_matches(word[:LONGEST].casefold(), choices, n=1, cutoff=0.5):
        return f"did you mean “{choices[close[0]]}”?"
    shown = ", ".join(list(choices.values())[:12])
    return f"use one of: {shown}{', …' if len(choices) > 12 else ''}" if choices else "leave it out"  # noqa: PLR2004


def shortened(value: str) -> str:
    """A value as it is quoted in a sentence: a whole page of it would hide what is wrong."""
    return value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
