"""Actions of the screen that asks for a phone number."""

from __future__ import annotations

from kiosk.language import Translator
from kiosk.visit.actions import ActionContext
from kiosk.visit.flow import Signal
from kiosk.visit.sms_port import PHONE_TYPED_MAX, PhoneInput


def ask_number(context: ActionContext, _tail: str) -> Signal | None:
    context.session.phone = PhoneInput()
    return Signal.SMS


def type_number(context: ActionContext, _tail: str, text: str) -> None:
    context.session.phone.typed, context.session.phone.problem = text[:PHONE_TYPED_MAX], ""


def send(context: ActionContext, _tail: str) -> Signal | None:
    """Queue the message; the number leaves this process's memory with it."""
    session, sms = context.session, context.ports.sms
    issued, phone = session.ticket, session.phone
    assert sms is not None, "no modem: this screen is never reached"
    assert issued is not None, "there is a ticket behind this screen"
    if not phone.typed.strip():
        phone.problem = "question.required"
        return None
    translator = Translator(context.ports.catalogue, session.language)
    place = context.ports.place
    site = f"{translator.say('shell.practice')}: {place.name}" if place.demo else place.name
    words = translator.say("sms.ticket", number=issued.label, site=site)
    if not sms.send(issued.visit, phone.typed, words):
        phone.problem = "sms.bad_number"
        return None
    session.phone = PhoneInput()
    return Signal.BACK
