"""Actions of staff: from the PIN to the staff screen and what is done there.

The staff port checks the PIN and counts the try first; it is cleared here at once. A device's
fault is shown on the staff screen itself and not as the citizens' "not available".
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.visit.actions import Action, ActionContext, ActionTable, EditTable, signal
from kiosk.visit.flow import Signal, State
from kiosk.visit.open_form import correct
from kiosk.visit.session import PinOpens, StaffInput
from kiosk.visit.staff_port import StaffPort
from provisioning.faults import Fault

PIN_TYPED_MAX = 12


def staff_of(context: ActionContext) -> StaffPort:
    """The staff's side of the node; no screen asks for a PIN without it."""
    assert context.ports.staff is not None, "this kiosk has no staff screen"
    return context.ports.staff


def ask_pin(context: ActionContext, _tail: str) -> Signal | None:
    """The way in for staff was touched."""
    context.session.staff_input = StaffInput()
    return Signal.STAFF_DOOR


def ask_pin_to_correct(context: ActionContext, _tail: str) -> Signal | None:
    """An officer wants to go back to the form just sent: the PIN first, the visit goes on."""
    context.session.staff_input = StaffInput(opens=PinOpens.CORRECTION)
    return Signal.STAFF_DOOR


def type_pin(context: ActionContext, _tail: str, text: str) -> None:
    given = context.session.staff_input
    given.typed, given.problem = text[:PIN_TYPED_MAX], ""


def enter(context: ActionContext, _tail: str) -> Signal | None:
    """Judge the PIN. Each try, right or wrong, is in the journal; the PIN is not."""
    given, facts, visit = context.session.staff_input, context.ports.facts, context.session.visit
    pin, given.typed = given.typed, ""
    if not pin:
        given.problem = "question.required"
        return None
    site = {"site": context.ports.place.site}
    try:
        verdict = staff_of(context).attempt(pin)
    except Fault as fault:
        given.told = fault.message
        return None
    if verdict.opened:
        facts.note("staff.entered", visit, site)
        return correct(context, "") if given.opens is PinOpens.CORRECTION else Signal.STAFF_IN
    given.problem = "staff_pin.wrong"
    facts.note("staff.refused", visit, {**site, "wait_s": verdict.wait_s})
    return None


def telling(said: str, do: Callable[[StaffPort, ActionContext, str], None]) -> Action:
    """An act that ends with a sentence on the staff screen: that of key `said`, or the fault's."""

    def action(context: ActionContext, tail: str) -> Signal | None:
        given = context.session.staff_input
        given.said = given.told = ""
        try:
            do(staff_of(context), context, tail)
        except Fault as fault:
            given.told = f"{fault.message} ({fault.code})"
        else:
            given.said = said
        return None

    return action


def read_remedy(context: ActionContext, tail: str) -> Signal | None:
    """The page of a fault code; the second device with the same code has CODE.2."""
    context.session.staff_input.code = tail.partition(".")[0]
    return Signal.REMEDY


_roll_changed = telling(
    "staff.roll_noted", lambda staff, context, tail: staff.roll_changed(context.session.visit, tail)
)

_STAFF: dict[str, Action] = {
    "remedy.": read_remedy,
    "reprint.": telling("staff.printing", lambda staff, _, tail: staff.print_again(tail)),
    "on-paper.": telling("staff.settled", lambda staff, _, tail: staff.seen_on_paper(tail)),
    "test-slip": telling(
        "staff.printing",
        lambda staff, context, _: staff.test_slip(context.session.visit, context.session.language),
    ),
    "roll-changed": _roll_changed,
    "roll-changed.": _roll_changed,
    "staff-done": signal(Signal.DONE),
}
ACTIONS: ActionTable = {
    State.SUBMITTED: {"correct": ask_pin_to_correct},
    State.STAFF_PIN: {"next": enter},
    State.STAFF: _STAFF,
    State.REMEDY: {"done": signal(Signal.BACK)},
}
EDITS: EditTable = {State.STAFF_PIN: {"answer": type_pin}}
ENTRANCE: dict[str, Action] = {"staff": ask_pin}
"""Where staff come in: the site's name in the header and a button on the help screen."""
