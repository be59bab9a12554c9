"""The named blocks of a topic: what stands between `::: name` and `:::` in, a Block out.

`SHAPES` is the whole list of blocks. Each has a template in `templates/parts/` and a style sheet in
`styles/parts/` of the same name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from handouts.errors import nearest, shortened
from handouts.markdown import DOSE, Fence, Node, Parser
from handouts.model import Block, Bullets, Entry, Flow, Heading, Paragraph, Picture, Run, Table, Text
from handouts.wording import BLANK, plain, without_blanks

MOST_COLUMNS = 6  # of a comparison table: the row's name, and two to five to compare
GRID_COLUMNS = 2  # of a week grid: the row's name, and an example


@dataclass(frozen=True)
class Shape:
    """What a block is made of.

    `starts` says what begins an entry: "heading", "item" (of one list), "picture", or "table".
    `count`, `pictures` and `doses` are the fewest and the most: of entries, and in each of them.
    """

    starts: str
    count: tuple[int, int]
    pictures: tuple[int, int] = (0, 0)
    doses: tuple[int, int] = (0, 0)


SHAPES = {
    "key-points": Shape("item", (2, 4)),
    "urgent-help": Shape("heading", (1, 4)),
    "steps": Shape("heading", (1, 9), pictures=(0, 2), doses=(0, 1)),
    "do-and-try-not": Shape("heading", (2, 2)),
    "callout": Shape("heading", (1, 1), pictures=(0, 1)),
    "figure": Shape("picture", (1, 4), pictures=(1, 1)),
    "comparison-cards": Shape("heading", (2, 2), pictures=(1, 1)),
    "comparison-table": Shape("table", (0, 0)),
    "checklist": Shape("item", (1, 12), pictures=(0, 1)),
    "write-on-plan": Shape("item", (1, 10)),
    "action-plan": Shape("heading", (2, 4)),
    "ladder": Shape("item", (3, 7)),
    "week-grid": Shape("table", (0, 0)),
    "questions": Shape("heading", (1, 12)),
}

STARTS = {
    "heading": "start it with a heading",
    "item": "make it one list, each line starting with -",
    "picture": "start it with a picture: ![what it shows](file.svg)",
    "table": "make it one table, and sentences below it if needed",
}


def block(fence: Fence, parser: Parser) -> Block | None:
    """Make a Block of what stands in a fence.

    Problems go to the parser; None means the fence cannot be used at all.
    """
    if not fence.kind:
        return None
    shape = SHAPES.get(fence.kind)
    if shape is None:
        parser.complain(
            fence.line,
            f"there is no block “{shortened(fence.kind)}”",
            nearest(fence.kind, SHAPES, "write it without a block"),
        )
        return None
    nodes = [node for node in fence.nodes if not _nested(node, fence, parser)]
    if shape.starts == "table":
        return _table_block(fence, nodes, parser)
    groups = list(_items(nodes) if shape.starts == "item" else _groups(nodes, shape.starts))
    if not groups or any(start is None for start, _ in groups):
        parser.complain(fence.line, f"the block “{fence.kind}” is not laid out as it should be", STARTS[shape.starts])
        return None
    entries = tuple(_entry(start, rest, fence.kind, shape, parser) for start, rest in groups)
    fewest, most = shape.count
    told = sum(bool(entry.body) for entry in entries)  # the picture beside a checklist is none of its items
    if not fewest <= told <= most:
        wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
        parser.complain(fence.line, f"the block “{fence.kind}” has {told} entries", f"give it {wanted}")
    return Block(fence.kind, entries, None, (), _level(fence, nodes, parser), fence.line)


def _level(fence: Fence, nodes: list[Node], parser: Parser) -> int:
    """The level of the headings in a block: one for all of them."""
    headings = [node for node in nodes if isinstance(node, Heading)]
    for heading in headings:
        if heading.level != headings[0].level:
            hashes = "#" * headings[0].level
            parser.complain(
                heading.line, f"the headings in “{fence.kind}” have different levels", f"start it with {hashes}"
            )
    return headings[0].level if headings else 0


def _nested(node: Node, outer: Fence, parser: Parser) -> bool:
    if isinstance(node, Fence):
        where = f"starts inside “{outer.kind}” (line {parser.place(outer.line).line})"
        parser.complain(node.line, f"the block “{node.kind}” {where}", "write ::: before it, to close that one first")
    return isinstance(node, Fence)


def _table_block(fence: Fence, nodes: list[Node], parser: Parser) -> Block | None:
    after = tuple(node for node in nodes[1:] if isinstance(node, Flow))
    if not nodes or not isinstance(nodes[0], Table) or len(after) != len(nodes) - 1:
        parser.complain(fence.line, f"the block “{fence.kind}” is not laid out as it should be", STARTS["table"])
        return None
    for node in after:
        if isinstance(node, Paragraph) and plain(node.text).startswith(DOSE):
            parser.complain(node.line, f"a dose stands in “{fence.kind}”", "put it in a step")
    table = nodes[0]
    named = all(plain(cell).strip() for cell in table.header[1:])
    if fence.kind == "week-grid" and not (table.rows and named and len(table.header) == GRID_COLUMNS):
        parser.complain(table.line, "the table is not a week to fill in", "give it 2 columns, | | Example |, and rows")
    if fence.kind != "week-grid" and not (table.rows and named and GRID_COLUMNS < len(table.header) <= MOST_COLUMNS):
        what = "give it 3 to 6 columns, names for all but the first, and a row"
        parser.complain(table.line, "the table is not a comparison", what)
    for row, line in zip(table.rows, table.lines, strict=True):
        for number, cell in enumerate(row, 1):
            if not plain(cell).strip():
                what = f"cell {number} of the row “{plain(row[0])}” is empty"
                parser.complain(line, what, "fill it, or write ____ if the reader is to: an empty cell can be misread")
    rows = tuple(tuple(() if BLANK.fullmatch(plain(cell).strip()) else cell for cell in row) for row in table.rows)
    return Block(fence.kind, (), replace(table, rows=rows), after, 0, fence.line)


Group = tuple[Heading | Picture | Paragraph | None, list[Node]]


def _items(nodes: list[Node]) -> Iterator[Group]:
    for node in nodes:
        if isinstance(node, Bullets):
            yield from ((item, []) for item in node.items)
        elif isinstance(node, Picture):
            yield node, []
        else:
            yield None, [node]


def _groups(nodes: list[Node], starts: str) -> Iterator[Group]:
    """Cut the nodes into entries, each begun by a heading or a picture."""
    start: Heading | Picture | None = None
    rest: list[Node] = []
    for node in nodes:
        if isinstance(node, Heading if starts == "heading" else Picture):
            if start or rest:
                yield start, rest
            start, rest = node, []
        else:
            rest.append(node)
    if start or rest:
        yield start, rest


def _entry(
    start: Heading | Picture | Paragraph | None, rest: list[Node], kind: str, shape: Shape, parser: Parser
) -> Entry:
    assert start is not None
    entry = Entry(start.line)
    if isinstance(start, Paragraph):
        return _item(start, kind, parser)
    if isinstance(start, Picture) and shape.starts == "item":
        _count(shape.pictures, 1, "picture", "", entry, kind, parser)
        return replace(entry, pictures=(start,))
    if isinstance(start, Heading):
        entry = replace(entry, title=start.text)
    pictures = [node for node in (start, *rest) if isinstance(node, Picture)]
    doses = [node for node in rest if isinstance(node, Paragraph) and plain(node.text).startswith(DOSE)]
    body = tuple(node for node in rest if isinstance(node, Flow) and node not in doses)
    for node in rest:
        if isinstance(node, Heading | Table):
            parser.complain(
                node.line, f"a table or heading that does not belong in “{kind}”", "move it out of the block"
            )
    _count(shape.pictures, len(pictures), "picture", "![what it shows](file.svg)", entry, kind, parser)
    _count(shape.doses, len(doses), "dose", "Dose: how often, how long", entry, kind, parser)
    if any(not _without_label(dose.text) for dose in doses):
        parser.complain(doses[0].line, "a dose without words", "write how often and how long after “Dose:”")
    if not body:
        parser.complain(start.line, f"an entry of “{kind}” says nothing", "write at least one sentence below it")
    return replace(
        entry,
        pictures=tuple(pictures),
        dose=replace(doses[0], text=_without_label(doses[0].text)) if doses else None,
        body=body,
    )


def _count(
    wanted: tuple[int, int], count: int, thing: str, example: str, entry: Entry, kind: str, parser: Parser
) -> None:
    fewest, most = wanted
    if count < fewest:
        parser.complain(entry.line, f"an entry of “{kind}” has no {thing}", f"add a line: {example}")
    elif count > most == 0:
        parser.complain(entry.line, f"an entry of “{kind}” has a {thing}", "leave it out, or use another block")
    elif count > most:
        parser.complain(
            entry.line, f"an entry of “{kind}” has {count} {thing}s", "keep one" if most == 1 else f"keep {most}"
        )


def _item(item: Paragraph, kind: str, parser: Parser) -> Entry:
    """A list item as an entry; in a write-on plan each `____` becomes one line to write on."""
    if kind != "write-on-plan":
        return Entry(item.line, body=(item,))
    _, *after = BLANK.split(plain(item.text))
    if "".join(after).strip():
        parser.complain(item.line, "words stand after a ____", "put the lines to write on at the end")
    label, blanks = without_blanks(item.text)
    return Entry(item.line, body=(replace(item, text=label),), blanks=max(blanks, 1))


def _without_label(text: Text) -> Text:
    """A dose without the word “Dose:”; nothing if that was all."""
    first = text[0]
    assert isinstance(first, Run)
    rest = replace(first, text=first.text.removeprefix(DOSE).lstrip())
    return (rest, *text[1:]) if rest.text else text[1:]
