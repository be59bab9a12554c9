"""Other inks: no colour is left where none may be, greys are as light as what they stand for, a press gets its inks."""

import math
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import page as validator
import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageChops, ImageCms, ImageStat

from handouts import colour, inks, pdf
from handouts.errors import Exit, HandoutError
from handouts.model import Pdf

from .conftest import BLEED, ONE_OF_EACH, PNG_MODES, Variant, colourful, for_a_press, leaflet_of, pdf_of, picture

EACH = pytest.mark.parametrize("variant", ONE_OF_EACH[::3], ids=str)
#: What each way to print may hold: names of colour spaces, parts of a profile, operators.
GREYS = ({"/DeviceGray"}, {1}, {"g", "G"})
PRESS = ({"/DeviceGray", "/DeviceCMYK"}, {4}, {"k", "K"})
SPACES = {"/DeviceGray", "/DeviceRGB", "/DeviceCMYK", "/CalGray", "/CalRGB", "/Lab", "/ICCBased", "/Indexed"}
OPERATORS = {"g", "G", "rg", "RG", "k", "K", "sc", "SC"}


@cache
def in_grey(variant: Variant | None = None) -> Pdf:
    """A leaflet in greys; without a name, the page with everything on it."""
    return inks.to_grey(pdf_of(variant) if variant else plain_pdf())


@cache
def plain_pdf() -> Pdf:
    return pdf.print_to_pdf(colourful())


@cache
def pressed(variant: Variant | None = None, css: str = BLEED) -> Pdf:
    """The same for a press."""
    leaflet = leaflet_of(variant) if variant else colourful()
    return inks.to_cmyk(for_a_press(leaflet, css), inks.default_profile(), inks.DEFAULT_NAME)


@cache  # pikepdf's objects are gone when their document is
def opened(file: Pdf) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(file.data))


# --- Is any colour left? ------------------------------------------------------------------


def below(thing: Any) -> Iterator[Any]:
    """A thing of a PDF and all that is written in it; what has a number of its own is met on its own."""
    yield thing
    kids = (
        thing.values() if isinstance(thing, (Dictionary, pikepdf.Stream)) else thing if isinstance(thing, Array) else ()
    )
    for kid in kids:
        if not getattr(kid, "is_indirect", False):
            yield from below(kid)


def colours_left(file: Pdf, allowed: tuple[set[str], set[int], set[str]]) -> set[str]:
    """What stands in a file that is not allowed in it: spaces, profiles, operators, ends of gradients."""
    spaces, parts, operators = allowed
    document = opened(file)
    found: set[str] = set()
    for thing in (thing for top in document.objects for thing in below(top)):
        if isinstance(thing, Name) and str(thing) in SPACES - spaces:
            found.add(str(thing))
        if isinstance(thing, pikepdf.Stream) and "/N" in thing and thing.get("/Type") not in ("/ObjStm", "/XRef"):
            found |= {f"a profile of {thing.N} parts"} - {f"a profile of {part} parts" for part in parts}
        if isinstance(thing, Dictionary) and "/C0" in thing and len(thing.C0) not in {1, *parts}:
            found.add(f"a gradient of {len(thing.C0)} parts")
        if isinstance(thing, pikepdf.Stream) and (
            "/BBox" in thing or ("/Length" in thing and is_content(document, thing))
        ):
            instructions = pikepdf.parse_content_stream(thing)
            found |= {str(one.operator) for one in instructions} & (OPERATORS - operators)
            chosen = {str(one.operands[0]) for one in instructions if str(one.operator) in ("cs", "CS")}
            found |= chosen - spaces - {"/Pattern"}
    return found


def is_content(document: pikepdf.Pdf, stream: pikepdf.Object) -> bool:
    return any(stream.objgen == page.obj.Contents.objgen for page in document.pages)


@EACH
def test_nothing_but_grey_is_left(variant: Variant) -> None:
    """One red word makes each page cost as much as a colour page."""
    assert colours_left(in_grey(variant), GREYS) == set()


@EACH
def test_nothing_but_the_inks_of_a_press_is_left(variant: Variant) -> None:
    """What is left in sRGB, each press turns into other inks."""
    assert colours_left(pressed(variant), PRESS) == set()


def test_nothing_is_left_wherever_colour_can_stand() -> None:
    """Gradients, tiles, masks and pictures are where colours hide."""
    assert colours_left(in_grey(), GREYS) == set()
    assert colours_left(pressed(), PRESS) == set()


def test_the_search_for_colours_sees_them_all() -> None:
    """A search that finds nothing proves nothing."""
    before = colours_left(plain_pdf(), GREYS)
    assert before >= {"/DeviceRGB", "/Lab", "/ICCBased", "a profile of 3 parts", "a gradient of 3 parts", "rg"}
    assert before >= {"/DeviceCMYK", "/lab-d65"}


PLANTED: dict[str, tuple[Callable[[pikepdf.Pdf], Any], str]] = {
    "in a tile": (lambda d: first(d, "/PatternType").write(b"1 0 0 rg 0 0 9 9 re f"), "rg"),
    "in a form": (lambda d: first(d, "/Group").write(b"1 0 0 RG 0 0 9 9 re S"), "RG"),
    "in a gradient": (lambda d: setattr(first(d, "/ShadingType"), "ColorSpace", Name.DeviceRGB), "/DeviceRGB"),
    "in its ends": (lambda d: setattr(first(d, "/C0"), "C0", Array([1, 0, 0])), "a gradient of 3 parts"),
    "in a picture": (lambda d: setattr(first(d, "/Width"), "ColorSpace", Name.DeviceRGB), "/DeviceRGB"),
    "in a group": (lambda d: setattr(first(d, "/CS"), "CS", Name.DeviceRGB), "/DeviceRGB"),
    "in a profile": (lambda d: setattr(d.Root.OutputIntents[0].DestOutputProfile, "N", 3), "a profile of 3 parts"),
}


def first(document: pikepdf.Pdf, key: str) -> Any:
    things = (thing for top in document.objects for thing in below(top))
    return next(thing for thing in things if isinstance(thing, (Dictionary, pikepdf.Stream)) and key in thing)


@pytest.mark.parametrize("where", PLANTED)
def test_the_search_sees_a_planted_colour(where: str) -> None:
    """The same, place by place."""
    plant, found = PLANTED[where]
    assert colours_left(changed(in_grey(), plant), GREYS) == {found}


def changed(file: Pdf, change: Callable[[pikepdf.Pdf], Any]) -> Pdf:
    """A file after something was done to it."""
    out = BytesIO()
    with pikepdf.open(BytesIO(file.data)) as document:
        change(document)
        document.save(out)
    return Pdf(out.getvalue(), file.pages)


def add_to_page(document: pikepdf.Pdf, content: bytes, **resources: Any) -> None:
    """Draw something more on the first page, with resources by kind, each named /new."""
    document.pages[0].contents_add(content)
    for kind, resource in resources.items():
        held = document.pages[0].resources
        held[f"/{kind}"] = Dictionary({**dict(held.get(f"/{kind}", Dictionary()).items()), "/new": resource})


def spot_colour() -> Array:
    function = Dictionary(FunctionType=2, Domain=[0, 1], C0=[1, 1, 1], C1=[1, 0, 0], N=1)
    return Array([Name.Separation, Name("/Gold"), Name.DeviceRGB, function])


def in_mesh(document: pikepdf.Pdf) -> Any:
    return document.make_stream(b"", ShadingType=4, ColorSpace=Name.DeviceRGB, BitsPerCoordinate=8, Decode=[0, 1])


def by_program(document: pikepdf.Pdf) -> Dictionary:
    program = document.make_stream(b"{1 0 0}", FunctionType=4, Domain=[0, 1], Range=[0, 1] * 3)
    return Dictionary(ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=[0, 0, 1, 1], Function=program)


def with_hole(document: pikepdf.Pdf) -> Any:
    return document.make_stream(
        b"\1\2\3", Subtype=Name.Image, Width=1, Height=1, BitsPerComponent=8, ColorSpace=Name.DeviceRGB, Mask=[0, 0] * 3
    )


def test_frames_of_links_and_the_ground_of_a_page_are_grey_too() -> None:
    """WeasyPrint gives them no colour now; the next release may."""

    def plant(document: pikepdf.Pdf) -> None:
        page = document.pages[0].obj
        page.Annots[0].C = Array([1, 0, 0])
        page.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)

    page = opened(inks.to_grey(changed(plain_pdf(), plant))).pages[0].obj
    assert [float(part) for part in page.Annots[0].C] == pytest.approx([colour_of_red := inks._grey(1, 0, 0)], abs=1e-4)
    assert 0.4 < colour_of_red < 0.6
    assert Name.DeviceGray == page.Group.CS


UNREADABLE: dict[str, Callable[[pikepdf.Pdf], Any]] = {
    "the colour space /Separation": lambda d: add_to_page(d, b"/new cs 1 scn", ColorSpace=spot_colour()),
    "a picture in the midst": lambda d: add_to_page(d, b"BI /W 1 /H 1 /CS /RGB /BPC 8 ID abc EI"),
    "a mesh": lambda d: add_to_page(d, b"/new sh", Shading=in_mesh(d)),
    "a gradient of an unknown kind": lambda d: add_to_page(d, b"/new sh", Shading=by_program(d)),
    "a picture with a hole": lambda d: add_to_page(d, b"/new Do", XObject=with_hole(d)),
    "a field": lambda d: setattr(d.pages[0].obj.Annots[0], "AP", Dictionary()),
    "a mask with a ground": lambda d: setattr(mask_of(d), "BC", Array([1])),
}


def mask_of(document: pikepdf.Pdf) -> Any:
    return next(
        thing.SMask
        for top in document.objects
        for thing in below(top)
        if isinstance(thing, Dictionary) and isinstance(thing.get("/SMask"), Dictionary)
    )


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_colour_that_cannot_be_read_is_refused(what: str) -> None:
    """Left as it is, nobody would know before the bill."""
    with pytest.raises(HandoutError, match=what) as refused:
        inks.to_grey(changed(plain_pdf(), UNREADABLE[what]))
    assert refused.value.exit_code is Exit.WRONG_FILE


# --- Greys ---------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["ua1", "3a"])
@pytest.mark.parametrize("variant", [*ONE_OF_EACH[::3], None], ids=str)
def test_greys_conform_as_colours_did(variant: Variant | None, profile: str, tmp_path: Path) -> None:
    """Who prints in black still sends the file to those who listen to it."""
    file = tmp_path / "leaflet.pdf"
    file.write_bytes(in_grey(variant).data)
    report = validator.validate_pdf(file, profile=profile)
    assert report.is_compliant, str(report)


@EACH
def test_greys_change_nothing_but_colours(variant: Variant) -> None:
    """Tags, links, bookmarks, metadata and words are what a reader finds the way by."""
    before, after = (opened(file) for file in (pdf_of(variant), in_grey(variant)))
    assert after.Root.Metadata.read_raw_bytes() == before.Root.Metadata.read_raw_bytes()
    assert dict(after.docinfo.items()) == dict(before.docinfo.items())
    for key in ("/StructTreeRoot", "/Outlines", "/Names", "/Lang", "/ViewerPreferences"):
        assert after.Root[key].unparse(resolved=False)
        assert len(list(below(after.Root[key]))) == len(list(below(before.Root[key])))
    for kind in ("/StructElem", "/Annot"):
        assert count_of(after, kind) == count_of(before, kind) > 0
    assert words_of(in_grey(variant)) == words_of(pdf_of(variant))


def count_of(document: pikepdf.Pdf, kind: str) -> int:
    return sum(isinstance(thing, Dictionary) and thing.get("/Type") == kind for thing in document.objects)


def words_of(file: Pdf) -> list[str]:
    return [sheet.get_textpage().get_text_range() for sheet in pypdfium2.PdfDocument(file.data)]


COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@given(COLOURS, COLOURS)
def test_every_contrast_stays_what_it_was(one: str, other: str) -> None:
    """Words that could be read in colour can be read in grey."""
    greys = [inks._grey(*colour.rgb(value)) for value in (one, other)]
    dark, light = sorted(inks._linear(grey) for grey in greys)
    assert (light + 0.05) / (dark + 0.05) == pytest.approx(colour.contrast(one, other), rel=1e-3)


def drawn(file: Pdf, number: int = 0) -> Image.Image:
    image: Image.Image = pypdfium2.PdfDocument(file.data)[number].render(scale=1).to_pil().convert("RGB")
    return image


@pytest.mark.parametrize("variant", [ONE_OF_EACH[0], None], ids=str)
def test_each_spot_of_a_page_is_as_light_as_it_was(variant: Variant | None) -> None:
    """What is checked here is the paper: a gradient or picture the wrong way round would show."""
    before, after = drawn(pdf_of(variant) if variant else plain_pdf()), drawn(in_grey(variant))
    difference = ImageChops.difference(inks._grey_picture(before), after.convert("L"))
    assert ImageStat.Stat(difference).mean[0] < 1
    assert ImageStat.Stat(difference.point([0] * 24 + [255] * 232)).mean[0] < 255 * 0.002, "edges of letters apart"
    assert ImageStat.Stat(before).mean[0] != pytest.approx(ImageStat.Stat(before).mean[2], abs=1), "it had colours"


def pictures_in(file: Pdf) -> list[Any]:
    """The pictures of the page with everything on it, in their order there."""
    page = opened(file).pages[0]
    drawn = [str(one.operands[0]) for one in pikepdf.parse_content_stream(page) if str(one.operator) == "Do"]
    return [page.resources.XObject[name] for name in drawn if page.resources.XObject[name].Subtype == Name.Image]


def test_pictures_are_grey_and_keep_what_is_see_through() -> None:
    """A logo on white loses nothing but its colour; on a band, a white box around it would look like a fault."""
    found = dict(zip(PNG_MODES, pictures_in(in_grey()), strict=True))
    for mode, image in found.items():
        assert image.ColorSpace == Name.DeviceGray
        assert ("/SMask" in image) == (mode in ("RGBA", "LA"))
        grey = pikepdf.PdfImage(image).as_pil_image(apply_mask=False)
        assert grey.size == (600, 200)
        if mode in ("RGB", "RGBA"):
            red, green, blue = (part / 255 for part in picture("RGB").getpixel((450, 90)))
            assert grey.getpixel((450, 90)) == pytest.approx(255 * inks._grey(red, green, blue), abs=0.6)


def test_the_grey_profile_is_one_and_means_what_it_says() -> None:
    """An archive’s validator only looks at its head; a viewer uses its curve."""
    profile = ImageCms.ImageCmsProfile(BytesIO(inks.grey_profile()))
    assert (profile.profile.xcolor_space.strip(), profile.profile.device_class) == ("GRAY", "mntr")
    assert profile.profile.profile_description == inks.GREY_NAME
    ramp = Image.linear_gradient("L")
    shown = ImageCms.profileToProfile(ramp, profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert shown
    for part in shown.split():
        assert ImageChops.difference(part, ramp).getextrema()[1] <= 1


def test_the_same_file_gives_the_same_bytes() -> None:
    """A clinic that archives what it handed out must be able to compare."""
    assert inks.to_grey(pdf_of(ONE_OF_EACH[0])) == in_grey(ONE_OF_EACH[0])
    again = inks.to_cmyk(for_a_press(colourful(), BLEED), inks.default_profile(), inks.DEFAULT_NAME)
    assert again == pressed()


# --- CMYK ----------------------------------------------------------------------------------


def inks_of_words(file: Pdf) -> list[tuple[float, ...]]:
    """The inks of each run of words on the first page."""
    found, now = [], ()
    for one in pikepdf.parse_content_stream(opened(file).pages[0]):
        if str(one.operator) == "k":
            now = tuple(float(part) for part in one.operands)
        elif str(one.operator) == "TJ":
            found.append(now)
    return found


def test_black_words_are_black_ink_alone_and_white_is_no_ink() -> None:
    """Four plates never meet exactly: small letters of four inks have coloured edges."""
    content = opened(pressed()).pages[0].obj.Contents.read_bytes()
    assert b"\n0 0 0 1 k\n" in content
    assert b"\n0 0 0 0 k\n" in content
    grey = round(1 - 0x77 / 255, 4)
    assert {(0, 0, 0, 1), (0, 0, 0, 0), (0, 0, 0, grey), (0.1, 0.2, 0.3, 0.4)} <= set(inks_of_words(pressed()))


@pytest.mark.parametrize("value", ["#0f5c63", "#8f420a", "#a4262c", "#fdf1e6", "#1d2b36"])
def test_the_inks_look_like_the_colour_they_stand_for(value: str) -> None:
    """A clinic knows its own colour. Proof: the same profile, asked the other way round."""
    mixed = inks._press(inks.default_profile(), "").mixed(colour.rgb(value))
    pixel = Image.new("CMYK", (1, 1), tuple(round(255 * part) for part in mixed))
    shown = ImageCms.profileToProfile(
        pixel,
        ImageCms.ImageCmsProfile(BytesIO(inks.default_profile())),
        ImageCms.createProfile("sRGB"),
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        "RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert shown
    assert math.dist(shown.getpixel((0, 0)), [255 * part for part in colour.rgb(value)]) < 12


def test_a_lab_colour_is_the_colour_it_names() -> None:
    """A style may name colours by lightness. CSS Color 4 gives this one as an example: lab(29.2345% 39.3825 20.0664)."""
    parts = inks._plain(Array([Name.Lab, Dictionary(WhitePoint=[0.9643, 1, 0.8251])]), (29.2345, 39.3825, 20.0664))
    assert parts == pytest.approx([part / 255 for part in (125, 35, 41)], abs=0.02)


def test_pictures_are_in_the_inks_of_the_press() -> None:
    """Black lettering in a logo is as sharp as that around it."""
    found = dict(zip(PNG_MODES, pictures_in(pressed()), strict=True))
    assert {mode: str(image.ColorSpace) for mode, image in found.items()} == {
        **dict.fromkeys(("RGB", "RGBA", "P"), "/DeviceCMYK"),
        **dict.fromkeys(("L", "LA"), "/DeviceGray"),
    }
    image = pikepdf.PdfImage(found["RGB"]).as_pil_image()
    assert image.getpixel((10, 10)) == (0, 0, 0, 255)
    cyan, magenta, yellow, _ = image.getpixel((300, 100))
    assert min(cyan, magenta) > yellow, "blue"
    assert "/SMask" in found["RGBA"]


def test_it_says_that_it_is_pdf_x_4() -> None:
    """A printer’s software looks for these words first."""
    document = opened(pressed())
    with document.open_metadata(set_pikepdf_as_editor=False) as metadata:
        assert metadata["{http://www.npes.org/pdfx/ns/id/}GTS_PDFXVersion"] == "PDF/X-4"
        assert metadata["dc:title"] == "Example & more"
        assert (metadata["xmp:CreateDate"], metadata["xmp:ModifyDate"]) == ("2026-11-21", "2026-11-22")
        assert metadata["pdf:Trapped"] == "False"
        assert all(metadata[f"xmpMM:{key}"] for key in ("DocumentID", "VersionID", "RenditionClass"))
        assert metadata.pdfa_status == ""
    assert document.docinfo.Trapped == Name("/False")
    assert str(document.docinfo.CreationDate) == "D:20261121"
    (intent,) = document.Root.OutputIntents
    assert (intent.S, str(intent.OutputConditionIdentifier)) == (Name.GTS_PDFX, "FOGRA39")
    assert intent.DestOutputProfile.read_bytes().rstrip(b"\n") == inks.default_profile().rstrip(b"\n")
    assert b"/Filter" not in document.Root.Metadata.unparse(resolved=True), "readable without unpacking"
    assert document.pdf_version == "1.6"


@pytest.mark.parametrize(
    ("date", "iso"),
    [
        ("D:20261121", "2026-11-21"),
        ("D:20261121120057Z", "2026-11-21T12:00:57Z"),
        ("D:20261121120057", "2026-11-21T12:00:57Z"),
        ("D:20261121120057+01'30'", "2026-11-21T12:00:57+01:30"),
    ],
)
def test_dates_are_the_same_in_both_places(date: str, iso: str) -> None:
    """PDF/X wants the two to agree."""
    assert inks._as_iso(date) == iso


def test_a_tagged_leaflet_leaves_all_that_is_for_screens() -> None:
    """Links, scripts and claims of other standards are faults in a file for a press."""
    document = pikepdf.open(BytesIO(inks.to_cmyk(dated(), inks.default_profile(), "x").data))
    assert set(document.Root.keys()) == {"/Type", "/Pages", "/Lang", "/Metadata", "/OutputIntents"}
    assert not {"/Annots", "/StructParents", "/Tabs"} & set(document.pages[0].obj.keys())
    assert b"pdfaid" not in document.Root.Metadata.read_bytes()
    assert b"pdfuaid" not in document.Root.Metadata.read_bytes()


def dated() -> Pdf:
    """A leaflet for screens that also has what PDF/X forbids by name."""

    def plant(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.beep()")
        document.pages[0].obj.ArtBox = document.pages[0].obj.MediaBox

    return changed(pdf_of(ONE_OF_EACH[0]), plant)


@pytest.mark.parametrize(("asked", "given"), [(3.0, 3.0), (2.0, 2.0), (5.0, 3.0)])
def test_the_boxes_say_where_to_cut(asked: float, given: float) -> None:
    """A box too small leaves a white edge; a sheet has no bleed beyond its own edge."""
    raw = for_a_press(colourful(), BLEED)
    document = pikepdf.open(BytesIO(inks.to_cmyk(raw, inks.default_profile(), "x", bleed=asked).data))
    for page in document.pages:
        trim, bleed = ([float(edge) for edge in box] for box in (page.obj.TrimBox, page.obj.BleedBox))
        assert trim == pytest.approx([0, 0, 210 * inks.MM, 297 * inks.MM], abs=0.01)
        grown = [outer - inner for outer, inner in zip(bleed, trim, strict=True)]
        assert grown == pytest.approx([edge * given * inks.MM for edge in (-1, -1, 1, 1)], abs=0.01)


@pytest.mark.parametrize(("css", "is_clear"), [("bleed: 8mm", True), ("bleed: 3mm", False)])
def test_marks_stand_outside_the_bleed_if_the_sheet_is_wide_enough(css: str, is_clear: bool) -> None:
    """A mark in the bleed is printed on what is cut a little too large. WeasyPrint draws on the outer half."""
    file = pressed(None, f"@page {{ {css}; marks: crop cross }}")
    sheet = pypdfium2.PdfDocument(file.data)[0]
    edge = int(-sheet.get_mediabox()[0] * 2) - 6 * inks.MM
    image = sheet.render(scale=2).to_pil().convert("L")
    inner = Image.new("L", image.size, 255)
    inner.paste(image.crop(frame := (int(edge), int(edge), image.width - int(edge), image.height - int(edge))), frame)
    trim = 2 * -sheet.get_mediabox()[0]
    inner.paste(255, (int(trim), int(trim), image.width - int(trim), image.height - int(trim)))
    assert image.getextrema()[0] < 100, "there are marks"
    assert (inner.getextrema()[0] > 200) == is_clear


@pytest.mark.parametrize(
    "profile",
    [b"", b"no profile", inks.grey_profile(), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()],
    ids=["empty", "text", "grey", "sRGB"],
)
def test_a_profile_of_no_press_is_refused(profile: bytes) -> None:
    """A screen’s profile would make the press print nonsense; who gave it is told what to give."""
    with pytest.raises(HandoutError, match=r"“mine.icc” is not an ICC profile of a press .* give the file") as refused:
        inks.to_cmyk(for_a_press(colourful(), BLEED), profile, "mine.icc")
    assert refused.value.exit_code is Exit.WRONG_FILE


def test_it_draws_what_it_drew() -> None:
    """The page itself, in other inks: no piece is lost and nothing is inverted."""
    before = drawn(for_a_press(leaflet_of(ONE_OF_EACH[0]), BLEED))
    after = drawn(pressed(ONE_OF_EACH[0]))
    assert ImageStat.Stat(ImageChops.difference(before, after)).mean == pytest.approx([0, 0, 0], abs=12)
