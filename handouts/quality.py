"""A topic with its region's words, and its layout, in; a quality report out: what it measures, what is wrong and where.

The rules are those of the NHS content guide, the CDC's Clear Communication Index, PEMAT-P and RNIB Clear Print. A rule
that must hold makes the report fail; the others ask a person to look. An author who breaks a rule on purpose says so in
the topic file, with the reason.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from handouts import tokens
from handouts.errors import nearest, shortened
from handouts.model import Block, Bullets, Excuse, Layout, Paragraph, Place, Region, Setting, Standing, Topic, Urgent
from handouts.readability import (
    MEASURED_LANGUAGE,
    HardWord,
    Measure,
    hard_words,
    longest_sentences,
    measures,
    sentences,
)
from handouts.told import SENTENCES, Told, everything
from handouts.wording import every, fill, plain

#: School grades; 6 is age 11. SMOG asks for full understanding and comes out 2 to 3 grades higher.
HIGHEST_GRADE = 6.0
HIGHEST_SMOG = 9.0
FEWEST_TO_JUDGE = 5  # sentences: fewer say nothing of a section
SMOG_NORM = 30  # sentences, on which SMOG is normed; with fewer it is a rough guide
LONGEST_SENTENCE = 20
LONGEST_MEAN = 15
LONGEST_CELL = 20
MOST_SENTENCES = 3
MOST_ITEMS = 7
WIDEST_LINE = 70
BLANK = re.compile(r"\[\[.*?\]\]")
TOOLS = ("checklist", "write-on-plan", "action-plan", "ladder", "week-grid")

#: What each rule asks, in the words of the report; `True`: it must hold.
RULES: Mapping[str, tuple[bool, str]] = {
    "reading-age": (True, f"Flesch–Kincaid grade {HIGHEST_GRADE:.0f} and SMOG grade {HIGHEST_SMOG:.0f} at most"),
    "long-sentence": (True, f"Sentences of {LONGEST_SENTENCE} words at most, {LONGEST_MEAN} on average"),
    "long-paragraph": (True, f"Paragraphs of {MOST_SENTENCES} sentences at most"),
    "long-list": (True, f"Lists of {MOST_ITEMS} points at most"),
    "long-cell": (True, f"Table cells of {LONGEST_CELL} words at most"),
    "avoid": (True, "Nothing that a leaflet does not say"),
    "you": (True, "Speaks to “you”"),
    "in-short": (True, "A main message, and its key points in short"),
    "urgent-help": (True, "Urgent help on page 1"),
    "fits": (True, "Every word on paper, in its place"),
    "action": (True, "Something to do, with how often or how long"),
    "tool": (True, "Something to tick or to write on"),
    "caption": (True, "Words beside every picture"),
    "pages": (True, "Within its pages, and no odd page out"),
    "contrast": (True, "Colours that can be read (WCAG AA)"),
    "review-date": (True, "Not past its review date"),
    "sources": (True, "Sources that are printed in the region"),
    "blank": (True, "No blank of a new topic left"),
    "exception": (True, "Every exception excuses something"),
    "wide-line": (False, f"Lines of {WIDEST_LINE} signs at most"),
    "passive": (False, "Active voice"),
    "hard-word": (False, "Hard words explained"),
}


@dataclass(frozen=True)
class Finding:
    """A rule that does not hold: where, what is wrong, what to write instead, and the author's reason, if there is one."""

    rule: str
    place: Place
    what: str
    instead: str
    reason: str = ""

    @property
    def must(self) -> bool:
        return RULES[self.rule][0]

    @property
    def breaks(self) -> bool:
        """Whether a rule that must hold is broken, without a reason."""
        return self.must and not self.reason


@dataclass(frozen=True)
class Report:
    """All that is known of one leaflet. `whole` and `sections` are empty in a language without formulas."""

    topic: Topic
    region: str
    pages: int
    whole: Measure | None
    sections: tuple[Measure, ...]
    longest: tuple[Told, ...]
    hard_words: tuple[HardWord, ...]
    findings: tuple[Finding, ...]
    standing: Standing

    @property
    def holds(self) -> bool:
        return not any(finding.breaks for finding in self.findings)


Judge = Callable[["Subject"], Iterator[Finding]]


@dataclass(frozen=True)
class Subject:
    """What is judged: the topic as a reader of the region gets it, its layout, its setting, and the day."""

    topic: Topic
    setting: Setting
    layout: Layout
    standing: Standing
    today: date

    @property
    def region(self) -> Region:
        return self.setting.region

    @property
    def is_measured(self) -> bool:
        return self.topic.language == MEASURED_LANGUAGE

    @cached_property
    def told(self) -> tuple[Told, ...]:
        return tuple(everything(self.topic))

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        return measures(self.told) if self.is_measured else ()

    @cached_property
    def hard_words(self) -> tuple[HardWord, ...]:
        return hard_words(self.told, self.topic.places) if self.is_measured else ()

    def found(self, rule: str, line: int | str, what: str, instead: str) -> Finding:
        number = self.topic.lines[line] if isinstance(line, str) else line
        return Finding(rule, self.topic.places[number], what, instead)


def report(topic: Topic, setting: Setting, layout: Layout, standing: Standing, today: date) -> Report:
    """Judge one leaflet."""
    subject = Subject(fill(topic, setting.region.words), setting, layout, standing, today)
    findings = [finding for judge in JUDGES for finding in judge(subject)]
    findings = _excused(findings, topic)
    return Report(
        topic=topic,
        region=setting.region.code,
        pages=len(layout.pages),
        whole=subject.measures[0] if subject.measures else None,
        sections=subject.measures[1:],
        longest=longest_sentences(subject.told),
        hard_words=subject.hard_words,
        findings=tuple(sorted(findings, key=lambda f: (not f.breaks, not f.must, f.place.file, f.place.line))),
        standing=standing,
    )


# --- Rules ---------------------------------------------------------------------------------


def _reading_age(subject: Subject) -> Iterator[Finding]:
    for measure in subject.measures:
        is_whole = not measure.section
        if measure.sentences < FEWEST_TO_JUDGE:
            continue
        where = "the leaflet" if is_whole else f"“{measure.section}”"
        line: int | str = "title" if is_whole else _line_of(subject, measure.section)
        if measure.grade > HIGHEST_GRADE:
            what = f"{where} has a Flesch–Kincaid grade of {measure.grade:.1f}"
            yield subject.found(
                "reading-age", line, what, f"use shorter words and sentences: {HIGHEST_GRADE:.0f} at most"
            )
        if measure.smog > HIGHEST_SMOG and (is_whole or measure.sentences >= SMOG_NORM):
            what = f"{where} has a SMOG grade of {measure.smog:.1f}"
            yield subject.found("reading-age", line, what, f"use shorter words: {HIGHEST_SMOG:.0f} at most")


def _line_of(subject: Subject, section: str) -> int | str:
    lines = (s.heading.line for s in subject.topic.sections if plain(s.heading.text) == section)
    return next(lines, "summary")


def _long(subject: Subject) -> Iterator[Finding]:
    for one in subject.told:
        if one.what not in SENTENCES:
            continue
        for sentence in sentences(one.words):
            if (count := len(sentence.split())) > LONGEST_SENTENCE:
                what = f"a sentence of {count} words: “{sentence}”"
                yield subject.found("long-sentence", one.line, what, f"make two of it: {LONGEST_SENTENCE} at most")
        if one.what == "cell" and (count := len(one.words.split())) > LONGEST_CELL:
            what = f"a cell of {count} words: “{one.words}”"
            yield subject.found("long-cell", one.line, what, f"shorten it: {LONGEST_CELL} at most")
        if one.what == "paragraph" and (count := len(sentences(one.words))) > MOST_SENTENCES:
            what = f"a paragraph of {count} sentences"
            yield subject.found("long-paragraph", one.line, what, f"make two of it: {MOST_SENTENCES} at most")
    if subject.measures and subject.measures[0].mean > LONGEST_MEAN:
        what = f"sentences have {subject.measures[0].mean:.1f} words on average"
        yield subject.found("long-sentence", "title", what, f"shorten them: {LONGEST_MEAN} at most")
    for bullets in every(Bullets, (subject.topic.opening, subject.topic.sections)):
        if len(bullets.items) > MOST_ITEMS:
            what = f"a list of {len(bullets.items)} points"
            yield subject.found("long-list", bullets.line, what, f"split it under headings: {MOST_ITEMS} at most")


def _avoid(subject: Subject) -> Iterator[Finding]:
    for one in subject.told:
        for words, instead in subject.setting.labels.avoid.items():
            if re.search(rf"\b{re.escape(words)}", one.words, re.IGNORECASE):
                advice = f"say “{instead}”" if instead else "leave it out"
                yield subject.found("avoid", one.line, f"“{words}” is better not said", advice)


def _blanks(subject: Subject) -> Iterator[Finding]:
    for one in subject.told:
        for blank in BLANK.findall(one.words):
            yield subject.found("blank", one.line, f"a blank is left: {blank}", "write what it asks for")
    for source in subject.topic.sources:
        for blank in BLANK.findall(f"{source.organisation} {source.title}"):
            yield subject.found("blank", "sources", f"a blank is left: {blank}", "name the source")


def _has_what_it_needs(subject: Subject) -> Iterator[Finding]:
    topic = subject.topic
    kinds = {block.kind for block in every(Block, (topic.opening, topic.sections))}
    if not any(re.search(r"\byour?\b", one.words, re.IGNORECASE) for one in subject.told) and subject.is_measured:
        yield subject.found("you", "title", "nobody is spoken to as “you”", "say what you do, not what patients do")
    if "key-points" not in kinds:
        yield subject.found(
            "in-short", "main_message", "there is no key-points block", "say it in short in 2 to 4 points"
        )
    if not any(one.what == "dose" for one in subject.told):
        yield subject.found("action", "title", "no step has a dose", "add “Dose: how often, how long” to a step")
    if not kinds & set(TOOLS):
        yield subject.found(
            "tool", "title", "there is nothing to tick or to write on", f"add a block: {', '.join(TOOLS)}"
        )
    if not any(source.region in ("", subject.region.code) for source in topic.sources):
        yield subject.found("sources", "sources", "no source is printed in this region", "say where it comes from")
    for block in every(Block, (topic.opening, topic.sections)):
        if any(e.pictures for e in block.entries) and not any(True for _ in every(Paragraph, block)):
            yield subject.found("caption", block.line, "a picture without words", "say what it shows")


def _printed(subject: Subject) -> Iterator[Finding]:
    topic, pages = subject.topic, subject.layout.pages
    is_standard = subject.setting.form.is_standard
    there = subject.layout.urgent
    if there is Urgent.NONE or (is_standard and there is Urgent.PART):
        (box,) = (block for block in every(Block, topic.opening) if block.kind == "urgent-help")
        what = f"the urgent-help box does not {'stand whole' if is_standard else 'begin'} on page 1"
        yield subject.found("urgent-help", box.line, what, "shorten what stands before it, or the box")
    lost = {one.place: one for one in reversed(subject.layout.misprints)}  # one of a block often has others
    for one in lost.values():
        words = shortened(one.words)
        what = f"there is no room for “{words}” {'on a page' if one.is_lost else 'from side to side'}"
        line = next((n for n, place in topic.places.items() if place == one.place), "title")
        yield subject.found("fits", line, what, "make it shorter, or two of it")
    if is_standard and len(pages) > topic.pages:
        what = f"it has {len(pages)} pages; it was meant to have {topic.pages}"
        yield subject.found("pages", "pages", what, "shorten it, or raise “pages” to the next even number")
    elif is_standard and len(pages) > 1 and len(pages) % 2:
        yield subject.found(
            "pages", "pages", f"it has {len(pages)} pages", "fill the back of the last sheet, or free it"
        )
    for number, lines in enumerate(pages, 1):
        for line in lines:
            if len(line) > WIDEST_LINE:
                what = f"a line of {len(line)} signs on page {number}: “{line}”"
                yield subject.found("wide-line", "title", what, "put it in a narrower block")


def _looks(subject: Subject) -> Iterator[Finding]:
    own = subject.setting.clinic.tokens if subject.setting.clinic else {}
    for ink, ground, ratio in tokens.too_pale(own):
        what = f"{ink} cannot be read on {ground} (contrast {ratio:.1f})"
        yield subject.found("contrast", "title", what, "change the clinic's colours")


def _dates(subject: Subject) -> Iterator[Finding]:
    if subject.today > subject.topic.review_by and not subject.standing.approval:  # an approval has a day of its own
        what = f"its review was due on {subject.topic.review_by}"
        yield subject.found("review-date", "review_by", what, "review it, and give it a new date and version")


#: Forms of the verb that make a passive with “be” or “get”, and do not end in -ed.
IRREGULAR = "done|made|known|given|taken|seen|found|told|kept|held|felt|caused|put|brought|built|bought|caught|chosen|drawn|driven|hurt|left|lost|meant|paid|read|said|sent|set|shown|taught|thought|understood|worn|written"
#: Words in -ed that say how somebody is.
STATES = {
    "tired",
    "worried",
    "needed",
    "wrapped",
    "supported",
    "relaxed",
    "crossed",
    "red",
    "scared",
    "stressed",
    "bored",
    "pleased",
    "interested",
    "depressed",
}
PASSIVE = re.compile(
    rf"\b(?:is|are|was|were|be|been|being|get|gets|got)(?: \w+ly| not)? (\w+ed|{IRREGULAR})\b(?! up\b)", re.IGNORECASE
)


def _voice(subject: Subject) -> Iterator[Finding]:
    if not subject.is_measured:
        return
    for one in subject.told:
        for match in PASSIVE.finditer(one.words) if one.what in SENTENCES else ():
            if match[1].lower() not in STATES:
                yield subject.found("passive", one.line, f"passive: “{match[0]}”", "say who does it, if it reads well")
    for word in subject.hard_words:
        if not word.explained:
            what = f"“{word.word}” is a hard word"
            yield Finding("hard-word", word.place, what, "use a plainer one, or explain it in brackets")


JUDGES: tuple[Judge, ...] = (
    _reading_age, _long, _avoid, _blanks, _has_what_it_needs, _printed, _looks, _dates, _voice,
)  # fmt: skip


def _excused(findings: Sequence[Finding], topic: Topic) -> list[Finding]:
    """The findings, with the author's reasons; an exception that excuses nothing is one more."""
    used: set[Excuse] = set()
    out = []
    for finding in findings:
        excuse = next(
            (e for e in topic.excuses if e.rule == finding.rule and e.words.casefold() in finding.what.casefold()), None
        )
        if excuse:
            used.add(excuse)
        out.append(replace(finding, reason=excuse.reason) if excuse else finding)
    for excuse in topic.excuses:
        place = topic.places[excuse.line]
        if excuse.rule not in RULES:
            out.append(
                Finding(
                    "exception", place, f"there is no rule “{excuse.rule}”", nearest(excuse.rule, RULES, "take it out")
                )
            )
        elif excuse not in used:
            out.append(Finding("exception", place, f"the exception to “{excuse.rule}” excuses nothing", "take it out"))
    return out
