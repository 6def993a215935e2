"""Keeping acts: a draft gets a code, and is taken up again with it. See `doing.py`.

The code is told once, on the screen and on a slip; nobody here can look it up. Five wrong codes
and the kiosk calls a person instead of asking again.
"""

from __future__ import annotations

from kiosk.filling.attachments import Attachments
from kiosk.filling.filling import Filling
from kiosk.visit.actions import TRIES_MAX, Act, ActionContext, call_staff, signal
from kiosk.visit.flow import Signal, State
from kiosk.visit.form.actions import filling_of, keep_draft, shown
from kiosk.visit.ports import DraftCode, ResumedDraft

CODE_TYPED_MAX = 16


def keep(doing: ActionContext, _tail: str) -> Signal | None:
    """Save and get a code; the same code again when there is one."""
    session, filling = doing.session, filling_of(doing)
    session.kept_at = session.state
    if session.state is State.QUESTION:
        filling.settle()
        filling.problem = ""
    if session.kept is None:
        session.kept = doing.ports.submissions.give_code(session.visit, filling, session.language)
    else:
        keep_draft(doing)
    return Signal.KEPT


def go_on(doing: ActionContext, _tail: str) -> Signal | None:
    """Back to the question, or to the review."""
    filling = filling_of(doing)
    return Signal.ANSWERED if doing.session.kept_at is State.REVIEW else shown(filling.step())


def ask_code(doing: ActionContext, _tail: str) -> Signal | None:
    doing.session.resuming.typed = doing.session.resuming.problem = ""
    return Signal.RESUME


def type_code(doing: ActionContext, text: str) -> None:
    """The code as far as it is typed, or as the scanner read it from the slip."""
    resuming = doing.session.resuming
    resuming.typed, resuming.problem = text.strip()[:CODE_TYPED_MAX], ""


def resume(doing: ActionContext, _tail: str) -> Signal | None:
    """Open the draft at its first question without an answer, or count a wrong code."""
    session, resuming = doing.session, doing.session.resuming
    if not resuming.typed:
        resuming.problem = "question.required"
        return None
    # An open draft of this visit is left to its own code, or lost without one, as when another
    # form is chosen.
    doing.ports.submissions.leave_draft(session.visit)
    session.filling = session.kept = None
    found = doing.ports.submissions.reopen(session.visit, resuming.typed)
    if found is not None:
        return _take_up(doing, found)
    resuming.tries += 1
    resuming.problem = "resume.not_found"
    if resuming.tries < TRIES_MAX:
        return None
    resuming.typed, resuming.problem = "", "resume.too_many"
    return call_staff(doing, "")


def _take_up(doing: ActionContext, found: ResumedDraft) -> Signal:
    session, ports = doing.session, doing.ports
    asset = found.asset
    engine = ports.opener.resume(
        asset,
        found.snapshot,
        session.visit,
        now=ports.clock.now,
        ids=ports.ids,
        locate=ports.position,
    )
    filling = Filling(asset, engine)
    filling.attached = Attachments(found.attachments)
    filling.speak(session.language)
    session.form, session.filling, session.reviewed = asset.id, filling, 0
    if session.service != asset.service:
        session.service, session.checklist = asset.service, None
        session.ticked.clear()
    # The slip with the code was printed when it was given; none is under way now.
    session.kept = DraftCode(found.code, ports.ids.uuid7())
    session.resuming.typed, session.resuming.tries = "", 0
    step = filling.first_open()
    if step is None:
        filling.last()
    return shown(step)


KEEP: dict[str, Act] = {"keep": keep}
KEPT: dict[str, Act] = {"continue": go_on, "finish-today": signal(Signal.DONE)}
RESUME: dict[str, Act] = {"next": resume}
