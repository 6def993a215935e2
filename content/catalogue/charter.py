"""Charter: what a service page and a slip say about a service, in one language, on one day.

A verified value is shown alone; any other, and one that was checked too long ago, gets "confirm at
the desk"; where no number is known the charter's words are shown instead ("Case by Case", "Court
fees apply"). That nothing else is to be paid is said only of a price that is final. Pure: the
catalogue, a language and a day in, texts out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from content.catalogue.catalogue import Catalogue
from content.catalogue.csv_tables import CHARTER_ZERO
from content.catalogue.model import ResearchedValue, Service
from content.i18n import kenyan_formats


@dataclass(frozen=True, slots=True)
class CharterText:
    """A text for people; `confirm` wants "confirm at the desk" beside it."""

    text: str
    confirm: bool

    def words(self, confirm: str) -> str:
        """The text with the `confirm` words behind it where they belong."""
        return f"{self.text} ({confirm})" if self.confirm else self.text


@dataclass(frozen=True, slots=True)
class Price:
    """What a service costs on one day, and all else that is known of it.

    `notes` are the access fee and the note of the charter; `checked` is the month in words;
    `final` tells that the amount is sure and nothing is added to it.
    """

    cost: CharterText
    notes: tuple[str, ...]
    checked: str
    final: bool


def price(catalogue: Catalogue, service: Service, language: str, day: date) -> Price:
    """The price of `service` for a citizen who reads `language`."""
    fee = catalogue.fee(service, day)
    access = catalogue.fees.access_fee_of(service, day)
    notes = []
    if access:
        about = kenyan_formats.money(access, language)
        notes.append(catalogue.text("cost.access_fee", language, fee=about))
    if service.fee_note:
        notes.append(service.fee_note.say(language))
    month = kenyan_formats.month_long(service.as_of, language)
    return Price(
        cost=cost(catalogue, service, language, day),
        notes=tuple(notes),
        checked=catalogue.text("service.checked", language, month=month),
        final=fee.known and not fee.confirm and not access and not service.more_costs,
    )


def cost(catalogue: Catalogue, service: Service, language: str, day: date) -> CharterText:
    """What the service costs on `day`."""
    fee = catalogue.fee(service, day)
    words = service.fee_words
    if fee.known and fee.value is not None:
        as_written = fee.value == 0 and words and words.say("en") == CHARTER_ZERO
        text = words.say(language) if as_written else kenyan_formats.money(fee.value, language)
        return CharterText(text, fee.confirm)
    if words and _says_enough(fee):
        return CharterText(words.say(language), fee.confirm)
    return CharterText(catalogue.text("service.not_known", language), confirm=False)


def duration(catalogue: Catalogue, service: Service, language: str, day: date) -> CharterText:
    """How long the service takes, as known on `day`."""
    time = catalogue.fees.dated(service, service.turnaround, day)
    if time.known and time.value is not None:
        return CharterText(time.value.say(language), time.confirm)
    return CharterText(catalogue.text("service.not_known", language), confirm=False)


def _says_enough(fee: ResearchedValue[int]) -> bool:
    """Words stand for the cost unless nothing at all was found ("confirm with …")."""
    return fee.status != "N"


def where(catalogue: Catalogue, service: Service, language: str) -> str:
    """Where the service is given, each of its channels named: which desk, which website."""
    agency = catalogue.agency(service.agency)
    return catalogue.text(
        where_key(service.channels),
        language,
        office=agency.title(language),
        portal=agency.portal.say(language),
    )


def where_key(channels: tuple[str, ...]) -> str:
    """The string that says where a service of these channels is given."""
    return "service.where_" + re.sub(r"[^a-z]+", "_", "+".join(channels).lower())
