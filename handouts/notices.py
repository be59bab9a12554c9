"""An order in; out, what whoever gave it should know when nobody said which country it is for, or a refusal.

American numbers on a British leaflet can cost a life, and a clinic file that is not found leaves no other trace.
"""

from dataclasses import dataclass
from pathlib import Path

from handouts import assets, clinics
from handouts.errors import Exit, HandoutError
from handouts.files import shown
from handouts.make import House, Order, house_of
from handouts.near_misses import DOCUMENTS, NAME, libraries_below, near_misses


@dataclass(frozen=True)
class Notice:
    """A sentence; an urgent one is about leaflets that may be for the wrong country or clinic."""

    sentence: str
    is_urgent: bool


def notice(order: Order) -> Notice | None:
    """What to say before leaflets are made: where their numbers come from, and which clinic file is not read."""
    house = house_of(order)
    missed = _missed(order)
    if is_chosen(order):
        return Notice("\n".join(missed), is_urgent=False) if missed else None
    number = house.region.words["emergency_number"]
    made = f"made with {house.region.code.upper()} numbers: {number}."
    return Notice("\n".join((f"{_why(order)}; {made} {_cure(order, house)}", *missed)), is_urgent=bool(missed))


def need_region(order: Order, what: str) -> None:
    """Refuse to assume a country for what is not looked at before it is used, or is many people's."""
    if is_chosen(order):
        return
    codes = " or ".join(f"--region {code}" for code in assets.region_codes())
    lines = (f"Say which country {what} is for: {codes}. {_why(order)}.", *_missed(order))
    raise HandoutError("\n".join(lines), Exit.WRONG_COMMAND)


def missed(order: Order) -> Notice | None:
    """What to say of clinic files that are not read."""
    lines = _missed(order)
    return Notice("\n".join(lines), is_urgent=True) if lines else None


def is_chosen(order: Order) -> bool:
    """Whether somebody said which country an order is for."""
    house = house_of(order)
    return bool(order.region or (house.clinic and house.clinic.region))


def _why(order: Order) -> str:
    file = clinics.find_clinic_file(order.clinic_file)
    return f"{shown(file)} names no region" if file else f"No clinic file found in {Path.cwd()} or above it"


def _cure(order: Order, house: House) -> str:
    ours, others = house.region.code, [code for code in assets.region_codes() if code != house.region.code]
    if clinics.find_clinic_file(order.clinic_file):
        return (
            f"Write `region: {ours}` in it if that is right, or {' or '.join(f'`region: {code}`' for code in others)}."
        )
    options = " or ".join(f"`--region {code}`" for code in others)
    return f"{options} makes them for another country, `--region {ours}` says that this is right."


def _missed(order: Order) -> tuple[str, ...]:
    """The clinic files that are not read, each with what to do: those with a wrong name, or in a folder below."""
    if order.clinic_file:
        return ()
    found, here = clinics.find_clinic_file(None), Path.cwd()
    above = [folder for folder in (here, *here.parents) if not (found and found.is_relative_to(folder))]
    lines = [_rename(file) for folder in above for file in near_misses(folder)]
    if not found:
        lines += [
            f"There is a clinic file in {shown(folder)}: run the command in that folder, or write --clinic {shown(folder)}."
            for folder in libraries_below(here)
        ]
    return tuple(lines)


def _rename(file: Path) -> str:
    cure = f"save it as plain text named {NAME}" if file.suffix.lower() in DOCUMENTS else f"rename it to {NAME}"
    place = "here" if file.parent == Path.cwd() else f"in {file.parent}"
    return f"There is a {file.name} {place}, which is not read: {cure}."
