"""Files whose names do not say for whom they are in; a note beside them that does, or a refusal, out.

A pack has the name somebody chose, a file for a record system the one that system asks for. Nothing personal is noted.
"""

import json
from collections.abc import Collection
from pathlib import Path

from handouts.errors import Exit, HandoutError
from handouts.files import UnreadableFileError, read_bytes, write_whole
from handouts.model import Setting

NOTE = ".handouts.json"
MAX_NOTE_BYTES = 5_000_000
#: The region and the clinic that a file was made for; no clinic: "".
Origin = tuple[str, str]


def claim(folder: Path, names: Collection[str], setting: Setting, *, alone: bool = False) -> None:
    """Note for whom files are about to be made. What was made for another region or clinic is not replaced.

    Files that are to stand `alone` in their folder are not made among those of others, either.
    """
    ours: Origin = (setting.region.code, setting.clinic.name if setting.clinic else "")
    noted = {name: origin for name, origin in _noted(folder).items() if (folder / name).exists()}
    if others := {name: of for name, of in noted.items() if of != ours and (alone or name in names)}:
        first, of = next(iter(others.items()))
        more = f" and {len(others) - 1} more there were" if len(others) > 1 else " was"
        raise HandoutError(
            f"{folder / first}{more} made for {_said(of)}, not for {_said(ours)}. "
            f"Choose another {'folder' if alone else 'name'}, or take away what is there.",
            Exit.WRONG_COMMAND,
        )
    now = {**noted, **dict.fromkeys(names, ours)}
    said = {name: {"region": region, "clinic": clinic} for name, (region, clinic) in sorted(now.items())}
    write_whole(folder / NOTE, f"{json.dumps(said, indent=1, ensure_ascii=False)}\n".encode())


def _noted(folder: Path) -> dict[str, Origin]:
    """What the note of a folder says; nothing, if there is none that can be read."""
    try:
        said = json.loads(read_bytes(folder / NOTE, MAX_NOTE_BYTES))
        return {str(name): (str(of["region"]), str(of["clinic"])) for name, of in said.items()}
    except (UnreadableFileError, ValueError, AttributeError, LookupError, TypeError, RecursionError):
        return {}


def _said(origin: Origin) -> str:
    region, clinic = origin
    return f"{region} and {clinic}" if clinic else f"{region} without a clinic"
