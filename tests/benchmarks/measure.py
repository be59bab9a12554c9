"""A command in, its seconds or its memory out."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent.parent
#: Between two looks at the memory; a copy takes longer than that to be forgotten.
LOOK_EVERY = 0.02
#: What would change how a program runs that is installed: Python translates its modules once, and keeps them so.
OUR_VARIABLES = ("HANDOUTS_", "PYTHON")


class LeftOutError(Exception):
    """Why something is not measured: one sentence for the person who measures."""


@dataclass(frozen=True)
class Command:
    """A program with its arguments, started in a folder of its own.

    `out` is emptied before each run, and must hold so many `copies` (files of one person) after it.
    """

    arguments: Sequence[str]
    folder: Path
    out: Path | None = None
    copies: int = 0
    variables: Mapping[str, str] = field(default_factory=dict)

    def seconds(self) -> float:
        """How long it takes, from its start to its end."""
        self._prepare()
        began = time.perf_counter()
        ran = subprocess.run(
            self.arguments, cwd=self.folder, env=self._environment(), capture_output=True, check=False, text=True
        )
        took = time.perf_counter() - began
        self._check(ran.returncode, ran.stderr)
        return took

    def peak_memory(self) -> int:
        """The most bytes that it and all it starts hold at one time; what several of them share counts once."""
        if not Path("/proc/self/smaps_rollup").exists():
            raise LeftOutError("memory is measured on Linux only")
        self._prepare()
        most = 0
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(
                self.arguments, cwd=self.folder, env=self._environment(), stdout=subprocess.DEVNULL, stderr=said
            )
            while process.poll() is None:
                most = max(most, sum(map(_held, _family(process.pid))))
                time.sleep(LOOK_EVERY)
            said.seek(0)
            self._check(process.returncode, said.read())
        return most

    def _prepare(self) -> None:
        if self.out:
            shutil.rmtree(self.out, ignore_errors=True)
        os.sync()  # what an earlier run has left to the disk must not slow this one

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OUR_VARIABLES)}
        return inherited | {"PYTHONPATH": str(ROOT)} | dict(self.variables)

    def _check(self, code: int, said: str) -> None:
        if code:
            lines = [line.strip("│ ") for line in said.splitlines() if any(map(str.isalpha, line))]
            last = (lines or ["it said nothing"])[-1]
            raise LeftOutError(f"{self} ended with code {code}: {last}")
        if self.copies and (made := len(copies_in(self.out))) != self.copies:
            raise LeftOutError(f"{self} made {made} of {self.copies} copies")

    def __str__(self) -> str:
        return f"`{' '.join(Path(word).name for word in self.arguments[1:5])} …`"


def copies_in(out: Path | None) -> list[Path]:
    """The files that are one person's: their names hold the row's id."""
    return [file for file in out.rglob("*.pdf") if "copy-" in file.name] if out else []


def python(module: str, *arguments: str | Path) -> list[str]:
    """The arguments that run a module with this Python."""
    return [sys.executable, "-m", module, *map(str, arguments)]


def by_turns(runs: int, *measures: Callable[[], float]) -> list[float]:
    """The median of each; they take turns, so that a busy moment of the machine meets all of them."""
    found = [[measure() for measure in measures] for _ in range(runs)]
    return [median(one) for one in zip(*found, strict=True)]


def _family(pid: int) -> list[int]:
    """A process and all below it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _held(pid: int) -> int:
    """Bytes of memory of a process; of what it shares with others, its part. One that has just ended: none."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)
