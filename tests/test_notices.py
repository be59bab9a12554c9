"""What is said where nobody said which country leaflets are for: 911 on a British leaflet reaches nobody."""

from collections.abc import Callable
from pathlib import Path

import pytest

from handouts.errors import Exit
from handouts.near_misses import is_near_miss

from .conftest import CASES, Ran

Run = Callable[..., Ran]
Put = Callable[[str, bytes], Path]
GOOD = (CASES / "quality" / "good.md").read_bytes()
PEOPLE = "name,topics\nExample Person,example\n"


@pytest.fixture
def example(own_shelf: Put, run: Run, tmp_path: Path) -> Run:
    """The command line, with one short topic on the shelf, and a list."""
    own_shelf("example", GOOD)
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    return run


MAKING = [["make", "example"], ["make", "example", "--pack", "p.pdf"], ["export", "openemr", "education"]]


@pytest.mark.parametrize("command", MAKING)
def test_numbers_that_nobody_chose_are_said(example: Run, tmp_path: Path, command: list[str]) -> None:
    """A clinic file that was not found leaves no other trace than “Call 911” on paper."""
    ran = example(*command)
    assert ran.code == 0
    said = f"No clinic file found in {tmp_path} or above it; made with US numbers: 911. `--region uk`"
    assert ran.err.count(said) == 1, ran.err


@pytest.mark.parametrize("command", MAKING)
def test_a_clinic_file_without_a_region_is_said(example: Run, tmp_path: Path, command: list[str]) -> None:
    """It looks like a clinic's leaflet, with its name on it; only the numbers are another country's."""
    (tmp_path / "clinic.yaml").write_text("name: Example Clinic\n", encoding="utf-8")
    ran = example(*command)
    assert ran.code == 0
    assert "clinic.yaml names no region; made with US numbers: 911. Write `region: us` in it" in ran.err


@pytest.mark.parametrize("command", MAKING)
@pytest.mark.parametrize("how", ["option", "clinic"])
def test_what_was_chosen_is_not_asked_again(example: Run, tmp_path: Path, command: list[str], how: str) -> None:
    """A line that is always there is read by nobody."""
    if how == "clinic":
        (tmp_path / "clinic.yaml").write_text("name: Example Clinic\nregion: uk\n", encoding="utf-8")
    ran = example(*command, *(["--region", "uk"] if how == "option" else []))
    assert ran.code == 0
    assert "numbers" not in ran.err


@pytest.mark.parametrize(
    "command",
    [
        ["batch", "people.csv"],
        ["batch", "people.csv", "--check"],
        ["batch", "people.csv", "--resume"],
        ["print", "example", "--queue", "Front-Desk"],
    ],
)
@pytest.mark.parametrize("clinic", ["", "name: Example Clinic\n"])
def test_no_country_is_assumed_for_what_patients_hold_at_once(
    example: Run, tmp_path: Path, command: list[str], clinic: str
) -> None:
    """Forty personal copies for a UK clinic came out with 911; and nobody looks at what a printer gives out."""
    if clinic:
        (tmp_path / "clinic.yaml").write_text(clinic, encoding="utf-8")
    ran = example(*command)
    assert (ran.code, ran.out) == (Exit.WRONG_COMMAND, "")
    assert "--region uk or --region us" in ran.err
    assert ("names no region" if clinic else "No clinic file found") in ran.err
    assert not (tmp_path / "out").exists()


NEAR_MISSES = (
    "clinic.yaml.txt|Clinic.yaml|clinic.yml|Clinic.yml|clinic.yaml.yaml|CLINIC.YAML|clinic (1).yaml|clinic.yaml.bak|"
    "clinic.txt|clinic|clinic.yaml~|.clinic.yaml|clinc.yaml|clinics.yaml|clinic - Copy.yaml|Copy of clinic.yaml|clinic.docx"
)


@pytest.mark.parametrize("name", NEAR_MISSES.split("|"))
def test_a_clinic_file_under_a_wrong_name_is_named(example: Run, tmp_path: Path, name: str) -> None:
    """Notepad saves clinic.yaml.txt, a browser clinic (1).yaml: the clinic's name and country would be left out."""
    (tmp_path / name).write_text("name: Example Clinic\nregion: uk\n", encoding="utf-8")
    cure = "save it as plain text named" if name.endswith(".docx") else "rename it to"
    said = f"There is a {name} here, which is not read: {cure} clinic.yaml."
    for command in (["make", "example"], ["list"], ["batch", "people.csv"]):
        assert said in example(*command).err
    wrong = example("make", "example", "--clinic", "clinic.yaml")
    assert wrong.code == Exit.WRONG_FILE
    assert f"There is no clinic file clinic.yaml; there is a {name}" in wrong.err


@pytest.mark.parametrize(
    "name", ["clinic.png", "clinic.icc", "picnic.yaml", "clinic-list.csv", "people.csv", "clinic.yaml"]
)
def test_other_files_are_left_alone(name: str) -> None:
    """A false alarm teaches people to read past the next one."""
    assert not is_near_miss(name)


def test_a_clinic_file_in_another_folder_is_named(
    example: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command was run one folder too high; or one of a wrong name lies nearer than the one that is found."""
    (tmp_path / "ours" / "topics").mkdir(parents=True)
    clinic = tmp_path / "ours" / "clinic.yaml"
    clinic.write_text("name: Example Clinic\nregion: uk\n", encoding="utf-8")
    assert "There is a clinic file in ours: run the command in that folder, or write --clinic ours." in (
        example("make", "example").err
    )
    assert "clinic file" not in example("make", "example", "--clinic", "ours").err
    clinic.rename(clinic.with_name("clinic.yml"))
    (tmp_path / "clinic.yaml").write_text("name: Another Clinic\nregion: us\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "ours" / "topics")
    assert f"There is a clinic.yml in {clinic.parent}, which is not read" in example("make", "example").err


def test_a_new_library_says_whose_numbers_it_has(run: Run, tmp_path: Path) -> None:
    """From then on every leaflet has them, and nothing says so again."""
    assert "Its region is us, as nobody said which" in run("init", "one", "--name", "Example Clinic").err
    assert run("init", "two", "--name", "Example Clinic", "--region", "uk").err == ""
