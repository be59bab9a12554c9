"""Topic, clinic, region and language files in; Topic, Clinic, Region and Labels out, or every problem with its line."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

from handouts import assets, blocks, colour
from handouts.errors import Exit, HandoutError, Problem, nearest, refuse
from handouts.fields import Fields
from handouts.markdown import Fence, Parser, placeholders, plain, word
from handouts.model import (
    Block,
    Clinic,
    Flow,
    Heading,
    Labels,
    Logo,
    Paper,
    Part,
    Picture,
    Region,
    Section,
    Source,
    Table,
    Topic,
)

#: A topic is some pages of words; a file beyond this is something else, saved by mistake.
MOST_BYTES = 500_000
LONGEST_REVIEW = timedelta(days=3 * 366)
CODE_SYSTEMS = ("icd-10", "icd-10-cm", "icd-11", "snomed-ct", "loinc", "icpc-2")
SVG = "{http://www.w3.org/2000/svg}svg"
PNG = b"\x89PNG\r\n\x1a\n"


# --- Topics ----------------------------------------------------------------------------------


def read_topics(names: Sequence[str], language: str, regions: Sequence[Region]) -> tuple[Topic, ...]:
    """Read topics and judge all of them before giving back any.

    Every word they take from a region must stand in each of `regions`.
    """
    problems: list[Problem] = []
    topics = tuple(_topic(name, language, problems) for name in names)
    for topic in topics:
        problems.extend(_unknown_words(topic, regions))
    seen: dict[str, Topic] = {}
    for topic in topics:
        if topic.id and topic.id in seen:
            other = shown(seen[topic.id].file)
            problems.append(Problem(shown(topic.file), 2, f"the id {topic.id} is already that of {other}", "give this topic one of its own"))
        seen[topic.id] = topic
    refuse(problems)
    return topics


def _topic(name: str, language: str, problems: list[Problem]) -> Topic:
    file = assets.TOPICS / name / f"{language}.md"
    where = shown(file)
    front, body, body_line = _split(read_text(file, problems), where, problems)
    fields = Fields.read(front, where, 2, problems) if front else Fields.read("a: b", where, 2, [])
    parser = Parser(where, body_line)
    opening, sections = _parts(parser, body)
    written, review_by = fields.day("written"), fields.day("review_by")
    if fields.has("review_by") and not written < review_by <= written + LONGEST_REVIEW:
        fields.complain("review_by", "the review date is not within three years after “written”", "choose an earlier or later day")
    topic = Topic(
        name=name,
        language=language,
        file=file,
        id=_id(fields),
        title=fields.text("title"),
        kind=fields.text("kind", example="Self-care"),
        summary=parser.inline(fields.text("summary"), fields.line("summary")),
        main_message=parser.inline(fields.text("main_message"), fields.line("main_message")),
        audience=parser.inline(fields.text("audience"), fields.line("audience")),
        version=fields.number("version", 1, 999),
        written=written,
        review_by=review_by,
        pages=fields.number("pages", 1, 12),
        codes=_codes(fields),
        sources=_sources(fields),
        opening=opening,
        sections=sections,
        pictures=_pictures(file.parent / "figures", where, (opening, sections), problems),
    )
    fields.done()
    problems.extend(parser.problems)
    return topic


def _split(text: str, where: str, problems: list[Problem]) -> tuple[str, str, int]:
    """The YAML between the two --- lines, the Markdown after it, and the line it starts on."""
    if not text:
        return "", "", 1
    match = re.match(r"---[ \t]*\n(.*?\n)---[ \t]*(?:\n|$)", text, re.DOTALL)
    if not match:
        problems.append(Problem(where, 1, "the file does not start with fields between two --- lines", "begin it with ---, “id: …” and so on, then --- again"))
        return "", text, 1
    body = text[match.end() :]
    line = text[: match.end()].count("\n") + 1
    if not body.strip():
        problems.append(Problem(where, line, "there are no words below the fields", "write the leaflet there"))
    return match.group(1), body, line


def _id(fields: Fields) -> str:
    value = fields.text("id", example="NP-01")
    if value and not re.fullmatch(r"[A-Z]{2,4}-[0-9]{2,3}", value):
        fields.complain("id", f"“{value}” is not an id", "write 2 to 4 capitals, a hyphen and 2 or 3 digits, such as NP-01")
    return value


def _codes(fields: Fields) -> Mapping[str, tuple[str, ...]]:
    inner = fields.mapping("codes")
    codes = {system: inner.texts(system, needed=False) for system in CODE_SYSTEMS}
    inner.done()
    return {system: found for system, found in codes.items() if found}


def _sources(fields: Fields) -> tuple[Source, ...]:
    return tuple(map(_source, fields.mappings("sources")))


def _source(inner: Fields) -> Source:
    source = Source(
        organisation=inner.text("organisation"),
        title=inner.text("title"),
        year=inner.text("year", example="2024, or undated"),
        address=inner.text("address", example="https://…"),
        region=inner.choice("region", assets.region_codes(), needed=False),
    )
    if source.year and not re.fullmatch(r"(19|20)[0-9]{2}|undated", source.year):
        inner.complain("year", f"“{source.year}” is not a year", "write four digits, or: undated")
    if source.address and not re.fullmatch(r"https?://\S+", source.address):
        inner.complain("address", f"“{source.address}” is not a web address", "start it with https://")
    inner.done()
    return source


def _parts(parser: Parser, body: str) -> tuple[tuple[Part, ...], tuple[Section, ...]]:
    """The parts before the first ## heading, and the sections."""
    opening: list[Part] = []
    sections: list[tuple[Heading, list[Part]]] = []
    level = 1
    for node in parser.parse(body):
        within = node.nodes if isinstance(node, Fence) else (node,)
        for heading in (n for n in within if isinstance(n, Heading)):
            if heading.level > level + 1:
                parser.complain(heading.line, f"the heading jumps from level {level} to level {heading.level}", f"start it with {'#' * (level + 1)}")
            level = heading.level
        if isinstance(node, Heading) and node.level == 2:
            sections.append((node, []))
            continue
        if part := _part(node, 3 if sections else 2, parser):
            (sections[-1][1] if sections else opening).append(part)
    return tuple(opening), _sections(sections, parser)


def _part(node: object, level: int, parser: Parser) -> Part | None:
    if isinstance(node, Fence):
        return blocks.block(node, level, parser)
    if isinstance(node, Picture | Table):
        kind = "figure" if isinstance(node, Picture) else "comparison-table"
        parser.complain(node.line, "a picture or table outside a block", f"put it between ::: {kind} and :::")
        return None
    assert isinstance(node, Flow | Heading | Block)
    return node


def _sections(found: list[tuple[Heading, list[Part]]], parser: Parser) -> tuple[Section, ...]:
    sections: dict[str, Section] = {}
    for heading, parts in found:
        anchor = re.sub(r"[^a-z0-9]+", "-", plain(heading.text).lower()).strip("-")
        if anchor in sections:
            parser.complain(heading.line, f"the heading “{plain(heading.text)}” stands here a second time", "word one of them differently")
        if not parts:
            parser.complain(heading.line, f"nothing stands below “{plain(heading.text)}”", "write the section or take the heading out")
        sections[anchor] = Section(heading, anchor, tuple(parts))
    return tuple(sections.values())


def _pictures(folder: Path, where: str, parts: object, problems: list[Problem]) -> Mapping[str, str]:
    """The drawings a topic names, by file name."""
    found: dict[str, str] = {}
    for picture in _named_pictures(parts):
        file = folder / picture.file
        if picture.file != file.name or not picture.file.endswith(".svg"):
            problems.append(Problem(where, picture.line, f"“{picture.file}” is not the name of an SVG file", "name a drawing in the topic's figures folder, such as turn.svg"))
        elif not file.is_file():
            known = [f.name for f in folder.glob("*.svg")]
            problems.append(Problem(where, picture.line, f"there is no drawing “{picture.file}” in the topic's figures folder", nearest(picture.file, known)))
        elif picture.file not in found:
            found[picture.file] = read_text(file, problems)
            if found[picture.file]:
                problems.extend(_faulty_svg(found[picture.file], shown(file)))
    return found


def _named_pictures(node: object) -> list[Picture]:
    if isinstance(node, tuple):
        return [picture for child in node for picture in _named_pictures(child)]
    if isinstance(node, Section):
        return _named_pictures(node.parts)
    if isinstance(node, Block):
        return [entry.picture for entry in node.entries if entry.picture]
    return []


def _faulty_svg(text: str, where: str) -> list[Problem]:
    """A drawing must be well-formed, have a viewBox, and need nothing from elsewhere."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        return [Problem(where, error.position[0], "this is not a well-formed SVG file", "open it in a drawing program and save it again")]
    if root.tag != SVG or not root.get("viewBox"):
        return [Problem(where, 1, "the drawing has no viewBox", "save it as plain SVG with a viewBox")]
    names = {key for node in root.iter() for key, value in node.items() if key.endswith("href") and not value.startswith("#")}
    tags = {str(node.tag).rpartition("}")[2] for node in root.iter()} & {"script", "image", "foreignObject"}
    if names or tags:
        return [Problem(where, 1, "the drawing holds a script, a photo or a link to another file", "use shapes only")]
    return []


def _unknown_words(topic: Topic, regions: Sequence[Region]) -> list[Problem]:
    parts = (topic.summary, topic.main_message, topic.audience, topic.opening, topic.sections)
    return [
        Problem(
            shown(topic.file),
            found.line,
            f"there is no word “{{{found.name}}}” in region {region.code}",
            nearest(found.name, region.words),
        )
        for region in regions
        for found in placeholders(parts)
        if word(found.name, region.words) is None
    ]


# --- Regions, languages, clinics ----------------------------------------------------------------


def read_region(code: str, clinic: Clinic | None = None) -> Region:
    """A region, with the words a clinic puts in place of its own."""
    problems: list[Problem] = []
    file = assets.REGIONS / f"{code}.yaml"
    fields = Fields.read(read_text(file, problems), shown(file), 1, problems)
    number = fields.text("emergency_number", example='"112"')
    if number and not re.fullmatch(r"[0-9]{2,6}", number):
        fields.complain("emergency_number", f"“{number}” is not an emergency number", "write its digits")
    paper = fields.choice("paper", [paper.value for paper in Paper])
    inner = fields.mapping("words")
    words = {**inner.all_texts(), "emergency_number": number, **(clinic.words if clinic else {})}
    region = Region(code, fields.text("name"), fields.text("language", example="en-US"), Paper(paper or "a4"), words)
    fields.done()
    refuse(problems)
    return region


def read_labels(language: str) -> Labels:
    """The furniture of a leaflet in one language."""
    problems: list[Problem] = []
    file = assets.LANGUAGES / f"{language}.yaml"
    fields = Fields.read(read_text(file, problems), shown(file), 1, problems)
    months = fields.texts("months")
    if len(months) != 12:
        fields.complain("months", f"{len(months)} months", "name all twelve")
    labels = Labels(fields.mapping("words").all_texts(), months)
    fields.done()
    refuse(problems)
    return labels


def read_clinic(file: Path) -> Clinic:
    """A clinic's profile. Its logo is read with it; its region words must exist."""
    problems: list[Problem] = []
    fields = Fields.read(read_text(file, problems), shown(file), 1, problems)
    web = fields.text("web", needed=False)
    if web and not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", web):
        fields.complain("web", f"“{web}” is not a web address", "write it in full: https://www.example.org")
    clinic = Clinic(
        name=fields.text("name", example="Example Clinic"),
        service=fields.text("service", needed=False),
        phone=fields.text("phone", needed=False),
        address=fields.text("address", needed=False),
        hours=fields.text("hours", needed=False),
        web=web,
        logo=_logo(fields, file, problems),
        colours=_colours(fields),
        region=fields.choice("region", assets.region_codes(), needed=False),
        prints_sources=fields.choice("print_sources", ("yes", "no"), needed=False) != "no",
        words=_own_words(fields),
    )
    fields.done()
    refuse(problems)
    return clinic


def _logo(fields: Fields, file: Path, problems: list[Problem]) -> Logo | None:
    name = fields.text("logo", needed=False)
    if not name:
        return None
    logo = file.parent / name
    if not logo.is_file():
        fields.complain("logo", f"there is no file “{name}” beside the clinic file", "copy the logo there and give its name")
        return None
    if logo.suffix.lower() == ".svg":
        text = read_text(logo, problems)
        problems.extend(_faulty_svg(text, shown(logo)) if text else [])
        return Logo(text.encode(), "image/svg+xml")
    data = logo.read_bytes()
    if not data.startswith(PNG) or len(data) > 4 * MOST_BYTES:
        fields.complain("logo", f"“{name}” is not a PNG file of at most 2 MB", "save the logo as SVG, or as a smaller PNG")
    return Logo(data, "image/png")


def _colours(fields: Fields) -> Mapping[str, str]:
    """The clinic's colours: `main` (bands, headings) and `accent` (steps, doses)."""
    if not fields.has("colours"):
        return {}
    inner = fields.mapping("colours")
    found = {name: inner.text(name, needed=False).lower() for name in ("main", "accent") if inner.has(name)}
    for name, value in found.items():
        if not colour.HEX.fullmatch(value):
            inner.complain(name, f"“{value}” is not a colour", 'write it as six hexadecimal digits in quotes: "#0f5c63"')
        elif not colour.is_readable(value):
            ratio = colour.contrast(value, "#ffffff")
            inner.complain(name, f"{value} is too pale to read (contrast with white {ratio:.1f}, and {colour.READABLE} is needed on white and on its tint)", f'the nearest that passes is "{colour.nearest_readable(value)}"')
    inner.done()
    return found


def _own_words(fields: Fields) -> Mapping[str, str]:
    if not fields.has("words"):
        return {}
    inner = fields.mapping("words")
    own = inner.all_texts()
    known = {name for code in assets.region_codes() for name in read_region(code).words}
    for name in own.keys() - known:
        inner.complain(name, f"no leaflet uses a word “{name}”", nearest(name, known))
    return own


# --- Files ------------------------------------------------------------------------------------------


def shown(file: Path) -> str:
    """A path as it is shown to a person: short where it can be."""
    for start in (Path.cwd(), assets.PACKAGE.parent):
        if file.is_relative_to(start):
            return str(file.relative_to(start))
    return str(file)


def read_text(file: Path, problems: list[Problem]) -> str:
    """The text of a file; "" and a problem where there is none to read."""

    def no(what: str, instead: str, line: int = 0) -> str:
        problems.append(Problem(shown(file), line, what, instead))
        return ""

    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            return no(f"the file is huge ({size // 1000} kB)", f"check that it is the right one; {MOST_BYTES // 1000} kB is the most")
        data = file.read_bytes()
    except FileNotFoundError:
        return no("there is no such file", "check its name")
    except OSError as error:
        return no(f"the file cannot be read ({error.strerror})", "check that it is a file and that you may open it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return no("the file is not UTF-8 text", "save it again with the encoding UTF-8", line)
    if "\0" in text:
        return no("the file is not text", "save it as plain text in UTF-8", text[: text.index("\0")].count("\n") + 1)
    if not text.strip():
        return no("the file is empty", "write it, or take it away")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def find_clinic(named: Path | None) -> Clinic | None:
    """The clinic file that was named, else `clinic.yaml` in the current folder, else none."""
    if named is not None and not named.is_file():
        raise HandoutError(f"There is no clinic file {named}; check its name.", Exit.WRONG_FILE)
    file = named or Path("clinic.yaml")
    return read_clinic(file.absolute()) if file.is_file() else None
