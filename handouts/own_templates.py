"""A template of a clinic's own in, its HTML out; or a sentence, where it is at fault: it never ends, or fills the memory.

Nothing in it can reach what is not on the page (Jinja's sandbox). Time and memory are looked at on every line of it, so
that a loop ends in any thread and on any system.
"""

import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from jinja2 import Template, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from handouts.errors import HandoutError, Problem, refuse
from handouts.files import shown

#: Ours take a hundredth of it.
MAX_SECONDS = 10
#: Of HTML. Ours with every drawing and a logo of 2 MB has a tenth of it.
MAX_LETTERS = 50_000_000
MAX_GROWTH = 1_000_000_000  # bytes of memory
MAX_REPEATS = 10_000


class TooMuchError(Exception):
    """What a template does without end, or too much of."""


class OwnTemplates(SandboxedEnvironment):
    """Jinja's sandbox, in which no single sum takes for ever: `"x" * 10 ** 10`."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        most = max((abs(value) for value in (left, right) if isinstance(value, int | float)), default=0)
        if most > MAX_REPEATS and (operator == "**" or not isinstance(left, int | float) or isinstance(right, str)):
            raise TooMuchError(f"“{operator}” has a number over {MAX_REPEATS:,} beside it")
        return super().call_binop(context, operator, left, right)


def filled(
    template: Callable[[], Template], values: Mapping[str, object], own: Path, ours: Callable[[], object]
) -> str:
    """The HTML of a template, some of whose parts are of the folder `own`.

    Whose fault a fault is, is tried: `ours` fills the same with our templates alone, and raises what is our fault.
    """
    html = ""
    try:
        with _limits():
            html = "".join(_limited(template().generate(values)))
    except HandoutError:
        raise
    except Exception as error:  # noqa: BLE001  # a template can raise anything
        ours()
        refuse([blame(error, own)])
    return html


def _limited(pieces: Iterable[str]) -> Iterator[str]:
    letters = 0
    for piece in pieces:
        letters += len(piece)
        if letters > MAX_LETTERS:
            raise TooMuchError(f"it makes more than {MAX_LETTERS // 1_000_000} million letters")
        yield piece


def blame(error: Exception, own: Path) -> Problem:
    """The line of a clinic's own template at which it failed; or its folder, if it failed in a part of ours."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [(frame.filename, frame.lineno or 0) for frame in frames if frame.filename.endswith(".html")]
    if isinstance(error, TemplateSyntaxError) and error.filename:
        places.append((error.filename, error.lineno))
    file, line = places[-1] if places else ("", 0)
    why = "it calls itself without end" if isinstance(error, RecursionError) else str(error) or type(error).__name__
    if Path(file).is_relative_to(own):
        what = f"this template cannot be filled: {why}"
        return Problem(shown(Path(file)), line, what, "mend it, or take the file away to use ours")
    # A part of theirs may not have what a part of ours asks of it.
    what = f"the leaflet cannot be filled with the templates in this folder: {why}"
    return Problem(shown(own), 0, what, "compare each with ours of the same name, or take it away")


@contextmanager
def _limits() -> Iterator[None]:
    """Raise TooMuchError out of the line of a template at which it has taken too long, or too much memory."""
    end, most = time.monotonic() + MAX_SECONDS, _memory() + MAX_GROWTH

    def look(frame: FrameType, _event: str, _value: object) -> Any:
        if not frame.f_code.co_filename.endswith(".html"):
            return None
        if time.monotonic() > end:
            raise TooMuchError(f"it takes longer than {MAX_SECONDS} seconds")
        if _memory() > most:
            raise TooMuchError("it takes too much memory")
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(before)


def _memory() -> int:
    """The most memory this process has had, in bytes; 0 where the system does not say."""
    try:
        import resource  # noqa: PLC0415  # not on Windows
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
