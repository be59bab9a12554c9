"""The boxes that a page of HTML was laid out in, and its elements, in; what would be wrong on paper out.

An engine that lays out boxes leaves words away without saying so: what is higher than a page, in a grid, goes on nowhere.
It also draws one that is wider than its box over whatever stands beside it. So here each word is looked for, whatever
template and style it comes from.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from handouts.model import Leaflet, Misprint, Urgent
from handouts.wording import letters_of

#: Elements that say nothing on a page, or are a picture.
SILENT = {"head", "script", "style", "template", "title", "svg", "{http://www.w3.org/2000/svg}svg"}
#: CSS pixels by which words may be out of their box: lengths are rounded.
NEARLY = 1.0


@dataclass(frozen=True)
class Piece:
    """Words in one line: their box, that line, the block it is in, the page from 0, and where their room ends.

    `is_text`: they belong to the text, and not to the margins, where footers stand.
    """

    box: Any
    line: Any
    block: Any
    page: int
    right: float
    bottom: float
    is_text: bool

    @property
    def is_generated(self) -> bool:
        """Whether the style sheets say it, as they do a number or the sign of a list."""
        return "::" in self.box.element_tag

    @property
    def is_too_wide(self) -> bool:
        """Whether it reaches beyond its room at a side."""
        x = self.box.position_x
        return bool(self.box.text.strip()) and (x < -NEARLY or x + self.box.width > self.right + NEARLY)

    @property
    def is_too_low(self) -> bool:
        """Whether its line reaches beyond the page at its head or foot.

        A box whose words take no part in the height of a line, as a person's do not, does not say where they are drawn.
        """
        y = self.line.position_y
        return bool(self.box.text.strip()) and (y < -NEARLY or y + self.line.height > self.bottom + NEARLY)


def pieces(pages: Sequence[Any], boxes: Any) -> tuple[Piece, ...]:
    """All words on laid-out pages, in the order of the text. `boxes` are the engine's kinds of boxes."""

    def within(
        box: Any, line: Any, block: Any, number: int, right: float, bottom: float, is_text: bool
    ) -> Iterator[Piece]:
        if isinstance(box, boxes.TextBox):
            yield Piece(box, line, block, number, right, bottom, is_text)
            return
        if isinstance(box, boxes.LineBox):
            line = box
        elif isinstance(box, boxes.BlockContainerBox):
            block, right = box, min(right, box.content_box_x() + box.width)
        for child in getattr(box, "children", ()):
            yield from within(child, line, block, number, right, bottom, is_text)

    return tuple(
        piece
        for number, page in enumerate(pages)
        for child in page.children
        for in_margin in [isinstance(child, boxes.MarginBox)]
        for bottom in [page.margin_height() if in_margin else page.content_box_y() + page.height]
        for piece in within(child, None, None, number, page.margin_width(), bottom, not in_margin)
    )


def urgent(leaflet: Leaflet, placed: Sequence[Piece]) -> Urgent:
    """How much of its urgent-help box stands on its page 1."""
    first = letters_of("".join(p.box.text for p in placed if p.page == 0 and p.is_text and not p.is_generated))
    if all(letters_of(words) in first for words in leaflet.urgent):
        return Urgent.WHOLE
    begins = " ".join(leaflet.urgent[0].split()[:3])
    return Urgent.PART if letters_of(begins) in first else Urgent.NONE


def misprints(
    leaflet: Leaflet, root: Any, placed: Sequence[Piece], is_hidden: Callable[[Any], bool] = lambda _: False
) -> Iterator[Misprint]:
    """What would be wrong on paper. `root` is the page's tree of elements; `is_hidden`: it is not meant for paper."""
    for piece in placed:
        if piece.is_too_wide or piece.is_too_low:
            slot = piece.box.element.get("data-slot", "")
            yield _misprint(leaflet, piece.box.text, slot, is_lost=not piece.is_too_wide)
    said: dict[int, str] = defaultdict(str)
    for piece in placed:
        if not piece.is_generated:
            said[id(piece.box.element)] += piece.box.text
    for element, slot in _elements(root, is_hidden):
        words = " ".join([element.text or "", *(child.tail or "" for child in element)])
        if letters_of(words) not in letters_of(said[id(element)]):
            yield _misprint(leaflet, words, slot, is_lost=True)


def _elements(element: Any, is_hidden: Callable[[Any], bool], slot: str = "") -> Iterator[tuple[Any, str]]:
    """The elements whose words are to be read, each with the slot it stands in."""
    if not isinstance(element.tag, str) or element.tag in SILENT or is_hidden(element):
        return
    slot = element.get("data-slot", slot)
    yield element, slot
    for child in element:
        yield from _elements(child, is_hidden, slot)


def _misprint(leaflet: Leaflet, words: str, slot: str, *, is_lost: bool) -> Misprint:
    wanted = letters_of(words)
    place = next((place for said, place in leaflet.lines if not slot and wanted in letters_of(said)), None)
    return Misprint(" ".join(words.split()), is_lost, slot, place)
