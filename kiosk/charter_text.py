"""What a service costs, how long it takes and who gives it, in words, for screens and slips.

Pure.
"""

from __future__ import annotations

from datetime import date

from content.catalogue import charter
from content.catalogue.catalogue import Catalogue
from content.catalogue.model import Agency, Service
from kiosk.language import Translator


def cost_words(catalogue: Catalogue, day: date, translator: Translator, service: Service) -> str:
    """The cost on `day`, as the charter says it; "confirm at the desk" unless it is verified."""
    told = charter.cost(catalogue, service, translator.language, day)
    return told.words(translator.say("service.confirm"))


def cost_lines(
    catalogue: Catalogue, day: date, translator: Translator, service: Service
) -> list[str]:
    """The cost on `day` with all that is known of it; the last says what nobody may ask for."""
    told = charter.price(catalogue, service, translator.language, day)
    closing = "slip.pay_nothing_else" if told.final else "slip.pay_official"
    return [
        translator.say("slip.cost", cost=told.cost.words(translator.say("service.confirm"))),
        *(sentence(note) for note in told.notes),
        sentence(told.checked),
        translator.say(closing),
    ]


def cost_notes(catalogue: Catalogue, day: date, translator: Translator, service: Service) -> str:
    """Access fee, note and month of checking, in one line."""
    told = charter.price(catalogue, service, translator.language, day)
    return " ".join(sentence(each) for each in (*told.notes, told.checked))


def sentence(words: str) -> str:
    """With its full stop."""
    return words if words.endswith(".") else f"{words}."


def time_words(catalogue: Catalogue, day: date, translator: Translator, service: Service) -> str:
    """How long it takes; "confirm at the desk" unless it is verified."""
    told = charter.duration(catalogue, service, translator.language, day)
    return told.words(translator.say("service.confirm"))


def say_of(translator: Translator, key: str, agency: Agency, /, **values: object) -> str:
    """The text of `key` about `agency`, whose name stands in it as inside a sentence."""
    said = translator.say(key, agency=agency.in_sentence(translator.language), **values)
    return said[:1].upper() + said[1:]
