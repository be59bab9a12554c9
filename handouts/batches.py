"""The folders of batches made so far in; the folder of the next batch, or of the one to go on with, out."""

import re
from pathlib import Path

from handouts.errors import Exit, HandoutError
from handouts.record import Said, first_free, is_finished, is_same, read_head

#: Where batches go whose folder nobody named; each has the day in its name, and a number from the second on.
PLACE = Path("out")
NAME = re.compile(r"batch-(\d{4}-\d\d-\d\d)(?:-(\d+))?")


def next_folder(day: str) -> Path:
    """The folder of a new batch: no two share one."""
    return first_free(PLACE / f"batch-{day}")


def folder_to_go_on_with(head: Said) -> Path:
    """Of the batches that are as this one is asked for, the last that was stopped, else the last that is finished.

    If none is, the last of all, which then says why it cannot go on.
    """
    known = sorted(_so_far(), key=lambda one: (not is_finished(one), _when(one)), reverse=True)
    if not known:
        raise HandoutError("There is no batch to go on with here. Leave out --resume.", Exit.WRONG_COMMAND)
    return next((one for one in known if is_same(read_head(one), head)), known[0])


def stopped() -> list[Path]:
    """The batches that were stopped, the oldest first."""
    return sorted((one for one in _so_far() if not is_finished(one)), key=_when)


def _so_far() -> list[Path]:
    return [one for one in PLACE.glob("batch-*") if NAME.fullmatch(one.name) and read_head(one)]


def _when(folder: Path) -> tuple[str, int]:
    found = NAME.fullmatch(folder.name)
    assert found
    return found[1], int(found[2] or 1)
