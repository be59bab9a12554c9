"""Many people in; their leaflets out, in the order of the list, with a record of what was made.

A list is judged as a whole before anything is made. Then each leaflet is laid out once and frozen (`frozen`), and each
person's copy stamped (`stamping`), here, in the order of the list; what cannot be stamped truthfully is laid out on its
own by the `workers`, while the rows after it go on. A print file is written as it grows, beside its place, and gets its
name when it is whole; so does each copy of its own. The `record` says what is.
"""

import errno
import hashlib
import os
from collections import deque
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from handouts import __version__, frozen, naming, stamping
from handouts.editions import Copy, Editions
from handouts.errors import NO_MEMORY, Exit, HandoutError, reason
from handouts.frozen import Frozen
from handouts.make import today
from handouts.model import Format, Ink, Paper, Pdf, Person, Urgent
from handouts.record import MANIFEST, Record, Said, private
from handouts.stamping import Copies, Fonts, PrintFile, Stamped
from handouts.store import Store
from handouts.waiting_list import Batch
from handouts.workers import GOES_ON, Workers

#: Rows that are begun while the first of them waits for what is laid out on its own.
AHEAD = 200
#: Rows between two writings of the record.
FLUSH_EVERY = 250
COPIES = "copies"
#: How the system says that a folder is no longer where it was.
GONE = (errno.ENOENT, errno.ENOTDIR, errno.ESTALE)
#: What a person can do, where it is not to write somewhere else.
CURES = {
    errno.ENOSPC: "Make room there.",
    errno.EDQUOT: "Make room there.",
    errno.EMFILE: "Have more files opened at once (`ulimit -n 1024`).",
    errno.ENFILE: "Close other programs: too many files are open on this computer.",
    errno.ENAMETOOLONG: "Its path has to be shorter.",
}


@dataclass(frozen=True)
class Printed:
    """A print file: the rows in it are those of the list, in their order."""

    file: Path
    pages: int
    copies: int
    form: Format


@dataclass(frozen=True)
class Progress:
    """How far a batch is: rows done of all; copies that were stamped, laid out on their own, or made by an earlier run.

    `too_long` counts the copies of a topic that have more pages than it is meant to have; `parted` those in which urgent help
    goes on on page 2. `manifest` is there at the end.
    """

    rows: int
    of: int
    stamped: int = 0
    laid_out: int = 0
    before: int = 0
    too_long: tuple[tuple[str, int], ...] = ()
    parted: tuple[tuple[str, int], ...] = ()
    files: tuple[Printed, ...] = ()
    manifest: Path | None = None


# --- Making ----------------------------------------------------------------------------------


def make_batch(batch: Batch, folder: Path, workers: Workers, kept: Store) -> Generator[Progress, None, None]:
    """Make everything, and yield how far it is, again and again; the last says that all is there.

    Whatever stops it, what has its final name is whole, and `resume` goes on from there. Close it if you stop asking.
    """
    record = Record(folder)
    try:
        with ExitStack() as at_the_end:
            at_the_end.callback(record.stop)
            at_the_end.callback(workers.stop)
            record.begin(head_of(batch), resume=batch.ordered.resume)
            if record.finished:
                yield _finished(record.finished, record, batch)
                return
            workers.work_in(record.work)
            fonts = {face: stamping.font_of(face, batch.letters[face[0]]) for face in frozen.FACES.values()}
            editions = Editions(batch.topics, batch.settings, batch.ordered.order.language, workers, kept, fonts)
            making = _Making(batch, record, editions, fonts)
            at_the_end.callback(making.stop)
            done = yield from making.all()
            workers.stop()
            yield replace(done, manifest=record.finish())
    except OSError as error:
        raise HandoutError(_what_failed(record, error), Exit.CANNOT_WRITE) from error
    except MemoryError as error:
        raise HandoutError(f"{NO_MEMORY} {GOES_ON}", Exit.CANNOT_WRITE) from error


def _what_failed(record: Record, error: OSError) -> str:
    """What could not be written, why, and what to do. Our own files are named after nobody, and may be told."""
    if error.errno in GONE and not os.path.lexists(record.work):
        return f"{record.folder} was moved or deleted while its leaflets were made. If it was moved, put it back: the same command with --resume goes on from there. If not, begin anew."
    named = error.filename2 or error.filename
    what = os.fsdecode(named) if isinstance(named, str | bytes) else record.folder
    cure = f" {CURES[error.errno]}" if error.errno in CURES else ""
    after = GOES_ON if record.can_go_on else "Nothing was made; choose another folder with --out."
    return f"{what} could not be written to: {reason(error)}.{cure} {after}"


def head_of(batch: Batch) -> Said:
    """What the record says of the batch as a whole: two with the same are one, but for the day."""
    return {
        "made": today().isoformat(),
        "handouts": __version__,
        "region": batch.house.region.code,
        "batch": batch.digest,
    }


def _finished(said: Said, record: Record, batch: Batch) -> Progress:
    """A batch of which an earlier run made everything."""
    files = tuple(
        Printed(
            record.folder / one["file"], one["pages"], one["copies"], Format(Paper(one["paper"]), ink=Ink(one["ink"]))
        )
        for one in said["files"]
    )
    people = batch.judged.people
    return Progress(people, people, before=len(said["copies"]), files=files, manifest=record.folder / MANIFEST)


#: A person, and for each topic the copy that was begun; None if an earlier run made all that it stands in.
Begun = tuple[Person, dict[str, Copy | None]]


class _Making:
    """The writing of a batch: one row after another, in the order of the list."""

    def __init__(self, batch: Batch, record: Record, editions: Editions, fonts: Fonts) -> None:
        self._batch = batch
        self._record = record
        self._editions = editions
        self._fonts = fonts
        self._copies: dict[int, tuple[Frozen, Copies]] = {}
        self._whole: dict[str, bool] = {}
        self._run: _Run | None = None
        self._runs = 0
        self._written = 0
        self._done = Progress(0, batch.judged.people)

    def all(self) -> Generator[Progress, None, Progress]:
        """Make everything but the record; how far it is then."""
        yield self._done
        if self._batch.ordered.separate:
            (self._record.folder / COPIES).mkdir(mode=0o700, exist_ok=True)
            self._record.expect(self._batch.judged.people)
        self._begin_editions()
        begun: deque[Begun] = deque()
        for person in self._batch.people():
            begun.append((person, {topic: self._begin(person, topic) for topic in person.topics}))
            while begun and (len(begun) > AHEAD or _is_ready(begun[0])):
                yield self._write(*begun.popleft())
        while begun:
            yield self._write(*begun.popleft())
        self._end_run()
        return self._done

    def stop(self) -> None:
        """Let go of the print file that is under way."""
        if self._run:
            self._run.stop()

    def _begin_editions(self) -> None:
        """Begin what the first rows need, so that one leaflet does not wait for another."""
        first = list(islice(self._batch.people(), AHEAD))
        for begin in (self._editions.begin, self._editions.begin_fitted):
            for person in first:
                for topic in person.topics:
                    if not self._was_made(person, topic):
                        begin(person, topic)

    def _begin(self, person: Person, topic: str) -> Copy | None:
        if self._was_made(person, topic):
            return None
        if (said := self._alone(person, topic)) and not said["stamped"]:
            pdf = Pdf((self._record.folder / said["file"]).read_bytes(), said["pages"])
            return Copy(self._editions.edition(person, topic), None, {}, made=pdf)
        return self._editions.copy(person, topic)

    def _was_made(self, person: Person, topic: str) -> bool:
        """Whether all that a copy stands in is whole."""
        said = self._record.before.get((str(person.row), topic))
        if said is None or not self._is_whole(said["print_file"]):
            return False
        return not self._batch.ordered.separate or self._alone(person, topic) is not None

    def _alone(self, person: Person, topic: str) -> Said | None:
        """What the record says of a copy's own file, if that was made before and is whole."""
        said = self._record.before.get((str(person.row), topic))
        return said if said and "file" in said and self._record.is_whole(said) else None

    def _is_whole(self, print_file: str) -> bool:
        """Whether a print file was made before and is whole; looked at once."""
        if print_file not in self._whole:
            said = self._record.before.get(("", print_file))
            self._whole[print_file] = said is not None and self._record.is_whole(said)
        return self._whole[print_file]

    # --- Writing a row

    def _write(self, person: Person, copies: Mapping[str, Copy | None]) -> Progress:
        """Write what a person gets, and say so in the record."""
        run = self._run_of(person)
        ready = {topic: _ready(copy, person.row) for topic, copy in copies.items() if copy}
        pages = run.add(person, [ready[topic] for topic in copies if topic in ready], self._separator(person, run))
        for topic, copy in copies.items():
            if copy is None:
                self._record.add(self._record.before[str(person.row), topic])
                self._done = replace(self._done, before=self._done.before + 1)
            else:
                self._say(person, copy, ready[topic], run, pages.pop(0) if pages else None)
        self._done = replace(self._done, rows=self._done.rows + 1)
        if self._done.rows % FLUSH_EVERY == 0:
            self._record.flush()
        return self._done

    def _separator(self, person: Person, run: "_Run") -> "Ready | None":
        if not self._batch.ordered.separators or run.is_whole:
            return None
        return Ready(*self._editions.separator(person))

    def _say(self, person: Person, copy: Copy, ready: "Ready", run: "_Run", page: int | None) -> None:
        """Say in the record what a copy is; write its own file, if there is to be one."""
        topic, form = copy.edition.topic, copy.edition.setting.form
        said: dict[str, Any] = {
            "row": person.row,
            "id": person.id,
            "topic": topic.name,
            "version": topic.version,
            "language": topic.language,
            "text_size": form.text_size,
            "copies": person.copies,
            "pages": ready.frozen.pages,
            "print_file": run.name,
            "page": page or self._record.before[str(person.row), topic.name]["page"],
            "stamped": ready.pdf is None,
        }
        unfinished = None
        if self._batch.ordered.separate:
            if old := self._alone(person, topic.name):
                said |= {"file": old["file"], "sha256": old["sha256"]}
            else:
                data, digest = self._own_file(ready)
                name = naming.copy(person.id, topic.name, topic.language, self._batch.house.region)
                said |= {"file": f"{COPIES}/{name}", "sha256": digest}
                self._written += 1
                unfinished = self._record.work / f"copy-{self._written}"
                self._record.write(unfinished, data)
        self._record.add(said, unfinished)
        self._count(copy, ready)

    def _own_file(self, ready: "Ready") -> tuple[bytes, str]:
        """A copy as a PDF of its own, and its SHA-256."""
        if ready.pdf:
            return ready.pdf.data, hashlib.sha256(ready.pdf.data).hexdigest()
        key = id(ready.frozen)
        if key not in self._copies:
            self._copies[key] = ready.frozen, Copies(ready.frozen, self._fonts)
        return self._copies[key][1].copy(ready.stamped)

    def _count(self, copy: Copy, ready: "Ready") -> None:
        stamped = ready.pdf is None
        topic = copy.edition.topic
        too_long = dict(self._done.too_long)
        if copy.edition.setting.form.is_standard and ready.frozen.pages > topic.pages:
            too_long[topic.name] = too_long.get(topic.name, 0) + 1
        parted = dict(self._done.parted)
        if ready.frozen.urgent is not Urgent.WHOLE:
            parted[topic.name] = parted.get(topic.name, 0) + 1
        self._done = replace(
            self._done,
            stamped=self._done.stamped + stamped,
            laid_out=self._done.laid_out + (not stamped),
            too_long=tuple(too_long.items()),
            parted=tuple(parted.items()),
        )

    # --- Print files

    def _run_of(self, person: Person) -> "_Run":
        """The print file a row goes to: a new one where paper or ink change."""
        form = self._editions.setting(person).form
        if self._run is None or not self._run.takes(form):
            self._end_run()
            self._runs += 1
            two_sided = self._batch.ordered.two_sided
            name = naming.print_file(self._runs, self._batch.house.region, form, two_sided=two_sided)
            self._run = _Run(self._record, name, form, self._fonts, two_sided, self._is_whole(name))
        return self._run

    def _end_run(self) -> None:
        if self._run:
            printed = self._run.end()
            self._done = replace(self._done, files=(*self._done.files, printed))
            self._record.flush()
            self._run = None


def _is_ready(begun: Begun) -> bool:
    return all(copy is None or copy.is_ready for copy in begun[1].values())


@dataclass(frozen=True)
class Ready:
    """A copy that can be written. One that was laid out on its own is a PDF already."""

    frozen: Frozen
    stamped: Stamped
    pdf: Pdf | None = None


def _ready(copy: Copy, row: int) -> Ready:
    """A copy that is laid out, and keeps the rules that must hold."""
    ready = _laid_out(copy, row)
    if not copy.edition.keeps_urgent_help(ready.frozen.urgent):
        raise HandoutError(
            f"Row {row}: in this copy of {copy.edition.topic.name}, urgent help does not stand on page 1 as it must. Shorten the names in this row; if they are short, shorten what stands before the box in the leaflet.",
            Exit.WRONG_PEOPLE,
        )
    return ready


def _laid_out(copy: Copy, row: int) -> Ready:
    if copy.frozen:
        return Ready(copy.frozen, copy.stamped)
    from handouts import freezing  # noqa: PLC0415  # few batches have any

    pdf = copy.laid_out(row)
    alone = freezing.freeze(replace(pdf, rooms=()), [])
    assert alone, "without slots, nothing can be missed"
    return Ready(alone, {}, pdf)


class _Run:
    """A print file under way: all rows one after another that the printer can print in one go."""

    def __init__(
        self,
        record: Record,
        name: str,
        form: Format,
        fonts: Fonts,
        two_sided: bool,
        is_whole: bool,
    ) -> None:
        self.name = name
        self.is_whole = is_whole
        self._record = record
        self._form = form
        self._two_sided = two_sided
        self._unfinished = record.work / name
        self._out = None if is_whole else private(self._unfinished)
        self._pdf = PrintFile(self._out, fonts) if self._out else None
        self._copies = 0

    def takes(self, form: Format) -> bool:
        """Whether the printer can go on in the same way."""
        return (form.paper, form.ink) == (self._form.paper, self._form.ink)

    def add(self, person: Person, copies: Sequence[Ready], separator: Ready | None) -> list[int]:
        """Add a person's leaflets, as often as they are wanted; the page on which each begins, from 1."""
        if self._pdf is None:
            return []
        begins: list[int] = []
        for one in (separator, *(list(copies) * person.copies)):
            if one:
                begins.append(self._pdf.pages + 1)
                self._pdf.add(one.frozen, one.stamped, even=self._two_sided)
        self._copies += len(copies) * person.copies
        start = 1 if separator else 0
        return begins[start : start + len(copies)]

    def stop(self) -> None:
        """Let go of the file, which is not whole."""
        if self._out:
            with suppress(OSError):
                self._out.close()

    def end(self) -> Printed:
        """End the file, and have the record give it its name."""
        if self._pdf is None or self._out is None:
            said = self._record.before["", self.name]
            self._record.add(said)
        else:
            digest = self._pdf.close()
            self._out.close()
            said = {
                "file": self.name,
                "paper": self._form.paper.value,
                "ink": self._form.ink.value,
                "two_sided": self._two_sided,
                "pages": self._pdf.pages,
                "copies": self._copies,
                "sha256": digest,
            }
            self._record.add(said, self._unfinished)
        return Printed(self._record.folder / self.name, said["pages"], said["copies"], self._form)
