"""The command: measure, print the table of ratios, and with --write put it into the README.

python -m tests.benchmarks            takes long, and some gigabytes of room for a while
python -m tests.benchmarks --quick    fewer copies, fewer runs: to see that all works
"""

import argparse
import tempfile
from pathlib import Path

from handouts.errors import Exit
from tests.benchmarks.measure import ROOT, LeftOutError
from tests.benchmarks.rows import MEASURES, QUICK, Bench, Row, Size
from tests.benchmarks.table import put_in, table


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [measure.__name__ for measure in MEASURES]
    parser.add_argument("only", nargs="*", metavar="MEASURE", help=f"of {', '.join(names)}; none: all of them")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    asked = parser.parse_args()
    if wrong := set(asked.only) - set(names):
        parser.error(f"there is no measure {', '.join(sorted(wrong))}")
    if asked.write and (asked.only or asked.quick):
        parser.error("the README holds the whole table: leave out --quick, and name no measure")
    with tempfile.TemporaryDirectory(prefix="handouts-benchmarks-") as folder:
        rows, left_out = measured(Bench(Path(folder), QUICK if asked.quick else Size()), asked.only or names)
    text = table(rows, left_out)
    print(f"\n{text}")
    if asked.write:
        readme = ROOT / "README.md"
        readme.write_text(put_in(readme.read_text(encoding="utf-8"), text), encoding="utf-8")


def measured(bench: Bench, names: list[str]) -> tuple[list[Row], list[str]]:
    """The rows of the measures that were asked for, and a line for each that could not be taken."""
    rows, left_out = [], []
    for measure in (measure for measure in MEASURES if measure.__name__ in names):
        try:
            for row in measure(bench):
                print(f"{row.what}, beside {row.beside or 'nothing'}: {row.found} ({row.told})", flush=True)
                rows.append(row)
        except LeftOutError as why:
            left_out.append(f"{measure.__name__}: {why}")
            print(f"Not measured: {left_out[-1]}", flush=True)
    return rows, left_out


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit(Exit.STOPPED) from None
