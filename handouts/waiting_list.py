"""A clinic's list in; the list judged, with all that its rows ask for, read and judged, out.

Any fault stops here, before anything is made: in a row, a topic, the clinic's file, or an approval.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from handouts import clinics, days, frozen, letters, naming, page, reading, recipients, store
from handouts.editions import Choice, Edition
from handouts.errors import Exit, HandoutError
from handouts.make import House, Order, house_of, refusal, setting_of, standings_in
from handouts.model import Format, Ink, Labels, Person, Region, Setting, Sides, Standing, Topic
from handouts.recipients import Judged, Known, RowFault
from handouts.shelf import all_sets
from handouts.wording import fill

#: Where days in numbers begin with the month, as CLDR has it.
MONTH_FIRST = "en-US"
#: As they are told.
COUNTRIES = {"uk": "the UK", "us": "the US"}


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
        topics,
        all_sets(order.clinic_file),
        exercises,
        letters.cannot_show,
        order.language,
        tuple(ordered.topics),
        titles=lambda language: reading.read_titles(topics.get(language, ()), language, house.library),
        order=days.Order(house.region.language != MONTH_FIRST, COUNTRIES.get(house.region.code, "your region")),
    )
    return house, known


def judge(file: Path, ordered: BatchOrder) -> Judged:
    """Judge a list without making anything."""
    return recipients.judge(file, known_to(ordered)[1])


def refuse_faults(judged: Judged, most: int) -> None:
    """Refuse a list with faults, naming the first of them."""
    if judged.faults:
        more = len(judged.faults) - most
        lines = [str(told) for told in (*judged.notices[:most], *judged.faults[:most])]
        lines += [f"… and {more} more; --check --json shows all."] if more > 0 else []
        raise HandoutError("\n".join((*lines, "Nothing was made.")), Exit.WRONG_PEOPLE)


def read_batch(file: Path, ordered: BatchOrder, most_faults: int = 20) -> Batch:
    """Judge a list, and read all that its rows ask for; any fault stops here, before anything is made."""
    stamp = _stamp(file)
    house, known = known_to(ordered)
    order = ordered.order
    wanted: dict[tuple[str, str], None] = {}
    formats: dict[Choice, None] = {}
    used: dict[str, set[str]] = {"Body": set(), "Fallback": {frozen.BOX, frozen.TICKED}}

    def meet(person: Person) -> None:
        language = person.language or order.language
        wanted.update(dict.fromkeys((topic, language) for topic in person.topics))
        formats[language, person.text_size, person.ink] = None
        for words in _texts(person):
            used["Body" if letters.in_body(words) else "Fallback"].update(words)

    judged = recipients.judge(file, known, meet)
    refuse_faults(judged, most_faults)
    if ordered.separate:
        same = _same_names(recipients.people(file, known), {topic for topic, _ in wanted}, order.language, house.region)
        refuse_faults(replace(judged, faults=tuple(same)), most_faults)
    topics = _topics(wanted, ordered, house)
    settings = {key: setting_of(_of_row(order, *key), house) for key in formats}
    labels = {language: clinics.read_labels(language) for language in {language for language, _, _ in formats}}
    for words in _usual_words(topics, house, labels):
        used["Body" if letters.in_body(words) else "Fallback"].update(words)
    digest = _digest(file, ordered, topics, settings)
    return Batch(
        file, ordered, house, known, judged, topics, settings, {f: frozenset(s) for f, s in used.items()}, digest, stamp
    )


def _same_names(people: Iterator[Person], topics: set[str], language: str, region: Region) -> Iterator[RowFault]:
    """Copies that would have one name: “a” with “sleep-diary”, “a-sleep” with “diary”."""
    if not any(one.endswith(f"-{other}") for one in topics for other in topics):
        return
    rows: dict[str, int] = {}
    for person in people:
        for topic in person.topics:
            name = naming.copy(person.id, topic, person.language or language, region)
            first = rows.setdefault(name.casefold(), person.row)
            if first != person.row:
                what = f"with {topic}, its copy would have the same name as one of row {first}"
                yield RowFault(person.row, "row id", what, "give one of them another row id")


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
                digest.update(Edition(topic, setting, replace(stands, why="")).digest.encode())
    return digest.hexdigest()
