"""`handouts approve`: who stands behind a leaflet."""

import sys
from typing import Annotated

import typer

from handouts.approving import approve, changed
from handouts.commands.talk import answer, asked, say
from handouts.errors import Exit, HandoutError, nearest
from handouts.judgement import QUESTIONS
from handouts.make import Order
from handouts.options import ClinicFile, Language, RegionCode, Ticked, Until, complete_topic
from handouts.shelf import find_library, find_topics


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
    by, role = by or asked("Who approves?"), role or asked("As what? Such as GP or physiotherapist")
    answers = _answers(ticked)
    given = approve(name, order, by, role, until, answers)
    sentence = f"{name} is approved for {given.region} by {given.by}, {given.role}, until {given.until}. Its footer says so from now on."
    answer(sentence)
    if missing := [one for one in QUESTIONS if one not in answers]:
        say(f"Not ticked: {', '.join(missing)}.")


def _answers(ticked: list[str] | None) -> tuple[str, ...]:
    """The questions answered with yes: those named, else those a person at a terminal does not say no to."""
    if ticked is not None:
        _refuse_unknown(ticked)
        return tuple(one for one in QUESTIONS if one in ticked or "all" in ticked)
    if not sys.stdin.isatty():
        return ()
    for one, question in QUESTIONS.items():
        say(f"{one:9} {question}")
    no = asked("Which do you answer with no, or cannot answer? Their ids with spaces between (none: Enter)", "")
    denied = no.replace(",", " ").split()
    _refuse_unknown(denied)
    if "facts" in denied:
        raise HandoutError("Then it is not approved. Have the statements put right first.", Exit.WRONG_FILE)
    return tuple(one for one in QUESTIONS if one not in denied)


def _refuse_unknown(ids: list[str]) -> None:
    if unknown := [one for one in ids if one not in (*QUESTIONS, "all")]:
        sentences = [f"There is no question “{one}”; {nearest(one, QUESTIONS, 'leave it out')}" for one in unknown]
        raise HandoutError("\n".join(sentences), Exit.WRONG_COMMAND)
