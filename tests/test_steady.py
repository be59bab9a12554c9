"""Whatever stops a batch: nothing torn has its final name, and what goes on from there makes the same bytes."""

import errno
import os
import pty
import random
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, Self

import pytest

from handouts import batch, finishing, model, page, record, workers, writer
from handouts.batch import COPIES
from handouts.commands import batching
from handouts.errors import Exit, HandoutError
from handouts.record import MANIFEST, WORK
from handouts.store import Store
from tests import batches
from tests.batches import (
    IS_LAID_OUT,
    TOPIC,
    StandIn,
    a_list,
    always_dies,
    begin,
    children_of,
    command,
    dies_once,
    files_in,
    finals_in,
    in_a_fork,
    is_running,
    kill_at,
    leaflets_once,
    make,
    ran,
    read_once,
    with_usual_signals,
)
from tests.conftest import Ran

pytestmark = [
    pytest.mark.xdist_group("batch"),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="its processes are killed as POSIX does"),
]

#: Seconds; nobody waits for it when all is well.
PATIENCE = 60
SLOW = {"note": IS_LAID_OUT}


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """The record is written every other row, so that few rows are enough.

    What is the same each time is remembered; and no disk is waited for: the process is killed, not the computer.
    """
    monkeypatch.setattr(batch, "FLUSH_EVERY", 2)
    monkeypatch.setattr(batches, "read_batch", read_once())
    monkeypatch.setattr(page, "make_leaflet", leaflets_once())
    monkeypatch.setattr(record, "_to_the_disk", lambda *_: None)
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def five(tmp_path: Path) -> Path:
    """Five people, of whom one is laid out on its own, in two print files."""
    plain = {"note": "", "ink": ""}
    return a_list(tmp_path / "five.csv", [plain, plain, {**plain, **SLOW}, {**plain, "ink": "saver"}, plain])


@pytest.fixture
def undisturbed(five: Path, tmp_path: Path, kept: Store) -> dict[str, bytes]:
    """What an undisturbed run makes of them."""
    make(five, tmp_path / "undisturbed", StandIn().workers, kept, separate=True)
    return files_in(tmp_path / "undisturbed")


def nothing_torn(out: Path, whole: dict[str, bytes]) -> None:
    """What has its final name is what an undisturbed run makes."""
    for name, data in finals_in(out).items():
        assert data == whole[name], name


def goes_on(people: Path, out: Path, kept: Store, **ordered: Any) -> StandIn:
    """Resume, or begin if nothing was begun."""
    those = StandIn()
    begun = any((out / WORK).glob("journal-*"))
    make(people, out, those.workers, kept, resume=begun, **ordered)
    return those


# --- Killed -------------------------------------------------------------------------------


def test_killed_at_every_step(
    often: None, five: Path, undisturbed: dict[str, bytes], kept: Store, tmp_path: Path
) -> None:
    """Just before each change of the disk, one after another, the power is cut; then the batch goes on."""
    for step in range(1000):
        out = tmp_path / f"step-{step}"

        def killed(step: int = step, out: Path = out) -> None:
            kill_at(step, out)
            make(five, out, StandIn().workers, kept, separate=True)

        code = in_a_fork(killed)
        nothing_torn(out, undisturbed)
        if code == 0:
            break
        assert code == -signal.SIGKILL
        if (out / MANIFEST).exists():
            make(five, out, StandIn().workers, kept, separate=True, resume=True)
        else:
            goes_on(five, out, kept, separate=True)
        assert files_in(out) == undisturbed, step
    assert step > 30


def test_killed_again_while_it_goes_on(
    often: None, five: Path, undisturbed: dict[str, bytes], kept: Store, tmp_path: Path
) -> None:
    """Killed again and again, a little later each time: what was whole stays whole, and it comes to its end."""
    out = tmp_path / "out"
    for step in range(12, 200, 3):

        def killed(step: int = step) -> None:
            kill_at(step, out)
            goes_on(five, out, kept, separate=True)

        code = in_a_fork(killed)
        nothing_torn(out, undisturbed)
        if code == 0:
            break
    assert files_in(out) == undisturbed


def test_killed_at_random_moments(kept: Store, tmp_path: Path) -> None:
    """The command itself, killed while it writes: at once after that, it goes on."""
    people = a_list(tmp_path / "people.csv", [{"note": ""}] * 400)
    make(people, tmp_path / "undisturbed", StandIn().workers, kept, separate=True)
    whole = files_in(tmp_path / "undisturbed")
    chance = random.Random(20261121)  # noqa: S311  # a test that can be repeated
    out = tmp_path / "out"
    for _ in range(2):
        more = ["--resume"] if any((out / WORK).glob("journal-*")) else []
        with subprocess.Popen(command(people, out, "--separate", "--workers", "2", *more), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as one:  # fmt: skip
            until(lambda: one.poll() is not None or (out / WORK / "lock").exists())
            time.sleep(chance.uniform(0.05, 0.8))
            one.kill()
        nothing_torn(out, whole)
        if (out / MANIFEST).exists():
            break
    if not (out / MANIFEST).exists():
        done = ran(people, out, "--separate", "--resume")
        assert (done.returncode, done.stderr.count("Another batch")) == (0, 0)
    assert files_in(out) == whole


def until(true: Callable[[], bool]) -> None:
    """Wait for something that is about to happen."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def test_a_batch_that_was_killed_does_not_keep_its_folder(five: Path, kept: Store, tmp_path: Path) -> None:
    """The processes of a killed run must neither live on nor hold the folder: --resume would wait for ever."""
    out = tmp_path / "out"
    one = subprocess.Popen(
        command(five, out, "--no-cache", "--workers", "2"), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    until(lambda: len(children_of(one.pid)) == 2)
    those = children_of(one.pid)
    one.kill()
    one.wait()
    goes_on(five, out, kept)
    until(lambda: not any(map(is_running, those)))


@pytest.mark.parametrize("torn", [b"", b"{", b'{"row": 2, "id": "p0', b"\0\0\0\0\n", b'"x"\n', b"\xff\xfe\n"])
def test_a_torn_journal_says_nothing_wrong(
    torn: bytes, five: Path, undisturbed: dict[str, bytes], kept: Store, tmp_path: Path
) -> None:
    """The last line, or a whole journal, may be half written when the power goes."""
    out = tmp_path / "out"
    stopped_after(3, five, out, kept)
    (journal,) = (out / WORK).glob("journal-*")
    journal.write_bytes(journal.read_bytes() + torn)
    (out / WORK / "journal-0002").write_bytes(torn)
    goes_on(five, out, kept, separate=True)
    assert files_in(out) == undisturbed


def test_a_file_is_on_the_disk_before_it_has_its_name(
    five: Path, kept: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, often: None
) -> None:
    """Else a power cut leaves a file of zeros under a name that says it is whole; and a line only then says it is."""
    out = tmp_path / "out"
    written: dict[str, int] = {}
    to_the_disk = record._to_the_disk

    def seen(folder: Path, files: list[Path]) -> None:
        written.update({file.name: file.stat().st_size for file in files})
        assert not any(f'"file": "{file.name}"' in line for line in journal() for file in files)
        to_the_disk(folder, files)

    def journal() -> list[str]:
        return [line for one in (out / WORK).glob("journal-*") for line in one.read_text().splitlines()]

    replace = Path.replace

    def looked(self: Path, target: Path) -> Path:
        if self.name != MANIFEST:
            assert written[self.name] == self.stat().st_size
            assert not any(f'"file": "{target.relative_to(out)}"' in line for line in journal())
        return replace(self, target)

    monkeypatch.setattr(record, "_to_the_disk", seen)
    monkeypatch.setattr(Path, "replace", looked)
    make(five, out, StandIn().workers, kept, separate=True)
    assert len(written) > 5


# --- What somebody did meanwhile -------------------------------------------------------------


def stopped_after(rows: int, people: Path, out: Path, kept: Store) -> None:
    """A batch that was stopped."""
    _, making = begin(people, out, StandIn().workers, kept, separate=True)
    for done in making:
        if done.rows == rows:
            break
    making.close()


def test_what_was_deleted_or_changed_by_hand_is_made_again(
    five: Path, undisturbed: dict[str, bytes], kept: Store, tmp_path: Path
) -> None:
    """A record that is believed more than the files leaves somebody without a leaflet."""
    out = tmp_path / "out"
    stopped_after(5, five, out, kept)
    assert (out / "001-us-letter-full.pdf").exists()
    (out / COPIES / f"p1-{TOPIC}-en-us.pdf").unlink()
    changed = out / COPIES / f"p2-{TOPIC}-en-us.pdf"
    changed.write_bytes(changed.read_bytes()[:-9])
    assert len(goes_on(five, out, kept, separate=True).asked) == 1
    assert files_in(out) == undisturbed


def test_a_print_file_that_was_changed_is_made_again_from_whole_copies(
    five: Path, undisturbed: dict[str, bytes], kept: Store, tmp_path: Path
) -> None:
    """What was laid out on its own is taken from its copy: nobody waits for it twice."""
    out = tmp_path / "out"
    stopped_after(5, five, out, kept)
    (out / "001-us-letter-full.pdf").write_bytes(b"")
    assert goes_on(five, out, kept, separate=True).asked == {}
    assert files_in(out) == undisturbed


def test_a_folder_that_was_taken_away_meanwhile(
    often: None, five: Path, undisturbed: dict[str, bytes], kept: Store, tmp_path: Path
) -> None:
    """The folder of copies is gone when they get their names: a sentence, and it can go on."""
    out = tmp_path / "out"
    _, making = begin(five, out, StandIn().workers, kept, separate=True)
    next(making)
    next(making)
    (out / COPIES).rmdir()
    with pytest.raises(HandoutError, match="could not be written to: No such file") as stopped:
        list(making)
    assert stopped.value.exit_code == Exit.CANNOT_WRITE
    goes_on(five, out, kept, separate=True)
    assert files_in(out) == undisturbed


def test_two_batches_never_share_a_folder(five: Path, kept: Store, tmp_path: Path) -> None:
    """The second would take away what the first has not finished. It leaves no mark, and the first comes to its end."""
    out = tmp_path / "out"
    _, making = begin(five, out, StandIn().workers, kept)
    next(making)
    before = files_in(out)
    for more in ((), ("--resume",)):
        second = ran(five, out, *more)
        assert (second.returncode, "Another batch is being made" in second.stderr) == (Exit.WRONG_COMMAND, True)
    assert files_in(out) == before
    list(making)
    assert not (out / WORK).exists()


# --- The disk -----------------------------------------------------------------------------


class Full:
    """A file on a disk that is full after so many bytes."""

    left = 0

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def write(self, data: bytes) -> int:
        fits = min(len(data), Full.left)
        Full.left -= fits
        self._out.write(data[:fits])
        if fits < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return fits

    def __getattr__(self, name: str) -> Any:
        return getattr(self._out, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._out.close()


def write_fully(file: Path, data: bytes) -> None:
    with Full(os.fdopen(writer.new(file), "wb")) as out:
        out.write(data)


@pytest.mark.parametrize("share", [0, 0.0001, 0.05, 0.15, 0.4, 0.65, 0.9])
def test_a_disk_that_is_full(
    share: float,
    five: Path,
    undisturbed: dict[str, bytes],
    kept: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    often: None,
) -> None:
    """Full at the first line, in a copy, in a print file, in the manifest: a sentence, nothing torn; later it goes on."""
    out = tmp_path / "out"
    Full.left = int(share * sum(map(len, undisturbed.values())))
    private, unbuffered = record.private, record._unbuffered
    with monkeypatch.context() as full:
        full.setattr(record, "write_new", write_fully)
        full.setattr(record, "private", lambda file: Full(private(file)))
        full.setattr(batch, "private", lambda file: Full(private(file)))
        full.setattr(record, "_unbuffered", lambda file: Full(unbuffered(file)))  # type: ignore[arg-type]
        with pytest.raises(HandoutError, match=r"No space left on device\. .*--resume goes on") as stopped:
            make(five, out, StandIn().workers, kept, separate=True)
    assert stopped.value.exit_code == Exit.CANNOT_WRITE
    nothing_torn(out, undisturbed)
    assert all(one.name.startswith("journal-") or one.name == "lock" for one in (out / WORK).iterdir())
    goes_on(five, out, kept, separate=True)
    assert files_in(out) == undisturbed


def test_a_disk_that_is_full_at_the_manifest(
    five: Path, undisturbed: dict[str, bytes], kept: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All is made but the record: nothing is made again."""
    out = tmp_path / "out"

    def full(journal: Path) -> Iterator[bytes]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(record, "_manifest", full)
        with pytest.raises(HandoutError, match="No space left"):
            make(five, out, StandIn().workers, kept, separate=True)
    those = StandIn()
    done = make(five, out, those.workers, kept, separate=True, resume=True)
    assert (done.before, done.stamped, done.laid_out) == (5, 0, 0)
    assert files_in(out) == undisturbed


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)],  # noqa: S607  # wherever it is
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("making a small disk takes a root who may mount")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)  # noqa: S607


def test_a_real_disk_that_is_full(small_disk: Path, kept: Store, tmp_path: Path) -> None:
    """A real file system, a real command: a sentence and code 5; with more room, the same bytes as elsewhere."""
    people = a_list(tmp_path / "people.csv", [{"note": ""}] * 30)
    out = small_disk / "out"
    full = ran(people, out, "--separate")
    assert (full.returncode, full.stderr.count("Traceback")) == (Exit.CANNOT_WRITE, 0)
    assert re.search(r"No space left on device.*--resume", full.stderr)
    make(people, tmp_path / "undisturbed", StandIn().workers, kept, separate=True)
    nothing_torn(out, files_in(tmp_path / "undisturbed"))
    subprocess.run(["mount", "-o", "remount,size=50m", str(small_disk)], check=True)  # noqa: S607
    goes_on(people, out, kept, separate=True)
    assert files_in(out) == files_in(tmp_path / "undisturbed")


def test_a_file_that_may_not_grow(kept: Store, tmp_path: Path) -> None:
    """The system's own limit, as of a quota: it counts as a full disk, for every user."""
    people = a_list(tmp_path / "people.csv", [{"note": ""}] * 100)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, 80_000))

    out = tmp_path / "out"
    full = ran(people, out, preexec_fn=limited)
    assert (full.returncode, full.stderr.count("Traceback")) == (Exit.CANNOT_WRITE, 0)
    assert re.search(r"File too large.*--resume", full.stderr)
    assert finals_in(out) == {}
    goes_on(people, out, kept)
    make(people, tmp_path / "undisturbed", StandIn().workers, kept)
    assert files_in(out) == files_in(tmp_path / "undisturbed")


NOBODY = 65534


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_a_folder_that_may_no_longer_be_written_to(
    rows: int, often: None, five: Path, undisturbed: dict[str, bytes], kept: Store, tmp_path: Path
) -> None:
    """Somebody changes the permissions while it runs: a sentence and code 5; when it may be written to, it goes on."""
    out = tmp_path / "out"
    code = in_a_fork(lambda: _without_permission(rows, five, out, kept))
    assert code == 0
    nothing_torn(out, undisturbed)
    goes_on(five, out, kept, separate=True)
    assert files_in(out) == undisturbed


def _without_permission(rows: int, people: Path, out: Path, kept: Store) -> None:
    _, making = begin(people, out, StandIn().workers, kept, separate=True)
    for done in making:
        if done.rows == rows:
            break
    if os.geteuid():
        folders = [out, out / WORK, *([out / COPIES] if (out / COPIES).exists() else [])]
        for folder in folders:
            folder.chmod(0o500)
    else:  # root may do anything; so be somebody else
        os.seteuid(NOBODY)
    try:
        list(making)
    except HandoutError as error:
        assert error.exit_code == Exit.CANNOT_WRITE  # noqa: PT017
        assert re.search("Permission denied.*--resume", str(error))  # noqa: PT017
    else:
        raise AssertionError
    finally:
        if os.geteuid() == NOBODY:
            os.seteuid(0)
        else:
            for folder in folders:
                folder.chmod(0o700)


def test_a_folder_that_never_could_be_written_to(run: Callable[..., Ran], five: Path, kept: Store) -> None:
    """A file of that name, or a folder nobody may write in, is said at once."""
    ran = run("batch", "--region", "us", str(five), "--out", str(five / "here"))
    assert (ran.code, "Nothing can be written to" in ran.err) == (Exit.CANNOT_WRITE, True)


# --- Those who lay out ------------------------------------------------------------------------


def test_a_process_that_dies_has_its_row_done_by_another(
    kept: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that runs out of memory is killed by the system; the batch does not notice, and its bytes are the same."""
    people = a_list(tmp_path / "people.csv", [SLOW] * 6 + [{"note": ""}] * 3)
    make(people, tmp_path / "undisturbed", StandIn().workers, kept, separate=True)
    monkeypatch.setenv("DIES_ONCE", str(tmp_path / "died"))
    monkeypatch.setattr(workers, "laid_out", dies_once)
    make(people, tmp_path / "out", workers.here(2), kept, separate=True)
    assert (tmp_path / "died").exists()
    assert files_in(tmp_path / "out") == files_in(tmp_path / "undisturbed")
    assert not [one for one in children_of(os.getpid()) if is_running(one)]


def test_processes_that_keep_dying_stop_the_batch(kept: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that takes all memory would kill one after another, for ever. Its row is named."""
    people = a_list(tmp_path / "people.csv", [{"note": ""}, SLOW, SLOW])
    make(people, tmp_path / "undisturbed", StandIn().workers, kept, separate=True)
    with monkeypatch.context() as patched:
        patched.setattr(workers, "laid_out", always_dies)
        with pytest.raises(HandoutError, match=r"Row 3: .*keep dying.*--resume") as stopped:
            make(people, tmp_path / "out", workers.here(2), kept, separate=True)
    assert stopped.value.exit_code == Exit.CANNOT_WRITE
    until(lambda: not children_of(os.getpid()))
    goes_on(people, tmp_path / "out", kept, separate=True)
    assert files_in(tmp_path / "out") == files_in(tmp_path / "undisturbed")


def test_a_fault_of_ours_is_a_sentence_without_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a library says when it fails may quote the page."""

    def fails(*_: object, **__: object) -> None:
        raise ValueError("Person Q7Z")

    monkeypatch.setattr(finishing.pdf, "print_to_pdf", fails)
    leaflet = model.Leaflet("<p>Person Q7Z", TOPIC, "en")
    said = workers.laid_out(leaflet, model.Format(model.Paper.LETTER))
    assert isinstance(said, HandoutError)
    assert said.exit_code == Exit.OUR_FAULT
    assert "Q7Z" not in repr((said, leaflet))
    assert "ValueError in test_steady.py" in str(said)


# --- Ctrl-C ---------------------------------------------------------------------------------


def test_ctrl_c_at_a_terminal(kept: Store, tmp_path: Path) -> None:
    """A bar says how far it is. Ctrl-C reaches every process of the terminal: one sentence, how to go on, code 130."""
    people = a_list(tmp_path / "people.csv", [{"note": ""}] * 20 + [SLOW] * 200)
    out = tmp_path / "out"
    child, terminal = pty.fork()
    if not child:
        with_usual_signals()
        os.execv(sys.executable, command(people, out, "--workers", "2"))  # noqa: S606  # no shell
    shown = b""
    those: list[int] = []
    while b"0 of 220 rows" not in shown or len(those) < 2:
        shown += os.read(terminal, 4096)
        those = children_of(child)
    time.sleep(0.5)
    os.write(terminal, b"\x03")
    with suppress(OSError):  # its end
        while more := os.read(terminal, 4096):
            shown += more
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == Exit.STOPPED
    said = " ".join(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode()).split())
    assert re.search(r"Stopped after \d+ of 220 rows\. .*the same command with --resume goes on from there\.", said)
    assert "Traceback" not in said
    assert "Process " not in said
    until(lambda: not any(map(is_running, those)))
    assert [one.name for one in (out / WORK).iterdir() if not one.name.startswith(("journal-", "lock"))] == []
    assert finals_in(out) == {}


def test_ctrl_c_between_two_rows(
    five: Path, kept: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, often: None
) -> None:
    """It may come while the bar is drawn, and not where rows are made: they are stopped all the same, before the sentence."""
    out = tmp_path / "out"
    _, making = begin(five, out, StandIn().workers, kept, separate=True)

    def stops(_: str) -> None:
        if (out / COPIES).exists() and any((out / COPIES).iterdir()):
            raise KeyboardInterrupt

    monkeypatch.setattr(batching, "QUIET", -1)
    monkeypatch.setattr(batching, "say", stops)
    with pytest.raises(HandoutError, match=r"Stopped after 2 of 5 rows.*--resume") as stopped:
        batching._followed(making, "out")
    assert stopped.value.exit_code == Exit.STOPPED
    assert making.gi_frame is None
    assert {one.name for one in (out / WORK).iterdir()} == {"journal-0001", "lock"}


def test_ctrl_c_before_anything_is_made(kept: Store, tmp_path: Path) -> None:
    """While a long list is judged, Ctrl-C ends it with its code, and nothing stands there."""
    people = a_list(tmp_path / "people.csv", [{"note": "Rest well."}] * 20_000)
    begun = command(people, tmp_path / "out")
    with subprocess.Popen(begun, stderr=subprocess.PIPE, text=True, preexec_fn=with_usual_signals) as one:  # noqa: PLW1509  # no threads here
        until(lambda: "handouts" in Path(f"/proc/{one.pid}/cmdline").read_text() and _has_open(one.pid, people))
        one.send_signal(signal.SIGINT)
        assert one.stderr
        said = one.stderr.read()
    assert (one.returncode, "Traceback" in said) == (Exit.STOPPED, False)
    assert not (tmp_path / "out").exists()


def _has_open(process: int, file: Path) -> bool:
    with suppress(OSError):
        return any(one.readlink() == file for one in Path(f"/proc/{process}/fd").iterdir())
    return False
