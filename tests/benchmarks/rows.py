"""Sizes in, rows of ratios out: what is measured, and beside what. Seconds do not travel between machines; ratios do."""

import multiprocessing
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from tests.benchmarks import ours, peers
from tests.benchmarks.leaflets import TOPIC, Sample, sample
from tests.benchmarks.measure import Command, LeftOutError, by_turns, copies_in
from tests.benchmarks.people import SHORT, read_list, write_list

MEGABYTE = 1_000_000
#: Of one copy as a file, with room to spare; so much is kept twice at most.
LARGEST_COPY = 150_000


@dataclass(frozen=True)
class Size:
    """How often, and of how many copies. `by_inputs` are Typst's copies the documented way, for its steady rate."""

    runs: int = 7
    batch_runs: int = 5
    many_runs: int = 3
    copies: int = 200
    many: int = 10_000
    by_inputs: tuple[int, int] = (100, 400)
    held: tuple[int, int] = (1_000, 20_000)
    printed: tuple[int, int] = (100, 200)
    in_browser: int = 50


QUICK = Size(
    runs=3,
    batch_runs=1,
    many_runs=1,
    copies=40,
    many=400,
    by_inputs=(20, 60),
    held=(100, 400),
    printed=(20, 40),
    in_browser=10,
)


@dataclass(frozen=True)
class Row:
    """One line of the table. `found` and `aim` are as they are printed; `told` is what the terminal says besides."""

    what: str
    beside: str
    found: str
    aim: str
    runs: int
    told: str = ""


@dataclass(frozen=True)
class Bench:
    """A folder to work in, and how much is measured."""

    folder: Path
    size: Size

    @cached_property
    def leaflet(self) -> Sample:
        return sample()

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def people(self, count: int) -> Path:
        """A list of so many people."""
        return write_list(self.folder / f"people-{count}.csv", count, TOPIC)

    def with_short_notes(self, count: int) -> Path:
        """The same, with notes of one line at most."""
        return write_list(self.folder / f"short-{count}.csv", count, TOPIC, SHORT)

    def separate(self, count: int, people: Path | None = None) -> Command:
        return ours.separate(self.folder, self.store, people or self.people(count), count)

    def typst(self, count: int, *more: str, people: Path | None = None) -> Command:
        return peers.typst(self.folder, self.leaflet, people or self.people(count), count, *more)

    def check_room(self, count: int) -> None:
        """Whether so many copies, twice, fit on the disk."""
        if (free := shutil.disk_usage(self.folder).free) < 2 * count * LARGEST_COPY:
            raise LeftOutError(f"{count:,} copies need more room than the {free // MEGABYTE:,} MB there are")


def on_demand(bench: Bench) -> Iterator[Row]:
    """One leaflet, a fresh process each time."""
    beside, runs = "`weasyprint` command", bench.size.runs
    peer = peers.weasyprint(bench.folder, bench.leaflet)
    make = ours.make(bench.folder, bench.store)
    anew = ours.make(bench.folder, bench.store, "--no-cache")
    make.seconds()
    unchanged, changed, theirs = by_turns(runs, make.seconds, anew.seconds, peer.seconds)
    for what, took, aim in (("unchanged", unchanged, "≤ 0.3"), ("changed", changed, "≤ 1.0")):
        told = f"{took:.2f} s beside {theirs:.2f} s"
        yield Row(f"one leaflet, {what}: time", beside, f"{took / theirs:.2f} ×", aim, runs, told)


def typst_on_demand(bench: Bench) -> Iterator[Row]:
    """What Typst takes for one PDF, so that nobody takes us for the fastest there."""
    peer = peers.weasyprint(bench.folder, bench.leaflet)
    runs = bench.size.runs
    one, theirs = by_turns(runs, bench.typst(1, "--processes", "1").seconds, peer.seconds)
    told = f"{one:.2f} s beside {theirs:.2f} s"
    yield Row("Typst, one leaflet: time", "`weasyprint` command", f"{one / theirs:.2f} ×", "", runs, told)


def batch(bench: Bench) -> Iterator[Row]:
    """Some copies as separate files: once the leaflet is frozen, and from nothing."""
    count, runs = bench.size.copies, bench.size.batch_runs
    separate = bench.separate(count)
    source, inputs = bench.typst(count), bench.typst(count, "--way", "inputs")
    nothing = partial(ours.from_nothing, separate)
    nothing()
    fresh, frozen, fast, documented = by_turns(runs, nothing, separate.seconds, source.seconds, inputs.seconds)
    for what, took, aim in (("leaflet frozen", frozen, "≥ 5"), ("from nothing", fresh, "≥ 1.5")):
        for beside, theirs in (("Typst", fast), ("Typst, `sys.inputs`", documented)):
            yield faster(f"{count} files, {what}: files a second", beside, count / took, count / theirs, aim, runs)


def short_notes(bench: Bench) -> Iterator[Row]:
    """The same from nothing, with notes of one line at most: two layouts of the leaflet, and not four."""
    count, runs = bench.size.copies, bench.size.batch_runs
    people = bench.with_short_notes(count)
    nothing = partial(ours.from_nothing, bench.separate(count, people))
    source, inputs = (bench.typst(count, *way, people=people) for way in ((), ("--way", "inputs")))
    nothing()
    fresh, fast, documented = by_turns(runs, nothing, source.seconds, inputs.seconds)
    for beside, theirs in (("Typst", fast), ("Typst, `sys.inputs`", documented)):
        what = f"{count} files, short notes, from nothing: files a second"
        yield faster(what, beside, count / fresh, count / theirs, "≥ 1.5", runs)


def many(bench: Bench) -> Iterator[Row]:
    """Very many copies as separate files, the leaflet frozen."""
    count, runs = bench.size.many, bench.size.many_runs
    bench.check_room(count)
    separate, source = bench.separate(count), bench.typst(count)
    few, some = bench.size.by_inputs
    slow, slower = (bench.typst(number, "--way", "inputs") for number in (few, some))
    separate.seconds()
    took, fast, short, long = by_turns(runs, separate.seconds, source.seconds, slow.seconds, slower.seconds)
    what, steady = f"{count:,} files: files a second", (some - few) / (long - short)
    yield faster(what, "Typst", count / took, count / fast, "≥ 20", runs)
    yield faster(what, f"Typst, `sys.inputs`, steady rate of {some}", count / took, steady, "≥ 20", runs)


def disk(bench: Bench) -> Iterator[Row]:
    """The same, beside the file system that does nothing but write as many bytes."""
    count, runs = bench.size.many, bench.size.many_runs
    bench.check_room(count)
    separate = bench.separate(count)
    separate.seconds()
    sizes = [file.stat().st_size for file in copies_in(separate.out)]
    plain = partial(seconds_of_the_disk, bench.folder / "plain", sizes)
    took, theirs = by_turns(runs, separate.seconds, plain)
    what = f"{count:,} files: files a second"
    yield faster(what, "the file system alone, the same bytes", count / took, count / theirs, "", runs)


def in_browser(bench: Bench) -> Iterator[Row]:
    """As many copies by a warm browser, beside ours with the leaflet frozen."""
    count, runs = bench.size.in_browser, bench.size.batch_runs
    people = read_list(bench.people(count))
    separate = bench.separate(count)
    with peers.chromium(bench.folder, bench.leaflet, max(people, key=lambda row: len(row["note"]))) as browser:
        separate.seconds()
        browse = partial(browser.seconds, people, bench.folder / "chromium-copies")
        took, theirs = by_turns(runs, separate.seconds, browse)
        beside = f"Chromium {browser.version.split('.')[0]}, kept warm"
    yield faster(f"{count} files, leaflet frozen: files a second", beside, count / took, count / theirs, "", runs)


def memory(bench: Bench) -> Iterator[Row]:
    """The most memory of many copies beside that of fewer."""
    few, most = bench.size.held
    bench.check_room(most)
    bench.separate(few).seconds()
    less, more = (bench.separate(count).peak_memory() for count in (few, most))
    told = f"{more / MEGABYTE:.0f} MB beside {less / MEGABYTE:.0f} MB"
    yield Row(f"memory at {most:,} copies", f"at {few:,}", f"{more / less:.2f} ×", "", 1, told)


def print_file(bench: Bench) -> Iterator[Row]:
    """What each further copy adds to the file for the printer."""
    few, more = bench.size.printed
    sizes = []
    for count in (few, more):
        command = ours.printed(bench.folder, bench.store, bench.people(count))
        command.seconds()
        sizes.append(ours.print_file_in(command.out).stat().st_size)
    added = (sizes[1] - sizes[0]) / (more - few)
    yield Row("print file: bytes a further copy", "", f"{added:,.0f}", "≤ 2,500", 1)


#: Everything that is measured, in the order of the table.
MEASURES: tuple[Callable[[Bench], Iterator[Row]], ...] = (
    on_demand,
    typst_on_demand,
    batch,
    short_notes,
    many,
    disk,
    in_browser,
    memory,
    print_file,
)


def faster(what: str, beside: str, rate: float, theirs: float, aim: str, runs: int) -> Row:
    """A row of two rates."""
    ratio = rate / theirs
    shown = f"{ratio:.1f}" if ratio >= 1 else f"{ratio:.2g}"
    return Row(what, beside, f"{shown} ×", aim, runs, f"{rate:,.0f}/s beside {theirs:,.0f}/s")


def seconds_of_the_disk(folder: Path, sizes: list[int]) -> float:
    """How long two processes take to write files of these sizes, and do nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    own = multiprocessing.get_context("fork")
    writers = [own.Process(target=_write, args=(folder, turn, sizes[turn::2])) for turn in range(2)]
    began = time.perf_counter()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    took = time.perf_counter() - began
    shutil.rmtree(folder)
    return took


def _write(folder: Path, turn: int, sizes: list[int]) -> None:
    page = bytes(range(256)) * (max(sizes, default=0) // 256 + 1)
    for number, size in enumerate(sizes):
        (folder / f"{turn}-{number}.pdf").write_bytes(page[:size])
