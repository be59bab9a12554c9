"""The rooms: who may know whom. A breach here is how a clear house turns into a knot."""

import ast
import sys
from pathlib import Path

import pytest

from handouts import assets

OWN = "handouts"
#: room: (rooms it may know, packages from outside it may use)
ROOMS: dict[str, tuple[set[str], set[str]]] = {
    "__init__": (set(), set()),
    "__main__": ({"cli"}, set()),
    "errors": (set(), set()),
    "model": (set(), set()),
    "colour": (set(), set()),
    "codes": ({"errors", "model"}, set()),
    "assets": ({"errors"}, set()),
    "cache_folder": (set(), {"platformdirs"}),
    "files": ({"errors", "assets"}, set()),
    "signs": ({"letters"}, set()),
    "fields": ({"errors", "signs"}, {"yaml"}),
    "snippets": ({"errors", "model", "files"}, set()),
    "wording": ({"model"}, {"markupsafe"}),
    "dialects": (set(), set()),
    "markdown": ({"dialects", "errors", "model", "wording"}, {"markdown_it", "mdit_py_plugins"}),
    "blocks": ({"errors", "model", "markdown", "wording"}, set()),
    "svg": ({"errors"}, {"tinycss2"}),
    "svg_support": ({"errors", "svg"}, {"tinycss2"}),
    "drawings": ({"errors", "model", "files", "svg", "svg_support", "wording"}, set()),
    "rasters": (set(), {"PIL"}),
    "logos": (
        {"errors", "model", "drawings", "files", "rasters", "svg", "svg_support"},
        {"PIL", "resvg_py"},
    ),
    "reading": (
        {
            "errors",
            "model",
            "assets",
            "blocks",
            "codes",
            "dialects",
            "drawings",
            "fields",
            "files",
            "markdown",
            "signs",
            "snippets",
            "wording",
        },
        set(),
    ),
    "tokens": ({"errors", "assets", "colour", "files"}, {"tinycss2"}),
    "near_misses": (set(), set()),
    "clinics": (
        {"near_misses", "errors", "model", "assets", "colour", "fields", "files", "logos", "tokens"},
        set(),
    ),
    "told": ({"model", "wording"}, set()),
    "approvals": ({"errors", "model", "assets", "fields", "files", "signs", "told", "wording"}, {"yaml"}),
    "line_art": ({"colour", "drawings", "svg_support"}, set()),
    "page": (
        {"errors", "model", "assets", "drawings", "files", "letters", "line_art", "own_templates", "told", "wording"},
        {"jinja2", "markupsafe", "segno"},
    ),
    "own_templates": ({"errors", "files"}, {"jinja2"}),
    "web": ({"model", "assets", "page", "tokens"}, set()),
    "streams": (set(), {"pikepdf"}),
    "tagging": ({"streams"}, {"pydyf"}),
    "proof": ({"model", "wording"}, set()),
    "pdf": ({"errors", "model", "assets", "proof", "streams", "tagging"}, {"weasyprint"}),
    "inks": ({"errors", "model", "assets", "streams"}, {"pikepdf", "PIL"}),
    "preflight": ({"model"}, {"pikepdf", "PIL"}),
    "shelf": ({"errors", "model", "assets", "clinics", "codes", "reading", "topic_names"}, set()),
    "formats": ({"errors", "model"}, set()),
    "impose": ({"model", "streams"}, {"pikepdf"}),
    "pictures": ({"assets", "model"}, {"pypdfium2", "PIL"}),
    "naming": ({"model"}, set()),
    "origin": ({"errors", "files", "model"}, set()),
    "finishing": ({"model", "impose", "inks", "naming", "pdf", "pictures", "preflight"}, set()),
    "make": (
        {
            "errors",
            "model",
            "assets",
            "approvals",
            "clinics",
            "files",
            "finishing",
            "formats",
            "inks",
            "naming",
            "origin",
            "page",
            "pdf",
            "pictures",
            "preflight",
            "reading",
            "store",
            "tokens",
            "web",
        },
        set(),
    ),
    "notices": ({"assets", "clinics", "errors", "files", "make", "near_misses"}, set()),
    "picking": ({"errors"}, set()),
    "readability": ({"model", "told"}, {"textstat"}),
    "quality": ({"errors", "model", "readability", "told", "tokens", "wording"}, set()),
    "judgement": (set(), set()),
    "reports": ({"errors", "model", "assets", "files", "judgement", "page", "quality", "readability", "told"}, set()),
    "check": ({"assets", "make", "page", "pdf", "quality", "reading"}, set()),
    "approving": ({"errors", "model", "assets", "approvals", "check", "make", "page", "pdf", "reading"}, set()),
    "starting": ({"errors", "assets", "approvals", "clinics", "files", "make", "reading", "shelf", "signs"}, set()),
    "export": ({"errors", "model", "clinics", "files", "make", "origin", "page", "pdf", "shelf"}, set()),
    "printer": ({"errors", "model"}, set()),
    "printing": ({"errors", "model", "make", "printer"}, set()),
    "watch": (set(), set()),
    "tables": ({"model", "batch", "make", "quality"}, {"rich"}),
    "rows": (set(), set()),
    "guessing": (set(), {"charset_normalizer"}),
    "plain_lists": ({"guessing", "rows"}, set()),
    "number_formats": (set(), set()),
    "workbook_parts": ({"rows"}, set()),
    "workbooks": ({"number_formats", "rows", "workbook_parts"}, {"openpyxl"}),
    "spreadsheets": ({"plain_lists", "rows", "workbooks"}, set()),
    "days": (set(), set()),
    "language_names": (set(), set()),
    "topic_names": (set(), set()),
    "cells": ({"errors", "formats", "model"}, set()),
    "choices": ({"errors", "cells", "days", "language_names", "topic_names"}, set()),
    "recipients": ({"errors", "model", "cells", "choices", "days", "rows", "spreadsheets"}, set()),
    "options": ({"errors", "formats", "language_names", "model", "shelf"}, {"typer"}),
    "letters": ({"assets"}, {"uharfbuzz"}),
    "store": ({"errors", "model", "assets", "cache_folder", "files"}, set()),
    "frozen": ({"letters", "model", "page"}, set()),
    "freezing": ({"frozen", "letters", "model", "streams"}, {"pikepdf"}),
    "stamping": ({"frozen", "letters", "model", "page", "streams"}, {"uharfbuzz"}),
    "processes": (set(), set()),
    "workers": ({"errors", "model", "finishing", "pdf", "processes", "store"}, {"distributed"}),
    "editions": (
        {"errors", "model", "freezing", "frozen", "page", "stamping", "store", "wording", "workers"},
        set(),
    ),
    "writer": ({"processes"}, set()),
    "record": ({"errors", "files", "writer"}, set()),
    "waiting_list": (
        {
            "errors",
            "model",
            "clinics",
            "days",
            "editions",
            "frozen",
            "letters",
            "make",
            "naming",
            "page",
            "reading",
            "recipients",
            "shelf",
            "store",
            "wording",
        },
        set(),
    ),
    "batches": ({"errors", "record"}, set()),
    "batch": (
        {
            "errors",
            "model",
            "editions",
            "freezing",
            "frozen",
            "letters",
            "make",
            "naming",
            "record",
            "stamping",
            "store",
            "waiting_list",
            "workers",
        },
        set(),
    ),
    "commands": (set(), set()),
    "commands.called": (set(), set()),
    "commands.streams": (set(), set()),
    "commands.talk": ({"commands", "cache_folder", "errors"}, {"typer", "rich"}),
    "commands.choosing": ({"commands", "errors", "model", "picking", "told", "wording"}, {"rich", "typer"}),
    "commands.listing": ({"notices", "commands", "make", "model", "options", "shelf", "tables"}, {"typer"}),
    "commands.making": (
        {
            "notices",
            "commands",
            "errors",
            "assets",
            "model",
            "formats",
            "make",
            "options",
            "pictures",
            "preflight",
            "shelf",
            "tables",
            "watch",
        },
        {"typer"},
    ),
    "commands.checking": (
        {"commands", "check", "errors", "files", "formats", "make", "options", "reports", "shelf", "tables"},
        {"typer"},
    ),
    "commands.approval": (
        {"commands", "approvals", "approving", "errors", "judgement", "make", "model", "options", "shelf"},
        {"typer"},
    ),
    "commands.beginning": ({"assets", "make", "commands", "options", "starting"}, {"typer"}),
    "commands.exporting": ({"notices", "commands", "export", "formats", "make", "options", "tables"}, {"typer"}),
    "commands.sending": (
        {"notices", "commands", "errors", "formats", "make", "model", "options", "printing", "shelf"},
        {"typer"},
    ),
    "commands.batching": (
        {
            "notices",
            "commands",
            "batch",
            "batches",
            "errors",
            "files",
            "formats",
            "make",
            "model",
            "options",
            "printer",
            "recipients",
            "shelf",
            "store",
            "tables",
            "waiting_list",
            "workers",
        },
        {"typer"},
    ),
    "cli": ({"commands", "errors"}, {"typer"}),
}
MAY_PRINT = {"cli"}
MAY_START_PROGRAMS = {"printer"}
MAY_USE_THE_NETWORK: set[str] = set()
NETWORK = {"socket", "ssl", "http", "ftplib", "smtplib"}


def breaches(room: str, source: str) -> list[str]:
    """What a module does that its room may not."""
    own, outside = ROOMS[room]
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        for name in imported(node):
            package, _, rest = name.partition(".")
            if package == OWN:
                if rest and rest.split(".")[0] not in own | {"__version__"}:
                    found.append(f"{room} knows {rest}")
            elif package not in sys.stdlib_module_names and package not in outside:
                found.append(f"{room} uses {package}")
            if package == "subprocess" and room not in MAY_START_PROGRAMS:
                found.append(f"{room} starts programs")
            if (package in NETWORK or name == "urllib.request") and room not in MAY_USE_THE_NETWORK:
                found.append(f"{room} uses the network")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            found += [] if room in MAY_PRINT else [f"{room} prints"]
    return found


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert not node.level, "imports are written out in full"
        module = node.module or ""
        return [f"{module}.{alias.name}" for alias in node.names] if module == OWN else [module]
    return []


def modules() -> list[Path]:
    return sorted(assets.PACKAGE.glob("**/*.py"))


def room_of(module: Path) -> str:
    """The room a file is, such as `commands.making`; the file of a folder is the folder's."""
    return ".".join(module.relative_to(assets.PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def test_every_module_has_a_room() -> None:
    """A module without a room has no rules."""
    assert {room_of(module) for module in modules()} == set(ROOMS)


@pytest.mark.parametrize("module", modules(), ids=room_of)
def test_each_room_keeps_to_itself(module: Path) -> None:
    """What a room may not know, it cannot come to depend on."""
    assert breaches(room_of(module), module.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("room", "planted"),
    [
        ("page", "import weasyprint"),
        ("page", "from handouts import pdf"),
        ("page", "from handouts.reading import read_topics"),
        ("pdf", "def f():\n    import requests"),
        ("pdf", "import urllib.request"),
        ("make", "import subprocess"),
        ("printing", "import subprocess"),
        ("make", "print('made')"),
        ("errors", "from handouts.model import Topic"),
    ],
)
def test_a_planted_breach_is_caught(room: str, planted: str) -> None:
    """A guard that sees nothing guards nothing."""
    assert breaches(room, planted)


@pytest.mark.parametrize("module", modules(), ids=room_of)
def test_each_room_says_what_comes_in_and_what_goes_out(module: Path) -> None:
    """The first line of a file is where its next reader starts."""
    if module.stem != "__init__":
        assert ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
    assert module.stem not in sys.stdlib_module_names, "run as a script, it would hide the real one"
