"""The leaflet in, other programs that make it out: the weasyprint command, Typst, and a browser kept warm."""

import shutil
import time
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from handouts import assets
from tests.benchmarks import typst_leaflet
from tests.benchmarks.leaflets import Sample, html, labels, write_sheets
from tests.benchmarks.measure import Command, LeftOutError, python
from tests.benchmarks.people import Row

LETTER = (8.5, 11)  # inches
PERSONAL = ("name", "clinician", "date", "note")
#: Puts a person's words where those of another stood; an empty note is left out.
FILL = """for (const [name, words] of Object.entries(arguments[0])) {
  document.querySelector(`[data-slot=${name}]`).textContent = words;
}
document.querySelector('.personal-note').hidden = !arguments[0].note;"""
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
#: What Chromium cannot read of our styles: lengths of a page that are variables, and running elements.
FOR_CHROMIUM = """<style>
@page {{ margin: 13mm 16mm 20mm;
  @bottom-left {{ content: "{identity}"; font: 12pt Body, Fallback; white-space: pre-line; }}
  @bottom-right {{ content: "Page " counter(page) " of " counter(pages); font: bold 12pt Body, Fallback; }} }}
@page :first {{ margin-top: 0; }}
.running-identity, .running-page, [hidden] {{ display: none !important; }}
</style>"""


def weasyprint(folder: Path, one: Sample) -> Command:
    """The `weasyprint` command on our page and our styles, without the fonts of the system, as we run it ourselves."""
    page = folder / "page.html"
    page.write_text(html(one), encoding="utf-8")
    sheets = [word for sheet in write_sheets(folder) for word in ("-s", str(sheet))]
    styles = assets.STYLES.as_uri() + "/"
    arguments = python(
        "weasyprint", "--pdf-variant", "pdf/a-3a", "-u", styles, *sheets, page, folder / "weasyprint.pdf"
    )
    return Command(arguments, folder, variables={"FONTCONFIG_FILE": str(assets.STYLES / "no-system-fonts.conf")})


def typst(folder: Path, one: Sample, people: Path, copies: int, *more: str) -> Command:
    """Typst, two processes, each of which keeps its compiler: one PDF/UA-1 for each person of a list."""
    if find_spec("typst") is None:
        raise LeftOutError("Typst is not installed (pip install -e '.[test]')")
    project = folder / "typst"
    if not project.exists():
        project.mkdir()
        typst_leaflet.write_project(project, one.topic, one.setting, labels(one))
    out = folder / "typst-copies"
    fonts = typst_leaflet.font_folders()
    arguments = python(
        "tests.benchmarks.typst_batch", people, "--folder", project, "--out", out, *more, "--fonts", *fonts
    )
    # Two processes with a thread each are faster than two that have threads for every core.
    return Command(arguments, folder, out=out, copies=copies, variables={"RAYON_NUM_THREADS": "1"})


@dataclass(frozen=True)
class Chromium:
    """A browser that shows the leaflet; a copy is the same page with other words in its slots."""

    driver: Any

    def seconds(self, rows: Sequence[Row], out: Path) -> float:
        """How long it takes to write a PDF for each row."""
        out.mkdir(exist_ok=True)
        began = time.perf_counter()
        for row in rows:
            self.driver.execute_script(FILL, {name: row[name] for name in PERSONAL})
            (out / f"{row['row id']}.pdf").write_bytes(self._pdf())
        return time.perf_counter() - began

    def _pdf(self) -> bytes:
        width, height = LETTER
        asked = {"paperWidth": width, "paperHeight": height, "printBackground": True, "preferCSSPageSize": False}
        return b64decode(self.driver.execute_cdp_cmd("Page.printToPDF", asked)["data"])

    @property
    def version(self) -> str:
        return str(self.driver.capabilities["browserVersion"])


@contextmanager
def chromium(folder: Path, one: Sample, first: Row) -> Iterator[Chromium]:
    """A browser that has already shown and printed the leaflet once."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    if not (browser and driver and find_spec("selenium")):
        raise LeftOutError("Chromium, ChromeDriver or selenium is not installed")
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService  # noqa: PLC0415  # it may be missing

    options = ChromeOptions()
    options.binary_location = browser
    for argument in (*QUIET, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(argument)
    shown = Chrome(options=options, service=ChromeService(executable_path=driver))
    try:
        shown.get(_page_for_chromium(folder, one, first).as_uri())
        warm = Chromium(shown)
        warm.seconds([first], folder / "chromium-copies")
        yield warm
    finally:
        shown.quit()


def _page_for_chromium(folder: Path, one: Sample, first: Row) -> Path:
    topic, said = one.topic, one.setting.labels
    written, review = (f"{said.months[day.month - 1]} {day.year}" for day in (topic.written, topic.review_by))
    identity = (
        f"{topic.id} · {said.words['version']} {topic.version} · {said.words['written']} {written} · "
        rf"{said.words['review_by']} {review}\A {said.words['not_approved']}"
    )
    links = "".join(f'<link rel="stylesheet" href="{sheet.as_uri()}">' for sheet in write_sheets(folder))
    page = folder / "chromium.html"
    head = f"{links}{FOR_CHROMIUM.format(identity=identity)}</head>"
    page.write_text(html(one, first).replace("</head>", head, 1), encoding="utf-8")
    return page


def versions() -> str:
    """What is installed, with its version, apart from the browser."""
    names = {"weasyprint": "WeasyPrint", "typst": "Typst"}
    return ", ".join(f"{shown} {version(name)}" for name, shown in names.items() if find_spec(name))
