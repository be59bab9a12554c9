"""A topic, its region, its labels and a clinic in; a Leaflet out: one finished page of HTML."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from itertools import groupby

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from handouts import __version__, assets, colour
from handouts.model import Block, Clinic, Flow, Format, Heading, Labels, Leaflet, Part, Region, Section, Topic
from handouts.wording import fill, plain, to_html, unbroken, without_blanks

PAIR = 2


def make_leaflet(topic: Topic, region: Region, labels: Labels, clinic: Clinic | None, form: Format) -> Leaflet:
    """Fill the templates. The result needs nothing else but the style sheets and the fonts."""
    filled = fill(topic, region.words)
    html = (
        templates()
        .get_template("leaflet.html")
        .render(
            topic=filled,
            language=_language(topic, region),
            say=labels.words,
            clinic=clinic,
            form=form,
            section_groups=_section_groups(filled.sections),
            sources=_sources(topic, region, clinic),
            art={name: Art.of(svg) for name, svg in topic.pictures.items()},
            logo=_data_uri(clinic.logo.data, clinic.logo.media_type) if clinic and clinic.logo else "",
            qr=_qr_code(clinic.web) if clinic and clinic.web else "",
            tokens=_clinic_tokens(clinic),
            written=_month(topic.written, labels),
            review_by=_month(topic.review_by, labels),
            generator=f"handouts {__version__}",
        )
    )
    return Leaflet(html, topic.name)


@dataclass(frozen=True)
class Art:
    """A drawing on the page: its data as an address, and whether it is at least twice as wide as high."""

    address: str
    is_wide: bool

    @classmethod
    def of(cls, svg: str) -> "Art":
        box = re.search(r"viewBox=[\"']([^\"']+)", svg)
        assert box  # `drawings` has seen to that
        _, _, width, height = map(float, re.split(r"[\s,]+", box[1].strip()))
        return cls(_data_uri(svg.encode(), "image/svg+xml"), width >= 2 * height)


@cache
def templates() -> Environment:
    """The templates, strict: a name that is not there is an error, never a blank."""
    environment = Environment(
        loader=FileSystemLoader(assets.TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "blanks": without_blanks,
        "html": to_html,
        "plain": plain,
        "rows": _rows,
        "short": short_address,
        "unbroken": unbroken,
    }
    environment.tests |= {"two": lambda things: len(things) == PAIR, "a_week": _is_a_week}
    return environment


def _is_a_week(section: Section) -> bool:
    return any(isinstance(part, Block) and part.kind == "week-grid" for part in section.parts)


def _section_groups(sections: tuple[Section, ...]) -> list[tuple[bool, list[Section]]]:
    """Neighbouring sections, and whether they are words alone: those stand in two columns."""
    return [(words_alone, list(group)) for words_alone, group in groupby(sections, _is_words_alone)]


def _is_words_alone(section: Section) -> bool:
    return all(isinstance(part, Flow | Heading) for part in section.parts)


def _rows(parts: tuple[Part, ...]) -> list[list[Part]]:
    """The parts of a section, row by row: two callouts without drawings stand side by side."""
    rows: list[list[Part]] = []
    for part in parts:
        if rows and len(rows[-1]) == 1 and _is_plain_callout(part) and _is_plain_callout(rows[-1][0]):
            rows[-1].append(part)
        else:
            rows.append([part])
    return rows


def _is_plain_callout(part: Part) -> bool:
    return isinstance(part, Block) and part.kind == "callout" and not part.entries[0].pictures


def _language(topic: Topic, region: Region) -> str:
    """The language tag of the page: the region's own where it is the topic's language."""
    return region.language if region.language.split("-")[0] == topic.language else topic.language


def _sources(topic: Topic, region: Region, clinic: Clinic | None) -> list[object]:
    if clinic and not clinic.prints_sources:
        return []
    return [source for source in topic.sources if source.region in ("", region.code)]


def _month(day: date, labels: Labels) -> str:
    """Month and year: the day is no help to a reader, and its order differs between countries."""
    return f"{labels.months[day.month - 1]} {day.year}"


def short_address(address: str) -> str:
    """An address as it is printed: browsers need neither its protocol nor a slash at its end."""
    return address.split("://", 1)[-1].removesuffix("/")


def _clinic_tokens(clinic: Clinic | None) -> Mapping[str, str]:
    """The style tokens a clinic's colours put in place of ours."""
    tokens: dict[str, str] = {}
    for name, value in (clinic.colours if clinic else {}).items():
        tokens |= {f"--{name}": value, f"--{name}-tint": colour.tint(value)}
    return tokens


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
