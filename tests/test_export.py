"""Export: the names another program looks for, one file a code, and what no code may pick stays out."""

from collections.abc import Callable
from pathlib import Path

import page as validator
import pypdfium2
import pytest

from handouts import codes, export
from handouts.assets import OURS
from handouts.commands import talk
from handouts.errors import Exit
from handouts.shelf import whole_shelf

from .conftest import CASES, Ran

Run = Callable[..., Ran]
Put = Callable[[str, bytes], Path]
GOOD = (CASES / "quality" / "good.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("system", "code", "language", "name"),
    [
        ("icd-10", "M54.2", "en", "icd10_m54.2_en.pdf"),
        ("icd-10-cm", "G47.00", "en", "icd10_g47.00_en.pdf"),
        ("icd-10-cm", "M79.7", "es", "icd10_m79.7_es.pdf"),
        ("snomed-ct", "81680005", "en", "snomed_81680005_en.pdf"),
        ("loinc", "72514-3", "en", "loinc_72514-3_en.pdf"),
    ],
)
def test_the_name_is_the_one_openemr_opens(system: str, code: str, language: str, name: str) -> None:
    """OpenEMR (interface/patient_file/education.php) opens strtolower("{type}_{code}_{language}.pdf") and no other.

    Its types are ICD10, SNOMED and LOINC among others; its languages here are en and es.
    """
    assert export.openemr_name(system, code, language) == name


def test_every_code_of_the_shelf_has_a_file_with_what_it_picks() -> None:
    """The button in the record and `--code` must not give different leaflets."""
    shelf = whole_shelf(OURS)
    found = export.names_by_file(shelf)
    for system, code, _ in codes.index(shelf):
        if system in export.OPENEMR:
            names = found[export.openemr_name(system, code, "en")]
            assert set(names) == set(codes.topics_for([code], shelf))
    assert found["icd10_m54.2_en.pdf"][0] == "neck-pain-self-care"


def test_topics_that_share_a_code_share_a_file(own_shelf: Put, run: Run, tmp_path: Path) -> None:
    """Each keeps its own page numbers and its place in the tags, and starts on a fresh sheet."""
    own_shelf("walking", GOOD.encode())
    own_shelf("resting", GOOD.replace("EX-01", "EX-02").replace("A short walk", "A short rest").encode())
    ran = run("export", "openemr", "education", "--region", "us")
    assert ran.code == 0
    assert "icd10_m54.2_en.pdf" in ran.out
    (file,) = (tmp_path / "education").glob("*.pdf")
    sheets = [" ".join(s.get_textpage().get_text_range().split()) for s in pypdfium2.PdfDocument(file)]
    titles = [n for n, words in enumerate(sheets) if "A short walk" in words or "A short rest" in words]
    assert len(titles) == 2
    assert all("Page 1 of" in sheets[n] for n in titles)
    for profile in ("ua1", "3a"):
        report = validator.validate_pdf(file, profile=profile)
        assert report.is_compliant, str(report)


def test_each_leaflet_in_a_shared_file_starts_on_a_fresh_sheet(own_shelf: Put, run: Run, tmp_path: Path) -> None:
    """Printed on both sides, the second must not begin on the back of the first."""
    own_shelf("walking", GOOD.replace("pages: 2", "pages: 1").encode())
    own_shelf("resting", GOOD.replace("EX-01", "EX-02").encode())
    run("export", "openemr", "education", "--region", "us")
    (file,) = (tmp_path / "education").glob("*.pdf")
    sheets = [" ".join(s.get_textpage().get_text_range().split()) for s in pypdfium2.PdfDocument(file)]
    first = [n for n, words in enumerate(sheets) if "A short walk" in words]
    assert [n % 2 for n in first] == [0, 0]


def test_a_language_openemr_does_not_ask_for_is_refused(run: Run) -> None:
    """Files that are never opened would only look like work done."""
    ran = run("export", "openemr", "education", "--language", "fr")
    assert ran.code == Exit.WRONG_COMMAND
    assert "OpenEMR asks for en or es only." in ran.err


def test_only_approved_leaflets_are_exported_if_asked(own_shelf: Put, run: Run, tmp_path: Path) -> None:
    """What lies in the record's folder is handed out without another look."""
    own_shelf("example", GOOD.encode())
    ran = run("export", "openemr", "education", "--approved-only")
    assert ran.code == Exit.WRONG_FILE
    assert not (tmp_path / "education").exists()


def test_what_nobody_approved_is_named_before_it_is_exported(own_shelf: Put, run: Run, tmp_path: Path) -> None:
    """From a record system a leaflet is handed out without another look: whoever fills it must know what goes in."""
    (tmp_path / "clinic.yaml").write_text("name: Example Clinic\nregion: us\n", encoding="utf-8")
    (tmp_path / "approvals.yaml").write_text("approvals: []\n", encoding="utf-8")
    own_shelf("walking", GOOD.encode())
    own_shelf("resting", GOOD.replace("EX-01", "EX-02").replace("M54.2", "M79.7").encode())
    assert run("approve", "walking", "--by", "A. Example", "--role", "GP", "--ticked", "all").code == 0
    ran = run("export", "openemr", "education")
    assert ran.code == 0
    assert "Not approved: resting. --approved-only leaves out what is not." in ran.err
    only = run("export", "openemr", "education", "--approved-only")
    assert only.code == Exit.WRONG_FILE
    assert "Not approved:" not in only.err
    assert "resting is not made for us" in only.err
    assert "icd10_m79.7_en.pdf is an older one and still there" in only.err
    assert "icd10_m54.2_en.pdf" in only.out


def test_a_long_export_says_how_far_it_is(own_shelf: Put, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute without a word looks like a program that hangs."""
    own_shelf("walking", GOOD.encode())
    monkeypatch.setattr(talk, "QUIET", -1)
    assert "1 of 1 files written." in run("export", "openemr", "education", "--region", "us").err
