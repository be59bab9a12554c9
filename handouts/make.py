"""The story, on one screen: read the topics, fill the pages, print them to PDF, put the files where they belong."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from handouts import assets, clinics, codes, page, pdf, reading
from handouts.errors import Exit, HandoutError, nearest
from handouts.files import check_folder, write_whole
from handouts.model import Clinic, Format, Labels, Paper, Region, Topic


@dataclass(frozen=True)
class Order:
    """What is wanted of every leaflet. No region or no paper: the clinic's, else the default."""

    language: str
    region: str
    paper: Paper | None
    clinic_file: Path | None


@dataclass(frozen=True)
class Made:
    """One leaflet that was made, for whom, where it is, and how many pages it has of how many allowed."""

    topic: str
    region: str
    clinic: str
    file: Path
    pages: int
    budget: int


@dataclass(frozen=True)
class Plan:
    """Everything that was read and checked before the first page is made."""

    topics: tuple[Topic, ...]
    region: Region
    labels: Labels
    clinic: Clinic | None
    form: Format


DEFAULT_REGION = "us"


def plan(names: Sequence[str], order: Order) -> Plan:
    """Read all that is needed; a fault in any file stops here, before anything is written."""
    clinic = clinics.find_clinic(order.clinic_file)
    code = order.region or (clinic.region if clinic else "") or DEFAULT_REGION
    if code not in assets.region_codes():
        raise HandoutError(f"There is no region “{code}”; {nearest(code, assets.region_codes())}", Exit.WRONG_COMMAND)
    own_words = clinic.words if clinic and clinic.region in ("", code) else {}
    region = clinics.read_region(code, own_words)
    topics = reading.read_topics(names, order.language, [region])
    form = Format(order.paper or region.paper)
    return Plan(topics, region, clinics.read_labels(order.language), clinic, form)


def make(names: Sequence[str], order: Order, out: Path) -> Iterator[Made]:
    """Make leaflets, one PDF each, and yield each as soon as it lies whole in the folder `out`."""
    ready = plan(names, order)
    check_folder(out)
    for topic in ready.topics:
        leaflet = page.make_leaflet(topic, ready.region, ready.labels, ready.clinic, ready.form)
        printed = pdf.print_to_pdf(leaflet)
        file = out / f"{topic.name}-{topic.language}-{ready.form.paper.value}.pdf"
        write_whole(file, printed.data)
        clinic = ready.clinic.name if ready.clinic else ""
        yield Made(topic.name, ready.region.code, clinic, file, printed.pages, topic.pages)


def find_topics(wanted: Sequence[str], language: str) -> tuple[str, ...]:
    """The full names of topics named in full or by a unique beginning, each once, in the order given."""
    known = assets.topic_names()
    faults: list[str] = []
    found: dict[str, None] = {}
    for name in wanted:
        beginning = name.casefold()
        matches = [topic for topic in known if topic == beginning] or [
            topic for topic in known if topic.startswith(beginning)
        ]
        if len(matches) > 1:
            faults.append(f"“{name}” could be {' or '.join(matches)}; write more of the name.")
        elif not matches:
            faults.append(f"There is no topic “{name}”; {nearest(name, known)}")
        elif language not in assets.languages_of(matches[0]):
            faults.append(
                f"{matches[0]} is not written in “{language}”; {nearest(language, assets.languages_of(matches[0]))}"
            )
        else:
            found[matches[0]] = None
    if faults:
        raise HandoutError("\n".join(faults), Exit.WRONG_COMMAND)
    return tuple(found)


def topics_for_codes(wanted: Sequence[str], language: str) -> tuple[str, ...]:
    """The names of the topics that diagnosis codes pick in a language."""
    return codes.topics_for(wanted, [topic for topic in shelf() if topic.language == language])


def code_index() -> tuple[tuple[str, str, str], ...]:
    """Every code, as system, code and topic."""
    return codes.index(shelf())


def topic_names() -> tuple[str, ...]:
    """The names of all topics."""
    return assets.topic_names()


def readable_shelf() -> tuple[tuple[Topic, ...], HandoutError | None]:
    """The topics that can be read, and what is wrong with the others: one broken file must not hide the shelf."""
    try:
        return shelf(), None
    except HandoutError as faults:
        regions = [clinics.read_region(code) for code in assets.region_codes()]
        good: list[Topic] = []
        for name in assets.topic_names():
            for language in assets.languages_of(name):
                with suppress(HandoutError):
                    good.extend(reading.read_topics([name], language, regions))
        return tuple(good), faults


def shelf() -> tuple[Topic, ...]:
    """Every topic in every language, read and judged for every region."""
    regions = [clinics.read_region(code) for code in assets.region_codes()]
    languages = sorted({language for name in assets.topic_names() for language in assets.languages_of(name)})
    return tuple(
        topic
        for language in languages
        for topic in reading.read_topics(
            [n for n in assets.topic_names() if language in assets.languages_of(n)], language, regions
        )
    )
