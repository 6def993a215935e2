"""Actions that give a draft its code, and take it up again with it.

The code is shown once, on the screen and on a slip, and cannot be looked up. After five wrong
codes the kiosk calls staff instead of asking again.
"""

from __future__ import annotations

from kiosk.filling.attachments import Attachments
from kiosk.filling.filling import Filling
from kiosk.visit.actions import (
    TRIES_MAX,
    ActionContext,
    ActionTable,
    EditTable,
    call_staff,
    signal,
)
from kiosk.visit.flow import Signal, State
from kiosk.visit.open_form import filling_of, keep_draft, shown
from kiosk.visit.ports import DraftCode, ResumedDraft

CODE_TYPED_MAX = 16


def keep(context: ActionContext, _tail: str) -> Signal | None:
    """Save and get a code; the same code again when there is one."""
    session, filling = context.session, filling_of(context)
    session.kept_at = session.state
    if session.state is State.QUESTION:
        filling.settle()
        filling.input.problem = ""
    if session.kept is None:
        session.kept = context.ports.submissions.give_code(session.visit, filling, session.language)
    else:
        keep_draft(context)
    return Signal.KEPT


def go_on(context: ActionContext, _tail: str) -> Signal | None:
    """Back to the question, or to the review."""
    filling = filling_of(context)
    return Signal.ANSWERED if context.session.kept_at is State.REVIEW else shown(filling.step())


def ask_code(context: ActionContext, _tail: str) -> Signal | None:
    context.session.resume_input.typed = context.session.resume_input.problem = ""
    return Signal.RESUME


def type_code(context: ActionContext, _tail: str, text: str) -> None:
    """The code as far as it is typed, or as the scanner read it from the slip."""
    given = context.session.resume_input
    given.typed, given.problem = text.strip()[:CODE_TYPED_MAX], ""


def resume(context: ActionContext, _tail: str) -> Signal | None:
    """Open the draft at its first question without an answer, or count a wrong code."""
    session, given = context.session, context.session.resume_input
    if not given.typed:
        given.problem = "question.required"
        return None
    # An open draft of this visit is left to its own code, or lost without one, as when another
    # form is chosen.
    context.ports.submissions.leave_draft(session.visit)
    session.filling = session.kept = None
    found = context.ports.submissions.reopen(session.visit, given.typed)
    if found is not None:
        return _take_up(context, found)
    given.tries += 1
    given.problem = "resume.not_found"
    if given.tries < TRIES_MAX:
        return None
    given.typed, given.problem = "", "resume.too_many"
    return call_staff(context, "")


def _take_up(context: ActionContext, found: ResumedDraft) -> Signal:
    session, ports = context.session, context.ports
    asset = found.asset
    engine = ports.opener.start(
        asset,
        session.visit,
        now=ports.clock.now,
        ids=ports.ids,
        locate=ports.position,
        snapshot=found.snapshot,
    )
    filling = Filling(asset, engine)
    filling.input.attached = Attachments(found.attachments)
    filling.speak(session.language)
    session.form, session.filling, session.reviewed = asset.id, filling, 0
    if session.service != asset.service:
        session.service, session.checklist = asset.service, None
        session.ticked.clear()
    # The slip with the code was printed when it was given; none is under way now.
    session.kept = DraftCode(found.code, ports.ids.uuid7())
    session.resume_input.typed, session.resume_input.tries = "", 0
    step = filling.first_open()
    if step is None:
        filling.last()
    return shown(step)


ACTIONS: ActionTable = {
    State.FORMS: {"resume": ask_code},
    State.QUESTION: {"keep": keep},
    State.REVIEW: {"keep": keep},
    State.KEPT: {"continue": go_on, "finish-today": signal(Signal.DONE)},
    State.RESUME: {"next": resume},
}
EDITS: EditTable = {State.RESUME: {"answer": type_code}}
