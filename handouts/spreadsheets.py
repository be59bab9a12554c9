"""A list in a CSV or XLSX file in, its rows out, one by one; or the reason why they cannot be read.

Nothing raises for what stands in a file: a row, a cell or the whole list that cannot be read comes out as a Flaw.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from handouts.plain_lists import read_csv
from handouts.rows import CannotBeReadError, CountHeadings, Flaw, Row
from handouts.workbooks import read_workbook

MAX_BYTES = 200_000_000


def read_rows(file: Path, count_headings: CountHeadings) -> Iterator[Row]:
    """Every row of a list, empty ones too; what the file begins with counts, not its name. A flaw in row 0 is the last to come."""
    try:
        with _opened(file) as stream:
            yield from read_workbook(stream, count_headings) if _is_workbook(stream) else read_csv(stream)
    except CannotBeReadError as error:
        yield Row(0, flaw=error.flaw)
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        what = f"it cannot be read ({getattr(error, 'strerror', None) or 'the disk did not answer'})"
        yield Row(0, flaw=Flaw(what, "check that you may open it, and close it in your spreadsheet program"))


def _opened(file: Path) -> BinaryIO:
    """The file, which is a regular one and not too large: a pipe would make us wait for ever, and a device has no end."""
    try:
        is_regular = stat.S_ISREG(file.stat().st_mode)
    except FileNotFoundError:
        raise CannotBeReadError(f"there is no file {file.name}", "check its name, and the folder it is in") from None
    # Whatever the name has come to stand for since it was looked at, opening it must not wait.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if is_regular:
        stream = os.fdopen(os.open(file, flags), "rb")
        found = os.fstat(stream.fileno())
        if stat.S_ISREG(found.st_mode) and found.st_size <= MAX_BYTES:
            return stream
        stream.close()
        if stat.S_ISREG(found.st_mode):
            raise CannotBeReadError(f"it is larger than {MAX_BYTES // 1_000_000} MB", "split it into several lists")
    raise CannotBeReadError("it is a folder, a pipe or a device", "name a file: CSV or .xlsx")


def _is_workbook(stream: BinaryIO) -> bool:
    start = stream.read(8)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        locked = "EncryptedPackage".encode("utf-16-le") in start + stream.read()
        raise CannotBeReadError(
            *("it is locked with a password", "take the password away and save it again")
            if locked
            else ("it is a workbook of the old kind (.xls)", "save it as .xlsx or as CSV UTF-8")
        )
    stream.seek(0)
    return start.startswith(b"PK\x03\x04")
