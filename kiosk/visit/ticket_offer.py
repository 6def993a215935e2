"""Whether there is a queue ticket for a service here and now, and if not, why. Pure.

A centre that is closed, a service another centre gives, and services that are given by telephone
or are information only have nobody to queue for: the citizen is told where, when and whom to
call. A van serves while it stands somewhere and has no hours of its own.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import Service
from kiosk.visit.ports import KioskLocation


class NoTicket(StrEnum):
    """Why there is no ticket; the values name texts."""

    CLOSED = "closed"
    NOT_HERE = "not_here"
    PHONE = "phone"
    INFORMATION = "information"


_CHANNELS = {"phone": NoTicket.PHONE, "information": NoTicket.INFORMATION}


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
