"""No leaflet is printed with words lost, or out of place: neither one of ours, nor one that was written without measure."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from handouts import clinics, page, pdf, proof, reading
from handouts.blocks import SHAPES
from handouts.errors import Exit, HandoutError
from handouts.model import Format, Ink, Layout, Leaflet, Paper, Place, Setting, Urgent
from handouts.wording import letters_of

from . import extremes
from .conftest import CLINIC, UNAPPROVED

Put = Callable[[str, bytes], Path]
A4, A5 = Format(Paper.A4), Format(Paper.A5)
#: One of each way in which blocks stand on a page.
FORMS = [A4, Format(Paper.LETTER, 15, Ink.SAVER), A5, Format(Paper.A5, 24)]
LONG_WORD = "abcdefghij" * 9


class Case(NamedTuple):
    """A block of every entry it may have: each of so many words, or of one long one."""

    kind: str
    words: int
    form: Format

    def __str__(self) -> str:
        return f"{self.kind}-{self.words}-{self.form.name}"


#: Each kind in one format by itself; the others with `pytest -m whole`.
CASES = [Case(kind, words, form) for kind in SHAPES for words in (1, 30, 200) for form in FORMS]
USUAL = {
    Case(kind, (1, 200)[at % 2] if kind != "urgent-help" else 30, FORMS[at // 2 % 4]) for at, kind in enumerate(SHAPES)
} | {
    Case("ladder", 30, A4),
    Case("ladder", 200, A4),
    Case("callout", 200, A4),
    Case("steps", 30, A4),
    Case("week-grid", 1, A5),
    Case("checklist", 1, A5),
}


def laid_out(put: Put, text: str, form: Format) -> Layout:
    put("example", text.encode())
    region = clinics.read_region("us")
    (topic,) = reading.read_topics(["example"], "en", [region])
    setting = Setting(region, clinics.read_labels("en"), clinics.read_clinic(CLINIC), form)
    return pdf.lay_out(page.make_leaflet(topic, setting, UNAPPROVED))


@pytest.mark.parametrize(
    "case", [pytest.param(one, id=str(one), marks=() if one in USUAL else pytest.mark.whole) for one in CASES]
)
def test_a_block_without_measure_is_printed_whole(own_shelf: Put, case: Case) -> None:
    """What stands side by side, and is higher than a page, is left out by the engine; a long word runs over its neighbour."""
    text = extremes.topic(case.kind, case.words, word=LONG_WORD if case.words == 1 else "")
    layout = laid_out(own_shelf, text, case.form)
    assert layout.misprints == ()
    printed = letters_of("".join(line for lines in layout.pages for line in lines))
    assert [word for word in text.split() if word.startswith("qz") and word not in printed] == []


# --- What is wrong is seen -----------------------------------------------------------------------


def page_of(body: str, style: str = "") -> Leaflet:
    html = f'<!doctype html><html lang="en" data-page="a4"><title>x</title><style>{style}</style><h1>Example</h1>{body}'
    return Leaflet(html, "example", "en", (("All that is said here.", Place("topics/example/en.md", 7)),))


STEP = f'<li class="ladder-step">{"said " * 400}</li>'


@pytest.mark.parametrize(
    ("body", "lost"),
    [
        (f'<ol class="ladder">{STEP * 3}</ol>', True),
        ('<p style="height: 0; margin-top: -30mm; position: relative; top: -99mm">said</p>', True),
        ('<p style="position: running(nowhere)">said</p>', True),
        ('<p style="width: 10mm; overflow-wrap: normal">saidwithoutendandwithoutablank</p>', False),
        ('<p style="margin-left: -90mm">said</p>', False),
        ('<p style="width: 10mm; white-space: nowrap">said in one line, come what may</p>', False),
    ],
)
def test_words_lost_or_out_of_place_are_seen(body: str, lost: bool) -> None:
    """A guard that sees nothing guards nothing."""
    found = pdf.lay_out(page_of(body)).misprints
    assert found
    assert lost in {one.is_lost for one in found}
    with pytest.raises(HandoutError) as refused:
        pdf.print_to_pdf(page_of(body))
    assert refused.value.exit_code == Exit.WRONG_FILE


@pytest.mark.parametrize(
    "body",
    [
        "<p>said</p>",
        '<p style="display: none">said</p>',
        '<div style="display: none"><p>said</p></div>',
        '<p style="width: 12mm">di\N{SOFT HYPHEN}ver\N{SOFT HYPHEN}si\N{SOFT HYPHEN}fi\N{SOFT HYPHEN}ca\N{SOFT HYPHEN}tion</p>',
        "<ol><li>said<li>more</ol>",
        "<table><thead><tr><th>said</th></tr></thead><tbody>" + "<tr><td>more</td></tr>" * 90 + "</tbody></table>",
        '<p style="text-transform: uppercase">straße</p>',
        "<p>said <strong>and</strong> more<!-- and not this --></p>",
    ],
)
def test_what_is_as_it_should_be_is_let_through(body: str) -> None:
    """A leaflet that is right, and refused, is a patient without a leaflet."""
    assert pdf.lay_out(page_of(body)).misprints == ()


def test_the_line_is_named_and_a_person_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor looks for the line; nobody may find a patient's words in a message."""
    wide = "width: 1mm; white-space: nowrap"
    with pytest.raises(HandoutError, match=r"topics/example/en\.md:7.*“said here”"):
        pdf.print_to_pdf(page_of(f'<p style="{wide}">said here</p>'))
    for body in (
        '<p style="{}"><span data-slot="note">Zqname</span></p>',
        '<p data-slot="name">x</p><p style="{}">Zqname</p>',
    ):
        with pytest.raises(HandoutError) as refused:
            pdf.print_to_pdf(page_of(body.format(wide)))
        assert "Zqname" not in refused.value.sentence
    monkeypatch.setattr(proof, "misprints", lambda *_: iter(()))
    assert pdf.print_to_pdf(page_of(f'<p style="{wide}">said here</p>')).pages == 1


@pytest.mark.parametrize(
    ("before", "there"), [("", Urgent.WHOLE), ("<p>x</p>" * 24, Urgent.PART), ("<p>x</p>" * 99, Urgent.NONE)]
)
def test_how_much_of_urgent_help_stands_on_page_1(before: str, there: Urgent) -> None:
    """A box that begins at the foot of page 1 is not whole, and is said not to be."""
    texts = ("Call now if it is bad", "Book a visit when you can")
    boxes = "".join(f'<div style="break-inside: avoid; padding-bottom: 30mm">{text}</div>' for text in texts)
    leaflet = page_of(f"{before}{boxes}")
    assert pdf.lay_out(Leaflet(leaflet.html, "example", "en", urgent=texts)).urgent is there
