"""`handouts print`: leaflets straight to a printer, for the patient at the desk."""

from functools import partial
from typing import Annotated

import typer

from handouts.commands.making import HOW_TO_FOLD, counted, mention, tell_length
from handouts.commands.talk import answer, say, warn_of_cache
from handouts.errors import Exit, HandoutError
from handouts.formats import Wanted
from handouts.make import Order
from handouts.model import Ink, Sides
from handouts.notices import need_region
from handouts.options import (
    ApprovedOnly,
    ClinicFile,
    FoldHow,
    InkUse,
    Language,
    NoCache,
    OneSided,
    PaperSize,
    RegionCode,
    Sets,
    TextSize,
    Topics,
)
from handouts.printing import print_leaflets
from handouts.shelf import find_library, find_topics, topics_of_sets

QUEUE_HELP = "The print queue; `lpstat -e` names those there are. Default: the default printer of this computer."


def print_topics(
    topics: Topics = None,
    sets: Sets = None,
    queue: Annotated[
        str, typer.Option("--queue", "-q", envvar="HANDOUTS_QUEUE", help=QUEUE_HELP, show_default=False)
    ] = "",
    copies: Annotated[int, typer.Option("--copies", "-n", min=1, max=99, help="How many of each.")] = 1,
    one_sided: OneSided = False,
    region: RegionCode = "",
    paper: PaperSize = None,
    text_size: TextSize = None,
    ink: InkUse = Ink.FULL,
    fold: FoldHow = None,
    language: Language = "en",
    clinic: ClinicFile = None,
    approved_only: ApprovedOnly = False,
    no_cache: NoCache = False,
) -> None:
    """Print leaflets now: both sides, in their actual size. No file is kept."""
    library = find_library(clinic)
    names = find_topics([*(topics or ()), *topics_of_sets(sets or (), clinic)], language, library)
    if not names:
        raise HandoutError("Name a topic or a set. `handouts list` shows what there is.", Exit.WRONG_COMMAND)
    order = Order(
        language, region.lower(), Wanted(paper, text_size, ink, fold), clinic, approved_only, cached=not no_cache
    )
    warn_of_cache(no_cache=no_cache)
    need_region(order, "what is printed")  # the patient holds it before anybody has looked at it
    sides = Sides.ONE if one_sided else None
    tell = partial(tell_length, sides=sides, copies=copies)
    for sent in print_leaflets(names, order, queue, copies=copies, sides=sides, tell=tell):
        mention([sent.made])
        pages = counted(sent.made.pages, "page") + (f", {copies} of it" if copies > 1 else "")
        printer = sent.job.queue if queue else f"{sent.job.queue}, the default printer,"
        answer(f"{sent.made.topic} ({pages}) was sent to {printer}{f' as {sent.job.id}' if sent.job.id else ''}.")
    if fold:
        say(HOW_TO_FOLD[fold])
