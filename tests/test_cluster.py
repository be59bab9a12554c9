"""A cluster of two workers on this computer: the same bytes as without it, and a row survives the worker that had it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Timer

import pytest

from handouts import workers
from handouts.errors import Exit, HandoutError
from handouts.model import Format, Leaflet, Paper
from handouts.record import MANIFEST
from handouts.store import Store
from tests.batches import IS_LAID_OUT, a_list, begin, files_in, make, ran

pytestmark = pytest.mark.xdist_group("batch-elsewhere")

PATIENCE = 60


@dataclass(frozen=True)
class Cluster:
    """A scheduler and two workers, and what they wrote."""

    address: str
    workers: tuple["subprocess.Popen[bytes]", ...]
    folder: Path

    def said(self) -> str:
        return "".join(f.read_text(encoding="utf-8", errors="replace") for f in self.folder.rglob("*") if f.is_file())


def begun(module: str, log: Path, *more: str) -> "subprocess.Popen[bytes]":
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", module, *more],
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            env={**os.environ, "PYTHONPATH": str(Path(workers.__file__).parent.parent)},
        )


def matched(pattern: str, log: Path) -> str:
    end = time.monotonic() + PATIENCE
    while not (found := re.search(pattern, log.read_text(encoding="utf-8"))):
        assert time.monotonic() < end, log.read_text(encoding="utf-8")
        time.sleep(0.05)
    return found[1]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers of one thread each, without anyone who begins them anew."""
    folder = tmp_path_factory.mktemp("cluster")
    here = ("--host", "127.0.0.1", "--no-dashboard")
    scheduler = begun("distributed.cli.dask_scheduler", folder / "scheduler", *here, "--port", "0")
    those: tuple[subprocess.Popen[bytes], ...] = ()
    try:
        address = matched(r"Scheduler at:\s+(tcp://\S+)", folder / "scheduler")
        worker = ("--nthreads", "1", "--no-nanny", *here, "--local-directory", str(folder / "scratch"))
        those = tuple(begun("distributed.cli.dask_worker", folder / f"worker-{n}", address, *worker) for n in range(2))
        for n in range(2):
            matched(r"Registered to:\s+(\S+)", folder / f"worker-{n}")
        yield Cluster(address, those, folder)
    finally:
        for one in (*those, scheduler):
            one.kill()
            one.wait()


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One of whom is laid out on its own."""
    slow = {"note": f"Q7ZMARK {IS_LAID_OUT}"}
    return a_list(tmp_path_factory.mktemp("people") / "people.csv", [{"note": ""}, slow])


@pytest.fixture
def here(people: Path, kept: Store) -> dict[str, bytes]:
    """What this computer makes of them; once."""
    out = people.parent / "here"
    if not out.exists():
        make(people, out, workers.here(2), kept, separate=True)
    return files_in(out)


def test_a_cluster_makes_the_same_bytes(cluster: Cluster, people: Path, here: dict[str, bytes], tmp_path: Path) -> None:
    """Another machine must not make another leaflet, even when one goes off meanwhile; and no log of it holds a person."""
    there = ran(people, tmp_path / "there", "--separate", "--cluster", cluster.address)
    assert (there.returncode, there.stderr.count("Traceback")) == (0, 0), there.stderr
    assert here[MANIFEST].count(b'"stamped": false') == 1, "else the cluster had nothing to do"
    assert files_in(tmp_path / "there") == here
    assert "Q7ZMARK" not in cluster.said()


def test_what_fails_there_is_in_no_log(cluster: Cluster) -> None:
    """Dask writes what a task was given, when the task raises: a page with a name on it, on another computer."""
    there = workers.cluster(cluster.address)
    leaflet = Leaflet("<html lang=en><title>Q7ZMARK</title><p>Q7ZMARK \u4f60", "example", "en")
    with pytest.raises(HandoutError):
        there.lay_out(leaflet, Format(Paper.A4)).result()
    there.stop()
    assert "Q7ZMARK" not in cluster.said()
    assert "Compute Failed" not in cluster.said()


def _kill_who_lays_out(cluster: Cluster) -> None:
    """The one that has had more to do."""
    max(cluster.workers, key=lambda one: _seconds(one.pid)).kill()


def _seconds(process: int) -> int:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_a_killed_worker_has_its_rows_done_by_another(
    cluster: Cluster, people: Path, here: dict[str, bytes], kept: Store, tmp_path: Path
) -> None:
    """A machine of the cluster goes off while it lays out."""
    _, making = begin(people, tmp_path / "there", workers.cluster(cluster.address), kept, separate=True)
    killing = Timer(0.5, partial(_kill_who_lays_out, cluster))
    killing.start()
    (*_, done) = making
    killing.join()
    assert (done.laid_out, done.rows) == (1, 2)
    assert files_in(tmp_path / "there") == here


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nowhere", "xyz://a:1", ""])
def test_where_no_cluster_answers(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong address is a sentence, soon."""
    monkeypatch.setattr(workers, "ANSWERS_IN", "1s")
    with pytest.raises(HandoutError) as refused:
        workers.cluster(address)
    assert refused.value.exit_code == Exit.WRONG_COMMAND
