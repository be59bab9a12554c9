"""Files that people hand us: what is read of them, and what is never opened."""

import os
from pathlib import Path

import pytest

from handouts.errors import Problem
from handouts.files import UnreadableFileError, read_bytes, read_text


@pytest.mark.skipif(os.name != "posix", reason="pipes with a name are of POSIX")
def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    """A named pipe made the program wait for ever, and a link to a device filled the memory."""
    pipe, link = tmp_path / "pipe.yaml", tmp_path / "zero.yaml"
    os.mkfifo(pipe)
    link.symlink_to("/dev/zero")
    for odd in (pipe, link, tmp_path):
        with pytest.raises(UnreadableFileError, match="a folder, a pipe or a device"):
            read_bytes(odd, 100)


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    """A limit that cut a file off instead of refusing it would print half of it."""
    file = tmp_path / "logo.png"
    file.write_bytes(b"x" * 100)
    assert read_bytes(file, 100) == b"x" * 100
    with pytest.raises(UnreadableFileError, match="huge"):
        read_bytes(file, 99)


def test_what_cannot_be_read_is_a_problem_with_its_file(tmp_path: Path) -> None:
    """A sentence that names no file leaves a clinic searching all of them."""
    problems: list[Problem] = []
    assert not read_text(tmp_path / "none.yaml", problems)
    assert "none.yaml" in str(problems[0])
