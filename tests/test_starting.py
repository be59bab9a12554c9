"""A clinic's own library: begun with one command, found by all of them, and never overwritten."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from handouts import assets, clinics, make, pdf, starting, watch
from handouts.assets import OURS, Library
from handouts.errors import Exit, HandoutError
from handouts.quality import RULES

from .conftest import CASES, Ran

Run = Callable[..., Ran]
GOOD = (CASES / "quality" / "good.md").read_text(encoding="utf-8")


@pytest.fixture
def library(run: Run, tmp_path: Path) -> Path:
    """A clinic's library in the current folder."""
    assert run("init", ".", "--name", "Example Clinic").code == 0
    return tmp_path


def words_in(file: Path) -> str:
    return " ".join(" ".join(sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(file)).split())


def put(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


# --- init ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Example Clinic", "Dr O'Neil: pain & #1 “care” {x}", "Klinik Ä"])
def test_a_new_library_works_at_once(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The first minutes decide whether a clinic goes on; its name is text, whatever it looks like."""
    assert run("init", "ours", "--name", name, "--region", "uk").code == 0
    monkeypatch.chdir(tmp_path / "ours")
    assert run("make", "sleep").code == 0
    (made,) = (tmp_path / "ours" / "out").glob("sleep-hygiene-en-uk-a4-*.pdf")
    assert name in words_in(made)


@pytest.mark.parametrize("folder", ["ours", "Our clinic", "."])
def test_init_says_what_to_type_next(run: Run, tmp_path: Path, folder: str) -> None:
    """The second command of a newcomer's is the one the first tells; it must work, where it is told."""
    said = run("init", folder, "--name", "Example Clinic").out
    next_one = re.search(r"`handouts (make --all.*?)`", said)
    assert next_one
    _, _, *words = shlex.split(next_one[1])
    assert "Example Clinic" in run("make", "sleep", *words).out


def test_nothing_that_is_there_is_overwritten(run: Run, tmp_path: Path) -> None:
    """A second init by mistake must not cost a clinic its approvals."""
    put(tmp_path, "ours/approvals.yaml", "approvals: []  # ours\n")
    assert run("init", "ours", "--name", "Example Clinic").code == 0
    assert (tmp_path / "ours" / "approvals.yaml").read_text(encoding="utf-8").endswith("# ours\n")
    again = run("init", "ours", "--name", "Another")
    assert again.code == Exit.WRONG_COMMAND
    assert "is there already; nothing was changed." in again.err
    assert "Example Clinic" in (tmp_path / "ours" / "clinic.yaml").read_text(encoding="utf-8")


LISTS = ("people.csv", "june/people.CSV.xlsx", "list.ods", "out/batch/001-us-letter-full.pdf", "june/manifest.pdf")


@pytest.mark.skipif(not shutil.which("git"), reason="asks git")
def test_git_takes_no_list_along(library: Path) -> None:
    """`git add -A` would send the names of patients wherever the library goes."""
    ours = {"clinic.yaml", "approvals.yaml", "styles/tokens.css", "README.txt", ".gitignore", "topics/back-pain/en.md"}
    put(library, "topics/back-pain/en.md", GOOD)
    assert taken_along(library) == ours


@pytest.mark.skipif(not shutil.which("git"), reason="asks git")
def test_git_takes_no_list_along_from_a_checkout(tmp_path: Path) -> None:
    """The README's own commands write a list and a clinic's library beside the code; tests have lists of nobody."""
    shutil.copy(assets.PACKAGE.parent / ".gitignore", tmp_path)
    for name in (
        "clinic/clinic.yaml",
        "clinic/approvals.yaml",
        "clinic.yaml.txt",
        "logo.png",
        "tests/__pycache__/x.pyc",
    ):
        put(tmp_path, name, "x")
    kept = {"handouts/clinics.py", "tests/cases/people.csv", "tests/clinic/clinic.yaml", "tests/cases/x.xlsx"}
    for name in kept:
        put(tmp_path, name, "x")
    assert taken_along(tmp_path) == kept | {".gitignore"}


def taken_along(folder: Path) -> set[str]:
    """What `git add -A` takes, once lists and what is made of them lie there."""
    for name in LISTS:
        put(folder, name, "x")
    git = ["git", "-C", str(folder), "-c", "core.quotePath=off"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    listed = subprocess.run([*git, "ls-files"], check=True, capture_output=True, text=True)
    return set(listed.stdout.splitlines())


@pytest.mark.parametrize("arguments", [(), ("--name", " "), ("--name", "A", "--region", "fr")])
def test_an_init_that_cannot_be_leaves_nothing_behind(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Half a library would be found by every later command."""
    assert run("init", "ours", *arguments).code == Exit.WRONG_COMMAND
    assert not (tmp_path / "ours").exists()


# --- own topics, templates, styles ---------------------------------------------------------------


def test_own_topics_add_to_ours_and_replace_them_by_name(library: Path, run: Run) -> None:
    """A clinic that writes its own sleep leaflet must not hand out ours by mistake."""
    put(library, "topics/back-pain/en.md", GOOD)
    put(library, "topics/sleep-hygiene/en.md", GOOD.replace("EX-01", "EX-02").replace("A short walk", "Our own sleep"))
    shown = run("list").out
    assert "back-pain" in shown
    assert "Our own sleep" in shown
    assert "neck-pain-self-care" in shown
    assert run("make", "sleep").code == 0
    assert "Our own sleep" in words_in(library / "out" / "sleep-hygiene-en-us-letter-example-clinic.pdf")


def test_a_library_is_found_from_a_folder_below_and_by_its_folder(
    library: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whoever works in a topic's folder must not get a leaflet without the clinic's name."""
    monkeypatch.chdir(library / "topics")
    assert run("make", "sleep", "--out", "pdfs").code == 0
    assert "Example Clinic" in words_in(library / "topics" / "pdfs" / "sleep-hygiene-en-us-letter-example-clinic.pdf")
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert "Example Clinic" in run("make", "sleep", "--clinic", str(library)).out


def test_own_snippets_and_drawings_come_first(library: Path) -> None:
    """A clinic's own heat advice belongs into every leaflet that gives it."""
    own = put(library, "snippets/en/heat-short.md", "Our own words.\n")
    found = Library(library)
    assert found.snippets("en")["heat-short"] == own
    assert found.snippets("en")["stop-rules"] == OURS.snippets("en")["stop-rules"]
    assert found.figure_folders("sleep-hygiene")[0] == library / "topics" / "sleep-hygiene" / "figures"


def test_own_templates_that_no_longer_fit_ours_are_named(library: Path, run: Run) -> None:
    """A template copied from an older release must not end in “a fault of ours”."""
    put(library, "templates/parts/callout.html", "{% macro part(block, art) %}Ours was longer{% endmacro %}")
    ran = run("make", "neck")
    assert ran.code == Exit.WRONG_FILE
    assert "the leaflet cannot be filled with the templates in this folder" in ran.err


def test_a_clinics_usual_size_is_a_size_like_any_other(library: Path, run: Run) -> None:
    """A clinic that prints everything at 18 points must get real large print; a patient's own size counts more."""
    put(library, "styles/tokens.css", ":root { --text: 18pt; }")
    assert run("make", "sleep").code == 0
    usual = library / "out" / "sleep-hygiene-en-us-letter-18pt-example-clinic.pdf"
    assert "Page 1 of 4" not in words_in(usual)
    assert min(sizes_in(usual)) >= 17.99
    assert run("make", "sleep", "--text-size", "24").code == 0
    assert min(sizes_in(library / "out" / "sleep-hygiene-en-us-letter-24pt-example-clinic.pdf")) >= 23.99
    assert run("make", "sleep", "--text-size", "12").code == 0
    assert "Page 1 of 4" in words_in(library / "out" / "sleep-hygiene-en-us-letter-example-clinic.pdf")


def sizes_in(file: Path) -> set[float]:
    """The sizes of all text in a PDF, in points."""
    found = set()
    for sheet in pypdfium2.PdfDocument(file):
        for piece in sheet.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=3):
            size = pdfium.c_float()
            pdfium.FPDFTextObj_GetFontSize(piece.raw, size)
            found.add(round(size.value * abs(piece.get_matrix().d), 2))
    return found


@pytest.mark.parametrize(
    ("rules", "line", "said"),
    [
        ("--main: var(--main);", 2, "“--main” comes back to itself"),
        ("--band: var(--urgent);\n--urgent: var(--band);", 3, "“--urgent” comes back to itself"),
        ("--main: var(--band);", 2, "“--main” comes back to itself"),
        ("--space-1: calc(1mm + var(--space-1));", 2, "“--space-1” comes back to itself"),
        ("--main: var(--nowhere);", 2, "there is no token “--nowhere”"),
        ("--side: VAR( --nowhere );", 2, "there is no token “--nowhere”"),
        ("--main: var(--nowhere, #0f5c63);", 2, "a var() of another kind"),
        ("--side: var(--main);", 2, "another kind of thing"),
        ("--side: banana;", 2, "not a length or a number"),
        ("--side: calc(1mm * banana);", 2, "not a length or a number"),
        ("--rule: banana;", 2, "“--rule” is not a colour"),
        ("--tick: red;", 2, "“--tick” is a drawing"),
        ("--main: #0f5c63;\n--main: #000000;", 3, "“--main” stands here a second time"),
        (f"--main: {'(' * 200_000};", 2, "brackets in brackets"),
    ],
)
def test_a_token_that_leads_nowhere_is_named_with_its_line(rules: str, line: int, said: str, library: Path) -> None:
    """A token that referred to itself, or to none, was called a fault of ours."""
    put(library, "styles/tokens.css", f":root {{\n{rules}\n}}")
    with pytest.raises(HandoutError, match=rf"tokens\.css:{line}: .*{re.escape(said)}"):
        clinics.read_clinic(library / "clinic.yaml")


@pytest.mark.parametrize("token", ["--text-entry", "--marks", "--page-bleed", "--columns", "--grow"])
def test_what_formats_decide_is_not_a_clinics_to_replace(token: str, library: Path, run: Run) -> None:
    """A heading fixed at 13 points would be smaller than the large print below it; crop marks have no place in an office."""
    put(library, "styles/tokens.css", f":root {{ {token}: 13pt; }}")
    ran = run("make", "sleep")
    assert ran.code == Exit.WRONG_FILE
    assert f"there is no token “{token}” to replace" in ran.err


def test_an_own_template_is_used_and_its_fault_named(library: Path, run: Run) -> None:
    """A clinic may set its panel otherwise; a slip in it is its own to mend."""
    put(library, "templates/parts/clinic-panel.html", "{% macro part(clinic, qr, say) %}<p>Our panel</p>{% endmacro %}")
    assert run("make", "sleep").code == 0
    assert "Our panel" in words_in(library / "out" / "sleep-hygiene-en-us-letter-example-clinic.pdf")
    for broken, line in (("{% macro part(clinic, qr, say) %}\n{{ nothing.at.all }}{% endmacro %}", 2), ("{% macro", 1)):
        put(library, "templates/parts/clinic-panel.html", broken)
        ran = run("make", "sleep")
        assert ran.code == Exit.WRONG_FILE
        assert f"templates/parts/clinic-panel.html:{line}: this template cannot be filled" in ran.err


def test_own_tokens_change_the_look_and_nothing_else(library: Path, run: Run) -> None:
    """A clinic's colour must arrive on paper."""
    run("make", "sleep")
    before = (library / "out" / "sleep-hygiene-en-us-letter-example-clinic.pdf").read_bytes()
    put(library, "styles/tokens.css", ":root { --main: #5b2a86; }")
    assert run("make", "sleep").code == 0
    assert (library / "out" / "sleep-hygiene-en-us-letter-example-clinic.pdf").read_bytes() != before


@pytest.mark.parametrize(
    ("css", "said"),
    [
        (":root {\n --mian: #5b2a86; }", "tokens.css:2: there is no token “--mian” to replace; did you mean “--main”?"),
        (":root { --teal-700: #5b2a86; }", "there is no token “--teal-700” to replace"),
        (":root { --sheet-width: 3mm; }", "there is no token “--sheet-width” to replace"),
        ("p { display: none }", "tokens.css:1: something else than tokens stands here"),
        ("@import 'x.css';", "something else than tokens stands here"),
        (":root { --text: 9pt; }", "“--text” is not a size from 12 to 36 points"),
        (":root { --text: small; }", "“--text” is not a size from 12 to 36 points"),
        (":root { --side: url(https://example.org); }", "has a value that no token can have"),
        (":root { --main: teal; }", "“--main” is not a colour"),
        (":root { --ink: #cccccc; }", "--ink cannot be read on --paper (contrast 1.6, 4.5 is needed)"),
    ],
)
def test_tokens_that_would_harm_are_refused(library: Path, run: Run, css: str, said: str) -> None:
    """No style of a clinic's may hide the help box, shrink the type or fade the words."""
    put(library, "styles/tokens.css", css)
    ran = run("make", "sleep")
    assert ran.code == Exit.WRONG_FILE
    assert said in ran.err


def test_a_clinic_file_in_the_checkout_does_not_make_a_library_of_it() -> None:
    """Our own templates are not a clinic's own."""
    root = assets.PACKAGE.parent
    assert Library(root).own_templates() is None
    assert set(Library(root).topic_names()) == set(OURS.topic_names())


# --- new -----------------------------------------------------------------------------------------


def test_a_new_topic_is_a_leaflet_with_blanks(library: Path, run: Run) -> None:
    """An editor starts from something that prints, and is told what is left to write, and nothing else."""
    assert run("new", "back-pain").code == 0
    assert run("make", "back-pain").code == 0
    assert "Back pain" in words_in(library / "out" / "back-pain-en-us-letter-example-clinic.pdf")
    ran = run("check", "back-pain", "--region", "us")
    assert ran.code == Exit.WRONG_FILE
    musts = [line for line in ran.out.splitlines() if line.startswith("must")]
    assert len(musts) > 20
    assert all("a blank is left: [[" in line for line in musts)


def test_each_blank_of_a_new_topic_is_found() -> None:
    """A blank the report does not see would be printed and handed out."""
    text = starting._start("topic.md")
    assert text.count("[[") == text.count("]]") > 25
    assert RULES["blank"][0]


def test_new_topics_get_ids_of_their_own_and_overwrite_nothing(library: Path, run: Run) -> None:
    """Two leaflets with one id are filed as one."""
    run("new", "one")
    run("new", "two", "--title", "Number two: “it”")
    assert "id: OWN-01" in (library / "topics" / "one" / "en.md").read_text(encoding="utf-8")
    assert "id: OWN-02" in (library / "topics" / "two" / "en.md").read_text(encoding="utf-8")
    assert "Number two: “it”" in run("list").out
    again = run("new", "one")
    assert again.code == Exit.WRONG_COMMAND
    assert "is there already; nothing was changed." in again.err


def test_a_new_topic_does_not_hide_one_of_ours_behind_a_blank(library: Path, run: Run) -> None:
    """The clinic's shelf would lose a finished leaflet without a word."""
    ran = run("new", "sleep-hygiene")
    assert ran.code == Exit.WRONG_COMMAND
    assert "is one of ours" in ran.err
    assert run("new", "fine", "--title", "A {b}").code == Exit.WRONG_COMMAND
    assert list((library / "topics").iterdir()) == []


@pytest.mark.parametrize("name", ["Back Pain", "../escape", "a/b", "", "x" * 61])
def test_a_name_that_cannot_be_is_refused(library: Path, run: Run, name: str) -> None:
    """A topic's name is a folder's name; it must not lead anywhere else."""
    ran = run("new", name)
    assert ran.code == Exit.WRONG_COMMAND
    assert "cannot be the name of a topic" in ran.err
    assert list((library / "topics").iterdir()) == []


def test_new_without_a_library_says_how_to_have_one(run: Run) -> None:
    """Outside a library there is no place for it."""
    ran = run("new", "back-pain")
    assert ran.code == Exit.WRONG_FILE
    assert "`handouts init FOLDER`" in ran.err


# --- watch ---------------------------------------------------------------------------------------


def test_a_save_is_seen_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor waits for the page; a fan that never stops tells nothing."""
    monkeypatch.setattr(watch, "SECONDS", 0)
    file = put(tmp_path, "topics/one/en.md", "one")
    looks = 0

    def stamps(places: object, real: Callable[..., object] = watch._stamps) -> object:
        nonlocal looks
        looks += 1
        if looks == 5:
            put(tmp_path, "topics/one/en.md", "another")
        return real(places)

    monkeypatch.setattr(watch, "_stamps", stamps)
    beats = watch.saves([tmp_path / "topics", tmp_path / "not-there.yaml", file])
    next(beats)
    next(beats)
    assert looks == 5


def test_watching_keeps_the_last_good_pdf(library: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a sentence is half written, the viewer still shows the leaflet, and the reason stands on the screen."""
    file = put(library, "topics/mine/en.md", GOOD)
    pdf = library / "out" / "mine-en-us-letter-example-clinic.pdf"
    seen: list[bytes] = []

    def saves(_: object) -> object:
        yield None
        seen.append(pdf.read_bytes())
        file.write_text(GOOD.replace("::: steps", "::: stepps"), encoding="utf-8")
        yield None
        seen.append(pdf.read_bytes())
        file.write_text(GOOD.replace("Keep moving.", "Keep on moving."), encoding="utf-8")
        yield None
        seen.append(pdf.read_bytes())
        raise KeyboardInterrupt

    monkeypatch.setattr("handouts.commands.making.saves", saves)
    ran = run("make", "mine", "--watch")
    assert ran.code == 0
    assert seen[0] == seen[1] != seen[2]
    assert "there is no block “stepps”" in ran.err
    assert "the last good PDF is still there" in ran.err
    assert "Keep on moving." in words_in(pdf)


def test_a_saved_style_is_seen_while_watching(library: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Styles are read once, and finished pages are kept: neither may answer with the page of before."""
    put(library, "topics/mine/en.md", GOOD)
    made = library / "out" / "mine-en-us-letter-example-clinic.pdf"
    styles = library / "styles-of-the-house"
    shutil.copytree(assets.STYLES, styles)
    monkeypatch.setattr(assets, "STYLES", styles)
    seen: list[bytes] = []

    def saves(_: object) -> object:
        yield None
        seen.append(made.read_bytes())
        with (styles / "base.css").open("a", encoding="utf-8") as out:
            out.write("\np { text-transform: uppercase }\n")
        yield None
        raise KeyboardInterrupt

    monkeypatch.setattr("handouts.commands.making.saves", saves)
    make.look_again()
    pdf.own_files_only.cache_clear()
    try:
        assert run("make", "mine", "--watch").code == 0
    finally:
        make.look_again()
        pdf.own_files_only.cache_clear()
    assert made.read_bytes() != seen[0]
    assert "KEEP MOVING." in words_in(made)


def test_everything_a_leaflet_depends_on_is_watched(library: Path) -> None:
    """A save that is not seen looks like a program that hangs."""
    watched = make.watched(Library(library))
    for place in ("clinic.yaml", "approvals.yaml", "topics", "snippets", "templates", "styles"):
        assert library / place in watched
    for place in (assets.TOPICS, assets.SNIPPETS, assets.TEMPLATES, assets.STYLES, assets.REGIONS, assets.LANGUAGES):
        assert place in watched


@pytest.mark.parametrize("name", ["عيادة", "Smile 😀", "x" * 200])
def test_a_name_that_cannot_be_printed_is_not_begun_with(name: str, run: Run, tmp_path: Path) -> None:
    """A library whose first leaflet is refused for the name it was begun with."""
    assert run("init", "ours", "--name", name).code == Exit.WRONG_COMMAND
    assert not (tmp_path / "ours").exists()
