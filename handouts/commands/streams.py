"""Standard input, output and error as they were given in; out come ones that take every letter, and never stop the work.

A terminal may know few letters, a reader may leave (`| head`), a stream may be closed or its disk full.
"""

import codecs
import io
import os
import re
import sys
import unicodedata
from typing import Any, TextIO

#: What stands for signs that many terminals lack; for other letters, the same without their marks.
PLAIN = str.maketrans(
    {
        **dict.fromkeys("“”„«»″", '"'),
        **dict.fromkeys("‘’‚′ʼ", "'"),
        **dict.fromkeys("‐‑‒–—―−━─", "-"),
        "…": "...",
        "•": "*",
        "·": ".",
        "→": "->",
        "×": "x",
        "≤": "<=",
        "≥": ">=",
        "│": "|",
    }
)
#: Variables that libraries take for widths, and stumble over if they hold anything else.
WIDTHS = ("COLUMNS", "LINES", "TERMINAL_WIDTH", "JUPYTER_COLUMNS", "JUPYTER_LINES")


class Stream(io.FileIO):
    """Where output goes. What cannot be written is let go, and `fault` says why; a reader who left is no fault."""

    fault: OSError | None = None
    _is_gone = False

    def write(self, data: Any, /) -> int:
        if not self._is_gone:
            try:
                return super().write(data)
            except OSError as error:
                self._is_gone = True
                if not isinstance(error, BrokenPipeError):
                    self.fault = error
        return len(data)


def get_ready() -> Stream | None:
    """Put streams that never fail in place of those there are; the one of standard output, where it is ours to replace."""
    _open_what_is_closed()
    for name in WIDTHS:
        if not re.fullmatch(r"[1-9]\d{0,4}", os.environ.get(name, "1"), re.ASCII):
            del os.environ[name]
    codecs.register_error("plain", _in_plain_letters)
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")  # whoever asks judges what was typed
    out = None
    if sys.stdout is sys.__stdout__:
        out, sys.stdout = _carefree(sys.stdout)
    if sys.stderr is sys.__stderr__:
        _, sys.stderr = _carefree(sys.stderr)
    return out


def _open_what_is_closed() -> None:
    """A file opened later would take the number of a closed stream, and be written into."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # it takes the lowest number that is free: this one
        if getattr(sys, name) is None:
            nowhere = open(os.devnull, "w" if number else "r", encoding="utf-8")  # noqa: SIM115, PTH123
            setattr(sys, name, nowhere)


def _carefree(stream: TextIO | None) -> tuple[Stream | None, TextIO | None]:
    """A text stream to the same place that never fails, and what it writes to."""
    if not isinstance(stream, io.TextIOWrapper):
        return None, stream
    stream.flush()
    if sys.platform == "win32" and stream.isatty():  # the console has letters, and a writer, of its own
        return None, stream
    raw = Stream(stream.fileno(), "w", closefd=False)
    text = io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors="plain",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
    return raw, text


def _in_plain_letters(error: UnicodeError) -> tuple[str, int]:
    """For `codecs`: what cannot be encoded, in letters that every terminal has, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    words = error.object[error.start : error.end].translate(PLAIN)
    return "".join(map(_plain_letter, words)), error.end


def _plain_letter(letter: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", letter) if one.isascii()) or "?"
