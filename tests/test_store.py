"""The store: a page that was made before comes back only if nothing it depends on has changed."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from handouts import assets, page, pdf, store, workers
from handouts.editions import Edition, Editions
from handouts.frozen import Shape
from handouts.model import Format, Ink, Leaflet, Paper, Pdf, Person, Press
from handouts.store import Kept, Store

from .both_ways import FONTS, edition, frozen_of, laid_out
from .conftest import Ran
from .test_stamping import ANNA

A4 = Format(Paper.A4)
PAGE = '<!doctype html><html lang="en-US" data-page="a4"><title>Example</title><h1>Example</h1>'
MADE = Pdf(b"%PDF-1.7 example \r\n\x00", 4)


@pytest.fixture
def kept(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture(autouse=True)
def _own_house() -> Iterator[None]:
    store.house.cache_clear()
    yield
    store.house.cache_clear()


def only_file(kept: Store) -> Path:
    assert kept.folder
    (file,) = kept.folder.iterdir()
    return file


def test_what_is_kept_is_found(kept: Store) -> None:
    """If this failed, the refusals below would prove nothing."""
    assert kept.find("a" * 64) is None
    kept.keep("a" * 64, MADE)
    assert kept.find("a" * 64) == MADE
    assert Store(None).find("a" * 64) is None


@pytest.mark.parametrize(
    "form",
    [
        Format(Paper.LETTER),
        Format(Paper.A4, 13),
        Format(Paper.A4, ink=Ink.GREY),
        Format(Paper.A4, press=Press(b"one", "coated", marks=False)),
        Format(Paper.A4, press=Press(b"two", "coated", marks=False)),
        Format(Paper.A4, press=Press(b"one", "coated", marks=True)),
    ],
    ids=range(6),
)
def test_another_format_has_another_key(form: Format) -> None:
    """A reader of large print who gets the usual size cannot read it."""
    one = edition("sleep-hygiene", "us", A4)
    forms = (A4, form, Format(Paper.A4, press=Press(b"three", "coated", marks=False)))
    assert len({replace(one, setting=replace(one.setting, form=form)).digest for form in forms}) == 3


def test_make_is_answered_from_the_store_only_by_the_same_leaflet(
    run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is filled or laid out twice; and a clinic that changes its phone number must not hand out the old one."""
    monkeypatch.setenv("HANDOUTS_CACHE", str(tmp_path / "cache"))
    clinic = tmp_path / "clinic.yaml"
    made: list[str] = []

    def lay_out(leaflet: Leaflet, _: Format) -> Pdf:
        made.append(leaflet.html)
        return MADE

    monkeypatch.setattr("handouts.make.lay_out", lay_out)
    for phone in ("555 0100", "555 0100", "555 0199"):
        clinic.write_text(f'name: Example Clinic\nregion: us\nphone: "{phone}"\n', encoding="utf-8")
        assert run("make", "sleep", "--clinic", str(clinic)).code == 0
    assert ["0199" in html for html in made] == [False, True]


@pytest.mark.parametrize(
    "folder",
    [
        assets.STYLES / "leaflet.css",
        assets.STYLES / "parts" / "personal.css",
        assets.TEMPLATES / "parts" / "personal.html",
        assets.PACKAGE / "pdf.py",
    ],
    ids=lambda f: f.name,
)
def test_each_file_a_page_depends_on_changes_the_key(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update that mends a fault must not go on handing out the old page."""
    before, files = store.house(), list(store._files())
    assert folder in files
    changed = tmp_path / folder.name
    changed.write_bytes(folder.read_bytes() + b"\n")
    monkeypatch.setattr(store, "_files", lambda: [changed if file == folder else file for file in files])
    store.house.cache_clear()
    assert store.house() != before


def test_the_fonts_and_all_styles_are_among_them() -> None:
    """The same, for a font."""
    files = set(store._files())
    assert {font.file for font in assets.fonts()} <= files
    assert {file for file in assets.STYLES.rglob("*") if file.suffix in {".css", ".conf"}} <= files
    assert set(assets.TEMPLATES.rglob("*.html")) <= files
    assert set(assets.PACKAGE.rglob("*.py")) <= files


@pytest.mark.parametrize("name", ["styles/one.css", "templates/parts/one.html", "one.py", "inner/one.py"])
def test_each_file_counts_with_its_folder(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code in a package of ours that nobody looks at, or two files that changed places, would leave the old pages there."""
    for folder, constant in (("", "PACKAGE"), ("styles", "STYLES"), ("templates", "TEMPLATES")):
        monkeypatch.setattr(assets, constant, tmp_path / folder)
    here, there = tmp_path / name, tmp_path / Path(name).parent / "other" / Path(name).name
    houses = [store.house()]
    for texts in (("1", "2"), ("2", "1")):
        for file, text in zip((here, there), texts, strict=True):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        store.house.cache_clear()
        houses.append(store.house())
    assert len(set(houses)) == 3


def test_a_library_of_another_version_changes_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another WeasyPrint draws another page."""
    before = store.house()
    real: Callable[[str], str] = store.version
    for package in store.ENGINE:
        monkeypatch.setattr(
            store, "version", lambda name, package=package: real(name) + ("+1" if name == package else "")
        )
        store.house.cache_clear()
        assert store.house() != before, package


def test_another_pango_is_noticed(kept: Store, tmp_path: Path) -> None:
    """The operating system updates it by itself, and lines may break elsewhere."""
    library = tmp_path / "libpango-1.0.so.0"
    library.write_bytes(b"one")
    made = replace(MADE, libraries=(str(library),))
    kept.keep("a" * 64, made)
    assert kept.find("a" * 64) == made
    library.write_bytes(b"other")
    assert kept.find("a" * 64) is None
    library.unlink()
    assert kept.find("a" * 64) is None


def test_what_another_machine_drew_is_not_kept(kept: Store, tmp_path: Path) -> None:
    """Nobody here would notice that its Pango has changed."""
    kept.keep("a" * 64, replace(MADE, libraries=(str(tmp_path / "libpango-1.0.so.0"),)))
    assert kept.find("a" * 64) is None


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux says which libraries are loaded")
def test_the_libraries_that_draw_are_known() -> None:
    """If none were found, no other would be noticed: not by who draws, and not by who has it drawn by a process."""
    those = workers.here(1)
    try:
        drawn = those.lay_out(Leaflet(PAGE, "example", "en-US"), A4).result()
    finally:
        those.stop()
    for found in (drawn.libraries, pdf.libraries()):
        assert any("libpango-1.0" in Path(file).name for file in found)


def test_what_is_not_whole_is_not_used(kept: Store) -> None:
    """A disk that filled up, or failed, must not reach paper."""
    kept.keep("a" * 64, MADE)
    file = only_file(kept)
    whole = file.read_bytes()
    at = whole.index(b"%PDF")
    for broken in (
        b"",
        whole[:10],
        whole[: at + 3],
        whole[:-1],
        whole + b"x",
        whole.replace(b"example", b"Example"),
        whole.replace(b'"pages": 4', b'"pages": 5'),
        b"handouts store 0\n" + whole[17:],
    ):
        file.write_bytes(broken)
        assert kept.find("a" * 64) is None
    for head in (b"{}", b"[]", b"null", b"1", b"\xff", b'{"key":', b"[" * 100_000):
        file.write_bytes(store.MAGIC + head + b"\n" + MADE.data)
        assert kept.find("a" * 64) is None
    said = json.loads(whole.split(b"\n")[1])
    file.write_bytes(whole.replace(json.dumps(said).encode(), json.dumps(said | {"libraries": []}).encode()))
    assert kept.find("a" * 64) is None
    file.write_bytes(whole)
    assert kept.find("a" * 64) == MADE


@pytest.mark.parametrize(
    "about",
    [
        {},
        [],
        {"slots": []},
        {"pages": "x"},
        {"pages": None},
    ],
)
def test_what_is_no_leaflet_is_not_used(kept: Store, about: dict[str, object]) -> None:
    """It is whole, and something else."""
    kept.write("a" * 64, Kept(about, MADE.data))
    assert kept.read("a" * 64) == Kept(about, MADE.data)
    assert kept.find("a" * 64) is None


def test_a_file_under_another_name_is_not_used(kept: Store) -> None:
    """A file that someone copied over another is another leaflet."""
    kept.keep("a" * 64, MADE)
    only_file(kept).rename(only_file(kept).with_name("b" * 64))
    assert kept.find("b" * 64) is None


def test_it_does_not_grow_without_end(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that fills the disk stops the whole practice; what was asked for last stays."""
    monkeypatch.setattr(store, "MOST_BYTES", 5_000)
    assert kept.folder
    for number in range(20):
        kept.keep(f"{number:064}", Pdf(b"x" * 500, 1))
        for at in range(number + 1):
            file = kept.folder / f"{at:064}"
            if file.exists():
                os.utime(file, ns=(at, at) if at else (10**18, 10**18))
    left = sorted(int(file.name) for file in kept.folder.iterdir())
    assert sum(file.stat().st_size for file in kept.folder.iterdir()) <= 5_000
    assert 0 in left
    assert 19 in left
    assert 1 not in left


posix = pytest.mark.skipif(os.name != "posix", reason="Windows has other permissions")


@posix
def test_its_files_are_the_users_own(kept: Store) -> None:
    """Which leaflets a clinic makes is nobody else's business."""
    kept.keep("a" * 64, MADE)
    assert kept.folder
    assert stat.S_IMODE(kept.folder.stat().st_mode) == 0o700


@posix
def test_a_page_that_another_user_may_have_written_is_not_used(kept: Store) -> None:
    """It lay there before the folder was closed to others."""
    kept.keep("a" * 64, MADE)
    file = only_file(kept)
    file.chmod(0o666)
    assert kept.find("a" * 64) is None
    file.unlink()
    os.mkfifo(file)
    assert kept.find("a" * 64) is None


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    """A leaflet can be made without it."""
    (tmp_path / "file").write_bytes(b"")
    kept = Store(tmp_path / "file" / "store")
    kept.keep("a" * 64, MADE)
    assert kept.find("a" * 64) is None


def test_it_is_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A shared computer may have no room at home."""
    monkeypatch.setenv("HANDOUTS_CACHE", str(tmp_path))
    assert store.usual_store().folder == tmp_path / "pages"


def editions_with(kept: Store, one: Edition, lay_out: Callable[[Leaflet, Format], Pdf]) -> Editions:
    """A batch's editions, of one topic, with workers who work at once."""

    def begun(leaflet: Leaflet, form: Format) -> object:
        made = lay_out(leaflet, form)
        return SimpleNamespace(result=lambda: made, is_done=True)

    topics = {(one.topic.name, "en"): (one.topic, one.stands)}
    those: Any = SimpleNamespace(lay_out=begun)
    return Editions(topics, {("en", None, None): one.setting}, "en", those, kept, FONTS)


def test_nothing_personal_is_kept(kept: Store) -> None:
    """A list is thrown away when it is printed; what was in it must be gone, too."""
    one = edition("sleep-hygiene", "us", A4)
    laid: list[str] = []

    def lay_out(leaflet: Leaflet, _: Format) -> Pdf:
        laid.append(leaflet.html)
        return pdf_of_the_example(one.topic.name)

    person = Person(2, "row-2", ("sleep-hygiene",), replace(ANNA, name="Zebedee Marker", note="Zebedee e\u0301"))
    copy = editions_with(kept, one, lay_out).copy(person, "sleep-hygiene")
    assert copy.task, "the note must be laid out on its own"
    assert any("Zebedee" in html for html in laid)
    assert kept.folder
    files = list(kept.folder.iterdir())
    assert files
    assert len(files) < len(laid)
    assert not any(b"Zebedee" in file.read_bytes() for file in files)


def test_what_is_frozen_is_kept(kept: Store) -> None:
    """The second list of the day is made without waiting for a page; and its copies are those of the first."""
    one = edition("sleep-hygiene", "us", A4)
    person = Person(2, "row-2", ("sleep-hygiene",), ANNA)
    fitting = frozen_of("sleep-hygiene", "us", A4, Shape(name=1, clinician=1, date=1, note=1))
    first = editions_with(kept, one, lambda *_: pdf_of_the_example(one.topic.name)).copy(person, "sleep-hygiene")
    assert first.frozen == fitting

    def never(*_: object) -> Pdf:
        raise AssertionError("it is in the store")

    second = editions_with(kept, one, never).copy(person, "sleep-hygiene")
    assert second == first
    for file in (kept.folder or Path()).iterdir():  # whole, and of another version of ours
        kept.write(file.name, Kept({"pages": 4}, b""))
    with pytest.raises(AssertionError, match="in the store"):
        editions_with(kept, one, never).copy(person, "sleep-hygiene")


def test_all_a_frozen_leaflet_depends_on_changes_its_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its key is made before its page is: whatever the page is made of must be in it."""
    one = edition("sleep-hygiene", "us", A4)
    clinic = one.setting.clinic
    assert clinic
    (tmp_path / "footer.html").write_text("{# ours #}")
    others = [
        one,
        replace(one, topic=replace(one.topic, version="9.9")),
        replace(one, stands=replace(one.stands, overdue=True)),
        replace(one, setting=replace(one.setting, form=Format(Paper.A4, 13))),
        replace(one, setting=replace(one.setting, clinic=replace(clinic, phone="555 0199"))),
        replace(one, setting=replace(one.setting, labels=replace(one.setting.labels, months=("x",) * 12))),
        replace(one, setting=replace(one.setting, templates=tmp_path)),
    ]
    digests = [other.digest for other in others]
    (tmp_path / "footer.html").write_text("{# ours, changed #}")
    digests.append(replace(others[-1]).digest)
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "hours.txt").write_text("a template may include it")
    digests.append(replace(others[-1]).digest)
    (tmp_path / "parts" / "hours.txt").rename(tmp_path / "hours.txt")
    digests.append(replace(others[-1]).digest)
    monkeypatch.setattr(store, "house", lambda: "another house")
    digests.append(replace(one).digest)
    assert len(set(digests)) == len(digests)


def test_a_clinics_own_separator_is_not_answered_with_ours(kept: Store, tmp_path: Path) -> None:
    """A template that was changed must reach paper."""
    one = edition("sleep-hygiene", "us", A4)
    person = Person(2, "row-2", ("sleep-hygiene",), ANNA)
    laid: list[str] = []

    def lay_out(leaflet: Leaflet, _: Format) -> Pdf:
        laid.append(leaflet.html)
        return laid_out(one, leaflet)

    own = tmp_path / "templates"
    shutil.copytree(assets.TEMPLATES, own)
    theirs = replace(one, setting=replace(one.setting, templates=own))
    for which in (one, one, theirs, theirs):
        editions_with(kept, which, lay_out).separator(person)
    with (own / "separator.html").open("a") as out:
        out.write("<!-- ours -->")
    page.templates.cache_clear()
    editions_with(kept, theirs, lay_out).separator(person)
    assert len(laid) == 3


def test_its_key_is_the_same_in_every_process() -> None:
    """Python orders sets by chance: a key made of one would never be found again."""
    command = (
        "from handouts.model import Format, Paper; from tests.both_ways import edition;"
        "print(edition('sleep-hygiene', 'us', Format(Paper.A4)).digest)"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", command],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(assets.PACKAGE.parent)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def pdf_of_the_example(topic: str) -> Pdf:
    """The leaflet that is frozen, as the workers would lay it out."""
    one = edition(topic, "us", A4)
    return laid_out(one, one.leaflet(Shape(name=1, clinician=1, date=1, note=1)))
