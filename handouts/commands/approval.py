"""`handouts approve`: who stands behind a leaflet."""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from handouts.approvals import name_faults
from handouts.approving import Draft, begin, changed
from handouts.commands.talk import answer, asked, chosen, opens, say
from handouts.errors import Exit, HandoutError, nearest
from handouts.judgement import QUESTIONS
from handouts.make import Order
from handouts.model import Approval
from handouts.options import ClinicFile, Language, RegionCode, Ticked, Until, complete_topic
from handouts.shelf import find_library, find_topics

#: The question without whose yes there is no approval.
FACTS = "facts"
ANSWERS = {"y": True, "yes": True, "n": False, "no": False, "s": None, "skip": None, "?": None}
STOPPED = "Stopped; nothing was written."
NOT_SURE = "It is not approved: nobody can stand behind a leaflet unless every statement in it is right."
UNASKED = (
    "There is no terminal to ask at, so say all of it: --by “A. Example” --role “Physiotherapist”, and --ticked with each "
    "question that is answered with yes, or --ticked all. The questions and their ids stand in `handouts check TOPIC --html FILE`."
)


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
            answer(line, style=colour)
        return
    if ticked is not None:
        _refuse_unready(ticked)
    is_asked = sys.stdin.isatty() and not (by and role and ticked)
    if not is_asked and not (by and role and ticked):
        raise HandoutError(UNASKED, Exit.WRONG_COMMAND)
    if faults := name_faults(by or "A", role or "B"):
        raise HandoutError("\n".join(faults), Exit.WRONG_COMMAND)
    try:
        draft = begin(name, order, until)
        given = _asked_for(draft, by, role, ticked) if is_asked else draft.signed(by, role, _yes(ticked or ()))
    except KeyboardInterrupt:
        raise HandoutError(STOPPED, Exit.STOPPED) from None
    draft.write_down(given)
    answer(
        f"{name} is approved for {given.region} by {given.by}, {given.role}, until {given.until}. Its footer says so from now on."
    )
    if not is_asked and (no := _without_yes(given)):
        say("\n".join(("Not ticked:", *no)))


def _asked_for(draft: Draft, by: str, role: str, ticked: list[str] | None) -> Approval:
    """Show the leaflet, ask what the command did not say, and ask once more before anything is written."""
    with TemporaryDirectory(prefix="handouts-", ignore_cleanup_errors=True) as folder:
        file = Path(folder) / f"{draft.topic.name}-{draft.house.region.code}.pdf"
        file.write_bytes(draft.pdf())
        if opens(file):
            say(f"Read the leaflet first. It opens now; if it does not, open {file}")
        else:
            say(f"Read the leaflet first: open {file}")
        by, role = _who(by, role)
        given = draft.signed(by, role, _yes(ticked) if ticked else _answers())
        no = _without_yes(given)
        say(
            f"\nThis will be written down: {draft.topic.name} (“{draft.topic.title}”, version {given.version}), as it reads now, "
            f"is approved for {given.region} by {given.by}, {given.role}, until {given.until}; "
            f"{len(given.ticked)} of {len(QUESTIONS)} questions answered with yes{', but not:' if no else '.'}"
        )
        if no:
            say("\n".join(no))
        if not chosen("Write it? [y/n]", {"y": True, "yes": True, "n": False, "no": False}, "Type y or n."):
            raise HandoutError(STOPPED, Exit.STOPPED)
    return given


def _who(by: str, role: str) -> tuple[str, str]:
    """Who approves, and as what: asked until it fits the footer."""
    while True:
        who = by or asked("Who approves?"), role or asked("As what? Such as GP or physiotherapist")
        if not (faults := name_faults(*who)):
            return who
        say("\n".join(faults))


def _answers() -> tuple[str, ...]:
    """The questions that a person answers with yes, one by one."""
    say(f"\nNow {len(QUESTIONS)} questions. y: yes, n: no, s: skip what you cannot answer.")
    yes = []
    for number, (one, question) in enumerate(QUESTIONS.items(), 1):
        is_so = chosen(
            f"{number:2}. {question} [y/n/s]", ANSWERS, "Type y, n or s; Ctrl-C ends it, and nothing is written."
        )
        if one == FACTS and not is_so:
            raise HandoutError(NOT_SURE, Exit.WRONG_FILE)
        yes += [one] if is_so else []
    return tuple(yes)


def _yes(ticked: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in QUESTIONS if one in ticked or "all" in ticked)


def _without_yes(given: Approval) -> list[str]:
    return [f"- {question} ({one})" for one, question in QUESTIONS.items() if one not in given.ticked]


def _refuse_unready(ticked: list[str]) -> None:
    """Ids that are none, or the want of the one without which nobody can approve."""
    if unknown := [one for one in ticked if one not in (*QUESTIONS, "all")]:
        sentences = [f"There is no question “{one}”; {nearest(one, QUESTIONS, 'leave it out')}" for one in unknown]
        raise HandoutError("\n".join(sentences), Exit.WRONG_COMMAND)
    if FACTS not in _yes(ticked):
        raise HandoutError(f"{NOT_SURE} Its question is “{QUESTIONS[FACTS]}” (--ticked {FACTS}).", Exit.WRONG_COMMAND)
