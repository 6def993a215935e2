"""Screens of a queue ticket: the question before it, and the number at once. Pure functions."""

from __future__ import annotations

from textwrap import shorten

from kiosk.ui_protocol.view import Block, BlockKind, Element, Role
from kiosk.visit.flow import State
from kiosk.visit.ports import SlipState
from kiosk.visit.screen import (
    Screen,
    ScreenContext,
    ScreenTable,
    button,
    fact,
    notice,
    paper_notice,
    step,
    text,
)
from kiosk.visit.ticket import sms_screens
from kiosk.visit.ticket_offer import NoTicket

TITLE_LETTERS_MAX = 64


def priority(context: ScreenContext) -> Screen:
    """A polite question; "no, thank you" is as large as every other answer."""
    say, language = context.translator.say, context.session.language
    choices = [
        Element(id=f"class.{each.key}", role=Role.TILE, label=each.title(language), icon=each.icon)
        for each in context.catalogue.priority_classes(asked=True)
    ]
    none = Element(id="class.none", role=Role.TILE, label=say("priority.none"), icon="person")
    return Screen(say("priority.title"), say("priority.text"), _offer(context), [*choices, none])


def _offer(context: ScreenContext) -> list[Block]:
    """What the centre said of the service: places left today, and whether a counter is open."""
    say, offer = context.translator.say, context.session.offer
    if offer is None:
        return []
    blocks = []
    if offer.left is not None:
        blocks.append(notice(say("priority.left", n=offer.left), icon="groups"))
    if offer.unattended:
        blocks.append(notice(say("priority.unattended"), tone="warn", icon="schedule"))
    return blocks


def ticket(context: ScreenContext) -> Screen:
    """Number, service, people ahead, wait, code, and where the slip is."""
    say, language = context.translator.say, context.session.language
    issued = context.session.ticket
    assert issued is not None, "the ticket screen needs a ticket"
    service = context.catalogue.service(issued.service)
    normal = issued.priority_class == "normal"
    blocks = [
        Block(
            kind=BlockKind.NUMBER, text=issued.label, value=issued.label, label=say("slip.ticket")
        ),
        fact(say("ticket.service"), _shortened(service.title(language)), "info"),
        fact(context.translator.ahead(issued.ahead), "", "groups"),
        fact(context.translator.wait(issued.wait), "", "schedule"),
        *([] if normal else [notice(say("ticket.priority"), tone="good", icon="star")]),
        *_where_it_is(context),
        step(say("ticket.next"), "weekend"),
        Block(kind=BlockKind.QR, value=issued.qr, text=say("ticket.scan")),
    ]
    actions = [
        button(context, "rate", "ticket.rate", "sentiment_satisfied"),
        button(context, "done", "ticket.done", "check", primary=True),
    ]
    actions[:0] = sms_screens.offer(context)
    if context.paper in {SlipState.FAILED, SlipState.UNKNOWN}:
        actions.insert(0, button(context, "print-again", "ticket.print_again", "print"))
    return Screen(say("ticket.title"), "", blocks, actions, back=False)


def _shortened(title: str) -> str:
    """A charter's row may be a whole sentence; beside the number its beginning names it."""
    return shorten(title, TITLE_LETTERS_MAX, placeholder=" \u2026")


def no_ticket(context: ScreenContext) -> Screen:
    """Where and when instead: the hours, the nearest centre, the number to call."""
    say, session, catalogue = context.translator.say, context.session, context.catalogue
    service, hours_of = catalogue.service(session.service), context.translator.hours
    why = session.no_ticket
    assert why is not None, "this screen needs a reason"
    key = "no_ticket.closed_van" if _closed_van(context) else f"no_ticket.{why}"
    blocks = [notice(say(key), icon="info")]
    match why:
        case NoTicket.CLOSED if context.place.mobile:
            pass
        case NoTicket.CLOSED:
            centre = catalogue.centre(context.place.centre)
            opens = catalogue.opens_again(centre, context.now)
            words = context.translator.day_and_clock(opens)
            blocks += [
                text(say("no_ticket.hours", centre=centre.name, hours=hours_of(centre.hours))),
                text(say("no_ticket.opens", time=words)),
            ]
        case NoTicket.NOT_HERE | NoTicket.SUSPENDED | NoTicket.QUOTA | NoTicket.NO_COUNTER:
            nearest = catalogue.nearest(service, context.place.centre)
            if nearest is not None:
                words = say("no_ticket.hours", centre=nearest.name, hours=hours_of(nearest.hours))
                blocks += [text(say("service.nearest", centre=nearest.name)), text(words)]
        case NoTicket.PHONE | NoTicket.INFORMATION:
            pass
    blocks.append(text(say("slip.call")))
    done = button(context, "done", "shell.done", "check", primary=True)
    return Screen(service.title(session.language), "", blocks, [done])


def _closed_van(context: ScreenContext) -> bool:
    """Whether a van gives no more numbers: it has no hours, and is no centre."""
    return context.place.mobile and context.session.no_ticket is NoTicket.CLOSED


def _where_it_is(context: ScreenContext) -> list[Block]:
    """The slip, or the message: while one is on its way, the paper that is missing is no news."""
    told = sms_screens.told(context)
    return told if told and context.paper is SlipState.BLOCKED else [*paper_notice(context), *told]


SCREENS: ScreenTable = {
    State.PRIORITY: priority,
    State.TICKET: ticket,
    State.TICKET_SMS: sms_screens.ask,
    State.NO_TICKET: no_ticket,
}
