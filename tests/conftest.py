"""What the tests share: running the command line, printing each leaflet once, a shelf of one's own."""

import os
import sys
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from PIL import Image

from handouts import assets, cli, clinics, freezing, page, pdf, reading
from handouts.assets import OURS
from handouts.model import Format, Leaflet, Paper, Pdf, Setting, Standing, Topic
from handouts.store import Store
from tests.batches import freeze_once

#: The same examples each time, however long one takes: a busy computer is no fault of what is tested.
hypothesis.settings.register_profile(
    "handouts", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("handouts")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --update-golden` writes the expected HTML anew; look at the difference before you commit it."""
    parser.addoption("--update-golden", action="store_true")


#: What `pytest -m quick` runs: the modules that lay out little, and begin few programs.
QUICK = {
    f"test_{name}"
    for name in (
        *(
            "clinics",
            "codes",
            "colour",
            "dialects",
            "docs",
            "errors",
            "fields",
            "files",
            "formats",
            "frozen",
            "line_art",
        ),
        *("markdown", "naming", "page", "parts", "reading", "recipients", "rooms", "snippets", "styles"),
    )
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one leaflet run in one process, so that it is laid out there and nowhere else; the longest test first."""
    items.sort(key=lambda item: "test_wheel" not in item.nodeid)
    for item in items:
        if item.path.stem in QUICK and not item.get_closest_marker("whole"):
            item.add_marker(pytest.mark.quick)
        if variant := getattr(item, "callspec", None) and item.callspec.params.get("variant"):  # type: ignore[attr-defined]
            item.add_marker(pytest.mark.xdist_group(str(variant)))


@pytest.fixture(scope="session", autouse=True)
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store for all tests, and never that of whoever runs them."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "store"
    os.environ["HANDOUTS_CACHE"] = str(folder)
    return folder


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
    for paper in (Paper.A4, Paper.LETTER)  # what page budgets are meant for; `test_matrix.py` has all formats
    for with_clinic in (False, True)
]
#: Each region on its own paper, with a clinic; the others are laid out with `pytest -m whole` only.
USUAL_VARIANTS = [
    one
    for one in VARIANTS
    if (one.region, one.paper, one.with_clinic) in {("uk", Paper.A4, True), ("us", Paper.LETTER, True)}
]
EVERY_VARIANT = [
    pytest.param(one, id=str(one), marks=() if one in USUAL_VARIANTS else pytest.mark.whole) for one in VARIANTS
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


#: A page on which colour stands wherever WeasyPrint can put it: words, gradients, tiles, masks, pictures.
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><defs>
<linearGradient id="a"><stop offset="0" stop-color="#a4262c"/><stop offset=".4" stop-color="#0f5c63"/>
<stop offset="1" stop-color="#fff"/></linearGradient>
<radialGradient id="b"><stop offset="0" stop-color="#0f5c63" stop-opacity=".3"/><stop offset="1" stop-color="#8f420a"/>
</radialGradient>
<linearGradient id="r" spreadMethod="repeat" x2=".3"><stop offset="0" stop-color="#a4262c"/>
<stop offset="1" stop-color="#fff"/></linearGradient>
<pattern id="p" width="10" height="10" patternUnits="userSpaceOnUse"><circle cx="5" cy="5" r="3" fill="#8f420a"/></pattern>
<mask id="m"><rect width="100" height="100" fill="#f88"/></mask></defs>
<rect width="40" height="40" fill="url(#a)"/><rect x="50" width="40" height="40" fill="url(#b)"/>
<rect y="50" width="40" height="40" fill="url(#p)" stroke="url(#a)"/>
<rect x="50" y="50" width="40" height="20" fill="#c00" mask="url(#m)" opacity=".5"/>
<rect x="50" y="75" width="40" height="20" fill="url(#r)"/></svg>"""
TILE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><rect width="9" height="9" fill="#fdf1e6"/></svg>'
)
PNG_MODES = ("RGB", "RGBA", "P", "L", "LA")


def picture(mode: str) -> Image.Image:
    """A small picture of many colours, with see-through parts if the mode has them."""
    grey = Image.radial_gradient("L").resize((600, 200))
    colours = Image.merge("RGB", (grey, grey.transpose(Image.Transpose.FLIP_TOP_BOTTOM), grey.point(lambda v: 255 - v)))
    colours.paste("#000", (0, 0, 300, 40))
    if mode == "RGBA":
        colours.putalpha(grey)
    return colours.quantize(16) if mode == "P" else colours if mode == "RGBA" else colours.convert(mode)


def data_address(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{b64encode(data).decode()}"


def logo(mode: str) -> str:
    """The picture as an image of a page, 40 mm wide."""
    png = BytesIO()
    picture(mode).save(png, "PNG")
    return f'<img style="width: 40mm" alt="{mode}" src="{data_address(png.getvalue(), "image/png")}">'


@cache
def colourful(*, css: str = "") -> Leaflet:
    """A page of everything that carries colour, dated as leaflets are."""
    drawing, tile = (data_address(svg.encode(), "image/svg+xml") for svg in (DRAWING, TILE))
    body = f"""<h1 style="color: #0f5c63">Example</h1>{"".join(map(logo, PNG_MODES))}
<img style="width: 60mm" alt="drawing" src="{drawing}">
<div style="background: linear-gradient(#a4262c, #fff)">a</div>
<div style="background: radial-gradient(#a4262c, rgba(0, 0, 255, .2))">b</div>
<div style="background: url({tile}); color: oklch(50% .2 200)">Lab</div>
<p style="color: device-cmyk(10% 20% 30% 40%)">CMYK <a href="https://example.org/x">link</a></p>
<p style="color: #000">black</p><p style="background: #000; color: #fff">white</p><p style="color: #777">grey</p>"""
    return Leaflet(
        f"""<!doctype html><html lang="en" data-page="a4"><meta name="dcterms.created" content="2026-11-21">
<meta name="dcterms.modified" content="2026-11-22"><title>Example &amp; more</title><style>{css}</style>{body}""",
        "example",
        "en",
    )


#: What the page needs so that a cutter may miss by 3 mm.
BLEED = "@page { bleed: 3mm }"


def for_a_press(leaflet: Leaflet, css: str = "") -> Pdf:
    """A leaflet as WeasyPrint makes it for a press: colours are not yet those of its inks."""
    html = leaflet.html.replace("</title>", f"</title><style>{css}</style>")
    return pdf.print_to_pdf(Leaflet(html, leaflet.topic, leaflet.language), for_press=True)


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which the leaflets of the batches are kept, once they are laid out: tests of one group share it."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture
def kept(warm: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The warm store, for the command line, too; and leaflets are frozen once."""
    monkeypatch.setenv("HANDOUTS_CACHE", str(warm))
    monkeypatch.setattr(freezing, "freeze", remembered())
    return Store(warm)


@cache
def remembered() -> Callable[..., Any]:
    return freeze_once()


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
