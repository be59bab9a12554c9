"""Sentences and tables in; what a person sees out: results on standard output, talk on standard error."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from handouts.cache_folder import cache_folder
from handouts.commands.called import as_called
from handouts.errors import Exit, HandoutError

T = TypeVar("T")
#: Told how many rows are done, and of how many.
Show = Callable[[int, int], None]
#: Columns of a result that is not shown at a terminal, and the fewest of one that is.
WIDE, NARROWEST = 1_000, 40
#: Columns from which a table may show all it knows.
ALL_FITS = 120
#: Seconds between two lines on how far it is, where nobody watches.
QUIET = 10.0


def talk() -> Console:
    return _console(sys.stderr)


def results() -> Console:
    """Standard output; wide when it is a file or another program, so that nothing is cut off."""
    return _console(sys.stdout) if sys.stdout.isatty() else Console(width=WIDE, markup=False, emoji=False)


def is_wide() -> bool:
    """Whether a table of results has room for all it knows."""
    return results().width >= ALL_FITS


def _console(stream: TextIO) -> Console:
    """A console that never gets narrower than words."""
    console = Console(file=stream, markup=False, emoji=False)
    console.width = max(console.width, NARROWEST)
    return console


def say(sentence: str, *, is_urgent: bool = False) -> None:
    """Talk to the person: a sentence, with its commands as they are called here."""
    style = "bold red" if is_urgent else None
    talk().print(as_called(sentence), style=style, markup=False, highlight=False, soft_wrap=True)


def answer(line: str, style: str | None = None) -> None:
    """Give a line of the result, with its commands as they are called here."""
    results().print(as_called(line), style=style, markup=False, highlight=False, soft_wrap=True)


def give_json(data: object) -> None:
    """Give the result to a program: JSON in plain ASCII, which comes through in any encoding."""
    typer.echo(json.dumps(data, indent=1))


def warn_of_cache(*, no_cache: bool) -> None:
    """Say why what was made before is not used, if a person can mend it."""
    if not no_cache and (why_not := cache_folder().why_not):
        say(why_not)


def asked(question: str, otherwise: str | None = None) -> str:
    """What a person at a terminal answers; nothing where there is none."""
    if not sys.stdin.isatty():
        return ""
    try:
        suffix = " " if question.endswith(("?", "]")) else ": "
        return str(
            typer.prompt(as_called(question), default=otherwise, show_default=False, prompt_suffix=suffix, err=True)
        )
    except typer.Abort:
        raise HandoutError("Stopped; nothing was written.", Exit.STOPPED) from None


def chosen(question: str, answers: Mapping[str, T], otherwise: str) -> T:
    """What a person at a terminal chooses; a word that is no answer, or none, is told so and asked for again."""
    while (word := asked(question, "").strip().casefold()) not in answers:
        say(otherwise)
    return answers[word]


def opens(file: Path) -> bool:
    """Open a file with the program that this computer has for it; whether that was begun."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False  # a browser for terminals would come up in this one
    return typer.launch(str(file)) == 0


def with_progress(made: Iterator[T], total: int, what: str = "leaflets made") -> Iterator[T]:
    """Pass on what is made; show how far it is: a bar on a terminal, else a line now and then."""
    columns = (SpinnerColumn("line"), BarColumn(), TextColumn(f"{{task.completed}} of {{task.total}} {what}"))
    with Progress(*columns, console=talk(), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=total)
        said = time.monotonic()
        for count, one in enumerate(made, 1):
            bar.advance(task)
            if bar.disable and time.monotonic() - said > QUIET:
                said = time.monotonic()
                say(f"{count} of {total} {what}.")
            yield one


@contextmanager
def as_bar() -> Iterator[Show]:
    """Show on a terminal how many rows are done, how many a second, and how long the rest will take."""
    columns = (
        SpinnerColumn("line"),
        BarColumn(),
        TextColumn("{task.completed} of {task.total} rows, {task.fields[rate]} a second, left:"),
        TimeRemainingColumn(),
    )
    begun = time.monotonic()
    with Progress(*columns, console=talk(), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=None, rate="–")

        def show(done: int, of: int) -> None:
            rate = done / max(time.monotonic() - begun, 1e-9)
            bar.update(task, completed=done, total=of, rate=f"{rate:.0f}")

        yield show
