"""The words of one cell in, the day that they mean out; or what is wrong with them, which is told to `Say` without repeating them.

A day written in words can be read in one way only. Of one written in numbers, the region says whether the day or the month
stands first; where the numbers would allow both, that is told.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

Say = Callable[[str, str], None]

#: A day outside was mistyped.
YEARS = range(2000, 2101)
INSTEAD = "write it as 2026-11-21 or 21 November 2026 (a list saved as .xlsx keeps its dates)"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
#: As many letters of a weekday or a month as are needed to know it.
SHORTEST = 3
DAY, TH, MONTH, YEAR, GAP = r"(\d{1,2})", "(?:st|nd|rd|th)?", r"([a-z]{3,9})\.?", r"(\d{4}|\d\d)", "[-/. ]?"
WEEKDAY = re.compile(r"([a-z]{3,9})\.? (?=.*\d)", re.ASCII)
#: At the end, behind a date.
TIME = re.compile(
    r"(?:t| (?:at )?)(?:\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?[ap]m)?|\d{1,2}\.\d\d ?[ap]m)(?:z| ?[-+]\d\d:?\d\d)?$",
    re.ASCII,
)
YEAR_FIRST = re.compile(r"(\d{4})([-/. ])(\d{1,2})\2(\d{1,2})", re.ASCII)
WITHOUT_SIGNS = re.compile(r"(20\d\d)(\d\d)(\d\d)", re.ASCII)
IN_NUMBERS = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d\d)", re.ASCII)
DAY_FIRST = re.compile(rf"{DAY}{TH}{GAP}(?:of )?{MONTH}{GAP}{YEAR}", re.ASCII)
MONTH_FIRST = re.compile(rf"{MONTH}{GAP}{DAY}{TH}[-/. ]{YEAR}", re.ASCII)
YEAR_THEN_MONTH = re.compile(rf"(\d{{4}}){GAP}{MONTH}{GAP}{DAY}", re.ASCII)
SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?", re.ASCII)


@dataclass(frozen=True)
class Order:
    """How a country writes a day in numbers: whether the day stands before the month, and the country, as it is told."""

    is_day_first: bool
    country: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day; `judged` says how it was read where another order would have given another day."""

    day: date
    judged: str = ""


class _UnknownError(Exception):
    """It is not written in a way that we know; the first half of a fault, if there is a better one."""


def read_day(text: str, order: Order | None, say: Say) -> Day | None:
    """The day of this century that is meant. Without an `order`, numbers are refused unless points are between them."""
    line = " ".join(text.casefold().replace(",", " ").split())
    weekday, line = _weekday(TIME.sub("", line))
    line = re.sub(r" ?([-/.]) ?", r"\1", line).rstrip(".")
    try:
        found = _numbers(line, order) or Day(_words(line))
    except _UnknownError as error:
        say(str(error) or "it is not written as a day that we know", INSTEAD)
        return None
    except ValueError:
        say("it is not a day of the calendar", INSTEAD)
        return None
    if weekday is not None and weekday != found.day.weekday():
        say("its day of the week is not that of its date", "correct one of them")
        return None
    return found if likely(found.day, say) else None


def likely(found: date, say: Say) -> date | None:
    """The day, if it is of this century."""
    if found.year in YEARS:
        return found
    say(f"its year is not one from {YEARS[0]} to {YEARS[-1]}", "correct the year")
    return None


def _weekday(line: str) -> tuple[int | None, str]:
    found = WEEKDAY.match(line)
    number = _one_of(WEEKDAYS, found[1]) if found else None
    return (number, line[found.end() :]) if found and number is not None else (None, line)


def _one_of(names: tuple[str, ...], word: str) -> int | None:
    """Which of some names begins so, from 0."""
    return next((n for n, name in enumerate(names) if len(word) >= SHORTEST and name.startswith(word)), None)


def _words(line: str) -> date:
    """A day that can be read in one way only."""
    if found := YEAR_FIRST.fullmatch(line):
        return date(int(found[1]), int(found[3]), int(found[4]))
    if found := WITHOUT_SIGNS.fullmatch(line):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := DAY_FIRST.fullmatch(line):
        return date(_year(found[3]), _month(found[2]), int(found[1]))
    if found := MONTH_FIRST.fullmatch(line):
        return date(_year(found[3]), _month(found[1]), int(found[2]))
    if found := YEAR_THEN_MONTH.fullmatch(line):
        return date(int(found[1]), _month(found[2]), int(found[3]))
    if SERIAL.fullmatch(line):
        raise _UnknownError("it is the number by which a spreadsheet program counts a day")
    raise _UnknownError


def _numbers(line: str, order: Order | None) -> Day | None:
    """A day written in numbers alone."""
    found = IN_NUMBERS.fullmatch(line)
    if not found:
        return None
    has_points = found[2] == "."
    if has_points:
        is_day_first, reason = True, "as days with points are"
    elif order:
        is_day_first, reason = order.is_day_first, f"as in {order.country}"
    else:
        raise _UnknownError("in some countries its first number is the day, in others the month")
    first, second, year = int(found[1]), int(found[3]), _year(found[4])
    day, month = (first, second) if is_day_first else (second, first)
    if month > len(MONTHS) >= day:
        which = "day" if is_day_first else "month"
        raise _UnknownError(f"it has no such month if it is read {which} first, {reason}")
    both = first != second and max(first, second) <= len(MONTHS)
    told = f"{'day' if is_day_first else 'month'} first, {reason}" if both or len(found[4]) == len("26") else ""
    return Day(date(year, month, day), told)


def _year(text: str) -> int:
    return int(text) + (YEARS[0] if len(text) == len("26") else 0)


def _month(name: str) -> int:
    number = _one_of(MONTHS, name)
    if number is None:
        raise _UnknownError
    return number + 1
