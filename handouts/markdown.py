"""Our Markdown: a topic's text in; headings, paragraphs, lists, pictures, tables and fences out.

Region words (`{emergency_number}`) are found here and filled in later, in `wording`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.container import container_plugin

from handouts.dialects import foreign_markup
from handouts.errors import Problem, shortened
from handouts.model import WEB_ADDRESS, Bullets, Heading, Paragraph, Picture, Place, Run, Table, Text, Word
from handouts.wording import plain

PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
NOT_WHOLE = re.compile(r"\]\(|!\[")
DOSE = "Dose:"
BREAKS = ("softbreak", "hardbreak")
CELL_WALL = re.compile(r"(?<!\\)\|")

#: Beginnings of a line that were meant as Markdown and would be printed as they stand.
SLIPS = {
    r"#+\w": ("a # without a space after it", "write the space: ## What to do"),
    r"[*+-][^\W\d]": ("a list item without a space after its sign", "write the space: - Walk a little"),
    r"::(?!:)": ("two colons where three are meant", "write ::: and the block's name"),
    r"\|": ("a table that is not whole", "put a line |---|---| below its first line, with as many cells"),
    r"dose:": ("“dose:” with a small d", "write Dose: with a capital"),
}

#: Markdown that a leaflet has no use for, and what to write instead.
NOT_OURS = {
    "hr": ("a ruled line", "use a heading, or ____ in a write-on-plan"),
    "blockquote": ("a quotation", "use a callout block"),
    "fence": ("a code block", "write it as plain sentences"),
    "code_block": ("a line that starts with four spaces", "start the line at the margin"),
    "code_inline": ("words in `back quotes`", "use **bold**"),
    "em": ("a word in italics", "use **bold**: italics are hard to read"),
    "image": ("a picture inside a sentence", "put it alone on its line, in a block"),
}


@dataclass(frozen=True)
class Fence:
    """What stands between `::: name` and `:::`, before `blocks` makes a Block of it."""

    kind: str
    nodes: tuple["Node", ...]
    line: int


Node = Paragraph | Bullets | Heading | Picture | Table | Fence


class Parser:
    """Turns one file's Markdown into nodes and gathers every problem on the way."""

    def __init__(self, file: str, first_line: int, places: Mapping[int, Place] | None = None) -> None:
        self.file = file
        self.first_line = first_line
        self.places = places or {}
        self.problems: list[Problem] = []
        self.jumps: list[tuple[int, str]] = []  # links to a heading of the same leaflet: their line and the anchor
        self._engine = MarkdownIt("commonmark", {"html": False, "typographer": True})
        self._engine.enable(["table", "smartquotes"])
        self._engine.disable(["html_block", "html_inline", "reference"])
        container_plugin(self._engine, "fence", validate=lambda *_: True)

    def parse(self, source: str) -> tuple[Node, ...]:
        """Read Markdown; what cannot be used is left out and named in `problems`."""
        self._lines = source.split("\n")
        return tuple(self._nodes(SyntaxTreeNode(self._engine.parse(source))))

    def inline(self, source: str, line: int) -> Text:
        """Read one line of Markdown, such as a summary, as text."""
        self.complain_of_markup(source, line)
        tree = SyntaxTreeNode(self._engine.parseInline(source))
        return self._text(tree.children[0], line)

    def complain(self, line: int, what: str, instead: str) -> None:
        place = self.place(line)
        self.problems.append(Problem(place.file, place.line, what, instead))

    def complain_of_markup(self, source: str, line: int) -> None:
        """Say what of a line as it is written is Markdown of another dialect."""
        for what, instead in foreign_markup(source):
            self.complain(line, what, instead)

    def place(self, line: int) -> Place:
        """Where a line is written, in the file or in a snippet that was put in."""
        return self.places.get(line, Place(self.file, line))

    # Blocks of Markdown ------------------------------------------------------------------

    def _line(self, node: SyntaxTreeNode) -> int:
        return self.first_line + (node.map[0] if node.map else 0)

    def _nodes(self, parent: SyntaxTreeNode) -> Iterator[Node]:
        for node in parent.children:
            line = self._line(node)
            if node.type == "paragraph":
                yield from self._paragraph(node.children[0], line)
            elif node.type == "heading":
                yield self._heading(node, line)
            elif node.type in ("bullet_list", "ordered_list"):
                yield self._bullets(node, line)
            elif node.type == "table":
                yield self._table(node, line)
            elif node.type == "container_fence":
                yield self._fence(node, line)
            else:
                self._not_ours(node.type, line)

    def _not_ours(self, kind: str, line: int) -> None:
        what, instead = NOT_OURS.get(kind, (f"Markdown of a kind we do not use ({kind})", "use paragraphs and lists"))
        self.complain(line, f"{what} stands here", instead)

    def _heading(self, node: SyntaxTreeNode, line: int) -> Heading:
        level = int(node.tag[1])
        text = self._text(node.children[0], line)
        if node.markup in ("-", "="):
            what = f"a line of {node.markup * 3} below these words makes them a heading"
            self.complain(line, what, "begin a heading with ## and a space, or put an empty line between them")
        elif level == 1:
            self.complain(line, "a heading with one #", "use ##: the title stands at the top of the file")
        if not plain(text).strip():
            self.complain(line, "a heading without words", "write some after the #, or take the line out")
        return Heading(level, text, line)

    def _paragraph(self, node: SyntaxTreeNode, line: int) -> Iterator[Paragraph | Picture]:
        """A paragraph; a picture or a dose on a line of its own stands apart from the lines around it."""
        lines: list[tuple[int, list[SyntaxTreeNode]]] = [(line, [])]
        for child in node.children:
            line += _breaks(child)
            if child.type in BREAKS:
                lines.append((line, []))
            else:
                lines[-1][1].append(child)
        gathered: list[Run | Word] = []
        start = lines[0][0]
        for number, children in lines:
            self._slip(children, number)
            alone = len(children) == 1 and children[0].type == "image"
            text = () if alone else self._runs(children, number)
            if gathered and (alone or plain(text).startswith(DOSE)):
                yield Paragraph(_joined(gathered), start)
                gathered = []
            if alone:
                yield self._picture(children[0], number)
                continue
            if gathered:
                gathered.append(Run(" "))
            else:
                start = number
            gathered.extend(text)
        if gathered:
            yield Paragraph(_joined(gathered), start)

    def _slip(self, children: list[SyntaxTreeNode], line: int) -> None:
        beginning = children[0].content if children and children[0].type == "text" else ""
        for sign, (what, instead) in SLIPS.items():
            if re.match(sign, beginning):
                self.complain(line, what, instead)

    def _picture(self, node: SyntaxTreeNode, line: int) -> Picture:
        file = str(node.attrs.get("src", ""))
        alt = self._words(node.content, line)
        if not plain(alt).strip():
            self.complain(
                line, f"the picture {file} has no alt text", "say in one sentence, between [ and ], what it shows"
            )
        return Picture(file, alt, line)

    def _bullets(self, node: SyntaxTreeNode, line: int) -> Bullets:
        if node.attrs.get("start", 1) != 1:
            self.complain(line, f"a numbered list starts at {node.attrs['start']}", "start it with 1.")
        return Bullets(tuple(self._item(item) for item in node.children), node.type == "ordered_list", line)

    def _item(self, node: SyntaxTreeNode) -> Paragraph:
        line = self._line(node)
        paragraphs = [child for child in node.children if child.type == "paragraph"]
        if len(node.children) != 1 or len(paragraphs) != 1:
            self.complain(
                line, "a list item is empty or holds more than one paragraph", "keep one list of short points"
            )
        if not paragraphs:
            return Paragraph((), line)
        return Paragraph(self._text(paragraphs[0].children[0], line), line)

    def _table(self, node: SyntaxTreeNode, line: int) -> Table:
        rows = [row for part in node.children for row in part.children]
        for row in rows:
            written = self._lines[self._line(row) - self.first_line].strip().strip("|")
            if len(CELL_WALL.split(written)) != len(rows[0].children):
                self.complain(
                    self._line(row),
                    "this row has more or fewer cells than the table's first row",
                    "put one | between cells",
                )
        header, *others = (
            tuple(self._text(cell.children[0], self._line(row)) for cell in row.children) for row in rows
        )
        return Table(header, tuple(others), tuple(self._line(row) for row in rows[1:]), line)

    def _fence(self, node: SyntaxTreeNode, line: int) -> Fence:
        kind = node.info.strip()
        if not kind:
            self.complain(
                line, "::: closes nothing here", "take it out, or add the missing line above, such as ::: callout"
            )
            return Fence("", (), line)
        last = node.map[1] if node.map else 0
        if last >= len(self._lines) or not self._lines[last].strip().startswith(":::"):
            self.complain(line, f"the block “{kind}” is never closed", "write ::: on a line of its own where it ends")
        return Fence(kind, tuple(self._nodes(node)), line)

    # Words in a line -------------------------------------------------------------------------

    def _text(self, inline: SyntaxTreeNode, line: int) -> Text:
        return _joined(self._runs(inline.children, line))

    def _runs(self, nodes: list[SyntaxTreeNode], line: int, strong: bool = False, address: str = "") -> Text:
        runs: list[Run | Word] = []
        for node in nodes:
            if node.type == "text":
                runs.extend(self._words(node.content, line, strong, address))
            elif node.type in BREAKS:
                runs.append(Run(" ", strong, address))
            elif node.type == "strong":
                runs.extend(self._runs(node.children, line, True, address))
            elif node.type == "link":
                runs.append(self._link(node, line, strong))
            else:
                self._not_ours(node.type, line)
            line += _breaks(node)
        return tuple(runs)

    def _link(self, node: SyntaxTreeNode, line: int, strong: bool) -> Run:
        """A link. A screen reader needs its words in one piece, so they are words alone."""
        address = str(node.attrs["href"])
        if any(child.type not in ("text", *BREAKS) or PLACEHOLDER.search(child.content) for child in node.children):
            self.complain(line, "bold words or a placeholder inside a link", "keep the words between [ and ] plain")
        if address.startswith("#"):
            self.jumps.append((line, address[1:]))
        elif not WEB_ADDRESS.fullmatch(address):
            self.complain(line, f"“{shortened(address)}” is not a web address", "start it with https://")
        return Run("".join(child.content or " " for child in node.children), strong, address)

    def _words(self, content: str, line: int, strong: bool = False, address: str = "") -> Text:
        """Split words from placeholders; a stray brace or tag is a problem, not something to print."""
        runs: list[Run | Word] = []
        for i, piece in enumerate(PLACEHOLDER.split(content)):
            if i % 2:
                runs.append(Word(piece, line, strong))
                continue
            if "{" in piece or "}" in piece:
                self.complain(line, "a { or } that belongs to no placeholder", "write {name}, letters and _ only")
            if NOT_WHOLE.search(piece):
                self.complain(line, "a link or picture that is not whole", "write [words](https://…), without spaces")
            if "**" in piece:
                self.complain(line, "a ** that is never closed", "put ** before and after the bold words")
            if tag := TAG.search(piece):
                self.complain(
                    line, f"the HTML tag {shortened(tag.group())}", "leave it out: only Markdown is read here"
                )
            if piece:
                runs.append(Run(piece, strong, address))
        return tuple(runs)


def _breaks(node: SyntaxTreeNode) -> int:
    """How many line ends there are in an inline node, or that it is one."""
    return sum(inner.type in BREAKS for inner in node.walk())


def _joined(runs: list[Run | Word] | Text) -> Text:
    """The same text with neighbours of the same look made one."""
    out: list[Run | Word] = []
    for run in runs:
        last = out[-1] if out else None
        if isinstance(run, Run) and isinstance(last, Run) and (run.strong, run.address) == (last.strong, last.address):
            out[-1] = replace(last, text=last.text + run.text)
        else:
            out.append(run)
    return tuple(out)
