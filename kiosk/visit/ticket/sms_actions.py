"""Texting acts: what presses do on the screen that asks for a phone number. See `doing.py`."""

from __future__ import annotations

from kiosk.language import Translator
from kiosk.visit.actions import Act, ActionContext
from kiosk.visit.flow import Signal
from kiosk.visit.sms_port import PHONE_TYPED_MAX, PhoneInput


def ask_number(doing: ActionContext, _tail: str) -> Signal | None:
    doing.session.phone = PhoneInput()
    return Signal.SMS


def type_number(doing: ActionContext, text: str) -> None:
    doing.session.phone.typed, doing.session.phone.problem = text[:PHONE_TYPED_MAX], ""


def send(doing: ActionContext, _tail: str) -> Signal | None:
    """Queue the message; the number leaves this process's memory with it."""
    session, texting = doing.session, doing.ports.texting
    issued, phone = session.ticket, session.phone
    assert texting is not None, "no modem: this screen is never reached"
    assert issued is not None, "there is a ticket behind this screen"
    if not phone.typed.strip():
        phone.problem = "question.required"
        return None
    tongue = Translator(doing.ports.catalogue, session.language)
    words = tongue.say("sms.ticket", number=issued.label, site=doing.ports.place.name)
    if not texting.send(issued.visit, phone.typed, words):
        phone.problem = "sms.bad_number"
        return None
    session.phone = PhoneInput()
    return Signal.BACK


TEXTING: dict[str, Act] = {"send": send}
