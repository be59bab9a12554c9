"""The real chain: a print server of our own, and a printer that is a program, both on this computer alone.

Nothing of the system's own print server is used or changed.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import ImageOps

from handouts.errors import HandoutError
from handouts.model import Fold, Format, Paper
from handouts.printer import check_queue, default_queue, print_file

#: Servers lie outside the PATH of those who are not root.
PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
PROGRAMS = {
    name: shutil.which(name, path=PLACES)
    for name in ("cupsd", "dbus-daemon", "ippeveprinter", "lp", "lpadmin", "lpstat", "cupsreject", "cupsdisable")
}
FILTER = Path("/usr/lib/cups/filter/pdftopdf")
MISSING = [name for name, found in {**PROGRAMS, FILTER.name: FILTER.exists()}.items() if not found]

pytestmark = [
    pytest.mark.xdist_group("cups"),
    pytest.mark.skipif(
        bool(MISSING),
        reason=f"needs {', '.join(MISSING)} (Debian: cups-daemon, cups-client, cups-filters-core-drivers, dbus-daemon)",
    ),
]

#: Long enough for a slow computer; nobody waits for it when all is well.
PATIENCE = 60
FILES = """ServerRoot {room}
StateDir {room}/state
CacheDir {room}/cache
RequestRoot {room}/spool
TempDir {room}/spool/tmp
ServerKeychain {room}/ssl
AccessLog {room}/access_log
ErrorLog {room}/error_log
PageLog {room}/page_log
"""
SERVER = """Listen {room}/socket
LogLevel debug
Browsing Off
DefaultAuthType None
WebInterface No
<Location />
Order allow,deny
Allow all
</Location>
<Policy default>
<Limit All>
Order allow,deny
Allow all
</Limit>
</Policy>
"""
#: The printer looks for a bus to announce itself on, and does not start without one. On this one, nobody listens.
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><listen>unix:path={room}/bus</listen>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>
"""
#: What the printer does with a job: it keeps the pages, then what it was asked to do with them.
ON_PAPER = """#!/bin/sh
cp "$1" "{room}/arrived/$IPP_JOB_NAME.pdf"
env > "{room}/arrived/$IPP_JOB_NAME.part"
mv "{room}/arrived/$IPP_JOB_NAME.part" "{room}/arrived/$IPP_JOB_NAME.asked"
"""


@dataclass(frozen=True)
class Arrived:
    """A job as the printer got it: what it was asked, by IPP attribute, and the pages."""

    asked: dict[str, str]
    data: bytes

    def pages(self) -> list[tuple[str, tuple[int, ...]]]:
        """The words on each page, and in which box its ink stands: left, top, right, bottom, in points."""
        return seen(self.data)


@dataclass(frozen=True)
class Office:
    """A folder with a print server that has a queue, Front-Desk, the printer behind it, and what they write."""

    room: Path
    programs: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def run(self, name: str, *words: str, **environment: str) -> None:
        with (self.room / f"{name}_log").open("wb") as log:
            self.programs[name] = subprocess.Popen(
                [str(PROGRAMS[name]), *words], stdout=log, stderr=log, cwd=self.room, env={**os.environ, **environment}
            )

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so; if it never will be, show what the programs wrote."""
        for _ in range(PATIENCE * 20):
            if is_so():
                return
            if ended := [name for name, program in self.programs.items() if program.poll() is not None]:
                # A system may forbid it to all but root.
                (pytest.skip if os.geteuid() else pytest.fail)(f"{ended[0]} does not run here:\n{self.said()}")
            time.sleep(0.05)
        pytest.fail(f"the print server or its printer does not do what it should:\n{self.said()}")

    def said(self) -> str:
        return "\n".join(log.read_text(errors="replace")[-3000:] for log in sorted(self.room.glob("*_log")))

    def arrived(self, title: str) -> Arrived:
        """The job of this title, as soon as the printer has it."""
        asked = self.room / "arrived" / f"{title}.asked"
        self.wait_for(asked.exists)
        lines = (line.partition("=") for line in asked.read_text(encoding="utf-8", errors="replace").splitlines())
        return Arrived({name: value for name, _, value in lines}, asked.with_suffix(".pdf").read_bytes())

    def close(self) -> None:
        for program in reversed(self.programs.values()):
            program.terminate()
            try:
                program.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


def answers(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def where_to_listen() -> tuple[str, ...]:
    """This computer alone; the printer cannot be told so where IPv6 is off, as in some containers."""
    try:
        with socket.socket(socket.AF_INET6) as line:
            line.bind(("::1", 0))
    except OSError:
        return ()
    return ("-n", "localhost")


def admin(name: str, *words: str) -> None:
    subprocess.run([str(PROGRAMS[name]), *words], check=True, capture_output=True, timeout=PATIENCE)


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """Start all of it in a folder of its own, which the server's own users may enter; its path is short, for the sockets."""
    with ExitStack() as stack:
        room = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cups", dir="/tmp")))
        room.chmod(0o711)
        for name, content in {"files.conf": FILES, "server.conf": SERVER, "bus.conf": BUS, "paper": ON_PAPER}.items():
            (room / name).write_text(content.format(room=room))
        (room / "paper").chmod(0o755)
        for name in ("arrived", "state", "cache", "spool", "spool/tmp", "ssl"):
            (room / name).mkdir()
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={room}/bus")
        patch.setenv("CUPS_SERVER", f"{room}/socket")
        patch.setenv("HOME", str(room))  # print options that somebody set for all they print lie there
        started = Office(room)
        stack.callback(started.close)
        started.run("dbus-daemon", f"--config-file={room}/bus.conf", "--nofork")
        started.wait_for((room / "bus").exists)
        port = free_port()
        words = ("-2", "-r", "off", "-f", "application/pdf", "-p", str(port), *where_to_listen())
        started.run("ippeveprinter", *words, "-c", f"{room}/paper", "-d", f"{room}/arrived", "Paper")
        started.wait_for(lambda: answers(port))
        started.run("cupsd", "-f", "-c", f"{room}/server.conf", "-s", f"{room}/files.conf")
        started.wait_for((room / "socket").exists)
        for queue in ("Front-Desk", "Shut", "Paused"):
            admin("lpadmin", "-p", queue, "-E", "-v", f"ipp://localhost:{port}/ipp/print", "-m", "everywhere")
        admin("cupsreject", "Shut")
        admin("cupsdisable", "Paused")
        yield started


SHORT, LONG = 595, 842  # A4 in points
EDGE = 9  # points; nearer to the edge than the printer prints: whatever fits a page into that would move the frame


def sheets(file: Path, *, on_its_side: bool = False) -> Path:
    """A PDF of three pages of A4, each with its number and a frame along its edges."""
    width, height = (LONG, SHORT) if on_its_side else (SHORT, LONG)
    document = pikepdf.new()
    for number in (1, 2, 3):
        page = document.add_blank_page(page_size=(width, height))
        frame = f"4 w {EDGE} {EDGE} {width - 2 * EDGE} {height - 2 * EDGE} re S"
        page.Contents = document.make_stream(f"{frame} BT /F 24 Tf 90 300 Td (Page {number}) Tj ET".encode())
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
    document.save(file)
    return file


def seen(data: bytes) -> list[tuple[str, tuple[int, ...]]]:
    """The words on each page, and the box of its ink: left, top, right, bottom, in points."""
    with pypdfium2.PdfDocument(data) as document:
        return [
            (
                page.get_textpage().get_text_range().strip(),
                ImageOps.invert(page.render(scale=1).to_pil().convert("L")).getbbox() or (),
            )
            for page in document
        ]


def near(box: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return len(box) == len(other) and all(abs(a - b) <= 2 for a, b in zip(box, other, strict=True))


def test_a_leaflet_comes_out_as_it_was_made(office: Office, tmp_path: Path) -> None:
    """Two copies, collated, on both sides, on its paper, in actual size, every page: what a clinic relies on."""
    check_queue("Front-Desk")
    file = sheets(tmp_path / "Zebedee-Quill.pdf")
    form = Format(Paper.A4)
    job = print_file(file, "Front-Desk", paper=form.paper, sides=form.sides, title="handouts neck", copies=2)
    assert re.fullmatch(r"Front-Desk-\d+", job.id)
    arrived = office.arrived("handouts neck")
    assert arrived.asked["IPP_COPIES"] == "2"
    assert arrived.asked["IPP_MULTIPLE_DOCUMENT_HANDLING"] == "separate-documents-collated-copies"
    assert arrived.asked["IPP_SIDES"] == "two-sided-long-edge"
    assert "x-dimension=21000 y-dimension=29700" in arrived.asked["IPP_MEDIA_COL"]
    assert [words for words, _ in arrived.pages()] == ["Page 1", "Page 2", "Page 3"]
    whole = (EDGE - 2, EDGE - 2, SHORT - EDGE + 2, LONG - EDGE + 2)
    assert all(near(box, whole) for _, box in arrived.pages())
    assert "Quill" not in "".join(arrived.asked.values())
    logs = "".join(log.read_text(errors="replace") for log in office.room.glob("*_log"))
    assert "Quill" not in logs


def test_a_booklet_comes_out_whole(office: Office, tmp_path: Path) -> None:
    """Its sheets lie on their side: they are to be turned, not cut off, and each back the same way as its front."""
    form = Format(Paper.A4, fold=Fold.BOOKLET)
    file = sheets(tmp_path / "booklet.pdf", on_its_side=True)
    print_file(file, "Front-Desk", paper=form.paper, sides=form.sides, title="handouts sleep")
    arrived = office.arrived("handouts sleep")
    assert arrived.asked["IPP_SIDES"] == "two-sided-short-edge"
    assert "x-dimension=21000 y-dimension=29700" in arrived.asked["IPP_MEDIA_COL"]
    whole = (EDGE - 2, EDGE - 2, SHORT - EDGE + 2, LONG - EDGE + 2)
    assert [near(box, whole) for _, box in arrived.pages()] == [True] * 3


@pytest.mark.parametrize(
    ("queue", "said"),
    [
        ("Front-Dask", "did you mean “Front-Desk”?"),
        ("Shut", "The print queue Shut takes no jobs."),
        ("Paused", "The print queue Paused is paused"),
    ],
)
def test_a_queue_that_does_not_print(office: Office, queue: str, said: str) -> None:
    """CUPS says so in words of its own; if they were not understood, people would wait for paper."""
    with pytest.raises(HandoutError, match=re.escape(said)):
        check_queue(queue)


def test_a_queue_that_refuses(office: Office, tmp_path: Path) -> None:
    """It may have been shut since it was asked."""
    file = sheets(tmp_path / "neck.pdf")
    with pytest.raises(
        HandoutError, match=re.escape('neck.pdf was not printed on Shut: Destination "Shut" is not accepting jobs.')
    ):
        print_file(file, "Shut", paper=Paper.A4, sides=Format(Paper.A4).sides, title="handouts neck")


def test_a_print_server_that_does_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`lpstat` itself is content then, and names no queue."""
    monkeypatch.setenv("CUPS_SERVER", str(tmp_path / "nobody"))
    with pytest.raises(HandoutError, match="The print server does not answer"):
        check_queue("Front-Desk")


def test_the_default_printer(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name is found in the words of CUPS itself, for the system as for one person."""
    with pytest.raises(HandoutError, match=r"no default printer\. It has: Front-Desk, Paused, Shut\.$"):
        default_queue()
    monkeypatch.setenv("PRINTER", "Shut")
    assert default_queue() == "Shut"
    monkeypatch.delenv("PRINTER")
    admin("lpadmin", "-d", "Front-Desk")
    assert default_queue() == "Front-Desk"
