"""What a service costs and how long it takes, in words, for screens and slips. Pure."""

from __future__ import annotations

from datetime import date

from content.catalogue import charter
from content.catalogue.catalogue import Catalogue
from content.catalogue.model import Service
from kiosk.language import Translator


def cost_words(catalogue: Catalogue, day: date, translator: Translator, service: Service) -> str:
    """The cost on `day`, as the charter says it; "confirm at the desk" unless it is verified."""
    told = charter.cost(catalogue, service, translator.language, day)
    return told.words(translator.say("service.confirm"))


def time_words(catalogue: Catalogue, translator: Translator, service: Service) -> str:
    """How long it takes; "confirm at the desk" unless it is verified."""
    told = charter.duration(catalogue, service, translator.language)
    return told.words(translator.say("service.confirm"))
