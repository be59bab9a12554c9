"""Where topics, snippets, regions, templates, styles and fonts lie: in a clinic’s own library, a checkout or a wheel."""

import os
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
SNIPPETS = PACKAGE / "snippets"
REGIONS = PACKAGE / "regions"
LANGUAGES = PACKAGE / "languages"
SETS = PACKAGE / "sets.yaml"
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


@dataclass(frozen=True)
class Library:
    """What a clinic can print: the topics in its own folder `own`, if it has one, and those that come with us.

    A topic in `own` takes the place of ours of the same name, in every language; drawings and snippets that are not
    found there are taken from ours.
    """

    own: Path | None = None

    def topic_names(self) -> tuple[str, ...]:
        """The names of all topics, sorted."""
        found = {folder.name for shelf in self._shelves() if shelf.is_dir() for folder in shelf.iterdir()}
        return tuple(sorted(name for name in found if self.languages_of(name)))

    def languages_of(self, topic: str) -> tuple[str, ...]:
        """The languages a topic is written in, sorted, such as ("en",)."""
        return languages_in(self._folder(topic))

    def topic_file(self, topic: str, language: str) -> Path:
        """Where a topic stands in a language, whether or not it does."""
        return self._folder(topic) / f"{language}.md"

    def is_own(self, topic: str) -> bool:
        """Whether the clinic wrote the topic."""
        return self.own is not None and self._folder(topic).is_relative_to(self.own)

    def figure_folders(self, topic: str) -> tuple[Path, ...]:
        """Where a topic's drawings are looked for, the first first."""
        own = [shelf / topic / "figures" for shelf in self._shelves()]
        return (*own, *(folder / "figures" for folder in self._snippets()))

    def snippets(self, language: str) -> dict[str, Path]:
        """The files of the snippets in a language, by name."""
        found = [file for folder in self._snippets() for file in (folder / language).glob("*.md")]
        return {file.stem: file for file in reversed(found)}

    def own_templates(self) -> Path | None:
        """The folder of the clinic's own templates, if it has one."""
        folder = self.own / "templates" if self.own else None
        return folder if folder and folder.is_dir() and not folder.samefile(TEMPLATES) else None

    def source_files(self) -> tuple[Path, ...]:
        """The files of the sources that topics share, ours first: a clinic's own of the same name count more."""
        return tuple(
            f for f in (folder / "sources.yaml" for folder in reversed(self._snippets())) if os.path.lexists(f)
        )

    def _folder(self, topic: str) -> Path:
        return next((s / topic for s in self._shelves() if languages_in(s / topic)), TOPICS / topic)

    def _shelves(self) -> tuple[Path, ...]:
        return (self.own / "topics", TOPICS) if self.own else (TOPICS,)

    def _snippets(self) -> tuple[Path, ...]:
        return (self.own / "snippets", SNIPPETS) if self.own else (SNIPPETS,)


#: What comes with us, and nothing else.
OURS = Library()


def languages_in(folder: Path) -> tuple[str, ...]:
    """The languages in which a topic's folder holds a file, sorted."""
    return tuple(sorted(file.stem for file in folder.glob("*.md") if LANGUAGE.fullmatch(file.stem)))


def region_codes() -> tuple[str, ...]:
    """The codes of all regions, sorted, such as ("uk", "us")."""
    return tuple(sorted(f.stem for f in REGIONS.glob("*.yaml")))
