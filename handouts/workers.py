"""Leaflets in, their PDFs out: laid out by several processes of this computer, or by the machines of a cluster.

Only what WeasyPrint must lay out comes here; stamping a copy takes less time than sending it.
"""

import errno
import hashlib
import json
import os
import signal
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from handouts import pdf, store
from handouts.errors import NO_MEMORY, Exit, HandoutError, reason
from handouts.finishing import lay_out
from handouts.model import Format, Leaflet, Pdf, Place
from handouts.processes import beginning

#: So often a leaflet is begun anew when the process that laid it out dies.
TRIES = 3
#: What is true of a batch that has stopped, whatever stopped it.
GOES_ON = "What has its final name is whole; the same command with --resume goes on from there."
#: Seconds after which one looks whether anybody is still there.
LOOK_EVERY = 2.0
#: So long a cluster may take to answer.
ANSWERS_IN = "10s"
#: Bytes; our fonts, which WeasyPrint writes to temporary files, take no more.
TEMPORARY = 1_000_000


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
        return _no_room() or HandoutError(error.sentence, error.exit_code)
    except OSError as error:
        return OSError(error.errno, reason(error), error.filename)
    except MemoryError:
        return HandoutError(NO_MEMORY, Exit.CANNOT_WRITE)
    except Exception as error:  # noqa: BLE001  # its words may be those of the page
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}"
        return HandoutError(
            f"{leaflet.topic} could not be laid out; this is a fault of ours ({where}).", Exit.OUR_FAULT
        )


def _no_room() -> OSError | None:
    """Why there can be no temporary files, if there can be none: WeasyPrint needs them, and says only that it warns."""
    try:
        with tempfile.TemporaryFile() as file:
            file.write(bytes(TEMPORARY))
    except OSError as error:
        return OSError(error.errno, reason(error), tempfile.tempdir or "The folder for temporary files")
    return None


@dataclass
class Workers:
    """Those who lay leaflets out: begun when the first is needed, and anew when one of them dies."""

    begin: Callable[[Path | None], Executor]
    end: Callable[[Executor | None], None]
    #: Where those on this computer put their temporary files; None: where the system does.
    room: Path | None = None
    #: What is said when it fails in ways of which it says nothing itself.
    lost: str = "What lays leaflets out has failed, and this is a fault of ours ({})."
    _executor: Executor | None = None

    def get_ready(self) -> None:
        """Have processes of this computer read what lays leaflets out, while the list is read."""
        self._executor = self._executor or self.begin(self.room)
        if isinstance(self._executor, _Processes):
            try:
                self._executor.get_ready()
            except _NoProcessError:
                self._do_without(self._executor)

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
        except _NoProcessError:
            self._do_without(self._executor)
        return self.submit(leaflet, form)

    def replace(self, broken: Executor) -> None:
        """Let go of workers that are broken, once."""
        if self._executor is broken:
            broken.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    def _do_without(self, broken: Executor) -> None:
        """Lay out here. Processes that were begun in part would take work and never do it."""
        self.replace(broken)
        self._executor = _ThisProcess()

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
                found = self._found()
            except BrokenExecutor:
                self._workers.replace(self._executor)
                self._executor, self._future = self._workers.submit(*self._what)
            except Exception as error:  # noqa: BLE001  # what a cluster says when it is lost
                raise self._given_up(self._workers.lost.format(type(error).__name__)) from None
            else:
                if isinstance(found, Pdf):
                    return found
                raise found
        raise self._given_up(
            "The processes that lay leaflets out keep dying; is there memory left, and may more be begun? Try --workers 1."
        )

    def _found(self) -> Outcome:
        """Wait for what comes of it. BrokenExecutor if nothing can come: nobody is left to say so."""
        while not wait([self._future], LOOK_EVERY).done:
            if isinstance(self._executor, _Processes) and self._executor.is_dead:
                raise BrokenExecutor
        return self._future.result()

    def _given_up(self, sentence: str) -> HandoutError:
        self.is_given_up = True
        return HandoutError(f"{sentence} {GOES_ON}", Exit.CANNOT_WRITE)


class _NoProcessError(Exception):
    """The system lets us begin no other process, or not let it talk to this one."""


class _ThisProcess(Executor):
    """Lays out at once, here: slower, but it asks nothing of the system."""

    def submit(self, work: Any, leaflet: Any, form: Any) -> "Future[Any]":  # type: ignore[override]
        done: Future[Any] = Future()
        done.set_result(work(leaflet, form))
        return done


class _Processes(ProcessPoolExecutor):
    """Processes of this computer, none of which outlives the one that began them, whatever ends it.

    Each waits for the end of a pipe of which the first alone holds the other end.
    """

    def __init__(self, number: int, room: Path | None) -> None:
        ends, self._held = Pipe(duplex=False)
        super().__init__(number, initializer=_begin_process, initargs=(ends, self._held))
        self._number = number
        self.room = room

    @property
    def is_dead(self) -> bool:
        """Whether the thread that hands out the work has ended by itself: it could begin no other, and said nothing."""
        thread: Any = self._executor_manager_thread
        return thread is not None and not thread.is_alive()

    def get_ready(self) -> None:
        """Begin the processes, and have each read what it will need."""
        for _ in range(self._number):
            self._submit(pdf.styles)

    def submit(self, work: Any, leaflet: Any, form: Any) -> "Future[Any]":  # type: ignore[override]
        """Begin a task.

        The leaflet goes by way of a private file: it is larger than a pipe holds, and Python before 3.12 waits for ever
        to write to a pipe whose readers are all dead. Its digest goes by the pipe: others may be able to write to the
        folder that the file's folder lies in.
        """
        data = json.dumps(asdict(leaflet)).encode()
        handle, name = tempfile.mkstemp(dir=self.room, prefix="leaflet-")
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        return self._submit(_from_file, work, name, hashlib.sha256(data).digest(), form)

    def _submit(self, work: Callable[..., Any], *about: Any) -> "Future[Any]":
        """Begin a task, and the processes if need be."""
        try:
            with beginning():
                return super().submit(work, *about)
        except BrokenExecutor:
            raise
        except (OSError, RuntimeError) as error:  # too many processes, threads or open files
            raise _NoProcessError from error

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the processes go at once, be they at work or not."""
        self._held.close()
        super().shutdown(wait, cancel_futures=cancel_futures)


def _from_file(work: Callable[[Leaflet, Format], Outcome], name: str, digest: bytes, form: Format) -> Outcome:
    """Work at a leaflet that the first process has written down, and take the file away."""
    file = Path(name)
    tempfile.tempdir = str(file.parent)
    try:
        data = file.read_bytes()
        file.unlink()
    except OSError as error:
        return OSError(error.errno, reason(error), name)
    if hashlib.sha256(data).digest() != digest:
        return OSError(errno.EIO, "another program has changed it", name)
    return work(_leaflet(**json.loads(data)), form)


def _leaflet(lines: Sequence[tuple[str, Mapping[str, Any]]], urgent: Sequence[str], **said: str) -> Leaflet:
    """A leaflet as it was before it was written down."""
    places = tuple((words, Place(**place)) for words, place in lines)
    return Leaflet(**said, lines=places, urgent=tuple(urgent))


def here(processes: int | None) -> Workers:
    """Processes of this computer; as many as it has processors, if no number is given."""
    return Workers(partial(_begun, processes or os.cpu_count() or 1), _end)


def _begun(number: int, room: Path | None) -> Executor:
    """So many processes; this one, if the system has nothing with which they could talk to each other."""
    try:
        return _Processes(number, room)
    except (OSError, ImportError):  # a /dev/shm that is full or closed, too many open files, a system without locks
        return _ThisProcess()


def _end(executor: Executor | None) -> None:
    if executor:
        executor.shutdown(wait=True, cancel_futures=True)


def _begin_process(ends: "Connection[Any, Any]", held: "Connection[Any, Any]") -> None:
    """Ctrl-C reaches every process; the first one decides what becomes of the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    held.close()
    try:
        Thread(target=_end_with, args=(ends,), daemon=True).start()
    except RuntimeError:  # no more threads: it must not live on by itself
        os._exit(1)


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

    lost = "The cluster could not do it ({}); is it still there?"
    return Workers(lambda _: client.get_executor(), end, lost=lost)
