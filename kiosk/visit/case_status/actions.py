"""Actions of the case status screens."""

from __future__ import annotations

from kiosk.case_reference import read_reference
from kiosk.case_words import case_words
from kiosk.language import Translator
from kiosk.visit.actions import QUERY_MAX, TRIES_MAX, ActionContext, ActionTable, EditTable
from kiosk.visit.flow import Signal, State
from kiosk.visit.ports import ASKS_FACTOR
from kiosk.visit.session import CaseStatusInput, FeedbackInput, FeedbackKind

FACTOR_MAX = 8
WORDS_MAX = 1_000


def next_status(context: ActionContext, _tail: str) -> Signal | None:
    """Look the reference up. Five unknown ones or wrong factors, then a person helps."""
    given = context.session.status_input
    given.problem = ""
    if not (given.factor if given.asks_factor else given.reference).strip():
        given.problem = "question.required"
        return None
    if given.tries >= TRIES_MAX:
        given.problem = "status.too_many"
        return None
    codes = [each.code for each in context.ports.catalogue.agencies()]
    reference = read_reference(given.reference, codes)
    if reference is None:
        _wrong(given)
        return None
    found = context.ports.cases.find(reference, given.factor if given.asks_factor else "")
    if found is not None and found.stage == ASKS_FACTOR:
        if given.asks_factor:
            _wrong(given)
        given.asks_factor = True
        return None
    given.answer, given.slip = found, None
    given.tries += found is None
    given.asks_factor, given.factor = False, ""
    return Signal.ANSWERED


def _wrong(given: CaseStatusInput) -> None:
    """One wrong try: what it was that was wrong is not said."""
    given.tries += 1
    given.factor = ""
    given.problem = "status.not_found" if given.tries < TRIES_MAX else "status.too_many"


def print_answer(context: ActionContext, _tail: str) -> Signal | None:
    session, ports = context.session, context.ports
    given = session.status_input
    reference = read_reference(given.reference)
    if given.answer is not None and reference is not None:
        given.slip = ports.slips.case_answer(
            session.visit, reference, given.answer, session.language
        )
    return None


def complain_about(context: ActionContext, _tail: str) -> Signal | None:
    """A complaint that already says which case it is about and what the office said of it; the
    citizen adds to it or sends it as it is.
    """
    session, catalogue = context.session, context.ports.catalogue
    given, translator = session.status_input, Translator(catalogue, session.language)
    words, about = translator.say("status_answer.about", reference=given.reference), ""
    if given.answer is not None:
        known, about = given.answer, given.answer.agency
        reference = read_reference(given.reference) or ""
        told = case_words(catalogue, translator, reference, known.stage, about, known.reason)
        words += f" {told[0]}"
        if known.at is not None:
            words += f" ({translator.moment(known.at)})"
    session.feedback_input = FeedbackInput(
        kind=FeedbackKind.COMPLAINT, words=words[:WORDS_MAX], about=about
    )
    return Signal.RATE


def type_status(context: ActionContext, _tail: str, text: str) -> None:
    given = context.session.status_input
    given.problem = ""
    if given.asks_factor:
        given.factor = "".join(each for each in text if each in "0123456789")[:FACTOR_MAX]
    else:
        given.reference = text[:QUERY_MAX]


ACTIONS: ActionTable = {
    State.STATUS: {"next": next_status},
    State.STATUS_ANSWER: {"complain": complain_about, "print": print_answer},
}
EDITS: EditTable = {State.STATUS: {"answer": type_status}}
