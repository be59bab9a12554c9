"""Sentences and tables in; what a person sees out: results on standard output, talk on standard error."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from handouts.errors import Exit, HandoutError

T = TypeVar("T")
#: Told how many rows are done, and of how many.
Show = Callable[[int, int], None]


def talk() -> Console:
    return Console(stderr=True)


def results() -> Console:
    """Standard output; wide when it is a file or another program, so that nothing is cut off."""
    return Console() if sys.stdout.isatty() else Console(width=200)


def say(sentence: str) -> None:
    """Talk to the person: a sentence, as it stands."""
    talk().print(sentence, markup=False, highlight=False, soft_wrap=True)


def answer(line: str, style: str | None = None) -> None:
    """Give a line of the result, as it stands."""
    results().print(line, style=style, markup=False, highlight=False, soft_wrap=True)


def asked(question: str, otherwise: str | None = None) -> str:
    """What a person at a terminal answers; nothing where there is none."""
    if not sys.stdin.isatty():
        return ""
    try:
        return str(typer.prompt(question, default=otherwise, show_default=False, err=True))
    except typer.Abort:
        raise HandoutError("Stopped; nothing was written.", Exit.STOPPED) from None


def with_progress(made: Iterator[T], total: int, verb: str = "made") -> Iterator[T]:
    """Pass leaflets on as they are made; on a terminal, show how far it is."""
    columns = (SpinnerColumn(), BarColumn(), TextColumn(f"{{task.completed}} of {{task.total}} leaflets {verb}"))
    with Progress(*columns, console=talk(), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=total)
        for one in made:
            bar.advance(task)
            yield one


@contextmanager
def as_bar() -> Iterator[Show]:
    """Show on a terminal how many rows are done, how many a second, and how long the rest will take."""
    columns = (
        SpinnerColumn(),
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
