"""Whether there is a queue ticket for a service here and now, and if not, why. Pure.

A centre that is closed, a service another centre gives, one that is suspended or whose places of
the day are taken, and services that are given by telephone or are information only have nobody to
queue for: the citizen is told where, when and whom to
call. A van serves while it stands somewhere and has no hours of its own.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import Service
from kiosk.queue.rules import WhyNoNumber
from kiosk.visit.ports import KioskLocation


class NoTicket(StrEnum):
    """Why there is no ticket; the values name texts."""

    CLOSED = "closed"
    NOT_HERE = "not_here"
    SUSPENDED = "suspended"
    QUOTA = "quota"
    NO_COUNTER = "no_counter"
    PHONE = "phone"
    INFORMATION = "information"


_OF_CENTRE = {
    WhyNoNumber.CLOSED: NoTicket.CLOSED,
    WhyNoNumber.SUSPENDED: NoTicket.SUSPENDED,
    WhyNoNumber.QUOTA: NoTicket.QUOTA,
    WhyNoNumber.NO_COUNTER: NoTicket.NO_COUNTER,
}
_CHANNELS = {"phone": NoTicket.PHONE, "information": NoTicket.INFORMATION}


def why_by_centre(reason: str) -> NoTicket:
    """What a centre's refusal means to the citizen."""
    known = {each.value: each for each in WhyNoNumber}
    return _OF_CENTRE[known.get(reason, WhyNoNumber.CLOSED)]


def why_no_ticket(
    catalogue: Catalogue, place: KioskLocation, now: datetime, service: Service
) -> NoTicket | None:
    """The reason that lasts longest; None when a ticket can be given."""
    kinds = {_CHANNELS.get(channel) for channel in service.channels}
    if None not in kinds:
        return next(each for each in NoTicket if each in kinds)
    if place.mobile:
        return None
    # A kiosk that stands in a centre the content still calls "due" shows that it serves.
    serving = catalogue.centre(place.centre).serving
    if serving and catalogue.offered_at(service, place.centre) is False:
        return NoTicket.NOT_HERE
    if place.keeps_hours and not catalogue.open_at(place.centre, now):
        return NoTicket.CLOSED
    return None
