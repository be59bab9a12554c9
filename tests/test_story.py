"""The whole way, from a command to a PDF on disk: what a member of staff sees and what is left behind."""

import json
import os
import pty
import re
import select
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import pypdfium2
import pytest

from handouts import __version__, files, options
from handouts.assets import OURS
from handouts.commands import making
from handouts.errors import Exit

from .conftest import CASES, CLINIC, Ran

Run = Callable[..., Ran]
ROOT = Path(__file__).parent.parent
NECK = "neck-pain-self-care-en-us-letter.pdf"
#: The caller's environment, without what would change the program's answers.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "HANDOUTS_CLINIC")}


def words_in(file: Path) -> str:
    return " ".join(sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(file))


def left_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_one_leaflet_by_the_beginning_of_its_name(run: Run, tmp_path: Path) -> None:
    """The first thing anybody does must work."""
    ran = run("make", "neck", "--region", "us")
    assert (ran.code, ran.err) == (0, "")
    assert NECK in ran.out
    assert "4" in ran.out
    assert left_in(tmp_path / "out") == [NECK]
    assert "Call 911 now" in words_in(tmp_path / "out" / NECK)


def test_the_whole_shelf_for_another_region(run: Run, tmp_path: Path) -> None:
    """`--all` must mean all, and the region must bring its paper and its numbers."""
    ran = run("make", "--all", "--region", "uk", "--out", "leaflets")
    assert ran.code == 0
    names = [f"{name}-en-uk-a4.pdf" for name in OURS.topic_names()]
    assert left_in(tmp_path / "leaflets") == names
    assert all("Call 999 now" in words_in(tmp_path / "leaflets" / name) for name in names)


@pytest.mark.parametrize("how", ["option", "variable", "folder"])
def test_the_clinic_file_is_found(how: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clinic that set its file up once must not have to think of it again."""
    arguments = ["make", "neck"]
    if how == "option":
        arguments += ["--clinic", str(CLINIC)]
    elif how == "variable":
        monkeypatch.setenv("HANDOUTS_CLINIC", str(CLINIC))
    else:
        (tmp_path / "clinic.yaml").write_text("name: Example Clinic\nphone: 555 0100\nregion: uk\n", encoding="utf-8")
    assert run(*arguments).code == 0
    (made,) = (tmp_path / "out").iterdir()
    assert made.name == f"neck-pain-self-care-en-{'uk-a4' if how == 'folder' else 'us-letter'}-example-clinic.pdf"
    assert re.search(r"555\s0100", words_in(made))


def test_a_clinics_words_stay_in_its_region(run: Run, tmp_path: Path) -> None:
    """A UK nurse line in a leaflet for the US would not answer."""
    words = "name: Example Clinic\nregion: uk\nwords:\n  urgent_advice: our own nurse\n"
    (tmp_path / "clinic.yaml").write_text(words, encoding="utf-8")
    assert run("make", "neck").code == run("make", "neck", "--region", "US").code == 0
    uk, us = (
        words_in(tmp_path / "out" / f"neck-pain-self-care-en-{where}-example-clinic.pdf")
        for where in ("uk-a4", "us-letter")
    )
    assert "our own nurse" in uk
    assert "our own nurse" not in us


def test_a_diagnosis_code_finds_the_leaflets(run: Run, tmp_path: Path) -> None:
    """The code is what the clinician has on the screen."""
    assert re.search(r"icd-10\s+M54\.2\s+neck-pain-self-care", run("list", "--codes").out)
    assert run("make", "--code", "M54.2", "--code", "M54.2").code == 0
    assert NECK in left_in(tmp_path / "out")
    assert "sleep-hygiene-en-us-letter.pdf" not in left_in(tmp_path / "out")
    refused = run("make", "neck", "--code", "G95.9")
    assert refused.code == Exit.WRONG_COMMAND
    assert "G95.9 must not pick a self-care leaflet" in refused.err


def test_list_shows_the_shelf_and_speaks_to_programs(run: Run) -> None:
    """Staff choose from it, and other programs build on its JSON."""
    shown = run("list").out
    topics = json.loads(run("list", "--json").out)
    assert [topic["topic"] for topic in topics] == list(OURS.topic_names())
    for topic in topics:
        assert topic["title"] in shown
        assert topic["review_by"] in shown
        assert topic.keys() >= {"id", "language", "pages", "version", "codes"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["make", "nek-pain"], "There is no topic “nek-pain”; did you mean “neck-pain-self-care”?"),
        (["make", "neck", "xyzzy", "--all"], "Name topics or write --all, not both."),
        (["make", "--all", "--code", "M54.2"], "Give codes or write --all, not both."),
        (["make"], "Name a topic, or write --all."),
        (["make", "neck", "--language", "fr"], "neck-pain-self-care is not written in “fr”"),
        (["make", "--all", "--language", "fr"], "No topic is written in “fr”."),
        (["make", "neck", "--region", "fr"], "There is no region “fr”"),
        (["make", "neck", "--paper", "a3"], "a3"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_a_wrong_command_is_answered_with_a_sentence(arguments: list[str], said: str, run: Run, tmp_path: Path) -> None:
    """A slip must say what to write instead, and leave nothing behind."""
    ran = run(*arguments)
    assert ran.code == Exit.WRONG_COMMAND
    assert said in " ".join(ran.err.split())
    assert "Traceback" not in ran.err
    assert ran.out == ""
    assert left_in(tmp_path) == []


def test_a_broken_topic_stops_before_anything_is_written(
    run: Run, own_shelf: Callable[[str, bytes], Path], tmp_path: Path
) -> None:
    """Half a set on the counter is worse than none."""
    own_shelf("good", (CASES / "topics" / "good.md").read_bytes())
    own_shelf("wrong", (CASES / "topics" / "unknown-block.md").read_bytes())
    ran = run("make", "good", "wrong")
    assert ran.code == Exit.WRONG_FILE
    assert "wrong/en.md:33: there is no block “stepps”; did you mean “steps”?" in ran.err
    assert not (tmp_path / "out").exists()


def test_one_broken_topic_does_not_hide_the_shelf(run: Run, own_shelf: Callable[[str, bytes], Path]) -> None:
    """The front desk still needs the list while the editor mends a file."""
    own_shelf("good", (CASES / "topics" / "good.md").read_bytes())
    own_shelf("wrong", (CASES / "topics" / "unknown-block.md").read_bytes())
    ran = run("list")
    assert ran.code == Exit.WRONG_FILE
    assert "An example topic" in ran.out
    assert "wrong/en.md:33" in ran.err


def test_a_folder_that_cannot_be_written_to_is_said_so(run: Run, tmp_path: Path) -> None:
    """A full or locked drive is common, and not a bug."""
    (tmp_path / "file").write_text("x")
    ran = run("make", "neck", "--out", "file/out")
    assert ran.code == Exit.CANNOT_WRITE
    assert "Nothing can be written to file/out" in ran.err


def test_a_full_disk_leaves_the_old_leaflet_whole(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A torn PDF under its final name would be printed by somebody."""
    out = tmp_path / "out"
    out.mkdir()
    (out / NECK).write_bytes(b"the old one")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    ran = run("make", "neck")
    assert ran.code == Exit.CANNOT_WRITE
    assert "No space left on device" in ran.err
    assert left_in(out) == [NECK]
    assert (out / NECK).read_bytes() == b"the old one"


def test_a_fault_of_ours_is_a_sentence_without_anybodys_details(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A traceback prints the values it met; one day these are a patient's."""

    def fail(*_: object) -> None:
        raise KeyError("Jane Example")

    monkeypatch.setattr(making, "find_topics", fail)
    ran = run("make", "neck")
    assert ran.code == Exit.OUR_FAULT
    assert "This is a fault of ours (KeyError in test_story.py:" in ran.err
    assert "Jane" not in ran.err
    assert "Traceback" not in ran.err


def test_ctrl_c_leaves_only_whole_files(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sees the wrong topic go by stops it, and must not find half a leaflet later."""
    calls = Mock(side_effect=[None, KeyboardInterrupt])
    monkeypatch.setattr(files.os, "fsync", calls)
    ran = run("make", "--all")
    assert ran.code == Exit.STOPPED
    assert "Stopped." in ran.err
    assert left_in(tmp_path / "out") == ["dystonia-or-fibromyalgia-en-us-letter.pdf"]


def test_two_runs_write_the_same_bytes_as_anybody_may_read(run: Run, tmp_path: Path) -> None:
    """Byte-identical files can be compared; a leaflet is for the whole office to open."""
    run("make", "sleep", "--out", "one")
    run("make", "sleep", "--out", "two")
    one, two = (tmp_path / folder / "sleep-hygiene-en-us-letter.pdf" for folder in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(one.stat().st_mode) == 0o666 & ~umask


def test_open_opens_what_was_made(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--open` is for the patient in front of you."""
    opened: list[str] = []
    monkeypatch.setattr(making, "opens", lambda file: opened.append(str(file)) or True)
    assert run("make", "neck", "--open").code == 0
    assert opened == [f"out/{NECK}"]
    assert "FONTCONFIG_FILE" not in os.environ, "the viewer would have no fonts"


def test_version_and_help(run: Run) -> None:
    """Whoever asks for help must get examples."""
    assert run("--version").out.strip() == f"handouts {__version__}"
    assert "handouts make neck" in run("make", "--help").out


@pytest.mark.parametrize("command", [["generate.py"], ["-m", "handouts"]])
def test_it_runs_from_a_checkout(command: list[str], tmp_path: Path) -> None:
    """From a checkout and as a module it is the same program."""
    ran = subprocess.run(
        [sys.executable, *command, "make", "neck", "--region", "us", "--out", str(tmp_path)],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        check=True,
    )
    assert left_in(tmp_path) == [NECK]
    assert ran.stderr == b""


def at_a_terminal(arguments: list[str], typed: list[str], folder: Path, **variables: str) -> str:
    """Run the program at a terminal, type one line each time it asks, and give back what the screen showed."""
    leader, follower = pty.openpty()
    environment = {**ENVIRONMENT, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120", **variables}
    program = subprocess.Popen(
        [sys.executable, "-m", "handouts", *arguments],
        stdin=follower, stdout=follower, stderr=follower, cwd=folder, env=environment,
    )  # fmt: skip
    os.close(follower)
    shown, asked = b"", 0
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([leader], [], [], 0.1)[0]:
            try:
                shown += os.read(leader, 4096)
            except OSError:  # the program has closed its end
                break
            if asked < len(typed) and shown.count(b"Which topics?") > asked:
                os.write(leader, f"{typed[asked]}\n".encode())
                asked += 1
    assert program.wait(10) == 0
    os.close(leader)
    return shown.decode()


def test_without_a_topic_it_shows_the_list_and_asks(tmp_path: Path) -> None:
    """Front-desk staff do not know the names by heart."""
    shown = at_a_terminal(["make"], ["neck"], tmp_path)
    assert "Looking after your neck" in shown
    assert left_in(tmp_path / "out") == [NECK]


def test_no_color_is_honoured(tmp_path: Path) -> None:
    """Colours that were asked not to come are noise to a screen reader or a log."""
    colour = re.compile(r"\x1b\[(?:\d;)?[349]\d")
    assert colour.search(at_a_terminal(["make", "neck"], [], tmp_path))
    assert not colour.search(at_a_terminal(["make", "neck"], [], tmp_path, NO_COLOR="1"))


def test_completion_knows_the_topics() -> None:
    """Tab completion saves typing names that are long on purpose."""
    assert options.complete_topic("ne") == ["neck-pain-self-care"]


def test_a_mistyped_command_is_told_what_was_meant(run: Run) -> None:
    """Who types a command wrong should not have to look for the manual."""
    ran = run("mkae")
    assert ran.code == Exit.WRONG_COMMAND
    assert "Did you mean 'make'?" in ran.err


def test_who_makes_a_leaflet_does_not_wait_for_what_others_need() -> None:
    """Each library that is loaded for nothing is a second that a patient waits at the desk."""
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, handouts.commands.making; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"pikepdf", "PIL", "pypdfium2", "segno", "textstat", "weasyprint"} & set(loaded)


@pytest.mark.parametrize("command", ["list", "check"])
def test_a_table_fits_a_small_terminal(
    run: Callable[..., Ran], own_shelf: Callable[[str, bytes], Path], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """Headings of five letters and an ellipsis tell nobody what stands below them."""
    own_shelf("preparing-for-your-appointment", (CASES / "quality" / "good.md").read_bytes())
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    ran = run(command, "--region", "us")
    assert ran.code == 0
    assert "…" not in ran.out
    assert "preparing-for-your-appointment" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


def test_check_counts_each_region_and_says_where_the_findings_are(
    run: Callable[..., Ran], own_shelf: Callable[[str, bytes], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """“2 of 1” makes one doubt the rest; 46 things to look at help nobody who does not see them."""
    own_shelf("walking", (CASES / "quality" / "good.md").read_bytes())
    monkeypatch.setattr("handouts.commands.talk.QUIET", -1)
    ran = run("check", "walking")
    assert "2 of 2 leaflets checked." in ran.err
    assert "`handouts check walking --html report.html`" in ran.err
