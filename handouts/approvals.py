"""Who stands behind which leaflet: a clinic's `approvals.yaml` in, whether a leaflet stands approved out.

An approval belongs to what the reader is told (its words and drawings, their order, the region's words, the language),
not to how it looks. What was approved is kept as plain text in the folder `approved/`, so that a change can be shown.
"""

import difflib
import os
import re
import textwrap
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import yaml

from handouts.assets import Library
from handouts.errors import Exit, HandoutError, Problem, refuse
from handouts.fields import Fields
from handouts.files import check_folder, read_text, shown, write_whole
from handouts.model import Approval, Region, Standing, Topic
from handouts.signs import fault_in
from handouts.told import fingerprint, transcript
from handouts.wording import fill

#: Longer, and nobody remembers why it says what it says.
LONGEST_YEARS = 3
#: The footer has one line for the name and the role together.
LONGEST_NAME = 60
MAX_APPROVALS = 5_000
HEAD = """\
# Who stands behind which leaflet. `handouts approve` adds to this file; the last entry of a leaflet counts.
approvals:
"""


def told_by(topic: Topic, region: Region) -> str:
    """All that a reader of a region is told, as plain text."""
    return transcript(fill(topic, region.words), region.code)


def read_approvals(library: Library) -> tuple[Approval, ...]:
    """All approvals of a clinic, the oldest first; none if it has given none."""
    file = library.own / "approvals.yaml" if library.own else None
    if file is None or not os.path.lexists(file):
        return ()
    problems: list[Problem] = []
    approvals = _approvals_in(read_text(file, problems), shown(file), problems)
    refuse(problems)
    return approvals


def _approvals_in(text: str, where: str, problems: list[Problem]) -> tuple[Approval, ...]:
    fields = Fields.read(text, where, 1, problems)
    entries = fields.mappings("approvals", "an approval", needed=False, max_entries=MAX_APPROVALS)
    approvals = tuple(map(_approval, entries))
    fields.done()
    return approvals


def _approval(entry: Fields) -> Approval:
    approval = Approval(
        topic=entry.value("topic", example="sleep-hygiene"),
        language=entry.value("language", example="en"),
        region=entry.value("region", example="us"),
        version=entry.number("version", 1, 999),
        told=entry.value("told", example="…"),
        by=entry.text("by"),
        role=entry.text("role"),
        on=entry.day("on", "2026-11-21"),
        until=entry.day("until", "2028-11-21"),
        ticked=entry.texts("ticked", needed=False),
    )
    entry.done()
    return approval


def standing(topic: Topic, region: Region, approvals: Sequence[Approval], today: date) -> Standing:
    """Whether a leaflet stands approved on a day, and if not, why not."""
    overdue = today > topic.review_by
    of_topic = [one for one in approvals if one.topic == topic.name]
    same = [one for one in of_topic if (one.language, one.region) == (topic.language, region.code)]
    if not same:
        places = sorted({f"region {one.region} ({one.language})" for one in of_topic})
        why = f"approved only for {', '.join(places)}" if places else "not approved"
        return Standing(None, why, overdue)
    last = same[-1]
    if last.told != fingerprint(told_by(topic, region)):
        why = f"what it says has changed since {last.by} approved it on {last.on}"
        return Standing(None, why, overdue)
    if today > last.until:
        return Standing(None, f"the approval by {last.by} ran out on {last.until}", overdue)
    return Standing(last, f"approved by {last.by} until {last.until}", overdue=False)


def need_own(library: Library) -> Path:
    """The folder of the clinic's library; a HandoutError says how to make one where there is none."""
    if library.own is None:
        raise HandoutError(
            "This needs a clinic's library, and there is no clinic file here. `handouts init FOLDER` makes "
            "one; run this inside it, or name its clinic file with --clinic.",
            Exit.WRONG_FILE,
        )
    return library.own


def write_down(topic: Topic, region: Region, library: Library, approval: Approval) -> None:
    """Keep an approval: what was approved first, then who did, each whole or not at all."""
    own = need_own(library)
    file = own / "approvals.yaml"
    given = read_approvals(library)  # a broken file is not added to
    text = _with_entry(read_text(file, []) if file.exists() else HEAD, approval)
    unread: list[Problem] = []
    if _approvals_in(text, shown(file), unread) != (*given, approval) or unread:
        raise HandoutError(
            f"{shown(file)} is written in a way that an approval cannot be added to; nothing was changed. Write "
            "“approvals:” on a line of its own, and the approvals below it, each beginning with “- topic:”.",
            Exit.WRONG_FILE,
        )
    check_folder(own / "approved")
    write_whole(_told_file(own, approval), told_by(topic, region).encode())
    write_whole(file, text.encode())


def _with_entry(before: str, approval: Approval) -> str:
    """The text of a file of approvals, as a person may have written it, with one more at its end."""
    entry = {
        "topic": approval.topic,
        "language": approval.language,
        "region": approval.region,
        "version": approval.version,
        "told": approval.told,
        "by": approval.by,
        "role": approval.role,
        "on": approval.on,
        "until": approval.until,
        "ticked": list(approval.ticked),
    }
    added = yaml.safe_dump([entry], sort_keys=False, allow_unicode=True, default_flow_style=None, width=1000)
    indent = re.search(r"^( *)- ", before, re.MULTILINE)
    after = re.sub(r"(approvals[\"']?[ ]*:)[ ]*\[[ ]*\]", r"\1", before, count=1).rstrip()
    return f"{after}\n{textwrap.indent(added, indent[1] if indent else '')}"


def new_approval(
    topic: Topic, region: Region, by: str, role: str, until: date | None, ticked: Sequence[str], today: date
) -> Approval:
    """An approval of what a topic says today; a name, a role or a date that cannot be is refused in a sentence."""
    last, faults = last_day(topic, until, today)
    if faults := [*name_faults(by, role), *faults]:
        raise HandoutError("\n".join(faults), Exit.WRONG_COMMAND)
    by, role, told = " ".join(by.split()), " ".join(role.split()), fingerprint(told_by(topic, region))
    return Approval(topic.name, topic.language, region.code, topic.version, told, by, role, today, last, tuple(ticked))


def name_faults(by: str, role: str) -> list[str]:
    """Why someone cannot be named in the footer so."""
    by, role = " ".join(by.split()), " ".join(role.split())
    faults = []
    if not by or not role:
        faults.append("Say who approves, and as what: --by “A. Example” --role “Physiotherapist”.")
    if len(f"{by}, {role}") > LONGEST_NAME or not f"{by}{role}".isprintable():
        faults.append(f"The name and the role have one line in the footer, {LONGEST_NAME} signs; shorten them.")
    elif fault := fault_in(f"{by}{role}"):
        faults.append(f"The name and the role stand in the footer, and {fault[0]}; {fault[1]}.")
    return faults


def last_day(topic: Topic, until: date | None, today: date) -> tuple[date, list[str]]:
    """The day an approval given today ends, and why it cannot be."""
    latest = years_later(today, LONGEST_YEARS)
    last = until or min(topic.review_by, latest)
    if last <= today:
        said = "--until" if until else "The leaflet's own review date"
        fault = f"{said} ({last}) has passed; give a day to come with --until, three years from today at most."
    elif last > latest:
        fault = f"--until ({last}) is more than three years from today; the latest is {latest}."
    else:
        return last, []
    return last, [fault]


def years_later(day: date, years: int) -> date:
    """The same day some years on; 28 February if there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _told_file(own: Path, approval: Approval) -> Path:
    """What was approved, under a name that changes with it, so that none is overwritten."""
    name = f"{approval.topic}-{approval.language}-{approval.region}-{approval.told[:12]}.txt"
    return own / "approved" / name


def changes(topic: Topic, region: Region, library: Library) -> tuple[str, ...]:
    """What a reader is told now and was not told at the last approval, and the other way round, line by line.

    Lines begin with +, -, a space (for what stands around them) or @@ (where some were left out).
    """
    before = _last_told(topic, region, library)
    lines = difflib.unified_diff(before.splitlines(), told_by(topic, region).splitlines(), n=1, lineterm="")
    return tuple(lines)[2:]


def _last_told(topic: Topic, region: Region, library: Library) -> str:
    """The transcript of the last approval."""
    key = (topic.name, topic.language, region.code)
    given = [one for one in read_approvals(library) if (one.topic, one.language, one.region) == key]
    if not given:
        raise HandoutError(
            f"{topic.name} has not been approved for {region.code} in “{topic.language}” here, so nothing can have changed.",
            Exit.WRONG_COMMAND,
        )
    problems: list[Problem] = []
    before = read_text(_told_file(need_own(library), given[-1]), problems)
    refuse(problems)
    return before
