"""Leaflets in, their PDFs out: laid out by several processes of this computer, or by the machines of a cluster.

Only what WeasyPrint must lay out comes here; stamping a copy takes less time than sending it.
"""

import os
import pickle
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from handouts import pdf, store
from handouts.errors import Exit, HandoutError
from handouts.finishing import lay_out
from handouts.model import Format, Leaflet, Pdf

#: So often a leaflet is begun anew when the process that laid it out dies.
TRIES = 3
#: So long a cluster may take to answer.
ANSWERS_IN = "10s"


#: A PDF, or why there is none.
Outcome = Pdf | HandoutError | OSError
#: WeasyPrint makes no promise about threads, and the workers of a cluster have several.
_ONE_AT_A_TIME = Lock()


def laid_out(leaflet: Leaflet, form: Format) -> Outcome:
    """A leaflet as it goes to the printer, or why there is none.

    That is given back, not raised: of what is raised, the workers of a cluster write a report, with the page in it.
    """
    try:
        with _ONE_AT_A_TIME:
            return lay_out(leaflet, form)
    except HandoutError as error:
        return HandoutError(error.sentence, error.exit_code)
    except OSError as error:  # no room for temporary files
        return OSError(error.errno, error.strerror)
    except Exception as error:  # noqa: BLE001  # its words may be those of the page
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
        return HandoutError(
            f"{leaflet.topic} could not be laid out; this is a fault of ours ({where}).", Exit.OUR_FAULT
        )


@dataclass
class Workers:
    """Those who lay leaflets out: begun when the first is needed, and anew when one of them dies."""

    begin: Callable[[Path | None], Executor]
    end: Callable[[Executor | None], None]
    #: Where those on this computer put their temporary files; None: where the system does.
    room: Path | None = None
    _executor: Executor | None = None

    def get_ready(self) -> None:
        """Have processes of this computer read what lays leaflets out, while the list is read."""
        self._executor = self._executor or self.begin(self.room)
        if isinstance(self._executor, _Processes):
            self._executor.get_ready()

    def work_in(self, room: Path) -> None:
        """Have temporary files put into a folder."""
        self.room = room
        if isinstance(self._executor, _Processes):
            self._executor.room = room

    def lay_out(self, leaflet: Leaflet, form: Format) -> "Task":
        """Begin to lay a leaflet out."""
        return Task(self, leaflet, form)

    def submit(self, leaflet: Leaflet, form: Format) -> tuple[Executor, "Future[Outcome]"]:
        """Hand a leaflet to those who are there; if they are broken, to new ones."""
        if self._executor is None:
            self._executor = self.begin(self.room)
        try:
            return self._executor, self._executor.submit(laid_out, leaflet, form)
        except BrokenExecutor:
            self.replace(self._executor)
            return self.submit(leaflet, form)

    def replace(self, broken: Executor) -> None:
        """Let go of workers that are broken, once."""
        if self._executor is broken:
            broken.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    def stop(self) -> None:
        """Let everyone go; what is not done stays undone."""
        executor, self._executor = self._executor, None
        self.end(executor)


class Task:
    """A leaflet that is being laid out."""

    def __init__(self, workers: Workers, leaflet: Leaflet, form: Format) -> None:
        self._workers = workers
        self._what = (leaflet, form)
        self._executor, self._future = workers.submit(*self._what)
        self.is_given_up = False

    @property
    def is_done(self) -> bool:
        """Whether nobody has to wait for it any more."""
        return self._future.done()

    def result(self) -> Pdf:
        """The PDF. A process that dies over it (out of memory, say) is replaced, and it is begun anew."""
        for _ in range(TRIES):
            try:
                found = self._future.result()
            except BrokenExecutor:
                self._workers.replace(self._executor)
                self._executor, self._future = self._workers.submit(*self._what)
            except Exception as error:  # noqa: BLE001  # what a cluster says when it is lost
                raise self._given_up(
                    f"The cluster could not do it ({type(error).__name__}); is it still there?"
                ) from None
            else:
                if isinstance(found, Pdf):
                    return found
                raise found
        raise self._given_up("The processes that lay leaflets out keep dying; is there memory left? Try --workers 1.")

    def _given_up(self, sentence: str) -> HandoutError:
        self.is_given_up = True
        return HandoutError(
            f"{sentence} What has its final name is whole; the same command with --resume goes on.", Exit.CANNOT_WRITE
        )


class _Processes(ProcessPoolExecutor):
    """Processes of this computer, none of which outlives the one that began them, whatever ends it.

    Each waits for the end of a pipe of which the first alone holds the other end.
    """

    def __init__(self, number: int, room: Path | None) -> None:
        ends, self._held = Pipe(duplex=False)
        super().__init__(number, initializer=_begin_process, initargs=(ends, self._held))
        self._number = number
        self.room = room

    def get_ready(self) -> None:
        """Begin the processes, and have each read what it will need."""
        for _ in range(self._number):
            self._submit(pdf.styles)

    def submit(self, work: Any, leaflet: Any, form: Any) -> "Future[Any]":  # type: ignore[override]
        """Begin a task.

        The leaflet goes by way of a private file: it is larger than a pipe holds, and Python before 3.12 waits for ever
        to write to a pipe whose readers are all dead.
        """
        handle, name = tempfile.mkstemp(dir=self.room, prefix="leaflet-")
        with os.fdopen(handle, "wb") as out:
            pickle.dump(leaflet, out)
        return self._submit(_from_file, work, name, form)

    def _submit(self, work: Callable[..., Any], *about: Any) -> "Future[Any]":
        """Begin a task, and the processes if need be: a Ctrl-C in that moment is for the first one alone."""
        if sys.platform == "win32":
            return super().submit(work, *about)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return super().submit(work, *about)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes go at once, be they at work or not."""
        self._held.close()
        super().shutdown(wait, cancel_futures=cancel_futures)


def _from_file(work: Callable[[Leaflet, Format], Outcome], name: str, form: Format) -> Outcome:
    """Work at a leaflet that the first process has written down, and take the file away."""
    file = Path(name)
    tempfile.tempdir = str(file.parent)
    leaflet = pickle.loads(file.read_bytes())  # noqa: S301  # our own, and private
    file.unlink()
    return work(leaflet, form)


def here(processes: int | None) -> Workers:
    """Processes of this computer; as many as it has processors, if no number is given."""
    return Workers(partial(_Processes, processes or os.cpu_count() or 1), _end)


def _end(executor: Executor | None) -> None:
    if executor:
        executor.shutdown(wait=True, cancel_futures=True)


def _begin_process(ends: "Connection[Any, Any]", held: "Connection[Any, Any]") -> None:
    """Ctrl-C reaches every process; the first one decides what becomes of the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    held.close()
    Thread(target=_end_with, args=(ends,), daemon=True).start()


def _end_with(ends: "Connection[Any, Any]") -> None:
    with suppress(EOFError, OSError):
        ends.recv_bytes()
    os._exit(0)


def cluster(address: str) -> Workers:
    """The machines of a Dask cluster, each of which must have this very version of handouts."""
    try:
        import distributed  # noqa: PLC0415  # an extra: few clinics have a cluster
    except ImportError as error:
        raise HandoutError(
            "--cluster needs Dask. In the folder of handouts, here and on each machine: pip install -e '.[cluster]'",
            Exit.WRONG_COMMAND,
        ) from error
    dask: Any = distributed  # it is typed in part
    try:
        client = dask.Client(address, timeout=ANSWERS_IN, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise HandoutError(
            f"No cluster answers at {address}. Start `dask scheduler` there, and give its address, such as tcp://host:8786.",
            Exit.WRONG_COMMAND,
        ) from error
    try:
        there = client.run(store.house)
    except Exception as error:
        client.close()
        raise HandoutError(
            f"The machines of the cluster at {address} cannot lay leaflets out ({type(error).__name__}). In the folder of handouts on each: pip install -e '.[cluster]'",
            Exit.WRONG_COMMAND,
        ) from error
    if not there:
        client.close()
        raise HandoutError(
            f"The cluster at {address} has no workers yet. Start `dask worker {address}`.", Exit.WRONG_COMMAND
        )
    if set(there.values()) != {store.house()}:
        client.close()
        raise HandoutError(
            "The machines of the cluster have other fonts, styles or versions than this one, and would make other leaflets. Install the same everywhere.",
            Exit.WRONG_COMMAND,
        )

    def end(executor: Executor | None) -> None:
        if executor:
            executor.shutdown(wait=False)  # for Dask this means: cancel what is not done
        client.close()

    return Workers(lambda _: client.get_executor(), end)
