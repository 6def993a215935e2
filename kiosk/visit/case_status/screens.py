"""Screens where the citizen asks for the status of a case. Pure functions of a `ScreenContext`."""

from __future__ import annotations

from kiosk.case_reference import given_by, origin_of, read_reference, same_site
from kiosk.charter_text import say_of
from kiosk.ui_protocol.view import Block, Element, KeyboardKind, Role
from kiosk.visit.flow import State
from kiosk.visit.ports import CaseStatus
from kiosk.visit.screen import Screen, ScreenContext, ScreenTable, button, notice, text

NOTES = frozenset({"papers", "photo", "fee", "details", "twice"})
"""Reasons an agency may send; any other is "ask at the desk"."""


def status(context: ScreenContext) -> Screen:
    """The reference on the slip; nothing else is asked."""
    say, given = context.translator.say, context.session.status_input
    problem = say(given.problem) if given.problem else ""
    field = Element(
        id="answer",
        role=Role.FIELD,
        label=say("status.reference"),
        hint=say("status.hint"),
        value=given.reference,
        error=problem,
    )
    blocks = [notice(problem, tone="problem", icon="error")] if problem else []
    return Screen(
        say("status.title"),
        "",
        blocks,
        [field, button(context, "next", "shell.next", "arrow_forward", primary=True)],
        keyboard=KeyboardKind.ID,
    )


def status_answer(context: ScreenContext) -> Screen:
    """What is known here, and how old that is; nothing is guessed."""
    say, known = context.translator.say, context.session.status_input.answer
    blocks: list[Block] = []
    if known is None:
        key = "elsewhere" if _given_elsewhere(context) else "nothing"
        blocks.append(notice(say(f"status_answer.{key}"), icon="info"))
    else:
        agency = context.catalogue.agency(known.agency)
        key = f"status_answer.{known.stage}"
        words = say_of(context.translator, key, agency, reason=_reason(context, known))
        tone = "good" if known.stage in {"ready", "collected"} else "info"
        blocks.append(notice(words, tone=tone, icon="fact_check"))
        if known.at is not None:
            blocks.append(
                text(say("status_answer.updated", date=context.translator.moment(known.at)))
            )
            days = max(0, (context.now - known.at).days)
            age = say("status_answer.age", n=days) if days else say("status_answer.today")
            blocks.append(text(age))
    actions = [
        button(context, "complain", "status_answer.complain", "rate_review"),
        button(context, "done", "shell.done", "check", primary=True),
    ]
    return Screen(
        say("status_answer.title"), context.session.status_input.reference, blocks, actions
    )


def _given_elsewhere(context: ScreenContext) -> bool:
    """Whether the reference says that another centre or van gave it."""
    reference = read_reference(context.session.status_input.reference) or ""
    given = given_by(reference)
    return given is not None and not same_site(given[0], origin_of(context.place.site, 0))


def _reason(context: ScreenContext, known: CaseStatus) -> str:
    """Why, in words of the pack: agencies send a key, never a sentence about a person."""
    if known.stage != "rejected":
        return ""
    return context.translator.say(f"case_note.{known.reason if known.reason in NOTES else 'ask'}")


SCREENS: ScreenTable = {State.STATUS: status, State.STATUS_ANSWER: status_answer}
