"""What is made, and for whom, in; the names of its files out. Every pattern of a name stands here.

A name says for which region and clinic a leaflet is: two that differ in either never take each other's place.
"""

import hashlib
import re
import unicodedata
from pathlib import Path

from handouts.model import Clinic, Format, Region, Setting

#: Letters of a clinic's name in the name of a file.
MAX_SLUG = 30
#: Hexadecimal digits that tell clinics apart whose names look alike in ASCII.
DIGEST = 6
#: Letters that Unicode does not take apart into one of ASCII and a mark.
LATIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "’": "", "'": ""}
)
#: How the rest of a format's name begins; a clinic called so would be taken for one.
FORMAT = re.compile(r"(\d+pt|saver|grey|booklet|tri-fold|print-shop)\b")


def leaflet(topic: str, language: str, setting: Setting) -> str:
    """The PDF of one leaflet, such as `sleep-hygiene-en-uk-a4-example-clinic.pdf`."""
    return f"{_joined(topic, language, setting.region.code, setting.form.name, slug(setting.clinic))}.pdf"


def web_page(topic: str, language: str, setting: Setting) -> str:
    """The page for a browser of one leaflet; it has no paper."""
    return f"{_joined(topic, language, setting.region.code, slug(setting.clinic))}.html"


def report(pdf: Path) -> Path:
    """What was checked for the print shop, beside a PDF."""
    return pdf.with_name(f"{pdf.stem}-report.txt")


def picture(pdf: Path, number: int) -> Path:
    """The picture of one page, beside a PDF; the first is 1."""
    return pdf.with_name(f"{pdf.stem}-page-{number}.png")


def print_file(number: int, region: Region, form: Format, *, two_sided: bool) -> str:
    """The print file of a batch, such as `001-uk-a4-full.pdf`."""
    sides = "" if two_sided else "one-sided"
    return f"{_joined(f'{number:03}', region.code, form.paper.value, form.ink.value, sides)}.pdf"


def copy(row_id: str, topic: str, language: str, region: Region) -> str:
    """A person's own copy, such as `row-0007-sleep-hygiene-en-uk.pdf`."""
    return f"{_joined(row_id, topic, language, region.code)}.pdf"


def with_region(chosen: Path, region: Region) -> Path:
    """A name that somebody chose, with the region in it; as it is, if the region is a word of it already."""
    words = re.split(r"[\W_]+", chosen.stem.casefold())
    return chosen if region.code in words else chosen.with_stem(f"{chosen.stem}-{region.code}")


def slug(clinic: Clinic | None) -> str:
    """A clinic's name in small ASCII letters, digits and hyphens; with a digest, if it says less than the name."""
    if clinic is None:
        return ""
    name = " ".join(unicodedata.normalize("NFC", clinic.name).casefold().split())
    letters = unicodedata.normalize("NFKD", name.translate(LATIN))
    words = re.findall(r"[a-z0-9]+", "".join(sign for sign in letters if not unicodedata.combining(sign)))
    whole = "-".join(words)
    is_lost = any(sign.isalnum() and not sign.isascii() for sign in letters)
    if words and not is_lost and len(whole) <= MAX_SLUG and not FORMAT.match(whole):
        return whole
    room = MAX_SLUG - DIGEST - 1
    while len(words) > 1 and len("-".join(words)) > room:
        words.pop()
    digest = hashlib.sha256(name.encode()).hexdigest()[:DIGEST]
    return _joined("-".join(words)[:room] or "clinic", digest)


def _joined(*parts: str) -> str:
    return "-".join(filter(None, parts))
