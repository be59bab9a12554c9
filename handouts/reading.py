"""Topic files in; Topics out, or every problem with its line."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from handouts import assets, blocks, snippets
from handouts.assets import OURS, Library
from handouts.codes import is_never_matched
from handouts.dialects import foreign_markup
from handouts.drawings import read_drawings
from handouts.errors import Problem, nearest, refuse, shortened
from handouts.fields import Fields
from handouts.files import read_text, shown
from handouts.markdown import Fence, Parser
from handouts.model import (
    WEB_ADDRESS,
    Block,
    Excuse,
    Flow,
    Heading,
    Part,
    Picture,
    Place,
    Region,
    Section,
    Source,
    Table,
    Topic,
    Word,
)
from handouts.signs import fault_in
from handouts.wording import every, plain, word

SOURCE = "“- organisation: …”, then “title”, “year” and “address” below it, or the name of a shared source"
LONGEST_REVIEW = timedelta(days=3 * 366)
DEEPEST = 4
#: The most letters of a line or paragraph, and of a field: what fits on the page where it stands.
MAX_LINE = MAX_PARAGRAPH = 5_000
#: A line that begins something of its own: an item, a row of a table, a heading, a block.
BEGINS = re.compile(r"\s*(?:[-*+|#:]|\d{1,3}[.)]\s)")
MAX_TITLE, MAX_KIND, MAX_SUMMARY, MAX_ADDRESS = 100, 60, 400, 400
SECTION = 2  # the heading level of a section; 1 is the title
FRONT_MATTER = ("title", "summary", "main_message", "audience", "version", "written", "review_by", "pages", "sources")
ICD_10 = r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?"
#: What a code of a system looks like; letters are capitals, as `codes` compares them.
CODE_FORMS = {"icd-10": ICD_10, "icd-10-cm": ICD_10, "snomed-ct": r"\d{6,18}", "loinc": r"\d{1,7}-\d"}
CODE_SYSTEMS = ("icd-10", "icd-10-cm", "icd-11", "snomed-ct", "loinc", "icpc-2")


def read_topics(
    names: Sequence[str], language: str, regions: Sequence[Region], library: Library = OURS
) -> tuple[Topic, ...]:
    """Read topics and judge all of them before giving back any.

    Every word they take from a region must stand in each of `regions`.
    """
    problems: list[Problem] = []
    ids: dict[str, str] = {}
    shared = _shared_sources(library, problems)
    topics = tuple(_topic(name, language, library, shared, ids, problems) for name in names)
    for topic in topics:
        problems.extend(_unknown_words(topic, regions))
    refuse(problems)
    return topics


def read_titles(names: Sequence[str], language: str, library: Library = OURS) -> dict[str, str]:
    """The titles of topics, by name, without judging the rest; what cannot be read has none."""
    titles: dict[str, str] = {}
    for name in names:
        file = library.topic_file(name, language)
        front, _, _ = _split(read_text(file, []), "", [])
        titles[name] = Fields.read(front, "", 2, []).text("title") if front else ""
    return titles


def _topic(
    name: str,
    language: str,
    library: Library,
    shared: Mapping[str, Source],
    ids: dict[str, str],
    problems: list[Problem],
) -> Topic:
    file = library.topic_file(name, language)
    where = shown(file)
    front, written_body, body_line = _split(read_text(file, problems), where, problems)
    body, places = snippets.put_in(written_body, where, body_line, library.snippets(language), problems)
    fields = Fields.read(front, where, 2, problems if front else [])
    parser = Parser(where, body_line, places)
    if not _can_be_read(body, parser):
        body = ""
    opening, sections = parts_of(parser, body)
    if body.strip():
        _need_urgent_help(opening, parser, body_line)
    written, review_by = _dates(fields)
    topic = Topic(
        name=name,
        language=language,
        file=file,
        id=_id(fields, ids),
        title=_words_alone(fields, "title", MAX_TITLE),
        kind=_words_alone(fields, "kind", MAX_KIND, example="Self-care"),
        summary=parser.inline(fields.text("summary", max_letters=MAX_SUMMARY), fields.line("summary")),
        main_message=parser.inline(fields.text("main_message", max_letters=MAX_SUMMARY), fields.line("main_message")),
        audience=parser.inline(fields.text("audience"), fields.line("audience")),
        version=fields.number("version", 1, 999),
        written=written,
        review_by=review_by,
        pages=fields.number("pages", 1, 12),
        codes=_codes(fields),
        sources=_sources(fields, shared),
        excuses=_excuses(fields),
        tri_fold=_tri_fold(fields, sections),
        opening=opening,
        sections=sections,
        pictures=read_drawings(library.figure_folders(name), (opening, sections), places, problems),
        lines={name: fields.line(name) for name in FRONT_MATTER},
        places={**{line: Place(where, line) for line in range(1, body_line)}, **places},
    )
    fields.done()
    problems.extend(parser.problems)
    return topic


def _can_be_read(body: str, parser: Parser) -> bool:
    """Whether lines and paragraphs are of a length that people write; what else is wrong with a line is said, too."""
    can_be_read, start, letters = True, parser.first_line, 0
    for number, line in enumerate(body.split("\n"), parser.first_line):
        goes_on = letters and line.strip() and not BEGINS.match(line)
        start, letters = (start, letters + len(line)) if goes_on else (number, len(line.strip()))
        if len(line) > MAX_LINE:
            parser.complain(number, f"the line has {len(line):,} letters", f"write at most {MAX_LINE:,}")
            can_be_read = False
        elif letters > MAX_PARAGRAPH:
            parser.complain(
                start, f"a paragraph of more than {MAX_PARAGRAPH:,} letters begins here", "put an empty line into it"
            )
            return False
        elif fault := fault_in(line):
            parser.complain(number, *fault)
        else:
            parser.complain_of_markup(line, number)
    return can_be_read


def _need_urgent_help(opening: tuple[Part, ...], parser: Parser, body_line: int) -> None:
    if sum(isinstance(part, Block) and part.kind == "urgent-help" for part in opening) != 1:
        parser.complain(
            body_line,
            "not one urgent-help block stands before the first ## heading",
            "tell the reader there, on page 1, when to call for help",
        )


def _dates(fields: Fields) -> tuple[date, date]:
    """When it was written, and by when it is to be reviewed."""
    written, review_by = fields.day("written", "2026-11-21"), fields.day("review_by", "2028-11-21")
    if date.min not in (written, review_by) and not timedelta() < review_by - written <= LONGEST_REVIEW:
        fields.complain("review_by", "the review date is not within three years after “written”", "choose another day")
    return written, review_by


def _split(text: str, where: str, problems: list[Problem]) -> tuple[str, str, int]:
    """The YAML between the two --- lines, the Markdown after it, and the line it starts on."""
    if not text:
        return "", "", 1
    match = re.match(r"---[ \t]*\n(.*?\n)---[ \t]*(?:\n|$)", text, re.DOTALL)
    if not match:
        problems.append(
            Problem(
                where,
                1,
                "the file does not start with fields between two --- lines",
                "begin it with ---, “id: …” and so on, then --- again",
            )
        )
        return "", "", 1
    body = text[match.end() :]
    line = text[: match.end()].count("\n") + 1
    if not body.strip():
        problems.append(Problem(where, line, "there are no words below the fields", "write the leaflet there"))
    return match.group(1), body, line


def _id(fields: Fields, ids: dict[str, str]) -> str:
    """The topic's id; `ids` says which file has which id already."""
    value = fields.value("id", example="NP-01")
    if value and not re.fullmatch(r"[A-Z]{2,4}-[0-9]{2,3}", value):
        fields.complain(
            "id", f"“{value}” is not an id", "write 2 to 4 capitals, a hyphen and 2 or 3 digits, such as NP-01"
        )
    if value in ids:
        fields.complain("id", f"the id {value} is already that of {ids[value]}", "give this topic one of its own")
    elif value:
        ids[value] = fields.file
    return value


def _words_alone(fields: Fields, name: str, max_letters: int, example: str = "some words") -> str:
    """A field that is printed as it stands: the title also names the PDF, where there is no bold."""
    value = fields.text(name, example=example, max_letters=max_letters)
    for what, instead in foreign_markup(value):
        fields.complain(name, f"{what} in “{name}”", instead)
    if re.search(r"[{}*]|</?\w", value):
        fields.complain(name, f"“{name}” has a placeholder, bold words or HTML in it", "write words alone")
    return value


def _codes(fields: Fields) -> Mapping[str, tuple[str, ...]]:
    inner = fields.mapping("codes", "icd-10: [M54.2]")
    codes = {system: inner.texts(system, needed=False) for system in CODE_SYSTEMS}
    for system, found in codes.items():
        for code in found:
            if system in CODE_FORMS and not re.fullmatch(CODE_FORMS[system], code):
                inner.complain(
                    system, f"“{shortened(code)}” is no code of {system}", "write it as M54.2 or 81680005 are"
                )
            elif system.startswith("icd-10") and is_never_matched(code):
                inner.complain(
                    system, f"{code} must never pick a self-care leaflet", "leave it out: it needs a clinician first"
                )
    inner.done()
    return {system: found for system, found in codes.items() if found}


def _shared_sources(library: Library, problems: list[Problem]) -> Mapping[str, Source]:
    """The sources that topics name by a word."""
    found: dict[str, Source] = {}
    for file in library.source_files():
        fields = Fields.read(read_text(file, problems), shown(file), 1, problems)
        found |= {name: _source(inner) for name, inner in fields.all_mappings().items()}
    return found


def _sources(fields: Fields, shared: Mapping[str, Source]) -> tuple[Source, ...]:
    found = []
    for entry in fields.mappings_or_names("sources", SOURCE):
        if isinstance(entry, Fields):
            found.append(_source(entry))
        elif entry in shared:
            found.append(shared[entry])
        else:
            fields.complain(
                "sources", f"there is no shared source “{shortened(entry)}”", nearest(entry, shared, f"write {SOURCE}")
            )
    return tuple(found)


def _source(inner: Fields) -> Source:
    source = Source(
        organisation=inner.text("organisation"),
        title=inner.text("title"),
        year=inner.value("year", example="2024, or undated"),
        address=inner.value("address", example="https://…", max_letters=MAX_ADDRESS),
        region=inner.choice("region", assets.region_codes(), needed=False),
    )
    if source.year and not re.fullmatch(r"(19|20)[0-9]{2}|undated", source.year):
        inner.complain("year", f"“{source.year}” is not a year", "write four digits, or: undated")
    if source.address and not WEB_ADDRESS.fullmatch(source.address):
        inner.complain("address", f"“{source.address}” is not a web address", "start it with https://")
    inner.done()
    return source


def _excuses(fields: Fields) -> tuple[Excuse, ...]:
    """The rules of the quality report that the author breaks on purpose, each with its reason."""
    if not fields.has("exceptions"):
        return ()
    found = []
    for inner in fields.mappings("exceptions", "“- rule: …”, then “words” and “reason” below it"):
        words, reason = inner.text("words", needed=False), inner.text("reason", max_letters=MAX_SUMMARY)
        found.append(Excuse(inner.value("rule", example="action"), words, reason, inner.line()))
        inner.done()
    return tuple(found)


def _tri_fold(fields: Fields, sections: Sequence[Section]) -> tuple[str, ...]:
    """The sections that stand on a tri-fold, by their headings."""
    if not fields.has("tri_fold"):
        return ()
    known = {plain(section.heading.text): section.anchor for section in sections}
    wanted = fields.texts("tri_fold")
    for heading in wanted:
        if heading not in known:
            fields.complain(
                "tri_fold",
                f"there is no section “{shortened(heading)}”",
                nearest(heading, known, "write the heading of a section"),
            )
    return tuple(known[heading] for heading in wanted if heading in known)


def parts_of(parser: Parser, body: str) -> tuple[tuple[Part, ...], tuple[Section, ...]]:
    """The parts before the first ## heading, and the sections."""
    opening: list[Part] = []
    sections: list[tuple[Heading, list[Part]]] = []
    level = 1
    for node in parser.parse(body):
        within = node.nodes if isinstance(node, Fence) else (node,)
        for heading in (n for n in within if isinstance(n, Heading)):
            if heading.level > DEEPEST:
                parser.complain(
                    heading.line, "the heading has more than four #", "use fewer levels: a leaflet is short"
                )
            elif heading.level > level + 1:
                parser.complain(
                    heading.line,
                    f"the heading jumps from level {level} to level {heading.level}",
                    f"start it with {'#' * (level + 1)}",
                )
            level = heading.level
        if isinstance(node, Heading) and node.level == SECTION:
            sections.append((node, []))
            continue
        if part := _part(node, parser):
            (sections[-1][1] if sections else opening).append(part)
    found = _sections(sections, parser)
    anchors = [section.anchor for section in found]
    for line, jump in parser.jumps:
        if jump not in anchors:
            parser.complain(
                line,
                f"the link #{shortened(jump)} leads to no heading",
                nearest(jump, anchors, "write the words alone"),
            )
    return tuple(opening), found


def _part(node: object, parser: Parser) -> Part | None:
    if isinstance(node, Fence):
        return blocks.block(node, parser)
    if isinstance(node, Picture | Table):
        kind = "figure" if isinstance(node, Picture) else "comparison-table"
        parser.complain(node.line, "a picture or table outside a block", f"put it between ::: {kind} and :::")
        return None
    assert isinstance(node, Flow | Heading | Block)
    return node


def _sections(found: list[tuple[Heading, list[Part]]], parser: Parser) -> tuple[Section, ...]:
    sections: dict[str, Section] = {}
    for heading, parts in found:
        anchor = re.sub(r"\W+", "-", plain(heading.text).casefold()).strip("-")
        if anchor in sections:
            parser.complain(
                heading.line,
                f"the heading “{plain(heading.text)}” stands here a second time",
                "word one of them differently",
            )
        if not parts:
            parser.complain(
                heading.line,
                f"nothing stands below “{plain(heading.text)}”",
                "write the section or take the heading out",
            )
        sections[anchor] = Section(heading, anchor, tuple(parts))
    return tuple(sections.values())


def _unknown_words(topic: Topic, regions: Sequence[Region]) -> list[Problem]:
    parts = (topic.summary, topic.main_message, topic.audience, topic.opening, topic.sections)
    problems = []
    for found in every(Word, parts):
        without = [region for region in regions if word(found.name, region.words) is None]
        if without:
            what = f"there is no word “{{{found.name}}}” in region {' and '.join(region.code for region in without)}"
            place = topic.places[found.line]
            problems.append(
                Problem(
                    place.file, place.line, what, nearest(found.name, without[0].words, "write the words themselves")
                )
            )
    return problems
