"""A topic with its region's words filled in; out comes everything its reader is told, in order, as plain words."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from handouts.model import Block, Bullets, Entry, Heading, Paragraph, Picture, Run, Section, Topic
from handouts.wording import every, plain

#: What carries sentences; titles, headings and pictures do not.
SENTENCES = ("paragraph", "item", "dose", "cell")
FRONT = ""  # the section of what stands before the first heading


@dataclass(frozen=True)
class Told:
    """One piece of text: what it is, the heading it stands under, its words, and the line it is written on.

    `what` is one of title, heading, paragraph, item, dose, cell, picture.
    """

    what: str
    section: str
    words: str
    line: int


def everything(topic: Topic) -> Iterator[Told]:
    """All of a filled topic but its sources."""
    yield Told("title", FRONT, topic.title, topic.lines["title"])
    yield Told("title", FRONT, topic.kind, topic.lines["title"])
    yield Told("paragraph", FRONT, plain(topic.summary), topic.lines["summary"])
    yield Told("paragraph", FRONT, plain(topic.main_message), topic.lines["main_message"])
    yield Told("title", FRONT, plain(topic.audience), topic.lines["audience"])
    for part in topic.opening:
        yield from _told(part, FRONT)
    for section in topic.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[Told]:
    name = plain(section.heading.text)
    yield Told("heading", name, name, section.heading.line)
    for part in section.parts:
        yield from _told(part, name)


def _told(node: object, section: str) -> Iterator[Told]:
    match node:
        case Heading() | Paragraph():
            what = "heading" if isinstance(node, Heading) else "paragraph"
            yield Told(what, section, plain(node.text), node.line)
        case Bullets():
            for item in node.items:
                yield Told("item", section, plain(item.text), item.line)
        case Picture():
            yield Told("picture", section, f"{node.file}: {plain(node.alt)}", node.line)
        case Entry():
            yield from _entry(node, section)
        case Block():
            yield from _table(node, section)
            for child in (*node.entries, *node.after):
                yield from _told(child, section)


def _entry(entry: Entry, section: str) -> Iterator[Told]:
    if entry.title:
        yield Told("heading", section, plain(entry.title), entry.line)
    for child in (*entry.pictures, *entry.body):
        yield from _told(child, section)
    if entry.dose:
        yield Told("dose", section, plain(entry.dose.text), entry.dose.line)


def _table(block: Block, section: str) -> Iterator[Told]:
    if block.table:
        for cell in block.table.header:
            yield Told("heading", section, plain(cell), block.table.line)
        for row, line in zip(block.table.rows, block.table.lines, strict=True):
            yield Told("heading", section, plain(row[0]), line)
            for cell in row[1:]:
                yield Told("cell", section, plain(cell), line)


def transcript(topic: Topic, region: str) -> str:
    """All that a reader is told, a line each: words, drawings by name and digest, sources of the region, links."""
    signs = {"heading": "## ", "item": "- ", "dose": "> ", "cell": "| ", "picture": "[drawing] "}
    lines = [f"language {topic.language}, region {region}"]
    for one in everything(topic):
        digest = f" ({_digest(topic.pictures[one.words.split(':')[0]])})" if one.what == "picture" else ""
        lines.append(f"{signs.get(one.what, '')}{one.words}{digest}")
    lines.extend(
        f"[source] {source.organisation}: {source.title} ({source.year}) {source.address}"
        for source in topic.sources
        if source.region in ("", region)
    )
    if topic.tri_fold:
        lines.append(f"[tri-fold] {', '.join(topic.tri_fold)}")
    links = (run for run in every(Run, (topic.opening, topic.sections)) if run.address)
    lines.extend(f"[link] {run.text}: {run.address}" for run in links)
    return "\n".join(lines) + "\n"


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def fingerprint(text: str) -> str:
    """What stands for a transcript: two that differ in anything a reader is told differ in it."""
    return hashlib.sha256(text.encode()).hexdigest()
