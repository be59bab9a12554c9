"""The command line: it asks, calls and reports. Results go to standard output, talk to standard error."""

import json
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from handouts import __version__, tables
from handouts.approving import approve, changed
from handouts.assets import Library
from handouts.check import check
from handouts.errors import Exit, HandoutError, nearest
from handouts.export import for_openemr
from handouts.files import write_whole
from handouts.formats import Wanted
from handouts.judgement import QUESTIONS
from handouts.make import Made, Order, Written, make, make_pack, standings, watched, write_contact_sheet
from handouts.model import Fold, Ink, Printer, Standing, Topic
from handouts.options import (
    ApprovedOnly,
    ClinicFile,
    Codes,
    ContactSheet,
    Dpi,
    Everything,
    FoldHow,
    Html,
    InkUse,
    Language,
    Marks,
    OpenIt,
    Out,
    Pack,
    PaperSize,
    Png,
    PrintedBy,
    RegionCode,
    Separate,
    Sets,
    TextSize,
    Ticked,
    Topics,
    Until,
    Watch,
    WebToo,
    complete_topic,
)
from handouts.pictures import USUAL_DPI
from handouts.preflight import Preflight
from handouts.preflight import as_lines as preflight_lines
from handouts.reports import as_data, as_html, as_lines
from handouts.shelf import (
    all_sets,
    code_index,
    find_library,
    find_topics,
    readable_shelf,
    topics_for_codes,
    topics_of_sets,
    whole_shelf,
    written_in,
)
from handouts.starting import begin_library, begin_topic
from handouts.watch import saves

EXAMPLES = """Examples:

  handouts list                        what there is

  handouts make neck-pain-self-care    one leaflet, into out/

  handouts make neck sleep -r uk       two, by the beginnings of their names

  handouts make --all --paper a4       the whole shelf

  handouts make neck -c clinic.yaml    with your clinic's name on it

  handouts make --code M54.2           what fits a diagnosis code
"""

T = TypeVar("T")

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
        _say(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        sys.stdout = None  # so that Python does not try it once more
        _say(f"Something could not be read, written or shown: {error.strerror}.")
        sys.exit(Exit.CANNOT_WRITE)
    except Exception as error:  # noqa: BLE001  # the last door: a person gets a sentence, not a traceback
        place = traceback.extract_tb(error.__traceback__)[-1]
        sentence = f"This is a fault of ours ({type(error).__name__} in {Path(place.filename).name}:{place.lineno}). Nothing torn was left behind."
        _say(sentence)
        sys.exit(Exit.OUR_FAULT)
    sys.exit(Exit.MADE)


def _talk() -> Console:
    return Console(stderr=True)


def _results() -> Console:
    """Standard output; wide when it is a file or another program, so that nothing is cut off."""
    return Console() if sys.stdout.isatty() else Console(width=200)


def _say(sentence: str) -> None:
    """Talk to the person: a sentence, as it stands."""
    _talk().print(sentence, markup=False, highlight=False, soft_wrap=True)


def _answer(line: str, style: str | None = None) -> None:
    """Give a line of the result, as it stands."""
    _results().print(line, style=style, markup=False, highlight=False, soft_wrap=True)


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


# --- list ----------------------------------------------------------------------------------


@app.command("list")
def list_topics(
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON list.")] = False,
    by_code: Annotated[bool, typer.Option("--codes", help="The diagnosis codes, and what each of them picks.")] = False,
    by_set: Annotated[bool, typer.Option("--sets", help="The sets, and the topics of each.")] = False,
    region: RegionCode = "",
    clinic: ClinicFile = None,
) -> None:
    """Show the topics there are: title, language, pages, version, review date, and who approved them."""
    library = find_library(clinic)
    if by_code and not as_json:
        _results().print(tables.of_codes(code_index(library)))
        return
    if by_set and not as_json:
        _results().print(tables.of_sets(all_sets(clinic)))
        return
    topics, faults = readable_shelf(library)
    stands = standings(topics, Order(region=region.lower(), clinic_file=clinic))
    if as_json:
        found = [_as_data(topic, one) for topic, one in zip(topics, stands, strict=True)]
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        _results().print(tables.of_topics(topics, stands))
    if faults:
        raise faults


def _as_data(topic: Topic, stands: Standing) -> dict[str, object]:
    return {
        "topic": topic.name,
        "id": topic.id,
        "title": topic.title,
        "language": topic.language,
        "pages": topic.pages,
        "version": topic.version,
        "written": topic.written.isoformat(),
        "review_by": topic.review_by.isoformat(),
        "approved": stands.approval is not None,
        "approval": stands.why,
        "overdue": stands.overdue,
        "codes": {system: list(codes) for system, codes in topic.codes.items()},
    }


# --- make ----------------------------------------------------------------------------------


@app.command("make", epilog=EXAMPLES)
def make_leaflets(
    topics: Topics = None,
    code: Codes = None,
    sets: Sets = None,
    everything: Everything = False,
    out: Out = Path("out"),
    pack: Pack = None,
    separate: Separate = False,
    region: RegionCode = "",
    paper: PaperSize = None,
    text_size: TextSize = None,
    ink: InkUse = Ink.FULL,
    fold: FoldHow = None,
    printer: PrintedBy = Printer.OFFICE,
    marks: Marks = False,
    web: WebToo = False,
    png: Png = False,
    dpi: Dpi = USUAL_DPI,
    sheet: ContactSheet = None,
    language: Language = "en",
    clinic: ClinicFile = None,
    approved_only: ApprovedOnly = False,
    watch: Watch = False,
    open_it: OpenIt = False,
) -> None:
    """Make print-ready PDFs of one or more topics."""
    library = find_library(clinic)
    _refuse_contradictions(
        all_and_codes=everything and bool(code),
        separate_alone=separate and not pack,
        folded_pack=pack is not None and fold is Fold.TRI_FOLD,
        pack_for_screens=pack is not None and not separate and (web or sheet is not None),
        pack_is_no_pdf=pack is not None and pack.suffix.lower() != ".pdf",
        watched_files=watch and (pack is not None or sheet is not None),
    )
    grouped = [*topics_of_sets(sets or (), clinic), *(topics_for_codes(code, language, library) if code else ())]
    named = _chosen(topics or [], everything, language, library) if topics or everything or not grouped else []
    names = find_topics([*named, *grouped], language, library)
    wanted = Wanted(paper, text_size, ink, fold, printer, marks)
    order = Order(language, region.lower(), wanted, clinic, approved_only, dpi if png else None, web)
    if pack:
        _pack(names, order, pack, open_it)
        if not separate:
            return
    if watch:
        _watch(names, order, out, library, open_it)
        return
    made: list[Made] = []
    try:
        for one in _with_progress(make(names, order, out), len(names)):
            made.append(one)  # noqa: PERF402  # what was made is shown even if the rest is refused
    except KeyboardInterrupt:
        raise HandoutError("Stopped. What was written is whole; the rest was not begun.", Exit.STOPPED) from None
    finally:
        if made:
            _results().print(tables.of_leaflets(made))
            _mention(made)
    _finish(made, fold, sheet)
    if open_it:
        _open([one.file for one in made])


def _finish(made: Sequence[Made], fold: Fold | None, sheet: Path | None) -> None:
    """What is to be said, shown or refused when all leaflets are there."""
    if fold and not any(one.preflight for one in made):
        _say(HOW_TO_FOLD[fold])
    if sheet:
        write_contact_sheet(made, sheet)
    _refuse_unready((one.file, one.preflight) for one in made)


def _refuse_contradictions(
    *,
    all_and_codes: bool,
    separate_alone: bool,
    folded_pack: bool,
    pack_for_screens: bool,
    pack_is_no_pdf: bool,
    watched_files: bool,
) -> None:
    """Options that do not go together."""
    faults = (
        (all_and_codes, "Give codes or write --all, not both."),
        (separate_alone, "--separate goes with --pack FILE; without a pack, each leaflet has its own file."),
        (folded_pack, "A tri-fold is one leaflet on one sheet. Leave out --pack, or write --fold booklet."),
        (pack_for_screens, "A pack is for paper. Add --separate, or leave out --html and --contact-sheet."),
        (pack_is_no_pdf, "A pack is a PDF: give --pack a name that ends in .pdf."),
        (watched_files, "--watch makes single leaflets. Leave out --pack and --contact-sheet."),
    )
    if said := [sentence for is_wrong, sentence in faults if is_wrong]:
        raise HandoutError("\n".join(said), Exit.WRONG_COMMAND)


def _pack(names: Sequence[str], order: Order, file: Path, open_it: bool) -> None:
    """Make a pack, and say what is in it."""
    packed, overdue = make_pack(names, order, file)
    _results().print(tables.of_files([packed]))
    for topic in overdue:
        _say(_overdue(topic))
    if order.wanted.fold:
        _say(HOW_TO_FOLD[order.wanted.fold])
    _show_preflight(packed.file, packed.preflight)
    _refuse_unready([(packed.file, packed.preflight)])
    if open_it:
        _open([packed.file])


def _watch(names: Sequence[str], order: Order, out: Path, library: Library, open_it: bool) -> None:
    """Make the leaflets anew at each save, until Ctrl-C. A broken file leaves the last good PDF as it is."""
    _say("Watching; Ctrl-C stops.")
    try:
        for _ in saves(watched(library)):
            try:
                made = list(make(names, order, out))
            except HandoutError as error:
                _say(f"{error}\nNot made anew; the last good PDF is still there.")
                continue
            for one in made:
                _answer(f"{os.path.relpath(one.file)}: {one.pages} pages")
            _mention(made)
            if open_it:
                _open([one.file for one in made])
                open_it = False
    except KeyboardInterrupt:
        _say("Stopped watching.")


def _mention(made: Sequence[Made]) -> None:
    """What whoever made leaflets should know before handing them out."""
    for one in made:
        if one.budget and one.pages > one.budget:
            _say(_too_long(one))
        if one.standing.overdue:
            _say(_overdue(one.topic))
        _show_preflight(one.file, one.preflight)


#: How a sheet that is to be folded is printed.
HOW_TO_FOLD = {
    Fold.BOOKLET: "Print it on both sides, turned over the short edge, in its actual size. Fold it, and staple it in the fold.",
    Fold.TRI_FOLD: "Print it on both sides, turned over the short edge, in its actual size. Fold the panel on the left of page 1 in first.",
}


def _refuse_unready(reports: Iterable[tuple[Path, Preflight | None]]) -> None:
    """A file that a print shop would send back is there to look at, and not to be sent."""
    if unready := [file.name for file, report in reports if report and not report.passes]:
        raise HandoutError(f"Do not send {', '.join(unready)}: see what failed above.", Exit.WRONG_FILE)


def _show_preflight(file: Path, report: Preflight | None) -> None:
    """Say what was checked for the print shop; one that fails is not to be sent."""
    if report:
        _say("\n".join((f"{file.name}, for a print shop:", *preflight_lines(report))))


def _overdue(topic: str) -> str:
    return f"{topic} is past its review date: have a clinician read it again before you hand it out."


def _open(files: Sequence[Path]) -> None:
    for file in files:
        if typer.launch(str(file)) != 0:
            _say(f"{file} could not be opened from here; open it yourself.")


def _too_long(made: Made) -> str:
    """What can be done when a leaflet needs another sheet."""
    cure = ", or the clinic's address or hours; or write “print_sources: no” in its file" if made.clinic else ""
    return f"{made.topic} has {made.pages} pages; it was meant to have {made.budget}. Shorten its text{cure}."


def _chosen(topics: list[str], everything: bool, language: str, library: Library) -> list[str]:
    """The topics of the command, all of them, or those a person picks from the list."""
    if everything and topics:
        raise HandoutError("Name topics or write --all, not both.", Exit.WRONG_COMMAND)
    if topics:
        return topics
    names = written_in(language, library)
    if everything:
        return list(names)
    known = [topic for topic in whole_shelf(library) if topic.language == language]
    if sys.stdin.isatty():
        _talk().print(tables.of_topics(known, standings(known, Order(language))))
    answer = _asked("Which topics? Names or their beginnings, with spaces between", "")
    if not answer.split():
        raise HandoutError("Name a topic, or write --all. `handouts list` shows what there is.", Exit.WRONG_COMMAND)
    return answer.replace(",", " ").split()


def _with_progress(made: Iterator[T], total: int, verb: str = "made") -> Iterator[T]:
    """Pass leaflets on as they are made; on a terminal, show how far it is."""
    columns = (SpinnerColumn(), BarColumn(), TextColumn(f"{{task.completed}} of {{task.total}} leaflets {verb}"))
    with Progress(*columns, console=_talk(), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=total)
        for one in made:
            bar.advance(task)
            yield one


# --- check ---------------------------------------------------------------------------------


@app.command("check")
def check_topics(
    topics: Topics = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON list, with everything.")] = False,
    html: Html = None,
    region: RegionCode = "",
    paper: PaperSize = None,
    language: Language = "en",
    clinic: ClinicFile = None,
) -> None:
    """Say how easy leaflets are to read, what is wrong with them, and where. Without topics: all of them.

    The code at the end is 3 if a rule that must hold is broken.
    """
    library = find_library(clinic)
    names = find_topics(topics, language, library) if topics else written_in(language, library)
    reports = list(
        _with_progress(check(names, Order(language, region.lower(), Wanted(paper), clinic)), len(names), "checked")
    )
    if html:
        write_whole(html, as_html(reports).encode())
    if as_json:
        typer.echo(json.dumps([as_data(report) for report in reports], indent=2, ensure_ascii=False))
    else:
        _results().print(tables.of_reports(reports))
        for sentence in as_lines(reports):
            _answer(sentence)
    if not all(report.holds for report in reports):
        raise HandoutError("A rule that must hold is broken: see the lines marked “must”.", Exit.WRONG_FILE)


# --- approve -------------------------------------------------------------------------------


@app.command("approve")
def approve_topic(
    topic: Annotated[
        str, typer.Argument(metavar="TOPIC", help="Its name, or a unique beginning.", autocompletion=complete_topic)
    ],
    by: Annotated[str, typer.Option("--by", help="Who approves.", show_default=False)] = "",
    role: Annotated[str, typer.Option("--role", help="As what: GP, physiotherapist, …", show_default=False)] = "",
    until: Until = "",
    ticked: Ticked = None,
    show: Annotated[bool, typer.Option("--show", help="Only show what has changed since the last approval.")] = False,
    region: RegionCode = "",
    language: Language = "en",
    clinic: ClinicFile = None,
) -> None:
    """Write down that someone stands behind a leaflet, as it reads today, in one region and language."""
    (name,) = find_topics([topic], language, find_library(clinic))
    order = Order(language, region.lower(), clinic_file=clinic)
    if show:
        for line in changed(name, order) or ("Nothing has changed.",):
            colour = {"+": "green", "-": "red"}.get(line[0])
            _answer(line, style=colour)
        return
    by, role = by or _asked("Who approves?"), role or _asked("As what? Such as GP or physiotherapist")
    answers = _answers(ticked)
    given = approve(name, order, by, role, until, answers)
    sentence = f"{name} is approved for {given.region} by {given.by}, {given.role}, until {given.until}. Its footer says so from now on."
    _answer(sentence)
    if missing := [one for one in QUESTIONS if one not in answers]:
        _say(f"Not ticked: {', '.join(missing)}.")


def _answers(ticked: list[str] | None) -> tuple[str, ...]:
    """The questions answered with yes: those named, else those a person at a terminal does not say no to."""
    if ticked is not None:
        _refuse_unknown(ticked)
        return tuple(one for one in QUESTIONS if one in ticked or "all" in ticked)
    if not sys.stdin.isatty():
        return ()
    for one, question in QUESTIONS.items():
        _say(f"{one:9} {question}")
    no = _asked("Which do you answer with no, or cannot answer? Their ids with spaces between (none: Enter)", "")
    denied = no.replace(",", " ").split()
    _refuse_unknown(denied)
    if "facts" in denied:
        raise HandoutError("Then it is not approved. Have the statements put right first.", Exit.WRONG_FILE)
    return tuple(one for one in QUESTIONS if one not in denied)


def _refuse_unknown(ids: list[str]) -> None:
    if unknown := [one for one in ids if one not in (*QUESTIONS, "all")]:
        sentences = [f"There is no question “{one}”; {nearest(one, QUESTIONS)}" for one in unknown]
        raise HandoutError("\n".join(sentences), Exit.WRONG_COMMAND)


def _asked(question: str, otherwise: str | None = None) -> str:
    """What a person at a terminal answers; nothing where there is none."""
    if not sys.stdin.isatty():
        return ""
    try:
        return str(typer.prompt(question, default=otherwise, show_default=False, err=True))
    except typer.Abort:
        raise HandoutError("Stopped; nothing was written.", Exit.STOPPED) from None


# --- init, new, export ---------------------------------------------------------------------


@app.command("init")
def init_library(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", file_okay=False, help="Where your clinic's library is to be.")
    ],
    name: Annotated[str, typer.Option("--name", help="What your clinic is called.", show_default=False)] = "",
    region: RegionCode = "",
) -> None:
    """Begin your clinic's own library: its name and colours, its approvals, its own leaflets."""
    name = name or _asked("What is your clinic called?")
    file = begin_library(folder, name, region.lower())
    _answer(f"Made {file}. Fill it in, then run `handouts` inside {folder}.")


@app.command("new")
def new_topic(
    topic: Annotated[
        str, typer.Argument(metavar="TOPIC", help="Its name: small letters and hyphens, such as back-pain.")
    ],
    title: Annotated[str, typer.Option("--title", help="Its title. Default: from the name.", show_default=False)] = "",
    clinic: ClinicFile = None,
) -> None:
    """Begin a leaflet of your own: it can be made at once, and its blanks stand in [[ ]]."""
    file = begin_topic(topic, title, clinic)
    said = f"Made {os.path.relpath(file)}. Fill in what stands in [[ ]]; `handouts make {topic} --watch` shows it as you write, `handouts check {topic}` what is missing."
    _answer(said)


export = typer.Typer(help="Write leaflets under the names another program looks for.", no_args_is_help=True)
app.add_typer(export, name="export")


@export.command("openemr")
def export_openemr(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", file_okay=False, help="OpenEMR's is sites/default/documents/education.")
    ],
    region: RegionCode = "",
    paper: PaperSize = None,
    language: Language = "en",
    clinic: ClinicFile = None,
    approved_only: ApprovedOnly = False,
) -> None:
    """Write a PDF for each diagnosis code, named as OpenEMR's page of patient education looks for it."""
    order = Order(language, region.lower(), Wanted(paper), clinic, approved_only)
    written: list[Written] = []
    try:
        for one in for_openemr(order, folder):
            written.append(one)  # noqa: PERF402  # what was written is shown even if the rest is refused
    finally:
        if written:
            _results().print(tables.of_files(written))
