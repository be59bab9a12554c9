"""The cache: a folder that is the user's own, or none; and whatever it is, the work goes on without it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from handouts import assets, cache_folder
from handouts.cache_folder import CacheFolder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has other permissions, and other homes")
FOREIGN = 12345


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that `HANDOUTS_CACHE` names."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("HANDOUTS_CACHE", str(folder))
    return folder


def found() -> CacheFolder:
    return cache_folder.cache_folder()


def test_it_is_made_for_nobody_else_to_write_to(named: Path) -> None:
    """Whatever the user's other files are like: a page that somebody else put there would be handed out as ours."""
    before = os.umask(0)
    try:
        assert found() == CacheFolder(named / "pages")
    finally:
        os.umask(before)
    assert [folder.stat().st_mode & 0o777 for folder in (named, named / "pages")] == [0o700, 0o700]
    assert found() == CacheFolder(named / "pages")


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o1777])
@pytest.mark.parametrize("place", ["", "cache", "cache/pages"])
def test_one_that_others_can_write_to_is_not_used(place: str, mode: int, named: Path, tmp_path: Path) -> None:
    """Or that lies in one: who may rename it puts another in its place. Only in a folder like /tmp they may not."""
    (named / "pages").mkdir(parents=True, mode=0o700)
    folder = tmp_path / place
    folder.chmod(mode)
    if mode == 0o1777 and place != "cache/pages":
        assert found() == CacheFolder(named / "pages")
    else:
        assert found().path is None
        assert f"other users can write to {folder}. `chmod go-w {folder}` mends that" in found().why_not
    folder.chmod(0o700)


def test_one_of_another_user_is_not_used(named: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is anything written there: whoever is root for a moment leaves nothing in the home of another."""
    tmp_path.chmod(0o755)
    monkeypatch.setattr(cache_folder, "ROOT", FOREIGN)
    monkeypatch.setattr(cache_folder.os, "geteuid", lambda: FOREIGN)
    assert found().path is None
    assert "belongs to another user" in found().why_not
    assert not named.exists()


def test_a_link_is_followed_before_it_is_judged(named: Path, tmp_path: Path) -> None:
    """A link into a folder that is open to others, from one that is not."""
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    named.symlink_to(tmp_path / "open")
    assert found().path is None
    (tmp_path / "open").chmod(0o700)
    assert found() == CacheFolder(tmp_path / "open" / "pages")


@pytest.mark.parametrize(
    "name", ["file", "pipe", "file/below", "/dev/null", "/dev/full", "loop", "~nobody-here/x", "n" * 300]
)
def test_a_name_that_is_no_folder_is_told(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user asked for it, and would wait a second for each leaflet and not know why."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    monkeypatch.setenv("HANDOUTS_CACHE", name)
    assert found().path is None
    assert name in found().why_not
    assert "HANDOUTS_CACHE" in found().why_not


def test_short_names_mean_what_a_shell_would_make_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written in a file of settings is seen by no shell: a folder called ~ would be made in every folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HANDOUTS_CACHE", "~/x")
    assert found().path == tmp_path / "home" / "x" / "pages"
    monkeypatch.setenv("HANDOUTS_CACHE", "x")
    assert found().path == tmp_path / "x" / "pages"
    monkeypatch.setenv("HANDOUTS_CACHE", "")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    folder = found().path
    assert folder
    assert folder.is_relative_to(tmp_path / "home")


# --- Going on without it -------------------------------------------------------------------


#: All that is said of the surroundings: no home among it.
BARE = {"PATH": os.environ["PATH"], "PYTHONPATH": str(assets.PACKAGE.parent)}
COMMAND = (sys.executable, "-m", "handouts")


def ran(*command: str, cwd: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """A command in a process of its own, with few surroundings."""
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=BARE | more)


def test_a_user_without_name_and_home_makes_leaflets(tmp_path: Path) -> None:
    """As in many a container: nothing is kept, and that is no reason to make nothing."""
    folders = (tmp_path, tmp_path.parent, tmp_path.parent.parent)
    for folder, mode in zip(folders, (0o777, 0o711, 0o711), strict=True):
        folder.chmod(mode)
    stranger = ("setpriv", f"--reuid={FOREIGN}", f"--regid={FOREIGN}", "--clear-groups", *COMMAND)
    try:
        if not shutil.which("setpriv") or ran(*stranger, "--version", cwd=tmp_path).returncode:
            pytest.skip("being somebody else takes a root, and a Python that others can read")
        made = ran(*stranger, "make", "sleep", "--region", "us", cwd=tmp_path)
    finally:
        for folder in folders:
            folder.chmod(0o700)
    assert (made.returncode, made.stderr) == (0, "")
    assert len(list((tmp_path / "out").glob("*.pdf"))) == 1


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k,mode=700", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("making a small disk takes a root who may mount")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)  # noqa: S607


def test_a_cache_on_a_full_disk(full_disk: Path, tmp_path: Path) -> None:
    """What is only there to be fast stopped every leaflet, even with --no-cache."""
    for more in ((), ("--no-cache",)):
        made = ran(*COMMAND, "make", "sleep", "--region", "us", *more, cwd=tmp_path, HANDOUTS_CACHE=str(full_disk))
        assert (made.returncode, made.stderr) == (0, "")
    assert all(file.is_dir() for file in full_disk.rglob("*")), "half a page takes the room of a whole one"


def test_nothing_in_the_cache_is_run(named: Path, run: Callable[..., SimpleNamespace]) -> None:
    """Whatever lies there, templates as Jinja translates them above all: who wrote it would act as the user."""
    for file in ("templates/__jinja2_x.cache", "__jinja2_x.cache"):
        (named / file).parent.mkdir(parents=True, exist_ok=True)
        (named / file).write_bytes(b"j2")
    assert run("make", "sleep").code == 0
    new = {file.name for file in named.rglob("*") if file.is_file()} - {"__jinja2_x.cache"}
    assert len(new) == 1
    (page,) = new
    assert (named / "pages" / page).read_bytes().startswith(b"handouts store")
