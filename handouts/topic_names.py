"""What a person calls a topic in, the topics that can be meant out."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence


def plain(text: str) -> str:
    """A name as it is compared: capitals and spaces do not matter."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def beginning(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """What a name or the beginning of one may stand for; nothing stands for nothing."""
    start = plain(name)
    found = tuple(one for one in known if start and plain(one).startswith(start))
    return tuple(one for one in found if plain(one) == start) or found


def topics_called(words: str, names: Sequence[str], titles: Callable[[], Mapping[str, str]]) -> tuple[str, ...]:
    """The topics of which the words are the name, the title, the beginning of one of them, or words that stand in it.

    `titles`, by name, are asked for only where the names do not answer.
    """
    found = beginning(words.replace(" ", "-").replace("_", "-"), names)
    if len(found) == 1:
        return found
    title_of = {name: _bare(title) for name, title in titles().items()}
    wanted = _bare(words)
    begun = [name for name in names if wanted and title_of.get(name, "").startswith(wanted)]
    whole = [name for name in begun if title_of[name] == wanted]
    return tuple(whole or found or begun or _with_words(wanted.split(), names, title_of))


def is_in_a_title(words: str, titles: Iterable[str]) -> bool:
    """Whether a title begins so: then a comma in the words is part of it."""
    return any(plain(title).startswith(plain(words)) for title in titles)


def _bare(title: str) -> str:
    """A title without capitals and signs: nobody types them all."""
    return " ".join(re.findall(r"\w+", plain(title).replace("’", "").replace("'", "")))


def _with_words(wanted: Sequence[str], names: Sequence[str], titles: Mapping[str, str]) -> list[str]:
    if not wanted or max(map(len, wanted)) < 4:  # noqa: PLR2004  “the” and “for” tell nothing
        return []
    words = {name: {*name.split("-"), *titles.get(name, "").split()} for name in names}
    return [name for name in names if all(any(word.startswith(start) for word in words[name]) for start in wanted)]
