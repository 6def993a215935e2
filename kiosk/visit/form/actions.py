"""Filling acts: what presses and typed texts do while a form is filled. See `doing.py`.

Every answer is followed by the draft, kept unreadable without this process's memory. Submitting
is one act: the port seals and stores, then the session forgets the answers.
"""

from __future__ import annotations

import json

from content.xforms.results import PageKind
from kiosk.filling.filling import INVALID, TEXT_MAX, Filling, FormStep
from kiosk.filling.question_widgets import TapEffect
from kiosk.filling.signature import CROSS, SignatureStrokes
from kiosk.queue.numbering import service_day
from kiosk.visit.actions import Act, ActionContext, want_ticket
from kiosk.visit.flow import Signal


def fill_form(doing: ActionContext, _tail: str) -> Signal | None:
    """The form of the service in hand."""
    found = doing.ports.catalogue.forms_for(doing.session.service)
    return choose_form(doing, found[0].id)


def choose_form(doing: ActionContext, tail: str) -> Signal | None:
    """A form; answers given to it before in this visit are still there."""
    session = doing.session
    asset = doing.ports.catalogue.form(tail)
    session.form = tail
    if session.service != asset.service:
        session.service, session.checklist = asset.service, None
        session.ticked.clear()
    if session.filling is not None and session.filling.form_id != tail:
        doing.ports.submissions.leave_draft(session.visit)
        session.filling = session.kept = None
    return Signal.FORM_CHOSEN


def agree(doing: ActionContext, _tail: str) -> Signal | None:
    """Consent was given: the first question, or the one where the citizen was."""
    session, ports = doing.session, doing.ports
    if session.filling is None:
        asset = ports.catalogue.form(session.form)
        engine = ports.opener.start(
            asset, session.visit, now=ports.clock.now, ids=ports.ids, locate=ports.position
        )
        session.filling, session.reviewed = Filling(asset, engine), 0
        session.filling.speak(session.language)
    return shown(session.filling.step())


def refuse(doing: ActionContext, _tail: str) -> Signal | None:
    """No consent: nothing was asked, nothing is kept, and the queue is open all the same."""
    doing.session.filling = doing.session.kept = None
    doing.ports.submissions.drop_draft(doing.session.visit)
    return want_ticket(doing, "")


def to_the_desk(doing: ActionContext, _tail: str) -> Signal | None:
    """The rest of the form needs staff: answers that have a code wait, and there is a ticket."""
    doing.session.filling = doing.session.kept = None
    doing.ports.submissions.leave_draft(doing.session.visit)
    return want_ticket(doing, "")


def end_unsent(doing: ActionContext, _tail: str) -> Signal | None:
    """The form ended at a note: it is not sent and nothing of it is kept."""
    doing.session.filling = doing.session.kept = None
    doing.ports.submissions.drop_draft(doing.session.visit)
    return Signal.DONE


def filling_of(doing: ActionContext) -> Filling:
    """The form in hand."""
    assert doing.session.filling is not None, "no form is being filled"
    return doing.session.filling


def next_question(doing: ActionContext, _tail: str) -> Signal | None:
    filling = filling_of(doing)
    step = filling.forward()
    return _kept(doing, step)


def skip_question(doing: ActionContext, _tail: str) -> Signal | None:
    return _kept(doing, filling_of(doing).skip())


def back_question(doing: ActionContext, _tail: str) -> Signal | None:
    step = filling_of(doing).back()
    doing.session.page = doing.session.reviewed = 0
    return Signal.BACK if step is None else shown(step)


def choose(doing: ActionContext, tail: str) -> Signal | None:
    filling = filling_of(doing)
    filling.choose(tail, many=filling.look().pick is not TapEffect.ONE)
    keep_draft(doing)
    return None


def turn_wheel(doing: ActionContext, tail: str) -> Signal | None:
    """`wheel.PART.up` and `.down`; the wheel itself takes typed numbers."""
    part, _, end = tail.partition(".")
    if end:
        today = service_day(doing.ports.clock.now())
        filling_of(doing).turn(part, 1 if end == "up" else -1, today)
    return None


def touch_field(doing: ActionContext, _tail: str) -> Signal | None:
    """A touch of a field moves nothing; of a drawing pad it is a mark."""
    if filling_of(doing).look().name in {"sign", "draw"}:
        return make_mark(doing, "")
    return None


def open_line(doing: ActionContext, tail: str) -> Signal | None:
    """A line or a field of a page of several questions."""
    filling_of(doing).open(tail)
    doing.session.page = 0
    return Signal.ASKED


def make_mark(doing: ActionContext, _tail: str) -> Signal | None:
    """Who cannot sign makes a cross; a witness helps at the desk."""
    return _draw(doing, CROSS)


def open_filter(doing: ActionContext, _tail: str) -> Signal | None:
    filling = filling_of(doing)
    filling.filter = filling.filter or ""
    return None


def add_row(doing: ActionContext, _tail: str) -> Signal | None:
    return _kept(doing, filling_of(doing).add_row())


def no_more_rows(doing: ActionContext, _tail: str) -> Signal | None:
    return _kept(doing, filling_of(doing).onward())


def change(doing: ActionContext, tail: str) -> Signal | None:
    """From the review to one question and back."""
    filling = filling_of(doing)
    for name, path in review_names(filling):
        if name == tail:
            doing.session.reviewed = doing.session.page
            filling.go(path, returning=True)
            return Signal.ASKED
    return None


def last_question(doing: ActionContext, _tail: str) -> Signal | None:
    step = filling_of(doing).last()
    return Signal.BACK if step is None else shown(step)


def submit(doing: ActionContext, _tail: str) -> Signal | None:
    """Everything must stand; then the form is sealed, stored, and forgotten here."""
    session, ports = doing.session, doing.ports
    filling = filling_of(doing)
    if stop := filling.stop():
        filling.go(stop, returning=False)
        return Signal.ASKED
    problem = filling.first_problem()
    if problem:
        filling.go(problem, returning=True)
        filling.problem = INVALID
        return Signal.ASKED
    session.received = ports.submissions.submit(
        session.visit, filling, session.language, session.correcting
    )
    session.filling = session.kept = session.correcting = None
    session.sent = filling if ports.assisted else None
    return Signal.SUBMITTED


def correct(doing: ActionContext, _tail: str) -> Signal | None:
    """An officer, whose PIN was right, goes back to the form just sent: what is sent then
    replaces it.
    """
    session = doing.session
    assert session.sent is not None, "nothing was sent in this visit"
    session.filling, session.correcting, session.sent = session.sent, session.received, None
    session.filling.engine.correct()
    session.filling.last()
    return Signal.CORRECT


def edit_answer(doing: ActionContext, element: str, text: str) -> None:
    """Text typed into the answer, a wheel's part, a choice list's filter, or a drawing."""
    filling = filling_of(doing)
    if element.startswith("answer."):
        filling.together.write(element.removeprefix("answer."), text[:TEXT_MAX])
        filling.problem = ""
    elif element.startswith("wheel."):
        filling.put(element.removeprefix("wheel."), text)
    elif element == "filter":
        filling.filter = text[:80]
        doing.session.page = 0
    elif filling.look().name in {"sign", "draw"}:
        _draw(doing, text)
    else:
        filling.write(text)


def scan_answer(doing: ActionContext, text: str) -> None:
    """A scanned code is the answer of a text question."""
    filling = filling_of(doing)
    step = filling.step()
    if step is not None and step.kind is PageKind.QUESTION and not filling.look().wheels:
        filling.write(text)


def review_names(filling: Filling) -> list[tuple[str, str]]:
    """(NAME of `change.NAME`, path) of every question; rows of a repeat are numbered."""
    found: list[tuple[str, str]] = []
    seen: dict[str, int] = {}
    for path in filling.record.asked():
        name = path.rpartition("/")[2]
        seen[name] = seen.get(name, 0) + 1
        count = seen[name]
        found.append((name if count == 1 else f"{name}.{count}", path))
    return found


def _draw(doing: ActionContext, text: str) -> Signal | None:
    filling = filling_of(doing)
    try:
        drawing = SignatureStrokes.read(text)
    except (ValueError, TypeError, json.JSONDecodeError):
        drawing = SignatureStrokes.read(CROSS)
    filling.attach(drawing.png(), "png", drawing.text())
    keep_draft(doing)
    return None


def _kept(doing: ActionContext, step: FormStep | None) -> Signal | None:
    doing.session.page = 0
    if filling_of(doing).problem:
        return None
    keep_draft(doing)
    return shown(step)


def keep_draft(doing: ActionContext) -> None:
    """The answers so far are kept before anything else happens."""
    doing.ports.submissions.keep_draft(doing.session.visit, filling_of(doing))


def shown(step: FormStep | None) -> Signal:
    """What it means for the screen that `step` comes next."""
    if step is None:
        return Signal.ANSWERED
    return Signal.REPEAT_ASKED if step.kind is PageKind.REPEAT else Signal.ASKED


QUESTION: dict[str, Act] = {
    "next": next_question,
    "skip": skip_question,
    "back": back_question,
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
}
REPEAT: dict[str, Act] = {
    "repeat.add": add_row,
    "repeat.done": no_more_rows,
    "back": back_question,
}
REVIEW: dict[str, Act] = {"change.": change, "submit": submit, "back": last_question}
