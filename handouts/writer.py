"""Files in; written, by a process of its own, while the next ones are made.

Writing takes the system as long as making a copy takes us; of very many copies, a second processor does that half of the
work. A thread would not do: Python lets one go on at a time.
"""

import errno
import os
import signal
from contextlib import suppress
from io import FileIO
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from handouts.processes import beginning

#: In the place of a name: say how it went.
HOW_IS_IT = b""
#: For nobody else to read.
PRIVATE = 0o600


class Writer:
    """A process that writes new files. Once one could not be written, it writes no more."""

    def __init__(self) -> None:
        # Begun afresh, it holds no end of anybody's pipes: else those who wait for the first one's end would wait for ever.
        own = get_context("spawn")
        self._pipe, other = own.Pipe()
        self._process = own.Process(target=_write_all, args=(other,), daemon=True)
        try:
            with beginning():
                self._process.start()
        finally:
            other.close()
        self._is_torn = False

    def write(self, file: Path, data: bytes) -> None:
        """Have a new file written; `wait` says whether it was."""
        self._is_torn = True  # until all is said: Ctrl-C may come in between
        try:
            self._pipe.send_bytes(os.fsencode(file))
            self._pipe.send_bytes(data)
        except OSError as error:
            raise _lost() from error
        self._is_torn = False

    def wait(self) -> None:
        """Wait until all is written. OSError if anything could not be: what was begun of it is taken away again."""
        if self._is_torn:
            raise _lost()
        self._is_torn = True
        try:
            self._pipe.send_bytes(HOW_IS_IT)
            code = int(self._pipe.recv_bytes())
        except (OSError, EOFError) as error:
            raise _lost() from error
        self._is_torn = False
        if code:
            raise OSError(code, os.strerror(code))

    def stop(self) -> None:
        """Let it go, whatever it is at."""
        self._pipe.close()
        self._process.terminate()
        self._process.join()


def _lost() -> OSError:
    return OSError(errno.EIO, "the process that writes was stopped")


def _write_all(pipe: "Connection[Any, Any]") -> None:
    """Write what comes, until the first process closes its end, or is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    failed = 0
    with suppress(EOFError, OSError):
        while True:
            name = pipe.recv_bytes()
            if name == HOW_IS_IT:
                pipe.send_bytes(b"%d" % failed)
            else:
                data = pipe.recv_bytes()
                failed = failed or _what_went_wrong(Path(os.fsdecode(name)), data)


def _what_went_wrong(file: Path, data: bytes) -> int:
    """Write a new file; 0, or the number of what went wrong."""
    try:
        write_new(file, data)
    except OSError as error:
        return error.errno or errno.EIO
    return 0


def new(file: Path) -> int:
    """A handle to a new file that nobody else can read."""
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), PRIVATE)


def write_new(file: Path, data: bytes) -> None:
    """Write a new file that nobody else can read; whole, or nothing of it is left."""
    out = FileIO(new(file), "wb")
    try:
        with out:
            rest = memoryview(data)
            while rest:
                rest = rest[out.write(rest) :]
    except OSError:
        with suppress(OSError):
            file.unlink()
        raise
