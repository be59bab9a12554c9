"""Topic files: what is right is read, what is wrong is named with its line, all of it at once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from handouts import clinics, reading
from handouts.errors import Exit, HandoutError
from handouts.files import MAX_TEXT_BYTES
from handouts.model import Topic

from .conftest import CASES

#: The broken files of `cases/`: on which line, what is said to be wrong, and what to write instead.
FAULTS = {
    "checklist-without-items": (31, "the block “checklist” has 0 entries", "give it 1 to 12"),
    "bad-date": (9, "“written” is “2026-11-31”, which is not a date of the calendar", "write “written: 2026-11-21”"),
    "bad-id": (2, "“ex1” is not an id", "such as NP-01"),
    "bad-source-address": (18, "“example.org” is not a web address", "start it with https://"),
    "bad-source-year": (17, "“soon” is not a year", "write four digits, or: undated"),
    "block-inside-a-block": (39, "the block “callout” starts inside “steps” (line 33)", "write ::: before it"),
    "block-laid-out-wrongly": (33, "the block “steps” is not laid out as it should be", "start it with a heading"),
    "block-never-closed": (33, "the block “steps” is never closed", "write ::: on a line of its own"),
    "bold-inside-a-link": (31, "bold words or a placeholder inside a link", "keep the words between [ and ] plain"),
    "bold-never-closed": (31, "a ** that is never closed", "put ** before and after"),
    "code-block": (31, "a code block stands here", "write it as plain sentences"),
    "date-beyond-the-calendar": (10, "the review date is not within three years", "choose another day"),
    "date-of-another-kind": (9, "“written” is “20261121”", "write “written: 2026-11-21”"),
    "dose-with-a-small-d": (39, "“dose:” with a small d", "write Dose: with a capital"),
    "dose-without-words": (41, "a dose without words", "how often and how long"),
    "empty": (0, "the file is empty", "write it"),
    "empty-field": (3, "“title” is empty", "write “title: some words”"),
    "empty-section": (29, "nothing stands below “Nothing here”", "write the section"),
    "empty-table-cell": (35, "cell 3 of the row “Row” is empty", "an empty cell can be misread"),
    "entry-says-nothing": (35, "an entry of “steps” says nothing", "write at least one sentence"),
    "fault-after-bold-over-two-lines": (33, "a { or } that belongs to no placeholder", "write {name}"),
    "fence-that-closes-nothing": (31, "::: closes nothing here", "take it out"),
    "field-with-a-list-for-a-name": (4, "the name of a field is not a word", "write “name: value”"),
    "figure-outside-folder": (37, "“../../dot.svg” is not the name of an SVG file", "such as turn.svg"),
    "figure-without-alt-text": (37, "the picture dot.svg has no alt text", "say in one sentence"),
    "heading-level-skipped": (35, "the heading jumps from level 2 to level 4", "start it with ###"),
    "heading-of-level-1": (29, "a heading with one #", "use ##"),
    "heading-too-deep": (43, "the heading has more than four #", "use fewer levels"),
    "heading-without-a-space": (31, "a # without a space after it", "write the space"),
    "heading-without-words": (35, "a heading without words", "write some after the #"),
    "headings-of-different-levels": (43, "the headings in “steps” have different levels", "start it with ###"),
    "html-tag": (31, "the HTML tag <b>", "only Markdown is read here"),
    "italics": (31, "a word in italics stands here", "use **bold**"),
    "link-to-a-file": (31, "“../../secret.pdf” is not a web address", "start it with https://"),
    "link-to-no-heading": (31, "the link #what-to-eat leads to no heading", "did you mean “what-to-do”?"),
    "list-item-without-a-space": (31, "a list item without a space after its sign", "write the space"),
    "list-starts-at-3": (31, "a numbered list starts at 3", "start it with 1."),
    "missing-field": (2, "the field “title” is missing", "add “title: some words”"),
    "missing-figure": (37, "there is no drawing “dots.svg”", "did you mean “dot.svg”?"),
    "mistyped-field": (8, "“version” is “one”, which is not a whole number from 1 to 999", "write “version: 1”"),
    "no-front-matter": (1, "the file does not start with fields between two --- lines", "begin it with ---"),
    "no-urgent-help": (20, "not one urgent-help block stands before the first ## heading", "when to call for help"),
    "no-words": (20, "there are no words below the fields", "write the leaflet there"),
    "not-text": (31, "the file is not text", "plain text in UTF-8"),
    "not-utf-8": (15, "the file is not UTF-8 text", "save it again with the encoding UTF-8"),
    "not-yaml": (4, "this is not YAML", "double quotes"),
    "picture-outside-a-block": (31, "a picture or table outside a block", "put it between ::: figure and :::"),
    "repeated-field": (5, "“kind” stands here a second time", "keep one of the two"),
    "repeated-heading": (33, "the heading “What to do” stands here a second time", "word one of them differently"),
    "review-too-late": (10, "the review date is not within three years", "choose another day"),
    "stray-brace": (31, "a { or } that belongs to no placeholder", "write {name}"),
    "table-with-a-cell-too-many": (35, "this row has more or fewer cells", "put one | between cells"),
    "table-without-rows": (33, "the table is not a comparison", "give it 3 to 6 columns"),
    "title-with-markdown": (3, "“title” has a placeholder, bold words or HTML in it", "write words alone"),
    "too-few-entries": (29, "the block “key-points” has 1 entries", "give it 2 to 4"),
    "two-colons": (31, "two colons where three are meant", "write :::"),
    "two-doses": (35, "an entry of “steps” has 2 doses", "keep one"),
    "two-urgent-help-boxes": (20, "not one urgent-help block", "tell the reader there"),
    "unknown-block": (33, "there is no block “stepps”", "did you mean “steps”?"),
    "unknown-field": (5, "there is no field “sumary”", "did you mean “summary”?"),
    "unknown-placeholder": (23, "there is no word “{emergency_numbr}”", "did you mean “emergency_number”?"),
    "unprintable-sign": (3, "“title” holds a sign that cannot be printed", "in plain text"),
    "words-after-a-blank": (33, "words stand after a ____", "put the lines to write on at the end"),
}

Put = Callable[[str, bytes], Path]


def read(put: Put, name: str, content: bytes) -> Topic:
    put(name, content)
    return reading.read_topics([name], "en", [clinics.read_region("us")])[0]


def complaints(put: Put, content: bytes) -> str:
    with pytest.raises(HandoutError) as refused:
        read(put, "example", content)
    assert refused.value.exit_code is Exit.WRONG_FILE
    return str(refused.value)


def test_a_good_topic_is_read_whole(own_shelf: Put) -> None:
    """If this failed, nothing an editor writes would be printed as written."""
    topic = read(own_shelf, "example", (CASES / "topics" / "good.md").read_bytes())
    assert (topic.id, topic.version, topic.pages) == ("EX-01", 1, 1)
    assert topic.codes == {"icd-10": ("M54.2",)}
    assert [section.anchor for section in topic.sections] == ["what-to-do"]
    assert set(topic.pictures) == {"dot.svg"}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named_with_its_line_and_what_to_write(own_shelf: Put, fault: str) -> None:
    """An editor who is not told where and what would give up, or print a wrong leaflet."""
    line, what, instead = FAULTS[fault]
    said = complaints(own_shelf, (CASES / "topics" / f"{fault}.md").read_bytes()).split("\n")
    where = f"example/en.md:{line}: " if line else "example/en.md: "
    about_it = [one for one in said if where in one and what in one and instead in one]
    assert about_it, "\n".join(said)


def test_every_case_on_disk_is_expected() -> None:
    """A case nobody expects anything of would be a test that cannot fail."""
    assert {file.stem for file in (CASES / "topics").glob("*.md")} == {*FAULTS, "good", "several-at-once"}


def test_all_faults_are_reported_at_once(own_shelf: Put) -> None:
    """One fault at a time would mean a dozen rounds for one file."""
    said = complaints(own_shelf, (CASES / "topics" / "several-at-once.md").read_bytes())
    assert "not an id" in said
    assert "no block “stepps”" in said
    assert "belongs to no placeholder" in said


def test_one_id_for_two_topics_is_refused(own_shelf: Put) -> None:
    """A clinic that files by id would file two leaflets as one."""
    good = (CASES / "topics" / "good.md").read_bytes()
    own_shelf("first", good)
    own_shelf("second", good)
    with pytest.raises(HandoutError, match=r"second/en.md:2: the id EX-01 is already that of .*first/en.md"):
        reading.read_topics(["first", "second"], "en", [])


def test_a_huge_file_is_refused_unread(own_shelf: Put) -> None:
    """A film saved under the name of a topic must not fill the memory."""
    assert "the file is huge (500 kB)" in complaints(own_shelf, b"x" * (MAX_TEXT_BYTES + 1))


def test_a_folder_in_place_of_a_file_is_a_sentence(own_shelf: Put) -> None:
    """A slip with the mouse must not end in a traceback."""
    file = own_shelf("example", b"x")
    file.unlink()
    file.mkdir()
    with pytest.raises(HandoutError, match="the file cannot be read"):
        reading.read_topics(["example"], "en", [])


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_files_from_any_editor_read_the_same(own_shelf: Put, newline: str, mark: bytes) -> None:
    """Notepad's line ends and byte order mark are not the editor's fault."""
    good = (CASES / "topics" / "good.md").read_text(encoding="utf-8")
    topic = read(own_shelf, "example", mark + good.replace("\n", newline).encode())
    assert topic.sections[0].heading.line == good[: good.index("## What to do")].count("\n") + 1


@pytest.mark.parametrize("inside", ["", "viewBox='0 0 9'", "viewBox='a b c d'", "viewBox='0 0 0 9'", "<"])
def test_a_broken_drawing_is_named(own_shelf: Put, inside: str) -> None:
    """A drawing that cannot be drawn must not leave a hole in a leaflet."""
    file = own_shelf("example", (CASES / "topics" / "good.md").read_bytes())
    (file.parent / "figures" / "dot.svg").write_text(
        f"<svg xmlns='http://www.w3.org/2000/svg' {inside}/>", encoding="utf-8"
    )
    with pytest.raises(HandoutError, match=r"dot\.svg:1: "):
        reading.read_topics(["example"], "en", [])


@pytest.mark.parametrize(
    "inside",
    [
        "<script/>",
        '<image href="https://example.org/x.png"/>',
        '<use href="other.svg#a"/>',
        "<style>@import 'https://example.org/x.css';</style>",
        '<path fill="url(file:///etc/hostname#a)"/>',
    ],
)
def test_a_drawing_needs_nothing_from_elsewhere(own_shelf: Put, inside: str) -> None:
    """A drawing that fetches could tell somebody which leaflet was printed, and when."""
    file = own_shelf("example", (CASES / "topics" / "good.md").read_bytes())
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{inside}</svg>'
    (file.parent / "figures" / "dot.svg").write_text(svg, encoding="utf-8")
    with pytest.raises(HandoutError, match="holds a script, a photo or a link"):
        reading.read_topics(["example"], "en", [])
