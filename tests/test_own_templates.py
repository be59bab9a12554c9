"""Templates of a clinic's own: whose fault a fault is, and that each of them ends."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from handouts import assets, clinics, own_templates, page
from handouts.errors import Exit, HandoutError
from handouts.model import Format, Paper, Setting

from .conftest import UNAPPROVED, topic_of

ENDLESS = {
    "in-lines": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "in-letters": "{% for a in range(99999) %}{{ '123456789 ' * 9999 }}{% endfor %}",
    "in-calls": "{% include 'leaflet.html' %}",
    "in-memory": "{% set n = namespace(s='x' * 9999) %}{% for a in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
    "in-a-number": "{{ 10 ** 10 ** 10 }}",
    "in-a-word": "{{ 'x' * 10 ** 4 * 10 ** 9 }}",
}


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Fill a leaflet with a template of the clinic's own in place of ours."""
    monkeypatch.setattr(own_templates, "MAX_SECONDS", 0.3)
    monkeypatch.setattr(own_templates, "MAX_GROWTH", 100_000_000)
    monkeypatch.setattr(own_templates, "MAX_LETTERS", 5_000_000)

    def filled(template: str, name: str = "leaflet.html") -> str:
        (tmp_path / name).write_text(template, encoding="utf-8")
        page.templates.cache_clear()
        setting = Setting(clinics.read_region("us"), clinics.read_labels("en"), None, Format(Paper.A4), tmp_path)
        return page.make_leaflet(topic_of("sleep-hygiene"), setting, UNAPPROVED).html

    return filled


@pytest.mark.parametrize("kind", ENDLESS)
def test_a_template_without_end_is_a_sentence(kind: str, make: Callable[[str], str]) -> None:
    """A slip in a loop kept the processor busy for ever, or filled the memory of the front desk's computer."""
    with pytest.raises(HandoutError, match=r"this template cannot be filled|more than 5 million") as refused:
        make(ENDLESS[kind])
    assert refused.value.exit_code is Exit.WRONG_FILE


def test_a_fault_of_ours_is_not_blamed_on_a_clinics_templates(
    make: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clinic that merely has templates would look for our fault in them for an afternoon."""

    def broken(_: object) -> str:
        raise ValueError("ours")

    with monkeypatch.context() as patch:
        patch.setattr(page, "short_address", broken)
        patch.setattr(page, "to_html", broken)
        page.templates.cache_clear()
        with pytest.raises(ValueError, match="ours"):
            make((assets.TEMPLATES / "leaflet.html").read_text(encoding="utf-8"))
    page.templates.cache_clear()


@pytest.mark.parametrize("fault", ["{{ 1 / 0 }}", "{{ {}['a'] }}", "{{ page.__class__ }}", "{% include 'no.html' %}"])
def test_whatever_a_template_raises_is_a_sentence(fault: str, make: Callable[[str], str]) -> None:
    """A division by zero in a clinic's template was called a fault of ours."""
    with pytest.raises(HandoutError, match=r"leaflet\.html:1: this template cannot be filled"):
        make(fault)


@pytest.mark.skipif(os.name != "posix", reason="pipes with a name are of POSIX")
def test_a_template_that_is_no_file_is_a_sentence(make: Callable[..., str], tmp_path: Path) -> None:
    """A pipe in place of a template kept the program waiting, or was passed over without a word."""
    (tmp_path / "parts").mkdir()
    os.mkfifo(tmp_path / "parts" / "callout.html")
    with pytest.raises(HandoutError, match=r"callout\.html: the file cannot be read"):
        make("{% import 'parts/callout.html' as callout %}")
    with pytest.raises(HandoutError, match=r"leaflet\.html: the file is huge"):
        make(" " * 600_000)
