"""A page of HTML in, the PDF that was made of exactly this page before out; or None.

Laying a leaflet out takes a second; looking it up takes a few milliseconds. A PDF is kept under a digest of all it
depends on, so that a changed word, style, font or library never meets an old page. Nothing personal is ever kept here.
"""

import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from handouts import assets
from handouts.errors import HandoutError
from handouts.files import write_whole
from handouts.model import Format, Leaflet, Pdf, Room

MAGIC = b"handouts store 1\n"
#: Bytes; some thousand leaflets. The ones that were not asked for the longest go first.
MOST_BYTES = 200_000_000
#: What draws the pages. The libraries of the operating system have no version that can be asked for cheaply.
ENGINE = ("weasyprint", "pydyf", "fonttools", "tinycss2", "tinyhtml5", "pikepdf", "pillow", "uharfbuzz")
SYSTEM = ("pango", "harfbuzz", "fontconfig", "freetype", "gobject", "glib")


@dataclass(frozen=True)
class Store:
    """A folder of PDFs that were made before. No folder: nothing is found, and nothing is kept."""

    folder: Path | None

    def find(self, key: str) -> Pdf | None:
        """The PDF that is kept under a key; None if there is none, or if what is there is not whole or not ours."""
        if self.folder is None:
            return None
        try:
            file = self.folder / key
            kept = file.read_bytes()
            if not kept.startswith(MAGIC):
                return None
            head, _, data = kept.removeprefix(MAGIC).partition(b"\n")
            said = json.loads(head)
            if said["key"] != key or said["digest"] != hashlib.sha256(data).hexdigest():
                return None
            if any(_stamp(Path(path)) != stamp for path, stamp in said["libraries"].items()):
                return None
            rooms = tuple(Room(**room) for room in said["rooms"])
            os.utime(file)
            return Pdf(data, int(said["pages"]), rooms)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

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

    def keep(self, key: str, pdf: Pdf) -> None:
        """Keep a PDF. A store that cannot be written to is no reason to make none."""
        if self.folder is None:
            return
        said = {
            "key": key,
            "pages": pdf.pages,
            "digest": hashlib.sha256(pdf.data).hexdigest(),
            "rooms": [asdict(room) for room in pdf.rooms],
            "libraries": {str(library): _stamp(library) for library in _loaded()},
        }
        with suppress(OSError, HandoutError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self.folder / key, MAGIC + json.dumps(said).encode() + b"\n" + pdf.data, to_the_disk=False)
            self._forget_the_oldest()

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
    said = [leaflet.topic, leaflet.language, leaflet.html, form.name, repr(press), house()]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()


@cache
def house() -> str:
    """A digest of our own code and styles, of the fonts, and of the versions of what draws the pages."""
    digest = hashlib.sha256(f"{platform.python_version()} {platform.system()} {platform.machine()}".encode())
    for file in _files():
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    for package in ENGINE:
        digest.update(f"{package} {version(package)}\n".encode())
    return digest.hexdigest()


def _files() -> Iterable[Path]:
    yield from sorted(assets.STYLES.rglob("*.c*"))
    yield from sorted(assets.PACKAGE.glob("*.py"))
    yield from (font.file for font in assets.fonts())


def _loaded() -> Iterator[Path]:
    """The libraries of the operating system that have just drawn a page, where it says which (Linux does)."""
    with suppress(OSError):
        mapped = {line.split(maxsplit=5)[-1] for line in Path("/proc/self/maps").read_text().splitlines()}
        for path in sorted(mapped):
            if any(name in Path(path).name for name in SYSTEM) and Path(path).is_file():
                yield Path(path)


def _stamp(file: Path) -> list[int] | None:
    """What changes when a file is replaced."""
    with suppress(OSError):
        found = file.stat()
        return [found.st_size, found.st_mtime_ns]
    return None
