"""What was made of exactly this before; or None.

Laying a leaflet out takes a second; looking it up takes a few milliseconds. What is made is kept under a digest of all it
depends on, so that a changed word, style, font or library never meets an old page. Nothing personal is ever kept here.
"""

import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from handouts import assets
from handouts.errors import HandoutError
from handouts.files import write_whole
from handouts.model import Format, Leaflet, Pdf

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
            kept = file.read_bytes()
            if not kept.startswith(MAGIC):
                return None
            head, _, rest = kept.removeprefix(MAGIC).partition(b"\n")
            said = json.loads(head)
            if said["key"] != key or said["digest"] != hashlib.sha256(rest).hexdigest():
                return None
            if any(_stamp(path) != stamp for path, stamp in said["libraries"].items()):
                return None
            about, _, data = rest.partition(b"\n")
            os.utime(file)
            return Kept(json.loads(about), data, tuple(said["libraries"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

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
                return Pdf(kept.data, int(kept.about["pages"]), libraries=kept.libraries)
        return None

    def keep(self, key: str, pdf: Pdf) -> None:
        """Keep a PDF that is nobody's: it has no room for a person's words."""
        self.write(key, Kept({"pages": pdf.pages}, pdf.data, pdf.libraries))

    def pdf_of(self, leaflet: Leaflet, form: Format, lay_out: Callable[[Leaflet, Format], Pdf]) -> Pdf:
        """The PDF of a leaflet: kept from before, or laid out now, and kept."""
        if self.folder is None:
            return lay_out(leaflet, form)
        key = key_of(leaflet, form)
        found = self.find(key)
        if found is None:
            found = lay_out(leaflet, form)
            self.keep(key, found)
        return found

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
    """The store of whoever is at the computer."""
    return Store(assets.cache_folder() / "pages")


def key_of(leaflet: Leaflet, form: Format) -> str:
    """A digest of all a PDF depends on: the page, the styles, the fonts, the format, and what draws it."""
    press = form.press and (form.press.profile_name, form.press.marks, hashlib.sha256(form.press.profile).hexdigest())
    return digest_of(leaflet.topic, leaflet.language, leaflet.html, form.name, repr(press))


def digest_of(*said: str) -> str:
    """A digest of what is said, and of the house."""
    return hashlib.sha256("\0".join((*said, house())).encode()).hexdigest()


@cache
def house() -> str:
    """A digest of our own code, templates and styles, of the fonts, and of the versions of what draws the pages."""
    digest = hashlib.sha256(f"{platform.python_version()} {platform.system()} {platform.machine()}".encode())
    digest.update(contents_of(_files()).encode())
    for package in ENGINE:
        digest.update(f"{package} {version(package)}\n".encode())
    return digest.hexdigest()


def contents_of(files: Iterable[Path]) -> str:
    """A digest of files, with their names."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files() -> Iterable[Path]:
    yield from sorted(assets.STYLES.rglob("*.c*"))
    yield from sorted(assets.TEMPLATES.rglob("*.html"))
    yield from sorted(assets.PACKAGE.glob("*.py"))
    yield from (font.file for font in assets.fonts())


def _stamp(file: str) -> list[int] | None:
    """What changes when a file is replaced."""
    with suppress(OSError):
        found = Path(file).stat()
        return [found.st_size, found.st_mtime_ns]
    return None
