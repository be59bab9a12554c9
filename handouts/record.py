"""What was made in, the clinic's record of it out; and, after a crash, what was made before.

While a batch runs, each line of a journal says what is whole; at its end the lines become `manifest.json`. Nothing in
either is personal but the row id, which the clinic chose.
"""

import ctypes
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from handouts.errors import Exit, HandoutError
from handouts.files import check_folder

MANIFEST = "manifest.json"
#: Within the folder of the batch: what is not yet whole, and the journals.
WORK = ".handouts-batch"
PRIVATE = 0o600

#: A line of the journal, and what it is about: the head, a copy of a row, or a print file.
Said = Mapping[str, Any]


def key_of(said: Said) -> tuple[str, str]:
    """What a line is about."""
    return (str(said.get("row", "")), str(said["topic"])) if "topic" in said else ("", str(said.get("file", "")))


@dataclass
class Record:
    """The record of one batch in one folder."""

    folder: Path
    before: dict[tuple[str, str], Said] = field(default_factory=dict)
    _journal: BinaryIO | None = None
    _folder: int | None = None
    _waiting: list[tuple[Path, Path]] = field(default_factory=list)
    _lines: list[bytes] = field(default_factory=list)

    @property
    def work(self) -> Path:
        """Where what is not yet whole stands."""
        return self.folder / WORK

    def begin(self, head: Said, *, resume: bool) -> None:
        """Begin a batch, or go on with one that was stopped. A finished one is never overwritten."""
        if (self.folder / MANIFEST).exists():
            raise HandoutError(
                f"{self.folder} holds the record of a batch that is finished ({MANIFEST}). Choose another folder with --out.",
                Exit.WRONG_COMMAND,
            )
        check_folder(self.folder)
        self._lock()
        journals = sorted(self.work.glob("journal-*")) if self.work.is_dir() else []
        if resume:
            self._read(journals, head)
        else:
            self._sweep("journal-*")
        self._sweep("[!j]*")
        number = len(journals) + 1 if resume else 1
        self._journal = private(self.work / f"journal-{number:04}")
        self._lines.append(_line(head))
        self.flush()

    def _lock(self) -> None:
        """Two batches in one folder would take each other's files away; the second is told to wait."""
        self.work.mkdir(mode=0o700, exist_ok=True)
        if os.name != "posix":
            return  # Windows does not let one take away what another has open
        import fcntl  # noqa: PLC0415

        self._folder = os.open(self.work, os.O_RDONLY)
        try:
            fcntl.flock(self._folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._folder)
            self._folder = None
            raise HandoutError(
                f"Another batch is being made in {self.folder}. Wait for it, or choose another folder with --out.",
                Exit.WRONG_COMMAND,
            ) from error

    def _sweep(self, names: str) -> None:
        """Take away what is not yet whole, from this run or one that was killed."""
        for file in self.work.glob(names):
            with suppress(OSError):
                file.unlink()

    def _read(self, journals: list[Path], head: Said) -> None:
        """What earlier runs of this batch say is whole; a line that was torn says nothing."""
        if not journals:
            raise HandoutError(
                f"There is no batch to go on with in {self.folder}. Leave out --resume, or name its folder with --out.",
                Exit.WRONG_COMMAND,
            )
        for journal in journals:
            lines = [_said(line) for line in journal.read_bytes().split(b"\n")[:-1]]
            if lines and lines[0] != head:
                raise HandoutError(
                    "The list, the leaflets or what was asked for have changed since this batch was begun. Make a new one, in another folder.",
                    Exit.WRONG_COMMAND,
                )
            self.before |= {key_of(said): said for said in lines[1:] if said}

    def is_whole(self, said: Said) -> bool:
        """Whether a file that was made before is still as it was."""
        try:
            return digest_of(self.folder / str(said["file"])) == str(said["sha256"])
        except OSError:
            return False

    def add(self, said: Said, unfinished: Path | None = None) -> None:
        """Say what is made. A file that is `unfinished` gets its name when the next lines are written."""
        if unfinished:
            self._waiting.append((unfinished, self.folder / str(said["file"])))
        self._lines.append(_line(said))

    def flush(self) -> None:
        """Files first, to the disk; then their names; then the lines that say they are whole."""
        assert self._journal
        if self._waiting:
            _to_the_disk(self.work, [unfinished for unfinished, _ in self._waiting])
            for unfinished, file in self._waiting:
                unfinished.replace(file)
            for folder in {file.parent for _, file in self._waiting}:
                _folder_to_the_disk(folder)
            self._waiting = []
        self._journal.write(b"".join(self._lines))
        self._journal.flush()
        os.fsync(self._journal.fileno())
        self._lines = []

    def finish(self) -> Path:
        """Turn the journal into the manifest, and leave nothing else behind."""
        self.flush()
        assert self._journal
        self._journal.close()
        unfinished = self.work / MANIFEST
        last = max(self.work.glob("journal-*"))
        with private(unfinished) as out:
            for part in _manifest(last):
                out.write(part)
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(self.folder / MANIFEST)
        _folder_to_the_disk(self.folder)
        self._journal = None
        shutil.rmtree(self.work)
        return self.folder / MANIFEST

    def stop(self) -> None:
        """Leave what is whole, and the journal that says so; take away what is not."""
        if self._journal:
            with suppress(OSError):
                self.flush()
            with suppress(OSError):
                self._journal.close()
            self._sweep("[!j]*")
        if self._folder is not None:
            os.close(self._folder)
            self._folder = None


def _manifest(journal: Path) -> Iterator[bytes]:
    """The journal as one piece of JSON: the head, the print files, then the copies in the order of the list."""
    with journal.open("rb") as lines:
        head = json.loads(next(lines))
        files = [line.strip() for line in lines if "topic" not in json.loads(line)]
        yield json.dumps(head, indent=1, ensure_ascii=False).removesuffix("\n}").encode()
        yield b',\n "files": [\n  ' + b",\n  ".join(files) + b'\n ],\n "copies": ['
        lines.seek(0)
        next(lines)
        comma = b"\n  "
        for line in lines:
            if "topic" in json.loads(line):
                yield comma + line.strip()
                comma = b",\n  "
        yield b"\n ]\n}\n"


def _line(said: Said) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode() + b"\n"


def _said(line: bytes) -> Said:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def private(file: Path) -> BinaryIO:
    """A new file that nobody else can read."""
    file.unlink(missing_ok=True)
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb")


def digest_of(file: Path) -> str:
    """The SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _to_the_disk(folder: Path, files: list[Path]) -> None:
    """Have the system write files to the disk now: one call for all where there is one, else one for each."""
    if sys.platform == "linux":
        handle = os.open(folder, os.O_RDONLY)
        try:
            if ctypes.CDLL(None).syncfs(handle) == 0:
                return
        finally:
            os.close(handle)
    for file in files:
        with file.open("rb+") as stream:
            os.fsync(stream.fileno())


def _folder_to_the_disk(folder: Path) -> None:
    """Have the names in a folder written to the disk; Windows has no call for it, and needs none."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
