"""A person of a list and a topic in; that person's copy out: stamped on what is frozen, or laid out on its own.

An edition is one topic in one language and format. It is laid out once for each shape its copies have, and frozen; what
is frozen is kept in the store, as nothing in it is personal.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial

from handouts import frozen, page, stamping, store
from handouts.errors import Exit, HandoutError
from handouts.frozen import Frozen, Shape
from handouts.model import Format, Ink, Leaflet, Pdf, Person, Setting, Standing, Topic, Urgent
from handouts.page import Exercise
from handouts.stamping import Fonts, Stamped
from handouts.store import Kept, Store
from handouts.wording import fill
from handouts.workers import GOES_ON, Task, Workers

#: What rows may differ in, besides their topics: language, size of text in points, ink.
Choice = tuple[str, int | None, Ink | None]


@dataclass(frozen=True)
class Edition:
    """One topic in one language and format: what all its copies have in common before they are laid out."""

    topic: Topic
    setting: Setting
    stands: Standing

    @cached_property
    def digest(self) -> str:
        """A digest of all that its copies depend on before they are anyone's: what is said here, and the templates."""
        return store.key_of(self.topic, self.setting, self.stands)

    @cached_property
    def exercises(self) -> tuple[Exercise, ...]:
        """What can be chosen in it for a person."""
        return page.exercises(fill(self.topic, self.setting.region.words), self.setting.form)

    def keeps_urgent_help(self, there: Urgent) -> bool:
        """Whether as much of urgent help stands on page 1 as must: the whole box at standard size, its beginning in others.

        The author of a topic may have a reason why it does not.
        """
        if any(excuse.rule == "urgent-help" for excuse in self.topic.excuses):
            return True
        return there is Urgent.WHOLE if self.setting.form.is_standard else there is not Urgent.NONE

    def leaflet(self, shape: Shape) -> Leaflet:
        """The leaflet that is frozen: a placeholder in each slot."""
        return page.make_leaflet(self.topic, self.setting, self.stands, frozen.placeholders(shape, self.exercises))

    def expected(self, shape: Shape) -> list[frozen.Expected]:
        """What stands in its slots."""
        day = page.personal_day(frozen.NO_DAY, self.setting.labels)
        return list(frozen.expected_in(shape, self.exercises, day))


@dataclass(frozen=True)
class Copy:
    """One person's copy of an edition: stamped on what is frozen; or laid out on its own, by a task or an earlier run."""

    edition: Edition
    frozen: Frozen | None
    stamped: Stamped
    task: Task | None = None
    made: Pdf | None = None
    #: Begins to lay it out once more, with placeholders in the place of the row's words.
    without_words: Callable[[], Task] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether nobody has to wait for it."""
        return self.task is None or self.task.is_done

    def laid_out(self, row: int) -> Pdf:
        """The PDF of a copy that is laid out on its own. If it cannot be, the row is named, and nothing of what is in it."""
        if self.made:
            return self.made
        assert self.task
        try:
            return self.task.result()
        except HandoutError as error:
            if error.exit_code not in (Exit.CANNOT_WRITE, Exit.WRONG_FILE) or self.task.is_given_up:
                raise HandoutError(f"Row {row}: {error.sentence}", error.exit_code) from None
            self._blame_what_is_the_same_for_all()
            raise HandoutError(
                f"Row {row}: {self.edition.topic.name} could not be laid out with what this row holds. Shorten its note, or use other letters.",
                Exit.WRONG_PEOPLE,
            ) from None

    def _blame_what_is_the_same_for_all(self) -> None:
        """Say what is wrong if it cannot be laid out with nobody's words either: that is not the row's fault."""
        try:
            if self.without_words:
                self.without_words().result()
        except HandoutError as error:
            raise HandoutError(f"{error.sentence} {GOES_ON}", error.exit_code) from None


class Editions:
    """The editions of a batch: each laid out once for each shape, by the workers, if it is not in the store."""

    def __init__(
        self,
        topics: Mapping[tuple[str, str], tuple[Topic, Standing]],
        settings: Mapping[Choice, Setting],
        usual_language: str,
        workers: Workers,
        kept: Store,
        fonts: Fonts,
    ) -> None:
        self._topics = topics
        self._settings = settings
        self._usual_language = usual_language
        self._workers = workers
        self._kept = kept
        self._fonts = fonts
        self._editions: dict[tuple[str, Choice], Edition] = {}
        self._frozen: dict[Hashable, Frozen | None] = {}
        self._begun: dict[Hashable, tuple[str, Task]] = {}

    def setting(self, person: Person) -> Setting:
        """How a person's leaflets come out."""
        return self._settings[self._choice(person)]

    def _choice(self, person: Person) -> Choice:
        return person.language or self._usual_language, person.text_size, person.ink

    def edition(self, person: Person, topic: str) -> Edition:
        """The edition of a topic that a person gets."""
        key = (topic, self._choice(person))
        if key not in self._editions:
            read, stands = self._topics[topic, key[1][0]]
            self._editions[key] = Edition(read, self._settings[key[1]], stands)
        return self._editions[key]

    def shape(self, person: Person, topic: str) -> Shape:
        """The shape of a person's copy, if each text of it has one line."""
        return stamping.shape_of(person.personal, self.edition(person, topic).exercises)

    def begin(self, person: Person, topic: str) -> None:
        """Begin to lay out what a copy will need first, so that one leaflet does not wait for another."""
        self._frozen_for(self.edition(person, topic), self.shape(person, topic), wait=False)

    def begin_fitted(self, person: Person, topic: str) -> None:
        """Begin to lay out what a copy will need in the end: how many lines its texts have is known by now."""
        edition = self.edition(person, topic)
        words = stamping.words_of(person.personal, edition.exercises, edition.setting.labels)
        if fitted := self._fitted(person, edition, words):
            self._frozen_for(edition, fitted, wait=False)

    def _fitted(self, person: Person, edition: Edition, words: stamping.Words) -> Shape | None:
        shape = stamping.shape_of(person.personal, edition.exercises)
        leaflet = self._frozen_for(edition, shape)
        return stamping.fitted(leaflet, words, shape) if leaflet else None

    def copy(self, person: Person, topic: str) -> Copy:
        """Begin a person's copy: stamped, if that can be done truthfully; else it is laid out on its own."""
        edition = self.edition(person, topic)
        words = stamping.words_of(person.personal, edition.exercises, edition.setting.labels)
        fitted = self._fitted(person, edition, words)
        leaflet = self._frozen_for(edition, fitted) if fitted else None
        stamped = stamping.stamp(leaflet, words, self._fonts) if leaflet else None
        if stamped is not None:
            return Copy(edition, leaflet, stamped)
        alone = page.make_leaflet(edition.topic, edition.setting, edition.stands, person.personal)
        lay_out = partial(self._workers.lay_out, form=edition.setting.form)
        shape = stamping.shape_of(person.personal, edition.exercises)
        return Copy(edition, None, {}, lay_out(alone), without_words=lambda: lay_out(edition.leaflet(shape)))

    def separator(self, person: Person) -> tuple[Frozen, Stamped]:
        """The sheet before a person's leaflets, with the id of the row."""
        choice = self._choice(person)
        setting = self._settings[choice]
        sheet = _Sheet(
            ("separator", choice),
            (repr(setting), store.templates_of(setting)),
            partial(page.make_separator, setting, frozen.PLACEHOLDER),
            setting.form,
            lambda: [("id", 0, [frozen.PLACEHOLDER])],
        )
        found = self._found(sheet)
        stamped = stamping.stamp(found, {("id", 0): person.id}, self._fonts) if found else None
        if found is None or stamped is None:
            raise HandoutError(f"The separator sheet of row {person.row} could not be made.", Exit.OUR_FAULT)
        return found, stamped

    def _frozen_for(self, edition: Edition, shape: Shape, *, wait: bool = True) -> Frozen | None:
        """A frozen edition; None if it cannot be frozen, or if nobody waits for it."""
        key = (id(edition), shape)
        if key in self._frozen:
            return self._frozen[key]
        sheet = _Sheet(
            key,
            (edition.digest, repr(shape)),
            partial(edition.leaflet, shape),
            edition.setting.form,
            partial(edition.expected, shape),
        )
        return self._found(sheet, wait=wait)

    def _found(self, sheet: "_Sheet", *, wait: bool = True) -> Frozen | None:
        """What is frozen already, is in the store, or is laid out by the workers now; None if nobody waits for it."""
        if sheet.key not in self._frozen and sheet.key not in self._begun:
            self._look_up(sheet)
        if sheet.key in self._begun and wait:
            self._frozen[sheet.key] = self._freeze(sheet)
        return self._frozen.get(sheet.key)

    def _look_up(self, sheet: "_Sheet") -> None:
        """Take what is in the store; else begin to lay it out."""
        name = store.digest_of("frozen", *sheet.depends_on)
        if kept := self._kept.read(name):
            with suppress(ValueError, KeyError, TypeError, AttributeError):  # whole, but written by another version
                self._frozen[sheet.key] = frozen.from_kept(kept.about, kept.data)
                return
        self._begun[sheet.key] = name, self._workers.lay_out(sheet.leaflet(), sheet.form)

    def _freeze(self, sheet: "_Sheet") -> Frozen | None:
        """Freeze what the workers laid out, and keep it."""
        from handouts import freezing  # noqa: PLC0415  # who finds everything in the store needs no reader of PDFs

        name, task = self._begun.pop(sheet.key)
        pdf = task.result()
        found = freezing.freeze(pdf, sheet.expected())
        if found:
            self._kept.write(name, Kept(*frozen.as_kept(found), pdf.libraries))
        return found


@dataclass(frozen=True)
class _Sheet:
    """A page with placeholders: what it is called here and what it depends on, its HTML, and what stands in its slots."""

    key: Hashable
    depends_on: tuple[str, ...]
    leaflet: Callable[[], Leaflet]
    form: Format
    expected: Callable[[], Sequence[frozen.Expected]]
