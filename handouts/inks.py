"""A Pdf in, the same Pdf in other inks out: in greys for an office printer, in CMYK for a press.

It reads what WeasyPrint draws: pages, forms, patterns, gradients, pictures, masks. A colour it cannot read is a
failure and is never left as it was: one red word in a grey file would cost the price of a colour page.
"""

import hashlib
import re
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, Operator, String
from PIL import Image, ImageChops, ImageCms, ImageMath

from handouts import assets, streams
from handouts.errors import Exit, HandoutError, shortened
from handouts.model import BLEED, MM, Pdf

#: The parts of a colour, from 0 to 1: one of grey, three of sRGB, four of CMYK.
Colour = tuple[float, ...]

#: What a page of a file for a press keeps. The rest is for screens: links, tags, the order of tabs.
OF_A_PAGE = {"/Type", "/Parent", "/Resources", "/Contents", "/MediaBox", "/TrimBox", "/BleedBox", "/Rotate", "/Group"}
#: What the whole file keeps. Bookmarks, names and actions would lead to what PDF/X-4 (ISO 15930-7) forbids.
OF_A_FILE = {"/Type", "/Pages", "/Lang"}

#: The name under which the International Color Consortium registers the printing condition of our own profile.
DEFAULT_NAME = "FOGRA39"


@dataclass(frozen=True)
class _Inks:
    """A way to print: its colour space, the operators that fill and stroke in it, how it mixes a colour, a picture."""

    space: Name
    fill: str
    stroke: str
    mixed: Callable[[Colour], Colour]
    picture: Callable[[Image.Image], Image.Image]
    keeps: frozenset[str]


def to_grey(pdf: Pdf) -> Pdf:
    """The same leaflet with nothing but greys in it, as accessible and as fit for an archive as before.

    The grey of a colour is as light as the colour, so that every contrast stays what it was.
    """
    with pikepdf.open(BytesIO(pdf.data)) as document:
        _repaint(document, GREY)
        profile = _stream(document, grey_profile(), N=1)
        for intent in document.Root.get("/OutputIntents", ()):
            intent.DestOutputProfile = profile
            intent.OutputConditionIdentifier = intent.Info = String(GREY_NAME)
        return Pdf(_saved(document), pdf.pages, pdf.rooms)


def to_cmyk(pdf: Pdf, profile: bytes, name: str, bleed: float = BLEED) -> Pdf:
    """The same leaflet for a press, as PDF/X-4: every colour in the inks of an ICC profile, nothing to click.

    `name` is what printers call the printing condition, such as “FOGRA39”; `bleed` is in millimetres. The leaflet
    must have been printed with at least that much bleed, and with the day it was made.
    """
    inks = _press(profile, name)
    with pikepdf.open(BytesIO(pdf.data)) as document:
        _repaint(document, inks)
        for page in document.pages:
            _keep(page.obj, OF_A_PAGE)
            _set_boxes(page.obj, bleed * MM)
        _keep(document.Root, OF_A_FILE)
        document.Root.OutputIntents = Array([_output_intent(document, profile, name)])
        _identify(document)
        return Pdf(_saved(document), pdf.pages, pdf.rooms)


def check_profile(profile: bytes, name: str) -> None:
    """Refuse what is not the profile of a press, before anything is laid out for it."""
    _transform(profile, name)


def default_profile() -> bytes:
    """The profile for offset printing on coated paper in Europe: FOGRA39 (ISO 12647-2:2004), `DEFAULT_NAME`.

    Made with ArgyllCMS from FOGRA's measurements FOGRA39L; it says of itself that it “is free of known copyright
    restrictions”. TeX Live brings the same file in its package colorprofiles.
    """
    return (assets.STYLES / "FOGRA39L_coated.icc").read_bytes()


# --- Greys -------------------------------------------------------------------------------


def _linear(part: Any) -> Any:
    """The light of a part of an sRGB colour (IEC 61966-2-1). Works on a number and on each pixel of a picture."""
    return (part <= 0.04045) * part / 12.92 + (part > 0.04045) * ((part + 0.055) / 1.055) ** 2.4


def _encoded(light: Any) -> Any:
    return (light <= 0.0031308) * light * 12.92 + (light > 0.0031308) * (1.055 * light ** (1 / 2.4) - 0.055)


def _grey(red: Any, green: Any, blue: Any) -> Any:
    """The grey of the same relative luminance, by the formula of WCAG 2.2."""
    return _encoded(0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue))


def _in_grey(colour: Colour) -> Colour:
    return colour if len(colour) == 1 else (_grey(*_on_screen(colour)),)


def _on_screen(colour: Colour) -> Colour:
    """CMYK as sRGB, in the plain way of ISO 32000-1, 10.3.5; sRGB as it is."""
    if len(colour) == 3:
        return colour
    *inks, black = colour
    return tuple(1 - min(1, ink + black) for ink in inks)


def _grey_picture(picture: Image.Image) -> Image.Image:
    red, green, blue = (part.convert("F") for part in picture.convert("RGB").split())
    grey: Image.Image = ImageMath.lambda_eval(
        lambda parts: 255 * _grey(parts["red"] / 255, parts["green"] / 255, parts["blue"] / 255) + 0.5,
        red=red,
        green=green,
        blue=blue,
    )
    return grey.convert("L")


GREY = _Inks(Name.DeviceGray, "g", "G", _in_grey, _grey_picture, frozenset({"/DeviceGray"}))
GREY_NAME = "Grey with the tone curve of sRGB"


def grey_profile() -> bytes:
    """An ICC profile (version 2) of greys as sRGB shows them; the day in it is fixed."""
    white = (0x0000F6D6, 0x00010000, 0x0000D32D)  # D50, the white of all profiles, in 1/65536
    name = GREY_NAME.encode() + b"\0"
    curve = [round(65535 * _linear(step / 1023)) for step in range(1024)]
    tags = {
        b"desc": struct.pack(">4s4xI", b"desc", len(name)) + name + bytes(78),  # no Unicode, no Macintosh name
        b"cprt": b"text\0\0\0\0No copyright is claimed.\0",
        b"wtpt": struct.pack(">4s4x3I", b"XYZ ", *white),
        b"kTRC": struct.pack(">4s4xI1024H", b"curv", len(curve), *curve),
    }
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for tag, data in tags.items():
        table += struct.pack(">4sII", tag, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    day = (2026, 1, 1, 0, 0, 0)
    header = struct.pack(
        ">I4xI4s4s4s6H4s28x3I48x", start + len(body), 0x02100000, b"mntr", b"GRAY", b"XYZ ", *day, b"acsp", *white
    )
    return header + table + body


# --- CMYK --------------------------------------------------------------------------------


def _press(profile: bytes, name: str) -> _Inks:
    """The inks of a profile: relative colorimetric with black point compensation, as printers convert logos.

    What is neutral (red, green and blue alike) is printed in black ink alone, so that small letters stay sharp
    where the plates do not meet exactly. It goes for the pixels of pictures too: ours are logos, with lettering.
    """
    into = _transform(profile, name)

    @cache
    def mixed(colour: Colour) -> Colour:
        if len(colour) == 4:
            return colour
        first, *others = colour
        if all(round(255 * other) == round(255 * first) for other in others):
            return (0, 0, 0, 1 - first)
        pixel = Image.new("RGB", (1, 1), tuple(round(255 * part) for part in colour))
        inks = ImageCms.applyTransform(pixel, into)
        assert inks
        return tuple(ink / 255 for ink in inks.tobytes())

    def picture(original: Image.Image) -> Image.Image:
        original = original.convert("RGB")
        inks = ImageCms.applyTransform(original, into)
        assert inks
        red, green, blue = original.split()
        none = Image.new("L", original.size)
        colourful = ImageChops.lighter(ImageChops.difference(red, green), ImageChops.difference(green, blue))
        black = Image.merge("CMYK", (none, none, none, ImageChops.invert(red)))
        return Image.composite(inks, black, colourful.point([0] + [255] * 255))

    return _Inks(Name.DeviceCMYK, "k", "K", mixed, picture, frozenset({"/DeviceGray", "/DeviceCMYK"}))


def _transform(profile: bytes, name: str) -> ImageCms.ImageCmsTransform:
    try:
        press = ImageCms.ImageCmsProfile(BytesIO(profile))
        is_a_press = (press.profile.device_class, press.profile.xcolor_space) == ("prtr", "CMYK")
        into = _from_screen_to(press) if is_a_press else None
    except (OSError, ImageCms.PyCMSError):
        into = None
    if into is None:
        raise HandoutError(
            f"“{shortened(name)}” is not an ICC profile of a press that prints in CMYK; give the file (.icc) your printer names, or none for {DEFAULT_NAME}.",
            Exit.WRONG_FILE,
        )
    return into


def _from_screen_to(press: ImageCms.ImageCmsProfile) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"),
        press,
        "RGB",
        "CMYK",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _keep(dictionary: pikepdf.Object, keys: set[str]) -> None:
    for key in set(dictionary.keys()) - keys:
        del dictionary[key]


def _set_boxes(page: pikepdf.Object, bleed: float) -> None:
    """The bleed box is the trim box grown by the bleed (in points), as far as the sheet goes.

    WeasyPrint makes it 10 points wide at most, whatever is asked for.
    """
    left, bottom, right, top = (float(edge) for edge in page.MediaBox)
    trim = [float(edge) for edge in page.get("/TrimBox", page.MediaBox)]
    page.TrimBox = Array(trim)
    page.BleedBox = Array(
        [
            max(left, trim[0] - bleed),
            max(bottom, trim[1] - bleed),
            min(right, trim[2] + bleed),
            min(top, trim[3] + bleed),
        ]
    )


def _output_intent(document: pikepdf.Pdf, profile: bytes, name: str) -> Dictionary:
    """ISO 15930-7: the printing condition the file was made for."""
    return Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFX,
        OutputConditionIdentifier=String(name),
        Info=String(name),
        DestOutputProfile=_stream(document, profile, N=4),
    )


XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" \
xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" \
xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">
{properties}
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
#: How each entry of the document information stands in the metadata; ISO 15930-7 wants the two to agree.
PROPERTIES = {
    "/Title": '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></dc:title>',
    "/Author": "<dc:creator><rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq></dc:creator>",
    "/Subject": '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></dc:description>',
    "/Creator": "<xmp:CreatorTool>{}</xmp:CreatorTool>",
    "/Producer": "<pdf:Producer>{}</pdf:Producer>",
}


def _identify(document: pikepdf.Pdf) -> None:
    """ISO 15930-7: that this is PDF/X-4, when it was made, and that nothing is trapped yet."""
    info = document.docinfo
    _keep(info, {*PROPERTIES, "/CreationDate", "/ModDate"})
    assert "/CreationDate" in info, "WeasyPrint dates what it makes as PDF/X"
    info.ModDate = info.get("/ModDate", info.CreationDate)
    info.Trapped = Name("/False")
    modified = _as_iso(str(info.ModDate))
    properties = [form.format(escape(str(info[key]))) for key, form in PROPERTIES.items() if key in info]
    properties += [
        "<pdf:Trapped>False</pdf:Trapped>",
        "<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>",
        f"<xmp:CreateDate>{_as_iso(str(info.CreationDate))}</xmp:CreateDate>",
        f"<xmp:ModifyDate>{modified}</xmp:ModifyDate>",
        f"<xmp:MetadataDate>{modified}</xmp:MetadataDate>",
        f"<xmpMM:DocumentID>uuid:{_number_of(document)}</xmpMM:DocumentID>",
        "<xmpMM:RenditionClass>default</xmpMM:RenditionClass>",
        "<xmpMM:VersionID>1</xmpMM:VersionID>",
    ]
    xmp = XMP.format(properties="\n".join(properties)).encode()
    document.Root.Metadata = document.make_stream(xmp, Type=Name.Metadata, Subtype=Name.XML)
    if "/ID" in document.trailer:  # made by chance; a new one is made from what the file holds
        del document.trailer["/ID"]


def _number_of(document: pikepdf.Pdf) -> UUID:
    """A number that belongs to what the pages draw: the same pages have the same one."""
    drawn = b"".join(page.obj.Contents.read_bytes() for page in document.pages)
    return UUID(bytes=hashlib.sha256(drawn).digest()[:16], version=4)


def _as_iso(date: str) -> str:
    """“D:20261121120057+01'00'” as “2026-11-21T12:00:57+01:00”; a day alone stays a day alone."""
    year, month, day, hour, minute, second, zone = re.fullmatch(  # type: ignore[union-attr]  # WeasyPrint wrote it
        r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(.*)", date
    ).groups()
    days = "-".join(part for part in (year, month, day) if part)
    zone = zone.rstrip("'").replace("'", ":")
    return f"{days}T{hour}:{minute or '00'}:{second or '00'}{zone or 'Z'}" if hour else days


# --- Every colour of a file ---------------------------------------------------------------


def _repaint(document: pikepdf.Pdf, inks: _Inks) -> None:
    """Put every colour of a file into other inks."""
    painter = _Painter(inks)
    for page in document.pages:
        page.contents_coalesce()
        painter.stream(page.obj.Contents, page.resources)
        painter.group(page.obj)
        for annotation in page.obj.get("/Annots", ()):
            painter.annotation(annotation)
    painter.forget_spaces()


class _Painter:
    """Walks through all that a page draws, and puts each thing once into other inks."""

    def __init__(self, inks: _Inks) -> None:
        self.inks = inks
        self._done: set[tuple[int, int]] = set()
        self._resources: list[pikepdf.Object] = []

    def stream(self, stream: pikepdf.Object, resources: pikepdf.Object) -> None:
        """A page's content, a form, or a tile of a pattern."""
        if self._is_new(stream):
            spaces = resources.get("/ColorSpace", Dictionary())
            _write(stream, pikepdf.unparse_content_stream(list(self._instructions(stream, spaces))))
            self.group(stream)
        if self._is_new(resources):
            self._resources.append(resources)
            for state in _named(resources, "/ExtGState"):
                self._mask(state.get("/SMask"))
            for shading in _named(resources, "/Shading"):
                self._shading(shading)
            for pattern in _named(resources, "/Pattern"):
                if "/Shading" in pattern:
                    self._shading(pattern.Shading)
                else:
                    self.stream(pattern, pattern.Resources)
            for drawn in _named(resources, "/XObject"):
                if drawn.Subtype == Name.Image:
                    self._picture(drawn)
                else:
                    self.stream(drawn, drawn.get("/Resources", resources))

    def group(self, drawn: pikepdf.Object) -> None:
        """In which inks what is see-through is mixed."""
        if "/Group" in drawn and "/CS" in drawn.Group:
            drawn.Group.CS = self.inks.space

    def annotation(self, annotation: pikepdf.Object) -> None:
        """The frame of a link. What a link looks like is drawn on the page."""
        if "/AP" in annotation:
            raise _unreadable("a field to fill in")
        for key in ("/C", "/IC"):
            if key in annotation and len(annotation[key]):
                annotation[key] = Array(self._mixed(Name.DeviceRGB, annotation[key]))

    def forget_spaces(self) -> None:
        """No instruction names a colour space any more: with their names, their profiles leave the file."""
        for resources in self._resources:
            if "/ColorSpace" in resources:
                del resources["/ColorSpace"]

    def _is_new(self, thing: pikepdf.Object) -> bool:
        """Whether a thing was not yet met. What has no number of its own is met in one place only."""
        if not thing.is_indirect:
            return True
        met = thing.objgen in self._done
        self._done.add(thing.objgen)
        return not met

    def _instructions(self, stream: pikepdf.Object, spaces: pikepdf.Object) -> Iterator[Any]:
        """The instructions of a stream, those that set a colour rewritten.

        A space is chosen for filling (`cs`) and for stroking (`CS`), and is saved (`q`) and restored (`Q`).
        """
        chosen: dict[str, Any] = {}
        saved: list[dict[str, Any]] = []
        for instruction in pikepdf.parse_content_stream(stream):
            operator, operands = str(instruction.operator), instruction.operands
            if operator == "q":
                saved.append(dict(chosen))
            elif operator == "Q" and saved:
                chosen = saved.pop()
            elif isinstance(instruction, pikepdf.ContentStreamInlineImage):
                raise _unreadable("a picture in the midst of its instructions")
            side = "stroke" if operator.isupper() else "fill"
            if operator in SPACE_OF:
                yield self._set(side, SPACE_OF[operator], operands)
            elif operator in ("cs", "CS"):
                chosen[side] = spaces.get(str(operands[0]), operands[0])
                if chosen[side] == Name.Pattern:
                    yield instruction
                else:
                    yield self._set(side, Name.DeviceGray, (0,))
            elif operator in ("sc", "scn", "SC", "SCN") and chosen.get(side) != Name.Pattern:
                yield self._set(side, chosen.get(side, Name.DeviceGray), operands)
            else:
                yield instruction

    def _set(self, side: str, space: pikepdf.Object, operands: Iterable[Any]) -> Any:
        operator = self.inks.stroke if side == "stroke" else self.inks.fill
        return pikepdf.ContentStreamInstruction(list(self._mixed(space, operands)), Operator(operator))

    def _mixed(self, space: pikepdf.Object, operands: Iterable[Any]) -> list[float]:
        """A colour of a space in these inks, to four places; 0 and 1 are written short."""
        parts = self.inks.mixed(_plain(space, tuple(float(part) for part in operands)))
        rounded = [round(min(1, max(0, part)), 4) for part in parts]
        return [int(part) if part in (0, 1) else part for part in rounded]

    def _mask(self, mask: pikepdf.Object | None) -> None:
        """A mask holds no ink: its greys say how much shows through."""
        if isinstance(mask, Dictionary) and "/BC" not in mask:
            painter = _Painter(GREY)
            painter.stream(mask.G, mask.G.Resources)
            painter.forget_spaces()
        elif isinstance(mask, Dictionary):
            raise _unreadable("a mask with a ground")

    def _shading(self, shading: pikepdf.Object) -> None:
        """A gradient keeps its steps. Its ends are mixed, and what lies between them runs from ink to ink."""
        if not self._is_new(shading):
            return
        if shading.ShadingType not in (2, 3):
            raise _unreadable("a mesh of colours")
        self._function(shading.Function, shading.ColorSpace)
        if "/Background" in shading:
            shading.Background = Array(self._mixed(shading.ColorSpace, shading.Background))
        shading.ColorSpace = self.inks.space

    def _function(self, function: pikepdf.Object, space: pikepdf.Object) -> None:
        """ISO 32000-1, 7.10: type 2 runs from one colour to another, type 3 is a row of others.

        WeasyPrint calls the space of gradients DeviceCMYK in PDF/X, but gives three parts, of sRGB.
        """
        if not self._is_new(function):
            return
        if function.get("/FunctionType") == 3:
            for one in function.Functions:
                self._function(one, space)
        elif function.get("/FunctionType") == 2:
            start, end = function.get("/C0", [0]), function.get("/C1", [1])
            space = Name.DeviceRGB if len(start) == 3 and space == Name.DeviceCMYK else space
            function.C0, function.C1 = Array(self._mixed(space, start)), Array(self._mixed(space, end))
        else:
            raise _unreadable("a gradient of an unknown kind")

    def _picture(self, image: pikepdf.Object) -> None:
        """A picture in these inks, of the same size; its own mask stays as it is."""
        is_stencil = bool(image.get("/ImageMask", False))
        if not self._is_new(image) or is_stencil or str(image.ColorSpace) in self.inks.keeps:
            return
        if "/Mask" in image or "/Decode" in image:
            raise _unreadable("a picture with a hole of one colour, or in unusual tones")
        assert isinstance(image, pikepdf.Stream)
        picture = pikepdf.PdfImage(image).as_pil_image(apply_mask=False)
        _write(image, self.inks.picture(picture).tobytes())
        image.ColorSpace, image.BitsPerComponent = self.inks.space, 8


#: What operators without a space of their own choosing mean.
SPACE_OF = {
    "g": Name.DeviceGray,
    "G": Name.DeviceGray,
    "rg": Name.DeviceRGB,
    "RG": Name.DeviceRGB,
    "k": Name.DeviceCMYK,
    "K": Name.DeviceCMYK,
}
PARTS: Mapping[str, int] = {"/DeviceGray": 1, "/DeviceRGB": 3, "/DeviceCMYK": 4}


def _plain(space: pikepdf.Object, parts: Colour) -> Colour:
    """A colour of a space of the file as one of grey, sRGB or CMYK. A profile of three parts is taken for sRGB."""
    family = str(space[0] if isinstance(space, Array) else space)
    if family == "/Lab":
        return _from_lab(*parts)
    if len(parts) != (int(space[1].N) if family == "/ICCBased" else PARTS.get(family)):
        raise _unreadable(f"the colour space {family}")
    return parts


def _from_lab(lightness: float, green_red: float, blue_yellow: float) -> Colour:
    """CIE L*a*b* (ISO 32000-1, 8.6.5.4) as sRGB (IEC 61966-2-1): white stays white, whichever white it is."""
    middle = (lightness + 16) / 116
    steps = (middle + green_red / 500, middle, middle - blue_yellow / 200)
    x, y, z = (step**3 if step >= 6 / 29 else 108 / 841 * (step - 4 / 29) for step in steps)
    x, z = 0.9505 * x, 1.089 * z
    light = (
        3.2406 * x - 1.5372 * y - 0.4986 * z,
        -0.9689 * x + 1.8758 * y + 0.0415 * z,
        0.0557 * x - 0.2040 * y + 1.0570 * z,
    )
    return tuple(_encoded(min(1, max(0, part))) for part in light)


def _unreadable(what: str) -> HandoutError:
    return HandoutError(
        f"The leaflet holds {what}, which cannot be put into other inks; leave it out.", Exit.WRONG_FILE
    )


def _named(resources: pikepdf.Object, kind: str) -> list[pikepdf.Object]:
    return list(resources.get(kind, Dictionary()).values())


# --- Writing -------------------------------------------------------------------------------


def _stream(document: pikepdf.Pdf, data: bytes, **entries: Any) -> pikepdf.Object:
    stream = document.make_stream(b"", **entries)
    _write(stream, data)
    return stream


def _write(stream: pikepdf.Object, data: bytes) -> None:
    stream.write(streams.packed(data)[0], filter=Name.FlateDecode)


def _saved(document: pikepdf.Pdf) -> bytes:
    packing = pikepdf.ObjectStreamMode.generate
    return streams.saved(document, object_stream_mode=packing, fix_metadata_version=False)
