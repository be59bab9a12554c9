"""Leaflets in, their PDFs out: laid out by several processes of this computer, or by the machines of a cluster.

Only what WeasyPrint must lay out comes here; stamping a copy takes less time than sending it.
"""

import os
import signal
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from handouts import store
from handouts.errors import Exit, HandoutError
from handouts.finishing import lay_out
from handouts.model import Format, Leaflet, Pdf

#: So often a leaflet is begun anew when the process that laid it out dies.
TRIES = 3


@dataclass
class Workers:
    """Those who lay leaflets out: begun when the first is needed, and anew when one of them dies."""

    begin: Callable[[], Executor]
    _executor: Executor | None = None
    _broken: set[int] = field(default_factory=set)

    def lay_out(self, leaflet: Leaflet, form: Format) -> "Task":
        """Begin to lay a leaflet out."""
        return Task(self, leaflet, form)

    def submit(self, leaflet: Leaflet, form: Format) -> tuple[Executor, "Future[Pdf]"]:
        """Hand a leaflet to those who are there; if they are broken, to new ones."""
        if self._executor is None:
            self._executor = self.begin()
        try:
            return self._executor, self._executor.submit(lay_out, leaflet, form)
        except BrokenExecutor:
            self.replace(self._executor)
            return self.submit(leaflet, form)

    def replace(self, broken: Executor) -> None:
        """Let go of workers that are broken, once."""
        if self._executor is broken:
            broken.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    def stop(self) -> None:
        """Let everyone go; what is not begun is not done."""
        if self._executor:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None


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
                return self._future.result()
            except BrokenExecutor:
                self._workers.replace(self._executor)
                self._executor, self._future = self._workers.submit(*self._what)
        self.is_given_up = True
        raise HandoutError(
            "The processes that lay leaflets out keep dying; is there memory left? Try --workers 1.", Exit.CANNOT_WRITE
        )


def here(processes: int | None) -> Workers:
    """Processes of this computer; as many as it has processors, if no number is given."""
    number = processes or os.cpu_count() or 1
    return Workers(partial(ProcessPoolExecutor, max_workers=number, initializer=_leave_stopping_to_the_first))


def _leave_stopping_to_the_first() -> None:
    """Ctrl-C reaches every process; the first one decides what becomes of the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def cluster(address: str) -> Workers:
    """The machines of a Dask cluster, each of which must have this very version of handouts."""
    try:
        import distributed  # noqa: PLC0415  # an extra: few clinics have a cluster
    except ImportError as error:
        raise HandoutError(
            "--cluster needs Dask: install handouts[cluster], here and on the machines.", Exit.WRONG_COMMAND
        ) from error
    dask: Any = distributed  # it is typed in part
    try:
        client = dask.Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise HandoutError(
            f"No cluster answers at {address}. Start `dask scheduler` there, and give its address, such as tcp://host:8786.",
            Exit.WRONG_COMMAND,
        ) from error
    there = client.run(store.house)
    if not there:
        raise HandoutError(
            f"The cluster at {address} has no workers yet. Start `dask worker {address}`.", Exit.WRONG_COMMAND
        )
    if set(there.values()) != {store.house()}:
        raise HandoutError(
            "The machines of the cluster have other fonts, styles or versions than this one, and would make other leaflets. Install the same everywhere.",
            Exit.WRONG_COMMAND,
        )
    return Workers(client.get_executor)
