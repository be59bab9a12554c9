"""The shelf in; files under the names that another program looks for out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from handouts import clinics, make, origin, page, pdf
from handouts.errors import Exit, HandoutError
from handouts.files import check_folder, write_whole
from handouts.make import Order, Plan, Written
from handouts.model import Pdf, Topic
from handouts.shelf import whole_shelf

#: How OpenEMR names our code systems, in small letters. Its ICD10 is ICD-10-CM; plain ICD-10 codes fit beside them.
OPENEMR = {"icd-10": "icd10", "icd-10-cm": "icd10", "snomed-ct": "snomed", "loinc": "loinc"}
#: The languages its page asks for; any other is asked for as English.
OPENEMR_LANGUAGES = ("en", "es")


def openemr_name(system: str, code: str, language: str) -> str:
    """The file that OpenEMR's page of patient education opens for a code.

    The rule is that of `interface/patient_file/education.php`: code type, code and language, joined by _ and in small
    letters; the folder is `sites/<site>/documents/education`.
    """
    return f"{OPENEMR[system]}_{code}_{language}.pdf".lower()


@dataclass(frozen=True)
class Export:
    """What is to be written: for each file the topics in it, in order; and all that was read for them."""

    files: Mapping[str, tuple[str, ...]]
    ready: Plan

    @property
    def unapproved(self) -> tuple[str, ...]:
        """The topics that are in it without an approval."""
        return tuple(topic.name for topic, stands in self.ready.topics if not stands.approval)


def plan_openemr(order: Order) -> Export:
    """Read all that goes into a record system, and say what goes into which file; a fault stops here."""
    if order.language not in OPENEMR_LANGUAGES:
        raise HandoutError(f"OpenEMR asks for {' or '.join(OPENEMR_LANGUAGES)} only.", Exit.WRONG_COMMAND)
    shelf = [t for t in whole_shelf(clinics.find_library(order.clinic_file)) if t.language == order.language]
    wanted = names_by_file(shelf)
    return Export(wanted, make.plan(sorted({name for names in wanted.values() for name in names}), order))


def for_openemr(export: Export, folder: Path) -> Iterator[Written]:
    """Write one PDF for each code. A code that several topics have gets all of them, one after another.

    Those that must not be handed out are left out; a HandoutError at the end says which and why.
    """
    setting = export.ready.setting
    leaflets = {topic.name: page.make_leaflet(topic, setting, stands) for topic, stands in export.ready.topics}
    if leaflets:
        check_folder(folder)
        origin.claim(folder, export.files.keys(), setting, alone=True)
    printed: dict[tuple[str, ...], Pdf] = {}
    not_made: list[Path] = []
    for file, picked in export.files.items():
        names = tuple(name for name in picked if name in leaflets)
        if not names:
            not_made.append(folder / file)
            continue
        if names not in printed:
            printed[names] = pdf.print_to_pdf(*(leaflets[name] for name in names))
        write_whole(folder / file, printed[names].data)
        yield Written(folder / file, names, printed[names].pages)
    make.refuse_unapproved(export.ready, not_made)


def names_by_file(shelf: Sequence[Topic]) -> dict[str, tuple[str, ...]]:
    """Which topics belong into which file: first those whose codes begin with the file's, and that have the fewest."""
    found: dict[str, list[tuple[int, int, str]]] = {}
    for topic in shelf:
        all_codes = sum(len(listed) for listed in topic.codes.values())
        for system, listed in topic.codes.items():
            for place, code in enumerate(listed if system in OPENEMR else ()):
                file = openemr_name(system, code, topic.language)
                found.setdefault(file, []).append((place, all_codes, topic.name))
    return {file: tuple(dict.fromkeys(name for *_, name in sorted(found[file]))) for file in sorted(found)}
