"""Screens where the citizen asks for the status of a case. Pure functions of a `ScreenContext`."""

from __future__ import annotations

from kiosk.case_reference import given_by, origin_of, read_reference, same_site
from kiosk.case_words import ANSWERS, case_words
from kiosk.charter_text import sentence
from kiosk.ui_protocol.view import Block, Element, KeyboardKind, Role
from kiosk.visit.flow import State
from kiosk.visit.ports import CaseStatus
from kiosk.visit.screen import (
    Screen,
    ScreenContext,
    ScreenTable,
    button,
    notice,
    paper_notice,
    text,
)

LARGEST = 2.0
"""In letters of this size there is room for the age of an answer, not for its date too."""


def status(context: ScreenContext) -> Screen:
    """The reference on the slip; then, where the office wants it, the second factor."""
    say, given = context.translator.say, context.session.status_input
    problem = say(given.problem) if given.problem else ""
    asked = "factor" if given.asks_factor else "reference"
    field = Element(
        id="answer",
        role=Role.FIELD,
        label=say(f"status.{asked}"),
        hint="" if given.asks_factor else say("status.hint"),
        value=given.factor if given.asks_factor else given.reference,
        error=problem,
    )
    blocks = [notice(problem, tone="problem", icon="error")] if problem else []
    return Screen(
        say("status.title"),
        "",
        blocks,
        [field, button(context, "next", "shell.next", "arrow_forward", primary=True)],
        keyboard=KeyboardKind.NUMBER if given.asks_factor else KeyboardKind.ID,
    )


def status_answer(context: ScreenContext) -> Screen:
    """What is known here, and how old that is; nothing is guessed."""
    say, given = context.translator.say, context.session.status_input
    known = given.answer
    blocks: list[Block] = []
    if known is None:
        key = "elsewhere" if _given_elsewhere(context) else "nothing"
        blocks.append(notice(say(f"status_answer.{key}"), icon="info"))
    else:
        first, *more = case_words(
            context.catalogue,
            context.translator,
            read_reference(given.reference) or "",
            known.stage,
            known.agency,
            known.reason,
        )
        tone = "good" if known.stage == "ready" else "info"
        blocks.append(notice(first, tone=tone, icon="fact_check"))
        blocks += [text(line) for line in (*more, *_age(context, known))]
        blocks += paper_notice(context)
    actions = [button(context, "complain", "status_answer.complain", "rate_review")]
    if known is not None and known.stage in ANSWERS:
        actions.append(button(context, "print", "status_answer.print", "print"))
    actions.append(button(context, "done", "shell.done", "check", primary=True))
    return Screen(say("status_answer.title"), given.reference, blocks, actions)


def _age(context: ScreenContext, known: CaseStatus) -> list[str]:
    """When it was said, and how long ago that is."""
    if known.at is None:
        return []
    say, days = context.translator.say, max(0, (context.now - known.at).days)
    key = "said" if known.stage in ANSWERS else "updated"
    told = sentence(say(f"status_answer.{key}", date=context.translator.moment(known.at)))
    age = say("status_answer.age", n=days) if days else say("status_answer.today")
    return [sentence(age)] if context.session.text_scale >= LARGEST else [told, sentence(age)]


def _given_elsewhere(context: ScreenContext) -> bool:
    """Whether the reference says that another centre or van gave it."""
    reference = read_reference(context.session.status_input.reference) or ""
    given = given_by(reference)
    return given is not None and not same_site(given[0], origin_of(context.place.site, 0))


SCREENS: ScreenTable = {State.STATUS: status, State.STATUS_ANSWER: status_answer}
