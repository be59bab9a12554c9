"""Files in, jobs of a print queue out. The only room that starts programs: `lp` and `lpstat` of CUPS.

Whether CUPS talks to a server is the clinic's own affair. A file is handed over as it is, without its name.
"""

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from handouts.errors import Exit, HandoutError, nearest, shortened
from handouts.model import Paper, Sides

#: A print server that has not answered by then is not going to.
SECONDS = 60
#: The most of what `lp` says that is passed on, in characters.
MOST_SAID = 200
#: What CUPS calls the sheets.
MEDIA = {Paper.A4: "A4", Paper.LETTER: "Letter", Paper.A5: "A5"}
BY_HAND = (
    "make the files without printing them, open them, and print them yourself: in their actual size, on both sides"
)
#: Where `lp` and `lpstat` come from, per system; everywhere else, as on Windows, there are none.
WITHOUT_LP = {
    "Linux": "install them with `sudo apt-get install cups-client` (Fedora: `sudo dnf install cups-client`)",
    "Darwin": "macOS has them in /usr/bin; put that folder into PATH",
}


@dataclass(frozen=True)
class Job:
    """A file that was handed over, the queue that has it, and its id there, such as `Front-Desk-12`; "" if none was told."""

    file: Path
    queue: str
    id: str


def default_queue() -> str:
    """The queue this computer prints on if none is named; a HandoutError names the queues there are, if it has none."""
    known = _queues()
    # “system default destination: Front-Desk”; it may also be set for one person, or by the variable PRINTER.
    told = re.search(r"(?<=: )\S+$", _answer_of("lpstat", "-d").stdout.strip())
    if told and told[0].partition("/")[0] in known:
        return told[0]
    raise HandoutError(
        f"Name the printer with --queue: this computer has no default printer. It has: {', '.join(sorted(known))}.",
        Exit.WRONG_COMMAND,
    )


def check_queue(queue: str) -> None:
    """Find out whether a queue takes jobs and prints them, before anything is made for it.

    A HandoutError says which queues there are, or what is to be done on this system.
    """
    known = _queues()
    if queue not in known:
        instead = nearest(queue, known, "this computer has none: set a printer up first")
        raise HandoutError(f"There is no print queue “{shortened(queue)}”; {instead}", Exit.WRONG_COMMAND)
    printer = _printer_of(queue)
    says = _answer_of("lpstat", "-a", printer, "-p", printer).stdout
    if f"{printer} not accepting requests" in says:
        raise HandoutError(
            f"The print queue {queue} takes no jobs. `lpstat -a {printer}` says why; `cupsaccept {printer}` opens it.",
            Exit.CANNOT_WRITE,
        )
    if f"printer {printer} disabled" in says:
        raise HandoutError(
            f"The print queue {queue} is paused: jobs would only pile up. `lpstat -p {printer}` says why; `cupsenable {printer}` lets it print.",
            Exit.CANNOT_WRITE,
        )


def print_file(file: Path, queue: str, *, paper: Paper, sides: Sides, title: str, copies: int = 1) -> Job:
    """Hand one PDF to a queue, to be printed in its actual size; copies come whole, one after another.

    `title` is read by whoever looks at the queue, and kept in its log: never a person's name. `paper` and `sides` are
    those of its Format. A HandoutError says why it was not printed, or that nobody knows.
    """
    options = {
        "media": MEDIA[paper],
        "sides": sides.value,
        "print-scaling": "none",
        "number-up": "1",  # somebody who saves paper may have set another number for all they print
        "collate": "true",
    }
    words = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    answer = _answer_of("lp", "-d", queue, "-n", str(copies), "-t", title, *words, given=_bytes_of(file))
    if answer.returncode:
        raise HandoutError(
            f"{file.name} was not printed on {queue}: {_said(answer.stderr)} `lpstat -p {_printer_of(queue)}` says how the printer is.",
            Exit.CANNOT_WRITE,
        )
    # Its name and a number are the same in every language that `lp` may speak.
    told = re.search(rf"(?<!\S){re.escape(_printer_of(queue))}-\d+(?!\S)", answer.stdout)
    return Job(file, queue, told[0] if told else "")


def _queues() -> list[str]:
    """The names of the queues; a HandoutError where there is none."""
    answer = _answer_of("lpstat", "-e")
    if known := answer.stdout.split("\n")[:-1]:
        return known
    if "not running" in _answer_of("lpstat", "-r").stdout:
        raise HandoutError(
            "The print server does not answer. Start it (on Linux with `sudo systemctl start cups`), or ask whoever looks after your printers.",
            Exit.CANNOT_WRITE,
        )
    raise HandoutError(
        f"There is no print queue on this computer. Add your printer in the settings of the system, or {BY_HAND}.",
        Exit.CANNOT_WRITE,
    )


def _printer_of(queue: str) -> str:
    """The queue without what may stand behind a stroke: a set of options to which somebody gave a name."""
    return queue.partition("/")[0]


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise HandoutError(
            f"{file.name} was not printed: it cannot be read ({error.strerror}). Make it anew.", Exit.CANNOT_WRITE
        ) from None  # it would carry the names of folders


def _answer_of(program: str, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    """Run a program of CUPS, with some bytes to read, and wait for it; not for ever.

    No shell reads its words. Without a terminal it cannot stop to ask for a password.
    """
    found = shutil.which(program)
    if not found:
        cure = WITHOUT_LP.get(platform.system(), BY_HAND)
        raise HandoutError(f"Printing needs the programs lp and lpstat, which are not here: {cure}.", Exit.CANNOT_WRITE)
    try:
        ran = subprocess.run(  # noqa: S603  # a program of the system, and words that were checked or are ours
            [found, *words],
            input=given,
            capture_output=True,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
            start_new_session=True,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise HandoutError(
            f"The print server has not answered for {SECONDS} seconds. See what is in the queue (`lpstat -o`) before you print again: it may have come through.",
            Exit.CANNOT_WRITE,
        ) from None
    except OSError as error:
        raise HandoutError(
            f"{program} could not be started ({error.strerror}). Mend it, or {BY_HAND}.", Exit.CANNOT_WRITE
        ) from error
    out, err = (said.decode("utf-8", errors="replace") for said in (ran.stdout, ran.stderr))
    return subprocess.CompletedProcess(ran.args, ran.returncode, out, err)


def _said(complaint: str) -> str:
    """What a program complained of as one sentence, without paths: a folder may be named after a person."""
    words = re.sub(r"^\S*lp: (Error - )?", "", " ".join(complaint.split()))
    words = re.sub(r"(?<![\w])/\S+", "…", words)[:MOST_SAID].rstrip(".")
    return f"{words}." if words else "lp gave no reason."
