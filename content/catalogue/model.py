"""Model: the content of a pack as frozen values.

Every value that was researched carries its status: V verified, R one source (or sources that
differ), I illustrative, N no value given. The rule of the product is in `ResearchedValue`: only V
is shown plainly, everything else asks the citizen to confirm at the desk, and N shows no value at
all.

Texts are `TranslatedText`: one text per language code. A language that is missing falls back to
English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from content.i18n.strings import FALLBACK

STATUSES = frozenset("VRIN")

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class TranslatedText:
    """One text in each of its languages."""

    texts: Mapping[str, str]

    def say(self, language: str) -> str:
        """The text in `language`, else in English."""
        return self.texts.get(language) or self.texts[FALLBACK]

    def __bool__(self) -> bool:
        return any(self.texts.values())


@dataclass(frozen=True, slots=True)
class ResearchedValue(Generic[T_co]):
    """A researched value with its status (one of V, R, I, N)."""

    value: T_co | None
    status: str
    stale: bool = False
    """Verified so long ago that it is to be confirmed like one that never was."""

    @property
    def known(self) -> bool:
        """Whether there is a value to show at all."""
        return self.status != "N" and self.value is not None

    @property
    def confirm(self) -> bool:
        """Whether "confirm at the desk" must stand beside it."""
        return self.status != "V" or self.stale


@dataclass(frozen=True, slots=True)
class NamedRecord:
    """Something with a name in every language."""

    names: TranslatedText

    def title(self, language: str) -> str:
        """The name in `language`, else in English."""
        return self.names.say(language)


@dataclass(frozen=True, slots=True)
class Category(NamedRecord):
    key: str
    icon: str
    order: int


@dataclass(frozen=True, slots=True)
class Agency(NamedRecord):
    """An office that serves citizens; `colour` is #RRGGBB, dark enough for white text.

    Its name carries no article and no word "desk": `article` ("the" or "") goes before it inside
    an English sentence. `portal` is what its own website is called, where it has services on one.
    """

    code: str
    colour: str
    icon: str
    article: str = ""
    portal: TranslatedText = field(default_factory=lambda: TranslatedText({"en": ""}))

    def in_sentence(self, language: str) -> str:
        """The name as it stands inside a sentence, "the Judiciary". Kiswahili has no article."""
        name = self.title(language)
        return f"{self.article} {name}".strip() if language == FALLBACK else name


@dataclass(frozen=True, slots=True)
class AgencyPage:
    """What an office's charter says of it, in its own words; an address has several lines."""

    office: TranslatedText
    vision: TranslatedText
    mission: TranslatedText
    values: tuple[TranslatedText, ...]
    standards: tuple[TranslatedText, ...]
    complaint: TranslatedText
    addressees: tuple[TranslatedText, ...]


@dataclass(frozen=True, slots=True)
class Requirement(NamedRecord):
    """One thing to bring or to know, with its picture."""

    key: str
    icon: str


@dataclass(frozen=True, slots=True)
class PriorityClass(NamedRecord):
    """A reason to be served earlier; a lower `rank` goes first, `asked` are asked on screen."""

    code: str
    key: str
    icon: str
    rank: int
    asked: bool
    status: str


@dataclass(frozen=True, slots=True)
class County:
    code: str
    name: str
    headquarters: ResearchedValue[str]
    language: str


@dataclass(frozen=True, slots=True)
class Centre:
    """A Huduma Centre; `hours` is HH:MM-HH:MM in East Africa Time, Monday to Friday."""

    id: str
    name: str
    county: str
    town: str
    state: str
    hours: str
    extended: bool
    licence_biometrics: bool
    judiciary_desk: bool
    status: str

    @property
    def serving(self) -> bool:
        """Whether it is one of the centres that serve today, not one still due."""
        return self.state.startswith(("one of", "opened"))


@dataclass(frozen=True, slots=True)
class Holiday(NamedRecord):
    """A day the centres are closed; not V means expected only (it follows moon and gazette)."""

    day: date
    kind: str
    status: str

    @property
    def sure(self) -> bool:
        return self.status == "V"


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    name: str
    endonym: str
    greeting: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Service(NamedRecord):
    """A service with its charter: what to bring, what it costs (KES), how long it takes.

    `fee_words` stand in the place of the amount ("Case by Case"), `fee_note` is what else is known
    of the cost and never does; `more_costs` tells that the note names something more to pay.
    """

    code: str
    agency: str
    category: str
    requirements: ResearchedValue[tuple[str, ...]]
    fee: ResearchedValue[int]
    fee_words: TranslatedText
    fee_note: TranslatedText
    more_costs: bool
    turnaround: ResearchedValue[TranslatedText]
    sla_days: int | None
    channels: tuple[str, ...]
    sources: tuple[str, ...]
    as_of: str
    county: str | None = None


@dataclass(frozen=True, slots=True)
class FormAsset:
    """A form as the engine takes it: the XForm and its media by file name."""

    id: str
    version: str
    titles: TranslatedText
    service: str
    agency: str
    questions: int
    xml: bytes = field(repr=False)
    media: Mapping[str, bytes] = field(repr=False)

    @property
    def title(self) -> Mapping[str, str]:
        """The title by language code."""
        return self.titles.texts


@dataclass(frozen=True, slots=True)
class CounterSkill:
    """The services (codes) a counter may serve, and in words whose they are."""

    services: frozenset[str]
    serves: str
