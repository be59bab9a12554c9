"""A topic with its region's words, and its layout, in; a quality report out: what it measures, what is wrong and where.

The rules are those of the NHS content guide, the CDC's Clear Communication Index, PEMAT-P and RNIB Clear Print. A rule
that must hold makes the report fail; the others ask a person to look. An author who breaks a rule on purpose says so in
the topic file, with the reason.
"""

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from handouts import tokens
from handouts.errors import nearest
from handouts.model import Block, Bullets, Excuse, Layout, Paragraph, Place, Region, Setting, Standing, Topic
from handouts.told import SENTENCES, Told, everything
from handouts.wording import every, fill, plain

#: Formulas for the reading age exist for English only.
MEASURED_LANGUAGE = "en"
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
SYLLABLES_OF_A_HARD_WORD = 3
BLANK = re.compile(r"\[\[.*?\]\]")
SENTENCE = re.compile(r"[^.!?]+[.!?]+[”\"’)]?(?=\s|$)")
#: A word, but no name: a capital letter begins it only at the start of a sentence.
WORD = re.compile(r"(?:(?:^|(?<=[.!?] ))[A-Z]|(?<![\w'’-]))[a-z]+(?:['’-][a-z]+)*")
SHORTEST = 4  # words; what is shorter is a fragment
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
class Measure:
    """How hard some sentences are to read: school grades by two formulas, and the mean words of a sentence."""

    section: str
    sentences: int
    words: int
    grade: float
    smog: float

    @property
    def mean(self) -> float:
        return self.words / self.sentences if self.sentences else 0.0


@dataclass(frozen=True)
class HardWord:
    """A word of three syllables or more that is not on the Dale–Chall list of easy ones, where it stands first."""

    word: str
    place: Place
    times: int
    explained: bool


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

    def told(self) -> Iterator[Told]:
        return everything(self.topic)

    def found(self, rule: str, line: int | str, what: str, instead: str) -> Finding:
        number = self.topic.lines[line] if isinstance(line, str) else line
        return Finding(rule, self.topic.places[number], what, instead)


def report(topic: Topic, setting: Setting, layout: Layout, standing: Standing, today: date) -> Report:
    """Judge one leaflet."""
    subject = Subject(fill(topic, setting.region.words), setting, layout, standing, today)
    measures = measured(subject)
    findings = [finding for judge in JUDGES for finding in judge(subject)]
    findings = _excused(findings, topic)
    return Report(
        topic=topic,
        region=setting.region.code,
        pages=len(layout.pages),
        whole=measures[0] if measures else None,
        sections=tuple(measures[1:]),
        longest=longest_sentences(subject),
        hard_words=hard_words(subject),
        findings=tuple(sorted(findings, key=lambda f: (not f.breaks, not f.must, f.place.file, f.place.line))),
        standing=standing,
    )


# --- Words ---------------------------------------------------------------------------------


def sentences(words: str) -> list[str]:
    """Whole sentences; what does not end like one is a fragment of a list."""
    return [one.strip() for one in SENTENCE.findall(words) if len(one.split()) >= SHORTEST]


def measured(subject: Subject) -> list[Measure]:
    """The whole leaflet first, then its sections."""
    if subject.topic.language != MEASURED_LANGUAGE:
        return []
    by_section: dict[str, list[str]] = {}
    for one in subject.told():
        if one.what in SENTENCES:
            by_section.setdefault(one.section, []).extend(sentences(one.words))
    whole = [sentence for found in by_section.values() for sentence in found]
    return [
        _measure("", whole),
        *(_measure(section or "Page 1", found) for section, found in by_section.items() if found),
    ]


def _measure(section: str, found: Sequence[str]) -> Measure:
    text = " ".join(found)
    words = sum(len(one.split()) for one in found)
    if not found:
        return Measure(section, 0, 0, 0.0, 0.0)
    return Measure(section, len(found), words, _textstat().flesch_kincaid_grade(text), _textstat().smog_index(text))


@cache
def _textstat() -> Any:
    """The library of formulas. It loads a dictionary: only who checks waits for it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it needs being old: nothing a person who checks a leaflet can mend
        from textstat import textstat  # noqa: PLC0415

        textstat.is_difficult_word("leaflet")  # its list of easy words is loaded at the first question
    return textstat


def longest_sentences(subject: Subject, most: int = 5) -> tuple[Told, ...]:
    """The longest sentences, the longest first."""
    found = [replace(one, words=s) for one in subject.told() if one.what in SENTENCES for s in sentences(one.words)]
    return tuple(sorted(found, key=lambda one: -len(one.words.split()))[:most])


def hard_words(subject: Subject) -> tuple[HardWord, ...]:
    """Every hard word once, in the order of the leaflet."""
    if subject.topic.language != MEASURED_LANGUAGE:
        return ()
    text = " ".join(one.words for one in subject.told() if one.what != "picture")
    first: dict[str, int] = {}
    times: dict[str, int] = {}
    for one in subject.told():
        for word in map(str.lower, WORD.findall(one.words) if one.what != "picture" else ()):
            first.setdefault(word, one.line)
            times[word] = times.get(word, 0) + 1
    return tuple(
        HardWord(word, subject.topic.places[line], times[word], _is_explained(word, text))
        for word, line in first.items()
        if _textstat().is_difficult_word(word, SYLLABLES_OF_A_HARD_WORD)
    )


def _is_explained(word: str, text: str) -> bool:
    """Whether a word stands in brackets after plainer ones, has brackets after it, or is said to be something."""
    inside = rf"\([^()]*\b{word}\b[^()]*\)"
    after = rf"\b{word}s?\b(?: \w+)? \("
    said = rf"\b{word}\b (?:is|are|means?) (?:a|an|the|when|what|trouble|how)\b"
    return re.search(f"{inside}|{after}|{said}", text, re.IGNORECASE) is not None


# --- Rules ---------------------------------------------------------------------------------


def _reading_age(subject: Subject) -> Iterator[Finding]:
    measures = measured(subject)
    for measure in measures:
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
    for one in subject.told():
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
    whole = measured(subject)
    if whole and whole[0].mean > LONGEST_MEAN:
        what = f"sentences have {whole[0].mean:.1f} words on average"
        yield subject.found("long-sentence", "title", what, f"shorten them: {LONGEST_MEAN} at most")
    for bullets in every(Bullets, (subject.topic.opening, subject.topic.sections)):
        if len(bullets.items) > MOST_ITEMS:
            what = f"a list of {len(bullets.items)} points"
            yield subject.found("long-list", bullets.line, what, f"split it under headings: {MOST_ITEMS} at most")


def _avoid(subject: Subject) -> Iterator[Finding]:
    for one in subject.told():
        for words, instead in subject.setting.labels.avoid.items():
            if re.search(rf"\b{re.escape(words)}", one.words, re.IGNORECASE):
                advice = f"say “{instead}”" if instead else "leave it out"
                yield subject.found("avoid", one.line, f"“{words}” is better not said", advice)


def _blanks(subject: Subject) -> Iterator[Finding]:
    for one in subject.told():
        for blank in BLANK.findall(one.words):
            yield subject.found("blank", one.line, f"a blank is left: {blank}", "write what it asks for")
    for source in subject.topic.sources:
        for blank in BLANK.findall(f"{source.organisation} {source.title}"):
            yield subject.found("blank", "sources", f"a blank is left: {blank}", "name the source")


def _has_what_it_needs(subject: Subject) -> Iterator[Finding]:
    topic = subject.topic
    told = list(subject.told())
    kinds = {block.kind for block in every(Block, (topic.opening, topic.sections))}
    if (
        not any(re.search(r"\byour?\b", one.words, re.IGNORECASE) for one in told)
        and topic.language == MEASURED_LANGUAGE
    ):
        yield subject.found("you", "title", "nobody is spoken to as “you”", "say what you do, not what patients do")
    if "key-points" not in kinds:
        yield subject.found(
            "in-short", "main_message", "there is no key-points block", "say it in short in 2 to 4 points"
        )
    if not any(one.what == "dose" for one in told):
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
    first = " ".join(pages[0])
    for block in every(Block, topic.opening):
        if block.kind == "urgent-help" and _squeezed(plain(block.entries[-1].title)) not in _squeezed(first):
            what = "the urgent-help box does not stand whole on page 1"
            yield subject.found("urgent-help", block.line, what, "shorten what stands before it, or the box")
    if len(pages) > topic.pages:
        what = f"it has {len(pages)} pages; it was meant to have {topic.pages}"
        yield subject.found("pages", "pages", what, "shorten it, or raise “pages” to the next even number")
    elif len(pages) > 1 and len(pages) % 2:
        yield subject.found(
            "pages", "pages", f"it has {len(pages)} pages", "fill the back of the last sheet, or free it"
        )
    for number, lines in enumerate(pages, 1):
        for line in lines:
            if len(line) > WIDEST_LINE:
                what = f"a line of {len(line)} signs on page {number}: “{line}”"
                yield subject.found("wide-line", "title", what, "put it in a narrower block")


def _squeezed(words: str) -> str:
    return re.sub(r"\s+", "", words)


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
    if subject.topic.language != MEASURED_LANGUAGE:
        return
    for one in subject.told():
        for match in PASSIVE.finditer(one.words) if one.what in SENTENCES else ():
            if match[1].lower() not in STATES:
                yield subject.found("passive", one.line, f"passive: “{match[0]}”", "say who does it, if it reads well")
    for word in hard_words(subject):
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
            out.append(Finding("exception", place, f"there is no rule “{excuse.rule}”", nearest(excuse.rule, RULES)))
        elif excuse not in used:
            out.append(Finding("exception", place, f"the exception to “{excuse.rule}” excuses nothing", "take it out"))
    return out
