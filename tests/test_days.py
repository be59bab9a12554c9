"""Days as people and programs write them."""

from datetime import date

import pytest

from handouts.days import Order, read_day

UK, US = Order(is_day_first=True, country="the UK"), Order(is_day_first=False, country="the US")
THAT_DAY = date(2026, 11, 21)


def read(text: str, order: Order | None = None) -> object:
    """The day, with how it was read if that had to be judged; or what is wrong."""
    said: list[str] = []
    found = read_day(text, order, lambda what, _: said.append(what))
    return said[0] if said else found and ((found.day, found.judged) if found.judged else found.day)


@pytest.mark.parametrize(
    "text",
    ["21-Nov-2026", "21/Nov/2026", "21 Nov 26", "21-nov-26", "Saturday, November 21, 2026", "Sat 21 Nov 2026",
     "Sat. 21 Nov. 2026", "21.11.2026", "21. 11. 2026", "2026/11/21", "2026.11.21", "20261121", "21st of November 2026",
     "2026-11-21T09:30", "2026-11-21 09:30:00", "2026-11-21T00:00:00.000Z", "21.11.2026 09:30", "21 November 2026 at 10:30",
     "21Nov2026", "2026-Nov-21", "Nov-21-2026", "November 21st, 2026", "21 November, 2026"],
)  # fmt: skip
def test_a_day_that_can_be_read_in_one_way_is_read(text: str) -> None:
    """A practice system writes what it writes; to retype forty dates is an hour, and brings slips in."""
    assert read(text) == read(text, UK) == read(text, US) == THAT_DAY


@pytest.mark.parametrize("text", ["21/11/2026", "21-11-2026", "21 / 11 / 2026", "21/11/2026 9:30 am"])
def test_a_day_in_numbers_is_read_as_the_region_writes_it(text: str) -> None:
    """30/11 is no month 30: then the list comes from elsewhere, and its 03/04 is another day, too."""
    assert read(text, UK) == THAT_DAY
    assert read(text, US) == "it has no such month if it is read month first, as in the US"
    assert read(text) == "in some countries its first number is the day, in others the month"


def test_where_both_orders_are_possible_the_region_judges_and_it_is_told() -> None:
    """A day a month off brings somebody to a closed door."""
    assert read("03/04/2026", UK) == (date(2026, 4, 3), "day first, as in the UK")
    assert read("03/04/2026", US) == (date(2026, 3, 4), "month first, as in the US")
    assert read("03.04.2026", US) == (date(2026, 4, 3), "day first, as days with points are")
    assert read("21/11/26", UK) == (THAT_DAY, "day first, as in the UK")
    assert read("04/04/2026", UK) == date(2026, 4, 4)


@pytest.mark.parametrize("text", ["soon", "21 novembre 2026", "November 2026", "21 November", "1/1/1", "Saturday", "."])
def test_what_is_not_known_is_not_called_wrong(text: str) -> None:
    """“Not a day of the calendar” about a day that stands on every calendar costs all trust."""
    assert read(text, UK) == "it is not written as a day that we know"
    assert read("30 February 2026") == "it is not a day of the calendar"
