"""The bytes of a picture in, a plain PNG out, or why there is none: decoded whole, and no larger than is printed."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image, ImageCms, ImageFile, ImageMath, ImageOps, UnidentifiedImageError

#: 16 million pixels take 250 MB at most as they are worked on: an A4 page scanned at 400 dpi.
MAX_PIXELS = 16_000_000
#: A logo is 9 mm high (`--logo`) and at most eight times as wide: 600 dpi, as good printers have, are 213 by 1,701 pixels.
#: More than that, so that a clinic may print it at twice the size.
BOX = (2_400, 480)
#: It stands beside the kind of the leaflet, on a panel of a tri-fold 80 mm wide.
MAX_RATIO = 8
#: A plain PNG of up to so many pixels is taken as it is: a page with it is made in a moment.
MAX_AS_IT_IS = 4_000_000
#: With fewer, 9 mm have less than 25 dpi.
MIN_SIDE = 8
#: Lighter than this, on white, is not seen (of 255).
WHITE = 250
KINDS = ("PNG", "JPEG", "WEBP")
#: How they begin.
OURS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
#: What people hand us instead, by the bytes it begins with (or has after the fourth): what it is called.
OTHERS = (
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP"),
    (b"II*\0", "a TIFF"),
    (b"MM\0*", "a TIFF"),
    (b"%PDF", "a PDF"),
    (b"%!PS", "an EPS"),
    (b"\xc5\xd0\xd3\xc6", "an EPS"),
    (b"\0\0\1\0", "an icon (ICO)"),
    (b"8BPS", "a Photoshop"),
    (b"PK\3\4", "a Word, Office or ZIP"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Office"),
    (b"\x1f\x8b", "a compressed SVG (SVGZ)"),
    (b"ftyphei", "a HEIC"),
    (b"ftypmif", "a HEIC"),
    (b"ftypavif", "an AVIF"),
    (b"\xff\x0a", "a JPEG XL"),
    (b"JXL ", "a JPEG XL"),
)
SAVE_AS_PNG = "open it, and save it as a PNG file"


class BadPictureError(Exception):
    """What is wrong with a picture, and what to do."""

    def __init__(self, what: str, hint: str = SAVE_AS_PNG) -> None:
        super().__init__(what, hint)
        self.what, self.hint = what, hint


def kind_of(data: bytes) -> str:
    """What a file is that is not one of ours, in words: “a GIF”; nothing if it is not known."""
    return next((kind for start, kind in OTHERS if data.startswith(start) or data[4:].startswith(start)), "")


def plain_png(data: bytes) -> bytes:
    """The picture as a PNG in 8-bit sRGB, upright; a plain PNG of sensible size stays as it is, byte by byte."""
    damaged = BadPictureError("the picture is damaged, or cut short", "save it again from the original")
    try:
        with _strictly():
            picture = _opened(data)
            is_plain = _is_plain(picture, data)
            picture.load()
            small = _fitted(picture)
            _check(small)
            return data if is_plain else _as_png(_in_srgb(ImageOps.exif_transpose(small)))
    except BadPictureError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large("more than a hundred million") from error
    except UnidentifiedImageError as error:
        if data.startswith(OURS):
            raise damaged from error
        kind = kind_of(data)
        raise BadPictureError(f"it is {kind} file" if kind else "it is not a picture that can be read") from error
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        KeyError,
        IndexError,
        TypeError,
        OverflowError,
        MemoryError,
    ) as error:
        raise damaged from error


@contextmanager
def _strictly() -> Iterator[None]:
    """Pillow takes no half pictures, though WeasyPrint tells it to, and prints no warnings: size is judged here."""
    lenient = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def _opened(data: bytes) -> Image.Image:
    """The picture, of which only the header was read, and whose checksums are right."""
    picture = Image.open(BytesIO(data), formats=KINDS)
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise _too_large(f"{width:,} × {height:,}")
    if min(width, height) < MIN_SIDE:
        raise BadPictureError(f"it is only {width} × {height} pixels", "take the logo in a larger size, or as SVG")
    if max(width, height) > MAX_RATIO * min(width, height):
        raise BadPictureError(
            f"it is more than {MAX_RATIO} times as long as wide", "take a version of it that is less long"
        )
    if picture.format == "PNG":
        with Image.open(BytesIO(data), formats=KINDS) as one:
            one.verify()  # it looks at the checksums, which decoding does not
    return picture


def _too_large(pixels: str) -> BadPictureError:
    most = f"at most {MAX_PIXELS // 1_000_000} million pixels; a logo needs 2,000 across"
    return BadPictureError(f"it is too large ({pixels} pixels)", f"save it smaller: {most}")


def _is_plain(picture: Image.Image, data: bytes) -> bool:
    """Whether a PNG is what WeasyPrint takes as it is: 8 bits, sRGB, one frame, no larger than needs be."""
    width, height = picture.size
    return (
        picture.format == "PNG"
        and data[24] == 8  # noqa: PLR2004 (the bit depth, PNG 11.2.1)
        and width * height <= MAX_AS_IT_IS
        and getattr(picture, "n_frames", 1) == 1
        and not {"icc_profile", "gamma", "exif"} & picture.info.keys()
    )


def _in_srgb(picture: Image.Image) -> Image.Image:
    """RGB, or RGBA if anything can be seen through it, whatever it was before."""
    profile, gamma = picture.info.get("icc_profile"), picture.info.get("gamma")
    picture = _in_eight_bits(picture)
    alpha = picture.convert("RGBA").getchannel("A") if picture.has_transparency_data else None
    if picture.mode not in ("RGB", "L", "CMYK"):
        picture = picture.convert("RGBA").convert("RGB")
    plain = _from_profile(picture, profile) if profile else picture.convert("RGB")
    if gamma and not profile and abs(gamma * 2.2 - 1) > 0.1:  # noqa: PLR2004 (sRGB has about 1/2.2)
        plain = plain.point([round(255 * (value / 255) ** (1 / (gamma * 2.2))) for value in range(256)] * 3)
    if alpha:
        plain.putalpha(alpha)
    return plain


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    """Grey of 16 bits, which Pillow keeps as it is, in 8."""
    if not picture.mode.startswith("I"):
        return picture
    clear = picture.info.get("transparency")
    wide = picture.convert("I")
    grey = wide.point(lambda value: value * (1 / 257) + 0.5).convert("L")
    if clear is None:
        return grey
    seen = ImageMath.lambda_eval(lambda of: of["convert"]((of["wide"] != clear) * 255, "L"), wide=wide)
    return Image.merge("LA", (grey, seen))


def _from_profile(picture: Image.Image, profile: bytes) -> Image.Image:
    """The colours that a profile means, in sRGB; a broken profile counts as none."""
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture.convert("RGB")
    assert converted is not None
    return converted


def _fitted(picture: Image.Image) -> Image.Image:
    """No larger than the box, either way up; before anything else is done, as that takes memory."""
    box = BOX if picture.width >= picture.height else (BOX[1], BOX[1])
    if picture.width <= box[0] and picture.height <= box[1]:
        return picture
    kept = {key: value for key, value in picture.info.items() if key != "transparency"}
    clear = picture.convert("RGBA") if picture.has_transparency_data and not picture.mode.startswith("I") else picture
    fitted = _in_eight_bits(clear).convert("RGB") if clear.mode in ("P", "1") else _in_eight_bits(clear)
    fitted.thumbnail(box, Image.Resampling.LANCZOS)
    fitted.info = kept
    return fitted


def _as_png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _check(picture: Image.Image) -> None:
    """Say so if nothing would be seen on white paper."""
    if is_blank(picture):
        raise BadPictureError("nothing is seen of it on white paper", "take the version of it for white paper")


def is_blank(picture: Image.Image) -> bool:
    """Whether a picture is white, or clear, all over."""
    seen = _in_eight_bits(picture).convert("RGBA")
    paper = Image.new("RGBA", seen.size, "white")
    paper.alpha_composite(seen)
    return not any(paper.convert("L").histogram()[:WHITE])
