"""A folder of Typst markup and a list of people in, one PDF for each out. A program of its own, as a clinic would write it.

It knows nothing of handouts, so that it need not wait for it.
"""

import argparse
import json
import multiprocessing
from pathlib import Path

import typst

from tests.benchmarks.people import Row, read_list

STANDARDS = ["ua-1"]
PERSONAL = ("name", "clinician", "date", "note")


def write_copies(rows: list[Row], folder: Path, fonts: list[str], out: Path, way: str) -> None:
    """Write a PDF for each row, by one compiler.

    Between two copies the compiler keeps what has not changed. By `source` that is all but the first page; by `inputs`,
    the documented way to hand over values, next to nothing.
    """
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=fonts)
    main = folder / "main.typ"
    compiler = typst.Compiler(str(main), root=str(folder), font_paths=found)
    for row in rows:
        person = {name: row[name] for name in PERSONAL}
        file = str(out / f"{row['row id']}.pdf")
        if way == "inputs":
            compiler.compile(sys_inputs=person, pdf_standards=STANDARDS, output=file)
        else:
            compiler.compile(input=source(person), pdf_standards=STANDARDS, output=file)


def source(person: Row) -> bytes:
    """The leaflet of one person, as Typst markup. A value is text to the end."""
    values = ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in person.items())
    return f'#import "topic.typ": copy\n#copy(({values}))'.encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", type=Path)
    parser.add_argument("--folder", type=Path, required=True, help="topic.typ and what it needs")
    parser.add_argument("--fonts", nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--way", choices=("source", "inputs"), default="source")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    rows = read_list(asked.people)
    own = multiprocessing.get_context("fork")
    workers = [
        own.Process(
            target=write_copies,
            args=(rows[turn :: asked.processes], asked.folder, asked.fonts, asked.out, asked.way),
        )
        for turn in range(asked.processes)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    raise SystemExit(max(abs(worker.exitcode or 0) for worker in workers))


if __name__ == "__main__":
    main()
