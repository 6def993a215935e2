"""Screens where the citizen gives feedback, and is thanked. Pure functions of a `ScreenContext`."""

from __future__ import annotations

from kiosk.charter_text import say_of
from kiosk.ui_protocol.view import Element, KeyboardKind, Role
from kiosk.visit.flow import State
from kiosk.visit.screen import (
    Screen,
    ScreenContext,
    ScreenTable,
    button,
    notice,
    paper_notice,
    text,
    tile,
)
from kiosk.visit.session import FeedbackKind

FACES = {
    1: "sentiment_very_dissatisfied",
    2: "sentiment_dissatisfied",
    3: "sentiment_neutral",
    4: "sentiment_satisfied",
    5: "sentiment_very_satisfied",
}
KINDS = {
    FeedbackKind.PRAISE: "thumb_up",
    FeedbackKind.IDEA: "lightbulb",
    FeedbackKind.COMPLAINT: "rate_review",
    FeedbackKind.BRIBE: "gpp_maybe",
}


def complain(context: ScreenContext) -> Screen:
    """Praise, idea, complaint or a bribe; a name is never asked."""
    say = context.translator.say
    tiles = [tile(f"kind.{kind}", say(f"complain.{kind}"), icon) for kind, icon in KINDS.items()]
    blocks = [notice(say("complain.anonymous"), tone="good", icon="no_accounts")]
    return Screen(say("complain.title"), "", blocks, tiles)


def feedback(context: ScreenContext) -> Screen:
    """Five faces and optional words; the keyboard comes when the words are touched."""
    say, given = context.translator.say, context.session.feedback_input
    faces = [
        Element(
            id=f"face.{number}",
            role=Role.FACE,
            label=say(f"feedback.{number}"),
            icon=icon,
            selected=given.face == number,
        )
        for number, icon in FACES.items()
    ]
    words = Element(id="words", role=Role.FIELD, label=say("feedback.words"), value=given.words)
    send = button(
        context,
        "send",
        "feedback.send",
        "send",
        primary=True,
        enabled=given.face is not None or bool(given.words.strip()),
    )
    title = "feedback.title" if given.kind is FeedbackKind.RATING else f"complain.{given.kind}"
    blocks = []
    if given.kind is FeedbackKind.BRIBE:
        blocks.append(notice(say("complain.bribe_call"), icon="call"))
    return Screen(
        say(title),
        "",
        blocks,
        [*faces, words, send],
        keyboard=KeyboardKind.TEXT if given.writing else KeyboardKind.NONE,
    )


def thanks(context: ScreenContext) -> Screen:
    """Thank you, with a reference when an office will read the words."""
    say = context.translator.say
    receipt = context.session.feedback_input.receipt
    blocks = [text(say("thanks.text"))]
    if receipt is not None:
        agency = context.catalogue.agency(receipt.agency)
        blocks += [
            notice(say("thanks.reference", reference=receipt.reference), tone="good"),
            text(say_of(context.translator, "thanks.who", agency)),
            *paper_notice(context),
        ]
    return Screen(
        say("thanks.title"),
        "",
        blocks,
        [button(context, "done", "shell.done", "check", primary=True)],
        back=False,
    )


SCREENS: ScreenTable = {
    State.COMPLAIN: complain,
    State.FEEDBACK: feedback,
    State.THANKS: thanks,
}
