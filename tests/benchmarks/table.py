"""Rows in, the README with their table out."""

import os
import re
from collections.abc import Sequence

from tests.benchmarks.peers import versions
from tests.benchmarks.rows import Row

BEGIN, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"


def table(rows: Sequence[Row], left_out: Sequence[str]) -> str:
    """The rows as a table of Markdown, and what it was measured with."""
    lines = ["| what | beside | found | aim | runs |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {row.what} | {row.beside} | {row.found} | {row.aim} | {row.runs} |" for row in rows]
    lines += ["", f"Medians, with {versions()}, on {os.cpu_count()} cores; batches with 2 processes."]
    lines += [f"Not measured: {why}." for why in left_out]
    return "\n".join(lines)


def put_in(readme: str, text: str) -> str:
    """The README with the text between the two markers, and nothing else changed."""
    between = re.compile(f"(?<={re.escape(BEGIN)}\n).*?(?={re.escape(END)})", re.DOTALL)
    changed, found = between.subn(lambda _: f"\n{text}\n\n", readme)
    if found != 1:
        raise ValueError(f"the README must have {BEGIN} and {END} once each, on lines of their own")
    return changed
