"""Clinic, region and language files in; Clinic, Region and Labels out, or every problem with its line."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from handouts import assets, colour, tokens
from handouts.assets import OURS, Library
from handouts.errors import Exit, HandoutError, Problem, nearest, refuse, shortened
from handouts.fields import Fields
from handouts.files import UnreadableFileError, read_bytes, read_text, shown
from handouts.model import WEB_ADDRESS, Clinic, Labels, Logo, Paper, Region
from handouts.near_misses import NAME, near_misses

MONTHS = 12
MAX_PROFILE_BYTES = 5_000_000
#: Letters that fit where they are printed: the head of a leaflet, a line of its panel, a sentence.
MAX_NAME, MAX_PHONE, MAX_WORD, MAX_ADDRESS = 120, 80, 150, 2_000
MAX_SETS, MAX_SET, MAX_SET_NAME = 100, 30, 60
LONGEST_WEB = 300  # signs; the code beside it would be too fine to scan


def read_region(code: str, own_words: Mapping[str, str] | None = None) -> Region:
    """A region, with the words a clinic puts in place of its own."""
    problems: list[Problem] = []
    file = assets.REGIONS / f"{code}.yaml"
    fields = Fields.read(read_text(file, problems), shown(file), 1, problems)
    number = _emergency_number(fields)
    paper = fields.choice("paper", [Paper.A4.value, Paper.LETTER.value])
    inner = fields.mapping("words", "pharmacist: pharmacist")
    words = {**inner.all_texts(max_letters=MAX_WORD), "emergency_number": number, **(own_words or {})}
    region = Region(code, fields.value("language", example="en-US"), Paper(paper or "a4"), words)
    fields.done()
    refuse(problems)
    return region


def _emergency_number(fields: Fields) -> str:
    """The digits to call. A leaflet without them, or with words in their place, could cost a life."""
    number = fields.value("emergency_number", example='"112"')
    if number and not re.fullmatch(r"[0-9]{2,6}", number):
        fields.complain("emergency_number", f"“{number}” is not an emergency number", "write its digits")
    return number


def read_labels(language: str) -> Labels:
    """The furniture of a leaflet in one language."""
    problems: list[Problem] = []
    file = assets.LANGUAGES / f"{language}.yaml"
    fields = Fields.read(read_text(file, problems), shown(file), 1, problems)
    months = fields.texts("months")
    if len(months) != MONTHS:
        fields.complain("months", f"{len(months)} months", "name all twelve")
    words = fields.mapping("words", "page: Page").all_texts()
    labels = Labels(words, months, fields.mapping("avoid", "lifelong: long-lasting").all_texts(empty=True))
    fields.done()
    refuse(problems)
    return labels


def read_clinic(file: Path) -> Clinic:
    """A clinic's profile. Its logo is read with it; its region words must exist."""
    problems: list[Problem] = []
    fields = Fields.read(read_text(file, problems), shown(file), 1, problems)
    web = fields.value("web", needed=False, example="https://www.example.org", max_letters=MAX_ADDRESS)
    if web and not (WEB_ADDRESS.fullmatch(web) and len(web) <= LONGEST_WEB):
        fields.complain(
            "web",
            f"“{shortened(web)}” is not a web address that fits a QR code",
            "write it in full and short: https://www.example.org",
        )
    clinic = Clinic(
        name=fields.text("name", example="Example Clinic", max_letters=MAX_NAME),
        service=fields.text("service", needed=False, max_letters=MAX_NAME),
        phone=fields.text("phone", needed=False, max_letters=MAX_PHONE),
        address=fields.text("address", needed=False),
        hours=fields.text("hours", needed=False),
        web=web,
        logo=_logo(fields, file, problems),
        tokens=_tokens(fields, file.parent, problems),
        region=fields.choice("region", assets.region_codes(), needed=False),
        prints_sources=_yes(fields, "print_sources", otherwise=True),
        requires_approval=_yes(fields, "require_approval", otherwise=False),
        words=_own_words(fields),
        sets=_sets(fields, Library(file.parent)),
        press_profile=_press_profile(fields, file),
    )
    fields.done()
    refuse(problems)
    return clinic


def _press_profile(fields: Fields, file: Path) -> tuple[str, bytes] | None:
    """The ICC profile of the clinic's print shop, and its name; whether it is one is seen when it is used."""
    name = fields.value("press_profile", needed=False, example="coated.icc")
    if not name:
        return None
    profile = file.parent / name
    try:
        if name == profile.name and os.path.lexists(profile):
            return profile.name, read_bytes(profile, MAX_PROFILE_BYTES)
        what = f"there is no ICC profile “{shortened(name)}” beside the clinic file"
        fields.complain("press_profile", what, "copy your print shop's profile there and give its name")
    except UnreadableFileError as error:
        fields.complain("press_profile", f"“{shortened(name)}”: {error.what}", error.hint)
    return None


def read_sets() -> Mapping[str, tuple[str, ...]]:
    """The sets that come with us, by name."""
    problems: list[Problem] = []
    fields = Fields.read(read_text(assets.SETS, problems), shown(assets.SETS), 1, problems)
    sets = _sets(fields, OURS)
    fields.done()
    refuse(problems)
    return sets


def _sets(fields: Fields, library: Library) -> Mapping[str, tuple[str, ...]]:
    """Topics that are handed out together, by the name of the set."""
    if not fields.has("sets"):
        return {}
    inner = fields.mapping("sets", "new-patient: [sleep-hygiene, gentle-movement]")
    if len(inner.names()) > MAX_SETS:
        fields.complain("sets", f"there are {len(inner.names()):,} sets", f"write at most {MAX_SETS}")
        return {}
    sets = {name: inner.texts(name, max_entries=MAX_SET) for name in inner.names()}
    known = library.topic_names()
    for name, topics in sets.items():
        if len(name) > MAX_SET_NAME or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
            instead = f"use small letters, digits and hyphens, {MAX_SET_NAME} at most"
            inner.complain(name, f"“{shortened(name)}” is not the name of a set", instead)
        for topic in topics:
            if topic not in known:
                inner.complain(
                    name, f"there is no topic “{shortened(topic)}”", nearest(topic, known, "write one first")
                )
    return sets


def _yes(fields: Fields, name: str, *, otherwise: bool) -> bool:
    answer = fields.choice(name, ("yes", "no", "true", "false"), needed=False)
    return answer in ("yes", "true") if answer else otherwise


def _logo(fields: Fields, file: Path, problems: list[Problem]) -> Logo | None:
    name = fields.text("logo", needed=False)
    if not name:
        return None
    logo = file.parent / name
    if name != logo.name or not os.path.lexists(logo):
        fields.complain(
            "logo",
            f"there is no file “{shortened(name)}” beside the clinic file",
            "copy the logo there and give its name",
        )
        return None
    from handouts.logos import read_logo  # noqa: PLC0415  # a clinic without a logo does not wait for what reads one

    found, faults = read_logo(logo, (shown(file), fields.line("logo")))
    problems.extend(faults)
    return found


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # a name too long for the file system
        return False


def _tokens(fields: Fields, folder: Path, problems: list[Problem]) -> Mapping[str, str]:
    """The style tokens of the clinic: from its colours, and from its own `styles/tokens.css`, which count more."""
    found: dict[str, str] = {}
    for name, value in _colours(fields).items():
        if colour.HEX.fullmatch(value):
            found |= {f"--{name}": value, f"--{name}-tint": colour.tint(value)}
    return {**found, **tokens.read_own(folder, problems)}


def _colours(fields: Fields) -> Mapping[str, str]:
    """The clinic's colours: `main` (bands, headings) and `accent` (steps, doses)."""
    if not fields.has("colours"):
        return {}
    inner = fields.mapping("colours", 'main: "#0f5c63"')
    found = {name: inner.value(name, example='"#0f5c63"').lower() for name in ("main", "accent") if inner.has(name)}
    for name, value in found.items():
        if not value:
            continue  # said already; an unquoted # begins a comment
        if not colour.HEX.fullmatch(value):
            inner.complain(
                name, f"“{value}” is not a colour", 'write it as six hexadecimal digits in quotes: "#0f5c63"'
            )
        elif not colour.is_readable(value):
            ratio = colour.contrast(value, "#ffffff")
            inner.complain(
                name,
                f"{value} is too pale to read (contrast with white {ratio:.1f}, and {colour.READABLE} is needed on white and on its tint)",
                f'the nearest that passes is "{colour.nearest_readable(value)}"',
            )
    inner.done()
    return found


def _own_words(fields: Fields) -> Mapping[str, str]:
    if not fields.has("words"):
        return {}
    inner = fields.mapping("words", "urgent_advice: our nurse line, 555 0101")
    own = inner.all_texts(max_letters=MAX_WORD)
    if "emergency_number" in own:
        _emergency_number(inner)
    known = {name for code in assets.region_codes() for name in read_region(code).words}
    for name in own.keys() - known:
        inner.complain(
            name,
            f"there is no word “{shortened(name)}” to put another in place of",
            nearest(name, known, "take it out"),
        )
    return own


def find_clinic_file(named: Path | None) -> Path | None:
    """The clinic file that was named, else `clinic.yaml` in the current folder or one above it, else none."""
    if named is None:
        here = Path.cwd()
        return next((f for f in (folder / NAME for folder in (here, *here.parents)) if os.path.lexists(f)), None)
    file = next((f for f in (named / NAME, named) if os.path.lexists(f)), named)
    if not os.path.lexists(file) or (file.is_dir() and file == named):
        near = near_misses(named if os.path.isdir(named) else named.parent)  # noqa: PTH112  # of any length
        cure = f"there is a {near[0].name}: rename it to {NAME}" if near else "check its name"
        raise HandoutError(f"There is no clinic file {shortened(str(named))}; {cure}.", Exit.WRONG_FILE)
    return file.absolute()


def find_library(named: Path | None) -> Library:
    """The library of the clinic whose file `find_clinic_file` finds: the folder the file lies in, before ours."""
    file = find_clinic_file(named)
    return Library(file.parent) if file else OURS


def find_clinic(named: Path | None) -> Clinic | None:
    """The clinic whose file `find_clinic_file` finds, if there is one."""
    file = find_clinic_file(named)
    return read_clinic(file) if file else None
