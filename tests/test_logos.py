"""Logos as people have them: drawn truly, or refused with what to do; never half, never black, never for ever."""

import struct
import zlib
from base64 import b64encode
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageCms, PngImagePlugin

from handouts import pdf, rasters, svg
from handouts.logos import read_logo
from handouts.model import Leaflet, Logo

GRADIENT = '<linearGradient id="g"><stop stop-color="#c00"/><stop offset="1" stop-color="#00c"/></linearGradient>'
BADGE = '<path d="M10 10H90V60L50 90 10 60Z" '
#: What drawing programs write, and the colours that are then seen at places of a hundred by a hundred.
EXPORTS: dict[str, tuple[str, dict[tuple[int, int], str]]] = {
    "gradient-on-a-line": (
        GRADIENT + '<path d="M10 50H90M50 10V90" fill="none" stroke="url(#g)" stroke-width="20"/>',
        {(50, 20): "#660066", (12, 44): "#c60005", (20, 20): "#ffffff"},
    ),
    "figma-mask": (
        (
            '<mask id="m" style="mask-type:alpha" maskUnits="userSpaceOnUse" x="0" y="0" width="100" height="100">'
            '<circle cx="50" cy="50" r="40" fill="#000"/></mask>'
            '<g mask="url(#m)"><rect width="100" height="100" fill="#0f5c63"/></g>'
        ),
        {(50, 50): "#0f5c63", (14, 50): "#0f5c63", (14, 14): "#ffffff"},
    ),
    "two-clips-that-overlap": (
        (
            '<clipPath id="c"><rect x="10" y="10" width="50" height="50"/><path d="M40 40V90H90V40Z"/></clipPath>'
            '<rect width="100" height="100" fill="#0a0" clip-path="url(#c)"/>'
        ),
        {(50, 50): "#00aa00", (20, 20): "#00aa00", (80, 20): "#ffffff"},
    ),
    "paint-order": (
        BADGE + 'fill="#ff0" stroke="#000" stroke-width="20" paint-order="stroke"/>',
        {(14, 30): "#ffff00", (4, 30): "#000000"},
    ),
    "illustrator-switch": (
        (
            '<switch><foreignObject requiredExtensions="http://ns.adobe.com/AdobeIllustrator/10.0/" width="1" height="1"/>'
            '<g><rect x="10" y="10" width="80" height="80" fill="#c00"/></g></switch>'
        ),
        {(50, 50): "#cc0000", (4, 4): "#ffffff"},
    ),
    "another-program": (
        '<i:rect xmlns:i="urn:x" width="100" height="100"/>' + BADGE + 'fill="#00c"/>',
        {(50, 50): "#0000cc", (4, 4): "#ffffff"},
    ),
    "style-that-begins-with-a-semicolon": (
        BADGE + 'style=";fill:#c00;opacity:.5"/>',
        {(50, 50): "#e57f7f", (4, 4): "#ffffff"},
    ),
    "millimetres": (
        '<rect width="10mm" height="10mm" fill="#c00" opacity=".999"/>',
        {(36, 36): "#cc0000", (40, 40): "#ffffff"},
    ),
    "quoted-reference": (
        GRADIENT + BADGE + 'style="fill: url(&quot;#g&quot;)"/>',
        {(50, 50): "#660066"},
    ),
    "plain": (BADGE + 'fill="#0f5c63"/>', {(50, 50): "#0f5c63", (4, 4): "#ffffff"}),
    "style-sheet": (
        "<style><![CDATA[.cls-1{fill:#0f5c63;stroke:#c00;stroke-width:4px}]]></style>" + BADGE + 'class="cls-1"/>',
        {(50, 50): "#0f5c63", (10, 30): "#cc0000", (4, 4): "#ffffff"},
    ),
    "letters-that-are-used-again": (
        (
            '<defs><path id="a" d="M0 0H20V20H0Z"/></defs><use href="#a" x="10" y="10" fill="#c00"/>'
            '<use href="#a" transform="translate(60 60)" fill="#00c"/>'
        ),
        {(20, 20): "#cc0000", (70, 70): "#0000cc", (45, 45): "#ffffff"},
    ),
}


def drawing(body: str, head: str = 'viewBox="0 0 100 100"') -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {head}>{body}</svg>'.encode()


def read(tmp_path: Path, data: bytes, name: str = "logo.svg") -> tuple[Logo | None, str]:
    """The logo, and what is said of it."""
    (tmp_path / name).write_bytes(data)
    logo, problems = read_logo(tmp_path / name, ("clinic.yaml", 2))
    return logo, "\n".join(map(str, problems))


def printed(logo: Logo) -> Image.Image:
    """A logo as it is on paper, 300 pixels square."""
    src = f"data:{logo.media_type};base64,{b64encode(logo.data).decode()}"
    html = f"""<!doctype html><html lang="en"><title>Example</title><style>@page {{ size: 75pt; margin: 0 }}
    body {{ margin: 0 }} img {{ width: 75pt; height: 75pt; display: block; image-rendering: crisp-edges }}</style>
    <img alt="Example" src="{src}">"""
    page = pypdfium2.PdfDocument(pdf.print_to_pdf(Leaflet(html, "example", "en")).data)[0]
    return page.render(scale=4).to_pil().convert("RGB")


def png(picture: Image.Image, **more: object) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", **more)
    return out.getvalue()


def in_format(picture: Image.Image, kind: str, **more: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("name", EXPORTS)
def test_a_logo_is_printed_as_it_was_drawn(tmp_path: Path, name: str) -> None:
    """A clinic's sign that is a hair line, or an empty plate, is on every sheet before anybody looks."""
    body, colours = EXPORTS[name]
    logo, said = read(tmp_path, drawing(body))
    assert logo, said
    page = printed(logo)
    for (x, y), colour in colours.items():
        expected = Image.new("RGB", (1, 1), colour)
        seen = page.crop((3 * x, 3 * y, 3 * x + 1, 3 * y + 1))
        assert max(high for _, high in ImageChops.difference(seen, expected).getextrema()) <= 8, (x, y)


@pytest.mark.parametrize(
    ("body", "line", "what", "instead"),
    [
        ('\n<text font-family="Georgia">Example</text>', 2, "holds text", "turn text into paths"),
        ('<path id="p" d="M0 9H9"/><text><textPath href="#p">Example</textPath></text>', 1, "text", "paths"),
        ("<rect><animate/></rect>", 1, "moves", "save it as it is to look"),
        ('\n\n<rect onclick="x()"/>', 3, "a script, a photo or a link", "use shapes only"),
        ('<filter id="f"><feTurbulence/></filter><rect filter="url(#f)"/>', 1, "“feTurbulence”", "as a PNG file"),
        ('<rect fill="color(display-p3 1 0 0)"/>', 1, "“fill: color(display-p3 1 0 0)”", "as a PNG file"),
        ('<path vector-effect="non-scaling-stroke"/>', 1, "“vector-effect: non-scaling-stroke”", "PNG"),
        ("<style>@media print { .a { fill: red } }</style>", 1, "“@media”", "PNG"),
        ("<style>.a { fill: var(--x) }</style>", 1, "“fill: var(--x)”", "PNG"),
        ('<path style="d: path(&quot;M0 0&quot;)"/>', 1, "“d: ", "PNG"),
        ('<image href="data:image/png;base64,AAAAAAAA"/>', 1, "a picture within the drawing", "PNG"),
        ('<path d="M0 0 X"/>', 1, "“d: M0 0 X”", "PNG"),
        ('<rect width="100" height="100" fill="#fff"/>', 0, "nothing is seen", "for white paper"),
        ("", 0, "nothing is seen", "for white paper"),
    ],
)
def test_what_cannot_be_drawn_truly_is_refused(tmp_path: Path, body: str, line: int, what: str, instead: str) -> None:
    """Words that vanish from a logo, or are printed in another font, are seen by the patients first."""
    logo, said = read(tmp_path, drawing(body))
    assert logo is None
    assert (f"logo.svg:{line}: " if line else "logo.svg: ") in said
    assert what in said
    assert instead in said
    assert "base64" not in said


MULTIPLIED = "".join(
    f'<g id="a{n}">{"".join(f"""<use href="#a{n - 1}"/>""" for _ in range(10))}</g>' for n in range(1, 9)
)
HOSTILE = {
    "multiplied": f'<g id="a0"><path d="M0 0H9"/></g>{MULTIPLIED}',
    "refers-to-itself": '<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>',
    "gradients-in-a-ring": '<linearGradient id="a" href="#b"/><linearGradient id="b" href="#a"/><rect fill="url(#a)"/>',
    "chained": "".join(f'<g id="a{n}"><use href="#a{n + 1}"/></g>' for n in range(2_000)),
    "many": "<rect/>" * 60_000,
    "deep": "<g>" * 5_000 + "</g>" * 5_000,
    "layers": '<g opacity=".9"><rect width="100" height="100"/></g>' * 60,
    "layers-by-class": "<style>.a{opacity:.5}</style>" + '<rect class="a" width="100" height="100"/>' * 60,
    "rules-upon-rules": f"<style>{'*{fill:red}' * 4_000}</style>{'<rect/>' * 3_000}",
    "selector": f"<style>{'a.b#c>' * 9_000}a{{fill:red}}</style>",
    "blurred": '<filter id="f"><feGaussianBlur stdDeviation="9"/></filter>' + '<rect filter="url(#f)"/>' * 9,
    "markers": '<marker id="m"><path d="M0 0H9"/></marker><path d="M0 0H9V9z" marker-end="url(#m)"/>',
    "long-path": f'<path d="M0 0{"l1 1" * 600_000}"/>',
    "stroke-of-nothing": '<path d="M0 0H9" stroke="#000" stroke-width="."/>',
    "stroke-of-two-dots": '<path d="M0 0H9" stroke="#000" stroke-width=".."/>',
    "stroke-not-a-number": '<path d="M0 0H9" stroke="#000" stroke-width="nan"/>',
    "huge-stroke": '<path d="M0 0H9" stroke="#000" stroke-width="1e9"/>',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_drawing_without_end_is_refused(tmp_path: Path, name: str) -> None:
    """A drawing of one screen must not keep the desk waiting for a minute, nor end in a traceback."""
    logo, said = read(tmp_path, drawing(HOSTILE[name]))
    assert logo is None
    assert "PNG" in said


@pytest.mark.parametrize("box", ["0 0 1e12 1e12", "0 0 nan 9", "0 0 0 9", "0 0 9", "0 0 1e-9 9"])
def test_a_drawing_has_a_size(tmp_path: Path, box: str) -> None:
    """Without a size nothing is printed."""
    assert "viewBox" in read(tmp_path, drawing(BADGE + "/>", f'viewBox="{box}"'))[1]


def test_entities_are_read_and_bombs_are_not(tmp_path: Path) -> None:
    """Illustrator writes entities; someone else may write a thousand million of them."""
    start = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE svg [<!ENTITY c "#c00">'
    logo, said = read(tmp_path, (start + "]>").encode() + drawing(BADGE + 'fill="&c;"/>'))
    assert logo, said
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    _, said = read(tmp_path, f'{start}<!ENTITY e0 "aaaaaaaaaa">{bomb}]>'.encode() + drawing("<title>&e8;</title>"))
    assert "logo.svg" in said


@pytest.mark.parametrize(
    ("head", "size"), [('width="40mm" height="20mm"', (2, 1)), ('width="300" height="100px"', (3, 1))]
)
def test_a_drawing_without_a_view_box_is_as_large_as_it_says(tmp_path: Path, head: str, size: tuple[int, int]) -> None:
    """Some programs write a width and a height alone; without a viewBox the logo would be cut."""
    logo, said = read(tmp_path, drawing('<rect width="30" height="30" fill="#c00"/>', head))
    assert logo, said
    box = svg.view_box(svg.parse(logo.data.decode()).root.get("viewBox", ""))
    assert box
    assert box[2] / box[3] == pytest.approx(size[0] / size[1])


RED = Image.new("RGB", (120, 60), "#c00000")
HALF = RED.copy()
HALF.paste("#0000c0", (60, 0, 120, 60))


def seen(logo: Logo | None, said: str) -> Image.Image:
    assert logo, said
    assert logo.media_type == "image/png"
    with Image.open(BytesIO(logo.data)) as picture:
        picture.load()
        assert picture.mode in ("RGB", "RGBA", "L", "LA", "P")
        assert logo.data[24] == 8
        return picture.convert("RGBA")


def near(picture: Image.Image, at: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    pixel = picture.getpixel(at)
    assert isinstance(pixel, tuple)
    return all(abs(a - b) <= 12 for a, b in zip(pixel, colour, strict=False))


@pytest.mark.parametrize(
    "data",
    [
        in_format(HALF, "JPEG", quality=95),
        in_format(HALF, "JPEG", quality=95, progressive=True),
        in_format(HALF.convert("CMYK"), "JPEG", quality=95),
        in_format(HALF, "WEBP", lossless=True),
        png(HALF.quantize(4)),
        png(HALF, icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()),
        png(HALF, save_all=True, append_images=[RED]),
    ],
    ids=["jpeg", "progressive", "cmyk", "webp", "palette", "profile", "animated"],
)
def test_pictures_are_taken_as_people_have_them(tmp_path: Path, data: bytes) -> None:
    """The clinic has the one file that its web designer left; and its name may be wrong."""
    picture = seen(*read(tmp_path, data, "logo.png"))
    assert near(picture, (10, 30), (192, 0, 0))
    assert near(picture, (110, 30), (0, 0, 192))


def test_a_photo_is_printed_upright(tmp_path: Path) -> None:
    """A phone writes down how it was held."""
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = seen(*read(tmp_path, in_format(HALF, "JPEG", exif=exif), "logo.jpg"))
    assert picture.size == (60, 120)
    assert near(picture, (30, 10), (192, 0, 0))


def test_16_bit_grey_keeps_its_greys(tmp_path: Path) -> None:
    """Cut off at 255, all that is not black is white."""
    for side in (40, 1_000):
        wide = Image.new("I;16", (side, side), 128 * 257)
        wide.paste(255 * 257, (side // 2, 0, side, side))
        picture = seen(*read(tmp_path, png(wide), "logo.png"))
        assert near(picture, (5, 5), (128, 128, 128))
        assert near(picture, (picture.width - 5, 5), (255, 255, 255))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_a_plain_png_stays_as_it_is(tmp_path: Path, mode: str) -> None:
    """Leaflets that were right and approved do not change."""
    data = png(HALF.convert(mode))
    logo, said = read(tmp_path, data, "logo.png")
    assert logo, said
    assert logo.data == data


def test_a_large_picture_is_made_smaller(tmp_path: Path) -> None:
    """Twelve million pixels at 9 mm in every leaflet make a batch of gigabytes."""
    assert seen(*read(tmp_path, in_format(HALF.resize((4_800, 2_400)), "JPEG"), "logo.jpg")).size == (960, 480)


def with_wrong_checksum(data: bytes, chunk: bytes) -> bytes:
    at = data.index(chunk)
    end = at + 4 + struct.unpack(">I", data[at - 4 : at])[0]
    return data[:end] + b"\0\0\0\0" + data[end + 4 :]


def header_of(width: int, height: int) -> bytes:
    chunks = (b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), b"IDAT" + zlib.compress(bytes(99)))
    whole = (struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(whole)


NOISE = png(Image.effect_noise((200, 100), 80))
DAMAGED: dict[str, tuple[bytes, str, str]] = {
    "cut-short": (NOISE[: len(NOISE) // 2], "damaged, or cut short", "from the original"),
    "wrong-checksum": (with_wrong_checksum(NOISE, b"IDAT"), "damaged, or cut short", "from the original"),
    "wrong-header-checksum": (with_wrong_checksum(NOISE, b"IHDR"), "damaged, or cut short", "from the original"),
    "header-only": (NOISE[:8], "damaged, or cut short", "from the original"),
    "jpeg-cut-short": (in_format(Image.effect_noise((99, 99), 80), "JPEG")[:900], "damaged", "from the original"),
    "webp-cut-short": (in_format(Image.effect_noise((99, 99), 80), "WEBP")[:900], "damaged", "from the original"),
    "huge": (header_of(13_000, 13_000), "too large (13,000 × 13,000 pixels)", "save it smaller"),
    "bomb": (header_of(60_000, 60_000), "too large", "save it smaller"),
    "one-pixel": (png(Image.new("RGB", (1, 1))), "only 1 × 1 pixels", "larger"),
    "white": (png(Image.new("RGB", (99, 99), "white")), "nothing is seen", "for white paper"),
    "clear": (png(Image.new("RGBA", (99, 99), "#c0000000")), "nothing is seen", "for white paper"),
    "gif": (in_format(RED, "GIF"), "it is a GIF file", "save it as a PNG file"),
    "bmp": (in_format(RED, "BMP"), "it is a BMP file", "save it as a PNG file"),
    "tiff": (in_format(RED, "TIFF"), "it is a TIFF file", "save it as a PNG file"),
    "pdf": (b"%PDF-1.7\n", "it is a PDF file", "save it as a PNG file"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0", "it is a HEIC file", "save it as a PNG file"),
    "word": (b"PK\3\4 word", "Word", "save it as a PNG file"),
    "svgz": (b"\x1f\x8b\x08\0", "SVGZ", "save it"),
    "long": (png(RED.resize((900, 50))), "8 times as long as wide", "less long"),
    "empty": (b"", "not a picture", "save it as a PNG file"),
    "words": (b"our logo", "not a picture", "save it as a PNG file"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_picture_that_is_not_whole_is_refused(tmp_path: Path, name: str, recwarn: pytest.WarningsRecorder) -> None:
    """Half a logo is a black box on every sheet; a huge one stops the computer at the desk."""
    data, what, instead = DAMAGED[name]
    logo, said = read(tmp_path, data, "logo.png")
    assert logo is None
    assert said.startswith("clinic.yaml:2: the logo “logo.png” cannot be taken: ")
    assert what in said
    assert instead in said
    assert not recwarn.list


def test_the_guards_see_what_they_guard_against(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A guard that sees nothing guards nothing: without the look at checksums, a damaged picture is taken."""
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "verify", lambda _: None)
    logo, _ = read(tmp_path, DAMAGED["wrong-checksum"][0], "logo.png")
    assert logo
    monkeypatch.setattr(rasters, "WHITE", 0)
    assert rasters.is_blank(Image.new("RGB", (9, 9), "black"))
