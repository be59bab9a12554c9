"""Letters on paper: each glyph that a copy draws is in the font that goes with it, and that font says which letter it is."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from handouts import waiting_list
from handouts.batch import Progress
from handouts.errors import Exit, HandoutError
from handouts.letters import glyphs
from handouts.model import Person
from handouts.store import Store

from .batches import Row, StandIn, a_list, make, manifest_of
from .people_words import texts
from .test_letters import IN_BATCHES

pytestmark = pytest.mark.xdist_group("batch")

TOPIC = "gentle-movement"
#: In each field letters that no other has, of either font.
EVERYTHING: Row = {
    "name": "Anna Example Žq",
    "clinician": "Мария Щукина",
    "date": "2026-11-21",
    "note": "Ŵalk; ×2?",
    "exercises": "Turn = 7×£; Chin tuck",
    "row id": "Zz_9",
    "topics": TOPIC,
}


class Drawn:
    """A font of a file: its glyphs that show something, and the letters it says they are."""

    def __init__(self, font: Any) -> None:
        (inner,) = font.DescendantFonts
        file = TTFont(BytesIO(inner.FontDescriptor.FontFile2.read_bytes()))
        self._order, self._outlines = file.getGlyphOrder(), file["glyf"]
        unicode = font.ToUnicode.read_bytes().decode().partition("beginbfchar")[2]
        self._letters = dict(re.findall(r"<(\w{4})> <(\w+)>", unicode))

    def read(self, glyph: int) -> str:
        """The letter of a glyph; “▯” for one that leaves a hole."""
        letter = bytes.fromhex(self._letters.get(f"{glyph:04x}", "fffd")).decode("utf-16-be")
        shows = glyph < len(self._order) and self._outlines[self._order[glyph]].numberOfContours
        return letter if glyph and (shows or letter.isspace()) else "▯"


def lines_of(file: Path | bytes) -> Iterator[tuple[int, str]]:
    """What is drawn in the fonts of personal words, as these fonts have it: the page from 1, and a line."""
    with pikepdf.open(BytesIO(file) if isinstance(file, bytes) else file) as document:
        fonts: dict[tuple[int, int], Drawn] = {}
        for number, page in enumerate(document.pages, 1):
            font = None
            for one in pikepdf.parse_content_stream(page):
                if str(one.operator) == "Tf":
                    name = str(one.operands[0])
                    found = page.resources.Font[name]
                    font = None
                    if name.startswith("/Personal"):
                        font = fonts.get(found.objgen) or fonts.setdefault(found.objgen, Drawn(found))
                elif str(one.operator) == "TJ" and font:
                    shown = b"".join(bytes(p) for p in one.operands[0] if isinstance(p, pikepdf.String))
                    yield (
                        number,
                        "".join(font.read(int.from_bytes(shown[at : at + 2], "big")) for at in range(0, len(shown), 2)),
                    )


def made(folder: Path, kept: Store, rows: list[Row], **ordered: Any) -> tuple[Progress, list[Path]]:
    """A batch, and all its files."""
    people = a_list(folder / "people.csv", rows)
    done = make(people, folder / "here", StandIn().workers, kept, separate=True, separators=True, **ordered)
    return done, sorted((folder / "here").rglob("*.pdf"))


def test_each_field_is_drawn_whole(kept: Store, tmp_path: Path) -> None:
    """A name with holes in it, and exit code 0: nobody sees it before the patient does."""
    done, files = made(tmp_path, kept, [EVERYTHING])
    assert (done.stamped, done.laid_out, len(files)) == (1, 0, 2)
    for file in files:
        said = [line for _, line in lines_of(file)]
        for words in ("Anna Example Žq", "Мария Щукина", "21 November 2026", "Ŵalk; ×2?", "7×£", "☑", "☐"):
            assert words in said, (file.name, words)
        assert "Hold 5 seconds, 5 times" in said, "a usual dose"
        assert ("Zz_9" in said) == (file.parent.name != "copies")
        assert not any("▯" in line for line in said)


#: What a row may hold, of one line each, so that all have one shape.
WORDS = texts(2).filter(lambda words: len(words) < 14 and words[0].isalnum())  # not as a formula begins
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": WORDS,
            "clinician": WORDS,
            "note": WORDS,
            "exercises": texts(1).filter(lambda words: re.fullmatch(r"[^;=\s]{1,12}", words)).map("Turn = {}".format),
            "date": st.just("2026-11-21"),
            "topics": st.just(TOPIC),
        }
    ),
    min_size=6,
    max_size=12,
)


@settings(max_examples=4, **IN_BATCHES)
@given(rows=ROWS)
def test_anyone_is_drawn_whole(rows: list[Row], kept: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same, of people nobody thought of, with letters of both fonts: what a stamped copy draws is what its row says."""
    folder = tmp_path_factory.mktemp("anyone")
    try:
        done, _ = made(folder, kept, rows)
    except HandoutError as refused:
        assert refused.exit_code == Exit.WRONG_PEOPLE  # noqa: PT017  # a list that is refused draws nothing
        return
    assert done.rows == len(rows)
    people = {person.row: person for person in waiting_list.read_batch(folder / "people.csv", BATCH).people()}
    for one in manifest_of(folder / "here")["copies"]:
        if one["stamped"]:
            said = [line for _, line in lines_of(folder / "here" / one["file"])]
            for words in _texts(people[one["row"]]):
                assert words in said, ascii(words)


BATCH = waiting_list.BatchOrder()


def _texts(person: Person) -> Iterator[str]:
    yield from (person.personal.name, person.personal.clinician, person.personal.note)
    yield from (dose for _, dose in person.personal.chosen)


@pytest.mark.parametrize("field", ["name", "clinician", "note", "dose", "usual words"])
def test_a_letter_that_the_font_lacks_is_not_drawn_with_it(
    field: str, kept: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If letters were gathered without one of the fields, its copies would be laid out in full, and never have holes."""
    left_out = {
        "name": "Anna Example Žq",
        "clinician": "Мария Щукина",
        "note": "Ŵalk; ×2?",
        "dose": "7×£",
    }.get(field)
    gathered = waiting_list._texts
    monkeypatch.setattr(waiting_list, "_texts", lambda person: [said for said in gathered(person) if said != left_out])
    if left_out is None:
        monkeypatch.setattr(waiting_list, "_usual_words", lambda *_: [])
    done, files = made(tmp_path, kept, [EVERYTHING])
    assert (done.stamped, done.laid_out) == (0, 1)
    assert {line for file in files for _, line in lines_of(file)} == {"Zz_9"}, "the separator alone is stamped"


def test_an_id_that_cannot_be_drawn_stops_the_batch(
    kept: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A separator sheet is stamped or not at all: a wrong id on it gives a person's leaflets to another."""
    gathered = waiting_list._texts
    monkeypatch.setattr(waiting_list, "_texts", lambda person: [said for said in gathered(person) if said != "Zz_9"])
    with pytest.raises(HandoutError) as refused:
        made(tmp_path, kept, [EVERYTHING])
    assert refused.value.exit_code == Exit.OUR_FAULT
    assert not list((tmp_path / "here").glob("*.pdf"))


def test_a_bold_font_has_the_letters_of_its_regular_one() -> None:
    """A list is judged by the regular ones alone."""
    for family in ("Body", "Fallback"):
        assert glyphs((family, 400)).keys() == glyphs((family, 700)).keys()
