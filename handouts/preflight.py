"""A Pdf for a press in, what was checked in it out: read from the file itself, however it was made."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import product
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Matrix, Name
from PIL import Image, ImageCms, ImageMath

from handouts.model import BLEED, INCH, MM, Pdf

#: How far a box may be from where it should be, in millimetres: less than a cutter can see.
NEARLY = 0.05
#: Pixels to the inch a picture should have, and below which it looks coarse: twice and once the 150 dots to the inch
#: that presses make of it.
SHARP, COARSE = 300, 150
#: From how much black ink, or how much of the three others together, words are meant to be black: our own judgement.
MUCH_BLACK, MUCH_ELSE = 0.85, 2.4
#: What the rounding of four inks to 8 bits may add up to, in parts of 1.
ROUNDED = 0.02
PDFX = "{http://www.npes.org/pdfx/ns/id/}GTS_PDFXVersion"

#: Cyan, magenta, yellow and black, from 0 to 1.
Inks = tuple[float, float, float, float]
BLACK: Inks = (0, 0, 0, 1)


@dataclass(frozen=True)
class Checked:
    """One thing that was looked at, what was found, in a sentence, and whether a press can print it so."""

    what: str
    found: str
    passes: bool


@dataclass(frozen=True)
class Preflight:
    """All that was looked at, in the order a printer would."""

    checks: tuple[Checked, ...]

    @property
    def passes(self) -> bool:
        """Whether the file can go to the press."""
        return all(check.passes for check in self.checks)

    def as_lines(self) -> tuple[str, ...]:
        """A report for a terminal: the answer first, then a line for each thing that was looked at."""
        wrong = sum(not check.passes for check in self.checks)
        answer = f"Not ready for the press: {wrong} of {len(self.checks)} checks failed."
        lines = (f"{'passed' if check.passes else 'FAILED'}  {check.what}: {check.found}" for check in self.checks)
        return (answer if wrong else "Ready for the press.", *lines)


def preflight(pdf: Pdf, bleed: float = BLEED) -> Preflight:
    """Look at a file as a printer would. `bleed` is what is wanted, in millimetres."""
    with pikepdf.open(BytesIO(pdf.data)) as document:
        drawn = _Drawn()
        for page in document.pages:
            _read(page.obj, page.resources, _State(Matrix()), drawn)
        return Preflight(
            (
                _standard(document),
                _condition(document),
                _size(document),
                _bleed(document, bleed),
                _spaces(drawn),
                _black_words(drawn),
                _coloured_words(drawn),
                _fonts(drawn),
                _pictures(drawn),
                _ink(drawn, _profile(document)),
                _transparency(drawn),
                _clicks(document),
            )
        )


# --- The file as a whole -----------------------------------------------------------------


def _standard(document: pikepdf.Pdf) -> Checked:
    """ISO 15930-7: what the metadata must say."""
    with document.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        wanted = {
            "xmp:CreateDate": "when it was made",
            "xmp:ModifyDate": "when it was changed",
            "xmp:MetadataDate": "when its metadata were changed",
            "xmpMM:DocumentID": "its number",
            "xmpMM:VersionID": "its version",
            "xmpMM:RenditionClass": "its rendition",
            "dc:title": "its title",
            "pdf:Trapped": "whether it is trapped",
        }
        missing = [words for key, words in wanted.items() if not metadata.get(key)]
        claim = metadata.get(PDFX, "")
    if claim != "PDF/X-4":
        return Checked("Standard", "It does not say that it is PDF/X-4.", passes=False)
    if missing:
        return Checked("Standard", f"PDF/X-4, but it does not say {', '.join(missing)}.", passes=False)
    return Checked("Standard", "PDF/X-4.", passes=True)


def _condition(document: pikepdf.Pdf) -> Checked:
    """ISO 15930-7: one printing condition, with its profile."""
    what = "Printing condition"
    intents = [intent for intent in document.Root.get("/OutputIntents", ()) if intent.S == Name.GTS_PDFX]
    profile = _profile(document)
    if len(intents) != 1 or profile is None:
        return Checked(what, "The file does not name one, with its profile.", passes=False)
    name = f"{intents[0].get('/OutputConditionIdentifier', '')} (profile “{profile.profile.profile_description}”)"
    kind = profile.profile.xcolor_space.strip()
    if kind != "CMYK":
        return Checked(what, f"{name} is for {kind}, not for CMYK.", passes=False)
    return Checked(what, f"{name}.", passes=True)


def _profile(document: pikepdf.Pdf) -> ImageCms.ImageCmsProfile | None:
    for intent in document.Root.get("/OutputIntents", ()):
        if intent.S == Name.GTS_PDFX and "/DestOutputProfile" in intent:
            return ImageCms.ImageCmsProfile(BytesIO(intent.DestOutputProfile.read_bytes()))
    return None


def _size(document: pikepdf.Pdf) -> Checked:
    """ISO 15930-7: each page has a trim box, and no art box with it."""
    what = "Trimmed size"
    pages = [page.obj for page in document.pages]
    if any("/TrimBox" not in page or "/ArtBox" in page for page in pages):
        return Checked(what, "A page does not say where it is to be cut.", passes=False)
    sizes = {f"{(right - left) / MM:.4g} × {(top - bottom) / MM:.4g} mm" for left, bottom, right, top in _trims(pages)}
    count = "1 page" if len(pages) == 1 else f"{len(pages)} pages"
    return Checked(what, f"{count} of {' and '.join(sorted(sizes))}.", passes=True)


def _trims(pages: Iterable[pikepdf.Object]) -> Iterator[list[float]]:
    for page in pages:
        yield _box(page.get("/TrimBox", page.MediaBox))


def _box(box: Iterable[Any]) -> list[float]:
    return [float(edge) for edge in box]


def _bleed(document: pikepdf.Pdf, wanted: float) -> Checked:
    """How far what is printed may run over the cut, on the side where it is least; whether it does is to be seen."""
    least = min(_bleed_of(page.obj) for page in document.pages) / MM
    found = f"Room for {max(0, least):.1f} mm all round"
    if least < wanted - NEARLY:
        return Checked("Bleed", f"{found}; {wanted:.1f} mm are needed.", passes=False)
    return Checked("Bleed", f"{found}.", passes=True)


def _bleed_of(page: pikepdf.Object) -> float:
    """The bleed of a page in points; what lies outside of its sheet is none."""
    sheet, (trim,) = _box(page.MediaBox), _trims([page])
    bleed = _box(page.get("/BleedBox", page.get("/TrimBox", page.MediaBox)))
    over = [max(sheet[side], bleed[side]) for side in (0, 1)] + [min(sheet[side], bleed[side]) for side in (2, 3)]
    return min(trim[0] - over[0], trim[1] - over[1], over[2] - trim[2], over[3] - trim[3])


def _clicks(document: pikepdf.Pdf) -> Checked:
    """ISO 15930-7: no annotations where it is printed, no actions, no scripts."""
    annotations = sum(len(page.obj.get("/Annots", ())) for page in document.pages)
    acts = {"/OpenAction", "/AA", "/AcroForm"} & set(document.Root.keys())
    acts |= {"/JavaScript", "/EmbeddedFiles"} & set(document.Root.get("/Names", Dictionary()).keys())
    if annotations or acts:
        found = [f"{annotations} links or notes"] * bool(annotations) + [key.strip("/") for key in sorted(acts)]
        return Checked("For screens only", f"It holds {', '.join(found)}.", passes=False)
    return Checked("For screens only", "Nothing.", passes=True)


# --- What the pages draw --------------------------------------------------------------------


@dataclass(frozen=True)
class _Placed:
    """A picture on a page: its size in pixels, and how many of them come to the inch."""

    width: int
    height: int
    ppi: float


@dataclass
class _Drawn:
    """What was met on the pages."""

    spaces: set[str] = field(default_factory=set)
    words: set[Inks] = field(default_factory=set)
    spaces_of_words: set[str] = field(default_factory=set)
    most_ink: float = 0
    fonts: dict[str, bool] = field(default_factory=dict)
    pictures: list[_Placed] = field(default_factory=list)
    see_through: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Side:
    """What is filled or stroked with: a colour space, and a colour in it or the name of a pattern."""

    space: Any = Name.DeviceGray
    colour: tuple[Any, ...] = (0,)


@dataclass(frozen=True)
class _State:
    """Where and with what an instruction draws; `base` is where the patterns of the page are fixed."""

    matrix: Matrix
    base: Matrix = field(default_factory=Matrix)
    fill: _Side = _Side()
    stroke: _Side = _Side()
    mode: int = 0


SPACES = {"g": Name.DeviceGray, "rg": Name.DeviceRGB, "k": Name.DeviceCMYK}
SHOW_WORDS = {"Tj", "TJ", "'", '"'}
FILL = {"f", "F", "f*", "B", "B*", "b", "b*"}
STROKE = {"S", "s", "B", "B*", "b", "b*"}


def _read(content: pikepdf.Object, resources: pikepdf.Object, state: _State, drawn: _Drawn) -> None:
    """Follow the instructions of a page, a form or a tile of a pattern."""
    if "/Group" in content and "/CS" in content.Group:
        drawn.spaces.add(_family(content.Group.CS))
    for font in _named(resources, "/Font").values():
        drawn.fonts[str(font.get("/BaseFont", "a font"))] = _is_embedded(font)
    saved: list[_State] = []
    for instruction in pikepdf.parse_content_stream(content):
        if isinstance(instruction, pikepdf.ContentStreamInlineImage):
            drawn.spaces.add(_family(instruction.iimage.obj.get("/ColorSpace", Name.DeviceGray)))
            continue
        operator, operands = str(instruction.operator), instruction.operands
        if operator == "q":
            saved.append(state)
        elif operator == "Q" and saved:
            state = saved.pop()
        elif operator in CHANGES:
            state = CHANGES[operator](state, operands)
        elif operator.lower() in {*SPACES, "cs", "sc", "scn"}:
            state = _with_colour(state, operator, operands, resources)
        else:
            _draw(operator, operands, resources, state, drawn)


CHANGES: dict[str, Callable[[_State, Any], _State]] = {
    "cm": lambda state, by: replace(state, matrix=Matrix(*map(float, by)) @ state.matrix),
    "Tr": lambda state, mode: replace(state, mode=int(mode[0])),
}


def _with_colour(state: _State, operator: str, operands: Any, resources: pikepdf.Object) -> _State:
    now = state.fill if operator.islower() else state.stroke
    if operator.lower() == "cs":
        named = _named(resources, "/ColorSpace")
        side = _Side(named.get(str(operands[0]), operands[0]), (0,))
    else:
        side = _Side(SPACES.get(operator.lower(), now.space), tuple(operands))
    return replace(state, fill=side) if operator.islower() else replace(state, stroke=side)


def _draw(operator: str, operands: Any, resources: pikepdf.Object, state: _State, drawn: _Drawn) -> None:
    if operator in SHOW_WORDS and state.mode % 4 != 3:
        side = state.stroke if state.mode % 4 == 1 else state.fill
        drawn.words |= _lay(side, resources, state, drawn)
        drawn.spaces_of_words.add(_family(side.space))
    if operator in FILL:
        _lay(state.fill, resources, state, drawn)
    if operator in STROKE:
        _lay(state.stroke, resources, state, drawn)
    if operator == "sh":
        _read_gradient(_named(resources, "/Shading")[str(operands[0])], drawn)
    elif operator == "gs":
        _read_state(_named(resources, "/ExtGState")[str(operands[0])], drawn)
    elif operator == "Do":
        thing = _named(resources, "/XObject")[str(operands[0])]
        if thing.Subtype == Name.Image:
            _read_picture(thing, state, drawn)
        else:
            matrix = Matrix(thing.get("/Matrix", Matrix().as_array())) @ state.matrix
            _read(thing, thing.get("/Resources", resources), replace(state, matrix=matrix), drawn)


def _lay(side: _Side, resources: pikepdf.Object, state: _State, drawn: _Drawn) -> set[Inks]:
    """Note with what something is filled or stroked; give back its inks, if they are those of a press."""
    if side.space == Name.Pattern:
        pattern = _named(resources, "/Pattern")[str(side.colour[-1])]
        if "/Shading" in pattern:
            _read_gradient(pattern.Shading, drawn)
        else:
            matrix = Matrix(pattern.get("/Matrix", Matrix().as_array())) @ state.base
            _read(pattern, pattern.Resources, _State(matrix, matrix), drawn)
        return set()
    drawn.spaces.add(_family(side.space))
    inks = _inks(side.space, side.colour)
    _note(inks, drawn)
    return inks


def _note(inks: Iterable[Inks], drawn: _Drawn) -> None:
    drawn.most_ink = max(drawn.most_ink, *(sum(parts) for parts in inks), 0)


def _inks(space: Any, colour: Iterable[Any]) -> set[Inks]:
    parts = [float(part) for part in colour]
    if space == Name.DeviceGray:
        return {(0, 0, 0, 1 - parts[0])}
    if space == Name.DeviceCMYK:
        cyan, magenta, yellow, black = parts if len(parts) == 4 else BLACK
        return {(cyan, magenta, yellow, black)}
    return set()


def _read_gradient(shading: pikepdf.Object, drawn: _Drawn) -> None:
    drawn.spaces.add(_family(shading.ColorSpace))
    for colour in _ends(shading.get("/Function", Dictionary())):
        _note(_inks(shading.ColorSpace, colour), drawn)


def _ends(function: pikepdf.Object) -> Iterator[Any]:
    """The colours a gradient runs between."""
    for one in function.get("/Functions", ()):
        yield from _ends(one)
    yield from (function[key] for key in ("/C0", "/C1") if key in function)


def _read_state(state: pikepdf.Object, drawn: _Drawn) -> None:
    if any(float(state.get(key, 1)) < 1 for key in ("/ca", "/CA")):
        drawn.see_through.add("see-through colours")
    if state.get("/BM", Name.Normal) not in (Name.Normal, Name.Compatible):
        drawn.see_through.add("blended colours")
    if isinstance(mask := state.get("/SMask"), Dictionary):
        drawn.see_through.add("masks")
        behind = _Drawn()
        _read(mask.G, mask.G.Resources, _State(Matrix()), behind)
        drawn.spaces |= behind.spaces


def _read_picture(image: pikepdf.Object, state: _State, drawn: _Drawn) -> None:
    if "/SMask" in image:
        drawn.see_through.add("pictures with see-through parts")
    across, up = (Matrix(state.matrix).transform(point) for point in ((1, 0), (0, 1)))
    origin = state.matrix.transform((0, 0))
    size = [((end[0] - origin[0]) ** 2 + (end[1] - origin[1]) ** 2) ** 0.5 / INCH for end in (across, up)]
    width, height = int(image.Width), int(image.Height)
    drawn.pictures.append(_Placed(width, height, min(width / size[0], height / size[1])))
    if image.get("/ImageMask", False):
        return
    drawn.spaces.add(_family(image.ColorSpace))
    if image.ColorSpace == Name.DeviceCMYK:
        assert isinstance(image, pikepdf.Stream)
        picture = pikepdf.PdfImage(image).as_pil_image(apply_mask=False)
        drawn.most_ink = max(drawn.most_ink, _most_ink_in(picture))


def _most_ink_in(picture: Image.Image) -> float:
    """The ink of the pixel with most of it; 4 is all of all four inks."""
    parts = dict(zip("cmyk", (part.convert("I") for part in picture.split()), strict=True))
    total = ImageMath.lambda_eval(lambda of: of["c"] + of["m"] + of["y"] + of["k"], **parts)
    return float(total.getextrema()[1]) / 255


def _family(space: pikepdf.Object) -> str:
    """A colour space by name; what it stands on is told with it."""
    if not isinstance(space, Array):
        return str(space).strip("/")
    family = str(space[0]).strip("/")
    if family == "ICCBased":
        return f"ICCBased with {int(space[1].N)} parts"
    return f"{family} on {_family(space[1])}" if family == "Indexed" else family


def _named(resources: pikepdf.Object, kind: str) -> dict[str, Any]:
    return dict(resources.get(kind, Dictionary()).items())


def _is_embedded(font: pikepdf.Object) -> bool:
    if font.get("/Subtype") == Name.Type3:  # drawn in the file
        return True
    described = font.get("/DescendantFonts", [font])[0].get("/FontDescriptor", Dictionary())
    return any(key in described for key in ("/FontFile", "/FontFile2", "/FontFile3"))


# --- What is thought of it --------------------------------------------------------------------


def _spaces(drawn: _Drawn) -> Checked:
    wrong = sorted(drawn.spaces - {"DeviceCMYK", "DeviceGray", "Pattern"})
    if wrong:
        return Checked("Colours", f"Not all are in CMYK: {', '.join(wrong)}.", passes=False)
    return Checked("Colours", f"{' and '.join(sorted(drawn.spaces)) or 'None'}.", passes=True)


def _black_words(drawn: _Drawn) -> Checked:
    """Words in four inks blur where the plates do not meet exactly."""
    mixed = [inks for inks in drawn.words if _is_black(inks) and sum(inks[:3]) > 0]
    if strange := sorted(drawn.spaces_of_words - {"DeviceCMYK", "DeviceGray", "Pattern"}):
        found = f"Some words are in {' and '.join(strange)}, whose inks are not known."
    elif mixed:
        found = f"Some words are black of several inks ({_in_words(max(mixed, key=sum))}); use black ink alone."
    else:
        return Checked("Black words", "In black ink alone." if BLACK in drawn.words else "None.", passes=True)
    return Checked("Black words", found, passes=False)


def _is_black(inks: Inks) -> bool:
    return inks[3] >= MUCH_BLACK or sum(inks[:3]) >= MUCH_ELSE


def _coloured_words(drawn: _Drawn) -> Checked:
    """Not judged: a designer may want it. Large words stand it, small ones less so."""
    most = max(drawn.words, key=lambda inks: sum(ink > 0 for ink in inks), default=BLACK)
    count = sum(ink > 0 for ink in most)
    words = f"In up to {count} inks ({_in_words(most)})" if count > 1 else "In one ink"
    return Checked("Words", f"{words}{'; small words are sharper in one or two' if count > 2 else ''}.", passes=True)


def _in_words(inks: Inks) -> str:
    names = ("cyan", "magenta", "yellow", "black")
    return ", ".join(f"{name} {100 * ink:.0f} %" for name, ink in zip(names, inks, strict=True) if ink)


def _fonts(drawn: _Drawn) -> Checked:
    missing = sorted(name.strip("/") for name, embedded in drawn.fonts.items() if not embedded)
    if missing:
        return Checked("Fonts", f"Not in the file: {', '.join(missing)}.", passes=False)
    return Checked("Fonts", f"All {len(drawn.fonts)} are in the file.", passes=True)


def _pictures(drawn: _Drawn) -> Checked:
    """The picture with the fewest pixels to the inch."""
    if not drawn.pictures:
        return Checked("Pictures", "None of pixels; drawings are lines.", passes=True)
    worst = min(drawn.pictures, key=lambda placed: placed.ppi)
    found = f"{len(drawn.pictures)}, with at least {worst.ppi:.0f} pixels to the inch"
    if worst.ppi < COARSE:
        size = f"the coarsest has {worst.width} × {worst.height} pixels"
        return Checked("Pictures", f"{found}: too coarse, {SHARP} are wanted; {size}.", passes=False)
    return Checked("Pictures", f"{found}{'' if worst.ppi >= SHARP else f'; {SHARP} would be sharper'}.", passes=True)


def _ink(drawn: _Drawn, profile: ImageCms.ImageCmsProfile | None) -> Checked:
    """Too much ink does not dry. The limit is that of the profile in the file: the most it ever lays itself."""
    found = f"At most {100 * drawn.most_ink:.0f} %"
    if profile is None or profile.profile.xcolor_space != "CMYK":
        return Checked("Ink", f"{found}.", passes=True)
    limit = _most_ink_of(profile)
    found = f"{found}; the profile itself lays up to {100 * limit:.0f} %."
    return Checked("Ink", found, passes=drawn.most_ink <= limit + ROUNDED)


def _most_ink_of(profile: ImageCms.ImageCmsProfile) -> float:
    """The most ink a profile lays for any of 9 × 9 × 9 colours."""
    steps = [min(255, 32 * step) for step in range(9)]
    colours = Image.frombytes(
        "RGB", (len(steps) ** 3, 1), bytes(part for rgb in product(steps, repeat=3) for part in rgb)
    )
    inks = ImageCms.profileToProfile(
        colours,
        ImageCms.createProfile("sRGB"),
        profile,
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        "CMYK",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    assert inks
    return _most_ink_in(inks)


def _transparency(drawn: _Drawn) -> Checked:
    """Not judged: PDF/X-4 allows it, but an old press may ask for a file without."""
    return Checked("Transparency", f"{', '.join(sorted(drawn.see_through)).capitalize() or 'None'}.", passes=True)
