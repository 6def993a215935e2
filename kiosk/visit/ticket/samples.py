"""Samples of a ticket: its paper, its message, and the longest name a service has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from kiosk.visit.flow import State
from kiosk.visit.ports import SlipState
from kiosk.visit.sample import Build, Sample, SampleContent
from kiosk.visit.sms_port import PhoneInput, SmsTicket, SmsTicketState
from kiosk.visit.ticket_offer import NoTicket

S = State
_NONE = SmsTicketState.NONE


def fullest(sample: Sample) -> Sample:
    """The longest service, served first, no paper, and the message on its way."""
    services = sample.content.catalogue.services()
    longest = max(services, key=lambda each: len(each.title(sample.language)))
    sample.with_ticket(SlipState.BLOCKED, service=longest.code, priority="elderly")
    return sample.beside(sms=SmsTicket(offered=False, state=SmsTicketState.WAITING))


def sms(sample: Sample, typed: str, problem: str = "") -> Sample:
    """Which phone number?"""
    return sample.with_ticket(SlipState.BLOCKED).at(S.TICKET_SMS, phone=PhoneInput(typed, problem))


def no_paper(sample: Sample, *, service: str = "NRB-02", sent: SmsTicketState = _NONE) -> Sample:
    """Nothing can be printed: a message is offered, or stands as `sent` says."""
    texted = SmsTicket(offered=sent is _NONE, state=sent)
    return sample.with_ticket(SlipState.BLOCKED, service=service).beside(sms=texted)


def _sent(state: SmsTicketState) -> Build:
    return lambda s: no_paper(s, sent=state)


def _refused(why: NoTicket, service: str) -> Build:
    return lambda s: s.at(S.NO_TICKET, no_ticket=why, service=service)


def closed(sample: Sample) -> Sample:
    """At night: it opens in the morning."""
    at_night = sample.beside(now=sample.now + timedelta(hours=12))
    return _refused(NoTicket.CLOSED, "NRB-02")(at_night)


SAMPLES: dict[str, Build] = {
    "ticket": lambda s: s.with_ticket(),
    "ticket-first": lambda s: s.with_ticket(SlipState.PRINTED, ahead=0, wait=None),
    "ticket-not-known": lambda s: s.with_ticket(SlipState.PRINTED, ahead=None, wait=None),
    "ticket-no-paper": lambda s: s.with_ticket(SlipState.BLOCKED).beside(
        sms=SmsTicket(offered=True)
    ),
    "ticket-print-failed": lambda s: s.with_ticket(SlipState.FAILED),
    "ticket-print-unknown": lambda s: s.with_ticket(SlipState.UNKNOWN),
    "ticket-fullest": fullest,
    **{
        f"ticket-sms-{state.value}": _sent(state)
        for state in SmsTicketState
        if state is not SmsTicketState.NONE
    },
    "no-ticket": closed,
    "no-ticket-van": lambda s: _refused(NoTicket.CLOSED, "NRB-02")(
        s.beside(place=replace(s.place, name="Huduma Mashinani", mobile=True))
    ),
    "no-ticket-not-here": _refused(NoTicket.NOT_HERE, "NTSA-01"),
    "no-ticket-phone": _refused(NoTicket.PHONE, "HK-02"),
    "no-ticket-information": _refused(NoTicket.INFORMATION, "WEF-01"),
    "ticket-sms": lambda s: sms(s, "0712 345"),
    "ticket-sms-wrong": lambda s: sms(s, "0812 345 678", "sms.bad_number"),
}


def every(content: SampleContent) -> Iterator[tuple[str, Build]]:
    """A ticket for each service, while nothing can be printed."""
    for service in content.catalogue.services():
        yield f"ticket-{service.code}", _ticket_for(service.code)


def _ticket_for(code: str) -> Build:
    return lambda s: s.with_ticket(SlipState.BLOCKED, service=code).beside(
        sms=SmsTicket(offered=True)
    )
