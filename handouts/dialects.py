"""A line of a topic in; out comes the markup in it that is of another dialect of Markdown, and would be printed raw."""

import re
from collections.abc import Iterator

LIST = "begin each line of a list with - and a space"
LINK = "write [words](https://…), in one piece"
BOLD = "use **bold**"

#: What is found anywhere in a line, or at its beginning (^): what it is, and what to write instead.
MARKUP = {
    r"<!--|-->": ("a comment of HTML", "take it out: it would be printed"),
    r"<(?:https?://|mailto:)[^>]*>": ("a web address between < and >", LINK),
    r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]{1,30});": ("a sign written as in HTML", "write the sign itself"),
    r"(?<!~)~~(?!~)": ("words crossed out with ~~", "take them out"),
    r"==[^\s=][^=]*==": ("words marked with ==", BOLD),
    r"\+\+[^\s+][^+]*\+\+": ("words marked with ++", BOLD),
    r"\^[^\s^]+\^|(?<!~)~\w{1,9}~(?!~)": (
        "raised or lowered letters",
        "write a sign such as ² or ₂, or leave them out",
    ),
    r"\[\^[^\]]*\]": ("a footnote", "write it in the sentence, or name it under sources"),
    r"(?<!\[)\[[ xX]?\](?![\](])": ("a box to tick, [ ]", "take it out: each item of a checklist block has one"),
    r"(?<!\])\]\[(?!\[)|(?<!\])\]\s+\(https?:": ("a link of another kind", LINK),
    r"^\s*\[(?!\[)[^\]]+\]:(?:\s|$)": ("the address of a link, on a line of its own", LINK),
    r"\[\[[^\]|]*\|": ("a link as in a wiki", LINK),
    r"^\s*\[\[?_?toc_?\]?\]\s*$": ("a table of contents", "take it out: a leaflet is short"),
    r"(?<![\w:]):[a-zA-Z+-][\w+-]*:(?![\w:])": ("a picture sign written as a word between colons", "say it in words"),
    r"\$\$|\$[^\s$](?:[^$]*[^\s$])?\$(?!\d)": ("a formula between $ and $", "write it in words"),
    r"\\(?=[a-zA-Z0-9]|\s*$)": ("a backslash", "take it out: an empty line begins a new paragraph"),
    r"^\s*(?:[-*+]\s+)?[•●○◦▪▫■□◆◇❖‣⁃∙·➢➤►▶✓✔\uf0a7\uf0b7\uf0d8](?:\s|\w)": ("a list from another program", LIST),
    r"^\s*(?:[-*+]\s+)?(?:[–—−‒―]|(?-i:o))\s": ("a list from another program", LIST),
    r"^\s*(?:\+{3,}|={2,}|\+[-=+]+\+)\s*$": ("a ruled line", "take it out"),
    r"^\s*(?:={1,6}\s|h[1-6]\.\s)": ("a heading of another kind", "begin it with ## and a space"),
    r"^\s*(?:!!!|\?\?\?\+?|%%)(?:\s|$)|^\s*\.\.\s+[\w-]+::": ("a box or note of another kind", "use a callout block"),
    r"^\s*:\s": ("an explanation that begins with a colon", "write it as a sentence"),
    r"^\s*\|(?!.*\|\s*$)": ("a row of a table that does not end in |", "put | at both ends, and between cells"),
}
FOUND = [(re.compile(sign, re.IGNORECASE), *said) for sign, said in MARKUP.items()]
#: Without one of these, or a letter that is none of ours at its beginning, a line holds nothing of the kind.
SIGNS = re.compile(r"[<&~=+^\[$\\:|!?%]|^\s*(?:[-*+]\s+)?(?:[^\w\s#>*(\"'-]|o\s|h\d)", re.IGNORECASE)


def foreign_markup(line: str) -> Iterator[tuple[str, str]]:
    """What of a line is of another dialect, and what to write instead."""
    if SIGNS.search(line):
        yield from ((what, instead) for sign, what, instead in FOUND if sign.search(line))
