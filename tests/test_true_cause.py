"""What is said when something fails: the thing that failed, and a row only for what it holds."""

import errno
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from handouts import assets, cli, workers
from handouts.errors import Exit, HandoutError
from handouts.files import write_whole
from handouts.model import Format, Leaflet, Paper, Pdf
from handouts.record import WORK
from handouts.store import Store

from .batches import IS_LAID_OUT, StandIn, a_list, begin, files_in, make
from .conftest import Ran

pytestmark = pytest.mark.xdist_group("batch")
LEAFLET = Leaflet("<p>Zqname", "example", "en")
FORM = Format(Paper.LETTER)
posix = pytest.mark.skipif(os.name != "posix", reason="Windows does not let one move what another has open")


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return a_list(tmp_path / "people.csv", [{"note": ""}, {"note": IS_LAID_OUT}, {"note": ""}])


def failed(making: Callable[[], object]) -> HandoutError:
    with pytest.raises(HandoutError) as stopped:
        making()
    return stopped.value


@posix
@pytest.mark.parametrize("put_back", [True, False])
def test_a_folder_that_was_moved_while_a_batch_ran(put_back: bool, people: Path, kept: Store, tmp_path: Path) -> None:
    """A row was told to shorten its note. And pages that are not whole must not lie about where it was moved to."""
    make(people, tmp_path / "undisturbed", StandIn().workers, kept, separate=True)
    out, moved = tmp_path / "out", tmp_path / "moved"
    _, making = begin(people, out, workers.here(1), kept, separate=True)
    next(making)
    next(making)
    out.rename(moved)
    error = failed(lambda: list(making))
    assert error.exit_code == Exit.CANNOT_WRITE
    assert str(error).startswith(f"{out} was moved or deleted while its leaflets were made.")
    assert {file.name for file in (moved / WORK).iterdir()} <= {"journal-0001", "lock"}
    if put_back:
        moved.rename(out)
        make(people, out, StandIn().workers, kept, separate=True, resume=True)
        assert files_in(out) == files_in(tmp_path / "undisturbed")


@posix
def test_a_batch_in_the_place_of_a_deleted_one_is_left_alone(people: Path, kept: Store, tmp_path: Path) -> None:
    """The first, when it ends, took away what the second had not finished."""
    out = tmp_path / "out"
    _, first = begin(people, out, StandIn().workers, kept)
    next(first)
    out.rename(tmp_path / "away")
    _, second = begin(people, out, StandIn().workers, kept)
    next(second)
    next(second)
    before = {file.name for file in (out / WORK).iterdir()}
    first.close()
    assert {file.name for file in (out / WORK).iterdir()} == before
    list(second)


def test_a_folder_that_cannot_hold_a_batch_is_not_to_be_gone_on_with(people: Path, kept: Store, tmp_path: Path) -> None:
    """--resume would say that there is no batch; and the name of what is in the way is told."""
    (tmp_path / "out" / WORK / "lock").mkdir(parents=True)
    said = str(failed(lambda: make(people, tmp_path / "out", StandIn().workers, kept)))
    assert said.startswith(str(tmp_path / "out" / WORK / "lock"))
    assert "--resume" not in said


def test_without_other_processes_it_is_made_all_the_same(
    people: Path, kept: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A /dev/shm that nobody may write to was told as a fault of the folder of the batch."""
    make(people, tmp_path / "undisturbed", workers.here(1), kept, separate=True)

    def none(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patched:
        patched.setattr(workers, "Pipe", none)
        make(people, tmp_path / "no-locks", workers.here(1), kept, separate=True)
    those = workers.here(1)
    with monkeypatch.context() as patched:
        patched.setattr(workers.ProcessPoolExecutor, "_start_executor_manager_thread", none)
        those.get_ready()  # what was begun in part must not be asked again: it would never answer
    make(people, tmp_path / "no-process", those, kept, separate=True)
    assert files_in(tmp_path / "no-locks") == files_in(tmp_path / "undisturbed") == files_in(tmp_path / "no-process")


def test_nobody_waits_for_processes_that_are_not_handed_any_work(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system allows few threads, the one that hands out the work ends without a word, and we waited for ever."""
    monkeypatch.setattr(workers, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    def dies(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("concurrent.futures.process._ExecutorManagerThread.add_call_item_to_queue", dies)
    those = workers.here(1)
    assert "keep dying" in str(failed(those.lay_out(LEAFLET, FORM).result))
    those.stop()


def test_what_fails_for_all_is_no_rows_fault(
    people: Path, kept: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody would shorten note after note."""
    make(people, tmp_path / "warm", StandIn().workers, kept)

    def fails(*_: object) -> HandoutError:
        return HandoutError("The fonts are not installed.", Exit.CANNOT_WRITE)

    monkeypatch.setattr(workers, "laid_out", fails)
    error = failed(lambda: make(people, tmp_path / "out", StandIn(fails).workers, kept))
    assert error.exit_code == Exit.CANNOT_WRITE
    assert str(error).startswith("The fonts are not installed. What has its final name is whole")


@pytest.mark.parametrize("problem", ["no room", "no memory"])
def test_who_lays_out_says_what_it_lacks(problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """WeasyPrint only warns that it could not write down its fonts; the row was blamed for it."""

    def fails(*_: object) -> Pdf:
        if problem == "no memory":
            raise MemoryError
        raise HandoutError("a warning", Exit.CANNOT_WRITE)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(workers, "lay_out", fails)
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    found = workers.laid_out(LEAFLET, FORM)
    if problem == "no memory":
        assert isinstance(found, HandoutError)
        assert "memory" in found.sentence
    else:
        assert isinstance(found, OSError)
        assert found.errno == errno.ENOSPC


def test_a_page_that_somebody_else_has_written_is_not_laid_out(tmp_path: Path) -> None:
    """The folder may lie in one that others can write to; and what lies there is never run, only read."""
    file = tmp_path / "leaflet-1"
    file.write_text(json.dumps(["<p>other", "example", "en"]))
    found = workers._from_file(lambda *_: pytest.fail("it was"), str(file), b"another digest", FORM)
    assert isinstance(found, OSError)
    assert found.filename == str(file)
    assert not file.exists()


def test_no_process_runs_what_lies_in_the_folder_it_is_begun_in(tmp_path: Path) -> None:
    """A file of that name on a shared drive would act as whoever makes a batch there."""
    (tmp_path / "multiprocessing.py").write_text("from pathlib import Path; Path('was-run').touch()")
    (tmp_path / "begin").mkdir()
    script = tmp_path / "begin" / "begin.py"
    script.write_text(
        "from handouts.writer import Writer\nif __name__ == '__main__':\n    one = Writer(); one.wait(); one.stop()\n"
    )
    environment = os.environ | {"PYTHONPATH": str(assets.PACKAGE.parent)}
    subprocess.run([sys.executable, script], cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert not (tmp_path / "was-run").exists()


@posix
def test_a_file_is_not_written_into_a_link_that_lies_beside_it(tmp_path: Path) -> None:
    """In a folder that others can write to, it would replace a file of the user's. A name may be as long as names can be."""
    (tmp_path / "mine").write_text("mine")
    (tmp_path / f".{os.getpid()}.part").symlink_to(tmp_path / "mine")
    file = tmp_path / ("n" * 255)
    write_whole(file, b"new")
    assert (tmp_path / "mine").read_text() == "mine"
    assert file.read_bytes() == b"new"


@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error", "one.csv"), MemoryError()])
def test_the_last_door_names_what_failed(
    error: Exception, run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    """“Something could not be read” sends a person nowhere."""

    def fails(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "app", fails)
    ran = run("make")
    assert ran.code == Exit.CANNOT_WRITE
    assert ("one.csv could not be read or written: Input/output error." in ran.err) == isinstance(error, OSError)
