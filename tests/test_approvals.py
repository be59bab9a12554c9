"""Approvals: they belong to what the reader is told, lapse when it changes, and nothing is handed out unseen."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
import typer

from handouts import approvals, clinics, make
from handouts.assets import Library
from handouts.errors import Exit, HandoutError
from handouts.judgement import QUESTIONS
from handouts.reading import read_topics
from handouts.told import fingerprint, transcript
from handouts.wording import fill

from .conftest import CASES, Ran

Put = Callable[[str, bytes], Path]
Run = Callable[..., Ran]
GOOD = (CASES / "quality" / "good.md").read_text(encoding="utf-8")
NAMED = ("--by", "A. Example", "--role", "GP")
WHO = (*NAMED, "--ticked", "all")
PDF = "example-en-us-letter-example-clinic.pdf"


@pytest.fixture(autouse=True)
def day(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """Set the clock: to the day the example was written, and on."""

    def turn(to: date) -> None:
        monkeypatch.setattr(make, "today", lambda: to)

    turn(date(2026, 11, 21))
    return turn


@pytest.fixture
def library(run: Run, own_shelf: Put, tmp_path: Path) -> Path:
    """A clinic's library in the current folder, with the example as its only topic; its topic file."""
    file = own_shelf("example", GOOD.encode())
    assert run("init", ".", "--name", "Example Clinic").code == 0
    return file


@pytest.fixture
def at_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Sit somebody at a terminal who types these words, one after another, and sees the leaflet; what is asked."""

    def types(*words: str) -> list[str]:
        asked: list[str] = []
        rest = iter(words)

        def prompt(question: str, **_: object) -> str:
            asked.append(question)
            word = next(rest, None)
            if word is None:
                raise typer.Abort
            return word

        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        monkeypatch.setattr("handouts.commands.talk.typer.prompt", prompt)
        return asked

    return types


def footer(file: Path) -> str:
    words = pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range()
    return " ".join(words.split())


def why(run: Run) -> str:
    return run("list").out.splitlines()[1].partition("2028-11-21")[2].strip()


def test_an_approval_is_printed_and_kept(library: Path, run: Run, tmp_path: Path) -> None:
    """Staff must see on the paper who stands behind it, when, and until when."""
    ran = run("approve", "example", *NAMED, "--until", "2027-05-01", "--ticked", "facts", "--ticked", "pemat-1")
    assert ran.code == 0
    assert "approved for us by A. Example, GP, until 2027-05-01" in ran.out
    assert "Not ticked:\n- Is there nothing in it that leads away from that? (pemat-2)\n" in ran.err
    assert run("make", "example").code == 0
    words = footer(tmp_path / "out" / PDF)
    assert "EX-01 · Version 1 · Approved November 2026 · Review by May 2027" in words
    assert "Approved by A. Example, GP" in words
    assert "Not yet approved" not in words
    (kept,) = approvals.read_approvals(Library(tmp_path))
    assert (kept.topic, kept.language, kept.region, kept.version) == ("example", "en", "us", 1)
    assert (kept.by, kept.role, kept.on, kept.until) == ("A. Example", "GP", date(2026, 11, 21), date(2027, 5, 1))
    assert kept.ticked == ("facts", "pemat-1")
    assert why(run) == "approved by A. Example until 2027-05-01"


def test_all_can_be_ticked_at_once_and_a_slip_is_named(library: Path, run: Run, tmp_path: Path) -> None:
    """The answers are kept with the approval; one that was never asked must not be."""
    assert "There is no question “pemat-99”" in run("approve", "example", *NAMED, "--ticked", "pemat-99").err
    assert run("approve", "example", *WHO).err == ""
    (kept,) = approvals.read_approvals(Library(tmp_path))
    assert "cdc-19" in kept.ticked


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Keep moving.", "Keep on moving."),
        ("Your legs can [carry](https://example.org/legs) you.", ""),
        ("Dose: 5 minutes a day", "Dose: 50 minutes a day"),
        ("- **Move.** Do.\n- **Rest.** Do.", "- **Rest.** Do.\n- **Move.** Do."),
        ("- you faint", "- you cough"),
        ("- walk", "- run"),
        ("https://example.org/legs", "https://example.org/arms"),
        ("title: A short walk", "title: A long walk"),
        ("audience: adults", "audience: children"),
        ("title: An example\n    year: 2024", "title: An example\n    year: 2020"),
    ],
)
def test_any_change_of_what_the_reader_is_told_lapses_it(library: Path, run: Run, old: str, new: str) -> None:
    """A clinician must not be made to stand behind words she never read."""
    assert old in GOOD
    run("approve", "example", *WHO)
    library.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    assert "what it says has changed since A. Example approved it on 2026-11-21" in " ".join(run("list").out.split())


def test_a_changed_drawing_lapses_it(library: Path, run: Run) -> None:
    """An arrow that points the other way is another instruction."""
    drawn = GOOD.replace("Keep moving.", "::: figure\n\n![A dot.](dot.svg)\n\nA dot.\n\n:::")
    library.write_text(drawn, encoding="utf-8")
    run("approve", "example", *WHO)
    assert why(run).startswith("approved by")
    dot = library.parent / "figures" / "dot.svg"
    dot.write_text(dot.read_text(encoding="utf-8").replace('r="3"', 'r="4"'), encoding="utf-8")
    assert "has changed" in " ".join(run("list").out.split())


def test_the_clinics_own_words_belong_to_it(library: Path, run: Run, tmp_path: Path) -> None:
    """Another number to call is another leaflet."""
    run("approve", "example", *WHO)
    with (tmp_path / "clinic.yaml").open("a", encoding="utf-8") as file:
        file.write('words:\n  emergency_number: "112"\n')
    assert "has changed" in " ".join(run("list").out.split())


def test_styles_dates_and_the_version_do_not_lapse_it(library: Path, run: Run, tmp_path: Path) -> None:
    """Another colour, or a comment in the file, is not another statement."""
    run("approve", "example", *WHO)
    library.write_text(GOOD.replace("version: 1", "version: 1  # the first"), encoding="utf-8")
    (tmp_path / "styles" / "tokens.css").write_text(":root { --main: #5b2a86; }", encoding="utf-8")
    assert why(run).startswith("approved by")


def test_another_region_is_not_approved(library: Path, run: Run) -> None:
    """The number to call is another one there."""
    run("approve", "example", *WHO)
    assert "approved only for region us (en)" in run("list", "--region", "uk").out


def test_it_runs_out(library: Path, run: Run, day: Callable[[date], None], tmp_path: Path) -> None:
    """Nobody hands out an old leaflet without seeing so."""
    run("approve", "example", *WHO, "--until", "2027-05-01")
    day(date(2027, 5, 1))
    assert why(run).startswith("approved by")
    day(date(2027, 5, 2))
    assert "the approval by A. Example ran out on 2027-05-01" in " ".join(run("list").out.split())
    assert "past its review date" not in run("make", "example").err
    words = footer(tmp_path / "out" / PDF)
    assert "Not yet approved by the clinic" in words
    assert "Review by November 2028" in words
    day(date(2028, 11, 22))
    assert "past its review date" in run("make", "example").err
    assert "Review was due November 2028" in footer(tmp_path / "out" / PDF)


@pytest.mark.parametrize("how", ["option", "clinic"])
def test_what_is_not_approved_can_be_refused(library: Path, run: Run, how: str, tmp_path: Path) -> None:
    """A clinic that wants no unapproved leaflet must be able to rely on it, and be told which and why."""
    if how == "clinic":
        with (tmp_path / "clinic.yaml").open("a", encoding="utf-8") as file:
            file.write("require_approval: true\n")
    extra = ["--approved-only"] if how == "option" else []
    ran = run("make", "--all", *extra)
    assert ran.code == Exit.WRONG_FILE
    assert "example is not made for us: not approved." in ran.err
    assert not (tmp_path / "out").exists()
    run("approve", "example", *WHO)
    assert run("make", "--all", *extra).code == 0
    library.write_text(GOOD.replace("Keep moving.", "Keep on moving."), encoding="utf-8")
    assert f"{PDF} is an older one and still there; do not hand it out." in run("make", "--all", *extra).err


def test_the_approved_ones_are_made_and_the_rest_is_named(
    library: Path, run: Run, own_shelf: Put, tmp_path: Path
) -> None:
    """One lapsed leaflet must not keep a clinic from the seven others, nor slip through with them."""
    own_shelf("other", GOOD.replace("EX-01", "EX-02").encode())
    run("approve", "example", *WHO)
    ran = run("make", "--all", "--approved-only")
    assert ran.code == Exit.WRONG_FILE
    assert PDF in ran.out
    assert "other is not made for us: not approved." in ran.err
    assert [file.name for file in (tmp_path / "out").iterdir()] == [PDF]


def test_show_prints_what_changed(library: Path, run: Run) -> None:
    """Whoever approves anew should read the change, not the whole."""
    run("approve", "example", *WHO)
    assert run("approve", "example", "--show").out == "Nothing has changed.\n"
    library.write_text(GOOD.replace("Keep moving.", "Keep on moving."), encoding="utf-8")
    shown = run("approve", "example", "--show").out.splitlines()
    assert "-Keep moving." in shown
    assert "+Keep on moving." in shown
    assert len(shown) < 8
    assert "has not been approved for uk" in run("approve", "example", "--show", "--region", "uk").err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), Exit.WRONG_COMMAND, "There is no terminal to ask at, so say all of it"),
        (NAMED, Exit.WRONG_COMMAND, "and --ticked with each question that is answered with yes"),
        (("--ticked", "all", "--by", "A. Example"), Exit.WRONG_COMMAND, "There is no terminal to ask at"),
        ((*NAMED, "--ticked", "pemat-1"), Exit.WRONG_COMMAND, "“Is every statement right"),
        (("--by", "A" * 60, "--role", "GP", "--ticked", "all"), Exit.WRONG_COMMAND, "one line in the footer, 60 signs"),
        (
            ("--by", "عيادة", "--role", "GP", "--ticked", "all"),
            Exit.WRONG_COMMAND,
            "our fonts cannot print “ع” (U+0639)",
        ),
        ((*WHO, "--until", "soon"), Exit.WRONG_COMMAND, "--until is not a date; write it as 2028-11-21."),
        ((*WHO, "--until", "2026-11-21"), Exit.WRONG_COMMAND, "--until (2026-11-21) has passed"),
        ((*WHO, "--until", "2031-01-01"), Exit.WRONG_COMMAND, "more than three years from today"),
    ],
)
def test_an_approval_that_cannot_be_is_refused(
    library: Path, run: Run, tmp_path: Path, arguments: tuple[str, ...], code: Exit, said: str
) -> None:
    """Half an approval is none, and leaves nothing behind."""
    before = (tmp_path / "approvals.yaml").read_bytes()
    ran = run("approve", "example", *arguments)
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert (tmp_path / "approvals.yaml").read_bytes() == before
    assert not (tmp_path / "approved").exists()


def test_a_leaflet_that_breaks_a_rule_is_not_approved(library: Path, run: Run) -> None:
    """A blank that nobody filled in would be approved with the rest."""
    library.write_text(GOOD.replace("Keep moving.", "[[Say what to do.]]"), encoding="utf-8")
    ran = run("approve", "example", *WHO)
    assert ran.code == Exit.WRONG_FILE
    assert "a blank is left: [[Say what to do.]]" in ran.err


def test_without_a_library_there_is_nothing_to_write_to(run: Run, own_shelf: Put) -> None:
    """An approval belongs to a clinic, so it must be told how to have one."""
    own_shelf("example", GOOD.encode())
    ran = run("approve", "example", *WHO)
    assert ran.code == Exit.WRONG_FILE
    assert "`handouts init FOLDER`" in ran.err


def test_a_broken_approvals_file_is_named_and_not_added_to(library: Path, run: Run, tmp_path: Path) -> None:
    """A slip made by hand must not be read as an approval, nor be lost."""
    run("approve", "example", *WHO)
    file = tmp_path / "approvals.yaml"
    broken = file.read_text(encoding="utf-8").replace("version: 1", "version: one").replace("  role: GP\n", "")
    file.write_text(broken, encoding="utf-8")
    for arguments in (("list",), ("make", "example"), ("approve", "example", *WHO)):
        ran = run(*arguments)
        assert ran.code == Exit.WRONG_FILE
        assert "approvals.yaml:3: the field “role” is missing" in ran.err
        assert "“version” is “one”" in ran.err
    assert file.read_text(encoding="utf-8") == broken


def test_names_are_text_to_the_end(library: Path, run: Run, tmp_path: Path) -> None:
    """A name with a colon, quotes or a bracket is still one name, in the file and on the paper."""
    by = "O'Neil: “Dr” <b> {x} #1"
    assert run("approve", "example", "--by", by, "--role", "GP", "--ticked", "all").code == 0
    assert run("approve", "example", "--by", by, "--role", "GP", "--ticked", "all").code == 0
    assert [one.by for one in approvals.read_approvals(Library(tmp_path))] == [by, by]
    run("make", "example")
    assert f"Approved by {by}, GP" in footer(tmp_path / "out" / PDF)


YES = ["y"] * len(QUESTIONS)
Types = Callable[..., list[str]]


def test_a_person_at_a_terminal_is_shown_the_leaflet_and_asked(
    at_terminal: Types, library: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever approves has read it, has answered each question, and has seen what is written down."""
    shown: list[str] = []
    monkeypatch.setattr("handouts.commands.approval.opens", lambda file: bool(shown.append(footer(file))) or True)
    asked = at_terminal("A. Example", "GP", "Yes", "n", "?", *YES[3:], "y")
    ran = run("approve", "example")
    assert ran.code == 0
    assert "Not yet approved" in shown[0]
    assert asked[0] == "Who approves?"
    assert all(question in words for question, words in zip(QUESTIONS.values(), asked[2:-1], strict=True))
    assert "example (“A short walk”, version 1), as it reads now" in ran.err
    assert "is approved for us by A. Example, GP, until 2028-11-21; 21 of 23 questions answered with yes" in ran.err
    assert "- Is it plain at once what the leaflet is for? (pemat-1)" in ran.err
    (kept,) = approvals.read_approvals(Library(tmp_path))
    assert set(QUESTIONS) - set(kept.ticked) == {"pemat-1", "pemat-2"}


def test_a_wrong_key_costs_nothing(at_terminal: Types, library: Path, run: Run, tmp_path: Path) -> None:
    """Enter is no yes; and nobody types a name, a role and twenty answers twice."""
    long = "A" * 60
    asked = at_terminal(long, "GP", "A. Example", "GP", "", "facts", *YES, "", "perhaps", "y")
    ran = run("approve", "example")
    assert ran.code == 0
    assert "shorten them" in ran.err
    assert asked[4] == asked[5] == asked[6]
    assert asked[-1] == asked[-2] == asked[-3]
    assert len(approvals.read_approvals(Library(tmp_path))[0].ticked) == len(QUESTIONS)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["n"], Exit.WRONG_FILE, "nobody can stand behind a leaflet unless every statement in it is right"),
        (["s"], Exit.WRONG_FILE, "nobody can stand behind a leaflet unless every statement in it is right"),
        ([], Exit.STOPPED, "Stopped; nothing was written."),
        (YES[5:], Exit.STOPPED, "Stopped; nothing was written."),
        (YES, Exit.STOPPED, "Stopped; nothing was written."),
        ([*YES, "n"], Exit.STOPPED, "Stopped; nothing was written."),
    ],
)
def test_without_a_last_yes_nothing_is_written(
    at_terminal: Types, library: Path, run: Run, tmp_path: Path, words: list[str], code: Exit, said: str
) -> None:
    """An approval that its approver broke off, or calls wrong, would be worth nothing."""
    at_terminal(*words)
    ran = run("approve", "example", *NAMED)
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert approvals.read_approvals(Library(tmp_path)) == ()
    assert not (tmp_path / "approved").exists()


def test_what_cannot_be_approved_is_not_asked_about(at_terminal: Types, library: Path, run: Run) -> None:
    """Twenty answers that end in a refusal are twenty answers lost."""
    asked = at_terminal(*YES)
    assert "is not a date" in run("approve", "example", "--until", "soon").err
    assert "shorten them" in run("approve", "example", "--by", "A" * 80).err
    library.write_text(GOOD.replace("Keep moving.", "[[Say what to do.]]"), encoding="utf-8")
    assert run("approve", "example").code == Exit.WRONG_FILE
    assert asked == []


def test_the_transcript_holds_every_word_and_the_region(own_shelf: Put) -> None:
    """What is not in it could be changed unseen."""
    own_shelf("example", GOOD.encode())
    (topic,) = read_topics(["example"], "en", [])
    told = transcript(fill(topic, clinics.read_region("uk").words), "uk")
    for words in (
        "region uk",
        "A short walk",
        "Call 999 now if",
        "- you faint",
        "> 5 minutes a day",
        "Example Institute",
    ):
        assert words in told


def test_every_approved_text_is_kept(library: Path, run: Run, tmp_path: Path) -> None:
    """Years later a clinic must be able to say what exactly it approved."""
    run("approve", "example", *WHO)
    library.write_text(GOOD.replace("Keep moving.", "Keep on moving."), encoding="utf-8")
    run("approve", "example", *WHO)
    kept = [file.read_text(encoding="utf-8") for file in (tmp_path / "approved").iterdir()]
    assert sorted("Keep on moving." in text for text in kept) == [False, True]
    assert {fingerprint(text) for text in kept} == {one.told for one in approvals.read_approvals(Library(tmp_path))}


def test_new_approval_needs_a_day_to_come(own_shelf: Put) -> None:
    """A leaflet past its own review date is not approved for another day by default."""
    own_shelf("example", GOOD.encode())
    (topic,) = read_topics(["example"], "en", [])
    with pytest.raises(HandoutError, match="The leaflet's own review date"):
        approvals.new_approval(topic, clinics.read_region("us"), "A", "B", None, (), date(2029, 1, 1))


@pytest.mark.parametrize(
    ("written", "adds"),
    [
        ("# Ours.\napprovals:\n", True),
        ("# Ours.\n'approvals' : []   # none yet\n", True),
        ("approvals:\n  - {entry}\n", True),
        ("approvals: [{flow}]\n", False),
        ('{{"approvals": []}}\n', False),
        ("# approvals: none\n", False),
    ],
)
def test_what_a_person_wrote_is_never_replaced(
    library: Path, run: Run, tmp_path: Path, written: str, adds: bool
) -> None:
    """A file that lacked the word “approvals:” was replaced, with all that stood in it."""
    assert run("approve", "example", *WHO).code == 0
    file = tmp_path / "approvals.yaml"
    entry = file.read_text(encoding="utf-8").split("\n- ", 1)[1].strip()
    flow = "{" + ", ".join(line.strip() for line in entry.split("\n") if "ticked" not in line) + "}"
    before = written.format(entry=entry.replace("\n", "\n  "), flow=flow)
    file.write_text(before, encoding="utf-8")
    ran = run("approve", "example", *WHO)
    assert ran.code == (0 if adds else Exit.WRONG_FILE), ran.err
    after = file.read_text(encoding="utf-8")
    assert len(approvals.read_approvals(Library(tmp_path))) > 0 if adds else after == before
    assert before.split("[")[0].rstrip() in after
