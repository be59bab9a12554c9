"""What the user set up in; out comes the folder where pages are kept, if nobody else can write there; else why it is not used.

A page that somebody else put there would be handed out as ours.
"""

import os
import shlex
import stat
from dataclasses import dataclass
from pathlib import Path

import platformdirs

#: Whoever is root can do anything anyway.
ROOT = 0
OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
INSTEAD = "Name a folder of your own in HANDOUTS_CACHE, or add --no-cache."


@dataclass(frozen=True)
class CacheFolder:
    """The folder, or None. `why_not` is a sentence, or empty where there is nothing that a person needs to know."""

    path: Path | None
    why_not: str = ""


def cache_folder() -> CacheFolder:
    """Make and judge the folder: below the one that `HANDOUTS_CACHE` names, else where the system keeps such things."""
    named = os.environ.get("HANDOUTS_CACHE", "")
    try:
        # Links are followed now: whoever may change one could lead us elsewhere once this is judged.
        folder = ((Path(named).expanduser() if named else _usual()) / "pages").resolve()
        fault = _fault_of(folder)
        if not fault:
            _make(folder)
            fault = _fault_of(folder)  # where everybody may write, somebody else may have been quicker
    except OSError as error:  # a full disk, one that is for reading only, a folder of another user
        folder, fault = Path(named), f"{error.strerror}. {INSTEAD}" if named else ""
    except RuntimeError:  # a user without a home
        folder, fault = Path(named), f"there is no such place. {INSTEAD}" if named else ""
    else:
        if not fault:
            return CacheFolder(folder)
    return CacheFolder(None, fault and f"The cache in {folder} is not used, and everything is laid out anew: {fault}")


def is_ours_alone(found: os.stat_result) -> bool:
    """Whether nobody else can have written a file or can change it. Windows tells it in other ways, and is trusted."""
    return os.name != "posix" or (found.st_uid in (ROOT, os.geteuid()) and not found.st_mode & OTHERS_MAY_WRITE)


def _usual() -> Path:
    """Where the system keeps such things for this user. RuntimeError if the user has no home."""
    folder = platformdirs.user_cache_path("handouts", appauthor=False)
    if not folder.is_absolute():
        raise RuntimeError
    return folder


def _make(folder: Path) -> None:
    """Make a folder, and those it lies in, for nobody else to write to."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)


def _fault_of(folder: Path) -> str:
    """Who else could put something into a folder, or another in its place, and what mends that; "" if nobody could."""
    for place in (folder, *folder.parents):
        try:
            found = place.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        if not stat.S_ISDIR(found.st_mode):
            return f"{place} is not a folder. {INSTEAD}"
        if not is_ours_alone(found) and not (place != folder and _is_like_tmp(found)):
            return _cure(place, found)
    return ""


def _is_like_tmp(found: os.stat_result) -> bool:
    """Whether everybody may write in a folder, but rename and delete only what is their own."""
    return bool(found.st_mode & stat.S_ISVTX) and found.st_uid in (ROOT, os.geteuid())


def _cure(place: Path, found: os.stat_result) -> str:
    if found.st_uid not in (ROOT, os.geteuid()):
        return f"{place} belongs to another user. {INSTEAD}"
    chmod = f"`chmod go-w {shlex.quote(str(place))}` mends that. Or name" if found.st_uid == os.geteuid() else "Name"
    return f"other users can write to {place}. {chmod} {INSTEAD.removeprefix('Name ')}"
