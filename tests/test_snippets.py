"""Snippets: what several leaflets say, said once, and still found by file and line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from handouts import assets, clinics, reading
from handouts.errors import HandoutError
from handouts.model import Paragraph, Topic
from handouts.wording import every, plain

from .conftest import CASES

Put = Callable[[str, bytes], Path]
GOOD = (CASES / "topics" / "good.md").read_text(encoding="utf-8")


@pytest.fixture
def snippet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, str], None]:
    """Put a snippet where ours are."""
    monkeypatch.setattr(assets, "SNIPPETS", tmp_path / "snippets")
    (tmp_path / "snippets" / "en").mkdir(parents=True)

    def put(name: str, words: str) -> None:
        (tmp_path / "snippets" / "en" / f"{name}.md").write_text(words, encoding="utf-8")

    return put


def read(put: Put, text: str) -> Topic:
    put("example", text.encode())
    return reading.read_topics(["example"], "en", [clinics.read_region("us")])[0]


def test_a_snippet_is_a_block_an_item_or_a_sentence(own_shelf: Put, snippet: Callable[[str, str], None]) -> None:
    """If one of them were dropped, a warning would be missing in every leaflet that shares it."""
    snippet("callout", "::: callout\n\n### Take care\n\nOf {emergency_number}.\n\n:::\n")
    snippet("item", "- you feel faint\n")
    snippet("sentence", "Go slowly.\n")
    text = GOOD + "\n{{callout}}\n\n- one\n{{item}}\n\nWalk.\n{{sentence}}\n"
    said = [plain(one.text) for one in every(Paragraph, read(own_shelf, text).sections)]
    assert said[-4:] == ["Of {emergency_number}.", "one", "you feel faint", "Walk. Go slowly."]


def test_a_fault_is_named_where_it_is_written(own_shelf: Put, snippet: Callable[[str, str], None]) -> None:
    """An editor who is sent to a line that is not wrong cannot mend anything."""
    snippet("broken", "One line.\n\nA { brace.\n")
    after = GOOD.count("\n") + 4
    with pytest.raises(HandoutError) as refused:
        read(own_shelf, GOOD + "\n{{broken}}\n\n*after it*\n")
    assert "snippets/en/broken.md:3: a { or } that belongs to no placeholder" in str(refused.value)
    assert f"example/en.md:{after}: a word in italics" in str(refused.value)


def test_a_missing_snippet_and_one_within_another_are_faults(
    own_shelf: Put, snippet: Callable[[str, str], None]
) -> None:
    """A hole where a warning should be, or a snippet that names itself for ever."""
    snippet("outer", "{{outer}}\n")
    with pytest.raises(HandoutError) as refused:
        read(own_shelf, GOOD + "\n{{outer}}\n\n{{outre}}\n")
    assert "there is no snippet “outre”; did you mean “outer”?" in str(refused.value)
    assert "snippets/en/outer.md:1: a snippet names another snippet" in str(refused.value)


def test_a_shared_source_is_named_by_a_word(own_shelf: Put, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One address mended once must be mended in every leaflet; a word that names none must not leave a claim bare."""
    monkeypatch.setattr(assets, "SNIPPETS", tmp_path / "snippets")
    (tmp_path / "snippets").mkdir()
    shared = "heat:\n  organisation: Example\n  title: Heat\n  year: 2024\n  address: https://example.org/heat\n"
    (tmp_path / "snippets" / "sources.yaml").write_text(shared, encoding="utf-8")
    topic = read(own_shelf, GOOD.replace("sources:\n", "sources:\n  - heat\n"))
    assert topic.sources[0].title == "Heat"
    assert len(topic.sources) == 2
    own_shelf("other", GOOD.replace("sources:\n", "sources:\n  - haet\n").encode())
    with pytest.raises(HandoutError, match="there is no shared source “haet”; did you mean “heat”"):
        reading.read_topics(["other"], "en", [])
