"""Bytes in, a file out that appears whole or not at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from handouts.errors import Exit, HandoutError


def check_folder(folder: Path) -> None:
    """Make the folder if need be; say so at once if nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise HandoutError(f"Nothing can be written to {folder}: {error.strerror}. Choose another folder with --out.", Exit.CANNOT_WRITE) from error


def write_whole(file: Path, data: bytes) -> None:
    """Write beside the file, then rename: whoever opens it sees the old one or the new one, whole."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
    except OSError as error:
        raise HandoutError(f"{file} could not be written: {error.strerror}. Nothing was changed.", Exit.CANNOT_WRITE) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
