"""A topic, its region, its labels and a clinic in; a Leaflet out: one finished page of HTML.

Jinja is imported late: a batch whose leaflets are all kept from before fills no page.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from handouts import __version__, assets
from handouts.drawings import view_box
from handouts.errors import Problem, refuse
from handouts.files import read_text
from handouts.line_art import line_art
from handouts.model import (
    STANDARD_SIZE,
    Block,
    Clinic,
    Contents,
    Entry,
    Flow,
    Format,
    Heading,
    Ink,
    Labels,
    Leaflet,
    Mark,
    Paragraph,
    Part,
    Personal,
    Region,
    Run,
    Section,
    Setting,
    Standing,
    Topic,
)
from handouts.told import everything
from handouts.wording import changed, every, fill, plain, to_html, unbroken, without_blanks

if TYPE_CHECKING:
    from jinja2 import Environment

PAIR = 2
#: Signs in a list that leave no room for a clinic's details on a panel of some 34 lines of 36 signs.
PANEL = 620
#: Blocks whose entries stand side by side, and how many of them at most.
BESIDE = {
    "key-points": 4,
    "do-and-try-not": 2,
    "comparison-cards": 2,
    "figure": 4,
    "steps": 4,
    "ladder": 7,
    "callout": 2,
}
#: Letters of standard size that have room side by side on half a page, about.
MAX_BESIDE = 1500


def make_leaflet(topic: Topic, setting: Setting, stands: Standing, personal: Personal | None = None) -> Leaflet:
    """The leaflet for paper, for anyone or for one person. It needs nothing else but the style sheets and the fonts."""
    template = "tri-fold.html" if setting.form.is_tri_fold else "leaflet.html"
    html = fill_template(template, topic, setting, stands, personal=personal)
    filled = fill(topic, setting.region.words)
    return Leaflet(
        html,
        topic.name,
        language_of(topic, setting.region),
        tuple((one.words, topic.places[one.line]) for one in everything(filled) if one.what != "picture"),
        tuple(
            " ".join((plain(entry.title), *(plain(one.text) for one in every(Paragraph, entry.body))))
            for block in every(Block, filled.opening)
            if block.kind == "urgent-help"
            for entry in block.entries
        ),
    )


def make_cover(contents: Sequence[Contents], setting: Setting) -> Leaflet:
    """The first pages of a pack: what is in it, where, and from whom, in the language of its first leaflet."""
    language = language_of(contents[0].topic, setting.region)
    html = _filled("cover.html", setting, contents=contents, language=language)
    return Leaflet(html, "the cover of the pack", language)


@dataclass(frozen=True)
class Exercise:
    """What can be chosen for a person: its title, its usual dose, and the lines there are for another."""

    title: str
    dose: str
    lines: int


def exercises(topic: Topic, form: Format) -> tuple[Exercise, ...]:
    """What can be chosen in a topic whose words are filled in: its drawn steps. On a wide card a dose has one line."""
    usual = 2 if form.is_one_column else 1
    most = 3 if form.size == "largest" else 2
    return tuple(
        Exercise(
            plain(entry.title),
            plain(entry.dose.text) if entry.dose else "",
            usual if len(entry.pictures) == PAIR else most,
        )
        for entry in _drawn_steps(topic)
    )


def _drawn_steps(topic: Topic) -> list[Entry]:
    steps = [block for block in every(Block, topic.sections) if block.kind == "steps"]
    return [entry for block in steps for entry in block.entries if entry.pictures]


def _marked(topic: Topic, personal: Personal, form: Format) -> Topic:
    """The topic with its exercises marked, if any of them is chosen."""
    chosen = dict(personal.chosen)
    known = exercises(topic, form)
    if not any(one.title in chosen for one in known):
        return topic
    marks = {
        entry.line: Mark(one.title in chosen, chosen.get(one.title) or one.dose, one.lines)
        for entry, one in zip(_drawn_steps(topic), known, strict=True)
    }
    marked = changed(topic.sections, Entry, lambda entry: replace(entry, mark=marks.get(entry.line)))
    return replace(topic, sections=marked)


def personal_day(day: date | None, labels: Labels) -> str:
    """A day as it stands on a personal copy, the month in words: the order of figures differs between countries."""
    if day is None:
        return ""
    return labels.words["personal_day"].format(day=day.day, month=labels.months[day.month - 1], year=day.year)


def make_separator(setting: Setting, row_id: str) -> Leaflet:
    """The sheet before a person's leaflets in a print file. It names nobody."""
    language = setting.region.language
    html = _filled("separator.html", setting, row_id=row_id, language=language)
    return Leaflet(html, "the separator sheet", language)


def _filled(template: str, setting: Setting, **more: object) -> str:
    """A template with what every page needs, and more."""
    values = {**_of_setting(setting), **more}
    if setting.templates is None:
        return templates().get_template(template).render(values)
    from handouts import own_templates  # noqa: PLC0415  # few clinics have any

    return own_templates.filled(
        lambda: templates(setting.templates).get_template(template),
        values,
        setting.templates,
        lambda: templates().get_template(template).render(values),
    )


def _of_setting(setting: Setting) -> dict[str, object]:
    """What every page needs that does not depend on its topic."""
    clinic = setting.clinic
    return {
        "say": setting.labels.words,
        "months": setting.labels.months,
        "clinic": clinic,
        "form": setting.form,
        "in_pack": setting.in_pack,
        "logo": _data_uri(clinic.logo.data, clinic.logo.media_type) if clinic and clinic.logo else "",
        "qr": _qr_code(clinic.web) if clinic and clinic.web else "",
        "tokens": clinic.tokens if clinic else {},
        "grow": setting.form.text_size / STANDARD_SIZE,
        "generator": f"handouts {__version__}",
    }


def fill_template(name: str, topic: Topic, setting: Setting, stands: Standing, **more: object) -> str:
    """A topic, with the words of its region, in a whole page of HTML. `more` is what only that template asks for."""
    region = setting.region
    there = topic.tri_fold if setting.form.is_tri_fold and topic.tri_fold else [s.anchor for s in topic.sections]
    filled = changed(fill(topic, region.words), Run, lambda run: _own_anchor(run, topic.name, there))
    if (personal := more.get("personal")) is not None:
        assert isinstance(personal, Personal)
        filled = _marked(filled, personal, setting.form)
        more |= {"day": personal_day(personal.day, setting.labels)}
    return _filled(
        name,
        setting,
        topic=filled,
        language=language_of(topic, region),
        opening=_opening(filled.opening, urgent_first=personal is not None or not setting.form.is_standard),
        section_groups=_section_groups([s for s in filled.sections if not _is_a_week(s)]),
        weeks=_section_groups([s for s in filled.sections if _is_a_week(s)]),
        sources=_sources(topic, region, setting.clinic),
        art=_art(topic.pictures, setting.form.ink),
        stands=stands,
        **more,
    )


def _opening(parts: Sequence[Part], *, urgent_first: bool) -> list[Part]:
    """What stands before the first section. Where page 1 holds less than usual, and on personal copies, it begins with
    urgent help."""
    if not urgent_first:
        return list(parts)
    return sorted(parts, key=lambda part: not (isinstance(part, Block) and part.kind == "urgent-help"))


def _art(pictures: Mapping[str, str], ink: Ink) -> dict[str, Art]:
    return {name: Art.of(line_art(svg) if ink is Ink.SAVER else svg) for name, svg in pictures.items()}


@dataclass(frozen=True)
class Art:
    """A drawing on the page: its data as an address, and whether it is at least twice as wide as high."""

    address: str
    is_wide: bool

    @classmethod
    def of(cls, svg: str) -> Art:
        _, _, width, height = view_box(svg)
        return cls(_data_uri(svg.encode(), "image/svg+xml"), width >= 2 * height)


@cache
def templates(own: Path | None = None) -> Environment:
    """The templates, a clinic's own before ours; strict: a name that is not there is an error, never a blank."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415

    kind: type[Environment] = Environment
    if own:
        from handouts.own_templates import OwnTemplates as kind  # noqa: N813, PLC0415

    environment = kind(
        loader=FunctionLoader(partial(_source, tuple(folder for folder in (own, assets.TEMPLATES) if folder))),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "blanks": without_blanks,
        "fills_a_panel": _fills_a_panel,
        "html": to_html,
        "month": _month,
        "plain": plain,
        "rows": _rows,
        "stands_side_by_side": _stands_side_by_side,
        "short": short_address,
        "unbroken": unbroken,
    }
    tests: dict[str, Callable[..., bool]] = {
        "two": lambda things: len(things) == PAIR,
        "a_week": _is_a_week,
        "a_block": _is_a_block,
        "too_narrow_for": _is_too_narrow,
        "in_body_letters": _is_in_body_letters,
    }
    environment.tests |= tests
    return environment


def _source(folders: Sequence[Path], name: str) -> tuple[str, str, Callable[[], bool]] | None:
    """What a template says, its file, and whether that still holds; None if no folder has it. Jinja would open a pipe."""
    from jinja2.loaders import split_template_path  # noqa: PLC0415

    inside = Path(*split_template_path(name))
    file = next((folder / inside for folder in folders if os.path.lexists(folder / inside)), None)
    if file is None:
        return None
    problems: list[Problem] = []
    text = read_text(file, problems, may_be_empty=True)
    refuse(problems)
    stamp = file.stat().st_mtime_ns
    return text, str(file), lambda: file.exists() and file.stat().st_mtime_ns == stamp


def _is_in_body_letters(words: str) -> bool:
    from handouts import letters  # noqa: PLC0415  # only personal copies ask for it

    return letters.in_body(words)


def _fills_a_panel(body: Sequence[Flow]) -> bool:
    """Whether words alone fill a panel of a tri-fold, so that nothing else goes below them."""
    return sum(len(plain(paragraph.text)) for paragraph in every(Paragraph, body)) > PANEL


def _is_a_block(part: Part, *kinds: str) -> bool:
    return isinstance(part, Block) and part.kind in kinds


def _is_a_week(section: Section) -> bool:
    return any(isinstance(part, Block) and part.kind == "week-grid" for part in section.parts)


def _own_anchor(run: Run, name: str, there: Sequence[str]) -> Run:
    """A run whose link to a heading of its own leaflet begins with the topic's name, as the heading's anchor does.

    What links to a section that is not `there` is words alone.
    """
    if not run.address.startswith("#"):
        return run
    anchor = run.address[1:]
    return replace(run, address=f"#{name}-{anchor}" if anchor in there else "")


def _section_groups(sections: Sequence[Section]) -> list[tuple[bool, list[Section]]]:
    """Neighbouring sections, and whether they are words alone: those stand in two columns."""
    return [(words_alone, list(group)) for words_alone, group in groupby(sections, _is_words_alone)]


def _is_words_alone(section: Section) -> bool:
    return all(isinstance(part, Flow | Heading) for part in section.parts)


def _stands_side_by_side(block: Block, form: Format) -> bool:
    """Whether the entries of a block are short enough for it: they go on on the next page only below each other.

    In one column they stand so anyway.
    """
    if form.is_one_column:
        return True
    longest = max((sum(len(plain(one.text)) for one in every(Paragraph, entry)) for entry in block.entries), default=0)
    beside = min(len(block.entries), BESIDE.get(block.kind, 0)) if block.kind != "callout" else BESIDE["callout"]
    return beside * longest <= MAX_BESIDE * (STANDARD_SIZE / form.text_size) ** 2


def _is_too_narrow(form: Format, kind: str, name: str) -> bool:
    """Whether the kind of a leaflet and a clinic's name have no room beside each other."""
    words = sum(max(map(len, one.split()), default=0) for one in (kind, name))
    return words > form.letters_a_line or (form.is_tri_fold and len(name) > 2 * form.letters_a_line)


def _rows(parts: tuple[Part, ...], form: Format) -> list[list[Part]]:
    """The parts of a section, row by row: two callouts that are short and without drawings stand side by side."""
    rows: list[list[Part]] = []

    def fits(part: Part) -> bool:
        return isinstance(part, Block) and _is_plain_callout(part) and _stands_side_by_side(part, form)

    for part in parts:
        if rows and len(rows[-1]) == 1 and fits(part) and fits(rows[-1][0]):
            rows[-1].append(part)
        else:
            rows.append([part])
    return rows


def _is_plain_callout(block: Block) -> bool:
    return block.kind == "callout" and not block.entries[0].pictures


def language_of(topic: Topic, region: Region) -> str:
    """The language tag of the page: the region's own where it is the topic's language."""
    return region.language if region.language.split("-")[0] == topic.language else topic.language


def _sources(topic: Topic, region: Region, clinic: Clinic | None) -> list[object]:
    if clinic and not clinic.prints_sources:
        return []
    return [source for source in topic.sources if source.region in ("", region.code)]


def _month(day: date, months: Sequence[str]) -> str:
    """Month and year: the day is no help to a reader, and its order differs between countries."""
    return f"{months[day.month - 1]} {day.year}"


def short_address(address: str) -> str:
    """An address as it is printed: browsers need neither its protocol nor a slash at its end."""
    return address.split("://", 1)[-1].removesuffix("/")


def _qr_code(address: str) -> str:
    """A QR code with its quiet zone of four modules (ISO/IEC 18004), as an SVG data URI."""
    import segno  # noqa: PLC0415  # only a clinic with a web address waits for it

    svg = BytesIO()
    segno.make(address, error="m", micro=False).save(
        svg, kind="svg", border=4, xmldecl=False, svgns=True, scale=1, omitsize=True
    )
    return _data_uri(svg.getvalue(), "image/svg+xml")


def _data_uri(data: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{b64encode(data).decode()}"
