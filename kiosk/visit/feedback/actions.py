"""Actions of the feedback screens: rating, words, and whom they go to."""

from __future__ import annotations

from kiosk.visit.actions import ActionContext, ActionTable, EditTable
from kiosk.visit.flow import Signal, State
from kiosk.visit.ports import Feedback
from kiosk.visit.session import FeedbackInput, FeedbackKind

WORDS_MAX = 1_000


def rate(context: ActionContext, _tail: str) -> Signal | None:
    context.session.feedback_input = FeedbackInput()
    return Signal.RATE


def say_kind(context: ActionContext, tail: str) -> Signal | None:
    context.session.feedback_input = FeedbackInput(kind=FeedbackKind(tail))
    return Signal.RATE


def show_face(context: ActionContext, tail: str) -> Signal | None:
    context.session.feedback_input.face = int(tail)
    return None


def touch_words(context: ActionContext, _tail: str) -> Signal | None:
    context.session.feedback_input.writing = True
    return None


def send_opinion(context: ActionContext, _tail: str) -> Signal | None:
    session = context.session
    said = session.feedback_input
    opinion = Feedback(said.kind, said.face, said.words.strip(), session.service, said.about)
    said.receipt = context.ports.feedback.give(session.visit, opinion, session.language)
    said.words = ""
    return Signal.SENT


def type_words(context: ActionContext, _tail: str, text: str) -> None:
    context.session.feedback_input.words = text[:WORDS_MAX]
    context.session.feedback_input.writing = True


ACTIONS: ActionTable = {
    State.TICKET: {"rate": rate},
    State.SUBMITTED: {"rate": rate},
    State.COMPLAIN: {"kind.": say_kind},
    State.FEEDBACK: {"face.": show_face, "words": touch_words, "send": send_opinion},
}
EDITS: EditTable = {State.FEEDBACK: {"words": type_words}}
