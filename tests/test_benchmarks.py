"""The benchmarks: that the other programs make the same leaflet, and that the README's table has its place."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pypdfium2
import pytest
import typst

from handouts.assets import OURS, region_codes
from tests.benchmarks import leaflets, measure, people, rows, table, typst_leaflet
from tests.benchmarks.typst_batch import STANDARDS, source

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
#: A name is text to the end, whatever it means to Typst or on a page.
PERSON = {
    "name": '# *Bob* "\\',
    "clinician": "#panic() <b>",
    "date": "21 November 2026",
    "note": "Ναι, да, có: $x$ _y_",
}
#: What “example” is in the languages of the list.
EXAMPLE = ("Example ", "Παράδειγμα ", "Пример ", "Ví dụ ", "Příklad ", "Örnek ", "Przykład ")
#: Signs; longer than any word but those of web addresses.
LONG = 15


class Words(HTMLParser):
    """The words of a page, in order, alternative texts left out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html[html.index("<body>") :])

    def handle_data(self, data: str) -> None:
        self.found += words(data)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def by_typst(one: leaflets.Sample, folder: Path) -> list[str]:
    """The text of each page that Typst makes for the person."""
    main = typst_leaflet.write_project(folder, one.topic, one.setting, leaflets.labels(one))
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=typst_leaflet.font_folders()
    )
    compiler = typst.Compiler(str(main), root=str(folder), font_paths=fonts)
    data, warnings = compiler.compile_with_warnings(input=source(PERSON), pdf_standards=STANDARDS)
    assert warnings == []
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data)]


@pytest.mark.parametrize("topic", OURS.topic_names())
def test_typst_says_every_word_of_the_leaflet(topic: str, tmp_path: Path) -> None:
    """A peer that says less is faster than it should be, and the comparison is not honest."""
    region = region_codes()[OURS.topic_names().index(topic) % 2]
    one = leaflets.sample(topic, region)
    pages = by_typst(one, tmp_path)
    missing = Counter(Words(leaflets.html(one, PERSON)).found) - Counter(words(" ".join(pages)))
    squeezed = "".join(" ".join(pages).split())  # a long web address may be broken anywhere
    assert [word for word in missing if len(word) < LONG or word not in squeezed] == []
    assert len(pages) <= one.topic.pages + 1


def test_a_copy_for_a_person_shows_what_was_written(tmp_path: Path) -> None:
    """Were a name read as markup, the peer would make another leaflet than ours."""
    first, *_ = by_typst(leaflets.sample(), tmp_path)
    for said in PERSON.values():
        assert said in " ".join(first.split())


def test_the_people_are_made_up_and_the_same_each_time(tmp_path: Path) -> None:
    """Two runs are compared; and a list of people that might be real must not lie in a checkout."""
    lists = [people.write_list(tmp_path / f"{n}.csv", 40, leaflets.TOPIC).read_bytes() for n in range(2)]
    assert lists[0] == lists[1]
    found = people.read_list(tmp_path / "0.csv")
    assert len({row["row id"] for row in found}) == 40
    assert len({len(row["note"]) for row in found}) > 5
    assert all(row["name"].startswith(EXAMPLE) for row in found)


def test_the_readme_has_a_place_for_the_table() -> None:
    """Without it, `--write` fails after an hour of measuring; with two, it would overwrite what stands between."""
    changed = table.put_in(README, table.table([rows.Row("what", "beside", "2.0 ×", "≥ 1", 3)], ["why not"]))
    before, after = README.split(table.BEGIN)[0], README.split(table.END)[1]
    assert changed.startswith(before + table.BEGIN)
    assert changed.endswith(table.END + after)
    assert "| what | beside | 2.0 × | ≥ 1 | 3 |" in changed
    assert "why not" in changed
    assert table.put_in(changed, table.table([], [])).count("|") < changed.count("|")
    with pytest.raises(ValueError, match="once each"):
        table.put_in(README.replace(table.END, ""), "")


def test_a_run_that_fails_or_makes_too_little_is_not_measured(tmp_path: Path) -> None:
    """A program that stops at once would be the fastest of all."""
    out = tmp_path / "out"
    with pytest.raises(measure.LeftOutError, match="code 2"):
        measure.Command(measure.python("json.tool", "--no-such"), tmp_path).seconds()
    with pytest.raises(measure.LeftOutError, match="made 0 of 3"):
        measure.Command(measure.python("json.tool", "--help"), tmp_path, out=out, copies=3).seconds()


def test_what_is_not_installed_is_left_out_with_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Who has no Typst and no Chromium must still be able to measure the rest."""
    bench = rows.Bench(tmp_path, rows.QUICK)
    monkeypatch.setattr("tests.benchmarks.peers.find_spec", lambda _: None)
    with pytest.raises(measure.LeftOutError, match=r"\[test\]"):
        bench.typst(1)
    with pytest.raises(measure.LeftOutError, match="Chromium"):
        next(rows.in_browser(bench))
