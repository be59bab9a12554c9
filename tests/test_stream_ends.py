"""Streams: none ends with a carriage return, whoever wrote it and in whatever kind of file.

One compressed stream in 256 would. Then an archive's validator finds the file too short, and a print shop sends it back.
"""

import random
import zlib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from itertools import count
from unittest.mock import Mock

import page as validator
import pikepdf
import pydyf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from handouts import freezing, impose, inks, pdf, stamping, streams, tagging
from handouts.frozen import Frozen
from handouts.model import Leaflet, Pdf
from handouts.stamping import Copies, PrintFile
from handouts.streams import has_clean_ends

from .both_ways import FONTS
from .conftest import data_address

#: So many streams that some would end so by chance: all but one time in e⁸.
MANY = 2048
LEVELS = st.sampled_from([streams.LIGHTLY, streams.USUALLY, streams.WELL])


def contents(seed: int = 1) -> list[bytes]:
    """Short contents, of each some that would end with a carriage return if they were just packed."""
    chance = random.Random(seed)  # noqa: S311  # the same each time
    found = [chance.randbytes(chance.randrange(1, 40)) for _ in range(MANY)]
    assert any(zlib.compress(data, level).endswith(b"\r") for data in found for level in (1, 6, 9))
    return found


@given(st.binary(), LEVELS)
def test_what_is_packed_is_what_it_was(data: bytes, level: int) -> None:
    """A stream that ends well and says something else is worse."""
    packed, length = streams.packed(data, level)
    unpacked = zlib.decompress(packed)
    assert len(unpacked) == length
    assert unpacked.startswith(data)
    assert unpacked[len(data) :].strip(b"\n") == b""


@pytest.mark.parametrize("level", [streams.LIGHTLY, streams.USUALLY, streams.WELL])
def test_nothing_is_packed_to_a_broken_end(level: int) -> None:
    """Each stream that we write."""
    assert all(has_clean_ends(stamping.stream(data, level=level)) for data in contents())


def test_what_weasyprint_writes_ends_well() -> None:
    """Pages, fonts and profiles it has not packed, pictures it has; and metadata is never packed."""
    file = pydyf.PDF()
    whole = [pydyf.Stream([data], compress=True) for data in contents()]
    whole += [pydyf.Stream([zlib.compress(data)], {"Filter": "/FlateDecode"}) for data in contents()]
    whole += [pydyf.Stream([data]) for data in (b"ends so\r", b"ends well")]
    assert sum(not has_clean_ends(stream.data) for stream in whole) > 3
    for stream in whole:
        file.add_object(stream)
    tagging._end_cleanly(file, 0)
    assert all(has_clean_ends(stream.data) for stream in whole)
    assert [zlib.decompress(one.stream[0]).rstrip(b"\n") for one in whole[: 2 * MANY]] == [
        data.rstrip(b"\n") for data in (*contents(), *contents())
    ]


def test_what_it_packs_last_is_padded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own stream of objects ends as it ends; with one object more, otherwise."""
    leaflet = Leaflet('<!doctype html><html lang="en" data-page="a4"><title>Example</title><h1>Example</h1>', "x", "en")
    usual = pdf.print_to_pdf(leaflet).data
    monkeypatch.setattr(pdf, "has_clean_ends", Mock(side_effect=[False, False, True]))
    made = pdf.print_to_pdf(leaflet).data
    assert made != usual
    assert validator.is_pdf_compliant_bytes(made, profile="3a")
    assert validator.is_pdf_compliant_bytes(made, profile="ua1")


@pytest.mark.parametrize("packing", list(pikepdf.ObjectStreamMode))
def test_what_pikepdf_writes_ends_well(packing: pikepdf.ObjectStreamMode) -> None:
    """It packs what is not packed, and keeps what is: pictures, and what stands in a file that it read."""
    raw = [(data, None) for data in contents(2)] + [
        (zlib.compress(data), pikepdf.Name.FlateDecode) for data in contents()
    ]
    photo = BytesIO()
    Image.new("L", (8, 8)).save(photo, "JPEG")
    raw += [(photo.getvalue() + b"\r", pikepdf.Name.DCTDecode)]
    with pikepdf.new() as document:
        document.add_blank_page()
        document.Root.Kept = pikepdf.Array()
        for data, packed in raw:
            stream = document.make_stream(b"")
            stream.write(data, filter=packed)
            document.Root.Kept.append(stream)
        document.Root.Metadata = document.make_stream(b"<x/>\r", Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
        plain = BytesIO()
        document.save(plain, object_stream_mode=packing, fix_metadata_version=False)
        assert not has_clean_ends(plain.getvalue())
        data = streams.saved(document, object_stream_mode=packing, fix_metadata_version=False)
    assert has_clean_ends(data)
    with pikepdf.open(BytesIO(data)) as again:
        assert again.check_pdf_syntax() == []
        kept = [stream.read_bytes() for stream in list(again.Root.Kept)[: 2 * MANY]]  # type: ignore[call-overload]
        assert kept == [*contents(2), *contents()]
        assert again.Root.Kept[-1].read_raw_bytes().startswith(photo.getvalue())  # type: ignore[index]


def test_packed_objects_end_well() -> None:
    """pikepdf packs objects into streams of its own, which nobody can pad."""
    packing = pikepdf.ObjectStreamMode.generate

    def numbered(number: int) -> pikepdf.Pdf:
        document = pikepdf.new()
        document.Root.Number = number
        return document

    def is_bad(number: int) -> bool:
        out = BytesIO()
        numbered(number).save(out, deterministic_id=True, object_stream_mode=packing)
        return not has_clean_ends(out.getvalue())

    bad = next(number for number in count() if is_bad(number))
    assert has_clean_ends(streams.saved(numbered(bad), object_stream_mode=packing))


def test_what_is_frozen_ends_well() -> None:
    """pikepdf packs the pages from which names were cut out; each copy takes them over as they are."""
    with pikepdf.new() as document:
        document.Root.Kept = pikepdf.Array([document.make_stream(data) for data in contents()])
        with freezing._renumbered(document) as saved:
            objects, _ = freezing._objects(saved)
    assert sum(b"\nstream\n" in thing for thing in objects.values()) == MANY
    assert all(map(has_clean_ends, objects.values()))


# --- Each kind of file ------------------------------------------------------------------------


def png(number: int) -> bytes:
    """A picture of two colours, as a logo may be."""
    out = BytesIO()
    colours = [(number * 7 % 256, number // 37 % 256, 90), (number % 256, 200, 30)]
    picture = Image.new("RGB", (4, 4), colours[0])
    picture.paste(colours[1], (0, 0, 4, 2))
    picture.save(out, "PNG")
    return out.getvalue()


@cache
def album(*, for_press: bool = False) -> Pdf:
    """A leaflet with many pictures, of which some end so as they are, in colour, grey and CMYK; and a name."""
    shown = "".join(f'<img alt="{n}" src="{data_address(png(n), "image/png")}">' for n in range(MANY // 2))
    head = '<!doctype html><html lang="en" data-page="a4"><meta name="dcterms.created" content="2026-11-21">'
    name = '<p><span class="slot" data-slot="name">xqname0</span></p>'
    html = f"{head}<title>Example</title><h1>Example</h1>{name}<div>{shown}</div>"
    return pdf.print_to_pdf(Leaflet(html, "example", "en"), for_press=for_press)


def to_press() -> Pdf:
    return inks.to_cmyk(album(for_press=True), inks.default_profile(), inks.DEFAULT_NAME)


def stamped(made: Pdf) -> tuple[Frozen, stamping.Stamped]:
    found = freezing.freeze(made, [("name", 0, ["xqname0"])])
    assert found
    words = stamping.stamp(found, {("name", 0): "Anna Example"}, FONTS)
    assert words
    return found, words


def copy_of(made: Pdf) -> Pdf:
    found, words = stamped(made)
    return Pdf(Copies(found, FONTS).copy(words)[0], found.pages)


def print_file(made: Pdf) -> Pdf:
    out = BytesIO()
    written = PrintFile(out, FONTS)
    written.add(*stamped(made))
    written.close()
    return Pdf(out.getvalue(), written.pages)


FILES: dict[str, tuple[Callable[[], Pdf], bool]] = {
    "leaflet": (album, True),
    "grey": (lambda: inks.to_grey(album()), True),
    "booklet": (lambda: impose.booklet(album()), False),
    "press": (to_press, False),
    "copy": (lambda: copy_of(album()), True),
    "grey copy": (lambda: copy_of(inks.to_grey(album())), True),
    "print file": (lambda: print_file(album()), False),
}


@pytest.mark.xdist_group("album")
@pytest.mark.parametrize("kind", FILES)
def test_each_kind_of_file_ends_well(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clinic whose logo ends so would have no leaflet that its archive takes; once, it had none at all."""
    monkeypatch.setattr(pdf, "count", lambda: range(5))  # no end of attempts, if it were broken
    make, is_for_archives = FILES[kind]
    made = make().data
    assert has_clean_ends(made)
    with pikepdf.open(BytesIO(made)) as document:
        assert document.check_pdf_syntax() == []
    if is_for_archives:
        report = validator.validate_pdf_bytes(made, profile="3a")
        assert report.is_compliant, str(report)
