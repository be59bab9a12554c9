"""Terminals and pipes as people have them: few letters, no stream at all, a reader who leaves, a full disk, any width."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from handouts import assets
from handouts.commands import called
from handouts.commands.streams import PLAIN
from handouts.errors import Exit

from .conftest import Ran

ROOT = assets.PACKAGE.parent
HANDOUTS = f"{sys.executable} -m handouts"
posix = pytest.mark.skipif(os.name != "posix", reason="it needs a shell of POSIX")


def shell(line: str, folder: Path, **variables: str) -> tuple[int, str, str]:
    """What a line for the shell gives back: the code of the first of its programs that fails, results, talk."""
    ran = subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {line}"],
        capture_output=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        check=False,
    )
    return ran.returncode, ran.stdout.decode("latin-1"), ran.stderr.decode("latin-1")


@posix
@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONIOENCODING": "cp437"},
        {"PYTHONIOENCODING": "latin-1:strict"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    ],
)
def test_a_terminal_with_few_letters(variables: dict[str, str], tmp_path: Path) -> None:
    """The sentence that helps must arrive in an old console, not end in a fault of ours."""
    code, _, said = shell(f"{HANDOUTS} make xyzw…", tmp_path, **variables)
    assert code == Exit.WRONG_COMMAND
    assert 'There is no topic "xyzw' in said
    assert shell(f"{HANDOUTS} --help", tmp_path, **variables)[0] == 0


@posix
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("list >&-", Exit.MADE),
        ("list <&- >&- 2>&-", Exit.MADE),
        ("make xyzw >&- 2>&-", Exit.WRONG_COMMAND),
        ("make xyzw 2> /dev/full", Exit.WRONG_COMMAND),
        ("list | true", Exit.MADE),
        ("list --json | head -1", Exit.MADE),
        ("make --help | true", Exit.MADE),
        ("make xyzw 2>&1 | true", Exit.WRONG_COMMAND),
        ("list > /dev/full", Exit.CANNOT_WRITE),
        ("list --json > /dev/full", Exit.CANNOT_WRITE),
        ("make xyzw > /dev/full", Exit.WRONG_COMMAND),
    ],
)
def test_streams_that_take_nothing(line: str, expected: Exit, tmp_path: Path) -> None:
    """A script relies on the code; a reader who has seen enough has done nothing wrong; a full disk is told."""
    code, _, said = shell(f"{HANDOUTS} {line}", tmp_path)
    assert code == expected, said
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert "fault of ours" not in said
    assert ("No space left" in said) == (expected == Exit.CANNOT_WRITE)


@posix
def test_a_file_is_not_written_into_a_closed_stream(tmp_path: Path) -> None:
    """The first file that is opened would take its number, and get what was meant for the screen."""
    (tmp_path / "clinic.yaml").write_text("nam: A\n")
    assert shell(f"{HANDOUTS} list >&- 2>&-", tmp_path)[0] == Exit.WRONG_FILE
    assert (tmp_path / "clinic.yaml").read_text() == "nam: A\n"


@pytest.mark.parametrize("width", ["1", "10", "10000", "0", "", "²", "-5", "wide"])
@pytest.mark.parametrize("name", ["COLUMNS", "TERMINAL_WIDTH"])
def test_any_width(run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, name: str, width: str) -> None:
    """What a terminal says of itself must not stop the work."""
    monkeypatch.setenv(name, width)
    assert run("list").code == 0


def test_what_stands_for_a_sign_is_plain() -> None:
    """A sign that is replaced by one the terminal lacks, too, is replaced for ever."""
    assert all(plain.isascii() for plain in PLAIN.values())


@pytest.mark.parametrize(
    ("program", "python", "expected"),
    [
        (".venv/bin/handouts", "python", ".venv/bin/handouts"),
        ("/on/path/handouts", "python", "handouts"),
        ("/my tools/handouts", "python", "'/my tools/handouts'"),
        ("generate.py", ".venv/bin/python", ".venv/bin/python generate.py"),
        ("/site-packages/handouts/__main__.py", "python3", "python3 -m handouts"),
        ("handouts", "python", "handouts"),
        ("pytest", "python", "handouts"),
    ],
)
def test_messages_say_what_can_be_typed(
    monkeypatch: pytest.MonkeyPatch, program: str, python: str, expected: str
) -> None:
    """“Run `handouts list`” helps nobody whose shell answers “command not found”."""
    monkeypatch.setattr("shutil.which", lambda _: "/on/path/handouts")
    called._called.cache_clear()
    monkeypatch.setattr(sys, "argv", [program])
    monkeypatch.setattr(sys, "orig_argv", [python, "-m", "whatever"])
    assert called.as_called("Try `handouts list`, `handouts`.") == f"Try `{expected} list`, `{expected}`."
    called._called.cache_clear()


@posix
def test_every_message_says_it(tmp_path: Path) -> None:
    """One sentence that was forgotten is the one the newcomer reads."""
    generate = f"{sys.executable} {ROOT / 'generate.py'}"
    for line in ("make", "make --help", "print", "batch", "new back-pain", "--help"):
        _, out, said = shell(f"COLUMNS=500 {generate} {line} < /dev/null", tmp_path)
        assert generate in out + said, line
        assert "`handouts" not in out + said
        assert "Usage: handouts" not in out + said
