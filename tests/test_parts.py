"""The blocks: each has its template and its style sheet, and its HTML is what it was."""

from pathlib import Path

import pytest

from handouts import assets, page, reading
from handouts.blocks import SHAPES
from handouts.clinics import read_labels
from handouts.markdown import Parser
from handouts.model import Format, Paper
from handouts.wording import fill

GOLDEN = Path(__file__).parent / "golden"

#: One small example of each block, as an editor would write it.
EXAMPLES = {
    "key-points": "- **One.** First.\n- **Two.** Second.",
    "urgent-help": "## Call {emergency_number} now if\n\n- one\n- two\n\n## Get help the same day\n\n- three\n\n## Book a visit\n\nIf four.",
    "steps": "### Walk\n\nGo slowly.\n\nDose: 5 minutes\n\n### Rest\n\nSit down.",
    "steps-drawn": "### Walk\n\n![A dot.](dot.svg)\n\nGo slowly.\n\nDose: 5 minutes\n\n### Rest\n\n![A dot.](dot.svg)\n\nSit down.",
    "steps-paired": "### Turn\n\n![Start.](dot.svg)\n\n![End.](dot.svg)\n\nGo slowly.\n\nDose: 5 times",
    "do-and-try-not": "### Do\n\n- this\n\n### Try not to\n\n- do that",
    "callout": "### Heat\n\n![A dot.](dot.svg)\n\nWarm, not hot.",
    "figure": "![A dot.](dot.svg)\n\nA caption.\n\n![Another dot.](dot.svg)\n\nAnother caption.",
    "figure-wide": "![A long dot.](wide.svg)\n\nA caption.",
    "comparison-cards": "### One\n\n![A dot.](dot.svg)\n\nFirst.\n\n### Two\n\n![A dot.](dot.svg)\n\nSecond.",
    "comparison-table": "| | One | Two |\n|---|---|---|\n| Cause | this | that |\n\n**A guide.** Not a test.",
    "comparison-table-filled": "| | Example | You |\n|---|---|---|\n| Day 1 | 10 minutes | ____ |",
    "checklist": "![A dot.](dot.svg)\n\n- one\n- two",
    "write-on-plan": "- Label: ____\n- More: ____ ____",
    "action-plan": "### Green\n\nA usual day.\n\n- Walk\n- My own way: ____\n\n### Red\n\n- Call",
    "ladder": "- **5 minutes** first\n- **7 minutes** then\n- **10 minutes** last",
    "week-grid": "| | Example |\n|---|---|\n| In bed at | 10 pm |",
    "questions": "### Why?\n\nBecause.\n\n### When?\n\nNow.",
}


def kind_of(example: str) -> str:
    return example if example in SHAPES else example.rpartition("-")[0]


def html_of(example: str, form: Format) -> str:
    kind = kind_of(example)
    parser = Parser("example.md", 1)
    before = "" if kind == "urgent-help" else "## A section\n\n"
    opening, sections = reading.parts_of(parser, f"{before}::: {kind}\n\n{EXAMPLES[example]}\n\n:::\n")
    (part,) = sections[0].parts if sections else opening
    assert parser.problems == []
    template = page.templates().get_template(f"parts/{kind}.html")
    filled = fill(part, {"emergency_number": "<911>"})
    html = str(
        template.module.part(
            filled,
            {"dot.svg": page.Art("data:,dot", is_wide=False), "wide.svg": page.Art("data:,wide", is_wide=True)},
            read_labels("en").words,
            form,
        )
    )  # type: ignore[attr-defined]
    return "\n".join(line.strip() for line in html.splitlines() if line.strip()) + "\n"


@pytest.mark.parametrize("kind", SHAPES)
def test_each_block_has_its_template_and_its_style(kind: str) -> None:
    """A block without one of them would come out bare, or not at all."""
    assert (assets.TEMPLATES / "parts" / f"{kind}.html").is_file()
    assert (assets.STYLES / "parts" / f"{kind}.css").is_file()
    assert f'@import "parts/{kind}.css" layer(parts);' in (assets.STYLES / "leaflet.css").read_text(encoding="utf-8")


def test_each_block_has_an_example() -> None:
    """A block without an example would not be looked at here."""
    assert {kind_of(example) for example in EXAMPLES} == set(SHAPES)


USUAL, ONE_COLUMN = Format(Paper.A4), Format(Paper.A4, 24)
#: What is another thing where nothing stands side by side.
IN_ONE_COLUMN = ("callout", "comparison-table", "comparison-table-filled", "urgent-help", "week-grid")


@pytest.mark.parametrize(
    ("example", "form", "name"),
    [
        *((example, USUAL, example) for example in EXAMPLES),
        *((example, ONE_COLUMN, f"{example}-in-one-column") for example in IN_ONE_COLUMN),
    ],
)
def test_the_html_of_each_block_is_what_it_was(
    example: str, form: Format, name: str, pytestconfig: pytest.Config
) -> None:
    """A slip in a template would change every leaflet unseen. `pytest --update-golden` accepts a change."""
    golden = GOLDEN / f"{name}.html"
    html = html_of(example, form)
    if pytestconfig.getoption("--update-golden"):
        golden.write_text(html, encoding="utf-8")
    assert html == golden.read_text(encoding="utf-8")


def test_only_what_is_named_changes_in_one_column() -> None:
    """A block that reads differently in large print must be looked at there, too."""
    assert {e for e in EXAMPLES if html_of(e, USUAL) != html_of(e, ONE_COLUMN)} == set(IN_ONE_COLUMN)


def test_a_value_in_a_template_is_escaped() -> None:
    """A region's or a clinic's words must never become markup."""
    assert "Call &lt;911&gt; now if" in html_of("urgent-help", USUAL)
