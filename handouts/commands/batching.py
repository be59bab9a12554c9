"""`handouts batch`: a list of people in, their leaflets out."""

import shlex
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path

from handouts import tables, workers
from handouts.batch import Printed, Progress, head_of, make_batch
from handouts.batches import folder_to_go_on_with, next_folder, stopped
from handouts.commands.talk import QUIET, answer, as_bar, give_json, results, say, warn_of_cache
from handouts.errors import Exit, HandoutError
from handouts.files import write_whole
from handouts.formats import Wanted
from handouts.make import DEFAULT_REGION, Order
from handouts.model import Ink, Paper
from handouts.notices import is_chosen, need_region
from handouts.options import (
    Alone,
    ApprovedOnly,
    AsJson,
    BatchOut,
    CheckOnly,
    ClinicFile,
    Cluster,
    Example,
    InkUse,
    Language,
    NoCache,
    OneSided,
    PaperSize,
    People,
    Processes,
    Queue,
    RegionCode,
    Resume,
    Separators,
    TextSize,
    UsualSets,
    UsualTopics,
)
from handouts.printer import check_queue, print_file
from handouts.recipients import Judged, example
from handouts.shelf import find_library, find_topics, topics_of_sets
from handouts.store import NONE, usual_store
from handouts.waiting_list import Batch, BatchOrder, judge, known_to, read_batch, refuse_faults

#: Of the faults of a list, so many are shown; --json shows all.
MOST_FAULTS = 20
#: What a sheet is called in the window in which one prints.
PAPER = {Paper.A4: "A4", Paper.LETTER: "Letter", Paper.A5: "A5"}


def batch(
    people: People = None,
    topic: UsualTopics = None,
    sets: UsualSets = None,
    out: BatchOut = None,
    separate: Alone = False,
    separators: Separators = False,
    one_sided: OneSided = False,
    region: RegionCode = "",
    paper: PaperSize = None,
    text_size: TextSize = None,
    ink: InkUse = Ink.FULL,
    language: Language = "en",
    clinic: ClinicFile = None,
    approved_only: ApprovedOnly = False,
    check: CheckOnly = False,
    as_json: AsJson = False,
    write_example: Example = False,
    resume: Resume = False,
    queue: Queue = "",
    processes: Processes = None,
    cluster: Cluster = "",
    no_cache: NoCache = False,
) -> None:
    """Make personal leaflets for a list of people: one print file in the order of the list, and a record."""
    usual = (*topics_of_sets(sets or (), clinic), *find_topics(topic or (), language, find_library(clinic)))
    order = Order(language, region.lower(), Wanted(paper, text_size, ink), clinic, approved_only)
    ordered = BatchOrder(order, tuple(dict.fromkeys(usual)), not one_sided, separate, separators, resume)
    if write_example:
        _write_example(people or Path("people.csv"), ordered)
        return
    if people is None:
        raise HandoutError(
            "Name a list, such as people.csv. `handouts batch --example` writes one to begin with.", Exit.WRONG_COMMAND
        )
    need_region(order, "this list")
    if check:
        _check(judge(people, ordered), as_json=as_json)
        return
    if queue:
        check_queue(queue)
    warn_of_cache(no_cache=no_cache)
    kept = NONE if no_cache else usual_store()
    those = workers.cluster(cluster) if cluster else workers.here(processes)
    with ExitStack() as at_the_end:
        at_the_end.callback(those.stop)
        if kept.is_empty:
            those.get_ready()
        ready = read_batch(people, ordered, 0 if as_json else MOST_FAULTS)
        if not as_json:
            _tell(ready.judged)
        folder = out or _folder(ready)
        done = _followed(make_batch(ready, folder, those, kept), str(folder))
    _report(done, ordered, _notices(ready.judged), is_printed=bool(queue), as_json=as_json)
    if queue:
        for printed in done.files:
            job = print_file(
                printed.file,
                queue,
                paper=printed.form.paper,
                sides=ordered.sides,
                title=f"handouts {printed.file.name}",
            )
            tell = say if as_json else answer
            tell(f"{printed.file.name} was sent to {job.queue}{f' as {job.id}' if job.id else ''}.")


def _folder(ready: Batch) -> Path:
    """Where a batch goes whose folder was not named."""
    if ready.ordered.resume:
        return folder_to_go_on_with(head_of(ready))
    if left := stopped():
        say(f"{left[-1]} holds a batch that was stopped: the command that made it, with --resume, goes on with it.")
    return next_folder(str(head_of(ready)["made"]))


def _write_example(file: Path, ordered: BatchOrder) -> None:
    if file.exists():
        raise HandoutError(f"{file} is there already; name another file.", Exit.WRONG_COMMAND)
    write_whole(file, example(known_to(ordered)[1]))
    region = ordered.order.region or ("" if is_chosen(ordered.order) else DEFAULT_REGION)
    words = shlex.join([str(file), *(["--region", region] if region else []), "--check"])
    answer(f"Made {file}. Put your people in, then run `handouts batch {words}`.")
    say(
        "Such a list holds patients' details: keep it where only your staff can read it, and delete it when the leaflets are printed."
    )


def _check(judged: Judged, *, as_json: bool) -> None:
    """Say what is wrong with a list."""
    if as_json:
        faults = [
            {"row": fault.row, "column": fault.column, "what": fault.what, "instead": fault.instead}
            for fault in judged.faults
        ]
        said = {"people": judged.people, "blank": judged.blank, "faults": faults, "notices": _notices(judged)}
        give_json(said)
        if faults:
            raise HandoutError(f"{len(faults)} faults.", Exit.WRONG_PEOPLE)
    refuse_faults(judged, MOST_FAULTS)
    if not as_json:
        _tell(judged)
        answer(f"{judged.people} people, nothing wrong.")


def _notices(judged: Judged) -> list[dict[str, object]]:
    return [{"row": notice.row, "column": notice.column, "what": notice.what} for notice in judged.notices]


def _tell(judged: Judged) -> None:
    """Say what was read in a way that somebody should look at."""
    for notice in judged.notices[:MOST_FAULTS]:
        say(f"{notice}.".replace("..", "."))
    if (more := len(judged.notices) - MOST_FAULTS) > 0:
        say(f"… and {more} more; --check --json shows all.")


def _followed(made: Generator[Progress, None, None], folder: str) -> Progress:
    """Show how far it is: a bar on a terminal, else a line now and then. Returns the last."""
    done = Progress(0, 0)
    said = time.monotonic()
    is_watched = sys.stderr.isatty()
    try:
        with closing(made), as_bar() as show:
            for done in made:
                show(done.rows, done.of)
                if not is_watched and time.monotonic() - said > QUIET:
                    said = time.monotonic()
                    say(f"{done.rows} of {done.of} rows done.")
    except KeyboardInterrupt:
        raise HandoutError(
            f"Stopped after {done.rows} of {done.of} rows. What has its final name in {folder} is whole; the same command with --resume goes on from there.",
            Exit.STOPPED,
        ) from None
    return done


def _report(
    done: Progress, ordered: BatchOrder, notices: list[dict[str, object]], *, is_printed: bool, as_json: bool
) -> None:
    """Say what was made, how it is printed, and what is to be thought of afterwards."""
    if as_json:
        said = {
            "rows": done.rows,
            "stamped": done.stamped,
            "laid_out": done.laid_out,
            "made_before": done.before,
            "files": [str(one.file) for one in done.files],
            "manifest": str(done.manifest),
            "notices": notices,
        }
        give_json(said)
        return
    if done.before and not done.stamped + done.laid_out:
        answer("This batch was finished before, and all its files are there: nothing left to do.")
    results().print(tables.of_print_files(done.files))
    leaflets = sum(one.copies for one in done.files)
    answer(f"{_counted(done.rows, 'row')}, {_counted(leaflets, 'leaflet')}. The record is {done.manifest}.")
    for topic, copies in done.too_long:
        say(f"{topic} has more pages than it is meant to have in {copies} of its copies: shorter notes would mend it.")
    for topic, copies in done.parted:
        say(
            f"Urgent help begins on page 1 and goes on on the next one in {copies} of the copies of {topic}. Smaller text or larger paper keeps it together."
        )
    if not is_printed:
        answer(_how_to_print(done.files, two_sided=ordered.two_sided))
    if not ordered.separate:
        say("For people who listen to a screen reader: --separate makes each copy as a file of its own, too.")
    if done.manifest:
        say(
            f"Patients' names stand in these files. Keep {done.manifest.parent} where only your staff can read it, and delete the PDFs when they are printed."
        )


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _how_to_print(files: Sequence[Printed], *, two_sided: bool) -> str:
    """What to choose in the window in which a print file is printed."""
    sides = "on both sides, flipped on the long edge" if two_sided else "on one side"
    how = f"{sides}, in actual size (100 %, not “fit to page”)"
    each = [f"{one.file.name} on {PAPER[one.form.paper]}" for one in files]
    if len(each) == 1:
        return f"To print: open {files[0].file.name}, and print it on {PAPER[files[0].form.paper]}, {how}."
    return f"To print: open the files one after another, and print them {how}: {', then '.join(each)}."
