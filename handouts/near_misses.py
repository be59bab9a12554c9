"""A folder in; what lies there that was probably meant to be its clinic file out, as editors and browsers save it."""

import os
import re
from contextlib import suppress
from difflib import SequenceMatcher
from pathlib import Path

NAME = "clinic.yaml"
STEM = "clinic"
#: How much of the stem may be typed wrong.
ALIKE = 0.8
#: What stands beside the stem in the name of a copy or of a text; any other word makes it another file.
ENDINGS = {"y", "yam", "yaml", "yalm", "yml", "txt", "text", "json", "md", "doc", "docx", "odt", "rtf"}
COPIES = {
    "bak",
    "old",
    "orig",
    "save",
    "tmp",
    "copy",
    "of",
    "kopie",
    "von",
    "copie",
    "de",
    "copia",
    "new",
    "neu",
    "final",
    "my",
    "our",
    "sample",
    "example",
}
#: Word-processor files: to be saved as text, not renamed.
DOCUMENTS = (".doc", ".docx", ".odt", ".rtf")


def is_near_miss(name: str) -> bool:
    """Whether a file of this name was probably meant to be the clinic file."""
    words = set(re.findall("[a-z]+", name.casefold()))
    stems = words - ENDINGS - COPIES
    if name == NAME or len(stems) != 1:
        return False
    (stem,) = stems
    return stem == STEM or (bool(words & ENDINGS) and SequenceMatcher(None, stem, STEM).ratio() >= ALIKE)


def near_misses(folder: Path) -> tuple[Path, ...]:
    """The files in a folder that are near misses, sorted; none, if it cannot be looked into."""
    with suppress(OSError), os.scandir(folder) as entries:
        return tuple(
            folder / name for name in sorted(one.name for one in entries if is_near_miss(one.name) and one.is_file())
        )
    return ()


def libraries_below(folder: Path) -> tuple[Path, ...]:
    """The folders directly in a folder that hold a clinic file, sorted."""
    with suppress(OSError), os.scandir(folder) as entries:
        return tuple(sorted(Path(one.path) for one in entries if one.is_dir() and (Path(one.path) / NAME).is_file()))
    return ()
