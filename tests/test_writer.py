"""The process that writes very many copies: what it could not write is told, and no half of it gets a name."""

import errno
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from handouts import record, writer
from handouts.batch import COPIES
from handouts.errors import Exit, HandoutError
from handouts.record import WORK
from handouts.store import Store
from handouts.writer import Writer

from .batches import StandIn, a_list, begin, children_of, files_in, is_running, make
from .test_steady import goes_on, nothing_torn, small_disk, until

__all__ = ["small_disk"]
pytestmark = pytest.mark.xdist_group("batch-elsewhere")
linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells who is there")


@pytest.fixture
def written() -> Iterator[Writer]:
    one = Writer()
    yield one
    one.stop()


@pytest.fixture
def always(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not only for very many copies."""
    monkeypatch.setattr(record, "MANY", 1)


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return a_list(tmp_path / "people.csv", [{"note": ""}] * 30)


@pytest.fixture
def undisturbed(people: Path, kept: Store, tmp_path: Path) -> dict[str, bytes]:
    """What is made without it."""
    make(people, tmp_path / "undisturbed", StandIn().workers, kept, separate=True)
    return files_in(tmp_path / "undisturbed")


def test_what_it_is_given_is_written(written: Writer, tmp_path: Path) -> None:
    """Some larger than a pipe holds; all for nobody else to read."""
    whole = {f"{number}": os.urandom(number * 50_000) for number in range(5)}
    for name, data in whole.items():
        written.write(tmp_path / name, data)
    written.wait()
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == whole
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_what_could_not_be_written_is_told(written: Writer, tmp_path: Path) -> None:
    """And whatever comes after it is not written: the caller must not believe in it."""
    (tmp_path / "there").write_bytes(b"old")
    written.write(tmp_path / "there", b"new")
    written.write(tmp_path / "after", b"x" * 1_000_000)
    for _ in range(2):
        with pytest.raises(FileExistsError):
            written.wait()
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"there": b"old"}


class Half(FileIO):
    """A file on a disk that has room for the first byte."""

    def write(self, data: Any) -> int:
        if self.tell():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(bytes(data[:1]))


def test_half_a_file_is_taken_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Under its name it would be taken for a copy."""
    monkeypatch.setattr(writer, "FileIO", Half)
    with pytest.raises(OSError, match="No space left"):
        writer.write_new(tmp_path / "copy", b"whole")
    assert list(tmp_path.iterdir()) == []


def test_words_that_were_cut_off_are_not_waited_for(written: Writer, tmp_path: Path) -> None:
    """Ctrl-C in the middle of a file: what is said next would be taken for the rest of it, and both would wait for ever."""
    written._is_torn = True
    with pytest.raises(OSError, match="was stopped"):
        written.wait()


@linux
def test_one_that_was_killed_is_told(written: Writer, tmp_path: Path) -> None:
    """Out of memory, say."""
    os.kill(written._process.pid or 0, signal.SIGKILL)
    written._process.join()
    with pytest.raises(OSError, match="was stopped"):
        written.wait()
    with pytest.raises(OSError, match="was stopped"):
        written.write(tmp_path / "copy", b"x" * 1_000_000)


@linux
def test_it_does_not_outlive_the_first_one(tmp_path: Path) -> None:
    """A process that nobody knows of would hold the folder, and what is on the pages."""
    said = (
        "from handouts import workers; from handouts.writer import Writer; import time\n"
        "if __name__ == '__main__':\n"
        "    those = workers.here(1); those.get_ready(); one = Writer(); those.replace(those._executor)\n"
        "    those.get_ready(); print(one._process.pid, flush=True); time.sleep(60)\n"
    )
    script = tmp_path / "begin.py"
    script.write_text(said)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment) as first:
        assert first.stdout
        process = int(first.stdout.readline())
        assert is_running(process)
        first.kill()
    until(lambda: not is_running(process))


@pytest.mark.usefixtures("always")
def test_a_batch_is_the_same_with_it(
    people: Path, undisturbed: dict[str, bytes], kept: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times as many people must not get other leaflets."""
    told: list[Path] = []
    real = Writer.write
    monkeypatch.setattr(Writer, "write", lambda self, file, data: (told.append(file), real(self, file, data))[1])
    make(people, tmp_path / "out", StandIn().workers, kept, separate=True)
    assert len(told) == 30
    assert files_in(tmp_path / "out") == undisturbed


@pytest.mark.usefixtures("always")
def test_a_full_disk_stops_a_batch_that_goes_on_later(
    people: Path, undisturbed: dict[str, bytes], small_disk: Path, kept: Store
) -> None:
    """A real disk of 1 MB; what has its name there is whole, and nothing else is left but the journal."""
    out = small_disk / "out"
    with pytest.raises(HandoutError, match=r"No space left on device\. .*--resume goes on") as stopped:
        make(people, out, StandIn().workers, kept, separate=True)
    assert stopped.value.exit_code is Exit.CANNOT_WRITE
    nothing_torn(out, undisturbed)
    assert all(one.name.startswith("journal-") or one.name == "lock" for one in (out / WORK).iterdir())
    subprocess.run(["mount", "-o", "remount,size=50m", str(small_disk)], check=True)  # noqa: S607
    goes_on(people, out, kept, separate=True)
    assert files_in(out) == undisturbed


@linux
@pytest.mark.usefixtures("always")
@pytest.mark.parametrize("after", [1, 17, 30])
def test_a_batch_whose_writer_is_killed_goes_on_later(
    after: int,
    people: Path,
    undisturbed: dict[str, bytes],
    kept: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A sentence, code 5, and nothing torn."""
    out = tmp_path / "out"
    count = 0
    real = Writer.write

    def write(self: Writer, file: Path, data: bytes) -> None:
        nonlocal count
        count += 1
        if count == after:
            os.kill(self._process.pid or 0, signal.SIGKILL)
        real(self, file, data)

    with monkeypatch.context() as patched:
        patched.setattr(Writer, "write", write)
        with pytest.raises(HandoutError, match=r"was stopped\. .*--resume goes on") as stopped:
            make(people, out, StandIn().workers, kept, separate=True)
    assert stopped.value.exit_code is Exit.CANNOT_WRITE
    nothing_torn(out, undisturbed)
    goes_on(people, out, kept, separate=True)
    assert files_in(out) == undisturbed


@linux
@pytest.mark.usefixtures("always")
def test_a_batch_that_is_stopped_lets_it_go(people: Path, kept: Store, tmp_path: Path) -> None:
    """Ctrl-C, or a front desk that closes the window."""
    _, making = begin(people, tmp_path / "out", StandIn().workers, kept, separate=True)
    before = set(children_of(os.getpid()))
    for done in making:
        if done.rows == 10:
            break
    (process,) = set(children_of(os.getpid())) - before
    making.close()
    until(lambda: not is_running(process))
    left = {file.name for file in (tmp_path / "out" / WORK).iterdir()}
    assert all(name.startswith("journal-") or name == "lock" for name in left)
    assert len(list((tmp_path / "out" / COPIES).iterdir())) == 10


@linux
def test_a_command_killed_at_random_goes_on(kept: Store, warm: Path, tmp_path: Path) -> None:
    """A real command, over a thousand people, killed twice; what it makes in the end is what it makes undisturbed."""
    people = a_list(tmp_path / "people.csv", [{"note": ""}] * (record.MANY + 50))
    out = tmp_path / "out"
    chance = random.Random(7)  # noqa: S311  # nothing is kept secret by it
    command = [sys.executable, "-m", "handouts", "batch", str(people), "--region", "us", "--separate", "--out"]
    environment = os.environ | {
        "HANDOUTS_CACHE": str(warm),
        "PYTHONPATH": str(Path(__file__).parent.parent),
    }
    for turn in range(2):
        more = ["--resume"] if turn and any((out / WORK).glob("journal-*")) else []
        with subprocess.Popen([*command, str(out), *more], env=environment, stderr=subprocess.DEVNULL) as running:
            end = time.monotonic() + 60
            copies = out / COPIES
            while time.monotonic() < end and running.poll() is None:
                if copies.is_dir() and len(list(copies.iterdir())) > 200 * (turn + 1):
                    break
                time.sleep(0.01)
            time.sleep(chance.random() * 0.05)
            children = children_of(running.pid)
            running.kill()
        until(lambda those=children: not any(map(is_running, those)))  # type: ignore[misc]
    subprocess.run([*command, str(out), "--resume"], env=environment, check=True, capture_output=True)
    subprocess.run([*command, str(tmp_path / "undisturbed")], env=environment, check=True, capture_output=True)
    assert files_in(out) == files_in(tmp_path / "undisturbed")
