"""Screens of a ticket by SMS: the phone number, and the SMS part of the ticket's screen. Pure."""

from __future__ import annotations

from kiosk.ui_protocol.view import Block, Element, KeyboardKind, Role
from kiosk.visit.screen import Screen, ScreenContext, button, notice, text
from kiosk.visit.sms_port import SmsTicketState

WORDS = {
    SmsTicketState.WAITING: ("sms.waiting", "info", "schedule"),
    SmsTicketState.SENT: ("sms.sent", "good", "check_circle"),
    SmsTicketState.UNKNOWN: ("sms.unknown", "warn", "help"),
    SmsTicketState.FAILED: ("sms.failed", "warn", "error"),
}


def ask(context: ScreenContext) -> Screen:
    """Which number? And what becomes of it."""
    say, phone = context.translator.say, context.session.phone
    problem = say(phone.problem) if phone.problem else ""
    field = Element(
        id="answer", role=Role.FIELD, label=say("sms.number"), value=phone.typed, error=problem
    )
    go = button(context, "send", "sms.send", "send", primary=True)
    return Screen(
        say("sms.title"),
        "",
        [text(say("sms.forgotten"))],
        [field, go],
        keyboard=KeyboardKind.PHONE,
        home=False,
    )


def offer(context: ScreenContext) -> list[Element]:
    """The button on the ticket, while there is no paper and a modem can send."""
    if not context.sms.offered:
        return []
    return [button(context, "sms", "sms.offer", "smartphone")]


def told(context: ScreenContext) -> list[Block]:
    """Where the message stands."""
    found = WORDS.get(context.sms.state)
    if found is None:
        return []
    key, tone, icon = found
    return [notice(context.translator.say(key), tone=tone, icon=icon)]
