"""The page: what a clinic says of itself is text to the end, and its colours and code arrive."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handouts import clinics, colour, page
from handouts.model import Clinic, Format, Leaflet, Paper, Setting

from .conftest import UNAPPROVED, topic_of
from .test_markdown import VALUES


def clinic(name: str = "Example Clinic", web: str = "", *, sources: bool = True) -> Clinic:
    return Clinic(name, "", name, "", "", web, None, {}, "", sources, False, {}, {}, None)


def leaflet_for(one: Clinic | None) -> Leaflet:
    region = clinics.read_region("us")
    return page.make_leaflet(
        topic_of("sleep-hygiene"), Setting(region, clinics.read_labels("en"), one, Format(Paper.A4)), UNAPPROVED
    )


class _Seen(HTMLParser):
    """Every tag, and the words inside the last heading."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.headings: list[str] = []
        self.open = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  # the parser gives it
        self.tags.append(tag)
        self.open = tag
        if tag == "h2":
            self.headings.append("")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self.open = ""

    def handle_data(self, data: str) -> None:
        if self.open == "h2":
            self.headings[-1] += data


PLAIN = _Seen(leaflet_for(clinic()).html)


@given(VALUES)
def test_a_clinics_name_is_printed_as_exactly_what_it_is(name: str) -> None:
    """A clinic called `{{ x }}` or `<b>` must read its own name, and no name may add markup."""
    seen = _Seen(leaflet_for(clinic(name)).html)
    assert seen.tags == PLAIN.tags
    assert seen.headings[-2] == name


def test_a_clinics_colour_brings_its_tint(tmp_path: Path) -> None:
    """A purple band over teal boxes would look like a misprint."""
    (tmp_path / "clinic.yaml").write_text('name: A\ncolours:\n  main: "#5b2a86"\n', encoding="utf-8")
    html = leaflet_for(clinics.read_clinic(tmp_path / "clinic.yaml")).html
    assert f"--main: #5b2a86; --main-tint: {colour.tint('#5b2a86')};" in html


def test_the_qr_code_is_there_when_there_is_an_address() -> None:
    """A code without an address, or an address nobody gave, would lead nowhere."""
    assert "QR code for clinic.example/a" in leaflet_for(clinic(web="https://clinic.example/a/")).html
    assert "QR code" not in leaflet_for(clinic()).html


def test_a_clinic_can_leave_the_sources_out() -> None:
    """Some clinics print them elsewhere."""
    assert "<h2>Sources</h2>" in leaflet_for(clinic()).html
    assert "<h2>Sources</h2>" not in leaflet_for(clinic(sources=False)).html


@pytest.mark.parametrize(("region", "other"), [("us", "DVLA"), ("uk", "Wyoming")])
def test_a_source_of_one_region_is_printed_there_only(region: str, other: str) -> None:
    """A rule of another country in the sources invites a reader to follow it."""
    topic = topic_of("dystonia-or-fibromyalgia") if region == "us" else topic_of("sleep-hygiene")
    made = page.make_leaflet(
        topic, Setting(clinics.read_region(region), clinics.read_labels("en"), None, Format(Paper.A4)), UNAPPROVED
    )
    assert other not in made.html


def test_a_leaflet_needs_no_file_but_styles_and_fonts() -> None:
    """A page that reaches for a file could reach for the wrong one."""
    assert (
        re.findall(r'(?:src|href)="(?!data:|https?://|#)', leaflet_for(clinic(web="https://clinic.example")).html) == []
    )


STRANGE = st.text(st.characters(categories=["L", "P", "S", "Z"]), min_size=1)


@given(STRANGE)
def test_an_address_in_a_qr_code_is_shown_without_its_protocol(path: str) -> None:
    """What is printed beside the code is what people type."""
    assert page.short_address(f"https://clinic.example/{path}x") == f"clinic.example/{path}x"
