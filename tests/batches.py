"""People in, lists and batches of them out; stand-ins for those who lay leaflets out."""

import csv
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

from handouts import freezing, frozen, page, workers
from handouts.batch import Progress, make_batch
from handouts.errors import HandoutError
from handouts.model import Format, Leaflet, Pdf, Personal, Setting, Standing, Topic
from handouts.record import LOCK, MANIFEST, WORK
from handouts.store import Store
from handouts.waiting_list import Batch, BatchOrder, read_batch
from handouts.workers import Workers

TOPIC = "sleep-hygiene"
#: A note of words whose lines are not told here: it cannot be stamped, and is laid out on its own.
IS_LAID_OUT = "well_known_and_long " * 12
Row = Mapping[str, object]


def a_list(file: Path, rows: Iterable[Row]) -> Path:
    """A list of people; a row says what is not as usual."""
    whole = [{"name": f"Person Number{n}", "topics": TOPIC, "row id": f"p{n}"} | dict(r) for n, r in enumerate(rows)]
    columns = dict.fromkeys(column for row in whole for column in row)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, tuple(columns))
        writer.writeheader()
        writer.writerows(whole)
    return file


class StandIn(Executor):
    """Lays a person's copy out in no time: a page that holds a digest of it. `fails` says for which there is none, or another.

    What all copies share, which has a placeholder in it, is laid out.
    """

    def __init__(self, fails: Callable[[Leaflet], HandoutError | Pdf | None] = lambda _: None) -> None:
        self.asked: dict[str, Leaflet] = {}
        self._fails = fails

    def submit(self, _: Callable[..., Any], /, *args: Any, **__: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        leaflet, form = args
        if re.search(rf">\s*{frozen.PLACEHOLDER}", leaflet.html):
            future.set_result(workers.laid_out(leaflet, form))
            return future
        digest = hashlib.sha256(leaflet.html.encode()).hexdigest()
        self.asked[digest] = leaflet
        future.set_result(self._fails(leaflet) or one_page(f"% {digest}"))
        return future

    @property
    def workers(self) -> Workers:
        return Workers(lambda _: self, lambda _: None)


def one_page(content: str) -> Pdf:
    """A PDF of one page."""
    made = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(612, 792))
        pdf.pages[0].Contents = pdf.make_stream(content.encode())
        pdf.save(made, deterministic_id=True)
    return Pdf(made.getvalue(), 1)


def freeze_once(freeze: Callable[..., Any] = freezing.freeze) -> Callable[..., Any]:
    """Freezing that remembers: it is not what is tested here."""
    known: dict[tuple[bytes, str], Any] = {}

    def remembered(pdf: Pdf, expected: Any) -> Any:
        key = (hashlib.sha256(pdf.data).digest(), repr(expected))
        if key not in known:
            known[key] = freeze(pdf, expected)
        return known[key]

    return remembered


def begin(
    people: Path, out: Path, those: Workers, kept: Store, **ordered: Any
) -> tuple[Batch, Generator[Progress, None, None]]:
    """A batch that was judged, and its making."""
    batch = read_batch(people, BatchOrder(**ordered))
    return batch, make_batch(batch, out, those, kept)


def make(people: Path, out: Path, those: Workers, kept: Store, **ordered: Any) -> Progress:
    """Make a whole batch."""
    (*_, done) = begin(people, out, those, kept, **ordered)[1]
    return done


def read_once(read: Callable[..., Batch] = read_batch) -> Callable[..., Batch]:
    """Judging lists that remembers: what is read does not change within a test."""
    known: dict[tuple[Path, bytes, str], Batch] = {}

    def remembered(people: Path, ordered: BatchOrder) -> Batch:
        first = replace(ordered, resume=False)
        key = (people, people.read_bytes(), repr(first))
        if key not in known:
            known[key] = read(people, first)
        return replace(known[key], ordered=ordered)

    return remembered


def leaflets_once(make_leaflet: Callable[..., Leaflet] = page.make_leaflet) -> Callable[..., Leaflet]:
    """Filling templates that remembers."""
    known: dict[tuple[str, str, str], Leaflet] = {}

    def remembered(topic: Topic, setting: Setting, stands: Standing, personal: Personal | None = None) -> Leaflet:
        key = (topic.name, repr(setting.form), repr(personal))
        if key not in known:
            known[key] = make_leaflet(topic, setting, stands, personal)
        return known[key]

    return remembered


def files_in(folder: Path) -> dict[str, bytes]:
    """All that stands in a folder, by name."""
    # A lock is let go when its file is closed, be it by whom it may.
    found = (f for f in sorted(folder.rglob("*")) if f.is_file() and f.name != LOCK)
    return {str(f.relative_to(folder)): f.read_bytes() for f in found}


def finals_in(folder: Path) -> dict[str, bytes]:
    """What has its final name there."""
    return {name: data for name, data in files_in(folder).items() if not name.startswith(WORK)}


def manifest_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))


def texts_of(file: Path | bytes) -> list[str]:
    """The words on each page, without spaces."""
    with pypdfium2.PdfDocument(file) as pdf:
        return ["".join(page.get_textpage().get_text_range().split()) for page in pdf]


def command(people: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "handouts", "batch", str(people), "--region", "us", "--out", str(out), *more]


def ran(people: Path, out: Path, *more: str, **how: Any) -> "subprocess.CompletedProcess[str]":
    """The command, run to its end in a process of its own."""
    return subprocess.run(command(people, out, *more), capture_output=True, text=True, check=False, **how)


def with_usual_signals() -> None:
    """For a process that is about to begin: what `nohup` or a script that runs tests has it ignore is heard again."""
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_DFL)


def in_a_fork(do: Callable[[], None]) -> int:
    """Do something in a copy of this process, which may be killed over it; how it ended: minus the signal, or 0 or 1."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # later Pythons warn of threads; ours wait
        child = os.fork()
    if not child:
        code = 1
        try:
            do()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


#: What is about to change on the disk.
STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "fcntl.lockf"}


def kill_at(step: int, folder: Path) -> None:
    """Have this process killed just before it changes the folder for the so-manieth time.

    It ends with code 99 if it begins to write to a file that has its final name: killed then, that would be torn.
    """
    left = step
    finals = re.compile(rf"{re.escape(str(folder))}/(?!{re.escape(WORK)})")

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event == "open" and finals.match(str(arguments[0])) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
            os._exit(99)
        if event in STEPS and (event == "fcntl.lockf" or str(arguments[0]).startswith(str(folder))):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(look)


def children_of(process: int) -> list[int]:
    """The processes that a process began and that still run; not the one in which Python keeps an eye on shared things."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            said = stat.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == process and fields[0] != "Z" and b"resource_tracker" not in said:
            found.append(int(stat.parent.name))
    return found


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def dies_once(leaflet: Leaflet, form: Format) -> workers.Outcome:
    """Kills the process it runs in, the first time; then lays out."""
    flag = Path(os.environ["DIES_ONCE"])
    if not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return one_page(f"% {hashlib.sha256(leaflet.html.encode()).hexdigest()}")


def always_dies(leaflet: Leaflet, form: Format) -> workers.Outcome:
    """Kills the process it runs in."""
    os.kill(os.getpid(), signal.SIGKILL)
    return workers.laid_out(leaflet, form)
