"""The pages for browsers, in a real one: no barrier, no request, no word lost, in the light and in the dark."""

import json
import re
import shutil
from base64 import b64decode
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService

from handouts import assets, clinics, page, web
from handouts.assets import OURS
from handouts.model import Format, Paper, Setting

from .conftest import CLINIC, UNAPPROVED, topic_of

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
needs_browser = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="needs Chromium and ChromeDriver (Debian: chromium, chromium-driver)"
)
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # a container has little of it
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

EVERY = [(topic, region) for topic in OURS.topic_names() for region in assets.region_codes()]
#: CSS pixels. The narrow one is that of WCAG 1.4.10, Reflow: a window 1280 wide at 400 %.
WIDE, NARROW = (1280, 1024), (320, 256)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ENOUGH_PAGES = 8
LARGEST_PAGE = 400_000  # bytes
#: Each topic in one region, and by turns in the other: the two differ in words alone.
BY_TURNS = [(topic, assets.region_codes()[turn % 2]) for turn, topic in enumerate(OURS.topic_names())]


#: What hides a part of itself; the heads of tables do on purpose, their words stand in the cells.
CUT_OFF = """return [...document.querySelectorAll('body *')]
    .filter(one => !one.closest('thead') && getComputedStyle(one).overflow != 'visible')
    .filter(one => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight)
    .map(one => one.tagName)"""


def web_page(topic: str, region: str = "us", *, templates: Path | None = None) -> str:
    setting = Setting(
        clinics.read_region(region),
        clinics.read_labels("en"),
        clinics.read_clinic(CLINIC) if region == "us" else None,
        Format(Paper.A4),
        templates,
    )
    return web.make_web_page(topic_of(topic), setting, UNAPPROVED)


class Browser:
    """A browser that shows pages from the disk, in any light and width."""

    def __init__(self, folder: Path) -> None:
        options = ChromeOptions()
        options.binary_location = BROWSER or ""
        for argument in (*QUIET, f"--user-data-dir={folder / 'profile'}"):
            options.add_argument(argument)
        self.driver = Chrome(options=options, service=ChromeService(executable_path=DRIVER))
        self.file = folder / "page.html"
        package = find_spec("axe_playwright_python")
        assert package
        assert package.origin
        # Without a screen, some versions leave the window without the focus that a reader's has.
        self.tell("Emulation.setFocusEmulationEnabled", enabled=True)
        self.axe = (Path(package.origin).parent / "axe.min.js").read_text(encoding="utf-8")

    def show(self, html: str, size: tuple[int, int] = WIDE, light: str = "light") -> None:
        self.file.write_text(html, encoding="utf-8")
        self.turn(size, light)
        self.driver.get(self.file.as_uri())

    def turn(self, size: tuple[int, int], light: str) -> None:
        self.tell("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": light}])
        width, height = size
        self.tell("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def tell(self, command: str, **arguments: object) -> Any:
        return self.driver.execute_cdp_cmd(command, arguments)

    def ask(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def barriers(self) -> tuple[list[str], list[str]]:
        """What axe finds on the page that is shown, and what it cannot decide.

        Signs are taken away: they are backgrounds beside the words, where axe would not judge the words' contrast.
        """
        if not self.ask("return 'axe' in window"):
            self.ask(self.axe)
            self.add_style("* { background-image: none !important }")
        found = self.driver.execute_async_script(
            "const done = arguments[1]; axe.run(document, JSON.parse(arguments[0])).then(done)",
            json.dumps({"runOnly": RULES, "resultTypes": ["violations", "incomplete"]}),
        )
        assert found["testEngine"]["version"] >= "4.12"
        return _nodes(found["violations"]), _nodes(found["incomplete"])

    def add_style(self, rules: str) -> None:
        self.ask("document.head.appendChild(document.createElement('style')).textContent = arguments[0]", rules)

    def fits(self) -> bool:
        return bool(self.ask("return document.documentElement.scrollWidth <= innerWidth"))


def _nodes(found: list[dict[str, Any]]) -> list[str]:
    return [f"{rule['id']}: {node['html'][:120]} {_why(node)}" for rule in found for node in rule["nodes"]]


def _why(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for check in (*node["any"], *node["all"], *node["none"]))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One for all tests of a process; it takes a second to start."""
    started = Browser(tmp_path_factory.mktemp("browser"))
    yield started
    started.driver.quit()


@needs_browser
@pytest.mark.parametrize(
    ("topic", "region"),
    [pytest.param(*one, marks=() if one in BY_TURNS else pytest.mark.whole) for one in EVERY],
)
def test_no_barrier_in_any_light_or_width(topic: str, region: str, browser: Browser) -> None:
    """A page that cannot be read, heard or reached by keyboard keeps its help from those who need it most."""
    browser.show(web_page(topic, region))
    for light in ("light", "dark"):
        for size in (WIDE, NARROW):
            browser.turn(size, light)
            assert browser.barriers() == ([], []), (light, size)
            assert browser.fits(), (light, size)


@needs_browser
@pytest.mark.parametrize(
    ("whole", "fault", "caught"),
    [
        ("--ink: var(--ink-900);", "--ink: var(--ink-300);", "color-contrast"),
        (' alt="Example Clinic"', "", "image-alt"),
        ('<html lang="en-US">', "<html>", "html-has-lang"),
        ('role="columnheader"', 'role="colheader"', "aria-roles"),
        ("<main", "<div", "landmark-one-main"),
    ],
)
def test_a_planted_barrier_is_caught(whole: str, fault: str, caught: str, browser: Browser) -> None:
    """A guard that sees nothing guards nothing."""
    html = web_page("dystonia-or-fibromyalgia")
    assert whole in html
    browser.show(html.replace(whole, fault))
    assert any(one.startswith(caught) for one in browser.barriers()[0])


@needs_browser
@pytest.mark.parametrize("topic", OURS.topic_names())
def test_nothing_runs_out_of_the_page(topic: str, browser: Browser) -> None:
    """Who needs large letters or wide spacing must not lose the ends of lines, nor scroll to and fro."""
    browser.show(web_page(topic))
    browser.ask("document.documentElement.style.fontSize = '200%'")
    assert browser.fits()
    spacing = "line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important"
    browser.ask("document.documentElement.style.fontSize = ''")
    browser.add_style(f"* {{ {spacing} }} p {{ margin-bottom: 2em !important }}")
    browser.turn(NARROW, "light")
    assert browser.fits()
    assert browser.ask(CUT_OFF) == []


@needs_browser
def test_a_page_that_is_too_wide_is_caught(browser: Browser) -> None:
    """A guard that sees nothing guards nothing."""
    html = web_page("neck-pain-self-care")
    browser.show(html.replace("<main", '<div style="width: 400px">.</div><main'), NARROW)
    assert not browser.fits()
    browser.show(html.replace("<main", '<p style="height: 9px; overflow: hidden">A<br>B</p><main'), NARROW)
    assert browser.ask(CUT_OFF) == ["P"]


def fetched(html: str) -> list[str]:
    """The addresses that a browser would fetch to show a page, and the scripts it would run."""
    addresses = re.findall(r'(?:\ssrc(?:set)?=|url\(|@import )["\']?+(?!data:)([^"\')\s>]*)', html)
    return [*addresses, *re.findall(r"<(?:link|script|iframe|object|embed|base)\b|\son\w+=", html)]


@pytest.mark.parametrize(("topic", "region"), EVERY)
def test_the_page_asks_for_no_other_file(topic: str, region: str) -> None:
    """A page that fetches anything tells someone who reads about which illness, and is bare without a network."""
    html = web_page(topic, region)
    assert fetched(html) == []
    assert len(html.encode()) < LARGEST_PAGE


@pytest.mark.parametrize(
    "planted",
    ['<img src="https://x.example/a.png">', "<p style='background: url(a.png)'>", "<script>", "<p onclick=''>"],
)
def test_a_planted_request_is_caught(planted: str) -> None:
    """A guard that sees nothing guards nothing."""
    assert fetched(planted)


@needs_browser
def test_the_browser_fetches_nothing(browser: Browser) -> None:
    """What the page says of itself, the browser must see too; and its rule stops what should slip in."""
    html = web_page("neck-pain-self-care")
    browser.show(html)
    assert browser.ask("return performance.getEntriesByType('resource').map(entry => entry.name)") == []
    assert browser.ask("return document.fonts.ready.then(() => document.fonts.check('1rem Body'))")
    other = browser.file.with_name("other.svg")
    other.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', encoding="utf-8")
    planted = html.replace("<main", '<img id="planted" src="other.svg" alt="."><main')
    browser.show(planted)
    assert browser.ask("return document.getElementById('planted').naturalWidth") == 0
    browser.show(re.sub(r"<meta http-equiv=[^>]+>", "", planted))
    assert browser.ask("return document.getElementById('planted').naturalWidth") == 9


class _Told(HTMLParser):
    """The words of a page's header and main part, and of its drawings, in the order they are read."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inside = 0
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside += tag in ("header", "main")
        if tag == "img":
            self.words += (dict(attrs)["alt"] or "").split()

    def handle_endtag(self, tag: str) -> None:
        self.inside -= tag in ("header", "main")

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.words += data.split()


@pytest.mark.parametrize(("topic", "region"), EVERY)
def test_the_words_are_those_of_the_paper(topic: str, region: str) -> None:
    """One clinic, two answers: a patient who has both must not have to choose."""
    setting = Setting(
        clinics.read_region(region),
        clinics.read_labels("en"),
        clinics.read_clinic(CLINIC) if region == "us" else None,
        Format(Paper.LETTER),
    )
    paper = page.make_leaflet(topic_of(topic), setting, UNAPPROVED).html
    on_paper, on_screen = _Told(paper).words, _Told(web_page(topic, region)).words
    assert len(on_paper) > 300
    if "week-grid" in paper:  # on paper it is a sheet of its own, at the end
        assert sorted(on_paper) == sorted(on_screen)
    else:
        assert on_paper == on_screen


def test_the_end_says_what_stands_in_the_footer() -> None:
    """Who finds the page next year must see which version it is, and that nobody approved it."""
    end = re.sub(r"\s+", " ", web_page("neck-pain-self-care").split("<footer>")[1])
    assert re.search(r"NP-01 · Version \d+ · Written \w+ \d{4} · Review by \w+ \d{4}<br>Not yet approved", end)


def test_the_page_is_the_same_whatever_the_paper() -> None:
    """Large print is for paper; on a screen the reader's own settings count."""
    region, labels = clinics.read_region("us"), clinics.read_labels("en")
    made = {
        web.make_web_page(topic_of("sleep-hygiene"), Setting(region, labels, None, form), UNAPPROVED)
        for form in (Format(Paper.A4), Format(Paper.A5, 24))
    }
    assert len(made) == 1


def test_a_clinics_own_part_is_used(tmp_path: Path) -> None:
    """A clinic that changed a part for paper means it for the screen too."""
    (tmp_path / "parts").mkdir()
    own = "{% macro part(topic, say) %}<p>Our own way</p>{% endmacro %}"
    (tmp_path / "parts" / "main-message.html").write_text(own, encoding="utf-8")
    assert "<p>Our own way</p>" in web_page("sleep-hygiene", templates=tmp_path)


@needs_browser
def test_drawings_keep_a_light_ground_in_the_dark(browser: Browser) -> None:
    """Dark lines on a dark ground are not there at all."""
    browser.show(web_page("stress-and-relaxation"), light="dark")
    grounds = "return [...new Set([...document.images].map(i => getComputedStyle(i.closest('.title-band-logo') ?? i).backgroundColor))]"
    assert browser.ask(grounds) == ["rgb(243, 246, 247)"]


@needs_browser
def test_the_skip_link_is_first_and_can_be_seen(browser: Browser) -> None:
    """Who uses the keyboard must be able to pass the band, and see where they are."""
    browser.show(web_page("sleep-hygiene"))
    place = "const l = document.querySelector('a'); {0}; const r = l.getBoundingClientRect(); return [l.className, r.top >= 0 && r.height > 24]"
    assert browser.ask(place.replace("{0}", "")) == ["skip", False]
    assert browser.ask(place.replace("{0}", "l.focus()")) == ["skip", True]


@needs_browser
@pytest.mark.parametrize("topic", OURS.topic_names())
def test_it_prints_whole_from_the_browser(topic: str, browser: Browser) -> None:
    """Many will print the page, and not come back for the PDF."""
    browser.show(web_page(topic), light="dark")
    document = pypdfium2.PdfDocument(b64decode(browser.tell("Page.printToPDF")["data"]))
    words = " ".join(sheet.get_textpage().get_text_range() for sheet in document)
    assert len(document) <= ENOUGH_PAGES
    for expected in ("Call 911 now", topic_of(topic).sections[-1].heading.text[0].text, "Sources", "Not yet approved"):
        assert expected in words
    colours = document[0].render().to_pil().getpixel((2, 2))
    assert colours == (255, 255, 255), "dark sheets would waste ink"
    document.close()
