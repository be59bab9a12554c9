"""Quality reports in; what a program reads (plain data) or a person (lines, or one page of HTML) out."""

from collections.abc import Sequence

from handouts import assets
from handouts.errors import Problem
from handouts.files import found, read_text
from handouts.judgement import QUESTIONS
from handouts.model import Place
from handouts.page import templates
from handouts.quality import RULES, SMOG_NORM, Finding, Report
from handouts.readability import MEASURED_LANGUAGE, Measure
from handouts.told import Told


def as_data(report: Report) -> dict[str, object]:
    """A report as numbers, words, lists and mappings."""
    return {
        "topic": report.topic.name,
        "language": report.topic.language,
        "region": report.region,
        "holds": report.holds,
        "pages": report.pages,
        "page_budget": report.topic.pages,
        "review_by": report.topic.review_by.isoformat(),
        "approved": report.standing.approval is not None,
        "approval": report.standing.why,
        "reading_age": _measure(report.whole) if report.whole else None,
        "sections": [_measure(measure) for measure in report.sections],
        "longest_sentences": [
            {"words": one.words, "file": _place(report, one).file, "line": _place(report, one).line}
            for one in report.longest
        ],
        "hard_words": [
            {"word": h.word, "file": h.place.file, "line": h.place.line, "times": h.times, "explained": h.explained}
            for h in report.hard_words
        ],
        "findings": [_finding(finding) for finding in report.findings],
        "for_a_person": dict(QUESTIONS),
    }


def _place(report: Report, told: Told) -> Place:
    return report.topic.places[told.line]


def _measure(measure: Measure) -> dict[str, object]:
    return {
        "section": measure.section,
        "sentences": measure.sentences,
        "words_a_sentence": round(measure.mean, 1),
        "smog": round(measure.smog, 1),
        "flesch_kincaid": round(measure.grade, 1),
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "must_hold": finding.must,
        "file": finding.place.file,
        "line": finding.place.line,
        "what": finding.what,
        "instead": finding.instead,
        "reason": finding.reason,
    }


def as_lines(reports: Sequence[Report]) -> list[str]:
    """What must be mended and what is excused, line by line, each once; what is to be looked at stands in the report."""
    lines: dict[str, None] = {}
    for finding in (finding for report in reports for finding in report.findings if finding.must):
        place = f"{finding.place.file}:{finding.place.line}"
        if finding.breaks:
            lines[f"must    {place}: {finding.what}; {finding.instead}"] = None
        else:
            lines[f"excused {place}: {finding.what} ({finding.reason})"] = None
    return list(lines)


def as_html(reports: Sequence[Report]) -> str:
    """One page that needs no other file: each finding leads to its line in the texts at the end."""
    names = {finding.place.file for report in reports for finding in report.findings}
    names |= {place.file for report in reports for place in report.topic.places.values()}
    return (
        templates()
        .get_template("report.html")
        .render(
            reports=reports,
            rules=RULES,
            questions=QUESTIONS,
            norm=SMOG_NORM,
            measured_language=MEASURED_LANGUAGE,
            texts={name: _text(name) for name in sorted(names)},
            styles=[(assets.STYLES / name).read_text(encoding="utf-8") for name in ("tokens.css", "report.css")],
        )
    )


def _text(name: str) -> list[str]:
    unreadable: list[Problem] = []
    return read_text(found(name), unreadable).split("\n")
