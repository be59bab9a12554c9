"""The story of a batch: a list in; print files, copies and a record out, that agree with one another and with the list."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handouts import batch, clinics, waiting_list, workers
from handouts.batch import COPIES, make_batch
from handouts.commands import batching
from handouts.errors import Exit, HandoutError
from handouts.model import Format, Leaflet, Paper, Person, Personal, Place, Urgent
from handouts.record import MANIFEST, WORK
from handouts.store import Store
from handouts.waiting_list import BatchOrder, read_batch
from tests.batches import (
    IS_LAID_OUT,
    TOPIC,
    Row,
    StandIn,
    a_list,
    begin,
    files_in,
    make,
    manifest_of,
    one_page,
    texts_of,
)
from tests.conftest import Ran

pytestmark = pytest.mark.xdist_group("batch")

Command = Callable[..., Ran]


@pytest.fixture
def seven(tmp_path: Path) -> Path:
    """Seven people, of whom two in the middle want an ink of their own, and one three printer copies."""
    rows: list[Row] = [{"copies": 1, "ink": ""} for _ in range(7)]
    rows[2] = rows[3] = {"copies": 1, "ink": "saver"}
    rows[5] = {"copies": 3, "ink": ""}
    return a_list(tmp_path / "seven.csv", rows)


def test_a_list_becomes_print_files_and_a_record(run: Command, kept: Store, seven: Path, tmp_path: Path) -> None:
    """From the command to the files: who gets what, on which page, in which file; nothing else is left there."""
    ran = run("batch", "--region", "us", str(seven), "--out", "here")
    assert (ran.code, ran.err.count("Traceback")) == (0, 0)
    assert "7 rows, 9 leaflets." in ran.out
    said = manifest_of(tmp_path / "here")
    names = ["001-us-letter-full.pdf", "002-us-letter-saver.pdf", "003-us-letter-full.pdf"]
    assert sorted(files_in(tmp_path / "here")) == [*names, MANIFEST]
    assert [one["file"] for one in said["files"]] == names
    assert [one["copies"] for one in said["files"]] == [2, 2, 5]
    for one in said["files"]:
        data = (tmp_path / "here" / one["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == one["sha256"]
        with pikepdf.open(BytesIO(data)) as pdf:
            assert len(pdf.pages) == one["pages"] == one["copies"] * 4
    texts = {name: texts_of(tmp_path / "here" / name) for name in names}
    assert [(one["row"], one["id"]) for one in said["copies"]] == [(n + 2, f"p{n}") for n in range(7)]
    for number, one in enumerate(said["copies"]):
        assert one["page"] % 2 == 1, "each leaflet begins on a fresh sheet"
        assert f"Number{number}" in texts[one["print_file"]][one["page"] - 1]
    last = texts[names[2]]
    order = [n for text in last[::4] for n in range(7) if f"Number{n}" in text]
    assert order == [4, 5, 5, 5, 6], "printer copies stand one after another"


def test_what_is_made_is_private(run: Command, kept: Store, seven: Path, tmp_path: Path) -> None:
    """On a computer that others use, nobody else opens a person's leaflet."""
    run("batch", "--region", "us", str(seven), "--out", "here", "--separate")
    modes = {file.stat().st_mode & 0o777 for file in (tmp_path / "here").rglob("*") if file.is_file()}
    assert modes == {0o600}
    assert (tmp_path / "here" / COPIES).stat().st_mode & 0o777 == 0o700


def test_copies_of_their_own_are_named_by_row_and_topic(kept: Store, seven: Path, tmp_path: Path) -> None:
    """A program that files them finds each by the id the clinic chose, and can tell that it is whole."""
    make(seven, tmp_path / "here", StandIn().workers, kept, separate=True)
    copies = manifest_of(tmp_path / "here")["copies"]
    assert sorted(f.name for f in (tmp_path / "here" / COPIES).iterdir()) == [
        f"p{n}-{TOPIC}-en-us.pdf" for n in range(7)
    ]
    for number, one in enumerate(copies):
        file = tmp_path / "here" / one["file"]
        assert hashlib.sha256(file.read_bytes()).hexdigest() == one["sha256"]
        pages = texts_of(file)
        assert len(pages) == one["pages"]
        assert f"Number{number}" in pages[0]


def test_separators_say_whose_leaflets_follow(kept: Store, seven: Path, tmp_path: Path) -> None:
    """Who sorts the pile finds the row id before each person's leaflets, on a sheet of its own, and no name."""
    make(seven, tmp_path / "here", StandIn().workers, kept, separators=True)
    one = manifest_of(tmp_path / "here")["copies"][5]
    texts = texts_of(tmp_path / "here" / one["print_file"])
    assert "p5" in texts[one["page"] - 3]
    assert "Number5" not in texts[one["page"] - 3]
    assert next(n for n, text in enumerate(texts) if "Number5" in text) == one["page"] - 1
    assert len(texts) == 3 * 2 + 5 * 4, "three people, five copies"


def test_one_sided_print_files_say_so(kept: Store, seven: Path, tmp_path: Path) -> None:
    """A printer set to both sides would print two people's leaflets on one sheet, if a leaflet had odd pages."""
    make(seven, tmp_path / "here", StandIn().workers, kept, two_sided=False)
    files = manifest_of(tmp_path / "here")["files"]
    assert all(one["file"].endswith("-one-sided.pdf") and not one["two_sided"] for one in files)


@pytest.mark.parametrize("two_sided", [True, False])
def test_the_next_leaflet_begins_on_a_fresh_sheet(two_sided: bool, kept: Store, tmp_path: Path) -> None:
    """A leaflet of odd pages must not have the next person's on its back."""
    slow = {"note": IS_LAID_OUT}
    people = a_list(tmp_path / "people.csv", [slow, slow, {"note": ""}])
    make(people, tmp_path / "here", StandIn().workers, kept, two_sided=two_sided)
    pages = [one["page"] for one in manifest_of(tmp_path / "here")["copies"]]
    assert pages == ([1, 3, 5] if two_sided else [1, 2, 3])


def test_a_finished_folder_is_never_overwritten(run: Command, kept: Store, seven: Path, tmp_path: Path) -> None:
    """What a clinic has printed from stays as it was recorded."""
    assert run("batch", "--region", "us", str(seven), "--out", "here").code == 0
    before = files_in(tmp_path / "here")
    for more in ((), ("--resume", "--separate")):
        ran = run("batch", "--region", "us", str(seven), "--out", "here", *more)
        assert (ran.code, "a folder of its own, such as --out here-2" in ran.err) == (Exit.WRONG_COMMAND, True)
    assert files_in(tmp_path / "here") == before


def test_a_finished_batch_has_nothing_left_to_do(
    run: Command, kept: Store, seven: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script that resumes until all is there must come to an end; and files that are gone are not said to be there."""
    first = run("batch", "--region", "us", str(seven), "--out", "here")
    before = files_in(tmp_path / "here")
    ran = run("batch", "--region", "us", str(seven), "--out", "here", "--resume")
    assert (ran.code, "nothing left to do" in ran.out) == (0, True)
    assert ran.out.splitlines()[1:] == first.out.splitlines()
    assert (
        json.loads(run("batch", "--region", "us", str(seven), "--out", "here", "--resume", "--json").out)["made_before"]
        == 7
    )
    assert files_in(tmp_path / "here") == before
    next((tmp_path / "here").glob("001-*.pdf")).unlink()
    ran = run("batch", "--region", "us", str(seven), "--out", "here", "--resume")
    assert (ran.code, "changed or taken away" in ran.err) == (Exit.WRONG_COMMAND, True)


def test_batches_come_one_after_another(
    run: Command, kept: Store, seven: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands of the README are pasted one below the other, and a clinic makes a batch every day."""
    monkeypatch.setattr(batch, "today", lambda: date(2026, 11, 28))
    first, second = tmp_path / "out" / "batch-2026-11-28", tmp_path / "out" / "batch-2026-11-28-2"
    assert (
        run("batch", "--region", "us", str(seven)).code
        == run("batch", "--region", "us", str(seven), "--separators").code
        == 0
    )
    assert [(one / MANIFEST).exists() for one in (first, second)] == [True, True]
    resumed = run("batch", "--region", "us", str(seven), "--resume")
    assert (resumed.code, "nothing left to do" in resumed.out) == (0, True)
    assert str(first.relative_to(tmp_path) / MANIFEST) in resumed.out
    assert (
        "of another list or asked for otherwise"
        in run("batch", "--region", "us", str(seven), "--resume", "--one-sided").err
    )

    (second / WORK).mkdir()
    head = json.loads((second / MANIFEST).read_text())
    (second / WORK / "journal-0001").write_text(
        json.dumps({name: head[name] for name in ("made", "handouts", "region", "batch")}) + "\n"
    )
    (second / MANIFEST).unlink()
    for file in second.glob("*.pdf"):
        file.unlink()
    assert (
        f"{second.relative_to(tmp_path)} holds a batch that was stopped"
        in run("batch", "--region", "us", str(seven)).err
    )
    monkeypatch.setattr(batch, "today", lambda: date(2026, 11, 29))
    assert run("batch", "--region", "us", str(seven), "--separators", "--resume").code == 0
    assert (second / MANIFEST).exists()


def test_whoever_made_a_batch_is_told_how_to_print_it(run: Command, kept: Store, seven: Path) -> None:
    """Printed on one side, or “to fit”, it is made for nothing; left lying about, it tells who is ill."""
    ran = run("batch", "--region", "us", str(seven), "--out", "here")
    assert "print them on both sides, flipped on the long edge, in actual size (100 %, not “fit to page”): " in ran.out
    assert "001-us-letter-full.pdf on Letter, then 002-us-letter-saver.pdf on Letter, then 003-" in ran.out
    assert "7 rows, 9 leaflets." in ran.out
    assert "delete the PDFs when they are printed" in ran.err
    assert "--separate" in ran.err
    alone = run("batch", "--region", "us", str(seven), "--out", "there", "--separate", "--one-sided")
    assert "print them on one side, in actual size" in alone.out
    assert "--separate" not in alone.err


def test_where_nothing_was_begun_nothing_is_resumed(run: Command, kept: Store, seven: Path, tmp_path: Path) -> None:
    """A mistyped folder must not become one."""
    ran = run("batch", "--region", "us", str(seven), "--out", "here", "--resume")
    assert (ran.code, "no batch to go on with" in ran.err) == (Exit.WRONG_COMMAND, True)
    assert not (tmp_path / "here").exists()


def stopped_after(rows: int, people: Path, out: Path, kept: Store, **ordered: Any) -> None:
    """A batch that was stopped."""
    _, making = begin(people, out, StandIn().workers, kept, **ordered)
    for done in making:
        if done.rows == rows:
            break
    making.close()


def test_a_changed_list_is_not_resumed(kept: Store, seven: Path, tmp_path: Path) -> None:
    """Half of one list and half of another would be in one pile."""
    stopped_after(4, seven, tmp_path / "here", kept)
    before = files_in(tmp_path / "here")
    seven.write_text(seven.read_text(encoding="utf-8").replace("Number6", "Number9"), encoding="utf-8")
    for changed in ({}, {"two_sided": False}):
        with pytest.raises(HandoutError, match="have changed") as refused:
            make(seven, tmp_path / "here", StandIn().workers, kept, resume=True, **changed)
        assert refused.value.exit_code == Exit.WRONG_COMMAND
    assert files_in(tmp_path / "here").keys() >= before.keys()


def test_a_batch_goes_on_the_next_day(
    kept: Store, seven: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped before midnight, resumed after it: the list is still the same."""
    make(seven, tmp_path / "whole", StandIn().workers, kept)
    stopped_after(4, seven, tmp_path / "here", kept)
    monkeypatch.setattr(batch, "today", lambda: date(2030, 1, 1))
    make(seven, tmp_path / "here", StandIn().workers, kept, resume=True)
    assert files_in(tmp_path / "here") == files_in(tmp_path / "whole")


def test_a_stopped_batch_is_not_begun_anew_over_its_copies(kept: Store, seven: Path, tmp_path: Path) -> None:
    """The copies of one list must not lie among those of another."""
    stopped_after(6, seven, tmp_path / "here", kept, separate=True)
    before = files_in(tmp_path / "here" / COPIES)
    with pytest.raises(HandoutError, match="--resume goes on"):
        make(seven, tmp_path / "here", StandIn().workers, kept, separate=True)
    assert files_in(tmp_path / "here" / COPIES) == before
    assert len(before) == 6
    make(seven, tmp_path / "here", StandIn().workers, kept, separate=True, resume=True)


def test_a_batch_that_left_nothing_is_begun_anew(kept: Store, seven: Path, tmp_path: Path) -> None:
    """Who stopped at once need not look for another folder."""
    stopped_after(1, seven, tmp_path / "here", kept)
    make(seven, tmp_path / "here", StandIn().workers, kept)
    make(seven, tmp_path / "whole", StandIn().workers, kept)
    assert files_in(tmp_path / "here") == files_in(tmp_path / "whole")


def test_two_copies_never_get_one_name() -> None:
    """“a” with “sleep-diary” and “a-sleep” with “diary” are two people: one of their copies would be lost."""
    people = [Person(2, "a", ("sleep-diary",), Personal()), Person(3, "A-sleep", ("diary", "rest"), Personal())]
    topics = {"sleep-diary", "diary", "rest"}
    region = clinics.read_region("us")
    (fault,) = waiting_list._same_names(iter(people), topics, "en", region)
    assert (fault.row, fault.column, "row 2" in fault.what) == (3, "row id", True)
    assert list(waiting_list._same_names(iter(people[1:]), topics, "en", region)) == []


def test_a_list_that_is_saved_meanwhile_stops_its_batch(kept: Store, seven: Path, tmp_path: Path) -> None:
    """The list is read as it is made: half of it would be from before, and nobody would know."""
    _, making = begin(seven, tmp_path / "here", StandIn().workers, kept)
    next(making)
    seven.write_text(seven.read_text(encoding="utf-8") + "Person Late,sleep-hygiene,p9,1,\n", encoding="utf-8")
    with pytest.raises(HandoutError, match="list was changed"):
        list(making)
    assert not (tmp_path / "here" / MANIFEST).exists()


@pytest.mark.parametrize("said", ["The letters Q7Z could not be set.", ""])
def test_a_row_that_cannot_be_laid_out_is_named_and_its_person_is_not(
    said: str, run: Command, kept: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody must find the row, from a log that everybody may read; and the rest is there when it is mended."""
    slow = {"note": IS_LAID_OUT}
    people = a_list(tmp_path / "people.csv", [{"note": ""}, slow, {**slow, "name": "Q7Z Person"}, {"note": ""}])

    def fails(leaflet: Leaflet) -> HandoutError | None:
        return HandoutError(said, Exit.CANNOT_WRITE) if "Q7Z" in leaflet.html else None

    monkeypatch.setattr(batching.workers, "here", lambda _: StandIn(fails).workers)
    failed = run("batch", "--region", "us", str(people), "--out", "here", "--separate")
    assert failed.code == Exit.WRONG_PEOPLE
    assert "Row 4: sleep-hygiene could not be laid out" in failed.err
    assert "Q7Z" not in failed.err + failed.out
    assert sorted(f.name for f in (tmp_path / "here" / COPIES).iterdir()) == [f"p{n}-{TOPIC}-en-us.pdf" for n in (0, 1)]
    those = StandIn()
    monkeypatch.setattr(batching.workers, "here", lambda _: those.workers)
    assert run("batch", "--region", "us", str(people), "--out", "here", "--separate", "--resume").code == 0
    assert len(those.asked) == 1, "what is whole is not laid out again"
    make(people, tmp_path / "whole", StandIn().workers, kept, separate=True)
    assert files_in(tmp_path / "here") == files_in(tmp_path / "whole")


@pytest.mark.parametrize("there", [Urgent.PART, Urgent.NONE])
def test_a_copy_whose_urgent_help_is_not_on_page_1_is_refused_by_its_row(
    there: Urgent, kept: Store, tmp_path: Path
) -> None:
    """What must hold for a leaflet must hold for the copy that a patient takes home."""
    people = a_list(tmp_path / "people.csv", [{}, {"note": IS_LAID_OUT}])
    pushed = replace(one_page("x"), urgent=((TOPIC, there),))
    with pytest.raises(HandoutError, match=r"Row 3: .*urgent help does not stand on page 1") as refused:
        make(people, tmp_path / "out", StandIn(lambda _: pushed).workers, kept)
    assert refused.value.exit_code == Exit.WRONG_PEOPLE


def test_a_process_knows_of_a_leaflet_what_it_is_judged_by() -> None:
    """If the words of urgent help did not reach it, every copy would be found to be right."""
    html = '<!doctype html><html lang="en" data-page="a4"><title>x</title><p>%s</p>'
    lines, urgent = (("Said.", Place("en.md", 7)),), ("Call now", "Book a visit")
    those = workers.here(1)
    try:
        made = those.lay_out(Leaflet(html % "Call now", "example", "en", lines, urgent), Format(Paper.A4)).result()
        assert made.urgent == (("example", Urgent.PART),)
        wide = html.replace("<p>", '<p style="width: 1mm; white-space: nowrap">') % "Said."
        with pytest.raises(HandoutError, match=r"en\.md:7"):
            those.lay_out(Leaflet(wide, "example", "en", lines), Format(Paper.A4)).result()
    finally:
        those.stop()


def test_a_program_reads_what_was_made(run: Command, kept: Store, seven: Path, tmp_path: Path) -> None:
    """Scripts rely on it: JSON on standard output and nothing else there."""
    said = json.loads(run("batch", "--region", "us", str(seven), "--out", "here", "--json").out)
    assert (said["rows"], said["stamped"], said["laid_out"], len(said["files"])) == (7, 7, 0, 3)
    assert Path(said["manifest"]).is_file()


def test_a_line_is_said_every_so_often_where_nobody_watches(
    run: Command, kept: Store, seven: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log says that it goes on; it is not flooded."""
    assert "rows done" not in run("batch", "--region", "us", str(seven), "--out", "here").err
    monkeypatch.setattr(batching, "QUIET", -1)
    assert re.search(
        r"^3 of 7 rows done\.$", run("batch", "--region", "us", str(seven), "--out", "there").err, re.MULTILINE
    )


# --- Any list -----------------------------------------------------------------------------

LETTERS = st.one_of(
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x24F, exclude_categories=["Cc", "Cf"]), max_size=40),
    st.text("ÅßğŁőñçøæþ’-–…. ", max_size=40),
    st.text("αβγδεζηθικλμνξοπρστυφχψωάέ Αθήνα", max_size=40),
    st.text("абвгдежзийклмнопрстуфхцчшщъыьэюяёїґ", max_size=40),
    st.text("e o\u0301\u0323\u200d ﬁ ĳ ǆ ½ …", max_size=12),
    st.sampled_from(["Person Example", "O’Example", "von Example-Person", "<b>&amp;", "=1+1", "P\nQ"]),
)
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "name": LETTERS,
            "note": st.one_of(st.just(""), LETTERS, st.just(IS_LAID_OUT)),
            "row id": st.one_of(st.just(""), st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,12}", fullmatch=True)),
            "copies": st.sampled_from(["", "1", "2", "3"]),
        }
    ),
    min_size=1,
    max_size=6,
)


@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=PEOPLE, separators=st.booleans(), two_sided=st.booleans())
def test_no_row_of_any_list_is_lost(
    rows: list[dict[str, str]],
    separators: bool,
    two_sided: bool,
    kept: Store,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever people are called: the list is refused as a whole, or each of them is in the pile, once, and in order."""
    folder = tmp_path_factory.mktemp("fuzz")
    people = a_list(folder / "people.csv", rows)
    ordered = BatchOrder(separate=True, separators=separators, two_sided=two_sided)
    try:
        judged = read_batch(people, ordered)
    except HandoutError as refused:
        assert refused.exit_code == Exit.WRONG_PEOPLE  # noqa: PT017  # what is not refused is tested below
        return
    those = StandIn()
    (*_, done) = make_batch(judged, folder / "here", those.workers, kept)
    everybody = list(judged.people())
    assert done.rows == len(everybody) == len(rows)
    said = manifest_of(folder / "here")["copies"]
    assert [one["row"] for one in said] == [person.row for person in everybody]
    (printed,) = done.files
    texts = texts_of(printed.file)
    with pikepdf.open(printed.file) as pdf:
        contents = [_content(page) for page in pdf.pages]
    expected = 1
    for person, one in zip(everybody, said, strict=True):
        if separators:
            assert not person.id.isalnum() or person.id in texts[expected - 1]
            expected += 1 + two_sided
        assert one["page"] == expected
        length = one["pages"] + (two_sided and one["pages"] % 2)
        for begins in range(expected, expected + person.copies * length, length):
            _is_of(person, one, texts[begins - 1], contents[begins - 1], those)
        expected += person.copies * length
    assert printed.pages == len(texts) == expected - 1
    assert printed.copies == sum(person.copies for person in everybody)
    assert not (folder / "here" / WORK).exists()


def _content(page: Any) -> str:
    """What draws a page, if it is one of a stand-in; a blank back has nothing."""
    content = page.get("/Contents")
    return content.read_bytes().decode("latin-1") if isinstance(content, pikepdf.Stream) else ""


def _is_of(person: Person, one: dict[str, Any], text: str, content: str, those: StandIn) -> None:
    """The page is the person's. Letters that are joined come out of a PDF in another form, so ASCII is looked at."""
    name = person.personal.name
    if not one["stamped"]:
        assert name in unescape(those.asked[content.rsplit(maxsplit=1)[-1]].html)
    elif name.isascii():
        assert "".join(name.split()) in text
