"""`handouts list`: what there is."""

from typing import Annotated

import typer

from handouts import tables
from handouts.commands.talk import give_json, is_wide, results, say
from handouts.make import Order, standings
from handouts.model import Standing, Topic
from handouts.notices import missed
from handouts.options import ClinicFile, RegionCode
from handouts.shelf import all_sets, code_index, find_library, readable_shelf


def list_topics(
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON list.")] = False,
    by_code: Annotated[bool, typer.Option("--codes", help="The diagnosis codes, and what each of them picks.")] = False,
    by_set: Annotated[bool, typer.Option("--sets", help="The sets, and the topics of each.")] = False,
    region: RegionCode = "",
    clinic: ClinicFile = None,
) -> None:
    """Show the topics there are: title, language, pages, version, review date, and who approved them."""
    library = find_library(clinic)
    if unread := missed(Order(clinic_file=clinic)):
        say(unread.sentence, is_urgent=unread.is_urgent)
    if by_code and not as_json:
        results().print(tables.of_codes(code_index(library)))
        return
    if by_set and not as_json:
        results().print(tables.of_sets(all_sets(clinic)))
        return
    topics, faults = readable_shelf(library)
    stands = standings(topics, Order(region=region.lower(), clinic_file=clinic))
    if as_json:
        found = [_as_data(topic, one) for topic, one in zip(topics, stands, strict=True)]
        give_json(found)
    else:
        results().print(tables.of_topics(topics, stands, is_wide=is_wide()))
    if faults:
        raise faults


def _as_data(topic: Topic, stands: Standing) -> dict[str, object]:
    return {
        "topic": topic.name,
        "id": topic.id,
        "title": topic.title,
        "language": topic.language,
        "pages": topic.pages,
        "version": topic.version,
        "written": topic.written.isoformat(),
        "review_by": topic.review_by.isoformat(),
        "approved": stands.approval is not None,
        "approval": stands.why,
        "overdue": stands.overdue,
        "codes": {system: list(codes) for system, codes in topic.codes.items()},
    }
