"""Screens of a draft with a code: the code, shown once; and the question for it. Pure functions."""

from __future__ import annotations

from kiosk.ui_protocol.view import Block, BlockKind, Element, KeyboardKind, Role
from kiosk.visit.actions import TRIES_MAX
from kiosk.visit.flow import State
from kiosk.visit.screen import (
    Screen,
    ScreenContext,
    ScreenTable,
    button,
    notice,
    paper_notice,
    step,
    text,
)


def kept(context: ScreenContext) -> Screen:
    """The code very large, how long it opens the form, and go on or leave."""
    say, session = context.translator.say, context.session
    assert session.kept is not None, "this screen needs a code"
    blocks = [
        Block(
            kind=BlockKind.NUMBER,
            text=session.kept.code,
            value=session.kept.code,
            label=say("kept.code"),
        ),
        step(say("kept.write_down"), "edit_note"),
        step(say("kept.days", n=context.draft_days), "schedule"),
        step(say("kept.here_only"), "place"),
        step(say("kept.secret"), "lock"),
        *paper_notice(context),
    ]
    actions = [
        button(context, "finish-today", "kept.finish", "logout"),
        button(context, "continue", "kept.continue", "arrow_forward", primary=True),
    ]
    return Screen(say("kept.title"), "", blocks, actions, back=False, home=False)


def resume(context: ScreenContext) -> Screen:
    """Which code? After too many wrong ones only a person helps."""
    say, given = context.translator.say, context.session.resume_input
    problem = say(given.problem) if given.problem else ""
    over = given.tries >= TRIES_MAX
    blocks = [notice(problem, tone="problem", icon="error")] if problem else []
    if not problem:
        blocks.append(text(say("resume.hint")))
    field = Element(
        id="answer",
        role=Role.FIELD,
        label=say("resume.code"),
        value=given.typed,
        error=problem,
        enabled=not over,
    )
    actions = [
        button(context, "next", "shell.next", "arrow_forward", primary=True, enabled=not over)
    ]
    return Screen(
        say("resume.title"),
        "",
        blocks,
        [field, *actions],
        keyboard=KeyboardKind.NONE if over else KeyboardKind.ID,
    )


SCREENS: ScreenTable = {State.KEPT: kept, State.RESUME: resume}
