"""Texts: region words are filled in here, and what comes out is plain words or safe HTML.

A value is text to the end: it is never read as Markdown or HTML, whatever it looks like.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from markupsafe import Markup, escape

from handouts.model import Run, Text, Word

T = TypeVar("T")
K = TypeVar("K")

#: In a topic, a line to write on.
BLANK = re.compile(r"_{4,}")
NO_LETTERS = re.compile(r"[\W_]+")


def every(kind: type[T], node: object) -> Iterator[T]:
    """Everything of one kind in a topic or any part of one, in the order of the text."""
    if isinstance(node, kind):
        yield node
    elif isinstance(node, tuple):
        for child in node:
            yield from every(kind, child)
    elif is_dataclass(node):
        for field in fields(node):
            yield from every(kind, getattr(node, field.name))


def word(name: str, words: Mapping[str, str]) -> str | None:
    """A region's word: `{Name}` is `{name}` with a capital first letter. Unknown: None."""
    if name in words:
        return words[name]
    value = words.get(name[:1].lower() + name[1:])
    return value[:1].upper() + value[1:] if value else None


def fill(node: T, words: Mapping[str, str]) -> T:
    """The same topic (or part of one) with every region word filled in, as text."""

    def filled(found: Word) -> Run:
        value = word(found.name, words)
        if value is None:
            raise KeyError(found.name)
        return Run(value, found.strong)

    return changed(node, Word, filled)


def changed(node: T, kind: type[K], change: Callable[[K], object]) -> T:
    """The same topic (or part of one) with everything of one kind put through `change`."""
    new: Any = node
    if isinstance(node, kind):
        new = change(node)
    elif isinstance(node, tuple):
        new = tuple(changed(child, kind, change) for child in node)
    elif is_dataclass(node) and not isinstance(node, type):
        new = replace(node, **{f.name: changed(getattr(node, f.name), kind, change) for f in fields(node)})
    return new  # type: ignore[no-any-return]  # the shape is kept, field by field


def plain(text: Text) -> str:
    """The words alone; a placeholder that is not filled in shows as `{name}`."""
    return "".join(run.text if isinstance(run, Run) else f"{{{run.name}}}" for run in text)


def letters_of(words: str) -> str:
    """Letters and figures alone: what is the same in two texts whose lines, signs and capitals differ."""
    return NO_LETTERS.sub("", words).casefold()


def without_blanks(text: Text) -> tuple[Text, int]:
    """A text without its `____`, and how many lines to write on they stand for."""
    found = len(BLANK.findall(plain(text)))
    label = [replace(run, text=BLANK.sub("", run.text)) if isinstance(run, Run) else run for run in text]
    while found and label and isinstance(label[-1], Run) and not label[-1].text.strip():
        label.pop()
    if found and label and isinstance(label[-1], Run):
        label[-1] = replace(label[-1], text=label[-1].text.rstrip())
    return tuple(label), found


def unbroken(words: str) -> str:
    """Words in which a number such as 555 0100 stays on one line."""
    return re.sub(r"(?<=\d) (?=\d)", "\N{NO-BREAK SPACE}", words)


def to_html(text: Text) -> Markup:
    """Safe HTML of a text whose region words are filled in."""
    html = Markup("")
    for run in text:
        assert isinstance(run, Run), f"{run} is not filled in"
        words = escape(unbroken(run.text))
        if run.strong:
            words = Markup("<strong>{}</strong>").format(words)
        if run.address:
            words = Markup('<a href="{}">{}</a>').format(run.address, words)
        html += words
    return html
