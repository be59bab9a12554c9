"""Our own command line as it is measured: whole processes, a store in a folder of its own."""

import shutil
from dataclasses import replace
from pathlib import Path

from tests.benchmarks.leaflets import TOPIC
from tests.benchmarks.measure import Command, copies_in, python

#: Where finished work is kept.
STORE = "HANDOUTS_CACHE"


def make(folder: Path, store: Path, *more: str) -> Command:
    """One leaflet on demand."""
    out = folder / "made"
    return Command(
        python("handouts", "make", TOPIC, "--out", out, *more), folder, out=out, variables={STORE: str(store)}
    )


def separate(folder: Path, store: Path, people: Path, copies: int) -> Command:
    """A file for each person of a list, and one for the printer."""
    return replace(printed(folder, store, people, "--separate"), copies=copies)


def printed(folder: Path, store: Path, people: Path, *more: str) -> Command:
    """One file for the printer, with a copy for each person of a list."""
    out = folder / "copies"
    return Command(
        python("handouts", "batch", people, "--region", "us", "--out", out, *more),
        folder,
        out=out,
        variables={STORE: str(store)},
    )


def from_nothing(command: Command) -> float:
    """Its seconds if nothing is in the store yet."""
    shutil.rmtree(command.variables[STORE], ignore_errors=True)
    return command.seconds()


def print_file_in(out: Path | None) -> Path:
    """The file that holds all copies, for the printer."""
    files = set(out.rglob("*.pdf")) if out else set()
    return max(files - set(copies_in(out)), key=lambda file: file.stat().st_size)
