"""Stamping: a copy made the fast way is the one made the slow way, pixel by pixel and word by word; or it is not made so."""

import hashlib
import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

import page as validator
import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handouts import frozen, stamping
from handouts.assets import OURS
from handouts.frozen import FACES, Frozen
from handouts.model import Format, Ink, Paper, Personal
from handouts.stamping import Copies, PrintFile, Stamped
from handouts.streams import has_clean_ends

from .both_ways import FONTS, differences, edition, frozen_of, slowly, spoken, stamped_for
from .people_words import texts
from .test_frozen import frozen_with
from .test_letters import IN_BATCHES

LETTER, A4 = Format(Paper.LETTER), Format(Paper.A4)
DAY = date(2026, 11, 21)
ANNA = Personal("Anna Example", "Dr. O’Neill", DAY, "Walk slowly, then rest.")
#: Nobody would have guessed these; each is a text that was once not the same, or might not be.
MEAN = [
    Personal(
        "AVATAR To Yo. Wave-Ty", "office affine fjord", DAY, "3,000 steps; 2.5 km, at 37 °C. It’s fine: rock’n’roll!"
    ),
    Personal("Nguyễn Thị Ánh", "", None, "đi bộ mỗi ngày, " * 8 + "AV To"),
    Personal(
        "Мария Щукина",
        "Елена",
        DAY,
        " ".join(["Гуляйте каждый день утром, вечером отдыхайте. Если больно, остановитесь!"] * 3),
    ),
    Personal("Μαρία Παπαδοπούλου-Άννα", "Ωραία", DAY, "Μέρα, βράδυ."),
    Personal("<b>{{ name }}</b> &amp;", "", None, ""),
    Personal("", "", DAY, " ".join(["Stop if it hurts; sit down, breathe."] * 6)),
]


KEPT: dict[int, Copies] = {}


def fast(made: tuple[Frozen, Stamped]) -> tuple[bytes, str]:
    """A stamped copy, and its digest."""
    leaflet, stamped = made
    return KEPT.setdefault(id(leaflet), Copies(leaflet, FONTS)).copy(stamped)


def compare(person: Personal, topic: str, region: str, form: Format, *, opening_only: bool = False) -> bool:
    """Whether a copy is stamped; if it is, it must be the same as the one that is laid out."""
    made = stamped_for(person, topic, region, form, opening_only=opening_only)
    if made is None:
        return False
    slow = slowly(person, topic, region, form, opening_only=opening_only)
    assert differences(fast(made)[0], slow.data) == [], (person, topic, region, form)
    return True


# --- The same ------------------------------------------------------------------------------


#: Of each size and each ink one.
FEW_FORMS = [A4, Format(Paper.LETTER, 18, Ink.SAVER), Format(Paper.A5, 24, Ink.GREY)]


@pytest.mark.parametrize(("person", "form"), list(zip(MEAN, FEW_FORMS * 2, strict=True)), ids=range(len(MEAN)))
def test_the_first_page_is_the_same(person: Personal, form: Format) -> None:
    """Whoever gets a stamped copy must hold what the clinic looked at, whatever the name is and however long the note."""
    compare(person, "sleep-hygiene", "us", form, opening_only=True)


@pytest.mark.parametrize(
    ("topic", "region", "form"),
    [
        ("gentle-movement", "uk", A4),
        ("neck-pain-self-care", "us", Format(Paper.LETTER, 18, Ink.GREY)),
        ("stress-and-relaxation", "us", Format(Paper.LETTER, 24, Ink.SAVER)),
    ],
)
def test_a_whole_leaflet_is_the_same(topic: str, region: str, form: Format) -> None:
    """A ticked exercise must not move what stands below it, nor to another page."""
    titles = [one.title for one in edition(topic, region, form).exercises]
    doses = ("5 times", "Hold it 10 seconds", "1 time", "")[: len(titles)]
    person = Personal("Anna Example", "", DAY, "", tuple(zip(titles[1:], doses, strict=False)))
    assert compare(person, topic, region, form)


PEOPLE = st.builds(
    Personal,
    st.one_of(st.just(""), texts(4)),
    st.one_of(st.just(""), texts(4)),
    st.sampled_from([None, DAY]),
    st.one_of(st.just(""), texts(12), texts(60)),
)
FORMS = st.builds(Format, st.sampled_from(Paper), st.sampled_from([12, 18, 24]), st.sampled_from(Ink))


@settings(max_examples=8, **IN_BATCHES)
@given(PEOPLE, st.sampled_from(FEW_FORMS))
def test_anyone_gets_the_same(person: Personal, form: Format) -> None:
    """The same, of people nobody thought of."""
    compare(person, "sleep-hygiene", "us", form, opening_only=True)


@pytest.mark.whole
@settings(max_examples=150, **IN_BATCHES)
@given(PEOPLE, FORMS)
def test_anyone_gets_the_same_at_length(person: Personal, form: Format) -> None:
    """The same, of hundreds."""
    compare(person, "sleep-hygiene", "us", form, opening_only=True)


@pytest.mark.whole
@settings(max_examples=70, **IN_BATCHES)
@given(PEOPLE, FORMS, st.sampled_from(OURS.topic_names()), st.sampled_from(["us", "uk"]), st.data())
def test_anyone_gets_the_same_whole_leaflet(
    person: Personal, form: Format, topic: str, region: str, data: st.DataObject
) -> None:
    """The same, of whole leaflets with exercises chosen."""
    dose = st.one_of(st.just(""), st.just("5 times, 2 times a day"), texts(3), texts(12))
    titles = [one.title for one in edition(topic, region, form).exercises]
    chosen = data.draw(st.lists(st.tuples(st.sampled_from(titles), dose), max_size=4)) if titles else []
    one = Personal(person.name, person.clinician, person.day, person.note, tuple(dict(chosen).items()))
    compare(one, topic, region, form)


def test_usual_people_are_stamped() -> None:
    """If all were laid out on their own, nothing above would have been compared, and a list would take hours."""
    assert stamped_for(ANNA, "sleep-hygiene", "us", A4, opening_only=True)
    assert all(stamped_for(MEAN[at], "sleep-hygiene", "us", A4, opening_only=True) for at in (2, 5))


@pytest.mark.parametrize(
    "note",
    ["e\u0301", "Anna Иванова", "x " * 280, "a/b " * 60, "Incomprehensibilities" * 8, "a  b"],
    ids=range(6),
)
def test_what_cannot_be_stamped_truthfully_is_not(note: str) -> None:
    """It takes a second more; a note that runs out of its box takes a patient's trust."""
    person = Personal("Anna Example", note=note)
    assert stamped_for(person, "sleep-hygiene", "us", A4, opening_only=True) is None


def test_a_planted_difference_is_seen() -> None:
    """A guard that sees nothing guards nothing: one letter, or a tenth of a millimetre."""
    made = stamped_for(ANNA, "sleep-hygiene", "us", A4, opening_only=True)
    assert made
    slow = slowly(ANNA, "sleep-hygiene", "us", A4, opening_only=True).data
    assert differences(fast(made)[0], slow) == []
    leaflet, stamped = made
    moved = {
        page: re.sub(rb"1 0 0 -1 (\d+)", lambda m: b"1 0 0 -1 %d" % (int(m[1]) + 1), said)
        for page, said in stamped.items()
    }
    assert differences(fast((leaflet, moved))[0], slow) == ["the picture of page 0"]
    other = stamped_for(
        Personal("Anne Example", ANNA.clinician, DAY, ANNA.note), "sleep-hygiene", "us", A4, opening_only=True
    )
    assert other
    assert differences(fast(other)[0], slow) == ["the picture of page 0", "what is read aloud"]


# --- A copy of its own ------------------------------------------------------------------------


TITLES = ("5 times", "Hold it 10 seconds")


def chosen_in(topic: str, form: Format) -> Personal:
    titles = [one.title for one in edition(topic, "us", form).exercises]
    return Personal("Anna Example", "Dr. O’Neill", DAY, "", tuple(zip(titles, TITLES, strict=False)))


@pytest.mark.parametrize("form", [LETTER, Format(Paper.LETTER, ink=Ink.GREY)], ids=str)
def test_a_copy_conforms(form: Format, tmp_path: Path) -> None:
    """A personal copy for a blind reader must be one, and one for the record must last."""
    made = stamped_for(chosen_in("gentle-movement", form), "gentle-movement", "us", form)
    assert made
    data, digest = fast(made)
    assert digest == hashlib.sha256(data).hexdigest(), "the record must name what was handed out"
    assert has_clean_ends(data)
    file = tmp_path / "copy.pdf"
    file.write_bytes(data)
    for profile in ("ua1", "3a"):
        report = validator.validate_pdf(file, profile=profile)
        assert report.is_compliant, str(report)
    with pikepdf.open(file) as document:
        assert document.check_pdf_syntax() == []


def test_a_screen_reader_meets_the_name_where_it_stands() -> None:
    """A name read out at the end of the page is nobody's."""
    made = stamped_for(chosen_in("gentle-movement", LETTER), "gentle-movement", "us", LETTER)
    assert made
    said = spoken(fast(made)[0])
    for label, words in (("For:", "Anna Example"), ("From:", "Dr. O’Neill"), ("Date:", "21 November 2026")):
        assert said[said.index(label) + 1] == words
    assert said.index("5 times") < said.index("Hold it 10 seconds")


def test_the_fonts_of_a_copy_say_what_they_hold() -> None:
    """A font that is not there, or that names another letter, shows or copies another name."""
    used = frozenset("AnaExmple")
    for face in FACES.values():
        objects = stamping.font_of(face, used).objects
        assert b"+" in objects[0]
        with pikepdf.new() as document:
            unicode = document.make_stream(_unpacked(objects[4])).read_bytes().decode()
        pairs = dict(re.findall(r"^<(\w{4})> <(\w{4})>$", unicode.partition("beginbfchar")[2], re.MULTILINE))
        known = stamping.letters.glyphs(face)
        assert {chr(int(letter, 16)) for letter in pairs.values()} == used
        assert all(known[int(letter, 16)] == int(glyph, 16) for glyph, letter in pairs.items())
        assert len(_unpacked(objects[3])) < 0.5 * len(stamping.letters.file_of(face)), "only what is used"


def _unpacked(thing: bytes) -> bytes:
    return stamping.zlib.decompress(thing.partition(b"stream\n")[2].removesuffix(b"\nendstream"))


def test_different_people_have_different_files() -> None:
    """An archive that knows files by their id would keep one of the two."""
    ids = set()
    for name in ("Anna Example", "Anne Example"):
        made = stamped_for(Personal(name), "sleep-hygiene", "us", A4, opening_only=True)
        assert made
        data, _ = fast(made)
        assert data == fast(made)[0], "the same person, the same file"
        with pikepdf.open(BytesIO(data)) as document:
            ids.add(bytes(document.trailer["/ID"][1]))
            assert b"Anna" not in bytes(str(document.docinfo), "utf-8")
    assert len(ids) == 2


def test_no_stream_of_many_copies_ends_in_half_a_line_end() -> None:
    """One in 256 would fail the archive's validator."""
    leaflet = frozen_of("sleep-hygiene", "us", A4, frozen.Shape(name=1), opening_only=True)
    assert leaflet
    copies = Copies(leaflet, FONTS)
    for number in range(1500):
        stamped = stamping.stamp(leaflet, {("name", 0): f"Anna Example {number}"}, FONTS)
        assert stamped
        assert has_clean_ends(copies.copy(stamped)[0])


# --- A print file -------------------------------------------------------------------------------


@cache
def for_paper() -> tuple[Frozen, Frozen]:
    """A leaflet of even pages and a sheet of one, each with a name."""
    leaflet = frozen_of("sleep-hygiene", "us", A4, frozen.Shape(name=1), opening_only=True)
    sheet = frozen_with('<p><span class="slot" data-slot="name">xqname0</span></p>', [("name", 0, ["xqname0"])])
    assert leaflet
    assert sheet
    assert (leaflet.pages % 2, sheet.pages) == (0, 1)
    return leaflet, sheet


def print_file(people: Sequence[str], *, even: bool = True) -> tuple[bytes, str, int]:
    """A print file with a copy of both for each person."""
    out = BytesIO()
    written = PrintFile(out, FONTS)
    for name in people:
        for leaflet in for_paper():
            stamped = stamping.stamp(leaflet, {("name", 0): name}, FONTS)
            assert stamped is not None
            written.add(leaflet, stamped, even=even)
    digest = written.close()
    return out.getvalue(), digest, written.pages


@pytest.mark.parametrize("even", [True, False])
def test_a_print_file_holds_everyone_in_their_order(even: bool) -> None:
    """A pile in another order, or a page that begins on the back of another person's, goes to the wrong patient."""
    people = [f"Anna Example {number}" for number in range(40)]
    data, digest, count = print_file(people, even=even)
    assert digest == hashlib.sha256(data).hexdigest()
    with pikepdf.open(BytesIO(data)) as document:
        assert document.check_pdf_syntax() == []
        assert len(document.pages) == count
        assert "not tagged" in str(document.docinfo["/Title"])
        assert "/StructTreeRoot" not in document.Root
    sheets = [sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(data)]
    named = [
        (place, found[0]) for place, words in enumerate(sheets) if (found := re.findall(r"Anna Example \d+", words))
    ]
    assert [name for _, name in named] == [name for name in people for _ in range(2)]
    if even:
        assert all(place % 2 == 0 for place, _ in named)
        lone = [at for at, words in enumerate(sheets) if not words.strip()]
        assert len(lone) == len(people)
        assert all(at % 2 for at in lone), "only backs are blank"


def test_the_pages_of_a_print_file_are_those_of_the_copies() -> None:
    """What comes out of the printer is what the clinic can look up."""
    made = stamped_for(Personal("Anna Example"), "sleep-hygiene", "us", A4, opening_only=True)
    assert made
    own = pypdfium2.PdfDocument(fast(made)[0])
    printed = pypdfium2.PdfDocument(print_file(["Anna Example"])[0])
    for at in range(len(own)):
        assert own[at].render(scale=1.5).to_pil().tobytes() == printed[at].render(scale=1.5).to_pil().tobytes()


def test_shared_pages_stand_once() -> None:
    """A list of ten thousand must fit on the printer."""
    few, many = (len(print_file(["Anna Example"] * number)[0]) for number in (10, 110))
    assert (many - few) / 200 <= 2500
