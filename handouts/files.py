"""Files: text comes in, or the reason why it cannot; bytes go out, whole or not at all."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from handouts import assets
from handouts.errors import Exit, HandoutError, Problem, reason

#: A topic is some pages of words; a file beyond this is something else, saved by mistake.
MAX_TEXT_BYTES = 500_000
#: What Word and web pages put for an ordinary hyphen, and our fonts lack; and a mark of the order of bytes, inside a text.
MEANT = {ord("\u2010"): "-", ord("\u2011"): "-", ord("\ufeff"): None}


class UnreadableFileError(Exception):
    """Why a file cannot be read, and what to do instead: the two halves of a Problem. The path is in neither."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what, hint)
        self.what = what
        self.hint = hint


def check_folder(folder: Path) -> None:
    """Make the folder if need be; say so at once if nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise HandoutError(
            f"Nothing can be written to {folder}: {reason(error)}. Choose another folder.",
            Exit.CANNOT_WRITE,
        ) from error


def write_whole(file: Path, data: bytes, *, to_the_disk: bool = True) -> None:
    """Write beside the file, then rename: whoever opens it sees the old one or the new one, whole.

    Not `to_the_disk`, a file may be torn by a power cut: for what is looked at before it is used.
    """
    beside = file.with_name(
        f".{os.getpid()}.part"
    )  # no longer than it must be: the file's own name may be at its limit
    try:
        beside.unlink(missing_ok=True)
        with beside.open("xb") as stream:  # never into a link that somebody else has put there
            stream.write(data)
            stream.flush()
            if to_the_disk:
                os.fsync(stream.fileno())
        beside.replace(file)
    except OSError as error:
        raise HandoutError(
            f"{file} could not be written: {reason(error)}. Nothing was changed.", Exit.CANNOT_WRITE
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def shown(file: Path) -> str:
    """A path as it is shown to a person: short where it can be."""
    for start in (Path(os.path.curdir).absolute(), assets.PACKAGE.parent):
        if file.is_relative_to(start):
            return str(file.relative_to(start))
    return str(file)


def found(path: str) -> Path:
    """The file that was `shown` so."""
    return next((f for f in (Path(path), assets.PACKAGE.parent / path) if f.is_file()), Path(path))


def read_bytes(file: Path, max_bytes: int) -> bytes:
    """The bytes of a regular file of at most `max_bytes`; the one way in for every file that a person hands us.

    A pipe would make us wait for ever, and a device has no end: neither is opened. UnreadableFileError says why not.
    """
    try:
        _need_regular(file.stat())
        # Whatever the name has come to stand for since it was looked at, opening it must not wait.
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            _need_regular(os.fstat(handle))
            with os.fdopen(handle, "rb", closefd=False) as stream:
                data = stream.read(max_bytes + 1)
            if len(data) > max_bytes:
                what = f"the file is huge ({_size(os.fstat(handle).st_size)})"
                raise UnreadableFileError(what, f"is it the right one? {_size(max_bytes)} is the most")
        finally:
            os.close(handle)
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        what = f"the file cannot be read ({getattr(error, 'strerror', error)})"
        raise UnreadableFileError(what, "check its name, and that you may open it") from error
    return data


def _need_regular(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        what = "the file cannot be read (it is a folder, a pipe or a device)"
        raise UnreadableFileError(what, "put a file in its place")


def _size(size: int) -> str:
    """A number of bytes, as file managers show it."""
    return f"{size / 1_000_000:.3g} MB" if size >= 1_000_000 else f"{size // 1000} kB"  # noqa: PLR2004


def read_text(file: Path, problems: list[Problem], *, may_be_empty: bool = False) -> str:
    """The text of a file; "" and a problem where there is none to read."""

    def no(what: str, instead: str, line: int = 0) -> str:
        problems.append(Problem(shown(file), line, what, instead))
        return ""

    try:
        text = read_bytes(file, MAX_TEXT_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return no("the file is not UTF-8 text", "save it again with the encoding UTF-8", line)
    except UnreadableFileError as error:
        return no(error.what, error.hint)
    if "\0" in text:
        return no("the file is not text", "save it as plain text in UTF-8", text[: text.index("\0")].count("\n") + 1)
    if not text.strip() and not may_be_empty:
        return no("the file is empty", "write it, or take it away")
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(MEANT)
