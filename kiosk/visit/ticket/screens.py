"""The ticket screen: the number at once, and the truth about the paper. Pure."""

from __future__ import annotations

from kiosk.ui_protocol.view import Block, BlockKind
from kiosk.visit.ports import SlipState
from kiosk.visit.screen import Screen, ScreenContext, button, fact, notice, step
from kiosk.visit.ticket import sms_screens

PAPER_WORDS = {
    SlipState.PRINTING: ("ticket.printing", "info", "print"),
    SlipState.PRINTED: ("ticket.printed", "good", "check_circle"),
    SlipState.UNKNOWN: ("ticket.print_unknown", "warn", "print_error"),
    SlipState.FAILED: ("ticket.print_failed", "warn", "print_disabled"),
    SlipState.BLOCKED: ("ticket.no_printer", "warn", "print_disabled"),
}


def ticket(scene: ScreenContext) -> Screen:
    """Number, service, people ahead, wait, code, and where the slip is."""
    say, language = scene.tongue.say, scene.session.language
    issued = scene.session.ticket
    assert issued is not None, "the ticket screen needs a ticket"
    service = scene.catalogue.service(issued.service)
    normal = issued.klass == "normal"
    blocks = [
        Block(
            kind=BlockKind.NUMBER, text=issued.label, value=issued.label, label=say("slip.ticket")
        ),
        fact(say("ticket.service"), service.title(language), "info"),
        fact(scene.tongue.ahead(issued.ahead), "", "groups"),
        fact(scene.tongue.wait(issued.wait), "", "schedule"),
        *([] if normal else [notice(say("ticket.priority"), tone="good", icon="star")]),
        *_where_it_is(scene),
        step(say("ticket.next"), "weekend"),
        Block(kind=BlockKind.QR, value=issued.qr, text=say("ticket.scan")),
    ]
    actions = [
        button(scene, "rate", "ticket.rate", "sentiment_satisfied"),
        button(scene, "done", "ticket.done", "check", primary=True),
    ]
    actions[:0] = sms_screens.offer(scene)
    if scene.paper in {SlipState.FAILED, SlipState.UNKNOWN}:
        actions.insert(0, button(scene, "print-again", "ticket.print_again", "print"))
    return Screen(say("ticket.title"), "", blocks, actions, back=False)


def _where_it_is(scene: ScreenContext) -> list[Block]:
    """The slip, or the message: while one is on its way, the paper that is missing is no news."""
    told = sms_screens.told(scene)
    return told if told and scene.paper is SlipState.BLOCKED else [*paper_notice(scene), *told]


def paper_notice(scene: ScreenContext) -> list[Block]:
    """What is known about the slip, in calm words."""
    found = PAPER_WORDS.get(scene.paper)
    if found is None:
        return []
    key, tone, icon = found
    return [notice(scene.tongue.say(key), tone=tone, icon=icon)]
