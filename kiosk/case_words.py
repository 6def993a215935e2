"""What is said of a case, in words, for the status screen and its slip: what the office said, why,
and what to do now. Pure. Reasons and remedies are texts of the pack, never a sentence of an office.
"""

from __future__ import annotations

from content.catalogue.catalogue import Catalogue
from content.faults import NotInPack
from kiosk.case_reference import given_by, site_of
from kiosk.charter_text import say_of
from kiosk.language import Translator

NOTES = frozenset({"papers", "photo", "fee", "details", "twice"})
"""Reasons an agency may send; any other is "ask at the desk"."""
ANSWERS = frozenset({"received", "working", "more", "rejected", "ready"})
"""The stages that an office itself said, on a day; the others are what a kiosk knows."""


def case_words(
    catalogue: Catalogue, translator: Translator, reference: str, stage: str, code: str, reason: str
) -> list[str]:
    """The stage, then what to do: how to appeal, what to bring, where."""
    agency = catalogue.agency(code)
    why = translator.say(f"case_note.{reason if reason in NOTES else 'ask'}")
    lines = [say_of(translator, f"status_answer.{stage}", agency, reason=why)]
    if stage == "rejected":
        lines.append(say_of(translator, "status_answer.appeal", agency))
    if stage == "ready":
        place = _place(catalogue, reference) or translator.say("status_answer.place_given")
        lines.append(say_of(translator, "status_answer.where", agency, place=place))
    if stage in {"ready", "more"}:
        lines.append(translator.say("status_answer.bring"))
    return lines


def _place(catalogue: Catalogue, reference: str) -> str | None:
    """The centre at which the form was given; None for a van, and for one nobody knows."""
    given = given_by(reference)
    site = site_of(given[0]) if given is not None else None
    try:
        return catalogue.centre(site).name if site is not None else None
    except NotInPack:
        return None
