"""Many people in; their leaflets out, in the order of the list, with a record of what was made.

A list is judged as a whole before anything is made. Then each leaflet is laid out once and frozen (`frozen`), and each
person's copy stamped (`stamping`), here, in the order of the list; what cannot be stamped truthfully is laid out on its
own by the `workers`, while the rows after it go on. A print file is written as it grows, beside its place, and gets its
name when it is whole; so does each copy of its own. The `record` says what is.
"""

import hashlib
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from handouts import __version__, clinics, frozen, letters, page, reading, recipients, stamping, store
from handouts.editions import Choice, Copy, Editions
from handouts.errors import Exit, HandoutError
from handouts.frozen import Frozen
from handouts.letters import Face
from handouts.make import House, Order, house_of, refusal, setting_of, standings_in, today
from handouts.model import Format, Ink, Labels, Pdf, Person, Setting, Sides, Standing, Topic
from handouts.recipients import Judged, Known, RowFault
from handouts.record import Record, Said, private
from handouts.shelf import all_sets
from handouts.stamping import Copies, FontObjects, PrintFile, Stamped
from handouts.store import Store
from handouts.wording import fill
from handouts.workers import Workers

#: Rows that are begun while the first of them waits for what is laid out on its own.
AHEAD = 200
#: Rows between two writings of the record.
FLUSH_EVERY = 250
COPIES = "copies"


@dataclass(frozen=True)
class BatchOrder:
    """What is wanted of a whole list. `topics` are for rows that name none."""

    order: Order = field(default_factory=Order)
    topics: tuple[str, ...] = ()
    two_sided: bool = True
    separate: bool = False
    separators: bool = False
    resume: bool = False

    @property
    def sides(self) -> Sides:
        """How the printer is to print the print files."""
        return Sides.LONG_EDGE if self.two_sided else Sides.ONE


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

    `too_long` counts the copies of a topic that have more pages than it is meant to have. `manifest` is there at the end.
    """

    rows: int
    of: int
    stamped: int = 0
    laid_out: int = 0
    before: int = 0
    too_long: tuple[tuple[str, int], ...] = ()
    files: tuple[Printed, ...] = ()
    manifest: Path | None = None


@dataclass(frozen=True)
class Batch:
    """A list that was judged, and all that was read for it."""

    list: Path
    ordered: BatchOrder
    house: House
    known: Known
    judged: Judged
    topics: Mapping[tuple[str, str], tuple[Topic, Standing]]
    settings: Mapping[Choice, Setting]
    letters: Mapping[str, frozenset[str]]
    digest: str
    stamp: "Stamp"

    def people(self) -> Iterator[Person]:
        """The people of the list, in its order. HandoutError if the list is no longer what was judged."""
        for person in recipients.people(self.list, self.known):
            self._refuse_another_list()
            yield person
        self._refuse_another_list()

    def _refuse_another_list(self) -> None:
        if _stamp(self.list) != self.stamp:
            raise HandoutError(
                "The list was changed while its leaflets were made. Begin anew, in another folder.", Exit.WRONG_PEOPLE
            )


#: What changes when a list is saved again.
Stamp = tuple[int, int, int] | None


def _stamp(file: Path) -> Stamp:
    with suppress(OSError):
        found = file.stat()
        return found.st_size, found.st_mtime_ns, found.st_ino
    return None


def known_to(ordered: BatchOrder) -> tuple[House, Known]:
    """What a list may name: topics, sets, exercises, letters."""
    order = ordered.order
    house = house_of(order)
    written: dict[str, list[str]] = {}
    for name in house.library.topic_names():
        for language in house.library.languages_of(name):
            written.setdefault(language, []).append(name)

    def exercises(topic: str, language: str) -> tuple[str, ...]:
        (read,) = reading.read_topics([topic], language, [house.region], house.library)
        return tuple(one.title for one in page.exercises(fill(read, house.region.words), Format(house.region.paper)))

    topics = {language: tuple(names) for language, names in written.items()}
    known = Known(
        topics, all_sets(order.clinic_file), exercises, letters.cannot_show, order.language, tuple(ordered.topics)
    )
    return house, known


def judge(file: Path, ordered: BatchOrder) -> Judged:
    """Judge a list without making anything."""
    return recipients.judge(file, known_to(ordered)[1])


def refuse_faults(judged: Judged, most: int) -> None:
    """Refuse a list with faults, naming the first of them."""
    if judged.faults:
        more = len(judged.faults) - most
        lines = [str(fault) for fault in judged.faults[:most]]
        lines += [f"… and {more} more; --check --json shows all."] if more > 0 else []
        raise HandoutError("\n".join((*lines, "Nothing was made.")), Exit.WRONG_PEOPLE)


def read_batch(file: Path, ordered: BatchOrder, most_faults: int = 20) -> Batch:
    """Judge a list, and read all that its rows ask for; any fault stops here, before anything is made."""
    stamp = _stamp(file)
    house, known = known_to(ordered)
    judged = recipients.judge(file, known)
    refuse_faults(judged, most_faults)
    order = ordered.order
    wanted: dict[tuple[str, str], None] = {}
    formats: dict[Choice, None] = {}
    used: dict[str, set[str]] = {"Body": set(), "Fallback": {frozen.BOX, frozen.TICKED}}
    for person in recipients.people(file, known):
        language = person.language or order.language
        wanted |= dict.fromkeys((topic, language) for topic in person.topics)
        formats[language, person.text_size, person.ink] = None
        for words in _texts(person):
            used["Body" if letters.in_body(words) else "Fallback"].update(words)
    if ordered.separate:
        names = {topic for topic, _ in wanted}
        refuse_faults(replace(judged, faults=tuple(_same_names(recipients.people(file, known), names))), most_faults)
    topics = _topics(wanted, ordered, house)
    settings = {key: setting_of(_of_row(order, *key), house) for key in formats}
    labels = {language: clinics.read_labels(language) for language in {language for language, _, _ in formats}}
    for words in _usual_words(topics, house, labels):
        used["Body" if letters.in_body(words) else "Fallback"].update(words)
    digest = _digest(file, ordered, topics, settings)
    return Batch(
        file, ordered, house, known, judged, topics, settings, {f: frozenset(s) for f, s in used.items()}, digest, stamp
    )


def _same_names(people: Iterator[Person], topics: set[str]) -> Iterator[RowFault]:
    """Copies that would have one name: “a” with “sleep-diary”, “a-sleep” with “diary”."""
    if not any(one.endswith(f"-{other}") for one in topics for other in topics):
        return
    rows: dict[str, int] = {}
    for person in people:
        for topic in person.topics:
            first = rows.setdefault(_name_of(person, topic).casefold(), person.row)
            if first != person.row:
                what = f"with {topic}, its copy would have the same name as one of row {first}"
                yield RowFault(person.row, "row id", what, "give one of them another row id")


def _name_of(person: Person, topic: str) -> str:
    return f"{person.id}-{topic}.pdf"


def _texts(person: Person) -> Iterator[str]:
    yield from (person.personal.name, person.personal.clinician, person.personal.note, person.id)
    yield from (dose for _, dose in person.personal.chosen)


def _usual_words(
    topics: Mapping[tuple[str, str], tuple[Topic, Standing]], house: House, labels: Mapping[str, Labels]
) -> Iterator[str]:
    """What stands in slots that is no person's: usual doses, days in figures and months in words."""
    for topic, _ in topics.values():
        yield from (one.dose for one in page.exercises(fill(topic, house.region.words), Format(house.region.paper)))
    for said in labels.values():
        yield from ("".join((*said.months, "0123456789", said.words["personal_day"])),)


def _of_row(order: Order, language: str, text_size: int | None, ink: Ink | None) -> Order:
    """What was ordered, as a row wants it."""
    wanted = replace(order.wanted, text_size=text_size or order.wanted.text_size, ink=ink or order.wanted.ink)
    return replace(order, language=language, wanted=wanted)


def _topics(
    wanted: Mapping[tuple[str, str], None], ordered: BatchOrder, house: House
) -> dict[tuple[str, str], tuple[Topic, Standing]]:
    """The topics that the rows name, each with its standing; what must not be handed out stops the whole batch."""
    found: dict[tuple[str, str], tuple[Topic, Standing]] = {}
    refused: list[str] = []
    needs = ordered.order.approved_only or (house.clinic is not None and house.clinic.requires_approval)
    for language in dict.fromkeys(language for _, language in wanted):
        names = [name for name, of in wanted if of == language]
        topics = reading.read_topics(names, language, [house.region], house.library)
        for topic, stands in zip(topics, standings_in(house, topics), strict=True):
            found[topic.name, language] = topic, stands
            if needs and not stands.approval:
                refused.append(f"{topic.name} is not made for {house.region.code}: {stands.why}.")
    if refused:
        raise refusal(refused)
    return found


def _digest(
    file: Path,
    ordered: BatchOrder,
    topics: Mapping[tuple[str, str], tuple[Topic, Standing]],
    settings: Mapping[Choice, Setting],
) -> str:
    """What all copies of a batch depend on: the list, what was ordered, the leaflets, the house."""
    digest = hashlib.sha256(f"{store.house()} {ordered.two_sided} {ordered.separate} {ordered.separators}".encode())
    with file.open("rb") as stream:
        digest.update(hashlib.file_digest(stream, "sha256").digest())
    for (language, _, _), setting in settings.items():
        for (_, of), (topic, stands) in topics.items():
            if of == language:
                digest.update(store.key_of(page.make_leaflet(topic, setting, stands), setting.form).encode())
    return digest.hexdigest()


# --- Making ----------------------------------------------------------------------------------


def make_batch(batch: Batch, folder: Path, workers: Workers, kept: Store) -> Generator[Progress, None, None]:
    """Make everything, and yield how far it is, again and again; the last says that all is there.

    Whatever stops it, what has its final name is whole, and `resume` goes on from there. Close it if you stop asking.
    """
    record = Record(folder)
    head = {
        "made": today().isoformat(),
        "handouts": __version__,
        "region": batch.house.region.code,
        "batch": batch.digest,
    }
    try:
        with ExitStack() as at_the_end:
            at_the_end.callback(record.stop)
            at_the_end.callback(workers.stop)
            record.begin(head, resume=batch.ordered.resume)
            workers.room = record.work
            editions = Editions(batch.topics, batch.settings, batch.ordered.order.language, workers, kept)
            making = _Making(batch, record, editions)
            at_the_end.callback(making.stop)
            done = yield from making.all()
            workers.stop()
            yield replace(done, manifest=record.finish())
    except OSError as error:
        raise HandoutError(
            f"{folder} could not be written to: {error.strerror}. What has its final name is whole; the same command with --resume goes on from there.",
            Exit.CANNOT_WRITE,
        ) from error


#: A person, and for each topic the copy that was begun; None if an earlier run made all that it stands in.
Begun = tuple[Person, dict[str, Copy | None]]


class _Making:
    """The writing of a batch: one row after another, in the order of the list."""

    def __init__(self, batch: Batch, record: Record, editions: Editions) -> None:
        self._batch = batch
        self._record = record
        self._editions = editions
        self._fonts = {face: stamping.font_objects(face, batch.letters[face[0]]) for face in frozen.FACES.values()}
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
        for begin in (self._editions.begin, self._editions.begin_fitted):
            for person in islice(self._batch.people(), AHEAD):
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
                said |= {"file": f"{COPIES}/{_name_of(person, topic.name)}", "sha256": digest}
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
        self._done = replace(
            self._done,
            stamped=self._done.stamped + stamped,
            laid_out=self._done.laid_out + (not stamped),
            too_long=tuple(too_long.items()),
        )

    # --- Print files

    def _run_of(self, person: Person) -> "_Run":
        """The print file a row goes to: a new one where paper or ink change."""
        form = self._editions.setting(person).form
        if self._run is None or not self._run.takes(form):
            self._end_run()
            self._runs += 1
            two_sided = self._batch.ordered.two_sided
            name = f"{self._runs:03}-{form.paper.value}-{form.ink.value}{'' if two_sided else '-one-sided'}.pdf"
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
    if copy.frozen:
        return Ready(copy.frozen, copy.stamped)
    pdf = copy.laid_out(row)
    alone = frozen.freeze(replace(pdf, rooms=()), [])
    assert alone, "without slots, nothing can be missed"
    return Ready(alone, {}, pdf)


class _Run:
    """A print file under way: all rows one after another that the printer can print in one go."""

    def __init__(
        self,
        record: Record,
        name: str,
        form: Format,
        fonts: Mapping[Face, FontObjects],
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
