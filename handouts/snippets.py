"""A topic's text in; the same text out with the snippets it names put in, and where each of its lines stands.

A snippet is what several leaflets say, written once: some list items, a sentence, a whole block. A line that holds
`{{name}}` and nothing else is replaced by it before anything else is read.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from handouts.errors import Problem, nearest
from handouts.files import read_text, shown
from handouts.model import Place

#: Of a topic with its snippets; its twelve pages hold fewer.
MAX_LETTERS = 40_000
NAME = re.compile(r"\s*\{\{([\w-]+)\}\}\s*")


def put_in(
    text: str, where: str, first_line: int, known: Mapping[str, Path], problems: list[Problem]
) -> tuple[str, dict[int, Place]]:
    """Put the snippets of `known` in.

    The lines of the result are counted on from `first_line`; the mapping says in which file each of them is written. What
    is too long is not given back.
    """
    lines: list[str] = []
    places: dict[int, Place] = {}
    read = cache(lambda file: read_text(file, problems).rstrip())
    hint = cache(lambda name: nearest(name, known, "write its words here"))
    left = MAX_LETTERS

    def add(line: str, file: str, number: int) -> None:
        places[first_line + len(lines)] = Place(file, number)
        lines.append(line)

    for number, line in enumerate(text.split("\n"), first_line):
        if left < 0:
            what = f"the leaflet has more than {MAX_LETTERS:,} letters above this line"
            problems.append(Problem(where, number, what, "make two leaflets of it"))
            return "", places
        left -= len(line) + 1
        match = NAME.fullmatch(line)
        if match is None:
            add(line, where, number)
        elif match[1] not in known:
            what = f"there is no snippet “{match[1]}”"
            problems.append(Problem(where, number, what, hint(match[1])))
        else:
            file = known[match[1]]
            for at, inner in enumerate(read(file).split("\n"), 1):
                if NAME.fullmatch(inner):
                    problems.append(Problem(shown(file), at, "a snippet names another snippet", "write its words here"))
                add(inner, shown(file), at)
            left -= len(read(file)) + 1
    return "\n".join(lines), places
