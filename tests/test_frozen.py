"""Freezing: what is not as expected is not frozen; what stays is what was there."""

import json
import re
import zlib
from collections.abc import Sequence
from io import BytesIO

import pikepdf
import pytest

from handouts import freezing, frozen, letters, pdf
from handouts.frozen import Expected, Frozen
from handouts.model import Leaflet, Pdf

#: Two slots, of two lines and of one, and what is inked around them.
SLOTS: list[Expected] = [("name", 0, ["xqname0", "xqname1"]), ("note", 0, ["xqnote0"])]
NAME = '<p style="color: #a4262c"><span class="slot" data-slot="name">xqname0\nxqname1</span></p>'
NOTE = '<p><span class="slot" data-slot="note">xqnote0</span></p>'


def page_with(body: str) -> Pdf:
    html = f'<!doctype html><html lang="en-US" data-page="a4"><title>Example</title><h1>Example</h1>{body}'
    return pdf.print_to_pdf(Leaflet(html, "example", "en-US"))


def frozen_with(body: str, expected: Sequence[Expected] = SLOTS) -> Frozen | None:
    return freezing.freeze(page_with(body), expected)


def test_slots_are_cut_out() -> None:
    """If this failed, the refusals below would prove nothing."""
    found = frozen_with(NAME + NOTE)
    assert found
    assert [(slot.what, slot.line, slot.page) for slot in found.slots] == [
        ("name", 0, 0),
        ("name", 1, 0),
        ("note", 0, 0),
    ]
    assert {slot.language for slot in found.slots} == {"en-US"}
    assert b"0.643137 0.14902 0.172549 rg" in found.slots[0].before


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (NAME, "a slot is missing"),
        (NAME + NOTE + NOTE, "a slot is there twice"),
        (NAME + NOTE + "<p>xqnote0</p>", "its words are there twice"),
        (NOTE + NAME, "the slots are in another order"),
        (NAME + NOTE.replace("xqnote0", "xqnote9"), "other words stand in it"),
        (NAME + NOTE.replace("xqnote0", "xqnote0 and more"), "more stands in its line"),
        (NAME.replace("\n", " ") + NOTE, "two lines are one"),
        (
            NAME + NOTE.replace('class="slot"', 'style="opacity: .5; display: block"'),
            "it is drawn in a group of its own",
        ),
        (
            NAME + NOTE.replace('class="slot"', 'style="letter-spacing: 2px; text-decoration: underline"'),
            "a line is under it",
        ),
        (NAME + NOTE.replace('class="slot"', 'style="color: lab(50% 40 20)"'), "its ink is of another colour space"),
        (
            f'{NAME}<div style="color: lab(50% 40 20)"><p>Before</p>{NOTE}</div>',
            "what was written before it was of another colour space",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "<" not in value else "",
)
def test_what_is_not_as_expected_is_not_frozen(body: str, why: str) -> None:
    """A name in the place of a note, or a stranger's placeholder on paper, is worse than waiting."""
    assert frozen_with(body) is None, why


def test_another_number_of_slots_is_not_frozen() -> None:
    """A template of a clinic's own may leave one out."""
    assert frozen_with(NAME + NOTE, SLOTS[:1]) is None
    assert frozen_with(NAME, SLOTS) is None


def test_an_unexpected_drawing_is_not_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later WeasyPrint may draw words otherwise: with an instruction that is not known here, or a second piece."""
    made = page_with(NAME + NOTE)
    for old, new in ((rb"Tf\n", rb"Tf\n0 Tr\n"), (rb"ET\n", rb"ET\nBT\nET\n")):
        with pikepdf.open(BytesIO(made.data)) as document:
            stream = document.pages[0].Contents
            stream.write(re.sub(old, new, stream.read_bytes()))
            out = BytesIO()
            document.save(out)
        assert freezing.freeze(Pdf(out.getvalue(), made.pages, made.rooms), SLOTS) is None


def said_of(found: Frozen) -> bytes:
    """What the page draws, without the slots."""
    streams = [thing for thing in found.tagged.objects.values() if b"\nstream\n" in thing]
    texts = [_unpacked(thing) for thing in streams]
    return next(text for text in texts if b"\nBT\n" in text)


def _unpacked(thing: bytes) -> bytes:
    data = thing.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
    return zlib.decompress(data) if b"FlateDecode" in thing else data


def test_a_colour_set_in_a_slot_holds_for_what_follows() -> None:
    """WeasyPrint names a colour once: words after a red name in red would otherwise be black, or the other way round."""
    found = frozen_with(f'{NAME}<p style="color: #a4262c">After</p>{NOTE}')
    assert found
    assert b"0.643137 0.14902 0.172549 rg" in said_of(found)


def test_nothing_of_the_placeholders_stays() -> None:
    """A reader would find xqname0 where their name should be alone."""
    found = frozen_with(NAME + NOTE)
    assert found
    body = said_of(found)
    for text in ("xqname0", "xqnote0"):
        assert not re.search(rb"".join(rb"<%04x>[^<]*" % letters.glyphs(("Body", 400))[ord(c)] for c in text), body)


def test_references_are_renumbered_and_words_are_not() -> None:
    """A text such as “3 0 R” in a title is no reference."""
    thing = b"<</Title (take 3 0 R \\) 4 0 R) /ID <3030> /Kids [3 0 R 4 0 R]>>\nstream\n3 0 R\nendstream"
    assert frozen.renumbered(thing, lambda old: old + 10) == thing.replace(b"[3 0 R 4 0 R]", b"[13 0 R 14 0 R]")


def test_what_is_kept_comes_back_as_it_was() -> None:
    """A copy stamped on what was kept must be the copy stamped on what was just laid out."""
    found = frozen_with(NAME + NOTE)
    assert found
    about, data = frozen.as_kept(found)
    assert frozen.from_kept(json.loads(json.dumps(about)), data) == found


def test_what_is_kept_and_is_not_ours_is_refused() -> None:
    """A file that fits by its digest, but was written by another version, must be made again and not stamped on."""
    found = frozen_with(NAME + NOTE)
    assert found
    about, data = frozen.as_kept(found)
    for wrong, bytes_ in (
        ({}, data),
        (about, data + b"x"),
        (about | {"pages": None}, data),
        (about | {"slots": [{"what": "name"}]}, data),
        (about | {"slots": 3}, data),
        (about | {"paper": {}}, data),
    ):
        with pytest.raises((ValueError, KeyError, TypeError)):
            frozen.from_kept(wrong, bytes_)
