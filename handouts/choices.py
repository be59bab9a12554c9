"""The names in a row in (language, topics, sets, exercises), what they stand for out, or what is wrong with them.

What is wrong never repeats a cell: it counts the names in it, and quotes words that we know.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from handouts import cells
from handouts.cells import Say
from handouts.days import Order
from handouts.errors import nearest
from handouts.language_names import language_tag
from handouts.topic_names import beginning, is_in_a_title, plain, topics_called

#: In one cell.
MOST_NAMES = 20
LONGEST_DOSE = 120
#: What many rows share is worked out once; so many answers are remembered.
REMEMBERED = 5_000
#: In a title.
MOST_COMMAS = 4
#: Of topics that begin alike, so many are quoted.
MOST_QUOTED = 4


@dataclass(frozen=True)
class Known:
    """What a list may name.

    `topics`: by language, the names of the topics written in it. `sets`: the topics of each set. `exercises`: the titles
    of a topic's exercises in a language. `cannot_show`: which letters of a text the fonts lack, from 0. `language` is
    that of rows that name none, `usual` are the topics of rows that name none. `titles`: in a language, the titles of topics,
    by name. `order`: how days are written in numbers where the leaflets go.
    """

    topics: Mapping[str, tuple[str, ...]]
    sets: Mapping[str, tuple[str, ...]]
    exercises: Callable[[str, str], tuple[str, ...]]
    cannot_show: Callable[[str], tuple[int, ...]]
    language: str
    usual: tuple[str, ...] = ()
    titles: Callable[[str], Mapping[str, str]] = lambda _: {}
    order: Order | None = None


#: The column, what is wrong, what to write instead.
Said = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Picked:
    """The language of a row ("": it names none) and its full topic names, each once; they hold if nothing is said."""

    language: str
    topics: tuple[str, ...]
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Titles of exercises, each with its dose; they hold if nothing is said."""

    exercises: tuple[tuple[str, str], ...]
    said: tuple[Said, ...]


def saying(said: list[Said], column: str, before: str = "") -> Say:
    """What to call when something in a column is wrong; `before` begins each sentence."""
    return lambda what, instead: said.append((column, before + what, instead))


def printed(text: str, most: int, known: Known, say: Say) -> str:
    """The text as it is printed; "" where it is too long, hides something, or the fonts lack a letter of it."""
    clean = cells.words(text, most, say)
    return "" if clean and cells.not_shown(clean, known.cannot_show(clean), say) else clean


class Choices:
    """Finds what rows name. Answers are remembered: most rows of a list are alike in this."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._languages: dict[str, list[str]] = {}
        for language, topics in known.topics.items():
            for topic in topics:
                self._languages.setdefault(topic, []).append(language)
        self._titles = lru_cache(REMEMBERED)(known.exercises)
        self._titles_in = lru_cache(REMEMBERED)(known.titles)
        self.pick = lru_cache(REMEMBERED)(self._pick)
        self.choose = lru_cache(REMEMBERED)(self._choose)

    def _pick(self, language: str, topics: str, sets: str) -> Picked:
        """What the cells `language`, `topics` and `set` of a row stand for."""
        said: list[Said] = []
        tag = self._language(language, saying(said, "language")) if language else ""
        found: dict[str, str] = {}
        for topic in self._named(topics, tag, saying(said, "topics")):
            found.setdefault(topic, "topics")
        for topic in self._in_sets(sets, saying(said, "set")):
            found.setdefault(topic, "set")
        if not topics and not sets:
            found = dict.fromkeys(self._known.usual, "language")
        if tag or not language:
            self._check_written(found, tag or self._known.language, said)
        return Picked(tag, tuple(found), tuple(said))

    def _language(self, text: str, say: Say) -> str:
        tags = {tag.casefold(): tag for tag in self._known.topics}
        named = language_tag(text)
        tag = (
            tags.get(text.casefold().replace("_", "-"))
            or tags.get(named.casefold())
            or tags.get(named.partition("-")[0])
        )
        if not tag:
            say(
                "no topic is written in this language",
                _nearest(text, tuple(tags.values()), "write a topic in it first"),
            )
        return tag or ""

    def _named(self, text: str, language: str, say: Say) -> Iterable[str]:
        for which, name in _each(self._topic_names(text, language), say):
            found = self._called(name, language)
            if len(found) == 1:
                yield found[0]
            elif found:
                some = " or ".join(found) if len(found) <= MOST_QUOTED else f"any of {len(found)} topics"
                say(f"{which} could be {some}", "write more of the name")
            else:
                say(f"{which} is not a topic", _nearest(name, tuple(self._languages), "write a topic first"))

    def _topic_names(self, text: str, language: str) -> tuple[str, ...]:
        """The names in a cell. A comma parts them, unless it belongs to a title."""
        names: list[str] = []
        titles = self._titles_in(language or self._known.language).values() if "," in text else ()
        for several in cells.several(text, commas=False):
            parts = several.split(",")
            while parts:
                longest = range(min(len(parts), MOST_COMMAS + 1), 1, -1)
                end = next((n for n in longest if is_in_a_title(",".join(parts[:n]), titles)), 1)
                names.append(",".join(parts[:end]).strip(cells.BLANKS + cells.WITHOUT_WIDTH))
                parts = parts[end:]
        return tuple(filter(None, names))

    def _called(self, name: str, language: str) -> tuple[str, ...]:
        return topics_called(name, tuple(self._languages), lambda: self._titles_in(language or self._known.language))

    def _in_sets(self, text: str, say: Say) -> Iterable[str]:
        known = {plain(name): topics for name, topics in self._known.sets.items()}
        for which, name in _each(cells.several(text), say):
            topics = known.get(plain(name)) or known.get(plain(name).replace(" ", "-").replace("_", "-"))
            if topics:
                yield from topics
            else:
                say(f"{which} is not a set", _nearest(name, tuple(self._known.sets), "name topics instead"))

    def _check_written(self, found: Mapping[str, str], language: str, said: list[Said]) -> None:
        for topic, column in found.items():
            if language not in (languages := self._languages.get(topic, [])):
                instead = _nearest(language, tuple(languages), "name another topic")
                said.append((column, f"{topic} is not written in “{language}”", instead))

    def _choose(self, text: str, topics: tuple[str, ...], language: str) -> Chosen:
        """What the cell `exercises` of a row stands for."""
        said: list[Said] = []
        titles = tuple(dict.fromkeys(title for topic in topics for title in self._titles(topic, language)))
        found: dict[str, str] = {}
        say = saying(said, "exercises")
        for which, entry in _each(cells.several(text, commas=False), say):
            name, dose = _parted(entry, titles)
            matches = beginning(name, titles)
            if len(matches) > 1:
                some = " or ".join(f"“{title}”" for title in matches[:MOST_QUOTED])
                say(f"{which} could be {some}", "write more of the title")
            elif not matches:
                instead = _nearest(name, titles, "leave it out: its topics have no exercises")
                say(f"{which} is not an exercise of its topics", instead)
            elif matches[0] in found:
                say(f"{which} is “{matches[0]}” a second time", "keep one of the two")
            else:
                found[matches[0]] = printed(
                    dose, LONGEST_DOSE, self._known, saying(said, "exercises", f"the dose of “{matches[0]}”: ")
                )
        return Chosen(tuple(found.items()), tuple(said))


def _each(names: Sequence[str], say: Say) -> Iterable[tuple[str, str]]:
    """Each name, and what to call it without saying it."""
    if len(names) > MOST_NAMES:
        say(f"there are {len(names)} names in it", f"write at most {MOST_NAMES}")
        return []
    return [(f"name {n}" if len(names) > 1 else "it", name) for n, name in enumerate(names, 1)]


def _parted(entry: str, titles: tuple[str, ...]) -> tuple[str, str]:
    """A title and its dose, parted by “=”; without one, by “:”, unless it belongs to the title."""
    sign = "=" if "=" in entry or beginning(entry, titles) else ":"
    name, _, dose = entry.partition(sign)
    return name, dose


@lru_cache(REMEMBERED)
def _nearest(word: str, known: tuple[str, ...], otherwise: str) -> str:
    return nearest(re.sub(r"\s+", " ", word[: cells.LONGEST_NAME]), known, otherwise)
