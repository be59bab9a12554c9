"""The story, on one screen: read the topics, fill the pages, print them to PDF, put the files where they belong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from handouts import assets, clinics, page, pdf, reading
from handouts.assets import Library
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

    library: Library
    topics: tuple[Topic, ...]
    region: Region
    labels: Labels
    clinic: Clinic | None
    form: Format


DEFAULT_REGION = "us"


def plan(names: Sequence[str], order: Order) -> Plan:
    """Read all that is needed; a fault in any file stops here, before anything is written."""
    library = clinics.find_library(order.clinic_file)
    clinic = clinics.find_clinic(order.clinic_file)
    code = order.region or (clinic.region if clinic else "") or DEFAULT_REGION
    if code not in assets.region_codes():
        raise HandoutError(f"There is no region “{code}”; {nearest(code, assets.region_codes())}", Exit.WRONG_COMMAND)
    own_words = clinic.words if clinic and clinic.region in ("", code) else {}
    region = clinics.read_region(code, own_words)
    topics = reading.read_topics(names, order.language, [region], library)
    form = Format(order.paper or region.paper)
    return Plan(library, topics, region, clinics.read_labels(order.language), clinic, form)


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
