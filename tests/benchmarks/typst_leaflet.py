"""A Topic in, the same leaflet as Typst markup out: its words, its drawings, our fonts, about our look.

It is that of a clinic that has not named itself, and not approved.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from handouts import assets
from handouts.drawings import view_box
from handouts.model import (
    Block,
    Bullets,
    Entry,
    Flow,
    Heading,
    Paper,
    Paragraph,
    Part,
    Picture,
    Run,
    Section,
    Setting,
    Source,
    Text,
    Topic,
)
from handouts.page import language_of, short_address
from handouts.wording import fill, plain, unbroken, without_blanks

LOOK = Path(__file__).with_name("leaflet.typ")
SIGNS = ("tick", "cross", "box", "warning", "zone-calm", "zone-take-care")
#: What Typst calls our papers.
PAPERS = {Paper.A4: "a4", Paper.LETTER: "us-letter", Paper.A5: "a5"}
#: A leaflet for the person in `sys.inputs`.
BY_INPUTS = '#import "topic.typ": copy\n#copy(sys.inputs)'


def write_project(folder: Path, topic: Topic, setting: Setting, labels: Mapping[str, str]) -> Path:
    """Write all that Typst needs into a folder; the file to compile. `labels` are those of the personal panel."""
    for file, drawing in topic.pictures.items():
        (folder / file).write_text(drawing, encoding="utf-8")
    for name, drawing in signs().items():
        (folder / f"{name}.svg").write_text(drawing, encoding="utf-8")
    (folder / LOOK.name).write_bytes(LOOK.read_bytes())
    filled = fill(topic, setting.region.words)
    (folder / "topic.typ").write_text(Writer(filled, setting, labels).markup(), encoding="utf-8")
    main = folder / "main.typ"
    main.write_text(BY_INPUTS, encoding="utf-8")
    return main


def font_folders() -> list[str]:
    """Where our fonts lie."""
    return sorted({str(font.file.parent) for font in assets.fonts()})


def signs() -> dict[str, str]:
    """The signs of our style, as drawings."""
    tokens = (assets.STYLES / "tokens.css").read_text(encoding="utf-8")
    found = dict(re.findall(r'--([\w-]+): url\("data:image/svg\+xml,(.+?)"\)', tokens))
    return {name: unquote(found[name]) for name in SIGNS}


def said(words: str) -> str:
    """Words as a Typst string: they are text to the end."""
    return '"' + unbroken(words).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def told(text: Text) -> str:
    """A text as a Typst expression."""
    return "{" + "; ".join(map(_run, text)) + "}" if text else "[]"


def _run(run: object) -> str:
    assert isinstance(run, Run), f"{run} is not filled in"
    words = f"strong({said(run.text)})" if run.strong else said(run.text)
    return f"link({said(run.address)}, {words})" if run.address.startswith("http") else words


def array(expressions: Iterable[str]) -> str:
    return "(" + "".join(f"{one}, " for one in expressions) + ")"


def flow(parts: Iterable[Flow]) -> str:
    """Paragraphs and lists as one expression."""
    return "{" + "; ".join(map(_flow, parts)) + "}"


def _flow(part: Flow) -> str:
    if isinstance(part, Bullets):
        return f"bullets(numbered: {str(part.numbered).lower()}, {', '.join(told(item.text) for item in part.items)})"
    return f"para({told(part.text)})"


def halved(expressions: Sequence[tuple[int, str]]) -> tuple[list[str], list[str]]:
    """Expressions, each with its length, as two columns of about the same height."""
    whole, so_far, first = sum(length for length, _ in expressions), 0, 0
    while first < len(expressions) and so_far + expressions[first][0] / 2 < whole / 2:
        so_far += expressions[first][0]
        first += 1
    return [one for _, one in expressions[:first]], [one for _, one in expressions[first:]]


def length_of(parts: Iterable[Flow | Heading]) -> int:
    """Signs in parts, with some for the space around each: how high they are."""
    return sum(
        sum(len(plain(item.text)) + 20 for item in part.items)
        if isinstance(part, Bullets)
        else len(plain(part.text)) + 40
        for part in parts
    )


@dataclass(frozen=True)
class Writer:
    """A filled topic, where it is handed out, and the labels of the personal panel by name, such as `note`."""

    topic: Topic
    setting: Setting
    labels: Mapping[str, str]

    def markup(self) -> str:
        """The whole leaflet, as the function `copy` of a person."""
        body = "\n".join(self._body())
        return f'#import "leaflet.typ": *\n#let copy(person) = leaflet({self._about()}, {{\n{body}\n}})\n'

    def _about(self) -> str:
        language, _, country = language_of(self.topic, self.setting.region).partition("-")
        day = self.topic.written
        return ", ".join(
            (
                said(PAPERS[self.setting.form.paper]),
                said(self.topic.title),
                said(language),
                said(country) if country else "none",
                said(plain(self.topic.summary)),
                f"datetime(year: {day.year}, month: {day.month}, day: {day.day})",
                self._identity(),
                said(self._say("page")),
                said(self._say("of")),
            )
        )

    def _identity(self) -> str:
        """The footer of a leaflet that nobody has approved."""
        topic, months = self.topic, self.setting.labels.months
        first = (
            f"{topic.id} · {self._say('version')} {topic.version} · "
            f"{self._say('written')} {months[topic.written.month - 1]} {topic.written.year} · "
            f"{self._say('review_by')} {months[topic.review_by.month - 1]} {topic.review_by.year}"
        )
        return f"{{{said(first)}; linebreak(); {said(self._say('not_approved'))}}}"

    def _say(self, name: str) -> str:
        return self.setting.labels.words[name]

    def _body(self) -> Iterable[str]:
        topic = self.topic
        audience = f"{{{said(self._say('for_whom') + ' ')}; {told(topic.audience)}}}"
        yield f"title-band({said(topic.kind)}, {said(topic.title)}, {told(topic.summary)}, {audience})"
        labels = ", ".join(f"{name}: {said(label)}" for name, label in self.labels.items())
        yield f"personal-panel(person, ({labels}))"
        yield f"main-message({said(self._say('main_message'))}, {told(topic.main_message)})"
        yield from map(self._part, topic.opening)
        weeks = [s for s in topic.sections if any(isinstance(p, Block) and p.kind == "week-grid" for p in s.parts)]
        yield from self._sections([s for s in topic.sections if s not in weeks])
        yield f"clinic-panel({', '.join(said(self._say(n)) for n in ('clinic_name', 'phone', 'hours', 'not_instead'))})"
        yield from self._sources([s for s in topic.sources if s.region in ("", self.setting.region.code)])
        for week in weeks:
            yield f"page(flipped: true, margin: (top: 10mm), {{\n{self._section(week)}\n}})"

    def _sections(self, sections: Sequence[Section]) -> Iterable[str]:
        """Sections that are words alone stand in two columns, with their neighbours if those are so too."""
        words: list[Section] = []
        for section in sections:
            if all(isinstance(part, Flow | Heading) for part in section.parts):
                words.append(section)
                continue
            yield from self._words(words)
            words = []
            yield self._section(section)
        yield from self._words(words)

    def _words(self, sections: Sequence[Section]) -> Iterable[str]:
        if len(sections) > 1:
            yield self._columns([(length_of(s.parts) + 60, self._section(s)) for s in sections])  # type: ignore[arg-type]
        for section in sections if len(sections) == 1 else ():
            yield self._heading(section)
            yield self._columns([(length_of([p]), self._part(p)) for p in section.parts])  # type: ignore[list-item]

    @staticmethod
    def _columns(parts: Sequence[tuple[int, str]]) -> str:
        first, second = halved(parts)
        return f"halves({{{'; '.join(first)}}}, {{{'; '.join(second)}}})"

    def _section(self, section: Section) -> str:
        return "\n".join((self._heading(section), *self._rows(section.parts)))

    def _heading(self, section: Section) -> str:
        return f"section({section.heading.level}, {told(section.heading.text)})"

    def _rows(self, parts: Sequence[Part]) -> Iterable[str]:
        """The parts of a section; two callouts without drawings stand side by side."""
        waiting = list(parts)
        while waiting:
            two = waiting[:2]
            if len(two) > 1 and all(
                isinstance(p, Block) and p.kind == "callout" and not p.entries[0].pictures for p in two
            ):
                yield f"halves(gap: 4mm, {self._part(two[0])}, {self._part(two[1])})"
                waiting = waiting[2:]
            else:
                yield self._part(waiting.pop(0))

    def _part(self, part: Part) -> str:
        if isinstance(part, Block):
            return BLOCKS[part.kind](self, part)
        if isinstance(part, Heading):
            return f"sub-heading({part.level}, {told(part.text)})"
        return _flow(part)

    def _sources(self, sources: Sequence[Source]) -> Iterable[str]:
        if sources:
            yield f"section(2, {said(self._say('sources'))})"
            parts = [(len(s.organisation + s.title + s.address) + 30, f"para({_source(s)})") for s in sources]
            yield f"tight({self._columns(parts)})"

    # --- Blocks -----------------------------------------------------------------------------

    def drawing(self, picture: Picture, size: str = "") -> str:
        return f"drawing({said(picture.file)}, {said(plain(picture.alt))}{', ' if size else ''}{size})"

    def key_points(self, block: Block) -> str:
        return f"key-points({', '.join(told(_first(entry)) for entry in block.entries)})"

    def urgent_help(self, block: Block) -> str:
        first, *others = block.entries
        (items,) = [part.items for part in first.body if isinstance(part, Bullets)]
        before = [part for part in first.body if not isinstance(part, Bullets)]
        lists = [(len(plain(item.text)) + 20, told(item.text)) for item in items]
        columns = ", ".join(f"bullets({', '.join(half)})" for half in halved(lists))
        tier = f"{{alarm({block.level}, {told(first.title)}); {flow(before)}; halves(gap: 6mm, {columns})}}"
        rest = (f"{{title({block.level}, {told(e.title)}, above: 3mm); {flow(e.body)}}}" for e in others)
        return f"urgent-help({', '.join((tier, *rest))})"

    def steps(self, block: Block) -> str:
        if any(entry.pictures for entry in block.entries):
            return self._drawn_steps(block)
        return "{" + "; ".join(self._step(n, block.level, e) for n, e in enumerate(block.entries, 1)) + "}"

    def _step(self, number: int, level: int, entry: Entry) -> str:
        return f"step({number}, {level}, {told(entry.title)}, {flow(entry.body)}, {_dose(entry)})"

    def _drawn_steps(self, block: Block) -> str:
        pairs = any(len(entry.pictures) > 1 for entry in block.entries)
        across = 2 if pairs else {1: 1, 2: 2, 4: 4}.get(len(block.entries), 3)
        cards = (
            f"card({n}, {block.level}, {told(e.title)}, {self._pictures(e, across)}, {flow(e.body)}, {_dose(e)})"
            for n, e in enumerate(block.entries, 1)
        )
        return f"drawn-steps({across}, {', '.join(cards)})"

    def _pictures(self, entry: Entry, across: int) -> str:
        if len(entry.pictures) > 1:
            start, end = (self.drawing(picture, "height: 29mm") for picture in entry.pictures)
            return f"start-and-end({start}, {end}, ({said(self._say('start'))}, {said(self._say('end'))}))"
        size = "width: 100%" if across == 4 else "height: 36mm"  # four cards are too narrow for it
        return "".join(self.drawing(picture, size) for picture in entry.pictures) or "none"

    def do_and_try_not(self, block: Block) -> str:
        return f"do-and-try-not({block.level}, {', '.join(map(_named, block.entries))})"

    def callout(self, block: Block) -> str:
        (entry,) = block.entries
        picture = f", picture: {self.drawing(entry.pictures[0], 'width: 45mm')}" if entry.pictures else ""
        return f"callout({block.level}, {told(entry.title)}, {flow(entry.body)}{picture})"

    def figure(self, block: Block) -> str:
        panels = ", ".join(self._panel(entry, len(block.entries)) for entry in block.entries)
        return f"side-by-side({panels})"

    def _panel(self, entry: Entry, panels: int) -> str:
        (picture,) = entry.pictures
        _, _, width, height = view_box(self.topic.pictures[picture.file])
        beside = {1: "38mm", 2: "36mm"}.get(panels, "none")
        size = "width: 100%"
        if panels == 1 and width >= 2 * height:
            beside, size = "none", "height: 62mm"
        return f"figure-panel({self.drawing(picture, size)}, {flow(entry.body)}, {beside})"

    def comparison_cards(self, block: Block) -> str:
        cards = (
            f"({block.level}, {told(e.title)}, {self.drawing(e.pictures[0], 'height: 55mm')}, {flow(e.body)})"
            for e in block.entries
        )
        return f"comparison-cards({', '.join(cards)})"

    def comparison_table(self, block: Block) -> str:
        assert block.table
        head = array(map(told, block.table.header))
        rows = array(array(map(told, row)) for row in block.table.rows)
        table = f"comparison-table({len(block.table.header)}, {head}, {rows})"
        return f"{{{table}; caveat({flow(block.after)})}}" if block.after else table

    def week_grid(self, block: Block) -> str:
        assert block.table
        rows = array(array(map(told, row)) for row in block.table.rows)
        return f"{{week-grid({said(self._say('day'))}, {told(block.table.header[1])}, {rows}); {flow(block.after)}}}"

    def checklist(self, block: Block) -> str:
        items = array(told(_first(entry)) for entry in block.entries if entry.body)
        pictures = [self.drawing(e.pictures[0], "width: 45mm") for e in block.entries if e.pictures]
        return f"checklist({items}, {pictures[0] if pictures else 'none'})"

    def write_on_plan(self, block: Block) -> str:
        lines = (
            "; ".join((f"write-on({told(_first(entry))})", *["write-on([])"] * (entry.blanks - 1)))
            for entry in block.entries
        )
        return f"block(breakable: false, {{{'; '.join(lines)}}})"

    def action_plan(self, block: Block) -> str:
        zones = (f"({told(e.title)}, {{{'; '.join(map(_zone_part, e.body))}}})" for e in block.entries)
        return f"action-plan({block.level}, {', '.join(zones)})"

    def ladder(self, block: Block) -> str:
        return f"ladder({', '.join(told(_first(entry)) for entry in block.entries)})"

    def questions(self, block: Block) -> str:
        parts = [
            (length_of(e.body) + 60, f"question({block.level}, {told(e.title)}, {flow(e.body)})") for e in block.entries
        ]
        return self._columns(parts)


def _first(entry: Entry) -> Text:
    """The words of an entry that is one line."""
    first = entry.body[0]
    assert isinstance(first, Paragraph)
    return first.text


def _dose(entry: Entry) -> str:
    return f"dose({told(entry.dose.text)})" if entry.dose else "none"


def _named(entry: Entry) -> str:
    return f"({told(entry.title)}, {flow(entry.body)})"


def _zone_part(part: Flow) -> str:
    """A paragraph or a list of an action plan, whose items may be lines to write on."""
    if not isinstance(part, Bullets):
        return _flow(part)
    lines = []
    for item in part.items:
        label, blanks = without_blanks(item.text)
        lines += [f"write-on({told(label)})"] if blanks else [f"bullets({told(label)})"]
        lines += ["write-on([])"] * (blanks - 1)
    return "; ".join(lines)


def _source(source: Source) -> str:
    end = f", {source.year}." if source.year != "undated" else "" if source.title[-1] in "?!" else "."
    return (
        f"{{{said(source.organisation + '. ')}; link({said(source.address)}, {said(source.title)}); "
        f"{said(end + ' ' + short_address(source.address))}}}"
    )


BLOCKS: dict[str, Callable[[Writer, Block], str]] = {
    "key-points": Writer.key_points,
    "urgent-help": Writer.urgent_help,
    "steps": Writer.steps,
    "do-and-try-not": Writer.do_and_try_not,
    "callout": Writer.callout,
    "figure": Writer.figure,
    "comparison-cards": Writer.comparison_cards,
    "comparison-table": Writer.comparison_table,
    "checklist": Writer.checklist,
    "write-on-plan": Writer.write_on_plan,
    "action-plan": Writer.action_plan,
    "ladder": Writer.ladder,
    "week-grid": Writer.week_grid,
    "questions": Writer.questions,
}
