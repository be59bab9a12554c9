"""The story of an approval: check the leaflet, write down who stands behind it; or show what has changed since."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from handouts import approvals, make, reading
from handouts.assets import Library
from handouts.check import check
from handouts.errors import Exit, HandoutError, Problem, refuse
from handouts.make import Order
from handouts.model import Approval, Region, Topic


def approve(name: str, order: Order, by: str, role: str, until: str, ticked: Sequence[str]) -> Approval:
    """Approve a topic for the region of the order or the clinic; one that breaks a rule that must hold is refused."""
    topic, region, library = _read(name, order)
    approvals.need_own(library)
    approval = approvals.new_approval(topic, region, by, role, _day(until), ticked, make.today())
    for report in check([name], order):
        if report.region == region.code:
            refuse(Problem(f.place.file, f.place.line, f.what, f.instead) for f in report.findings if f.breaks)
    approvals.write_down(topic, region, library, approval)
    return approval


def changed(name: str, order: Order) -> tuple[str, ...]:
    """What has changed for the reader since the last approval; see `approvals.changes`."""
    return approvals.changes(*_read(name, order))


def _read(name: str, order: Order) -> tuple[Topic, Region, Library]:
    house = make.house_of(order)
    (topic,) = reading.read_topics([name], order.language, [house.region], house.library)
    return topic, house.region, house.library


def _day(until: str) -> date | None:
    if not until:
        return None
    with suppress(ValueError):
        if re.fullmatch(r"\d{4}-\d\d-\d\d", until, re.ASCII):
            return date.fromisoformat(until)
    raise HandoutError("--until is not a date; write it as 2028-11-21.", Exit.WRONG_COMMAND)
