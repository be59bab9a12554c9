"""A personal copy: whom it is for, in words and safely, on as many pages as the leaflet has."""

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import page as validator
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handouts import assets, page, pdf
from handouts.assets import OURS
from handouts.clinics import read_labels
from handouts.model import Block, Format, Mark, Paper, Personal, Run, Urgent
from handouts.wording import every, fill

from .both_ways import edition, slowly
from .conftest import topic_of
from .people_words import LETTERS
from .test_markdown import VALUES

GOLDEN = Path(__file__).parent / "golden"
LETTER = Format(Paper.LETTER)
DAY = date(2026, 11, 21)
ANNA = Personal("Anna Example", "Dr. O’Neill", DAY, "Walk slowly <b>.")


def html_for(person: Personal, topic: str = "sleep-hygiene") -> str:
    of = edition(topic, "us", LETTER)
    return page.make_leaflet(of.topic, of.setting, of.stands, person).html


class _Slots(HTMLParser):
    """Every tag of a page, and the words of each slot."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.slots: list[tuple[str, str]] = []
        self.open = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if slot := dict(attrs).get("data-slot"):
            self.slots.append((slot, ""))
            self.open = True

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  # the parser gives it
        self.open = False

    def handle_data(self, data: str) -> None:
        if self.open:
            slot, words = self.slots[-1]
            self.slots[-1] = (slot, words + data)


def test_a_copy_says_whom_it_is_for() -> None:
    """The day stands in words: 3/4 is another day in another country."""
    html = html_for(ANNA)
    assert _Slots(html).slots == [
        ("name", ANNA.name),
        ("clinician", ANNA.clinician),
        ("date", "21 November 2026"),
        ("note", ANNA.note),
    ]
    places = [html.index(f'<p class="personal-label">{label}</p>') for label in ("For:", "From:", "Date:", "Note:")]
    assert places == sorted(places)


@pytest.mark.parametrize("left_out", ["name", "clinician", "day", "note"])
def test_what_is_empty_is_left_out(left_out: str) -> None:
    """“From:” and nothing after it looks like a mistake."""
    said = {"name": "For:", "clinician": "From:", "day": "Date:", "note": "Note:"}
    whole = {"name": ANNA.name, "clinician": ANNA.clinician, "day": ANNA.day, "note": ANNA.note}
    html = html_for(Personal(**(whole | {left_out: None if left_out == "day" else ""})))  # type: ignore[arg-type]
    assert [field for field, label in said.items() if f">{label}<" not in html] == [left_out]


#: As much as a list may hold of each.
MOST = Personal(
    "Anna-Maria Theresia " * 6, "Konstantin Alexander " * 5, DAY, "Bring this leaflet to your next visit. " * 15
)


@pytest.mark.parametrize("topic", ["dystonia-or-fibromyalgia", "neck-pain-self-care"])
def test_nothing_personal_pushes_urgent_help_off_page_1(topic: str) -> None:
    """Whoever must call for help now does not turn the page: not for a long note, nor for long names."""
    of = edition(topic, "us", LETTER)
    (box,) = (b for b in every(Block, fill(of.topic.opening, of.setting.region.words)) if b.kind == "urgent-help")
    for person in (ANNA, MOST):
        sheet = pypdfium2.PdfDocument(slowly(person, topic, "us", LETTER).data)[0]
        read = re.sub(r"[\W_]+", "", sheet.get_textpage().get_text_range())
        missing = [said.text for said in every(Run, box) if re.sub(r"[\W_]+", "", said.text) not in read]
        assert missing == []


@pytest.mark.parametrize("form", [Format(Paper.A5, 24), Format(Paper.A5, 36), Format(Paper.LETTER, 36)], ids=str)
@pytest.mark.parametrize("topic", ["dystonia-or-fibromyalgia", "preparing-for-your-appointment"])
def test_the_largest_print_begins_with_urgent_help(topic: str, form: Format) -> None:
    """On a page of few lines a title and a card leave room for nothing; what saves a life stood on page 3."""
    of = edition(topic, "uk", form, opening_only=True)
    for person in (None, MOST):
        layout = pdf.lay_out(page.make_leaflet(of.topic, of.setting, of.stands, person))
        assert (layout.urgent, layout.misprints) == (Urgent.PART, ())


@pytest.mark.parametrize("form", [LETTER, Format(Paper.A5, 18), Format(Paper.LETTER, 24)])
@pytest.mark.parametrize("topic", OURS.topic_names())
def test_what_is_personal_and_long_stands_below_urgent_help(topic: str, form: Format) -> None:
    """A note of six hundred letters above the box would push it down, in every size of text."""
    of = edition(topic, "us", form)
    html = page.make_leaflet(of.topic, of.setting, of.stands, ANNA).html
    assert html.index('class="urgent-help') < html.index('class="personal-note') < html.index('class="key-points')


def test_a_leaflet_for_anyone_has_no_card() -> None:
    """Only a personal copy is anybody's."""
    of = edition("neck-pain-self-care", "us", LETTER)
    for html in (page.make_leaflet(of.topic, of.setting, of.stands).html, html_for(Personal(), "neck-pain-self-care")):
        assert "data-slot" not in html
        assert 'class="personal' not in html


def test_chosen_exercises_are_ticked_with_their_doses() -> None:
    """The wrong box, or a dose beside another exercise, does harm."""
    known = edition("neck-pain-self-care", "us", LETTER).exercises
    chosen = ((known[1].title, "7 times, each side"), (known[3].title, ""))
    slots = _Slots(html_for(Personal(chosen=chosen), "neck-pain-self-care")).slots
    ticks = [words for slot, words in slots if slot == "tick"]
    doses = [words for slot, words in slots if slot == "dose"]
    assert ticks == ["☑" if at in (1, 3) else "☐" for at in range(len(known))]
    assert doses == ["7 times, each side" if at == 1 else one.dose for at, one in enumerate(known)]
    html = html_for(Personal(chosen=chosen), "neck-pain-self-care")
    titles = [html.index(f"</span> {one.title}</h") for one in known]
    boxes = [at for at in range(len(html)) if html.startswith('data-slot="tick"', at)]
    assert all(title < box for title, box in zip(titles, boxes, strict=True))
    assert all(box < title for box, title in zip(boxes, titles[1:], strict=False)), "each box beside its own title"


def test_an_exercise_of_another_leaflet_marks_nothing() -> None:
    """Boxes that are all empty would ask for a choice nobody made."""
    assert "step-tick" not in html_for(Personal("Anna Example", chosen=(("Fly", "5 times"),)), "neck-pain-self-care")


PLAIN = _Slots(html_for(Personal("Anna", "Anna", DAY, "Anna")))
NAMES = st.one_of(
    VALUES,
    st.text(st.sampled_from(LETTERS), min_size=1, max_size=9),
    st.sampled_from(["<b>", "{{ say }}", "{% raw %}", "&amp;", '"><script>', "'"]),
)


@given(NAMES)
def test_a_name_is_text_to_the_end(name: str) -> None:
    """Someone called `<b>` or `{{ x }}` must read their own name, and no name may add markup."""
    seen = _Slots(html_for(Personal(name, name, DAY, name)))
    assert seen.tags == PLAIN.tags
    assert [words for slot, words in seen.slots if slot != "date"] == [name, name, name]


REGIONS = [
    pytest.param(topic, region, marks=() if (number + ours) % 2 else pytest.mark.whole)
    for number, topic in enumerate(OURS.topic_names())
    for ours, region in enumerate(assets.region_codes())
]


@pytest.mark.parametrize(("topic", "region"), REGIONS)
def test_a_card_costs_no_page_and_a_copy_conforms(topic: str, region: str, tmp_path: Path) -> None:
    """A fifth page is one more sheet for each patient; and a blind patient's own copy must be readable, too."""
    form = Format(Paper.A4 if region == "uk" else Paper.LETTER)
    titles = [one.title for one in edition(topic, region, form).exercises]
    person = Personal("Anna Example", "Dr. O’Neill", DAY, "", tuple((title, "5 times") for title in titles[:2]))
    made = slowly(person, topic, region, form)
    assert made.pages == topic_of(topic).pages == 4
    file = tmp_path / "copy.pdf"
    file.write_bytes(made.data)
    for profile in ("ua1", "3a"):
        report = validator.validate_pdf(file, profile=profile)
        assert report.is_compliant, str(report)
    first = pypdfium2.PdfDocument(made.data)[0].get_textpage().get_text_range()
    assert "Anna Example" in first
    assert "21 November 2026" in first


def golden(name: str, html: str, pytestconfig: pytest.Config) -> None:
    """Compare a part of a page with what it was."""
    file = GOLDEN / f"{name}.html"
    lines = "\n".join(line.strip() for line in html.splitlines() if line.strip()) + "\n"
    if pytestconfig.getoption("--update-golden"):
        file.write_text(lines, encoding="utf-8")
    assert lines == file.read_text(encoding="utf-8")


def test_the_html_of_the_card_and_the_note_is_what_it_was(pytestconfig: pytest.Config) -> None:
    """A slip in a template would change every copy unseen. `pytest --update-golden` accepts a change."""
    say = read_labels("en").words
    part = page.templates().get_template("parts/personal.html").module
    golden("personal-card", str(part.card(ANNA, "21 November 2026", say)), pytestconfig)  # type: ignore[attr-defined]
    golden("personal-note", str(part.note(ANNA, say)), pytestconfig)  # type: ignore[attr-defined]
    cyrillic = Personal("Мария", note="Гуляйте.")
    golden("personal-card-other-letters", str(part.card(cyrillic, "", say)), pytestconfig)  # type: ignore[attr-defined]


def test_the_html_of_a_marked_exercise_is_what_it_was(pytestconfig: pytest.Config) -> None:
    """The same, for the box and the dose."""
    part = page.templates().get_template("parts/steps.html").module
    for name, mark in (("ticked", Mark(True, "5 times <2>", 2)), ("not-ticked", Mark(False, "", 1))):
        golden(f"steps-{name}", str(part.marked(mark)), pytestconfig)  # type: ignore[attr-defined]
