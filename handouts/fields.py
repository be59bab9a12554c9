"""YAML text in, typed fields out: every missing, mistyped or unknown field becomes a Problem with its line.

Values stay text until asked for, so `no` is "no" and `012` is "012"; dates and numbers are read here.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

import yaml

from handouts.errors import Problem, nearest, shortened

T = TypeVar("T")


class Fields:
    """One mapping of a YAML file. Ask for each field once, then call `done`."""

    def __init__(self, node: yaml.MappingNode, file: str, first_line: int, problems: list[Problem]) -> None:
        self._node = node
        self.file = file
        self._first_line = first_line
        self._problems = problems
        self._values: dict[str, yaml.Node] = {}
        self._known: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.complain(key, "the name of a field is not a word", "write “name: value”, one to a line")
                continue
            if key.value in self._values:
                self.complain(key, f"“{key.value}” stands here a second time", "keep one of the two")
            self._values[key.value] = value

    @classmethod
    def read(cls, text: str, file: str, first_line: int, problems: list[Problem]) -> "Fields":
        """Parse YAML whose first line is line `first_line` of the file; faulty YAML gives no fields."""
        node: yaml.Node | None = None
        try:
            node = yaml.compose(text, Loader=yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line if error.problem_mark else 0
            fault = str(error.problem or error.context or "it cannot be read")
            problems.append(
                Problem(
                    file,
                    first_line + line,
                    f"this is not YAML: {fault}",
                    "write “name: value”, one to a line; put a value with : or # in double quotes",
                )
            )
        except (yaml.YAMLError, RecursionError):
            problems.append(
                Problem(
                    file, first_line, "something that no YAML file should hold", "write “name: value”, one to a line"
                )
            )
        else:
            if text and not isinstance(node, yaml.MappingNode):
                problems.append(Problem(file, first_line, "no fields stand here", "write “name: value”, one to a line"))
        if not isinstance(node, yaml.MappingNode):
            empty = yaml.MappingNode("", [])
            return cls(empty, file, first_line, [])  # one sentence is enough: drop what would follow from it
        return cls(node, file, first_line, problems)

    def line(self, name: str = "") -> int:
        """The line of a field, or of the mapping itself."""
        node = self._values.get(name, self._node)
        return self._first_line + (node.start_mark.line if node.start_mark else 0)

    def complain(self, at: str | yaml.Node, what: str, instead: str) -> None:
        line = self.line(at) if isinstance(at, str) else self._first_line + at.start_mark.line
        self._problems.append(Problem(self.file, line, what, instead))

    def has(self, name: str) -> bool:
        """Whether the field is there; to ask is to know it."""
        self._known.add(name)
        return name in self._values

    def names(self) -> tuple[str, ...]:
        """The names of all fields, in the order they are written."""
        return tuple(self._values)

    def text(self, name: str, *, needed: bool = True, example: str = "some words") -> str:
        """A line of text; "" when it is missing (a problem if it is needed)."""
        self._known.add(name)
        node = self._values.get(name)
        if node is None:
            if needed:
                self.complain("", f"the field “{name}” is missing", f"add “{name}: {example}”")
            return ""
        if not isinstance(node, yaml.ScalarNode):
            self.complain(name, f"“{name}” is not a line of text", f"write “{name}: {example}”")
            return ""
        value = " ".join(str(node.value).split())
        if not value.isprintable():
            self.complain(name, f"“{name}” holds a sign that cannot be printed", "write it again, in plain text")
            return ""
        if not value:
            self.complain(
                name,
                f"“{name}” is empty",
                f"write “{name}: {example}”" if needed else "fill it in or take the line out",
            )
        return value

    def choice(self, name: str, choices: Iterable[str], *, needed: bool = True) -> str:
        """One of the words in `choices`."""
        known = sorted(choices)
        value = self.text(name, needed=needed, example=known[0])
        if value and value not in known:
            self.complain(name, f"“{name}” cannot be “{shortened(value)}”", nearest(value, known))
            return ""
        return value

    def day(self, name: str, example: str) -> date:
        """A date written 2026-11-21; a wrong one is a problem and gives the earliest date there is."""

        def parse(value: str) -> date:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
                raise ValueError
            return date.fromisoformat(value)

        return self._parsed(name, parse, date.min, "a date of the calendar", example)

    def number(self, name: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""

        def parse(value: str) -> int:
            number = int(value) if value.isascii() and value.isdigit() else -1
            if not low <= number <= high:
                raise ValueError
            return number

        return self._parsed(name, parse, low, f"a whole number from {low} to {high}", str(low))

    def _parsed(self, name: str, parse: Callable[[str], T], otherwise: T, wanted: str, example: str) -> T:
        if value := self.text(name, example=example):
            try:
                return parse(value)
            except ValueError:
                self.complain(
                    name, f"“{name}” is “{shortened(value)}”, which is not {wanted}", f"write “{name}: {example}”"
                )
        return otherwise

    def texts(self, name: str, *, needed: bool = True) -> tuple[str, ...]:
        """A list of lines of text, such as [M54.2, M79.7]."""
        nodes = self._items(name, needed, "[one, two]")
        if any(not isinstance(node, yaml.ScalarNode) or not node.value for node in nodes):
            self.complain(name, f"“{name}” holds something that is not a word", f"write “{name}: [one, two]”")
        return tuple(str(node.value) for node in nodes if isinstance(node, yaml.ScalarNode))

    def mappings(self, name: str, example: str, *, needed: bool = True) -> list["Fields"]:
        """A list of mappings, each as Fields of its own."""
        nodes = self._items(name, needed, example)
        if any(not isinstance(node, yaml.MappingNode) for node in nodes):
            self.complain(name, f"“{name}” holds an entry without fields", f"write {example}")
        return [self._inner(node) for node in nodes if isinstance(node, yaml.MappingNode)]

    def mappings_or_names(self, name: str, example: str) -> list["Fields | str"]:
        """A list whose entries are mappings, or the names of something that stands elsewhere."""
        nodes = self._items(name, True, example)
        for node in nodes:
            if not isinstance(node, yaml.MappingNode) and not (isinstance(node, yaml.ScalarNode) and node.value):
                self.complain(name, f"“{name}” holds an entry that is neither a name nor fields", f"write {example}")
        return [
            self._inner(node) if isinstance(node, yaml.MappingNode) else str(node.value)
            for node in nodes
            if isinstance(node, yaml.MappingNode | yaml.ScalarNode)
        ]

    def all_mappings(self) -> dict[str, "Fields"]:
        """Every field of this mapping as Fields of its own."""
        self._known |= self._values.keys()
        for name, node in self._values.items():
            if not isinstance(node, yaml.MappingNode):
                self.complain(name, f"“{name}” has no fields", "write them below it, indented")
        return {name: self._inner(node) for name, node in self._values.items() if isinstance(node, yaml.MappingNode)}

    def mapping(self, name: str, example: str) -> "Fields":
        """The fields that stand indented below `name`; none of them when it is missing."""
        self._known.add(name)
        node = self._values.get(name)
        if isinstance(node, yaml.MappingNode):
            return self._inner(node)
        self.complain(name, f"“{name}” has no fields", f"write “{name}:” and below it, indented, “{example}”")
        return Fields(yaml.MappingNode("", []), self.file, self._first_line, [])

    def all_texts(self, *, empty: bool = False) -> dict[str, str]:
        """Every field of this mapping as text; some may be `empty`."""
        if empty:
            self._known |= self._values.keys()
            return {name: str(node.value) for name, node in self._values.items() if isinstance(node, yaml.ScalarNode)}
        return {name: self.text(name) for name in self._values}

    def done(self) -> None:
        """Report the fields nobody asked for."""
        for name in self._values.keys() - self._known:
            self.complain(name, f"there is no field “{name}”", nearest(name, self._known))

    def _inner(self, node: yaml.MappingNode) -> "Fields":
        return Fields(node, self.file, self._first_line, self._problems)

    def _items(self, name: str, needed: bool, example: str) -> Sequence[yaml.Node]:
        self._known.add(name)
        node = self._values.get(name)
        if isinstance(node, yaml.SequenceNode) and (node.value or not needed):
            return list(node.value)
        if node is not None and (needed or not _is_nothing(node)):
            self.complain(name, f"“{name}” is not a list", f"write {example}")
        elif needed:
            self.complain("", f"the field “{name}” is missing", f"add “{name}:” and below it {example}")
        return ()


def _is_nothing(node: yaml.Node) -> bool:
    """A field with nothing after its colon."""
    return isinstance(node, yaml.ScalarNode) and not node.value
