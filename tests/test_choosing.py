"""The question of `make`: whoever does not know the names by heart finds a leaflet in one or two tries."""

import re
from pathlib import Path

import pytest

from handouts.assets import OURS
from handouts.errors import HandoutError
from handouts.picking import Choice, picked

from .conftest import CASES, topic_of
from .test_story import at_a_terminal, left_in

GOOD = (CASES / "quality" / "good.md").read_text(encoding="utf-8")
NAMES = OURS.topic_names()
NECK, SLEEP, DIARY = "neck-pain-self-care", "sleep-hygiene", "symptom-and-sleep-diary"
#: The built-in topics; one says more in its text than in its title.
CHOICES = [Choice(name, topic_of(name).title, lambda n=name: "Insomnia" if n == SLEEP else "") for name in NAMES]  # type: ignore[misc]
SMALL = {"COLUMNS": "80", "LINES": "24"}


def at(*numbers: int) -> tuple[str, ...]:
    return tuple(NAMES[number - 1] for number in numbers)


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        ("3", at(3)),
        ("1 3", at(1, 3)),
        ("3, 1;3", at(3, 1)),
        ("1-3", at(1, 2, 3)),
        ("1 – 3 and 5", at(1, 2, 3, 5)),
        ("2 to 3", at(2, 3)),
        ("#2.", at(2)),
        ("all", NAMES),
        ("ALL ", NAMES),
        (NECK, (NECK,)),
        ("neck", (NECK,)),
        ("Better sleep habits", (SLEEP,)),
        ("better  SLEEP", (SLEEP,)),
        ("sleep", (SLEEP,)),
        ("habits", (SLEEP,)),
        ("diary", (DIARY,)),
        ("sleep diary", (DIARY,)),
        ("insomnia", (SLEEP,)),
        ("neck, better sleep habits and 1", (NECK, SLEEP, *at(1))),
        ("neck sleep", (NECK, SLEEP)),
    ],
)
def test_what_people_type_is_understood(answer: str, names: tuple[str, ...]) -> None:
    """Patients ask for “insomnia” and staff read a number off the screen; neither is the name of a folder."""
    assert picked(answer, CHOICES) == names


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("9", "There is no 9; the numbers are 1 to 8."),
        ("0", "There is no 0"),
        ("3-1", "There is no 3-1"),
        ("99999", "There is no 99999"),
        ("1 xyzzy", "No leaflet is about “xyzzy”; write a number of the list."),
        ("s", "“s” could be 6, 7 or 8; write a number."),
        ("?", "No leaflet is about “?”"),
        ("²", "No leaflet is about “²”"),
        ("[/bold]", "No leaflet is about “[/bold]”"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(answer: str, said: str) -> None:
    """Whoever mistyped must see what to type instead, and nothing of how the program thinks."""
    with pytest.raises(HandoutError) as refused:
        picked(answer, CHOICES)
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


def test_the_question_fits_the_smallest_screen(tmp_path: Path) -> None:
    """At 80 × 24 the top of the list scrolled away, and of the titles six letters were left."""
    shown = at_a_terminal(["make", "--region", "us"], ["xyzzy", "9", "better sleep habits"], tmp_path, **SMALL)
    before, _, rest = shown.partition("Which topics?")
    lines = [line.rstrip() for line in before.splitlines()]
    assert len(lines) <= 20
    assert max(map(len, lines)) <= 80
    for number, name in enumerate(NAMES, 1):
        assert f"{number} {topic_of(name).title}" in before
    assert "No leaflet is about “xyzzy”" in rest
    assert "There is no 9" in rest
    assert rest.count("Which topics?") == 2
    assert left_in(tmp_path / "out") == ["sleep-hygiene-en-us-letter.pdf"]


@pytest.mark.parametrize("answer", ["", "q"])
def test_nothing_chosen_is_nothing_made(tmp_path: Path, answer: str) -> None:
    """Whoever looked and did not find it may leave."""
    assert "Nothing was made." in at_a_terminal(["make", "--region", "us"], [answer], tmp_path, **SMALL)
    assert left_in(tmp_path) == []


def test_a_shelf_longer_than_the_screen(tmp_path: Path) -> None:
    """A clinic with sixty leaflets of its own must see all of them, none twice and none scrolled away."""
    (tmp_path / "clinic.yaml").write_text("name: Example Clinic\nregion: us\n", encoding="utf-8")
    for number in range(40):
        folder = tmp_path / "topics" / f"own-{number:02}"
        (folder / "figures").mkdir(parents=True)
        text = GOOD.replace("EX-01", f"EX-{number:02}").replace(
            "title: A short walk", f"title: Own leaflet {number:02}"
        )
        (folder / "en.md").write_text(text, encoding="utf-8")
        (folder / "figures" / "dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>')
    shown = at_a_terminal(["make"], ["more", "more", "q"], tmp_path, **SMALL)
    first, second, third, _ = shown.split("Which topics?")
    titles = [f"Own leaflet {number:02}" for number in range(40)]
    assert all(len(part.splitlines()) <= 24 for part in (first, second, third))
    assert [title for title in titles if title in first + second] == titles
    assert not [title for title in titles if title in first and title in second]
    assert re.findall(r"Own leaflet \d\d", first) == re.findall(r"Own leaflet \d\d", third)


def test_the_question_is_about_the_clinics_own_shelf(tmp_path: Path) -> None:
    """`--clinic` from elsewhere showed our titles, and approvals of nobody."""
    folder = tmp_path / "ours" / "topics" / "walking"
    (folder / "figures").mkdir(parents=True)
    (folder / "en.md").write_text(GOOD.replace("title: A short walk", 'title: "Walk [/x] [bold]"'), encoding="utf-8")
    (folder / "figures" / "dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>')
    (tmp_path / "ours" / "clinic.yaml").write_text('name: "Clinic [/x]"\nregion: uk\n', encoding="utf-8")
    shown = at_a_terminal(["make", "--clinic", "ours"], ["walk"], tmp_path, **SMALL)
    assert "Walk [/x] [bold]" in shown
    assert "walking-en-uk-a4-clinic-x.pdf" in left_in(tmp_path / "out")
