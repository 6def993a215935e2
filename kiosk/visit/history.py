"""History: the screens a visit came from, for "back". Pure."""

from __future__ import annotations

from kiosk.visit.flow import Signal, State
from kiosk.visit.session import Session

HISTORY_MAX = 32
_RESTART = frozenset({State.HOME, State.ATTRACT, State.GOODBYE})
_FORM = frozenset({State.QUESTION, State.REPEAT, State.REVIEW, State.KEPT})
_ASIDE = frozenset({State.STAFF_CALLED, State.SOUND, State.UNAVAILABLE})


def previous(session: Session) -> State:
    """The screen `back` leads to."""
    return session.history[-1][0] if session.history else State.HOME


def walk(session: Session, what: Signal, after: State) -> None:
    """Go to `after` because of `what`, and keep the trail."""
    before, session.state = session.state, after
    if after is before:
        return
    if after in _RESTART:
        session.history.clear()
        session.page = 0
        return
    back = what is Signal.BACK or before in _ASIDE
    if back and session.history and session.history[-1][0] is after:
        session.page = session.history.pop()[1]
        return
    # Inside a form the questions themselves are the way back; a call for staff is an aside.
    if before not in _FORM or what in {Signal.STAFF, Signal.SOUND, Signal.FAILED}:
        session.history.append((before, session.page))
        del session.history[:-HISTORY_MAX]
    session.page = session.reviewed if after is State.REVIEW else 0
