"""What was made of exactly this before; or None.

Laying a leaflet out takes a second; looking it up takes a few milliseconds. What is made is kept under a digest of all it
depends on, so that a changed word, style, font or library never meets an old page. Nothing personal is ever kept here.
"""

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from handouts import assets
from handouts.cache_folder import cache_folder, is_ours_alone
from handouts.errors import HandoutError
from handouts.files import MAX_TEXT_BYTES, UnreadableFileError, read_bytes, write_whole
from handouts.model import Pdf, Setting, Standing, Topic, Urgent

MAGIC = b"handouts store 2\n"
#: Bytes; some thousand leaflets. The ones that were not asked for the longest go first.
MOST_BYTES = 200_000_000
#: What draws the pages. The libraries of the operating system are known by their stamps.
ENGINE = ("weasyprint", "pydyf", "fonttools", "tinycss2", "tinyhtml5", "pikepdf", "pillow", "uharfbuzz")


@dataclass(frozen=True)
class Kept:
    """What is kept: bytes, what is to be known about them (as JSON), and the files of the libraries that drew them."""

    about: Mapping[str, Any]
    data: bytes
    libraries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Store:
    """A folder of what was made before. No folder: nothing is found, and nothing is kept."""

    folder: Path | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be in it."""
        with suppress(OSError):
            return self.folder is None or not any(self.folder.iterdir())
        return True

    def read(self, key: str) -> Kept | None:
        """What is kept under a key; None if there is nothing, or if what is there is not whole or not ours."""
        if self.folder is None:
            return None
        try:
            file = self.folder / key
            if not is_ours_alone(file.lstat()):  # put there while the folder was open to all
                return None
            kept = read_bytes(file, MOST_BYTES)
            if not kept.startswith(MAGIC):
                return None
            head, _, rest = kept.removeprefix(MAGIC).partition(b"\n")
            said = json.loads(head)
            is_whole = said["key"] == key and said["digest"] == hashlib.sha256(rest).hexdigest()
            if not is_whole or any(_stamp(path) != stamp for path, stamp in said["libraries"].items()):
                return None
            about, _, data = rest.partition(b"\n")
            found = Kept(json.loads(about), data, tuple(said["libraries"]))
        except (OSError, UnreadableFileError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        with suppress(OSError):  # it may lie on a disk that is for reading only
            os.utime(file)
        return found

    def write(self, key: str, kept: Kept) -> None:
        """Keep something. A store that cannot be written to is no reason to make nothing."""
        if self.folder is None:
            return
        rest = json.dumps(kept.about).encode() + b"\n" + kept.data
        libraries = {path: _stamp(path) for path in kept.libraries}
        if None in libraries.values():  # it was drawn on another machine, whose libraries nobody watches here
            return
        said = {"key": key, "digest": hashlib.sha256(rest).hexdigest(), "libraries": libraries}
        with suppress(OSError, HandoutError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self.folder / key, MAGIC + json.dumps(said).encode() + b"\n" + rest, to_the_disk=False)
            self._forget_the_oldest()

    def find(self, key: str) -> Pdf | None:
        """The PDF that is kept under a key."""
        kept = self.read(key)
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            if kept:
                urgent = tuple((str(topic), Urgent(there)) for topic, there in kept.about["urgent"])
                return Pdf(kept.data, int(kept.about["pages"]), libraries=kept.libraries, urgent=urgent)
        return None

    def keep(self, key: str, pdf: Pdf) -> None:
        """Keep a PDF that is nobody's: it has no room for a person's words."""
        urgent = [(topic, there.value) for topic, there in pdf.urgent]
        self.write(key, Kept({"pages": pdf.pages, "urgent": urgent}, pdf.data, pdf.libraries))

    def _forget_the_oldest(self) -> None:
        assert self.folder
        files = [(file.stat().st_mtime_ns, file.stat().st_size, file) for file in self.folder.iterdir()]
        room = MOST_BYTES
        for _, size, file in sorted(files, reverse=True):
            room -= size
            if room < 0:
                file.unlink(missing_ok=True)


#: A store that keeps nothing.
NONE = Store(None)


def usual_store() -> Store:
    """The store of whoever is at the computer; one that keeps nothing if there is no folder that is theirs alone."""
    return Store(cache_folder().path)


def key_of(topic: Topic, setting: Setting, stands: Standing) -> str:
    """A digest of all that a leaflet depends on before it is anyone's: what is said of it, the templates, and the house."""
    return digest_of(repr((topic, setting, stands)), templates_of(setting))


def templates_of(setting: Setting) -> str:
    """A digest of the clinic's own templates, if it has any; ours are the house's."""
    own = setting.templates
    return contents_of(_below(own), own) if own else ""


def digest_of(*said: str) -> str:
    """A digest of what is said, and of the house."""
    return hashlib.sha256("\0".join((*said, house())).encode()).hexdigest()


@cache
def house() -> str:
    """A digest of our own code, templates and styles, of the fonts, and of the versions of what draws the pages."""
    digest = hashlib.sha256(f"{platform.python_version()} {platform.system()} {platform.machine()}".encode())
    digest.update(contents_of(_files(), assets.STYLES, assets.TEMPLATES, assets.PACKAGE).encode())
    for package in ENGINE:
        digest.update(f"{package} {version(package)}\n".encode())
    return digest.hexdigest()


def contents_of(files: Iterable[Path], *folders: Path) -> str:
    """A digest of files, with the names they have within the folders: what changes places with another counts, too."""
    digest = hashlib.sha256()
    for file in files:
        within = next((file.relative_to(folder) for folder in folders if file.is_relative_to(folder)), Path(file.name))
        with file.open("rb") as stream:
            digest.update(os.fsencode(within.as_posix()) + b"\0" + hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _files() -> Iterable[Path]:
    """What every page depends on. Topics, regions and languages are not among it: a page is known by what is read of them."""
    yield from sorted(assets.STYLES.rglob("*.c*"))
    yield from sorted(assets.TEMPLATES.rglob("*.html"))
    yield from sorted(assets.PACKAGE.rglob("*.py"))
    yield from (font.file for font in assets.fonts())


def _below(folder: Path) -> Iterable[Path]:
    """All files below a folder, and below the folders it has links to: a template may include any of them."""
    met: set[str] = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(place)) in met:  # a link that leads back
            folders.clear()
            continue
        met.add(real)
        folders.sort()
        yield from (file for name in sorted(names) if _can_be_read(file := Path(place, name)))


def _can_be_read(file: Path) -> bool:
    """Whether it can be a template: what is none is refused when a leaflet asks for it."""
    return file.is_file() and file.stat().st_size <= MAX_TEXT_BYTES and os.access(file, os.R_OK)


def _stamp(file: str) -> list[int] | None:
    """What changes when a file is replaced."""
    with suppress(OSError):
        found = Path(file).stat()
        return [found.st_size, found.st_mtime_ns]
    return None
