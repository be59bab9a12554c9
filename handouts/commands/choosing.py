"""Topics in; those that a person at a terminal picks from a numbered list of their titles out."""

import math
from collections.abc import Mapping, Sequence

import typer
from rich.table import Table

from handouts.commands.talk import asked, say, talk
from handouts.errors import HandoutError
from handouts.model import Topic
from handouts.picking import Choice, picked
from handouts.told import everything
from handouts.wording import fill

QUESTION = "Which topics? Numbers (3, 1-3), words, or all; Enter alone ends"
ENDS = {"", "q", "quit", "exit"}
MORE = {"m", "more"}
COLUMNS = 2
#: Lines of the screen that are not for titles: what was typed, what was wrong with it, the question.
OTHER_LINES = 5


def choose(topics: Sequence[Topic], region_words: Mapping[str, str]) -> tuple[str, ...]:
    """Show the topics, and ask until what is answered can be meant; an empty answer ends the program."""
    choices = [Choice(one.name, one.title, lambda one=one: _words(one, region_words)) for one in topics]  # type: ignore[misc]
    first, after = 0, _show(choices, 0)
    while True:
        answer = asked(QUESTION, "").strip()
        if answer.casefold() in ENDS:
            say("Nothing was made.")
            raise typer.Exit
        if answer.casefold() in MORE and after - first < len(choices):
            first = after % len(choices)
            after = _show(choices, first)
            continue
        try:
            return picked(answer, choices)
        except HandoutError as error:
            say(str(error))


def _show(choices: Sequence[Choice], first: int) -> int:
    """Show the titles from one on, as many as the screen holds; the number of the first that is not shown."""
    console = talk()
    lines = max(console.height - OTHER_LINES, 1)
    shown = choices[first : first + lines * COLUMNS]
    columns = math.ceil(len(shown) / lines)
    rows = math.ceil(len(shown) / columns)
    table = Table.grid(padding=(0, 1))
    for _ in range(columns):
        table.add_column(justify="right")
        table.add_column(no_wrap=True, overflow="ellipsis")
    numbered = [(str(number), one.title) for number, one in enumerate(shown, first + 1)]
    for row in range(rows):
        table.add_row(*(cell for one in numbered[row::rows] for cell in one))
    console.print(table)
    after = first + len(shown)
    if len(shown) < len(choices):
        say(f"{first + 1} to {after} of {len(choices)}; “more” shows the others.")
    return after


def _words(topic: Topic, region_words: Mapping[str, str]) -> str:
    """All that a leaflet tells its reader."""
    return " ".join(one.words for one in everything(fill(topic, region_words)))
