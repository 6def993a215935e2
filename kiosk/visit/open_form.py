"""The open form of a visit: what form, draft and staff actions have in common."""

from __future__ import annotations

from content.xforms.results import PageKind
from kiosk.filling.filling import Filling
from kiosk.filling.form_record import FormStep
from kiosk.visit.actions import ActionContext
from kiosk.visit.flow import Signal


def filling_of(context: ActionContext) -> Filling:
    """The form in hand."""
    assert context.session.filling is not None, "no form is being filled"
    return context.session.filling


def keep_draft(context: ActionContext) -> None:
    """The answers so far are kept before anything else happens."""
    context.ports.submissions.keep_draft(context.session.visit, filling_of(context))


def shown(step: FormStep | None) -> Signal:
    """What it means for the screen that `step` comes next."""
    if step is None:
        return Signal.ANSWERED
    return Signal.REPEAT_ASKED if step.kind is PageKind.REPEAT else Signal.ASKED


def correct(context: ActionContext, _tail: str) -> Signal | None:
    """An officer, whose PIN was right, goes back to the form just sent: what is sent then
    replaces it.
    """
    session = context.session
    assert session.sent is not None, "nothing was sent in this visit"
    session.filling, session.correcting, session.sent = session.sent, session.received, None
    session.filling.record.engine.correct()
    session.filling.last()
    return Signal.CORRECT
