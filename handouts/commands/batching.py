"""`handouts batch`: a list of people in, their leaflets out."""

import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, closing
from pathlib import Path

from handouts import tables, workers
from handouts.batch import Progress, make_batch
from handouts.commands.talk import QUIET, answer, as_bar, give_json, results, say, warn_of_cache
from handouts.errors import Exit, HandoutError
from handouts.files import write_whole
from handouts.formats import Wanted
from handouts.make import Order
from handouts.model import Ink
from handouts.notices import need_region
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
from handouts.waiting_list import BatchOrder, judge, known_to, read_batch, refuse_faults

#: Of the faults of a list, so many are shown; --json shows all.
MOST_FAULTS = 20


def batch(
    people: People = None,
    topic: UsualTopics = None,
    sets: UsualSets = None,
    out: BatchOut = Path("out/batch"),
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
        done = _followed(make_batch(ready, out, those, kept), str(out))
    _report(done, as_json=as_json)
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


def _write_example(file: Path, ordered: BatchOrder) -> None:
    if file.exists():
        raise HandoutError(f"{file} is there already; name another file.", Exit.WRONG_COMMAND)
    write_whole(file, example(known_to(ordered)[1]))
    answer(f"Made {file}. Put your people in, then run `handouts batch {file} --check`.")


def _check(judged: Judged, *, as_json: bool) -> None:
    """Say what is wrong with a list."""
    if as_json:
        faults = [
            {"row": fault.row, "column": fault.column, "what": fault.what, "instead": fault.instead}
            for fault in judged.faults
        ]
        give_json({"people": judged.people, "blank": judged.blank, "faults": faults})
        if faults:
            raise HandoutError(f"{len(faults)} faults.", Exit.WRONG_PEOPLE)
    refuse_faults(judged, MOST_FAULTS)
    if not as_json:
        answer(f"{judged.people} people, nothing wrong.")


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


def _report(done: Progress, *, as_json: bool) -> None:
    """Say what was made, and how."""
    if as_json:
        said = {
            "rows": done.rows,
            "stamped": done.stamped,
            "laid_out": done.laid_out,
            "made_before": done.before,
            "files": [str(one.file) for one in done.files],
            "manifest": str(done.manifest),
        }
        give_json(said)
        return
    results().print(tables.of_print_files(done.files))
    counts = [f"{done.stamped} stamped on leaflets laid out once", f"{done.laid_out} laid out on their own"]
    counts += [f"{done.before} made before"] if done.before else []
    answer(f"{done.rows} rows: {', '.join(counts)}. The record is {done.manifest}.")
    for topic, copies in done.too_long:
        say(f"{topic} has more pages than it is meant to have in {copies} of its copies: shorter notes would mend it.")
    say("The print files are for paper: they are not tagged for screen readers. --separate makes copies that are.")
