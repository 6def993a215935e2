"""Screens where the citizen asks about a case or speaks up. Pure functions of the scene."""

from __future__ import annotations

from kiosk.ui_protocol.view import Block, Element, KeyboardKind, Role
from kiosk.visit.ports import CaseStatus
from kiosk.visit.screen import Screen, ScreenContext, button, notice, text, tile

FACES = {
    1: "sentiment_very_dissatisfied",
    2: "sentiment_dissatisfied",
    3: "sentiment_neutral",
    4: "sentiment_satisfied",
    5: "sentiment_very_satisfied",
}
KINDS = {
    "praise": "thumb_up",
    "idea": "lightbulb",
    "complaint": "rate_review",
    "bribe": "gpp_maybe",
}
NOTES = frozenset({"papers", "photo", "fee", "details", "twice"})
"""Reasons an agency may send; any other is "ask at the desk"."""


def status(scene: ScreenContext) -> Screen:
    """The reference on the slip; nothing else is asked."""
    say, asking = scene.tongue.say, scene.session.asking
    problem = say(asking.problem) if asking.problem else ""
    field = Element(
        id="answer",
        role=Role.FIELD,
        label=say("status.reference"),
        hint=say("status.hint"),
        value=asking.reference,
        error=problem,
    )
    blocks = [notice(problem, tone="problem", icon="error")] if problem else []
    return Screen(
        say("status.title"),
        "",
        blocks,
        [field, button(scene, "next", "shell.next", "arrow_forward", primary=True)],
        keyboard=KeyboardKind.ID,
    )


def status_answer(scene: ScreenContext) -> Screen:
    """What is known here, and how old that is; nothing is guessed."""
    say, known = scene.tongue.say, scene.session.asking.answer
    blocks: list[Block] = []
    if known is None:
        blocks.append(notice(say("status_answer.nothing"), icon="info"))
    else:
        agency = scene.catalogue.agency(known.agency).title(scene.session.language)
        words = say(f"status_answer.{known.stage}", agency=agency, reason=_reason(scene, known))
        tone = "good" if known.stage in {"ready", "collected"} else "info"
        blocks.append(notice(words, tone=tone, icon="fact_check"))
        if known.at is not None:
            blocks.append(text(say("status_answer.updated", date=scene.tongue.moment(known.at))))
            days = (scene.now - known.at).days
            age = say("status_answer.age", n=days) if days else say("status_answer.today")
            blocks.append(text(age))
    actions = [
        button(scene, "complain", "status_answer.complain", "rate_review"),
        button(scene, "done", "shell.done", "check", primary=True),
    ]
    return Screen(say("status_answer.title"), scene.session.asking.reference, blocks, actions)


def _reason(scene: ScreenContext, known: CaseStatus) -> str:
    """Why, in words of the pack: agencies send a key, never a sentence about a person."""
    if known.stage != "rejected":
        return ""
    return scene.tongue.say(f"case_note.{known.reason if known.reason in NOTES else 'ask'}")


def complain(scene: ScreenContext) -> Screen:
    """Praise, idea, complaint or a bribe; a name is never asked."""
    say = scene.tongue.say
    tiles = [tile(f"kind.{kind}", say(f"complain.{kind}"), icon) for kind, icon in KINDS.items()]
    blocks = [notice(say("complain.anonymous"), tone="good", icon="no_accounts")]
    return Screen(say("complain.title"), "", blocks, tiles)


def feedback(scene: ScreenContext) -> Screen:
    """Five faces and optional words; the keyboard comes when the words are touched."""
    say, saying = scene.tongue.say, scene.session.saying
    faces = [
        Element(
            id=f"face.{number}",
            role=Role.FACE,
            label=say(f"feedback.{number}"),
            icon=icon,
            selected=saying.face == number,
        )
        for number, icon in FACES.items()
    ]
    words = Element(id="words", role=Role.FIELD, label=say("feedback.words"), value=saying.words)
    send = button(
        scene,
        "send",
        "feedback.send",
        "send",
        primary=True,
        enabled=saying.face is not None or bool(saying.words.strip()),
    )
    title = "feedback.title" if saying.kind == "rating" else f"complain.{saying.kind}"
    blocks = []
    if saying.kind == "bribe":
        blocks.append(notice(say("complain.bribe_call"), icon="call"))
    return Screen(
        say(title),
        "",
        blocks,
        [*faces, words, send],
        keyboard=KeyboardKind.TEXT if saying.writing else KeyboardKind.NONE,
    )
