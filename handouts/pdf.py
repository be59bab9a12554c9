"""A Leaflet in, a Pdf out: PDF/UA-1 and PDF/A-3a in one file, made offline.

The only room that knows WeasyPrint. It is imported late, because that takes most of a second, and
because it needs the Pango library of the operating system. Anything it warns of is a failure: a
missing letter or drawing must not reach paper. Nor must a page with words lost or out of place (`proof`).
"""

import ctypes.util
import logging
import os
import platform
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from functools import cache, partial
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from handouts import assets, proof
from handouts.errors import Exit, HandoutError, shortened
from handouts.model import Contents, Layout, Leaflet, Misprint, Pdf, Room, Topic, Urgent
from handouts.streams import has_clean_ends
from handouts.tagging import finish, metadata_of_both_standards

#: How to get Pango, the one thing pip cannot install, per system.
PANGO = {
    "Debian, Ubuntu": "sudo apt-get install libpangoft2-1.0-0 libharfbuzz-subset0",
    "Fedora": "sudo dnf install pango",
    "macOS": "brew install pango",
    "Windows": "install MSYS2, then: pacman -S mingw-w64-ucrt-x86_64-pango",
}
#: The libraries of the operating system that draw; they have no version that can be asked for cheaply.
SYSTEM = ("pango", "harfbuzz", "fontconfig", "freetype", "gobject", "glib")
#: So many misprints of a leaflet are told.
MAX_MISPRINTS = 5
VARIANT = "pdf/a-3a"
FOR_PRESS = "pdf/x-4"
#: Layouts of a pack until its cover, which grows with its page numbers, is as long as was thought.
MAX_ROUNDS = 5
#: The oldest HarfBuzz whose part for subsets WeasyPrint uses; it has its own package, and is soon overlooked.
MIN_HARFBUZZ = (4, 1, 0)


def print_to_pdf(*leaflets: Leaflet, for_press: bool = False) -> Pdf:
    """Lay leaflets out and print them to one PDF, each with its own page numbers and on fresh sheets.

    The same leaflets always give the same bytes. The title and the language are those of the first. `for_press` leaves
    out the tags, which a press has no use for.
    """
    variant = FOR_PRESS if for_press else VARIANT
    with _no_warning_in(" and ".join(leaflet.topic for leaflet in leaflets)):
        return _written([_proved(leaflet, variant) for leaflet in leaflets], leaflets, variant)


def print_pack(
    cover: Callable[[Sequence[Contents]], Leaflet],
    leaflets: Sequence[tuple[Topic, Leaflet]],
    *,
    for_press: bool = False,
) -> Pdf:
    """Print leaflets behind a cover that says on which page of the pack each begins.

    `cover` is asked twice: how many pages it has itself is known only when it is laid out.
    """
    variant = FOR_PRESS if for_press else VARIANT
    with _no_warning_in("the pack"):
        begins = _next_sheet(len(_document(cover([Contents(topic, 0, 0) for topic, _ in leaflets]), variant).pages))
        for _ in range(MAX_ROUNDS):
            documents, contents = _behind_the_cover(begins, leaflets, variant)
            front = cover(contents)
            first = _proved(front, variant)
            if _next_sheet(len(first.pages)) == begins:
                return _written([first, *documents], [front, *(leaflet for _, leaflet in leaflets)], variant)
            begins = _next_sheet(len(first.pages))
    raise HandoutError(
        "The pack was not made: its cover has another number of pages each time it is laid out. Leave out a topic.",
        Exit.CANNOT_WRITE,
    )


def _behind_the_cover(
    begins: int, leaflets: Sequence[tuple[Topic, Leaflet]], variant: str
) -> tuple[list[Any], list[Contents]]:
    """Leaflets laid out one after another, the first on a page of the pack, and where each begins."""
    documents, contents = [], []
    for topic, leaflet in leaflets:
        documents.append(_proved(leaflet, variant, begins))
        contents.append(Contents(topic, begins, len(documents[-1].pages)))
        begins = _next_sheet(begins - 1 + len(documents[-1].pages))
    return documents, contents


def _next_sheet(pages: int) -> int:
    """The page that begins a fresh sheet after so many pages, counted from 1."""
    return pages + 1 + pages % 2


def _written(documents: Sequence[Any], leaflets: Sequence[Leaflet], variant: str) -> Pdf:
    """The pages of documents as one PDF, each document on a fresh sheet."""
    pages: list[Any] = []
    languages: list[str] = []
    for one, leaflet in zip(documents, leaflets, strict=True):
        if len(pages) % 2:
            pages += _document(_blank_like(leaflet), variant).pages
        pages += one.pages
        languages += [leaflet.language] * (len(pages) - len(languages))
    document = documents[0].copy(pages)
    first_pages = (proof.urgent(leaflet, _pieces(one)) for one, leaflet in zip(documents, leaflets, strict=True))
    urgent = tuple(
        (leaflet.topic, there)
        for leaflet, there in zip(leaflets, first_pages, strict=True)
        if there is not Urgent.WHOLE
    )
    if variant == FOR_PRESS:
        return Pdf(document.write_pdf(pdf_variant=variant), len(pages), urgent=urgent)
    document.metadata.generate_rdf_metadata = metadata_of_both_standards(document.metadata)
    for padding in count():
        finisher = partial(finish, languages=languages, padding=padding)
        data = document.write_pdf(pdf_variant=VARIANT, finisher=finisher)
        if has_clean_ends(data):
            break
    return Pdf(data, len(document.pages), tuple(_rooms(document)), urgent=urgent)


def _rooms(document: Any) -> Iterator[Room]:
    """How much room each slot has, in the order of the page."""
    met: set[int] = set()
    for piece in _pieces(document):
        box, block = piece.box, piece.block
        if (slot := box.element.get("data-slot")) and id(box.element) not in met:
            met.add(id(box.element))
            yield Room(slot, block.content_box_x() + block.width - box.position_x, piece.page)


def _pieces(document: Any) -> tuple[proof.Piece, ...]:
    """The words on a document's pages, each with its place."""
    pages = [page._page_box for page in document.pages]  # noqa: SLF001  # nothing public tells
    return proof.pieces(pages, engine().formatting_structure.boxes)


def _blank_like(leaflet: Leaflet) -> Leaflet:
    """A page with nothing on it, on the same paper: the back of a sheet."""
    start = re.search(r"<html[^>]*>", leaflet.html)
    assert start
    return Leaflet(f"<!doctype html>{start[0]}<title>.</title><body></body></html>", leaflet.topic, leaflet.language)


def lay_out(leaflet: Leaflet) -> Layout:
    """Lay a leaflet out, as it would be printed, and say which words stand in which line."""
    with _no_warning_in(leaflet.topic):
        document = _document(leaflet)
    lines = tuple(tuple(_lines(page._page_box)) for page in document.pages)  # noqa: SLF001  # nothing public tells
    return Layout(lines, proof.urgent(leaflet, _pieces(document)), _misprints(leaflet, document))


def _lines(box: Any) -> Iterator[str]:
    """The lines of words in a box of a page; its margins, where footers stand, left out."""
    boxes = engine().formatting_structure.boxes
    if isinstance(box, boxes.LineBox):
        yield " ".join(_words(box).split())
    elif not isinstance(box, boxes.MarginBox):
        for child in getattr(box, "children", ()):
            yield from _lines(child)


def _words(box: Any) -> str:
    return str(getattr(box, "text", "")) or "".join(_words(child) for child in getattr(box, "children", ()))


def _proved(leaflet: Leaflet, variant: str, begins: int = 1) -> Any:
    """A leaflet laid out, all of whose words are on paper and in their place; else a HandoutError says which are not."""
    document = _document(leaflet, variant, begins)
    if found := _misprints(leaflet, document):
        first = {(one.place, one.slot, one.is_lost): one for one in reversed(found)}  # one of a block often has others
        sentences = [_sentence(one, leaflet) for one in reversed(first.values())]
        raise HandoutError("\n".join(sentences[:MAX_MISPRINTS]), Exit.WRONG_FILE)
    return document


def _misprints(leaflet: Leaflet, document: Any) -> tuple[Misprint, ...]:
    """What would be wrong on paper."""
    root, placed = document._html.etree_element, _pieces(document)  # noqa: SLF001  # nothing public tells
    found = tuple(proof.misprints(leaflet, root, placed))
    if not found:
        return ()
    # A clinic's own template may hold what is not meant for paper; to look takes a tenth of a second.
    style_of = engine().css.get_all_computed_styles(document._html, [styles()])  # noqa: SLF001
    return tuple(proof.misprints(leaflet, root, placed, lambda element: style_of(element)["display"] == ("none",)))


def _sentence(one: Misprint, leaflet: Leaflet) -> str:
    """What is wrong, for whoever can mend it; never the words of a person."""
    where = f"{one.place.file}:{one.place.line}" if one.place else leaflet.topic
    is_personal = not one.place and "data-slot" in leaflet.html
    words = "some of its words" if is_personal else f"“{shortened(one.words)}”"
    if one.is_lost:
        return f"{where}: a page has no room for {words} and what stands with it; make it shorter, or two of it."
    return f"{where}: there is no room for {words} from side to side; make it shorter, or choose smaller text or larger paper."


def _document(leaflet: Leaflet, variant: str = VARIANT, begins: int = 1) -> Any:
    """A leaflet laid out by WeasyPrint, beginning on a page of its pack."""
    weasyprint = engine()
    fetcher = own_files_only()()
    fonts = weasyprint.text.fonts.FontConfiguration()
    sheets = [
        weasyprint.CSS(string=_font_faces(), font_config=fonts, url_fetcher=fetcher),
        styles(),
        weasyprint.CSS(string=f"@page :first {{ counter-reset: pack {begins - 1} }}", url_fetcher=fetcher),
    ]
    page = weasyprint.HTML(string=leaflet.html, base_url=assets.STYLES.as_uri(), url_fetcher=fetcher)
    return page.render(stylesheets=sheets, font_config=fonts, pdf_variant=variant)


@cache
def styles() -> Any:
    """Our style sheets: read once, as that takes a tenth of a leaflet's time."""
    with _no_warning_in("Any leaflet"):
        return engine().CSS(assets.STYLES / "leaflet.css", url_fetcher=own_files_only()())


@cache
def engine() -> Any:
    """WeasyPrint, set up so that it sees no font but ours."""
    try:
        # Without Pango it prints a banner of its own before it raises; our sentence says more in less.
        with _no_system_font(), _no_search(), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            import weasyprint  # noqa: PLC0415  # it takes most of a second: only who prints waits for it
            import weasyprint.text.fonts  # noqa: PLC0415
    except OSError as error:
        sentence = f"Pango, which draws the letters, is not installed. {_how_to_get_pango()}"
        raise HandoutError(sentence, Exit.CANNOT_WRITE) from error
    ffi = weasyprint.text.ffi
    if ffi.harfbuzz_subset is None or not ffi.harfbuzz.hb_version_atleast(*MIN_HARFBUZZ):
        sentence = (
            f"HarfBuzz-Subset, which puts letters into a PDF, is not installed, or too old. {_how_to_get_pango()}"
        )
        raise HandoutError(sentence, Exit.CANNOT_WRITE)
    return weasyprint


@cache
def libraries() -> tuple[str, ...]:
    """The files of the libraries that draw, where the operating system says which (Linux does)."""
    engine()
    with suppress(OSError):
        mapped = {line.split(maxsplit=5)[-1] for line in Path("/proc/self/maps").read_text().splitlines()}
        drawing = (file for file in mapped if any(name in Path(file).name for name in SYSTEM))
        return tuple(sorted(file for file in drawing if Path(file).is_file()))
    return ()


@contextmanager
def _no_search() -> Iterator[None]:
    """Let WeasyPrint load libraries by the names Linux gives them, without starting a compiler to search for others.

    It tries the names of all systems in turn. Those of others cannot be there, and looking for them took two thirds of
    its import.
    """
    if sys.platform != "linux":
        yield
        return
    search = ctypes.util.find_library
    ctypes.util.find_library = lambda name: None  # noqa: ARG005
    try:
        yield
    finally:
        ctypes.util.find_library = search


@contextmanager
def _no_system_font() -> Iterator[None]:
    """Hide the system's fonts from fontconfig, but not from a viewer that is started afterwards.

    WeasyPrint warns when it sees none; that is what we want.
    """
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(assets.STYLES / "no-system-fonts.conf")
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="No fonts configured in FontConfig")
            yield
    finally:
        os.environ.pop("FONTCONFIG_FILE")
        if before is not None:
            os.environ["FONTCONFIG_FILE"] = before


def _how_to_get_pango() -> str:
    system = {"Darwin": "macOS", "Windows": "Windows"}.get(platform.system())
    if system is None and Path("/etc/debian_version").exists():
        system = "Debian, Ubuntu"
    if system is None and Path("/etc/fedora-release").exists():
        system = "Fedora"
    if system:
        return f"On this computer: {PANGO[system]}"
    return "; ".join(f"{name}: {command}" for name, command in PANGO.items())


def _font_faces() -> str:
    return "".join(
        f'@font-face {{ font-family: {font.family}; font-weight: {font.weight}; src: url("{font.file.as_uri()}") }}\n'
        for font in assets.fonts()
    )


@cache
def own_files_only() -> type[Any]:
    """A fetcher that opens our own styles and fonts, and data held in the page; nothing else."""
    fetcher: type[Any] = engine().URLFetcher
    allowed = [assets.STYLES.resolve(), *{font.file.resolve().parent for font in assets.fonts()}]

    class OwnFilesOnly(fetcher):  # type: ignore[misc]  # the base class is known only at run time
        def __init__(self) -> None:
            super().__init__(allowed_protocols=("file", "data"), allow_redirects=False)

        def fetch(self, url: str, headers: Any = None) -> Any:
            if urlsplit(url).scheme.lower() == "file":
                path = unquote(urlsplit(url).path)
                if os.name == "nt":  # file:///C:/styles has the path /C:/styles
                    path = path.removeprefix("/")
                if not any(Path(path).resolve().is_relative_to(folder) for folder in allowed):
                    raise ValueError("this file lies outside the library's folders")
            return super().fetch(url, headers)

    return OwnFilesOnly


class _Gather(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@contextmanager
def _no_warning_in(topic: str) -> Iterator[None]:
    """Fail if WeasyPrint warns of anything; keep what it says off the screen."""
    logger = logging.getLogger("weasyprint")
    gather = _Gather()
    logger.addHandler(gather)
    propagate, logger.propagate = logger.propagate, False
    try:
        with _no_system_font():
            yield
    finally:
        logger.removeHandler(gather)
        logger.propagate = propagate
    if gather.said:
        raise HandoutError(f"{topic} was not made: {_in_plain_words(gather.said)}", Exit.CANNOT_WRITE)


def _in_plain_words(said: list[str]) -> str:
    """What WeasyPrint warned of, as a sentence that repeats no words of the leaflet but single signs."""
    missing = sorted(
        {code for message in said if ".notdef" in message for code in re.findall(r"U\+([0-9A-Fa-f]{4,6})", message)}
    )
    if missing:
        signs = ", ".join(f"“{chr(int(code, 16))}” (U+{code})" for code in missing)
        return f"the fonts cannot show {signs}; use other letters there."
    short = re.sub(r"data:[^\"' )]{40,}", "data:…", said[0])
    return f"the page could not be laid out cleanly: {short[:300]}"
