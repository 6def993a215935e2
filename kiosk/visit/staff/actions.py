"""Actions of staff: from the PIN to the staff screen and what is done there.

The PIN is judged by the backroom, counted before it is judged, and forgotten here at once. What
goes wrong with a device is told on the staff screen itself: staff are never sent to the
citizens' "not available".
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.visit.actions import Action, ActionContext, ActionTable, EditTable, signal
from kiosk.visit.flow import Signal, State
from kiosk.visit.open_form import correct
from kiosk.visit.session import StaffInput
from kiosk.visit.staff_port import StaffPort
from provisioning.faults import Fault

PIN_TYPED_MAX = 12


def backroom_of(context: ActionContext) -> StaffPort:
    """The way to the node; the door is on no screen without it."""
    assert context.ports.backroom is not None, "this kiosk has no staff screen"
    return context.ports.backroom


def ask_pin(context: ActionContext, _tail: str) -> Signal | None:
    """The door was touched."""
    context.session.duty = StaffInput()
    return Signal.STAFF_DOOR


def ask_pin_to_correct(context: ActionContext, _tail: str) -> Signal | None:
    """An officer wants to go back to the form just sent: the PIN first, the visit goes on."""
    context.session.duty = StaffInput(wants="correct")
    return Signal.STAFF_DOOR


def type_pin(context: ActionContext, _tail: str, text: str) -> None:
    duty = context.session.duty
    duty.typed, duty.problem = text[:PIN_TYPED_MAX], ""


def enter(context: ActionContext, _tail: str) -> Signal | None:
    """Judge the PIN. Each try, right or wrong, is in the journal; the PIN is not."""
    duty, ledger, visit = context.session.duty, context.ports.ledger, context.session.visit
    pin, duty.typed = duty.typed, ""
    if not pin:
        duty.problem = "question.required"
        return None
    site = {"site": context.ports.place.site}
    try:
        verdict = backroom_of(context).attempt(pin)
    except Fault as fault:
        duty.told = fault.message
        return None
    if verdict.opened:
        ledger.note("staff.entered", visit, site)
        return correct(context, "") if duty.wants == "correct" else Signal.STAFF_IN
    duty.problem = "staff_pin.wrong"
    ledger.note("staff.refused", visit, {**site, "wait_s": verdict.wait_s})
    return None


def telling(said: str, do: Callable[[StaffPort, ActionContext, str], None]) -> Action:
    """An act that ends with a sentence on the staff screen: that of key `said`, or the fault's."""

    def action(context: ActionContext, tail: str) -> Signal | None:
        duty = context.session.duty
        duty.said = duty.told = ""
        try:
            do(backroom_of(context), context, tail)
        except Fault as fault:
            duty.told = f"{fault.message} ({fault.code})"
        else:
            duty.said = said
        return None

    return action


def read_remedy(context: ActionContext, tail: str) -> Signal | None:
    """The page of a fault code; the second device with the same code has CODE.2."""
    context.session.duty.code = tail.partition(".")[0]
    return Signal.REMEDY


_roll_changed = telling(
    "staff.roll_noted", lambda room, context, tail: room.roll_changed(context.session.visit, tail)
)

_STAFF: dict[str, Action] = {
    "remedy.": read_remedy,
    "reprint.": telling("staff.printing", lambda room, _, tail: room.print_again(tail)),
    "on-paper.": telling("staff.settled", lambda room, _, tail: room.seen_on_paper(tail)),
    "test-slip": telling(
        "staff.printing",
        lambda room, context, _: room.test_slip(context.session.visit, context.session.language),
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
