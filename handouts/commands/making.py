"""`handouts make`: leaflets on demand, one or many, alone or as a pack."""

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from handouts import tables
from handouts.assets import Library
from handouts.commands.choosing import choose
from handouts.commands.talk import answer, opens, results, say, warn_of_cache, with_progress
from handouts.errors import Exit, HandoutError
from handouts.formats import Wanted
from handouts.make import (
    Length,
    Made,
    Order,
    house_of,
    look_again,
    make,
    make_pack,
    sheets,
    watched,
    write_contact_sheet,
)
from handouts.model import USUAL_DPI, Fold, Ink, Paper, Printer, Sides, Urgent
from handouts.notices import notice
from handouts.options import (
    ApprovedOnly,
    ClinicFile,
    Codes,
    ContactSheet,
    Dpi,
    Everything,
    FoldHow,
    InkUse,
    Language,
    Marks,
    NoCache,
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
    Topics,
    Watch,
    WebToo,
)
from handouts.shelf import find_library, find_topics, readable_shelf, topics_for_codes, topics_of_sets, written_in
from handouts.watch import saves

if TYPE_CHECKING:
    from handouts.preflight import Preflight


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
    no_cache: NoCache = False,
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
    wanted = Wanted(paper, text_size, ink, fold, printer, marks)
    order = Order(language, region.lower(), wanted, clinic, approved_only, dpi if png else None, web, not no_cache)
    if found := notice(order):
        say(found.sentence, is_urgent=found.is_urgent)
    named = _chosen(topics or [], everything, order, library) if topics or everything or not grouped else []
    names = find_topics([*named, *grouped], language, library)
    if pack:
        _pack(names, order, pack, open_it)
        if not separate:
            return
    warn_of_cache(no_cache=no_cache)
    if watch:
        _watch(names, order, out, library, open_it)
        return
    made: list[Made] = []
    try:
        for one in with_progress(make(names, order, out, tell_length), len(names)):
            made.append(one)  # noqa: PERF402  # what was made is shown even if the rest is refused
    except KeyboardInterrupt:
        raise HandoutError("Stopped. What was written is whole; the rest was not begun.", Exit.STOPPED) from None
    finally:
        if made:
            _show(made)
    _finish(made, order, sheet)
    if open_it:
        _open([one.file for one in made])


def _show(made: Sequence[Made]) -> None:
    """Show what was made, every file of it, and what should be known of it."""
    results().print(tables.of_leaflets(made))
    for one in made:
        for line in (os.path.relpath(one.file), *tables.files_beside(one)):
            answer(line)
    mention(made)


def _finish(made: Sequence[Made], order: Order, sheet: Path | None) -> None:
    """What is to be said, shown or refused when all leaflets are there."""
    if order.wanted.fold and not any(one.preflight for one in made):
        say(HOW_TO_FOLD[order.wanted.fold])
    if sheet:
        answer(os.path.relpath(write_contact_sheet(made, order, sheet)))
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
    packed, overdue = make_pack(names, order, file, tell_length)
    results().print(tables.of_files([packed]))
    for line in tables.files_beside(packed):
        answer(line)
    for topic in overdue:
        say(_overdue(topic))
    _mention_urgent(packed.urgent)
    if order.wanted.fold:
        say(HOW_TO_FOLD[order.wanted.fold])
    _show_preflight(packed.file, packed.preflight)
    _refuse_unready([(packed.file, packed.preflight)])
    if open_it:
        _open([packed.file])


def _watch(names: Sequence[str], order: Order, out: Path, library: Library, open_it: bool) -> None:
    """Make the leaflets anew at each save, until Ctrl-C. A broken file leaves the last good PDF as it is."""
    say("Watching; Ctrl-C stops.")
    try:
        for _ in saves(watched(library)):
            look_again()
            try:
                made = list(make(names, order, out))
            except HandoutError as error:
                say(f"{error}\nNot made anew; the last good PDF is still there.")
                continue
            for one in made:
                answer(f"{os.path.relpath(one.file)}: {counted(one.pages, 'page')}")
            mention(made)
            if open_it:
                _open([one.file for one in made])
                open_it = False
    except KeyboardInterrupt:
        say("Stopped watching.")


def tell_length(length: Length, sides: Sides | None = None, copies: int = 1) -> None:
    """Say how much paper something takes that has not the usual size, before it is made or printed."""
    both = sides is not Sides.ONE
    used = sheets(length.pages) if both else length.pages
    size = "On A5" if length.form.paper is Paper.A5 else f"In {length.form.text_size} points"
    said = f"{size}, {length.what} has {counted(length.pages, 'page')}: {counted(used, 'sheet')}, "
    said += "both sides" if both else "one side"
    if copies > 1:
        said += f", {used * copies} for {copies} copies"
    if length.usual:
        usual = sheets(length.usual) if both else length.usual
        said += f" (usual size: up to {counted(length.usual, 'page')}, {counted(usual, 'sheet')})"
    say(f"{said}.")


def counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def mention(made: Sequence[Made]) -> None:
    """What whoever made leaflets should know before handing them out."""
    for one in made:
        if one.budget and one.pages > one.budget:
            say(_too_long(one))
        if one.standing.overdue:
            say(_overdue(one.topic))
        _show_preflight(one.file, one.preflight)
    _mention_urgent([(one.topic, one.urgent) for one in made])


#: What is said of leaflets whose urgent-help box is not whole on page 1.
NOT_WHOLE = {
    Urgent.PART: "Urgent help begins on page 1 and goes on on the next one in {}. Smaller text or larger paper keeps it together.",
    Urgent.NONE: "Urgent help does not begin on page 1 of {}. Shorten what stands before it, or choose smaller text or larger paper.",
}


def _mention_urgent(urgent: Sequence[tuple[str, Urgent]]) -> None:
    """Say of which leaflets a reader in danger has to turn the page."""
    for how_much, sentence in NOT_WHOLE.items():
        if topics := [topic for topic, there in urgent if there is how_much]:
            say(sentence.format(", ".join(topics)))


#: How a sheet that is to be folded is printed.
HOW_TO_FOLD = {
    Fold.BOOKLET: "Print it on both sides, turned over the short edge, in its actual size. Fold it, and staple it in the fold.",
    Fold.TRI_FOLD: "Print it on both sides, turned over the short edge, in its actual size. Fold the panel on the left of page 1 in first.",
}


def _refuse_unready(reports: Iterable["tuple[Path, Preflight | None]"]) -> None:
    """A file that a print shop would send back is there to look at, and not to be sent."""
    if unready := [file.name for file, report in reports if report and not report.passes]:
        raise HandoutError(f"Do not send {', '.join(unready)}: see what failed above.", Exit.WRONG_FILE)


def _show_preflight(file: Path, report: "Preflight | None") -> None:
    """Say what was checked for the print shop; one that fails is not to be sent."""
    if report:
        say("\n".join((f"{file.name}, for a print shop:", *report.as_lines())))


def _overdue(topic: str) -> str:
    return f"{topic} is past its review date: have a clinician read it again before you hand it out."


def _open(files: Sequence[Path]) -> None:
    for file in files:
        if not opens(file):
            say(f"{file} could not be opened from here; open it yourself.")


def _too_long(made: Made) -> str:
    """What can be done when a leaflet needs another sheet."""
    cure = ", or the clinic's address or hours; or write “print_sources: no” in its file" if made.clinic else ""
    return f"{made.topic} has {made.pages} pages; it was meant to have {made.budget}. Shorten its text{cure}."


def _chosen(topics: list[str], everything: bool, order: Order, library: Library) -> Sequence[str]:
    """The topics of the command, all of them, or those a person picks from the list."""
    if everything and topics:
        raise HandoutError("Name topics or write --all, not both.", Exit.WRONG_COMMAND)
    if topics:
        return topics
    names = written_in(order.language, library)
    if everything:
        return names
    if not sys.stdin.isatty():
        raise HandoutError("Name a topic, or write --all. `handouts list` shows what there is.", Exit.WRONG_COMMAND)
    known, faults = readable_shelf(library)
    if faults:
        say(str(faults))
    return choose([topic for topic in known if topic.language == order.language], house_of(order).region.words)
