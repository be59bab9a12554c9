"""Where topics, regions, templates, styles and fonts lie, in a checkout or in an installed wheel."""

import re
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from handouts.errors import Exit, HandoutError

PACKAGE = Path(__file__).resolve().parent


def _beside(name: str) -> Path:
    """A top-level folder: inside the package when installed, next to it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


TOPICS = PACKAGE / "topics"
REGIONS = PACKAGE / "regions"
LANGUAGES = PACKAGE / "languages"
TEMPLATES = _beside("templates")
STYLES = _beside("styles")


@dataclass(frozen=True)
class Font:
    """One static font file. WOFF2 and variable fonts are slower and set text unevenly."""

    family: str
    weight: int
    file: Path


def _font(family: str, weight: int, package: str, name: str) -> Font:
    if find_spec(package) is None:
        raise HandoutError(
            f"The fonts are not installed (package {package}); install handouts again, with what it depends on.",
            Exit.CANNOT_WRITE,
        )
    return Font(family, weight, Path(str(files(package) / "files" / name)))


def fonts() -> tuple[Font, ...]:
    """The only fonts a leaflet is ever set in.

    `Body` is Atkinson Hyperlegible, drawn for readers with low vision; `Fallback` is Source Sans,
    for the letters and signs the first one lacks.
    """
    body, fallback = "fontpkg_atkinson_hyperlegible", "font_source_sans_pro"
    return (
        _font("Body", 400, body, "AtkinsonHyperlegible-Regular.ttf"),
        _font("Body", 700, body, "AtkinsonHyperlegible-Bold.ttf"),
        _font("Fallback", 400, fallback, "SourceSansPro-Regular.ttf"),
        _font("Fallback", 700, fallback, "SourceSansPro-Bold.ttf"),
    )


LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


def topic_names() -> tuple[str, ...]:
    """The names of all topics, sorted."""
    return tuple(sorted(f.name for f in TOPICS.iterdir() if languages_of(f.name)))


def languages_of(topic: str) -> tuple[str, ...]:
    """The languages a topic is written in, sorted, such as ("en",)."""
    return tuple(sorted(f.stem for f in (TOPICS / topic).glob("*.md") if LANGUAGE.fullmatch(f.stem)))


def region_codes() -> tuple[str, ...]:
    """The codes of all regions, sorted, such as ("uk", "us")."""
    return tuple(sorted(f.stem for f in REGIONS.glob("*.yaml")))
