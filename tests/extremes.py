"""Topics of every block, each as long as a person might write it: for the tests that look for words lost or out of place."""

from collections.abc import Callable
from itertools import count

from handouts.blocks import SHAPES

HEAD = """---
id: EX-01
codes:
  icd-10: [M54.2]
title: Example
kind: Example
summary: An example.
main_message: It is one.
audience: nobody
version: 1
written: 2026-01-01
review_by: 2028-01-01
pages: 2
sources:
  - organisation: Example
    title: Example
    year: undated
    address: https://example.org/
---
"""
URGENT = "::: urgent-help\n\n## Call {emergency_number} now if\n\n- %s\n\n:::\n"


def numbered() -> Callable[[int], str]:
    """Words of which each is there but once."""
    number = count(1)
    return lambda words: " ".join(f"qz{next(number)}" if word % 2 else "about" for word in range(1, words + 1))


def block(kind: str, words: int, *, word: str = "") -> str:
    """A block with as many entries as it may have, each with so many words, or with one `word`."""
    shape = SHAPES[kind]
    some = numbered()
    one = (lambda _: word) if word else some
    most = shape.count[1]
    picture = "![An example.](dot.svg)\n\n" if shape.pictures[1] else ""
    if shape.starts == "table":
        if kind == "week-grid":
            return _fence(kind, f"| | Example |\n|---|---|\n| {one(words)} | {one(words)} |\n| Sleep | 8 |")
        header = f"| {one(3)} | A {one(2)} | B | C |\n|---|---|---|---|"
        rows = f"| {one(3)} | {one(words)} | b | c |\n| {one(words)} | a | {one(words)} | c |"
        return _fence(kind, f"{header}\n{rows}")
    if shape.starts == "item":
        return _fence(kind, "\n".join(f"- {one(words)}" for _ in range(most)) + f"\n\n{picture}")
    if shape.starts == "picture":
        return _fence(kind, "\n\n".join(f"{picture}{one(words)}" for _ in range(most)))
    dose = f"\n\nDose: {one(words)}" if shape.doses[1] else ""
    body = f"{one(words)}\n\n- {one(words)}"
    return _fence(kind, "\n\n".join(f"## {one(2)} {at}\n\n{picture}{body}{dose}" for at in range(most)))


def _fence(kind: str, inner: str) -> str:
    return f"::: {kind}\n\n{inner.replace('## ', '## ' if kind == 'urgent-help' else '### ')}\n\n:::\n"


def topic(kind: str, words: int, *, word: str = "") -> str:
    """A topic whose only block, besides a short urgent-help box, is that one."""
    made = block(kind, words, word=word)
    if kind == "urgent-help":
        return f"{HEAD}\n{made}\n## Section\n\nWords.\n"
    twice = made if kind == "callout" else ""  # two of them stand side by side
    return f"{HEAD}\n{URGENT % 'it is bad'}\n## Section\n\n{made}\n{twice}\nThe end.\n"
