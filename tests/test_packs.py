"""Packs: one PDF of several leaflets, as a nurse prints it and as a screen reader reads it."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import page as validator
import pikepdf
import pypdfium2
import pytest

from handouts import clinics, page, pdf
from handouts.errors import Exit, HandoutError
from handouts.model import Contents, Format, Leaflet, Paper, Pdf, Setting

from .conftest import CLINIC, UNAPPROVED, Ran, topic_of

Run = Callable[..., Ran]
TOPICS = ("sleep-hygiene", "symptom-and-sleep-diary", "neck-pain-self-care")


def setting(form: Format) -> Setting:
    return Setting(
        clinics.read_region("us"), clinics.read_labels("en"), clinics.read_clinic(CLINIC), form, in_pack=True
    )


def pack(form: Format) -> Pdf:
    where = setting(form)
    leaflets = [(topic_of(name), page.make_leaflet(topic_of(name), where, UNAPPROVED)) for name in TOPICS]
    return pdf.print_pack(lambda contents: page.make_cover(contents, where), leaflets)


@pytest.fixture(scope="module")
def packed() -> Pdf:
    return pack(Format(Paper.LETTER))


def words_of(made: Pdf) -> list[str]:
    """The words of each page."""
    return [" ".join(sheet.get_textpage().get_text_range().split()) for sheet in pypdfium2.PdfDocument(made.data)]


@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_it_conforms(packed: Pdf, profile: str, tmp_path: Path) -> None:
    """A pack is read by the same screen readers and kept in the same archives as a leaflet."""
    file = tmp_path / "pack.pdf"
    file.write_bytes(packed.data)
    report = validator.validate_pdf(file, profile=profile)
    assert report.is_compliant, str(report)


@pytest.mark.parametrize("form", [Format(Paper.LETTER), Format(Paper.A4, 24)], ids=lambda f: f.name)
def test_the_contents_say_where_each_leaflet_begins_and_it_begins_on_a_fresh_sheet(form: Format) -> None:
    """Printed on both sides, a leaflet must come off the pack without tearing off another's last page."""
    words = words_of(pack(form))
    said = re.findall(r"Pack page (\d+)", " ".join(words[:2]).split("What is inside")[1])
    begins = [int(number) for number in said if int(number) > 2][: len(TOPICS)]
    for name, number in zip(TOPICS, begins, strict=True):
        assert number % 2 == 1
        assert topic_of(name).title in words[number - 1]
        assert re.search(rf"Page 1 of \d+ Pack page {number}\b", words[number - 1])


def test_each_page_says_its_own_number_and_the_packs(packed: Pdf) -> None:
    """Whoever drops the pack must be able to sort it, and whoever holds one leaflet must not miss a page of it."""
    words = words_of(packed)
    for number, page_words in enumerate(words, 1):
        assert not page_words or f"Pack page {number}" in page_words
    assert sum("Page 4 of 4" in page_words for page_words in words) == len(TOPICS)


def test_blank_pages_say_nothing(packed: Pdf) -> None:
    """A voice that reads “page 2, blank” is in the way; a header on it looks like a fault of the printer."""
    words = words_of(packed)
    (blank,) = [number for number, page_words in enumerate(words) if not page_words]
    assert blank == 1
    document = pikepdf.open(BytesIO(packed.data))
    numbers = list(document.Root.StructTreeRoot.ParentTree.Nums)
    parents = dict(zip(numbers[::2], numbers[1::2], strict=True))
    assert all(parent is None for parent in parents[document.pages[blank].StructParents])


def test_bookmarks_and_links_lead_to_the_leaflets(packed: Pdf) -> None:
    """On a screen the contents are there to be clicked."""
    document = pikepdf.open(BytesIO(packed.data))
    with document.open_outline() as outline:
        names = [item.title for item in outline.root]
    assert names == ["Your leaflets", *(topic_of(name).title for name in TOPICS)]
    flat = list(document.Root.Names.Dests.Names)
    dests = {str(name): dest for name, dest in zip(flat[::2], flat[1::2], strict=True)}
    places = {sheet.obj.objgen: number for number, sheet in enumerate(document.pages, 1)}
    links = [str(link.Dest) for link in document.pages[0].Annots if "/Dest" in link]
    assert links == list(TOPICS)
    assert [places[dests[name][0].objgen] for name in TOPICS] == [3, 7, 11]


def test_the_clinic_stands_on_the_cover(packed: Pdf) -> None:
    """A pack found in a drawer must say whom to call."""
    assert re.search(r"Phone: 555\s0100", words_of(packed)[0])


def test_what_is_in_another_language_says_so() -> None:
    """An English voice reading Spanish cannot be understood."""

    def leaflet(language: str, words: str) -> Leaflet:
        html = f'<!doctype html><html lang="{language}" data-page="a4"><title>x</title><main><h1>{words}</h1></main>'
        return Leaflet(html, words, language)

    made = pdf.print_to_pdf(leaflet("en-US", "Neck"), leaflet("es", "Cuello"), leaflet("en-US", "Sleep"))
    document = pikepdf.open(BytesIO(made.data))
    assert str(document.Root.Lang) == "en-US"
    places = {sheet.obj.objgen: number for number, sheet in enumerate(document.pages)}
    spoken = {places[kid.Pg.objgen]: str(kid.get("/Lang", "")) for kid in document.Root.StructTreeRoot.K[0].K}
    assert spoken == {0: "", 2: "es", 4: ""}


def test_a_long_contents_takes_another_sheet_and_the_numbers_still_hold() -> None:
    """The cover's own length moves every leaflet behind it."""
    where = setting(Format(Paper.A5, 24))
    asked: list[list[int]] = []

    def cover(contents: list[Contents]) -> Leaflet:
        asked.append([one.begins for one in contents])
        return page.make_cover(contents, where)

    names = TOPICS
    leaflets = [(topic_of(name), page.make_leaflet(topic_of(name), where, UNAPPROVED)) for name in names]
    words = words_of(pdf.print_pack(cover, leaflets))
    assert asked[0] == [0, 0, 0]
    assert asked[1][0] > 3
    for name, number in zip(names, asked[1], strict=True):
        assert topic_of(name).title.split()[0] in words[number - 1]
        assert re.search(rf"Page 1 of \d+ Pack page {number}\b", words[number - 1])


# --- The command -------------------------------------------------------------------------------


def test_a_set_becomes_a_pack_and_on_request_single_leaflets(run: Run, tmp_path: Path) -> None:
    """One leaflet of a pack gets lost; it must be possible to print it again."""
    ran = run("make", "--set", "neck-pain", "--pack", "packs/neck.pdf", "--region", "us")
    assert (ran.code, ran.err) == (0, "")
    assert [file.name for file in (tmp_path / "packs").glob("[!.]*")] == ["neck-us.pdf"]
    assert not (tmp_path / "out").exists()
    assert run("make", "--set", "neck-pain", "--pack", "packs/neck.pdf", "--separate").code == 0
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_a_clinic_names_sets_of_its_own(run: Run, tmp_path: Path) -> None:
    """Every clinic has its own first appointment."""
    sets = "name: Example Clinic\nsets:\n  neck-pain: [neck-pain-self-care]\n  first-visit: [sleep-hygiene]\n"
    (tmp_path / "clinic.yaml").write_text(sets, encoding="utf-8")
    shown = run("list", "--sets").out
    assert re.search(r"first-visit\s+sleep-hygiene", shown)
    assert re.search(r"neck-pain\s+neck-pain-self-care *\n", shown)
    assert run("make", "--set", "first-visit", "--set", "neck-pain").code == 0
    assert len(list((tmp_path / "out").iterdir())) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["make", "--set", "nek-pain"], "There is no set “nek-pain”; did you mean “neck-pain”?"),
        (["make", "neck", "--separate"], "--separate goes with --pack FILE"),
        (["make", "neck", "--pack", "p.pdf", "--fold", "tri-fold"], "A tri-fold is one leaflet on one sheet."),
        (["make", "neck", "--pack", "p.pdf", "--html"], "A pack is for paper"),
        (["make", "neck", "--pack", "pack"], "give --pack a name that ends in .pdf"),
        (["make", "neck", "--pack", "p.pdf", "--watch"], "--watch makes single leaflets"),
        (["make", "neck", "--pack", "p.pdf", "--contact-sheet", "s.png"], "A pack is for paper"),
    ],
)
def test_a_slip_is_answered_with_a_sentence(arguments: list[str], said: str, run: Run, tmp_path: Path) -> None:
    """Nothing may be made that nobody meant."""
    ran = run(*arguments)
    assert ran.code == Exit.WRONG_COMMAND
    assert said in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_set_of_a_clinic_that_names_no_topic_is_said_with_its_line(run: Run, tmp_path: Path) -> None:
    """A pack with a leaflet missing looks whole."""
    (tmp_path / "clinic.yaml").write_text("name: Example\nsets:\n  first: [nek-pain]\n  Bad Name: [sleep-hygiene]\n")
    ran = run("list", "--sets")
    assert ran.code == Exit.WRONG_FILE
    assert "clinic.yaml:3: there is no topic “nek-pain”; did you mean “neck-pain-self-care”?" in ran.err
    assert "clinic.yaml:4: “Bad Name” is not the name of a set" in ran.err


def test_a_pack_with_a_leaflet_that_nobody_approved_is_not_made(run: Run, tmp_path: Path) -> None:
    """A pack that lacks a leaflet would be taken for a whole one."""
    ran = run("make", "--set", "neck-pain", "--pack", "p.pdf", "--approved-only")
    assert ran.code == Exit.WRONG_FILE
    assert "gentle-movement is not made for us" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_pack_can_be_a_booklet(run: Run, tmp_path: Path) -> None:
    """A pack to keep is nicer stapled."""
    assert run("make", "--set", "neck-pain", "--pack", "p.pdf", "--fold", "booklet").code == 0
    sheets = pypdfium2.PdfDocument(tmp_path / "p-us.pdf")
    assert len(sheets) % 2 == 0
    width, height = sheets[0].get_size()
    assert width > height


def test_a_cover_that_never_settles_does_not_hold_the_clinic_up() -> None:
    """A cover of a clinic's own may be longer each time it learns how long it is; somebody waits at the printer."""
    asked: list[int] = []

    def grows(contents: object) -> Leaflet:
        asked.append(len(asked) + 1)
        pages = "<p style='break-after: page'>x</p>" * (2 * asked[-1])
        return Leaflet(f"<!doctype html><html lang=en><title>x</title><body>{pages}", "cover", "en")

    leaflet = Leaflet("<!doctype html><html lang=en><title>y</title><body><p>y", "one", "en")
    with pytest.raises(HandoutError, match="another number of pages each time"):
        pdf.print_pack(grows, [(topic_of(TOPICS[0]), leaflet)])
    assert len(asked) < 10
