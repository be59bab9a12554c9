"""The leaflet that every engine makes, and what each of them needs for it, in a folder."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

from handouts import assets, clinics, page, reading
from handouts.model import Format, Setting, Standing, Topic
from handouts.pdf import _font_faces
from tests.benchmarks.people import Row

TOPIC = "neck-pain-self-care"
#: What a personal panel says before each of a person's words.
LABELS = {"name": "For:", "clinician": "From:", "date": "Date:", "note": "Note:"}
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
    """The leaflet as a page, with a personal panel if it is for a person."""
    made = page.make_leaflet(one.topic, one.setting, UNAPPROVED).html
    return made.replace("</header>", f"</header>\n{panel(person)}", 1) if person else made


def panel(person: Row) -> str:
    """The personal panel: whom it is for, from whom, of which day, and a note."""
    said = {name: person[name] for name in LABELS if person[name]}
    facts = [f"<strong>{LABELS[name]}</strong> {escape(words)}" for name, words in said.items()]
    note = facts.pop() if "note" in said else ""
    lines = "".join(f"<p>{line}</p>" for line in ("&emsp;".join(facts), note) if line)
    return f'<section class="clinic-panel personal-panel"><div>{lines}</div></section>'


def write_sheets(folder: Path) -> list[Path]:
    """The style sheets of a leaflet, in order: the fonts as our renderer names them, then our styles."""
    fonts = folder / "fonts.css"
    fonts.write_text(_font_faces(), encoding="utf-8")
    return [fonts, assets.STYLES / "leaflet.css"]
