"""What was made in, the clinic's record of it out; and, after a crash, what was made before.

While a batch runs, each line of a journal says what is whole; at its end the lines become `manifest.json`. Nothing in
either is personal but the row id, which the clinic chose.
"""

import ctypes
import errno
import hashlib
import json
import os
import shutil
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from io import FileIO
from itertools import chain, count
from pathlib import Path
from typing import Any, BinaryIO

from handouts.errors import Exit, HandoutError
from handouts.files import check_folder
from handouts.writer import PRIVATE, Writer, new, write_new

MANIFEST = "manifest.json"
#: Within the folder of the batch: what is not yet whole, and the journals.
WORK = ".handouts-batch"
JOURNAL = "journal-"
LOCK = "lock"
#: Copies from which on a process of its own writes them.
MANY = 1_000

AS_JSON = json.JSONEncoder(ensure_ascii=False)
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
    finished: Said | None = None
    #: Whether there is a batch that can be gone on with, if this one stops.
    can_go_on: bool = False
    _journal: FileIO | None = None
    _lock: int | None = None
    _is_ours: bool = False
    _waiting: deque[tuple[Path, Path]] = field(default_factory=deque)
    _lines: list[bytes] = field(default_factory=list)
    _writer: Writer | None = None

    @property
    def work(self) -> Path:
        """Where what is not yet whole stands."""
        return self.folder / WORK

    def begin(self, head: Said, *, resume: bool) -> None:
        """Begin a batch, or go on with one that was stopped. Nothing that is whole is ever overwritten."""
        finished = self.folder / MANIFEST
        if resume and not finished.exists() and not self._journals():
            raise HandoutError(
                f"There is no batch to go on with in {self.folder}. Leave out --resume, or name its folder with --out.",
                Exit.WRONG_COMMAND,
            )
        self.can_go_on = resume
        if self.work.is_dir() or not finished.exists():
            check_folder(self.folder)
            self._take()
        if finished.exists():  # perhaps since a moment ago: whoever had the folder has just ended
            self._leave()
            if resume and is_same(read_head(self.folder), head):
                self.finished = self._read_manifest()
                return
            which = ", of another list or asked for otherwise" if resume else ""
            raise HandoutError(
                f"{self.folder} holds a batch that is finished ({MANIFEST}){which}. Give this one a folder of its own, such as --out {first_free(self.folder)}.",
                Exit.WRONG_COMMAND,
            )
        self._sweep()
        begun = self._begun_before(head, resume=resume)
        self._journal = _unbuffered(self.work / f"{JOURNAL}{len(self._journals()) + 1:04}")
        self.can_go_on = True
        self._lines.append(_line(begun))
        self.flush()

    def _read_manifest(self) -> Said:
        """What was made; all files must still be there, as they were made."""
        said: Said = json.loads((self.folder / MANIFEST).read_bytes())
        files = [one for one in (*said["files"], *said["copies"]) if "file" in one]
        if gone := [str(one["file"]) for one in files if not self.is_whole(one)]:
            raise HandoutError(
                f"The batch in {self.folder} is finished, but {gone[0]}{f' and {len(gone) - 1} more' if gone[1:] else ''} of its files were changed or taken away since. To make them anew, leave out --resume and choose another folder, such as --out {first_free(self.folder)}.",
                Exit.WRONG_COMMAND,
            )
        return said

    def _journals(self) -> list[Path]:
        return sorted(self.work.glob(f"{JOURNAL}*")) if self.work.is_dir() else []

    def _take(self) -> None:
        """Two batches in one folder would take each other's files away; the second is told to wait."""
        self.work.mkdir(mode=0o700, exist_ok=True)
        if os.name == "posix":  # Windows does not let one take away what another has open
            import fcntl  # noqa: PLC0415

            self._lock = os.open(self.work / LOCK, os.O_RDWR | os.O_CREAT, PRIVATE)
            try:
                # Not flock: processes begun by a run that was killed would hold it.
                fcntl.lockf(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno in (errno.EACCES, errno.EAGAIN):  # else the disk knows no locks
                    raise HandoutError(
                        f"Another batch is being made in {self.folder}. Wait for it, or choose another folder with --out.",
                        Exit.WRONG_COMMAND,
                    ) from error
        self._is_ours = True

    def _leave(self) -> None:
        """Let the next one in, and leave nothing behind."""
        if self._is_ours:
            is_there = self._work_now() == self.work
            self._unlock()
            if is_there:
                shutil.rmtree(self.work, ignore_errors=True)

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
        self._lock, self._is_ours = None, False

    def _work_now(self) -> Path | None:
        """Where what is not yet whole stands, if somebody has moved the folder: Linux says. None if it is gone."""
        if self._lock is None:
            return self.work
        places = [self.work / LOCK]
        with suppress(OSError):
            places.append(Path(f"/proc/self/fd/{self._lock}").readlink())
        for place in places:
            with suppress(OSError):  # another batch may have begun under the old name
                if os.path.samestat(os.fstat(self._lock), place.stat()):
                    return place.parent
        return None

    def _sweep(self) -> None:
        """Take away what is not yet whole, from this run or one that was killed."""
        with suppress(OSError):
            for file in list(work.iterdir() if (work := self._work_now()) else ()):
                if file.is_dir():
                    shutil.rmtree(file, ignore_errors=True)
                elif file.name != LOCK and not file.name.startswith(JOURNAL):
                    file.unlink()

    def _begun_before(self, head: Said, *, resume: bool) -> Said:
        """Read what earlier runs say is whole; the head of the first, which holds for all, or that of a new batch.

        A batch that is begun anew in the place of another would leave copies of both.
        """
        journals = self._journals()
        heads = [first for journal in journals if (first := self._read(journal))]
        if not resume:
            if any((self.folder / str(said["file"])).exists() for said in self.before.values() if "file" in said):
                raise HandoutError(
                    f"{self.folder} holds a batch that was stopped. --resume goes on with it; for another one, choose another folder with --out.",
                    Exit.WRONG_COMMAND,
                )
            for journal in journals:
                journal.unlink()
            self.before = {}
            return head
        for earlier in heads:
            if not is_same(earlier, head):
                raise HandoutError(
                    "The list, the leaflets or what was asked for have changed since this batch was begun. Make a new one, in another folder.",
                    Exit.WRONG_COMMAND,
                )
        return heads[0] if heads else head

    def _read(self, journal: Path) -> Said:
        """Read what a journal says is whole; its head. A line that was torn says nothing."""
        head: Said = {}
        with journal.open("rb") as lines:
            for line in lines:
                said = _said(line) if line.endswith(b"\n") else {}
                if said and not head:
                    head = said
                elif said:
                    self.before[key_of(said)] = said
        return head

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

    def expect(self, copies: int) -> None:
        """Prepare to write so many files."""
        if copies >= MANY:
            with suppress(OSError):  # no other process can be begun; this one writes, too
                self._writer = Writer()

    def write(self, unfinished: Path, data: bytes) -> None:
        """Write a file, or have it written; what goes wrong then is told by `flush`."""
        if self._writer:
            self._writer.write(unfinished, data)
        else:
            write_new(unfinished, data)

    def flush(self) -> None:
        """Files first, to the disk; then their names; then the lines that say they are whole."""
        assert self._journal
        if self._waiting:
            if self._writer:
                self._writer.wait()
            _to_the_disk(self.work, [unfinished for unfinished, _ in self._waiting])
            folders = {file.parent for _, file in self._waiting}
            while self._waiting:
                unfinished, file = self._waiting[0]
                unfinished.replace(file)
                self._waiting.popleft()
            for folder in folders:
                _folder_to_the_disk(folder)
        lines = memoryview(b"".join(self._lines))
        while lines:
            lines = lines[self._journal.write(lines) :]
        os.fsync(self._journal.fileno())
        self._lines = []

    def finish(self) -> Path:
        """Turn the journal into the manifest, and leave nothing else behind."""
        self.flush()
        unfinished = self.work / MANIFEST
        with private(unfinished) as out:
            for part in _manifest(self._journals()[-1]):
                out.write(part)
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(self.folder / MANIFEST)
        _folder_to_the_disk(self.folder)
        self._let_the_writer_go()
        self._close()
        self._leave()
        return self.folder / MANIFEST

    def stop(self) -> None:
        """Leave what is whole, and the journal that says so; take away what is not."""
        if not self._is_ours:
            return self._unlock()
        if self._journal:
            with suppress(OSError):
                self.flush()
        self._let_the_writer_go()
        self._sweep()
        if self._journal and self._lines:  # a full disk has room again
            self._waiting.clear()
            self._lines.insert(0, b"\n")  # a line may be torn
            with suppress(OSError):
                self.flush()
        self._close()
        if not self._journals():
            return self._leave()
        return self._unlock()

    def _let_the_writer_go(self) -> None:
        writer, self._writer = self._writer, None
        if writer:
            writer.stop()

    def _close(self) -> None:
        if self._journal:
            with suppress(OSError):
                self._journal.close()
            self._journal = None


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


def read_head(folder: Path) -> Said:
    """What was asked of the batch in a folder, finished or stopped; nothing if there is none that can be read."""
    try:
        if is_finished(folder):
            said = json.loads((folder / MANIFEST).read_bytes())
            return {name: value for name, value in said.items() if name not in ("files", "copies")}
        with min((folder / WORK).glob(f"{JOURNAL}*")).open("rb") as lines:
            return _said(next(lines, b""))
    except (OSError, ValueError, AttributeError):
        return {}


def is_finished(folder: Path) -> bool:
    return (folder / MANIFEST).exists()


def is_same(earlier: Said, head: Said) -> bool:
    """Whether two batches are one; it may have been begun on another day."""
    return {**earlier, "made": ""} == {**head, "made": ""}


def first_free(folder: Path) -> Path:
    """A folder that holds nothing yet: this one, or the first of its name with a number."""
    base = folder if folder.name not in ("", "..") else folder.resolve()
    numbered = (base.with_name(f"{base.name}-{number}") for number in count(2))
    return next(
        one for one in chain([folder], numbered) if not one.exists() or (one.is_dir() and not any(one.iterdir()))
    )


def _line(said: Said) -> bytes:
    return AS_JSON.encode(said).encode() + b"\n"


def _said(line: bytes) -> Said:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def private(file: Path) -> BinaryIO:
    """A new file that nobody else can read."""
    return os.fdopen(new(file), "wb")


def _unbuffered(file: Path) -> FileIO:
    """A new file that nobody else can read, of which the system has every line at once."""
    return FileIO(new(file), "wb")


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
