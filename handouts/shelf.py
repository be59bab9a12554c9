"""The shelf: which topics a library holds, found by name, by the beginning of a name, or by diagnosis code."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from handouts import assets, clinics, codes, reading
from handouts.assets import Library
from handouts.errors import Exit, HandoutError, nearest
from handouts.model import Topic
from handouts.topic_names import topics_called


def find_library(clinic_file: Path | None) -> Library:
    """The library of the clinic whose file was named or lies in the current folder; else ours alone."""
    return clinics.find_library(clinic_file)


def find_topics(wanted: Sequence[str], language: str, library: Library) -> tuple[str, ...]:
    """The full names of topics, each once, in the order given; they may be named as `topics_called` has it."""
    known = library.topic_names()
    faults: list[str] = []
    found: dict[str, None] = {}
    for name in wanted:
        matches = topics_called(
            name, known, lambda: reading.read_titles(written_in(language, library), language, library)
        )
        if len(matches) > 1:
            faults.append(f"“{name}” could be {' or '.join(matches)}; write more of the name.")
        elif not matches:
            faults.append(f"There is no topic “{name}”; {nearest(name, known, 'write one first')}")
        elif language not in (languages := library.languages_of(matches[0])):
            faults.append(
                f"{matches[0]} is not written in “{language}”; {nearest(language, languages, 'choose another topic')}"
            )
        else:
            found[matches[0]] = None
    if faults:
        raise HandoutError("\n".join(faults), Exit.WRONG_COMMAND)
    return tuple(found)


def all_sets(clinic_file: Path | None) -> dict[str, tuple[str, ...]]:
    """The topics of each set, by its name; a clinic's own takes the place of ours of the same name."""
    clinic = clinics.find_clinic(clinic_file)
    return {**clinics.read_sets(), **(clinic.sets if clinic else {})}


def topics_of_sets(wanted: Sequence[str], clinic_file: Path | None) -> tuple[str, ...]:
    """The topics of some sets, in their order, each once."""
    if not wanted:
        return ()
    known = all_sets(clinic_file)
    missing = [name for name in wanted if name.casefold() not in known]
    faults = [f"There is no set “{name}”; {nearest(name, known, 'name topics instead')}" for name in missing]
    if faults:
        raise HandoutError("\n".join(faults), Exit.WRONG_COMMAND)
    return tuple(dict.fromkeys(topic for name in wanted for topic in known[name.casefold()]))


def topics_for_codes(wanted: Sequence[str], language: str, library: Library) -> tuple[str, ...]:
    """The names of the topics that diagnosis codes pick in a language."""
    return codes.topics_for(wanted, [topic for topic in whole_shelf(library) if topic.language == language])


def code_index(library: Library) -> tuple[tuple[str, str, str], ...]:
    """Every code, as system, code and topic."""
    return codes.index(whole_shelf(library))


def readable_shelf(library: Library) -> tuple[tuple[Topic, ...], HandoutError | None]:
    """The topics that can be read, and what is wrong with the others: one broken file must not hide the shelf."""
    try:
        return whole_shelf(library), None
    except HandoutError as faults:
        regions = [clinics.read_region(code) for code in assets.region_codes()]
        good: list[Topic] = []
        for name in library.topic_names():
            for language in library.languages_of(name):
                with suppress(HandoutError):
                    good.extend(reading.read_topics([name], language, regions, library))
        return tuple(good), faults


def written_in(language: str, library: Library) -> tuple[str, ...]:
    """The names of the topics that are written in a language."""
    names = tuple(name for name in library.topic_names() if language in library.languages_of(name))
    if not names:
        raise HandoutError(
            f"No topic is written in “{language}”. `handouts list` shows what there is.", Exit.WRONG_COMMAND
        )
    return names


def whole_shelf(library: Library) -> tuple[Topic, ...]:
    """Every topic in every language, read and judged for every region."""
    regions = [clinics.read_region(code) for code in assets.region_codes()]
    written = {name: library.languages_of(name) for name in library.topic_names()}
    return tuple(
        topic
        for language in sorted({language for languages in written.values() for language in languages})
        for topic in reading.read_topics([n for n in written if language in written[n]], language, regions, library)
    )
