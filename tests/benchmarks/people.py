"""A number in, a list of as many plainly made-up people out: the same each time, in letters of several scripts."""

import csv
from pathlib import Path
from random import Random

#: The fonts have all these letters.
NAMES = (
    "Example Person {}",
    "Παράδειγμα Άτομο {}",
    "Пример Человек {}",
    "Ví dụ Người {}",
    "Příklad Osoba {}",
    "Örnek Kişi {}",
    "Przykład Osoba {}",
)
SENTENCES = (
    "Start with the first three moves.",
    "Walk a little each day.",
    "Bring this leaflet to your next visit.",
    "Stop and call us if your arm feels weak.",
    "Rest between the moves, and breathe calmly.",
    "Ask a friend to look at your back while you move.",
)
COLUMNS = ("row id", "topics", "name", "clinician", "date", "note")
SEED = 20261121
Row = dict[str, str]


def rows(count: int, topic: str) -> list[Row]:
    """So many people. A quarter have no note; the longest has six sentences."""
    chance = Random(SEED)  # noqa: S311  # nothing is kept secret by it
    return [_row(number, topic, chance) for number in range(1, count + 1)]


def _row(number: int, topic: str, chance: Random) -> Row:
    note = " ".join(chance.sample(SENTENCES, chance.choice((0, 1, 2, len(SENTENCES)))))
    return {
        "row id": f"copy-{number:06}",
        "topics": topic,
        "name": chance.choice(NAMES).format(number),
        "clinician": f"Example Clinician {chance.randint(1, 9)}",
        "date": f"{chance.randint(1, 28)} November 2026",
        "note": note,
    }


def write_list(file: Path, count: int, topic: str) -> Path:
    """Write the list as a clinic would: a CSV file in UTF-8."""
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows(count, topic))
    return file


def read_list(file: Path) -> list[Row]:
    """The rows of such a list."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))
