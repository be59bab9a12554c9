"""Clinic, region and language files: a wrong one is named line by line, and a number is never blank."""

import shutil
from pathlib import Path

import pytest

from handouts import assets, clinics
from handouts.errors import Exit, HandoutError
from handouts.model import Paper

from .conftest import CASES, CLINIC

CLINIC_FAULTS = {
    "bad-web-address": (4, "“clinic.example” is not a web address", "write it in full"),
    "colour-without-quotes": (3, "“main” is empty", 'write “main: "#0f5c63"”'),
    "emergency-number-in-words": (3, "“our front desk” is not an emergency number", "write its digits"),
    "empty-word": (5, "“urgent_advice” is empty", "write"),
    "logo-elsewhere": (2, "there is no file “../regions/logo.svg” beside the clinic file", "copy the logo there"),
    "logo-of-another-kind": (4, "“photo.jpg” cannot be taken: the picture is damaged", "save it again"),
    "missing-logo": (4, "there is no file “nowhere.svg” beside the clinic file", "copy the logo there"),
    "no-name": (1, "the field “name” is missing", "add “name: Example Clinic”"),
    "not-a-colour": (5, "“teal” is not a colour", "#0f5c63"),
    "pale-colour": (5, "#7fb0b3 is too pale to read", 'the nearest that passes is "#'),
    "unknown-field": (4, "there is no field “fone”", "did you mean “phone”?"),
    "unknown-region": (4, "“region” cannot be “fr”", "use one of: uk, us"),
    "unknown-word": (5, "there is no word “urgent_advise”", "did you mean “urgent_advice”?"),
    "web-address-too-long": (2, "is not a web address that fits a QR code", "write it in full and short"),
}
REGION_FAULTS = {
    "emergency-number-in-words": (4, "“nine one one” is not an emergency number", "write its digits"),
    "empty-emergency-number": (4, "“emergency_number” is empty", "write"),
    "empty-word": (20, "“toilet” is empty", "write"),
    "no-emergency-number": (2, "the field “emergency_number” is missing", "add"),
    "unknown-paper": (3, "“paper” cannot be “foolscap”", "use one of: a4, letter"),
}


@pytest.mark.parametrize("fault", CLINIC_FAULTS)
def test_each_fault_of_a_clinic_file_is_named(fault: str) -> None:
    """A clinic must not find its fault on two hundred printed sheets."""
    line, what, instead = CLINIC_FAULTS[fault]
    with pytest.raises(HandoutError) as refused:
        clinics.read_clinic(CASES / "clinics" / f"{fault}.yaml")
    assert refused.value.exit_code is Exit.WRONG_FILE
    assert f"{fault}.yaml:{line}: " in str(refused.value)
    assert what in str(refused.value)
    assert instead in str(refused.value)


@pytest.mark.parametrize("fault", REGION_FAULTS)
def test_each_fault_of_a_region_file_is_named(fault: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A blank emergency number on a leaflet could cost a life."""
    line, what, instead = REGION_FAULTS[fault]
    shutil.copy(CASES / "regions" / f"{fault}.yaml", tmp_path / "us.yaml")
    monkeypatch.setattr(assets, "REGIONS", tmp_path)
    with pytest.raises(HandoutError) as refused:
        clinics.read_region("us")
    assert f"us.yaml:{line}: " in str(refused.value)
    assert what in str(refused.value)
    assert instead in str(refused.value)


def test_every_case_on_disk_is_expected() -> None:
    """A case nobody expects anything of would be a test that cannot fail."""
    assert {file.stem for file in (CASES / "clinics").glob("*.yaml")} == set(CLINIC_FAULTS)
    assert {file.stem for file in (CASES / "regions").glob("*.yaml")} == set(REGION_FAULTS)


def test_the_regions_have_the_same_words() -> None:
    """A word one region lacks would stop a leaflet there, and only there."""
    regions = [clinics.read_region(code) for code in assets.region_codes()]
    assert {region.code: region.words.keys() ^ regions[0].words.keys() for region in regions} == {
        "uk": set(),
        "us": set(),
    }
    assert {region.code: region.paper for region in regions} == {"uk": Paper.A4, "us": Paper.LETTER}


def test_a_clinic_can_put_its_own_words_in(tmp_path: Path) -> None:
    """A clinic's own nurse line is the number its patients should call."""
    file = tmp_path / "clinic.yaml"
    file.write_text("name: Example Clinic\nwords:\n  urgent_advice: our nurse on 555 0101\n", encoding="utf-8")
    region = clinics.read_region("us", clinics.read_clinic(file).words)
    assert region.words["urgent_advice"] == "our nurse on 555 0101"


def test_the_whole_profile_is_read() -> None:
    """What a clinic writes about itself must arrive."""
    clinic = clinics.read_clinic(CLINIC)
    assert (clinic.name, clinic.phone, clinic.web) == (
        "Example Clinic",
        "555 0100",
        "https://example-clinic.example/leaflets",
    )
    assert clinic.logo is not None
    assert clinic.logo.media_type == "image/svg+xml"
    assert clinic.prints_sources


def test_without_a_clinic_file_there_is_no_clinic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A clinic must never be made up."""
    monkeypatch.chdir(tmp_path)
    assert clinics.find_clinic(None) is None
    (tmp_path / "clinic.yaml").mkdir()
    with pytest.raises(HandoutError, match="cannot be read"):
        clinics.find_clinic(None)
    with pytest.raises(HandoutError, match="There is no clinic file"):
        clinics.find_clinic(Path("elsewhere.yaml"))
