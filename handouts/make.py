"""The story, on one screen: read the topics, fill the pages, print them to PDF, put the files where they belong.

What only some orders ask for (a browser's page, pictures, a print shop) is imported when one does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from handouts import approvals, assets, clinics, naming, origin, page, pdf, reading, store, tokens
from handouts.assets import Library
from handouts.errors import Exit, HandoutError, nearest
from handouts.files import check_folder, shown, write_whole
from handouts.finishing import beside, checked, finished, lay_out
from handouts.formats import Wanted, format_of
from handouts.model import Clinic, Format, Paper, Pdf, Printer, Region, Setting, Standing, Topic, Urgent
from handouts.store import Store

if TYPE_CHECKING:
    from handouts.preflight import Preflight

DEFAULT_LANGUAGE = "en"
DEFAULT_REGION = "us"
TRI_FOLD_SIDES = 2


@dataclass(frozen=True)
class Order:
    """What is wanted of every leaflet. No region: the clinic's, else the default.

    `png_dpi` asks for a picture of each page, with so many pixels to the inch; `web` for a page for a browser; `cached`
    allows a PDF that was made before of exactly the same page.
    """

    language: str = DEFAULT_LANGUAGE
    region: str = ""
    wanted: Wanted = field(default_factory=Wanted)
    clinic_file: Path | None = None
    approved_only: bool = False
    png_dpi: int | None = None
    web: bool = False
    cached: bool = True


@dataclass(frozen=True)
class Made:
    """One leaflet that was made, for whom, where it is, its pages of how many meant, and who stands behind it.

    Pages are counted at the standard size only; for any other the budget is None. `beside` are the other files of it.
    """

    topic: str
    region: str
    clinic: str
    file: Path
    pages: int
    budget: int | None
    standing: Standing
    preflight: Preflight | None
    urgent: Urgent = Urgent.WHOLE
    beside: tuple[Path, ...] = ()

    @property
    def sheets(self) -> int:
        return sheets(self.pages)


@dataclass(frozen=True)
class Written:
    """One file of several leaflets: its path, the topics in it, in order, and its pages.

    `urgent` names those of which the urgent-help box is not whole on their page 1; `beside` are the files that go with it.
    """

    file: Path
    topics: tuple[str, ...]
    pages: int
    preflight: Preflight | None = None
    urgent: tuple[tuple[str, Urgent], ...] = ()
    beside: tuple[Path, ...] = ()

    @property
    def sheets(self) -> int:
        return sheets(self.pages)


def sheets(pages: int) -> int:
    """The sheets that pages take, printed on both sides."""
    return -(-pages // 2)


@dataclass(frozen=True)
class Length:
    """How long a leaflet or a pack is that does not have the usual size; `usual` are the most pages of that, if known."""

    what: str
    form: Format
    pages: int
    usual: int = 0


#: Told how long something is, before it is written.
Tell = Callable[[Length], None]


@dataclass(frozen=True)
class Plan:
    """Everything that was read and checked before the first page is made.

    `topics` are those to make, each with its standing; `refused` says of each other why it is not made.
    """

    topics: tuple[tuple[Topic, Standing], ...]
    setting: Setting
    refused: tuple[str, ...]


@dataclass(frozen=True)
class House:
    """Who orders: the clinic, if there is one, its library, and the region it orders for."""

    library: Library
    clinic: Clinic | None
    region: Region


def today() -> date:
    """The day on the clock of the clinic's computer."""
    return date.today()  # noqa: DTZ011  # a clinic's day is that of its own clock


def plan(names: Sequence[str], order: Order) -> Plan:
    """Read all that is needed; a fault in any file stops here, before anything is written."""
    house = house_of(order)
    topics = reading.read_topics(names, order.language, [house.region], house.library)
    judged = tuple(zip(topics, standings_in(house, topics), strict=True))
    needs_approval = order.approved_only or (house.clinic is not None and house.clinic.requires_approval)
    wanted = tuple((topic, stands) for topic, stands in judged if stands.approval or not needs_approval)
    refused = tuple(
        f"{topic.name} is not made for {house.region.code}: {stands.why}."
        for topic, stands in judged
        if (topic, stands) not in wanted
    )
    return Plan(wanted, setting_of(order, house), refused)


def house_of(order: Order) -> House:
    """Find the clinic and its library, and read the region."""
    clinic = clinics.find_clinic(order.clinic_file)
    return House(clinics.find_library(order.clinic_file), clinic, region_of(order.region, clinic))


def setting_of(order: Order, house: House) -> Setting:
    """Where the leaflets of an order are handed out, and how they come out."""
    usual = tokens.text_size(house.clinic.tokens if house.clinic else {})
    profile = _profile_of(house.clinic) if order.wanted.printer is Printer.SHOP else None
    form = format_of(order.wanted, house.region.paper, profile, usual)
    labels = clinics.read_labels(order.language)
    return Setting(house.region, labels, house.clinic, form, house.library.own_templates())


def _profile_of(clinic: Clinic | None) -> tuple[str, bytes]:
    """The profile of the clinic's print shop, else ours, by name; it is refused if it is none of a press."""
    from handouts import inks  # noqa: PLC0415

    name, profile = (clinic.press_profile if clinic else None) or (inks.DEFAULT_NAME, inks.default_profile())
    inks.check_profile(profile, name)
    return name, profile


def region_of(wanted: str, clinic: Clinic | None) -> Region:
    """The region that was asked for, else the clinic's, else the default; with the clinic's own words, if it is theirs."""
    code = wanted or (clinic.region if clinic else "") or DEFAULT_REGION
    if code not in assets.region_codes():
        instead = nearest(code, assets.region_codes(), "install handouts again: it has lost its regions")
        raise HandoutError(f"There is no region “{code}”; {instead}", Exit.WRONG_COMMAND)
    return clinics.read_region(code, clinic.words if clinic and clinic.region in ("", code) else {})


def standings(topics: Sequence[Topic], order: Order) -> tuple[Standing, ...]:
    """Whether each topic stands approved in the region of the order or the clinic."""
    return standings_in(house_of(order), topics)


def standings_in(house: House, topics: Sequence[Topic]) -> tuple[Standing, ...]:
    """Whether each topic stands approved by the clinic, in the region it orders for."""
    given = approvals.read_approvals(house.library)
    return tuple(approvals.standing(topic, house.region, given, today()) for topic in topics)


def watched(library: Library) -> tuple[Path, ...]:
    """What a leaflet depends on: the clinic's library, and ours."""
    ours = (assets.TOPICS, assets.SNIPPETS, assets.REGIONS, assets.LANGUAGES, assets.TEMPLATES, assets.STYLES)
    own = (
        [library.own / name for name in ("clinic.yaml", "approvals.yaml", "topics", "snippets", "templates", "styles")]
        if library.own
        else []
    )
    return (*own, *ours)


def look_again() -> None:
    """Forget what was read of our styles: they have been saved anew."""
    store.house.cache_clear()
    pdf.styles.cache_clear()


def make(names: Sequence[str], order: Order, out: Path, tell: Tell = lambda _: None) -> Iterator[Made]:
    """Make leaflets, one PDF each, and yield each as soon as it lies whole in the folder `out`.

    `tell` hears how long one is that has not the usual size, before anything of it is written. Those that must not be handed out are not made; a HandoutError at the end says which and why.
    """
    ready = plan(names, order)
    if ready.topics:
        check_folder(out)
    setting = ready.setting
    kept = store.usual_store() if order.cached else store.NONE
    files = {name: out / naming.leaflet(name, order.language, setting) for name in names}
    not_made: list[str] = []
    for topic, stands in ready.topics:
        try:
            printed = _printed(topic, setting, stands, kept)
        except HandoutError as error:
            if error.exit_code != Exit.WRONG_FILE:
                raise
            not_made.append(f"{topic.name} is not made. {error.sentence}")
            continue
        if setting.form.is_tri_fold and printed.pages > TRI_FOLD_SIDES:
            not_made.append(_does_not_fit(topic))
            continue
        if _has_another_size(setting):
            tell(Length(topic.name, setting.form, printed.pages, topic.pages))
        file = files.pop(topic.name)
        report, others = _write(file, printed, setting, order)
        if order.web:
            from handouts import web  # noqa: PLC0415

            twin = out / naming.web_page(topic.name, topic.language, setting)
            write_whole(twin, web.make_web_page(topic, setting, stands).encode())
            others = (twin, *others)
        clinic = setting.clinic.name if setting.clinic else ""
        budget = topic.pages if setting.form.is_standard else None
        urgent = dict(printed.urgent).get(topic.name, Urgent.WHOLE)
        yield Made(topic.name, setting.region.code, clinic, file, printed.pages, budget, stands, report, urgent, others)
    refuse_unapproved(ready, files.values(), not_made)


def _has_another_size(setting: Setting) -> bool:
    """Whether text or paper are not what the clinic usually takes. Folded sheets are counted as they are always."""
    form = setting.form
    usual = tokens.text_size(setting.clinic.tokens if setting.clinic else {})
    return not form.fold and (form.text_size != usual or form.paper is Paper.A5)


def _printed(topic: Topic, setting: Setting, stands: Standing, kept: Store) -> Pdf:
    """The PDF of a leaflet: kept from before, without filling its page; or laid out now, and kept."""
    key = store.key_of(topic, setting, stands)
    found = kept.find(key)
    if found is None:
        found = lay_out(page.make_leaflet(topic, setting, stands), setting.form)
        kept.keep(key, found)
    return found


def write_contact_sheet(made: Sequence[Made], order: Order, chosen: Path) -> Path:
    """Write one picture of all pages of what was made, under the name that was chosen and the region."""
    from handouts.pictures import contact_sheet  # noqa: PLC0415

    file = naming.with_region(chosen, house_of(order).region)
    check_folder(file.parent)
    write_whole(file, contact_sheet([(one.file.stem, Pdf(one.file.read_bytes(), one.pages)) for one in made]))
    return file


def _does_not_fit(topic: Topic) -> str:
    shorter = "fewer sections" if topic.tri_fold else "some of its sections"
    return f"{topic.name} is not made: it does not fit the six panels of a tri-fold. Name {shorter} under tri_fold in {shown(topic.file)}, or write --fold booklet."


def make_pack(
    names: Sequence[str], order: Order, chosen: Path, tell: Tell = lambda _: None
) -> tuple[Written, tuple[str, ...]]:
    """Make one PDF of all leaflets behind a cover, and write it whole; say which of them are past their review.

    Its name is the one that was chosen, and the region. `tell` hears how long it is, as in `make`. A leaflet that must not be handed out stops it: half a pack would be taken for a whole one.
    """
    ready = plan(names, order)
    file = naming.with_region(chosen, ready.setting.region)
    refuse_unapproved(ready, [file])
    check_folder(file.parent)
    origin.claim(file.parent, [file.name], ready.setting)
    setting = replace(ready.setting, in_pack=True)
    leaflets = [(topic, page.make_leaflet(topic, setting, stands)) for topic, stands in ready.topics]
    for_press = setting.form.press is not None
    packed = pdf.print_pack(lambda contents: page.make_cover(contents, setting), leaflets, for_press=for_press)
    printed = finished(packed, setting.form, order.language)
    if _has_another_size(setting):
        tell(Length("the pack", setting.form, printed.pages))
    report, others = _write(file, printed, setting, order)
    overdue = tuple(topic.name for topic, stands in ready.topics if stands.overdue)
    names_in_it = tuple(topic.name for topic, _ in ready.topics)
    return Written(file, names_in_it, printed.pages, report, printed.urgent, others), overdue


def _write(file: Path, printed: Pdf, setting: Setting, order: Order) -> tuple[Preflight | None, tuple[Path, ...]]:
    """Write a PDF and what goes with it; what a print shop would check, and the files that go with it."""
    report = checked(printed, setting.form)
    write_whole(file, printed.data)
    others: list[Path] = []
    for other, data in beside(file, printed, report, order.png_dpi):
        write_whole(other, data)
        others.append(other)
    return report, tuple(others)


def refuse_unapproved(ready: Plan, not_made: Iterable[Path], too_long: Sequence[str] = ()) -> None:
    """Say which leaflets were not made for want of an approval or of room, and which old files are there still."""
    if ready.refused or too_long:
        old = [f"{file} is an older one and still there; do not hand it out." for file in not_made if file.exists()]
        raise refusal(ready.refused, (*too_long, *old))


def refusal(unapproved: Sequence[str], more: Sequence[str] = ()) -> HandoutError:
    """What is not made, and why; and how to approve what is not approved."""
    cure = "`handouts approve TOPIC` approves one; `handouts approve TOPIC --show` says what has changed."
    return HandoutError("\n".join((*unapproved, *more, *([cure] if unapproved else []))), Exit.WRONG_FILE)
