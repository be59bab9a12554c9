"""Files that people hand us: what is read of them, and what is never opened."""

import os
from pathlib import Path

import pytest

from handouts import clinics
from handouts.approvals import read_approvals
from handouts.assets import Library
from handouts.errors import HandoutError, Problem, refuse
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


@pytest.mark.skipif(os.name != "posix", reason="pipes with a name are of POSIX")
@pytest.mark.parametrize("name", ["clinic.yaml", "approvals.yaml", "coated.icc", "styles/tokens.css"])
def test_every_file_of_a_clinic_that_is_no_file_is_named(name: str, tmp_path: Path) -> None:
    """A pipe in any of their places kept the program waiting for ever, or was passed over without a word."""
    (tmp_path / "clinic.yaml").write_text("name: Example Clinic\npress_profile: coated.icc\n", encoding="utf-8")
    (tmp_path / "coated.icc").write_bytes(b"x")
    pipe = tmp_path / name
    pipe.parent.mkdir(exist_ok=True)
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    with pytest.raises(HandoutError, match=f"{name if name != 'coated.icc' else 'clinic.yaml:2'}.* cannot be read"):
        read_all_of(tmp_path)


def read_all_of(folder: Path) -> None:
    clinics.find_clinic(folder)
    read_approvals(Library(folder))


def test_thousands_of_problems_are_counted() -> None:
    """The first problem, which is the one to mend, would have run off the screen."""
    with pytest.raises(HandoutError) as refused:
        refuse(Problem("en.md", line, "wrong", "mend it") for line in range(1, 1001))
    assert str(refused.value).startswith("en.md:1: wrong")
    assert str(refused.value).endswith("\n… and 950 more.")
