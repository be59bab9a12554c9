"""Processes of ours are begun within this: a Ctrl-C in that moment is for the first one alone, and nothing strange is run."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: Python looks for its modules in the folder where it is begun, unless this is set: somebody may have put one there.
SAFE_PATH = "PYTHONSAFEPATH"


@contextmanager
def beginning() -> Iterator[None]:
    """Begin a process within this."""
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    held = None if sys.platform == "win32" else signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(SAFE_PATH)
        else:
            os.environ[SAFE_PATH] = before
        if sys.platform != "win32" and held is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
