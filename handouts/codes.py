"""Diagnosis codes in, the topics they pick out; or the sentence that says why a code picks none.

A code picks a topic only if it stands in the topic's file, letter for letter. Ranges are never guessed: a
neighbouring code can be another illness.
"""

import re
from collections.abc import Sequence

from handouts.errors import Exit, HandoutError, shortened
from handouts.model import Topic

#: ICD-10 codes (first, last) whose illness must be looked after before anybody thinks of self-care: a leaflet that is
#: picked by such a code could keep somebody at home who must not be. Sub-codes are meant too.
NEVER = (
    ("C00", "D49"),  # tumours
    ("F30", "F31"),  # mania: needing little sleep is a sign of it, and advice on sleep is no help
    ("G03", "G03"),  # meningitis
    ("G24.0", "G24.0"),  # dystonia caused by a medicine
    ("G95", "G95"),  # diseases of the spinal cord
    ("G99.2", "G99.2"),  # myelopathy in other diseases
    ("I60", "I67"),  # strokes and other diseases of the brain's blood vessels
    ("M31.5", "M31.6"),  # giant cell arteritis
    ("M46.2", "M46.5"),  # infections of the spine
    ("S12", "S14"),  # injuries of the neck
)


def topics_for(codes: Sequence[str], topics: Sequence[Topic]) -> tuple[str, ...]:
    """The names of the topics that any of the codes picks, each once.

    Raises a HandoutError that names every code that must pick none, and every code nobody has.
    """
    found: dict[str, None] = {}
    faults: list[str] = []
    for code in (written.strip().upper() for written in codes):
        picked = [topic.name for topic in topics if any(code in known for known in topic.codes.values())]
        if is_never_matched(code):
            faults.append(
                f"{code} must not pick a self-care leaflet: this illness needs a clinician first. "
                "If the clinician wants one all the same, name the topic."
            )
        elif not picked:
            faults.append(f"No topic has the code “{shortened(code)}”. `handouts list --codes` shows those there are.")
        found.update(dict.fromkeys(picked))
    if faults:
        raise HandoutError("\n".join(faults), Exit.WRONG_COMMAND)
    return tuple(found)


def is_never_matched(code: str) -> bool:
    """Whether an ICD-10 code lies in one of the ranges that must not pick a leaflet."""
    return any(
        re.fullmatch(r"[A-Z]\d\w(\.?\w+)?", code) is not None and first <= _dotted(code)[: len(first)] <= last
        for first, last in NEVER
    )


def _dotted(code: str) -> str:
    """M462 and M46.2 are the same code; some systems leave the dot out."""
    return code if "." in code or len(code) == len("M46") else f"{code[:3]}.{code[3:]}"


def index(topics: Sequence[Topic]) -> tuple[tuple[str, str, str], ...]:
    """Every code with its system and its topic, sorted by system and code."""
    return tuple(
        sorted(
            (system, code, topic.name) for topic in topics for system, codes in topic.codes.items() for code in codes
        )
    )
