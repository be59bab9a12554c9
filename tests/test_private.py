"""What is on a list stays on the leaflets: no name in a log, an error, a record, a file's name or data, or what is left behind."""

import logging
import signal
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from handouts import finishing, frozen, model, record, stamping, workers
from handouts.batch import COPIES
from handouts.commands import batching
from handouts.errors import Exit, HandoutError
from handouts.frozen import Frozen
from handouts.model import Leaflet
from handouts.record import MANIFEST, WORK
from handouts.store import MAGIC, Store, usual_store
from tests.batches import IS_LAID_OUT, StandIn, a_list, files_in, in_a_fork, kill_at, make, ran, texts_of
from tests.both_ways import FONTS
from tests.conftest import Ran

pytestmark = pytest.mark.xdist_group("batch-elsewhere")

#: Names, notes, clinicians: what must be found nowhere but on the person's own pages.
MARKERS = ("Zqname", "Zqnote", "Zqclinician")
ROW = {"name": "Zqname Person", "note": "Zqnote rest", "clinician": "Zqclinician"}
SLOW = {**ROW, "note": f"Zqnote {IS_LAID_OUT}"}


def marked(texts: Mapping[str, str | bytes]) -> list[str]:
    """Where a marker stands."""
    return [
        f"{marker} in {name}"
        for name, text in texts.items()
        for marker in MARKERS
        if any(marker.encode(code) in (text if isinstance(text, bytes) else text.encode(code)) for code in CODES)
    ]


#: How it might stand in a PDF, a pickle or a log.
CODES = ("utf-8", "utf-16-be", "utf-16-le")


def told_by(name: str, data: bytes) -> dict[str, str | bytes]:
    """What a PDF tells of itself: its data, its tags and attachments; everything but what is drawn."""
    found: dict[str, str | bytes] = {f"bytes of {name}": data}
    with pikepdf.open(BytesIO(data)) as pdf:
        found[f"info of {name}"] = " ".join(map(str, pdf.docinfo.values()))
        if "/Metadata" in pdf.Root:
            found[f"metadata of {name}"] = pdf.Root.Metadata.read_bytes()
        if "/Outlines" in pdf.Root:
            found[f"outline of {name}"] = repr([item.title for item in pdf.open_outline().root])
    return found


@pytest.mark.parametrize("more", [(), ("--no-cache",)], ids=["kept", "from-nothing"])
def test_a_batch_tells_nobody_whom_it_is_for(
    more: tuple[str, ...], kept: Store, warm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its talk, its record, the names and data of its files, the store, the folder for temporary files."""
    people = a_list(tmp_path / "people.csv", [ROW, SLOW])
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(temporary))
    done = ran(people, tmp_path / "out", "--separate", "--separators", "--workers", "1", *more)
    assert done.returncode == 0
    made = files_in(tmp_path / "out")
    printed = [name for name in made if name.endswith(".pdf")]
    assert len(printed) == 3
    assert all("Zqname" in "".join(texts_of(made[name])) for name in printed), "else nothing is proved"
    told: dict[str, str | bytes] = {"stdout": done.stdout, "stderr": done.stderr, "names": " ".join(made)}
    told[MANIFEST] = made[MANIFEST]
    for name in printed:
        told |= told_by(name, made[name])
    assert marked(told) == []
    assert list(temporary.iterdir()) == []
    make(
        a_list(tmp_path / "one.csv", [ROW]), tmp_path / "one", StandIn().workers, usual_store()
    )  # so that it is not empty
    assert in_store(warm) == []


def in_store(folder: Path) -> list[str]:
    """Where a marker stands in a store: in its files, and in what would be drawn of them."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    kept = {file.name: file.read_bytes() for file in files}
    read = {file.name: Store(file.parent).read(file.name) for file in files if kept[file.name].startswith(MAGIC)}
    leaflets = {name: frozen.from_kept(one.about, one.data) for name, one in read.items() if one}
    assert leaflets
    pages = {f"pages of {name}": "".join(texts_of(drawn(leaflet))) for name, leaflet in leaflets.items()}
    assert any(pages.values()), "else nothing is looked at"
    return marked({**kept, **pages, "names": " ".join(kept)})


def drawn(leaflet: Frozen) -> bytes:
    """A PDF of what is kept, with nobody's words on it."""
    return stamping.Copies(leaflet, FONTS).copy({})[0]


@pytest.mark.parametrize("step", [11, 15, 18])
def test_what_a_killed_run_leaves_is_private_and_goes(step: int, kept: Store, warm: Path, tmp_path: Path) -> None:
    """Pages that were not whole lie in the output folder alone, for nobody else to read, until the next start."""
    people = a_list(tmp_path / "people.csv", [ROW, SLOW])
    out = tmp_path / "out"

    def killed() -> None:
        kill_at(step, out)
        make(people, out, StandIn().workers, kept, separate=True)

    assert in_a_fork(killed) == -signal.SIGKILL
    assert (out / WORK).stat().st_mode & 0o777 == 0o700
    left = {file.name: file for file in (out / WORK).iterdir()}
    assert {file.stat().st_mode & 0o777 for file in left.values()} == {0o600}
    journals = {name: file.read_bytes() for name, file in left.items() if name.startswith("journal-")}
    assert journals
    assert marked({**journals, "names": " ".join(left)}) == []
    assert not {file.parent for file in out.rglob("*") if file.is_file()} - {out, out / WORK, out / COPIES}
    make(people, out, StandIn().workers, kept, separate=True, resume=True)
    assert not (out / WORK).exists()
    assert in_store(warm) == []


def test_a_start_that_is_refused_takes_away_what_a_killed_run_left(kept: Store, tmp_path: Path) -> None:
    """Killed, and then the list was changed: what was half made does not lie there for ever."""
    people = a_list(tmp_path / "people.csv", [ROW, ROW])
    out = tmp_path / "out"
    make(people, out, StandIn().workers, kept)
    manifest = (out / MANIFEST).read_bytes()
    (out / WORK).mkdir()
    (out / WORK / "copy-1").write_bytes(b"Zqname")
    with pytest.raises(HandoutError, match="finished"):
        make(people, out, StandIn().workers, kept)
    assert not (out / WORK).exists()
    assert (out / MANIFEST).read_bytes() == manifest
    (out / MANIFEST).unlink()
    (out / WORK).mkdir()
    (out / WORK / "copy-1").write_bytes(b"Zqname")
    (out / WORK / "journal-0001").write_bytes(b'{"batch": "another"}\n')
    with pytest.raises(HandoutError, match="have changed"):
        make(people, out, StandIn().workers, kept, resume=True)
    assert not (out / WORK / "copy-1").exists()


@pytest.mark.parametrize("fault", ["sentence", "layout", "stamping", "record"])
def test_no_failure_names_a_person(
    fault: str,
    run: Callable[..., Ran],
    kept: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever fails, wherever: what is said, and what is logged, goes to whoever is asked for help."""
    caplog.set_level(logging.DEBUG)
    people = a_list(tmp_path / "people.csv", [ROW, SLOW])

    def broken(*_: object, **__: object) -> None:
        raise ValueError("Zqname Zqnote Zqclinician")

    if fault == "sentence":
        those = StandIn(lambda _: HandoutError("No font has Zqname", Exit.CANNOT_WRITE))
    else:
        those = StandIn()
    if fault == "layout":
        those = StandIn(lambda leaflet: workers.laid_out(leaflet, model.Format(model.Paper.A4)))  # type: ignore[arg-type,return-value]
    make(a_list(tmp_path / "warm.csv", [ROW]), tmp_path / "warm", StandIn().workers, usual_store())
    if fault == "layout":
        monkeypatch.setattr(finishing.pdf, "print_to_pdf", broken)
    if fault == "stamping":
        monkeypatch.setattr("handouts.stamping.words_of", broken)
    if fault == "record":
        monkeypatch.setattr(record, "_line", broken)
    monkeypatch.setattr(batching.workers, "here", lambda _: those.workers)
    failed = run("batch", "--region", "us", str(people), "--out", "out", "--separate")
    assert failed.code == (Exit.WRONG_PEOPLE if fault == "sentence" else Exit.OUR_FAULT)
    assert marked({"stdout": failed.out, "stderr": failed.err, "log": caplog.text}) == []
    assert "Traceback" not in failed.err
    if fault in ("sentence", "layout"):
        assert "Row 3" in failed.err


def test_the_guard_sees_a_marker() -> None:
    """A guard that sees nothing guards nothing."""
    info = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.docinfo["/Title"] = "For Zqname…"
        pdf.save(info)
    assert marked(told_by("one", info.getvalue()))
    assert marked({"manifest": b'{"note": "Zqnote"}'})
    assert "Zqname" not in repr(Leaflet("<p>Zqname", "example", "en"))
