"""Folders and files in; a beat each time something in them is saved."""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

SECONDS = 0.4  # between looks: quicker than a person can turn to the viewer


def saves(places: Sequence[Path]) -> Iterator[None]:
    """Beat at once, then after every change in the files, or in those below the folders, until told to stop."""
    before: dict[Path, tuple[float, int]] | None = None
    while True:
        now = _stamps(places)
        if now != before:
            before = now
            yield
        time.sleep(SECONDS)


def _stamps(places: Sequence[Path]) -> dict[Path, tuple[float, int]]:
    stamps = {}
    for place in places:
        for file in (place, *_below(place)):
            with suppress(OSError):  # an editor is just putting the new one in its place
                found = file.stat()
                stamps[file] = (found.st_mtime, found.st_size)
    return stamps


def _below(place: Path) -> Iterator[Path]:
    """What is in a folder, and in the folders in it; one that is being taken away may give nothing."""
    with suppress(OSError):
        yield from place.rglob("*")
