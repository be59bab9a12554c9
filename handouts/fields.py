"""YAML text in, typed fields out: every missing, mistyped or unknown field becomes a Problem with its line.

Values stay text until asked for, so `no` is "no" and `012` is "012"; dates and numbers are read here.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

import yaml

from handouts.errors import Problem, nearest, shortened
from handouts.signs import INVISIBLE, fault_in

T = TypeVar("T")


#: The longest value where nothing else is said, in letters: some lines on paper.
MAX_LETTERS = 200
#: The most entries of a list where nothing else is said.
MAX_ENTRIES = 50
WRITE = "write “name: value”, one to a line"
QUOTE = "put the value in double quotes"
#: Behind words that are not in quotes: nothing. Whether “# B” is a comment or a part of “Suite # B” only its writer knows.
NO_COMMENT = re.compile(r"(?![ \t]*#)")
#: Behind words that are, and values of another form, a space is enough; `"Suite" #200` is not what was meant.
COMMENT_APART = re.compile(r"(?![ \t]*#)|[ \t]*#+[ \t\n]")
#: A comment on the next line that is written, set in.
COMMENT_BELOW = re.compile(r"[^\n]*\n(?:[ \t]*\n)*( +)#")
#: What is looked at behind a value, in letters.
FAR = 1_000
#: Some seconds of reading; a clinic's approvals of many years have fewer.
MAX_LINES = 20_000
#: Ends of a line that few programs show as one.
LINE_ENDS = re.compile(r"[\x85\u2028\u2029]")


class _Loader(yaml.BaseLoader):
    """YAML without what nobody writes on purpose in a file of ours, and what would drop or change a value."""

    def fetch_alias(self) -> None:
        self._refuse("a value begins with *")

    def fetch_anchor(self) -> None:
        self._refuse("a value begins with &")

    def fetch_tag(self) -> None:
        self._refuse("a value begins with !")

    def fetch_directive(self) -> None:
        self._refuse("a line begins with %")

    def fetch_document_start(self) -> None:
        if self.tokens_taken + len(self.tokens) > 1:  # the beginning of the file is a token, too
            self._refuse("a line of --- stands between the fields")
        super().fetch_document_start()

    def fetch_document_end(self) -> None:
        self._refuse("a line of ... stands between the fields")

    def _refuse(self, what: str) -> None:
        raise yaml.scanner.ScannerError(None, None, what, self.get_mark())


def _composed(text: str) -> tuple[yaml.Node | None, tuple[int, str, str] | None]:
    """YAML as it was parsed; or else the line (from 0) where it cannot be, what is wrong, and what to write instead."""
    if (lines := text.count("\n")) > MAX_LINES:
        return None, (MAX_LINES, f"the file has {lines:,} lines", f"is it the right one? {MAX_LINES:,} is the most")
    if found := LINE_ENDS.search(text):
        what = f"an end of a line that cannot be seen (U+{ord(found[0]):04X})"
        return None, (text.count("\n", 0, found.start()), what, "take it out")
    loader: _Loader | None = None
    try:
        loader = _Loader(text)
        return loader.get_single_node(), None
    except yaml.reader.ReaderError as error:
        what = f"a sign that no text file should hold (U+{int(error.character):04X})"
        return None, (text[: error.position].count("\n"), what, "take it out")
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        fault = str(error.problem or error.context or "it cannot be read")
        instead = f"{WRITE}; put a value with : or #, or one that begins with a sign, in double quotes"
        return None, (line, f"this is not YAML: {fault}", instead)
    except Exception:  # noqa: BLE001  # it stumbles in many ways: signs beyond Unicode, fields in fields in fields …
        return None, (loader.line if loader else 0, "something that no YAML file should hold", WRITE)


class Fields:
    """One mapping of a YAML file. Ask for each field once, then call `done`."""

    def __init__(
        self, node: yaml.MappingNode, file: str, first_line: int, problems: list[Problem], text: str = ""
    ) -> None:
        self._node = node
        self.file = file
        self._first_line = first_line
        self._problems = problems
        self._text = text
        self._values: dict[str, yaml.Node] = {}
        self._columns: dict[str, int] = {}
        self._known: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.complain(key, "the name of a field is not a word", WRITE)
                continue
            if key.value in self._values:
                self.complain(key, f"“{shortened(key.value)}” stands here a second time", "keep one of the two")
            self._values[key.value] = value
            self._columns[key.value] = key.start_mark.column

    @classmethod
    def read(cls, text: str, file: str, first_line: int, problems: list[Problem]) -> "Fields":
        """Parse YAML whose first line is line `first_line` of the file; faulty YAML gives no fields."""
        node, fault = _composed(text)
        if fault:
            line, what, instead = fault
            problems.append(Problem(file, first_line + line, what, instead))
        elif text and not isinstance(node, yaml.MappingNode):
            problems.append(Problem(file, first_line, "no fields stand here", WRITE))
        if not isinstance(node, yaml.MappingNode):
            empty = yaml.MappingNode("", [])
            return cls(empty, file, first_line, [])  # one sentence is enough: drop what would follow from it
        return cls(node, file, first_line, problems, text)

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

    def text(
        self, name: str, *, needed: bool = True, example: str = "some words", max_letters: int = MAX_LETTERS
    ) -> str:
        """A line of words, to be printed as they are written; "" when it is missing (a problem if it is needed)."""
        node = self._scalar(name, needed, example)
        if node is None:
            return ""
        if fault := self._cut(node, self._columns[name], name):
            self.complain(name, *fault)
            return ""
        return self._words(node, name, needed, example, max_letters)

    def value(self, name: str, *, needed: bool = True, example: str, max_letters: int = MAX_LETTERS) -> str:
        """A value that is judged by its form, so that a comment behind it can hide none of it."""
        node = self._scalar(name, needed, example)
        if node is None:
            return ""
        if node.value and not COMMENT_APART.match(self._behind(node)):
            self.complain(name, *self._cut_at_hash(node, name))
            return ""
        return self._words(node, name, needed, example, max_letters)

    def _scalar(self, name: str, needed: bool, example: str) -> yaml.ScalarNode | None:
        self._known.add(name)
        node = self._values.get(name)
        if isinstance(node, yaml.ScalarNode):
            return node
        if node is not None:
            self.complain(name, f"“{name}” is not a line of text", f"write “{name}: {example}”")
        elif needed:
            self.complain("", f"the field “{name}” is missing", f"add “{name}: {example}”")
        return None

    def _words(self, node: yaml.ScalarNode, name: str, needed: bool, example: str, max_letters: int) -> str:
        """The words of a value that can be printed; "" and a problem where there are none."""
        value = " ".join(str(node.value).translate(INVISIBLE).split())
        if not value:
            instead = f"write “{name}: {example}”" if needed else "fill it in or take the line out"
            self.complain(node, f"“{name}” is empty", instead)
        elif len(value) > max_letters:
            self.complain(node, f"“{name}” has {len(value):,} letters", f"write at most {max_letters}")
        elif not value.isprintable():
            self.complain(node, f"“{name}” holds a sign that cannot be printed", "write it again, in plain text")
        elif fault := fault_in(value):
            self.complain(node, f"“{name}”: {fault[0]}", fault[1])
        else:
            return value
        return ""

    def _cut(self, node: yaml.ScalarNode, column: int, name: str) -> tuple[str, str] | None:
        """How a value that begins in or behind a column may have lost a part; None if it has not."""
        behind = self._behind(node)
        is_plain = node.style is None
        if not (NO_COMMENT if is_plain else COMMENT_APART).match(behind):
            return self._cut_at_hash(node, name)
        if node.style in ("|", ">") and "#" in self._text[node.start_mark.index :].split("\n", 1)[0]:
            return f"a # stands behind the {node.style} of “{name}”", "take it out, with what follows it in the line"
        below = COMMENT_BELOW.match(behind)
        if is_plain and node.value and below and len(below[1]) > column:
            instead = f"{QUOTE}, or begin the comment further left"
            return f"a line that begins with # stands below “{name}”, set in", instead
        if is_plain and node.start_mark.line != node.end_mark.line:
            return f"“{name}” goes on in the next line", f"write it in one line, or {QUOTE}"
        return None

    def _behind(self, node: yaml.ScalarNode) -> str:
        """What stands behind a value in its line, and in some lines below it."""
        return self._text[node.end_mark.index :][:FAR]

    def _cut_at_hash(self, node: yaml.ScalarNode, name: str) -> tuple[str, str]:
        line = self._behind(node).split("\n", 1)[0]
        whole = shortened(f"{node.value}{line}".strip())
        what = "is cut off at its #" if node.value else "is empty"
        return f"“{name}” {what}: what follows a # is not read", f'{QUOTE}: "{whole}"'

    def choice(self, name: str, choices: Iterable[str], *, needed: bool = True) -> str:
        """One of the words in `choices`."""
        known = sorted(choices)
        value = self.value(name, needed=needed, example=known[0])
        if value and value not in known:
            self.complain(name, f"“{name}” cannot be “{shortened(value)}”", nearest(value, known, "take it out"))
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
        if value := self.value(name, example=example):
            try:
                return parse(value)
            except ValueError:
                self.complain(
                    name, f"“{name}” is “{shortened(value)}”, which is not {wanted}", f"write “{name}: {example}”"
                )
        return otherwise

    def texts(self, name: str, *, needed: bool = True, max_entries: int = MAX_ENTRIES) -> tuple[str, ...]:
        """A list of lines of text, such as [M54.2, M79.7]."""
        nodes = self._items(name, needed, "[one, two]", max_entries)
        if any(not isinstance(node, yaml.ScalarNode) for node in nodes):
            self.complain(name, f"“{name}” holds something that is not a word", f"write “{name}: [one, two]”")
        entries = (self._entry(node, name) for node in nodes if isinstance(node, yaml.ScalarNode))
        return tuple(entry for entry in entries if entry)

    def _entry(self, node: yaml.ScalarNode, name: str) -> str:
        if fault := self._cut(node, node.start_mark.column - 1, name):
            self.complain(node, *fault)
            return ""
        if not node.value:
            self.complain(node, f"“{name}” holds something that is not a word", f"write “{name}: [one, two]”")
            return ""
        return self._words(node, name, True, "[one, two]", MAX_LETTERS)

    def mappings(
        self, name: str, example: str, *, needed: bool = True, max_entries: int = MAX_ENTRIES
    ) -> list["Fields"]:
        """A list of mappings, each as Fields of its own."""
        nodes = self._items(name, needed, example, max_entries)
        if any(not isinstance(node, yaml.MappingNode) for node in nodes):
            self.complain(name, f"“{name}” holds an entry without fields", f"write {example}")
        return [self._inner(node) for node in nodes if isinstance(node, yaml.MappingNode)]

    def mappings_or_names(self, name: str, example: str) -> list["Fields | str"]:
        """A list whose entries are mappings, or the names of something that stands elsewhere."""
        nodes = self._items(name, True, example, MAX_ENTRIES)
        for node in nodes:
            if not isinstance(node, yaml.MappingNode) and not (isinstance(node, yaml.ScalarNode) and node.value):
                self.complain(name, f"“{name}” holds an entry that is neither a name nor fields", f"write {example}")
        return [
            self._inner(node) if isinstance(node, yaml.MappingNode) else self._entry(node, name)
            for node in nodes
            if isinstance(node, yaml.MappingNode) or (isinstance(node, yaml.ScalarNode) and node.value)
        ]

    def all_mappings(self) -> dict[str, "Fields"]:
        """Every field of this mapping as Fields of its own."""
        self._known |= self._values.keys()
        for name, node in self._values.items():
            if not isinstance(node, yaml.MappingNode):
                self.complain(name, f"“{shortened(name)}” has no fields", "write them below it, indented")
        return {name: self._inner(node) for name, node in self._values.items() if isinstance(node, yaml.MappingNode)}

    def mapping(self, name: str, example: str) -> "Fields":
        """The fields that stand indented below `name`; none of them when it is missing."""
        self._known.add(name)
        node = self._values.get(name)
        if isinstance(node, yaml.MappingNode):
            return self._inner(node)
        self.complain(name, f"“{name}” has no fields", f"write “{name}:” and below it, indented, “{example}”")
        return Fields(yaml.MappingNode("", []), self.file, self._first_line, [])

    def all_texts(self, *, empty: bool = False, max_letters: int = MAX_LETTERS) -> dict[str, str]:
        """Every field of this mapping as text; some may be `empty`."""
        if empty:
            self._known |= self._values.keys()
            return {name: str(node.value) for name, node in self._values.items() if isinstance(node, yaml.ScalarNode)}
        return {name: self.text(name, max_letters=max_letters) for name in self._values}

    def done(self) -> None:
        """Report the fields nobody asked for."""
        for name in self._values.keys() - self._known:
            self.complain(name, f"there is no field “{shortened(name)}”", nearest(name, self._known, "take it out"))

    def _inner(self, node: yaml.MappingNode) -> "Fields":
        return Fields(node, self.file, self._first_line, self._problems, self._text)

    def _items(self, name: str, needed: bool, example: str, max_entries: int) -> Sequence[yaml.Node]:
        self._known.add(name)
        node = self._values.get(name)
        if isinstance(node, yaml.SequenceNode) and len(node.value) > max_entries:
            self.complain(name, f"“{name}” has {len(node.value):,} entries", f"write at most {max_entries:,}")
            return ()
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
