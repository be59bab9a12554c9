"""A topic, its setting and who stands behind it in; one page for a browser out, which asks for no other file."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from handouts import assets, page, tokens
from handouts.model import Format, Paper, Setting, Standing, Topic

IMPORT = re.compile(r'@import "([^"]+)" layer\((\w+)\);')
#: A width of the screen with a name (Media Queries 5); browsers do not know it yet.
NAMED_WIDTH = re.compile(r"@custom-media (--[\w-]+) (\(.+?\));\n*")
#: What only a sheet has.
FOR_PAPER = ("page.css", "formats/")


def make_web_page(topic: Topic, setting: Setting, stands: Standing) -> str:
    """The leaflet for a browser, the same whatever paper it is printed on: its style, drawings and fonts lie in it."""
    own = setting.clinic.tokens if setting.clinic else {}
    any_paper = replace(setting, form=Format(Paper.A4))
    return page.fill_template("web.html", topic, any_paper, stands, style=style(own))


def style(own: Mapping[str, str]) -> str:
    """Every rule of the page: those of the leaflet, in their order, then those for screens.

    A clinic's colours hold in the light; in the dark its hues do. Its sizes are for paper.
    """
    screen = _sheet("formats/screen.css")
    whole = "\n".join(
        (
            _fonts(),
            IMPORT.sub(
                lambda found: "" if found[1].startswith(FOR_PAPER) else _layer(found[2], _sheet(found[1])),
                _sheet("leaflet.css"),
            ),
            _layer("own", _tokens(own)),
            _media("screen", _layer("formats", NAMED_WIDTH.sub("", screen))),
            _media("screen and (prefers-color-scheme: dark)", _layer("formats", _tokens(tokens.in_the_dark(own)))),
            _layer("web", _sheet("web.css")),
        )
    )
    for name, width in NAMED_WIDTH.findall(screen):
        whole = whole.replace(f"({name})", width)
    return whole


def _sheet(name: str) -> str:
    return (assets.STYLES / name).read_text(encoding="utf-8")


def _layer(name: str, rules: str) -> str:
    return f"@layer {name} {{\n{rules}}}\n"


def _media(query: str, rules: str) -> str:
    return f"@media {query} {{\n{rules}}}\n"


def _tokens(values: Mapping[str, str]) -> str:
    return ":root {" + "".join(f" {name}: {value};" for name, value in values.items()) + " }\n"


@cache
def _fonts() -> str:
    """The two weights of the text. Letters that they lack, the reader's own system shows."""
    return "".join(
        f"@font-face {{ font-family: {font.family}; font-weight: {font.weight}; font-display: block; "
        f'src: url("data:font/ttf;base64,{b64encode(font.file.read_bytes()).decode()}") }}\n'
        for font in assets.fonts()
        if font.family == "Body"
    )
