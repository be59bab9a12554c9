"""The leaflet that every engine makes, and what each of them needs for it, in a folder."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from handouts import assets, clinics, page, reading
from handouts.model import Format, Personal, Setting, Standing, Topic
from handouts.pdf import _font_faces
from tests.benchmarks.people import Row

TOPIC = "neck-pain-self-care"
UNAPPROVED = Standing(None, "not approved", overdue=False)


@dataclass(frozen=True)
class Sample:
    """A topic, and where it is handed out."""

    topic: Topic
    setting: Setting


def sample(name: str = TOPIC, region_code: str = "us") -> Sample:
    """A topic as it is handed out in a region, on its paper, by a clinic that has not named itself."""
    region = clinics.read_region(region_code)
    (topic,) = reading.read_topics([name], "en", [region])
    return Sample(topic, Setting(region, clinics.read_labels("en"), None, Format(region.paper)))


def html(one: Sample, person: Row | None = None) -> str:
    """The leaflet as a page, for anyone or for a person."""
    return page.make_leaflet(one.topic, one.setting, UNAPPROVED, personal(person) if person else None).html


def personal(person: Row) -> Personal:
    """What makes a copy one person's, from a row of a list."""
    day = datetime.strptime(person["date"], "%d %B %Y").date()  # noqa: DTZ007  # a day has no time zone
    return Personal(person["name"], person["clinician"], day, person["note"])


def labels(one: Sample) -> dict[str, str]:
    """What stands before each of a person's words, by the list's names of them."""
    words = one.setting.labels.words
    said = {"name": "for", "clinician": "from", "date": "date", "note": "note"}
    return {name: words[f"personal_{label}"] for name, label in said.items()}


def write_sheets(folder: Path) -> list[Path]:
    """The style sheets of a leaflet, in order: the fonts as our renderer names them, then our styles."""
    fonts = folder / "fonts.css"
    fonts.write_text(_font_faces(), encoding="utf-8")
    return [fonts, assets.STYLES / "leaflet.css"]
