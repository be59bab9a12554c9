"""The quality report: each rule sees what it is for, an excuse needs a reason, and the numbers can be trusted."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from handouts import assets, clinics, quality, readability, reading, reports
from handouts.errors import Exit
from handouts.files import shown
from handouts.model import Block, Clinic, Format, Layout, Misprint, Paper, Place, Setting, Urgent
from handouts.quality import Report

from .conftest import CASES, UNAPPROVED, Ran

Put = Callable[[str, bytes], Path]
Run = Callable[..., Ran]
GOOD = (CASES / "quality" / "good.md").read_text(encoding="utf-8")
#: Where “Keep moving.” stands.
LINE = GOOD[: GOOD.index("Keep moving.")].count("\n") + 1
TODAY = date(2026, 11, 21)
FRONT = ("Call 911 now if", "Get help the same day", "Book a visit")


def judged(
    put: Put,
    text: str,
    *,
    pages: tuple[tuple[str, ...], ...] = (FRONT, ("More.",)),
    urgent: Urgent = Urgent.WHOLE,
    misprints: tuple[Misprint, ...] = (),
    today: date = TODAY,
    clinic: Clinic | None = None,
) -> Report:
    """The report on a topic of this text, as if it were printed on these pages."""
    put("example", text.encode())
    region = clinics.read_region("us")
    (topic,) = reading.read_topics(["example"], "en", [region])
    setting = Setting(region, clinics.read_labels("en"), clinic, Format(Paper.LETTER))
    return quality.report(topic, setting, Layout(pages, urgent, misprints), UNAPPROVED, today)


def broken(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings if finding.breaks}


def test_a_good_leaflet_holds(own_shelf: Put) -> None:
    """A report that finds fault with everything is not read."""
    report = judged(own_shelf, GOOD)
    assert broken(report) == set()
    assert report.holds


HARD = "Considerable physiological sensitisation necessitates multidisciplinary rehabilitation strategies.\n\n" * 6
LONG = "Walk every day with a friend or a dog or on your own and do it in the park or in the street. "


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("reading-age", "Keep moving.", HARD),
        ("long-sentence", "Keep moving.", LONG),
        ("long-paragraph", "Keep moving.", "Go out now. Walk a bit now. Sit down then. Rest a bit then. " * 2),
        ("long-list", "- a list", "- a list\n" + "- more\n" * 7),
        ("avoid", "Keep moving.", "Exercise cures your pain."),
        ("in-short", "::: key-points\n\n- **Move.** Do.\n- **Rest.** Do.\n\n:::\n", ""),
        ("action", "\nDose: 5 minutes a day\n", ""),
        ("tool", "::: checklist\n\n- walk\n\n:::", "The end."),
        ("blank", "Keep moving.", "[[Say what to do.]]"),
        ("sources", "year: 2024", "year: 2024\n    region: uk"),
        (
            "long-cell",
            "Keep moving.",
            "Keep moving.\n\n::: comparison-table\n\n| | A | B |\n|---|---|---|\n| C | " + "so " * 21 + "| b |\n\n:::",
        ),
        ("exception", "sources:", "exceptions:\n  - rule: avoid\n    reason: none\nsources:"),
        ("exception", "sources:", "exceptions:\n  - rule: avoids\n    reason: none\nsources:"),
    ],
)
def test_each_rule_sees_a_planted_fault(own_shelf: Put, rule: str, old: str, new: str) -> None:
    """A rule that sees nothing lets a bad leaflet through with our name on it."""
    assert old in GOOD
    assert broken(judged(own_shelf, GOOD.replace(old, new, 1))) == {rule}


def test_every_rule_is_shown_catching_something() -> None:
    """A rule without a planted fault could be asleep."""
    here = Path(__file__).read_text(encoding="utf-8")
    assert [rule for rule in quality.RULES if f'"{rule}"' not in here] == []


def test_nobody_spoken_to_is_seen(own_shelf: Put) -> None:
    """“Patients should” speaks past the patient."""
    text = (
        GOOD.replace("Your", "The")
        .replace("your", "the")
        .replace("you ", "they ")
        .replace("You", "They")
        .replace("you.", "it.")
    )
    assert "you" in broken(judged(own_shelf, text))


def test_colours_that_cannot_be_read_are_seen(own_shelf: Put, tmp_path: Path) -> None:
    """A clinic's own grey on white would be lost on every photocopy."""
    (tmp_path / "clinic.yaml").write_text("name: Example Clinic\n", encoding="utf-8")
    clinic = replace(clinics.read_clinic(tmp_path / "clinic.yaml"), tokens={"--ink": "#cccccc"})
    assert broken(judged(own_shelf, GOOD, clinic=clinic)) == {"contrast"}


def test_a_picture_without_words_is_seen(own_shelf: Put) -> None:
    """A drawing nobody explains is decoration."""
    drawn = judged(own_shelf, GOOD.replace("Keep moving.", "::: figure\n\n![A dot.](dot.svg)\n\nA dot.\n\n:::")).topic
    (section,) = drawn.sections
    (figure,) = (p for p in section.parts if isinstance(p, Block) and p.kind == "figure")
    bare = replace(figure, entries=(replace(figure.entries[0], body=()),))
    topic = replace(drawn, sections=(replace(section, parts=(bare, *section.parts[1:])),))
    setting = Setting(clinics.read_region("us"), clinics.read_labels("en"), None, Format(Paper.LETTER))
    report = quality.report(topic, setting, Layout((FRONT, ("More.",))), UNAPPROVED, TODAY)
    assert broken(report) == {"caption"}


def test_what_is_printed_is_judged(own_shelf: Put) -> None:
    """The page budget, the odd page and the urgent box on page 1 are facts of paper, not of the file."""
    three = judged(own_shelf, GOOD, pages=(FRONT, ("a",), ("b",)))
    assert broken(three) == {"pages"}


def test_an_odd_page_out_is_seen(own_shelf: Put) -> None:
    """A blank back looks like a missing page."""
    text = GOOD.replace("pages: 2", "pages: 4")
    assert broken(judged(own_shelf, text, pages=(FRONT, ("a",), ("b",)))) == {"pages"}


@pytest.mark.parametrize("there", [Urgent.PART, Urgent.NONE])
def test_urgent_help_off_page_1_is_seen(own_shelf: Put, there: Urgent) -> None:
    """Whoever needs it has no time to turn pages."""
    assert broken(judged(own_shelf, GOOD, urgent=there)) == {"urgent-help"}


def test_words_that_find_no_room_are_told_with_their_line(own_shelf: Put) -> None:
    """An editor mends a block on its line; “something was lost” sends them through the whole leaflet."""
    place = Place(shown(assets.TOPICS / "example" / "en.md"), LINE)
    report = judged(own_shelf, GOOD, misprints=(Misprint("Keep moving.", is_lost=True, place=place),) * 2)
    assert [(one.rule, one.place.line) for one in report.findings if one.breaks] == [("fits", LINE)]


def test_a_wide_line_is_pointed_out(own_shelf: Put) -> None:
    """The eye loses its line on the way back."""
    report = judged(own_shelf, GOOD, pages=(FRONT, ("x" * 71,)))
    assert [finding.rule for finding in report.findings if finding.rule != "hard-word"] == ["wide-line"]
    assert report.holds


def test_an_overdue_leaflet_does_not_hold(own_shelf: Put) -> None:
    """Advice goes out of date without looking any different."""
    assert broken(judged(own_shelf, GOOD, today=date(2028, 11, 21))) == set()


def test_the_day_after_its_review_it_is_overdue(own_shelf: Put) -> None:
    """The last good day is the review date itself."""
    assert broken(judged(own_shelf, GOOD, today=date(2028, 11, 22))) == {"review-date"}


def test_a_reason_excuses_what_it_names_and_no_more(own_shelf: Put) -> None:
    """An exception is honest only if it says why, and stays where it is meant."""
    excuse = 'exceptions:\n  - rule: avoid\n    words: "cures"\n    reason: A quoted name.\nsources:'
    text = GOOD.replace("sources:", excuse).replace("Keep moving.", "The Cures Act. It relieves you.")
    report = judged(own_shelf, text)
    assert [(f.what, f.reason) for f in report.findings if f.rule == "avoid"] == [
        ("“relieves” is better not said", ""),
        ("“cures” is better not said", "A quoted name."),
    ]
    assert not report.holds


def test_findings_lead_to_the_line(own_shelf: Put) -> None:
    """An editor who must look for the place mends the wrong one."""
    text = GOOD.replace("Keep moving.", "Keep moving.\n\nExercise cures your pain.")
    (finding,) = (f for f in judged(own_shelf, text).findings if f.breaks)
    assert text.split("\n")[finding.place.line - 1] == "Exercise cures your pain."
    assert finding.place.file.endswith("example/en.md")


def test_passives_and_hard_words_are_pointed_out(own_shelf: Put) -> None:
    """They are no faults in themselves, so a person decides; a word that is explained is left alone."""
    words = "The pain is caused by fibromyalgia. Ask about physiotherapy (help with moving). You are tired."
    report = judged(own_shelf, GOOD.replace("Keep moving.", words))
    assert [f.what for f in report.findings if f.rule == "passive"] == ["passive: “is caused”"]
    explained = {hard.word: hard.explained for hard in report.hard_words}
    assert explained["fibromyalgia"] is False
    assert explained["physiotherapy"] is True
    assert report.holds


def test_the_grades_are_those_of_the_published_formulas() -> None:
    """A made-up number would be worse than none. Counted by hand: 2 sentences, 13 words, 13 syllables."""
    measure = readability._measure("", ["The cat sat on the warm mat.", "It slept on it all day."])
    assert measure.grade == pytest.approx(0.39 * 13 / 2 + 11.8 * 13 / 13 - 15.59, abs=0.01)
    assert (measure.sentences, measure.words) == (2, 13)
    hard = ["Medicine is medicine for anybody here."] * 30  # two words of three syllables, and one of four
    assert readability._measure("", hard).smog == pytest.approx(1.043 * (90 * 30 / 30) ** 0.5 + 3.1291, abs=0.01)


def test_fragments_are_not_sentences() -> None:
    """List items without a full stop would make every leaflet look hard, or easy."""
    assert readability.sentences("a bad injury, such as a crash") == []
    assert readability.sentences("Stop. Go out every day. Ask “why is it so?” and rest.") == [
        "Go out every day.", "Ask “why is it so?”",
    ]  # fmt: skip


# --- The command ---------------------------------------------------------------------------------


def test_check_speaks_to_people_and_programs(run: Run, own_shelf: Put, tmp_path: Path) -> None:
    """The table for the editor, JSON for another program, a page for whoever has no terminal."""
    own_shelf("example", GOOD.replace("Keep moving.", "Exercise cures your pain.").encode())
    ran = run("check", "example", "--region", "us", "--html", "report.html")
    assert ran.code == Exit.WRONG_FILE
    assert f"example/en.md:{LINE}: “cures” is better not said; say “can help”" in ran.out
    (data,) = json.loads(run("check", "--json", "--region", "us").out)
    assert (data["topic"], data["holds"], data["region"]) == ("example", False, "us")
    assert data["reading_age"]["flesch_kincaid"] <= 6
    assert data["for_a_person"]["facts"]
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    file = next(f["file"] for f in data["findings"] if f["rule"] == "avoid")
    assert f'<a href="#{file}:{LINE}">Line {LINE}</a>' in html
    assert f'<li id="{file}:{LINE}">Exercise cures your pain.</li>' in html
    assert "http" not in html.replace("https://example.org", "").replace("http://www.w3.org/2000/svg", "")


def test_check_ends_well_when_all_holds(run: Run, own_shelf: Put) -> None:
    """A script that checks every night must see the difference in the exit code."""
    own_shelf("example", GOOD.encode())
    assert run("check", "--region", "us").code == 0


def test_a_value_in_the_report_is_escaped(own_shelf: Put) -> None:
    """A leaflet's words must not become part of the page that reports on them."""
    report = judged(own_shelf, GOOD.replace("Keep moving.", 'You can walk & "run" 1 < 2 times.'))
    assert "1 &lt; 2" in reports.as_html([report])
