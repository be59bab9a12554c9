"""Files: text comes in, or the reason why it cannot; bytes go out, whole or not at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from handouts import assets
from handouts.errors import Exit, HandoutError, Problem

#: A topic is some pages of words; a file beyond this is something else, saved by mistake.
MOST_BYTES = 500_000


def check_folder(folder: Path) -> None:
    """Make the folder if need be; say so at once if nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise HandoutError(
            f"Nothing can be written to {folder}: {error.strerror}. Choose another folder.",
            Exit.CANNOT_WRITE,
        ) from error


def write_whole(file: Path, data: bytes, *, to_the_disk: bool = True) -> None:
    """Write beside the file, then rename: whoever opens it sees the old one or the new one, whole.

    Not `to_the_disk`, a file may be torn by a power cut: for what is looked at before it is used.
    """
    beside = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as stream:
            stream.write(data)
            stream.flush()
            if to_the_disk:
                os.fsync(stream.fileno())
        beside.replace(file)
    except OSError as error:
        raise HandoutError(
            f"{file} could not be written: {error.strerror}. Nothing was changed.", Exit.CANNOT_WRITE
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


def read_text(file: Path, problems: list[Problem]) -> str:
    """The text of a file; "" and a problem where there is none to read."""

    def no(what: str, instead: str, line: int = 0) -> str:
        problems.append(Problem(shown(file), line, what, instead))
        return ""

    try:
        if (size := file.stat().st_size) > MOST_BYTES:
            return no(
                f"the file is huge ({size // 1000} kB)", f"is it the right one? {MOST_BYTES // 1000} kB is the most"
            )
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return no("the file is not UTF-8 text", "save it again with the encoding UTF-8", line)
    except OSError as error:
        return no(f"the file cannot be read ({error.strerror})", "check its name, and that you may open it")
    if "\0" in text:
        return no("the file is not text", "save it as plain text in UTF-8", text[: text.index("\0")].count("\n") + 1)
    if not text.strip():
        return no("the file is empty", "write it, or take it away")
    return text.replace("\r\n", "\n").replace("\r", "\n")
