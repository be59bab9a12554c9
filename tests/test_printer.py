"""Printing: what a queue is asked to do, and each way in which it cannot. `lp` and `lpstat` are stand-ins here."""

import platform
import shlex
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest

from handouts import printer, printing
from handouts.commands import making
from handouts.errors import Exit, HandoutError
from handouts.formats import Wanted
from handouts.make import Length, Order
from handouts.model import Fold, Format, Paper, Printer, Sides
from handouts.printer import check_queue, print_file

from .conftest import CASES, Ran

Put = Callable[[str, bytes], Path]
GOOD = (CASES / "quality" / "good.md").read_text(encoding="utf-8")
#: What CUPS 2.4 answers.
ACCEPTING = "Front-Desk accepting requests since Sat Nov 21 15:37:26 2026\n"
IDLE = "printer Front-Desk is idle.  enabled since Sat Nov 21 15:37:26 2026\n"
PATIENT = "Zebedee Quill"


class Cups:
    """Stand-ins for `lp` and `lpstat`. They write down what they are told and what they read, and say what they are set to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.queues("Front-Desk", "Back-Office")
        self.lp(out="request id is Front-Desk-12 (0 file(s))\n")

    def queues(
        self, *names: str, state: str = ACCEPTING + IDLE, runs: str = "scheduler is running", default: str = ""
    ) -> None:
        known = "".join(f"{name}\n" for name in names)
        self._program(
            "lpstat",
            f'case "$1" in -e) printf %s {shlex.quote(known)};; -r) echo {runs};; -d) echo {shlex.quote(default)};; *) printf %s {shlex.quote(state)};; esac',
        )

    def default(self, says: str) -> None:
        self.queues("Front-Desk", "Back-Office", default=says)

    def lp(self, out: str = "", err: str = "", code: int = 0, first: str = "") -> None:
        says = f"printf %s {shlex.quote(out)}; printf %s {shlex.quote(err)} >&2; exit {code}"
        self._program("lp", f"{first}\n/bin/cat >> {self.folder}/read\n{says}")

    def _program(self, name: str, does: str) -> None:
        file = self.folder / name
        told = f'printf "%s\\n" "$@" >> {self.folder}/told-{name}; echo "$LC_ALL" >> {self.folder}/language'
        file.write_text(f"#!/bin/sh\n{told}\n{does}\n", encoding="utf-8")
        file.chmod(0o755)

    def told(self, program: str) -> list[str]:
        """The words a program was called with, all calls one after another; nothing if it never was."""
        file = self.folder / f"told-{program}"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


@pytest.fixture
def cups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cups:
    """A system with a print server and two queues, Front-Desk and Back-Office."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return Cups(folder)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file in a folder that is named after a person."""
    found = tmp_path / PATIENT / "neck.pdf"
    found.parent.mkdir()
    found.write_bytes(b"%PDF-1.7 neck")
    return found


def printed(file: Path, copies: int = 1, form: Format | None = None, queue: str = "Front-Desk") -> printer.Job:
    form = form or Format(Paper.A4)
    return print_file(file, queue, paper=form.paper, sides=form.sides, title="handouts neck", copies=copies)


def refusal(act: Callable[[], object]) -> HandoutError:
    """The error of a file or a queue; it must hold nothing of a person, not even in what led to it."""
    with pytest.raises(HandoutError) as refused:
        act()
    error: BaseException | None = refused.value
    while error:
        assert PATIENT.split()[1] not in f"{error} {error.args}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    assert refused.value.exit_code in (Exit.CANNOT_WRITE, Exit.WRONG_COMMAND)
    return refused.value


def test_what_the_queue_is_told(cups: Cups, file: Path) -> None:
    """Another size would make 12 points less; copies must not come page by page; both sides save paper."""
    job = printed(file, copies=3)
    assert job == printer.Job(file, "Front-Desk", "Front-Desk-12")
    told = cups.told("lp")
    assert told[:6] == ["-d", "Front-Desk", "-n", "3", "-t", "handouts neck"]
    assert set(told[6::2]) == {"-o"}
    assert set(told[7::2]) == {
        "media=A4",
        "sides=two-sided-long-edge",
        "print-scaling=none",
        "number-up=1",
        "collate=true",
    }


def test_the_file_arrives_whole_and_without_its_name(cups: Cups, file: Path) -> None:
    """A queue and its log show the names of files, and keep them."""
    file.write_bytes(bytes(range(256)) * 4000)
    printed(file)
    assert (cups.folder / "read").read_bytes() == file.read_bytes()
    assert not [word for word in cups.told("lp") if "neck.pdf" in word or PATIENT in word]


@pytest.mark.parametrize(
    ("form", "media", "sides"),
    [
        (Format(Paper.LETTER), "Letter", "two-sided-long-edge"),
        (Format(Paper.A5), "A5", "two-sided-long-edge"),
        (Format(Paper.A4, fold=Fold.BOOKLET), "A4", "two-sided-short-edge"),
        (Format(Paper.LETTER, fold=Fold.TRI_FOLD), "Letter", "two-sided-short-edge"),
    ],
)
def test_each_format_gets_its_sheet_and_its_edge(cups: Cups, file: Path, form: Format, media: str, sides: str) -> None:
    """Turned over the wrong edge, every other page of a booklet stands on its head."""
    printed(file, form=form)
    assert {f"media={media}", f"sides={sides}"} <= set(cups.told("lp"))


def test_all_papers_have_a_name_in_cups() -> None:
    """A paper without one would end in a fault of ours, at the desk."""
    assert set(printer.MEDIA) == set(Paper)


def test_no_shell_reads_a_word(cups: Cups, file: Path, tmp_path: Path) -> None:
    """A queue with a strange name must not become a command."""
    strange = f"x; echo $(touch {tmp_path}/owned)"
    print_file(file, strange, paper=Paper.A4, sides=Sides.ONE, title="$(id) `id`")
    assert not (tmp_path / "owned").exists()
    assert {strange, "$(id) `id`", "sides=one-sided"} <= set(cups.told("lp"))


@pytest.mark.parametrize(
    ("says", "queue", "job"),
    [
        ("request id is Front-Desk-7 (0 file(s))", "Front-Desk", "Front-Desk-7"),
        ("Anfrage-ID ist Küche-31 (0 Datei(en))", "Küche", "Küche-31"),
        ("request id is Front-Desk-8 (0 file(s))", "Front-Desk/draft", "Front-Desk-8"),
        ("", "Front-Desk", ""),
    ],
)
def test_the_id_of_the_job(cups: Cups, file: Path, says: str, queue: str, job: str) -> None:
    """It is how a job is found and cancelled; where `lp` tells none, the leaflet is printed all the same."""
    cups.lp(out=says)
    assert printed(file, queue=queue).id == job


def test_a_queue_that_is_there_and_prints(cups: Cups) -> None:
    """What is right must pass, and the answers must be those that are understood here: in English."""
    check_queue("Front-Desk")
    assert set((cups.folder / "language").read_text().split()) == {"C"}


def test_an_unknown_queue(cups: Cups) -> None:
    """A slip of the finger; found before 300 leaflets are made."""
    error = refusal(lambda: check_queue("Front-Dask"))
    assert str(error) == "There is no print queue “Front-Dask”; did you mean “Front-Desk”?"
    assert error.exit_code is Exit.WRONG_COMMAND
    assert "Back-Office, Front-Desk" in str(refusal(lambda: check_queue("xyzw")))


@pytest.mark.parametrize(
    ("says", "queue"),
    [
        ("system default destination: Back-Office", "Back-Office"),
        ("system default destination: Front-Desk/draft", "Front-Desk/draft"),
        ("no system default destination", ""),
        ("system default destination: Gone", ""),
        ("", ""),
    ],
)
def test_the_default_printer(cups: Cups, says: str, queue: str) -> None:
    """Who names no printer means the one they always print on; where there is none, its name must be known to be typed."""
    cups.default(says)
    if queue:
        assert printer.default_queue() == queue
    else:
        assert "Name the printer with --queue: " in str(refusal(printer.default_queue))
        assert str(refusal(printer.default_queue)).endswith("It has: Back-Office, Front-Desk.")


def test_it_is_said_which_printer_it_was(own_shelf: Put, cups: Cups, run: Callable[..., Ran]) -> None:
    """A leaflet on the printer of another floor is a leaflet that a stranger reads."""
    own_shelf("walking", GOOD.encode())
    cups.default("system default destination: Front-Desk")
    ran = run("print", "walking", "-r", "us")
    assert (ran.code, cups.told("lp")[:2]) == (0, ["-d", "Front-Desk"]), ran.err
    assert "was sent to Front-Desk, the default printer, as Front-Desk-12." in ran.out
    assert "was sent to Front-Desk as" in run("print", "walking", "-r", "us", "-q", "Front-Desk").out


def test_a_system_without_queues(cups: Cups) -> None:
    """“Use one of” nothing helps nobody."""
    cups.queues()
    assert "There is no print queue on this computer. Add" in str(refusal(lambda: check_queue("Front-Desk")))


def test_a_print_server_that_does_not_run(cups: Cups) -> None:
    """`lpstat -e` then names no queue and is content; the queue is not to blame."""
    cups.queues(runs="scheduler is not running")
    assert "The print server does not answer. Start it" in str(refusal(lambda: check_queue("Front-Desk")))


def test_a_queue_that_takes_no_jobs(cups: Cups) -> None:
    """Each of many jobs would fail, one after another."""
    cups.queues("Front-Desk", state="Front-Desk not accepting requests since Sat Nov 21 -\n\tRejecting Jobs\n" + IDLE)
    assert "takes no jobs" in str(refusal(lambda: check_queue("Front-Desk")))


def test_a_paused_queue(cups: Cups) -> None:
    """Jobs are taken and nothing comes out; people send them again, and later all of them are printed."""
    cups.queues("Front-Desk", state=ACCEPTING + "printer Front-Desk disabled since Sat Nov 21 -\n\tPaused\n")
    assert "is paused" in str(refusal(lambda: check_queue("Front-Desk")))


@pytest.mark.parametrize(
    ("system", "cure"),
    [("Linux", "apt-get install cups-client"), ("Darwin", "/usr/bin"), ("Windows", "open them, and print them")],
)
def test_a_system_without_lp(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: Path, system: str, cure: str
) -> None:
    """What is to be done differs from system to system."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(platform, "system", lambda: system)
    for act in (lambda: check_queue("Front-Desk"), lambda: printed(file)):
        assert cure in str(refusal(act))


@pytest.mark.parametrize(
    ("err", "said"),
    [
        ('lp: Destination "Front-Desk" is not accepting jobs.\n', 'Destination "Front-Desk" is not accepting jobs. `'),
        ("/usr/bin/lp: Error - no such\n", "on Front-Desk: no such. `"),
        ("lp: Error - The printer or class does not exist.\n", "on Front-Desk: The printer or class does not exist. `"),
        ("lp: Error - unable to access “/home/quill/Quill/a.pdf” - no\n", "unable to access “… - no. `"),
        ('lp: Unsupported document-format "application/pdf".\n', 'Unsupported document-format "application/pdf". `'),
        ("one\n\n  two\n", "one two. `"),
        ("x" * 5000, "Front-Desk: " + "x" * printer.MOST_SAID + ". `"),
        ("", "lp gave no reason. `"),
    ],
)
def test_lp_fails(cups: Cups, file: Path, err: str, said: str) -> None:
    """What it says is all there is to find the fault with; where files lie is nobody's business."""
    cups.lp(err=err, code=1)
    error = refusal(lambda: printed(file))
    assert str(error).startswith("neck.pdf was not printed on Front-Desk: ")
    assert said in str(error)
    assert "\n" not in str(error)


def test_lp_that_reads_nothing(cups: Cups, file: Path) -> None:
    """It may refuse before it has read the file; that must not be a fault of ours."""
    file.write_bytes(b"%PDF" * 500_000)
    cups.lp(first="echo 'lp: no' >&2; exit 1")
    assert "on Front-Desk: no." in str(refusal(lambda: printed(file)))


def test_a_print_server_that_hangs(cups: Cups, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It must not hang us; and whether the job came through, nobody knows."""
    monkeypatch.setattr(printer, "SECONDS", 0.3)
    cups.lp(first="exec /bin/sleep 600")
    error = refusal(lambda: printed(file))
    assert "before you print again" in str(error)
    assert error.__suppress_context__, "the words of the command would be shown"


def test_lp_that_cannot_be_started(cups: Cups, file: Path) -> None:
    """A sentence, and not a fault of ours."""
    (cups.folder / "lp").write_bytes(b"\x7fELF")
    assert "lp could not be started" in str(refusal(lambda: printed(file)))


def test_a_file_that_is_gone(cups: Cups, file: Path) -> None:
    """An empty job would come out as a blank sheet."""
    file.unlink()
    assert "neck.pdf was not printed: it cannot be read" in str(refusal(lambda: printed(file)))
    assert cups.told("lp") == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux shows it here")
def test_it_cannot_ask_for_a_password(cups: Cups, file: Path) -> None:
    """`lp` would ask at the terminal; behind a progress bar nobody sees it, and the run waits."""
    cups.lp(first='read -r stat < "/proc/$$/stat"; set -- $stat; [ "$6" = "$$" ] || exit 1  # 6: who leads the session')
    printed(file)


# --- leaflets on demand --------------------------------------------------------------------


def orders(**wanted: object) -> Order:
    return Order(region="us", wanted=Wanted(**wanted))  # type: ignore[arg-type]


def test_leaflets_on_demand(own_shelf: Put, cups: Cups, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What comes out of the printer is the leaflet; its title tells which, and no file is left lying about."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    own_shelf("walking", GOOD.encode())
    (sent,) = printing.print_leaflets(["walking"], orders(), "Front-Desk", copies=2)
    assert sent.job.id == "Front-Desk-12"
    assert sent.made.topic == "walking"
    told = cups.told("lp")
    assert {"handouts walking", "2", "media=Letter", "sides=two-sided-long-edge"} <= set(told)
    document = pypdfium2.PdfDocument((cups.folder / "read").read_bytes())
    assert "A short walk" in document[0].get_textpage().get_text_range()
    document.close()
    assert list((tmp_path / "temporary").glob("handouts-*")) == []


def test_how_much_paper_it_takes_is_said_before_it_is_printed(own_shelf: Put, cups: Cups) -> None:
    """Sixteen pages that nobody expected lie in the tray, and the patient has gone."""
    own_shelf("walking", GOOD.encode())
    told: list[tuple[str, int, bool]] = []

    def tell(length: Length) -> None:
        told.append((length.what, length.pages, bool(cups.told("lp"))))

    (sent,) = printing.print_leaflets(["walking"], orders(text_size=24), "Front-Desk", tell=tell)
    assert told == [("walking", sent.made.pages, False)]


def test_sheets_are_counted_as_they_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """One-sided, and three of each, it is six times the paper."""
    making.tell_length(Length("walking", Format(Paper.A4, 24), 16, 4), Sides.ONE, copies=3)
    said = "In 24 points, walking has 16 pages: 16 sheets, one side, 48 for 3 copies (usual size: up to 4 pages, 4 sheets)."
    assert said in capsys.readouterr().err


def test_a_fold_decides_the_edge_and_a_person_the_sides(own_shelf: Put, cups: Cups) -> None:
    """A booklet that is turned over the long edge is waste paper."""
    own_shelf("walking", GOOD.encode())
    list(printing.print_leaflets(["walking"], orders(fold=Fold.BOOKLET, paper=Paper.A4), "Front-Desk"))
    assert {"media=A4", "sides=two-sided-short-edge"} <= set(cups.told("lp"))
    list(printing.print_leaflets(["walking"], orders(), "Front-Desk", sides=Sides.ONE))
    assert "sides=one-sided" in cups.told("lp")


def test_nothing_is_made_for_a_queue_that_does_not_print(cups: Cups, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits at the desk learns it at once."""
    monkeypatch.setattr(printing, "make", lambda *_: pytest.fail("it was made"))
    assert "no print queue" in str(refusal(lambda: list(printing.print_leaflets(["x"], orders(), "Nowhere"))))


def test_half_of_it_is_not_printed(own_shelf: Put, cups: Cups) -> None:
    """One refused leaflet of two: half a set in the patient's hand is taken for the whole."""
    own_shelf("walking", GOOD.encode())
    own_shelf("resting", GOOD.replace("EX-01", "EX-02").replace("::: urgent-help", "::: urgent").encode())
    with pytest.raises(HandoutError) as refused:
        list(printing.print_leaflets(["walking", "resting"], orders(), "Front-Desk"))
    assert refused.value.exit_code is Exit.WRONG_FILE
    assert str(refused.value).endswith("\nNothing was printed.")
    assert cups.told("lp") == []


def test_a_leaflet_that_is_not_approved_is_not_printed(own_shelf: Put, cups: Cups) -> None:
    """From the printer it goes straight into a patient's hand."""
    own_shelf("walking", GOOD.encode())
    order = Order(region="us", approved_only=True)
    with pytest.raises(HandoutError, match="walking is not made for us"):
        list(printing.print_leaflets(["walking"], order, "Front-Desk"))
    assert cups.told("lp") == []


def test_a_file_for_a_print_shop_is_not_printed_here(cups: Cups) -> None:
    """Its bleed and crop marks would be cut off by the printer's own margins."""
    order = orders(printer=Printer.SHOP)
    assert "--for print-shop" in str(refusal(lambda: list(printing.print_leaflets(["x"], order, "Front-Desk"))))
