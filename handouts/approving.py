"""The story of an approval: check the leaflet, show it, write down who stands behind it; or show what has changed since."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from handouts import approvals, make, page, pdf, reading
from handouts.assets import Library
from handouts.check import check
from handouts.errors import Exit, HandoutError, Problem, refuse
from handouts.make import House, Order
from handouts.model import Approval, Region, Topic


@dataclass(frozen=True)
class Draft:
    """A leaflet that someone may approve: as it reads at this moment, for one region, until a day."""

    topic: Topic
    house: House
    order: Order
    until: date

    def pdf(self) -> bytes:
        """The leaflet as it would be handed out, to be read before it is approved."""
        (stands,) = make.standings_in(self.house, [self.topic])
        return pdf.print_to_pdf(page.make_leaflet(self.topic, make.setting_of(self.order, self.house), stands)).data

    def signed(self, by: str, role: str, ticked: Sequence[str]) -> Approval:
        """The approval by someone who answers these questions with yes; nothing is written yet."""
        return approvals.new_approval(self.topic, self.house.region, by, role, self.until, ticked, make.today())

    def write_down(self, approval: Approval) -> None:
        """Keep the approval in the clinic's library, with the words that were approved."""
        approvals.write_down(self.topic, self.house.region, self.house.library, approval)


def begin(name: str, order: Order, until: str) -> Draft:
    """All that can be refused before anybody is asked: no library, a day that cannot be, a broken rule that must hold."""
    house = make.house_of(order)
    approvals.need_own(house.library)
    (topic,) = reading.read_topics([name], order.language, [house.region], house.library)
    last, faults = approvals.last_day(topic, _day(until), make.today())
    if faults:
        raise HandoutError("\n".join(faults), Exit.WRONG_COMMAND)
    approvals.read_approvals(house.library)
    for report in check([name], replace(order, region=house.region.code)):
        refuse(Problem(f.place.file, f.place.line, f.what, f.instead) for f in report.findings if f.breaks)
    return Draft(topic, house, order, last)


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
