"""What the tests share: running the command line, printing each leaflet once, a shelf of one's own."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from handouts import assets, cli, clinics, page, pdf, reading
from handouts.assets import OURS
from handouts.model import Format, Leaflet, Paper, Pdf, Setting, Standing, Topic


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --update-golden` writes the expected HTML anew; look at the difference before you commit it."""
    parser.addoption("--update-golden", action="store_true")


#: What every leaflet is before a clinic approves it.
UNAPPROVED = Standing(None, "not approved", overdue=False)
CLINIC = Path(__file__).parent / "clinic" / "clinic.yaml"
CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Variant:
    """One way a leaflet comes out."""

    topic: str
    region: str
    paper: Paper
    with_clinic: bool

    def __str__(self) -> str:
        return "-".join((self.topic, self.region, self.paper.value, "clinic" if self.with_clinic else "blank"))


VARIANTS = [
    Variant(topic, region, paper, with_clinic)
    for topic in OURS.topic_names()
    for region in assets.region_codes()
    for paper in Paper
    for with_clinic in (False, True)
]
#: One variant of each topic, where the region and the paper do not matter.
ONE_OF_EACH = [Variant(topic, "us", Paper.LETTER, with_clinic=True) for topic in OURS.topic_names()]


@cache
def topic_of(name: str) -> Topic:
    """A built-in topic, as its author wrote it."""
    return reading.read_topics([name], "en", [])[0]


@cache
def leaflet_of(variant: Variant) -> Leaflet:
    """A built-in leaflet as HTML."""
    clinic = clinics.read_clinic(CLINIC) if variant.with_clinic else None
    region = clinics.read_region(variant.region)
    labels = clinics.read_labels("en")
    return page.make_leaflet(
        topic_of(variant.topic), Setting(region, labels, clinic, Format(variant.paper)), UNAPPROVED
    )


@cache
def pdf_of(variant: Variant) -> Pdf:
    """A built-in leaflet as PDF; each is printed once in a test process."""
    return pdf.print_to_pdf(leaflet_of(variant))


@dataclass(frozen=True)
class Ran:
    """What a command gave back."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Ran]:
    """Run the command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HANDOUTS_CLINIC", raising=False)

    def command(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["handouts", *arguments])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        said = capsys.readouterr()
        return Ran(int(stopped.value.code or 0), said.out, said.err)

    return command


@pytest.fixture
def own_shelf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Put topic files on a shelf of one's own, in place of the built-in one."""
    shelf = tmp_path / "topics"
    monkeypatch.setattr(assets, "TOPICS", shelf)

    def put(name: str, content: bytes) -> Path:
        folder = shelf / name
        (folder / "figures").mkdir(parents=True)
        drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="3"/></svg>'
        (folder / "figures" / "dot.svg").write_text(drawing, encoding="utf-8")
        (folder / "en.md").write_bytes(content)
        return folder / "en.md"

    return put
