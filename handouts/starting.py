"""A name in; a clinic's own library, or a topic of its own, out: files to begin with that already work."""

import json
import re
from pathlib import Path

from handouts import assets, make
from handouts.approvals import HEAD, need_own, years_later
from handouts.assets import OURS
from handouts.clinics import MAX_NAME
from handouts.errors import Exit, HandoutError
from handouts.files import check_folder, write_whole
from handouts.reading import MAX_TITLE
from handouts.shelf import find_library, readable_shelf
from handouts.signs import fault_in

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_NAME = 60
REVIEW_AFTER_YEARS = 2
FOLDERS = ("topics", "snippets", "templates", "styles")


def begin_library(folder: Path, name: str, region: str) -> Path:
    """Make a clinic's library and give back its clinic file. A folder that has one already is left as it is."""
    clinic_file = folder / "clinic.yaml"
    if clinic_file.exists():
        raise HandoutError(f"{clinic_file} is there already; nothing was changed.", Exit.WRONG_COMMAND)
    if not name.strip() or not name.isprintable():
        raise HandoutError("Say what your clinic is called: --name “Example Clinic”.", Exit.WRONG_COMMAND)
    _need_printable(name, MAX_NAME)
    code = make.region_of(region, None).code
    for inner in FOLDERS:
        check_folder(folder / inner)
    files = {
        ".gitignore": _start("gitignore"),
        "README.txt": _start("README.txt"),
        "styles/tokens.css": _start("tokens.css"),
        "approvals.yaml": f"{HEAD.rstrip()} []\n",
        # Last, because a folder with a clinic file is a library. A name may hold what means something in YAML.
        "clinic.yaml": _start("clinic.yaml").format(name=json.dumps(name.strip(), ensure_ascii=False), region=code),
    }
    for path, text in files.items():
        if not (folder / path).exists():
            write_whole(folder / path, text.encode())
    return clinic_file


def begin_topic(name: str, title: str, clinic_file: Path | None) -> Path:
    """Write a new topic into a clinic's library: a correct leaflet, with blanks in [[ ]] to fill in."""
    library = find_library(clinic_file)
    own, today = need_own(library), make.today()
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise HandoutError(
            f"“{name[:LONGEST_NAME]}” cannot be the name of a topic; write small letters, digits and hyphens, such as back-pain.",
            Exit.WRONG_COMMAND,
        )
    if re.search(r"[{}*]|</?\w", title):
        raise HandoutError("A title is words alone: no { }, * or <tags>.", Exit.WRONG_COMMAND)
    _need_printable(title, MAX_TITLE)
    file = own / "topics" / name / "en.md"
    if name in OURS.topic_names() and not file.exists():
        raise HandoutError(
            f"{name} is one of ours, and a blank would take its place. Choose another name; to change ours, copy "
            f"{OURS.topic_file(name, 'en')} to {file}.",
            Exit.WRONG_COMMAND,
        )
    if file.exists():
        raise HandoutError(f"{file} is there already; nothing was changed.", Exit.WRONG_COMMAND)
    topics, _ = readable_shelf(library)
    ids = {topic.id for topic in topics}
    text = _start("topic.md").format(
        id=next(one for one in (f"OWN-{number:02}" for number in range(1, 1000)) if one not in ids),
        title=json.dumps(title or name.replace("-", " ").capitalize(), ensure_ascii=False),
        written=today,
        review_by=years_later(today, REVIEW_AFTER_YEARS),
    )
    check_folder(file.parent / "figures")
    write_whole(file, text.encode())
    return file


def _need_printable(words: str, most: int) -> None:
    """A name or title that would be refused when it is read is not written down first."""
    if len(words) > most:
        raise HandoutError(f"That has {len(words):,} letters; write at most {most}.", Exit.WRONG_COMMAND)
    if fault := fault_in(words):
        raise HandoutError(f"“{words}” cannot be printed: {fault[0]}; {fault[1]}.", Exit.WRONG_COMMAND)


def _start(name: str) -> str:
    return (assets.PACKAGE / "start" / name).read_text(encoding="utf-8")
