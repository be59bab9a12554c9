"""A number in, a list of as many plainly made-up people out: the same each time, in letters of several scripts."""

import csv
from collections.abc import Sequence
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


#: Sentences of a note: from none to three lines of it; or none and one line.
USUAL, SHORT = (0, 1, 2, len(SENTENCES)), (0, 1)


def rows(count: int, topic: str, sentences: Sequence[int] = USUAL) -> list[Row]:
    """So many people, with so many sentences in their notes by chance."""
    chance = Random(SEED)  # noqa: S311  # nothing is kept secret by it
    return [_row(number, topic, sentences, chance) for number in range(1, count + 1)]


def _row(number: int, topic: str, sentences: Sequence[int], chance: Random) -> Row:
    note = " ".join(chance.sample(SENTENCES, chance.choice(sentences)))
    return {
        "row id": f"copy-{number:06}",
        "topics": topic,
        "name": chance.choice(NAMES).format(number),
        "clinician": f"Example Clinician {chance.randint(1, 9)}",
        "date": f"{chance.randint(1, 28)} November 2026",
        "note": note,
    }


def write_list(file: Path, count: int, topic: str, sentences: Sequence[int] = USUAL) -> Path:
    """Write the list as a clinic would: a CSV file in UTF-8."""
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows(count, topic, sentences))
    return file


def read_list(file: Path) -> list[Row]:
    """The rows of such a list."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))
