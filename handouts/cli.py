"""The command line: it asks, calls and reports. Results go to standard output, talk to standard error."""

import json
import os
import sys
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from handouts import __version__
from handouts.assets import Library
from handouts.errors import Exit, HandoutError
from handouts.make import Made, Order, make
from handouts.model import Paper, Topic
from handouts.shelf import code_index, find_library, find_topics, readable_shelf, topics_for_codes, whole_shelf

EXAMPLES = """Examples:

  handouts list                        what there is

  handouts make neck-pain-self-care    one leaflet, into out/

  handouts make neck sleep -r uk       two, by the beginnings of their names

  handouts make --all --paper a4       the whole shelf

  handouts make neck -c clinic.yaml    with your clinic's name on it

  handouts make --code M54.2           what fits a diagnosis code
"""

app = typer.Typer(
    help="Print-ready patient leaflets, made on this computer and nowhere else.",
    epilog=EXAMPLES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its box prints the values of variables: a patient's details, one day
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> NoReturn:
    """Run the command line; every way out has its exit code."""
    try:
        app(prog_name="handouts")
    except HandoutError as error:
        _talk().print(str(error), markup=False, highlight=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except OSError as error:
        sys.stdout = None  # so that Python does not try it once more
        _talk().print(
            f"Something could not be read, written or shown: {error.strerror}.", markup=False, highlight=False
        )
        sys.exit(Exit.CANNOT_WRITE)
    except Exception as error:  # noqa: BLE001  # the last door: a person gets a sentence, not a traceback
        place = traceback.extract_tb(error.__traceback__)[-1]
        sentence = f"This is a fault of ours ({type(error).__name__} in {Path(place.filename).name}:{place.lineno}). Nothing torn was left behind."
        _talk().print(sentence, markup=False, highlight=False, soft_wrap=True)
        sys.exit(Exit.OUR_FAULT)
    sys.exit(Exit.MADE)


def _talk() -> Console:
    return Console(stderr=True)


def _results() -> Console:
    """Standard output; wide when it is a file or another program, so that nothing is cut off."""
    return Console() if sys.stdout.isatty() else Console(width=200)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"handouts {__version__}")
        raise typer.Exit


@app.callback()
def handouts(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """Only holds what is true of every command."""


# --- what several commands are asked -----------------------------------------------------------


def complete_topic(incomplete: str) -> list[str]:
    return [name for name in find_library(None).topic_names() if name.startswith(incomplete)]


Topics = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TOPIC", help="Names, or unique beginnings of them.", autocompletion=complete_topic, show_default=False
    ),
]
CODE_HELP = "A diagnosis code, such as M54.2 or a SNOMED CT id; may be given more than once."
Codes = Annotated[list[str] | None, typer.Option("--code", help=CODE_HELP, show_default=False, metavar="CODE")]
Everything = Annotated[bool, typer.Option("--all", help="Every topic there is.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="The folder the PDFs go to.", file_okay=False)]
REGION_HELP = "us or uk: phone numbers, services, spellings. Default: the clinic's, else us."
RegionCode = Annotated[str, typer.Option("--region", "-r", help=REGION_HELP, show_default=False)]
PAPER_HELP = "Default: what the region prints on."
PaperSize = Annotated[
    Paper | None, typer.Option("--paper", "-p", help=PAPER_HELP, show_default=False, case_sensitive=False)
]
Language = Annotated[str, typer.Option("--language", "-l", help="The language of the leaflets.")]
CLINIC_HELP = "The clinic file. Default: clinic.yaml in this folder, if there is one."
ClinicFile = Annotated[
    Path | None, typer.Option("--clinic", "-c", envvar="HANDOUTS_CLINIC", help=CLINIC_HELP, show_default=False)
]
OpenIt = Annotated[bool, typer.Option("--open", help="Open what was made.")]


# --- list ----------------------------------------------------------------------------------


@app.command("list")
def list_topics(
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON list.")] = False,
    by_code: Annotated[bool, typer.Option("--codes", help="The diagnosis codes, and what each of them picks.")] = False,
    clinic: ClinicFile = None,
) -> None:
    """Show the topics there are: title, language, pages, version, review date."""
    library = find_library(clinic)
    if by_code and not as_json:
        _results().print(_code_table(library))
        return
    topics, faults = readable_shelf(library)
    if as_json:
        typer.echo(json.dumps([_as_data(topic) for topic in topics], indent=2, ensure_ascii=False))
    else:
        _results().print(_topic_table(topics))
    if faults:
        raise faults


def _as_data(topic: Topic) -> dict[str, object]:
    return {
        "topic": topic.name,
        "id": topic.id,
        "title": topic.title,
        "language": topic.language,
        "pages": topic.pages,
        "version": topic.version,
        "written": topic.written.isoformat(),
        "review_by": topic.review_by.isoformat(),
        "codes": {system: list(codes) for system, codes in topic.codes.items()},
    }


def _code_table(library: Library) -> Table:
    table = Table("System", "Code", "Topic", box=None, padding=(0, 2, 0, 0))
    for row in code_index(library):
        table.add_row(*row)
    return table


def _topic_table(topics: Iterable[Topic]) -> Table:
    table = Table("Topic", "Title", "Language", "Pages", "Version", "Review by", box=None, padding=(0, 2, 0, 0))
    table.columns[0].no_wrap = True  # it is what has to be typed
    topics = list(topics)
    table.columns[0].min_width = max((len(topic.name) for topic in topics), default=0)
    for topic in topics:
        table.add_row(
            topic.name, topic.title, topic.language, str(topic.pages), str(topic.version), topic.review_by.isoformat()
        )
    return table


# --- make ----------------------------------------------------------------------------------


@app.command("make", epilog=EXAMPLES)
def make_leaflets(
    topics: Topics = None,
    code: Codes = None,
    everything: Everything = False,
    out: Out = Path("out"),
    region: RegionCode = "",
    paper: PaperSize = None,
    language: Language = "en",
    clinic: ClinicFile = None,
    open_it: OpenIt = False,
) -> None:
    """Make print-ready PDFs of one or more topics."""
    library = find_library(clinic)
    by_code = topics_for_codes(code, language, library) if code else ()
    named = _chosen(topics or [], everything, language, library) if topics or everything or not code else []
    names = find_topics([*named, *by_code], language, library)
    order = Order(language, region.lower(), paper, clinic)
    try:
        made = list(_with_progress(make(names, order, out), len(names)))
    except KeyboardInterrupt:
        raise HandoutError("Stopped. What was written is whole; the rest was not begun.", Exit.STOPPED) from None
    _results().print(_made_table(made))
    for one in made:
        if one.pages > one.budget:
            _talk().print(_too_long(one), markup=False, highlight=False, soft_wrap=True)
        if open_it and typer.launch(str(one.file)) != 0:
            _talk().print(f"{one.file} could not be opened from here; open it yourself.", markup=False)


def _too_long(made: Made) -> str:
    """What can be done when a leaflet needs another sheet."""
    cure = "Shorten the clinic's address or hours, or write “print_sources: no” in its file." if made.clinic else ""
    return f"{made.topic} has {made.pages} pages; it was meant to have {made.budget}. {cure or 'Shorten its text.'}"


def _chosen(topics: list[str], everything: bool, language: str, library: Library) -> list[str]:
    """The topics of the command, all of them, or those a person picks from the list."""
    if everything and topics:
        raise HandoutError("Name topics or write --all, not both.", Exit.WRONG_COMMAND)
    if topics:
        return topics
    known = [topic for topic in whole_shelf(library) if topic.language == language]
    if not known:
        raise HandoutError(
            f"No topic is written in “{language}”. `handouts list` shows what there is.", Exit.WRONG_COMMAND
        )
    if everything:
        return [topic.name for topic in known]
    answer = ""
    if sys.stdin.isatty():
        _talk().print(_topic_table(known))
        answer = typer.prompt("Which topics? Names or their beginnings, with spaces between", err=True)
    if not answer.split():
        raise HandoutError("Name a topic, or write --all. `handouts list` shows what there is.", Exit.WRONG_COMMAND)
    return answer.replace(",", " ").split()


def _with_progress(made: Iterator[Made], total: int) -> Iterator[Made]:
    """Pass leaflets on as they are made; on a terminal, show how far it is."""
    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.completed} of {task.total} leaflets"))
    with Progress(*columns, console=_talk(), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=total)
        for one in made:
            bar.advance(task)
            yield one


def _made_table(made: list[Made]) -> Table:
    table = Table("Leaflet", "Pages", "Region", "Clinic", "File", box=None, padding=(0, 2, 0, 0))
    table.columns[4].overflow = "fold"
    for one in made:
        table.add_row(one.topic, str(one.pages), one.region, one.clinic or "none", os.path.relpath(one.file))
    return table
