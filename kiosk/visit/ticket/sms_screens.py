"""Screens of a ticket by SMS: the phone number, and what the ticket's screen says of it. Pure."""

from __future__ import annotations

from kiosk.ui_protocol.view import Block, Element, Keyboard, Role
from kiosk.visit.screen import Scene, Screen, button, notice, text
from kiosk.visit.sms_port import Text

WORDS = {
    Text.WAITING: ("sms.waiting", "info", "schedule"),
    Text.SENT: ("sms.sent", "good", "check_circle"),
    Text.UNKNOWN: ("sms.unknown", "warn", "help"),
    Text.FAILED: ("sms.failed", "warn", "error"),
}


def ask(scene: Scene) -> Screen:
    """Which number? And what becomes of it."""
    say, phone = scene.tongue.say, scene.session.phone
    problem = say(phone.problem) if phone.problem else ""
    field = Element(
        id="answer", role=Role.FIELD, label=say("sms.number"), value=phone.typed, error=problem
    )
    go = button(scene, "send", "sms.send", "send", primary=True)
    return Screen(
        say("sms.title"),
        "",
        [text(say("sms.forgotten"))],
        [field, go],
        keyboard=Keyboard.PHONE,
        home=False,
    )


def offer(scene: Scene) -> list[Element]:
    """The button on the ticket, while there is no paper and a modem can send."""
    if not scene.texted.offered:
        return []
    return [button(scene, "sms", "sms.offer", "smartphone")]


def told(scene: Scene) -> list[Block]:
    """Where the message stands."""
    found = WORDS.get(scene.texted.state)
    if found is None:
        return []
    key, tone, icon = found
    return [notice(scene.tongue.say(key), tone=tone, icon=icon)]
