"""Names of files: nothing of another country or clinic lies among a clinic's leaflets, or takes their place."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from handouts import clinics, naming
from handouts.errors import Exit
from handouts.model import Clinic, Format, Ink, Paper, Setting

from .conftest import CASES, CLINIC, Ran

Run = Callable[..., Ran]
Put = Callable[[str, bytes], Path]
A4 = Format(Paper.A4)
GOOD = (CASES / "quality" / "good.md").read_bytes()


def called(name: str) -> Clinic:
    return replace(clinics.read_clinic(CLINIC), name=name)


def setting(region: str, clinic: str = "", form: Format = A4) -> Setting:
    return Setting(clinics.read_region(region), clinics.read_labels("en"), called(clinic) if clinic else None, form)


@pytest.fixture
def example(own_shelf: Put, run: Run) -> Run:
    """The command line, with one short topic on the shelf."""
    own_shelf("example", GOOD)
    return run


def left_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_name_says_for_whom_a_leaflet_is() -> None:
    """Whoever hands it out sees the country and the clinic before the page."""
    where = setting("uk", "Example Clinic", Format(Paper.A4, 24, Ink.SAVER))
    pdf = Path(naming.leaflet("sleep-hygiene", "en", where))
    assert pdf.name == "sleep-hygiene-en-uk-a4-24pt-saver-example-clinic.pdf"
    assert naming.report(pdf).name == f"{pdf.stem}-report.txt"
    assert naming.picture(pdf, 2).name == f"{pdf.stem}-page-2.png"
    assert naming.web_page("sleep-hygiene", "en", where) == "sleep-hygiene-en-uk-example-clinic.html"
    assert naming.leaflet("sleep-hygiene", "en", setting("us")) == "sleep-hygiene-en-us-a4.pdf"
    assert naming.print_file(2, where.region, where.form, two_sided=False) == "002-uk-a4-saver-one-sided.pdf"
    assert naming.copy("row-0007", "sleep-hygiene", "en", where.region) == "row-0007-sleep-hygiene-en-uk.pdf"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Example Clinic", "example-clinic"),
        ("  EXAMPLE   clinic. ", "example-clinic"),
        ("Praxis Dr. Müller", "praxis-dr-muller"),
        ("St Mary’s & Øster Straße", "st-marys-oster-strasse"),
        ("Clinique de l'Été", "clinique-de-lete"),
    ],
)
def test_a_clinics_name_is_told_in_a_file_name(name: str, slug: str) -> None:
    """Any system and any mail program must keep the name of the file."""
    assert naming.slug(called(name)) == slug


def test_clinics_never_share_a_name() -> None:
    """Names too long, without a letter of ASCII, or that read like a format are still those of one clinic."""
    names = [
        "Example Community Health Centre North",
        "Example Community Health Centre South",
        "Пример",
        "Εταιρεία",
        "Clinic Пример",
        "Clinic",
        "Saver",
        "Grey Clinic",
        "24pt",
        "!!!",
        "x" * 200,
    ]
    slugs = [naming.slug(called(name)) for name in names]
    assert len(set(slugs)) == len(names)
    assert all(slug.isascii() and 0 < len(slug) <= naming.MAX_SLUG for slug in slugs)
    every = {naming.leaflet("x", "en", setting("uk", name)) for name in names}
    every |= {naming.leaflet("x", "en", setting("uk", form=Format(Paper.A4, 24, ink))) for ink in Ink}
    every |= {naming.leaflet("x", "en", setting("uk", "Clinic", Format(Paper.A4, ink=ink))) for ink in Ink}
    assert len(every) == len(names) + 2 * len(Ink) - 1, "only “Clinic” in full colour is there twice"


@pytest.mark.parametrize(
    ("chosen", "name"),
    [
        ("out/pack.pdf", "out/pack-uk.pdf"),
        ("out/pack-UK.pdf", "out/pack-UK.pdf"),
        ("uk_pack v.2.pdf", "uk_pack v.2.pdf"),
        ("duke.pdf", "duke-uk.pdf"),
        ("uk/shelf.png", "uk/shelf-uk.png"),
    ],
)
def test_a_name_that_was_chosen_gets_the_region(chosen: str, name: str) -> None:
    """“pack.pdf” of both countries must be two files."""
    assert naming.with_region(Path(chosen), clinics.read_region("uk")) == Path(name)


def test_no_leaflet_of_another_country_or_clinic_takes_ones_place(example: Run, tmp_path: Path) -> None:
    """One leaflet with 911 among seven with 999 would be handed out with them."""
    clinic = tmp_path / "clinic.yaml"
    for name, more in (("", ("--region", "uk")), ("", ("--region", "us")), ("A", ("--region", "uk")), ("B", ())):
        clinic.unlink(missing_ok=True)
        if name:
            clinic.write_text(f"name: Clinic {name}\nregion: uk\n", encoding="utf-8")
        assert example("make", "example", "--paper", "a4", "--html", *more).code == 0
    assert left_in(tmp_path / "out") == [
        "example-en-uk-a4-clinic-a.pdf",
        "example-en-uk-a4-clinic-b.pdf",
        "example-en-uk-a4.pdf",
        "example-en-uk-clinic-a.html",
        "example-en-uk-clinic-b.html",
        "example-en-uk.html",
        "example-en-us-a4.pdf",
        "example-en-us.html",
    ]


def test_a_pack_of_another_clinic_is_not_replaced(example: Run, tmp_path: Path) -> None:
    """A pack has the name somebody chose: two clinics that chose one would lose the first."""
    (tmp_path / "clinic.yaml").write_text("name: Clinic A\nregion: uk\n", encoding="utf-8")
    assert example("make", "example", "--pack", "packs/pack.pdf").code == 0
    pack = tmp_path / "packs" / "pack-uk.pdf"
    before = pack.read_bytes()
    assert example("make", "example", "--pack", "packs/pack.pdf").code == 0, "its own may be made anew"
    (tmp_path / "clinic.yaml").write_text("name: Clinic B\nregion: uk\n", encoding="utf-8")
    refused = example("make", "example", "--pack", "packs/pack.pdf")
    assert refused.code == Exit.WRONG_COMMAND
    assert "packs/pack-uk.pdf was made for uk and Clinic A, not for uk and Clinic B. Choose another" in refused.err
    assert pack.read_bytes() == before
    pack.unlink()
    assert example("make", "example", "--pack", "packs/pack.pdf").code == 0, "what was taken away is no longer there"


def test_a_record_system_never_gets_two_countries_leaflets_mixed(example: Run, tmp_path: Path) -> None:
    """The names are OpenEMR's own and say no country: what opens there must be of one."""
    assert example("export", "openemr", "education", "--region", "uk").code == 0
    before = {file: (tmp_path / "education" / file).read_bytes() for file in left_in(tmp_path / "education")}
    refused = example("export", "openemr", "education", "--region", "us")
    assert refused.code == Exit.WRONG_COMMAND
    assert "was made for uk without a clinic, not for us without a clinic. Choose another folder" in refused.err
    assert {file: (tmp_path / "education" / file).read_bytes() for file in left_in(tmp_path / "education")} == before
    assert example("export", "openemr", "education", "--region", "uk").code == 0


@pytest.mark.parametrize("note", ["", "[]", "{", '{"a.pdf": 1}', '{"pack-us.pdf": {"region": "us"}}'])
def test_a_note_that_cannot_be_read_stops_nothing(example: Run, tmp_path: Path, note: str) -> None:
    """Somebody opens the note and saves it: the next pack must still be made."""
    (tmp_path / ".handouts.json").write_text(note, encoding="utf-8")
    assert example("make", "example", "--pack", "pack.pdf", "--region", "us").code == 0
    assert json.loads((tmp_path / ".handouts.json").read_text())["pack-us.pdf"] == {"region": "us", "clinic": ""}
