"""The command line as it was typed in; out comes how this program is called here, for whoever is told to call it again."""

import os
import re
import shlex
import shutil
import sys
from functools import cache
from pathlib import Path

PROGRAM = "handouts"


def called() -> str:
    """What to type before the name of a command: `handouts` where the shell finds it, else what was typed this time."""
    return _called(tuple(sys.argv[:1]), tuple(sys.orig_argv[:1]))


@cache
def _called(program: tuple[str, ...], python: tuple[str, ...]) -> str:
    script = Path(*program)
    if script.parts[-2:] == (PROGRAM, "__main__.py"):
        return shlex.join([*python, "-m", PROGRAM])
    if script.name == "generate.py":
        return shlex.join([*python, *program])
    found = shutil.which(PROGRAM)
    if script.stem != PROGRAM or len(script.parts) == 1 or (found and _is_same(Path(found), script)):
        return PROGRAM
    return shlex.join(program)


def _is_same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def as_called(sentence: str) -> str:
    """A sentence whose commands, such as `handouts list`, can be typed as they stand here."""
    return re.sub(rf"`{PROGRAM}(?=[ `])", lambda _: f"`{called()}", sentence)
