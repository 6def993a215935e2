"""Actions while a form is filled, from its consent to its receipt.

After every answer the draft is stored, sealed with a key in this process's memory. Submitting is
one action: the port seals and stores, then the session drops the answers.
"""

from __future__ import annotations

from content.xforms.results import PageKind
from kiosk.filling.filling import Filling
from kiosk.filling.form_record import FormStep
from kiosk.filling.input_state import INVALID, TEXT_MAX
from kiosk.filling.question_widgets import TapEffect
from kiosk.filling.signature import CROSS, SignatureStrokes
from kiosk.queue.numbering import service_day
from kiosk.visit.actions import (
    QUERY_MAX,
    ActionContext,
    ActionTable,
    Edit,
    EditTable,
    want_ticket,
)
from kiosk.visit.flow import Signal, State
from kiosk.visit.form import capture_actions
from kiosk.visit.form.given_answers import given_in, offered
from kiosk.visit.form.review_rows import review_names
from kiosk.visit.open_form import filling_of, keep_draft, shown
from provisioning.faults import INPUT_ERRORS


def fill_form(context: ActionContext, _tail: str) -> Signal | None:
    """The form of the service in hand."""
    found = context.ports.catalogue.forms_for(context.session.service)
    return choose_form(context, found[0].id)


def choose_form(context: ActionContext, tail: str) -> Signal | None:
    """A form; answers given to it before in this visit are still there."""
    session = context.session
    asset = context.ports.catalogue.form(tail)
    session.form = tail
    if session.service != asset.service:
        session.service, session.checklist = asset.service, None
        session.ticked.clear()
    if session.filling is not None and session.filling.form_id != tail:
        context.ports.submissions.leave_draft(session.visit)
        session.filling = session.kept = None
    return Signal.FORM_CHOSEN


def agree(context: ActionContext, _tail: str) -> Signal | None:
    """Consent was given: the first question, or the one where the citizen was."""
    session, ports = context.session, context.ports
    if session.filling is None:
        asset = ports.catalogue.form(session.form)
        engine = ports.opener.start(
            asset, session.visit, now=ports.clock.now, ids=ports.ids, locate=ports.position
        )
        session.filling, session.reviewed = Filling(asset, engine), 0
        session.filling.speak(session.language)
    return shown(session.filling.step())


def refuse(context: ActionContext, _tail: str) -> Signal | None:
    """No consent: nothing was asked, nothing is kept, and the queue is open all the same."""
    context.session.filling = context.session.kept = None
    context.ports.submissions.drop_draft(context.session.visit)
    return want_ticket(context, "")


def to_the_desk(context: ActionContext, _tail: str) -> Signal | None:
    """The rest of the form needs staff: answers that have a code wait, and there is a ticket."""
    context.session.filling = context.session.kept = None
    context.ports.submissions.leave_draft(context.session.visit)
    return want_ticket(context, "")


def end_unsent(context: ActionContext, _tail: str) -> Signal | None:
    """The form ended at a note: it is not sent and nothing of it is kept."""
    context.session.filling = context.session.kept = None
    context.ports.submissions.drop_draft(context.session.visit)
    return Signal.DONE


def next_question(context: ActionContext, _tail: str) -> Signal | None:
    filling = filling_of(context)
    step = filling.forward()
    return _kept(context, step)


def skip_question(context: ActionContext, _tail: str) -> Signal | None:
    return _kept(context, filling_of(context).skip())


def back_question(context: ActionContext, _tail: str) -> Signal | None:
    step = filling_of(context).back()
    context.session.page = context.session.reviewed = 0
    return Signal.BACK if step is None else shown(step)


def as_before(context: ActionContext, _tail: str) -> Signal | None:
    """The answer given in an earlier form of this visit, and on to the next question."""
    filling = filling_of(context)
    asked = filling.input.question()
    value = offered(context.session.given, asked)
    if not value:
        return None
    filling.input.typed = None
    filling.input.problem = filling.record.accept(asked, value)
    filling.input.read_parts()
    return None if filling.input.problem else next_question(context, "")


def choose(context: ActionContext, tail: str) -> Signal | None:
    filling = filling_of(context)
    filling.input.choose(tail, many=filling.input.look().pick is not TapEffect.ONE)
    keep_draft(context)
    return None


def turn_wheel(context: ActionContext, tail: str) -> Signal | None:
    """`wheel.PART.up` and `.down`; the wheel itself takes typed numbers."""
    part, _, end = tail.partition(".")
    if end:
        today = service_day(context.ports.clock.now())
        filling_of(context).input.turn(part, 1 if end == "up" else -1, today)
    return None


def touch_field(context: ActionContext, _tail: str) -> Signal | None:
    """A touch of a field moves nothing; of a drawing pad it is a mark."""
    if filling_of(context).input.look().name in {"sign", "draw"}:
        return make_mark(context, "")
    return None


def open_line(context: ActionContext, tail: str) -> Signal | None:
    """A line or a field of a page of several questions."""
    filling_of(context).open(tail)
    context.session.page = 0
    return Signal.ASKED


def make_mark(context: ActionContext, _tail: str) -> Signal | None:
    """Who cannot sign makes a cross; a witness helps at the desk."""
    return _draw(context, CROSS)


def open_filter(context: ActionContext, _tail: str) -> Signal | None:
    filling = filling_of(context)
    filling.input.filter = filling.input.filter or ""
    return None


def add_row(context: ActionContext, _tail: str) -> Signal | None:
    return _kept(context, filling_of(context).add_row())


def remove_row(context: ActionContext, _tail: str) -> Signal | None:
    """A row added by mistake: asked once, then gone."""
    return _kept(context, filling_of(context).remove_row())


def no_more_rows(context: ActionContext, _tail: str) -> Signal | None:
    return _kept(context, filling_of(context).onward())


def change(context: ActionContext, tail: str) -> Signal | None:
    """From the review to one question and back."""
    filling = filling_of(context)
    for name, path in review_names(filling):
        if name == tail:
            context.session.reviewed = context.session.page
            filling.go(path, returning=True)
            return Signal.ASKED
    return None


def last_question(context: ActionContext, _tail: str) -> Signal | None:
    step = filling_of(context).last()
    return Signal.BACK if step is None else shown(step)


def submit(context: ActionContext, _tail: str) -> Signal | None:
    """Everything must stand; then the form is sealed, stored, and forgotten here."""
    session, ports = context.session, context.ports
    filling = filling_of(context)
    if stop := filling.stop():
        filling.go(stop, returning=False)
        return Signal.ASKED
    problem = filling.first_problem()
    if problem:
        filling.go(problem, returning=True)
        filling.input.problem = INVALID
        return Signal.ASKED
    session.received = ports.submissions.submit(
        session.visit, filling, session.language, session.correcting
    )
    session.given |= given_in(filling)
    session.filling = session.kept = session.correcting = None
    session.sent = filling if ports.assisted else None
    return Signal.SUBMITTED


def type_answer(context: ActionContext, _tail: str, text: str) -> None:
    """Text typed into the answer, or strokes on its pad."""
    filling = filling_of(context)
    if filling.input.look().name in {"sign", "draw"}:
        _draw(context, text)
    else:
        filling.input.write(text)


def type_field(context: ActionContext, tail: str, text: str) -> None:
    """Text typed into a field of a page of several questions."""
    filling = filling_of(context)
    filling.page.write(tail, text[:TEXT_MAX])
    filling.input.problem = ""


def type_part(context: ActionContext, tail: str, text: str) -> None:
    """A number typed into a part of a date or a time."""
    filling_of(context).input.put(tail, text)


def type_filter(context: ActionContext, _tail: str, text: str) -> None:
    """Text that narrows a list of choices."""
    filling_of(context).input.filter = text[:QUERY_MAX]
    context.session.page = 0


def scan_answer(context: ActionContext, _tail: str, text: str) -> None:
    """A scanned code is the answer of a text question."""
    filling = filling_of(context)
    step = filling.step()
    if step is not None and step.kind is PageKind.QUESTION and not filling.input.look().wheels:
        filling.input.write(text)


def _draw(context: ActionContext, text: str) -> Signal | None:
    filling = filling_of(context)
    try:
        drawing = SignatureStrokes.read(text)
    except INPUT_ERRORS:
        drawing = SignatureStrokes.read(CROSS)
    filling.input.attach(drawing.png(), "png", drawing.text())
    keep_draft(context)
    return None


def _kept(context: ActionContext, step: FormStep | None) -> Signal | None:
    context.session.page = 0
    if filling_of(context).input.problem:
        return None
    keep_draft(context)
    return shown(step)


ACTIONS: ActionTable = {
    State.SERVICE: {"fill-form": fill_form},
    State.FORMS: {"form.": choose_form},
    State.CONSENT: {"agree": agree, "refuse": refuse},
    State.QUESTION: {
        "next": next_question,
        "skip": skip_question,
        "back": back_question,
        "as-before": as_before,
        "choice.": choose,
        "wheel.": turn_wheel,
        "answer": touch_field,
        "answer.": open_line,
        "open.": open_line,
        "mark": make_mark,
        "filter": open_filter,
        "take-ticket": refuse,
        "desk": to_the_desk,
        "done": end_unsent,
        "remove-row": remove_row,
        **capture_actions.CAPTURE,
    },
    State.REPEAT: {"repeat.add": add_row, "repeat.done": no_more_rows, "back": back_question},
    State.REVIEW: {"change.": change, "submit": submit, "back": last_question},
}
EDITS: EditTable = {
    State.QUESTION: {
        "answer": type_answer,
        "answer.": type_field,
        "wheel.": type_part,
        "filter": type_filter,
    }
}
SCANS: dict[State, Edit] = {State.QUESTION: scan_answer}
"""What a scanned code does where it is not simply typed into the field `answer`."""
