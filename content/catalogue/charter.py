"""Charter: what a service page and a checklist say about a service, in one language, on one day.

A verified value is shown alone; any other gets "confirm at the desk"; where no number is known the
charter's text is shown instead ("Case by case", "Court fees apply"). Pure: the catalogue, a
language and a day in, texts out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import ResearchedValue, Service
from content.i18n import kenyan_formats

_WHERE = {
    "kiosk": "service.where_kiosk",
    "phone": "service.where_phone",
    "information": "service.where_information",
    "desk": "service.where_desk",
}
_CHARTER_ZERO = "Nil"
"""How some charters write a fee of zero; shown as they write it."""


@dataclass(frozen=True, slots=True)
class CharterText:
    """A text for people; `confirm` wants "confirm at the desk" beside it."""

    text: str
    confirm: bool

    def words(self, confirm: str) -> str:
        """The text with the `confirm` words behind it where they belong."""
        return f"{self.text} ({confirm})" if self.confirm else self.text


@dataclass(frozen=True, slots=True)
class Charter:
    """The four answers of a charter. `note` is what else is known of the cost, or ""."""

    bring: tuple[str, ...]
    bring_confirm: bool
    cost: CharterText
    note: str
    time: CharterText
    who: str
    where: str
    checked: str


def charter(catalogue: Catalogue, service: Service, language: str, day: date) -> Charter:
    """The charter of `service` for a citizen who reads `language`, with the fees of `day`."""
    agency = catalogue.agency(service.agency)
    needs = tuple(need.title(language) for need in catalogue.requirements(service))
    told = cost(catalogue, service, language, day)
    note = service.fee_note.say(language) if service.fee_note else ""
    month = kenyan_formats.month_long(service.as_of, language)
    return Charter(
        bring=needs,
        bring_confirm=service.requirements.confirm,
        cost=told,
        note="" if note == told.text else note,
        time=duration(catalogue, service, language),
        who=agency.title(language),
        where=where(catalogue, service, language),
        checked=catalogue.text("service.checked", language, month=month),
    )


def cost(catalogue: Catalogue, service: Service, language: str, day: date) -> CharterText:
    """What the service costs on `day`."""
    fee = catalogue.fee(service, day)
    note = service.fee_note
    if fee.known and fee.value is not None:
        as_written = fee.value == 0 and note and note.say("en") == _CHARTER_ZERO
        text = note.say(language) if as_written else kenyan_formats.money(fee.value, language)
        return CharterText(text, fee.confirm)
    if note and _says_enough(fee):
        return CharterText(note.say(language), fee.confirm)
    return CharterText(catalogue.text("service.not_known", language), confirm=False)


def duration(catalogue: Catalogue, service: Service, language: str) -> CharterText:
    """How long the service takes."""
    time = service.turnaround
    if time.known and time.value is not None:
        return CharterText(time.value.say(language), time.confirm)
    return CharterText(catalogue.text("service.not_known", language), confirm=False)


def _says_enough(fee: ResearchedValue[int]) -> bool:
    """A note stands for the cost unless nothing at all was found ("confirm with …")."""
    return fee.status != "N"


def where(catalogue: Catalogue, service: Service, language: str) -> str:
    """Where the service is given: which desk, or on which channel."""
    agency = catalogue.agency(service.agency).title(language)
    key = _WHERE.get(service.channels[0], "service.where_online")
    return catalogue.text(key, language, agency=agency)
