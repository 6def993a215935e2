"""Staff acts: from the door to the staff screen and what is done there. See `doing.py`.

The PIN is judged by the backroom, counted before it is judged, and forgotten here at once. What
goes wrong with a device is told on the staff screen itself: staff are never sent to the
citizens' "not available".
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.visit.actions import Act, ActionContext, signal
from kiosk.visit.flow import Signal
from kiosk.visit.form.actions import correct
from kiosk.visit.session import StaffInput
from kiosk.visit.staff_port import StaffPort
from provisioning.faults import Fault

PIN_TYPED_MAX = 12


def backroom_of(doing: ActionContext) -> StaffPort:
    """The way to the node; the door is on no screen without it."""
    assert doing.ports.backroom is not None, "this kiosk has no staff screen"
    return doing.ports.backroom


def ask_pin(doing: ActionContext, _tail: str) -> Signal | None:
    """The door was touched."""
    doing.session.duty = StaffInput()
    return Signal.STAFF_DOOR


def ask_pin_to_correct(doing: ActionContext, _tail: str) -> Signal | None:
    """An officer wants to go back to the form just sent: the PIN first, the visit goes on."""
    doing.session.duty = StaffInput(wants="correct")
    return Signal.STAFF_DOOR


def type_pin(doing: ActionContext, text: str) -> None:
    duty = doing.session.duty
    duty.typed, duty.problem = text[:PIN_TYPED_MAX], ""


def enter(doing: ActionContext, _tail: str) -> Signal | None:
    """Judge the PIN. Each try, right or wrong, is in the journal; the PIN is not."""
    duty, ledger, visit = doing.session.duty, doing.ports.ledger, doing.session.visit
    pin, duty.typed = duty.typed, ""
    if not pin:
        duty.problem = "question.required"
        return None
    site = {"site": doing.ports.place.site}
    try:
        verdict = backroom_of(doing).attempt(pin)
    except Fault as fault:
        duty.told = fault.message
        return None
    if verdict.opened:
        ledger.note("staff.entered", visit, site)
        return correct(doing, "") if duty.wants == "correct" else Signal.STAFF_IN
    duty.problem = "staff_pin.wrong"
    ledger.note("staff.refused", visit, {**site, "wait_s": verdict.wait_s})
    return None


def telling(said: str, do: Callable[[StaffPort, ActionContext, str], None]) -> Act:
    """An act that ends with a sentence on the staff screen: that of key `said`, or the fault's."""

    def act(doing: ActionContext, tail: str) -> Signal | None:
        duty = doing.session.duty
        duty.said = duty.told = ""
        try:
            do(backroom_of(doing), doing, tail)
        except Fault as fault:
            duty.told = f"{fault.message} ({fault.code})"
        else:
            duty.said = said
        return None

    return act


def read_remedy(doing: ActionContext, tail: str) -> Signal | None:
    """The page of a fault code; the second device with the same code has CODE.2."""
    doing.session.duty.code = tail.partition(".")[0]
    return Signal.REMEDY


_roll_changed = telling(
    "staff.roll_noted", lambda room, doing, tail: room.roll_changed(doing.session.visit, tail)
)

STAFF_PIN: dict[str, Act] = {"next": enter}
STAFF: dict[str, Act] = {
    "remedy.": read_remedy,
    "reprint.": telling("staff.printing", lambda room, _, tail: room.print_again(tail)),
    "on-paper.": telling("staff.settled", lambda room, _, tail: room.seen_on_paper(tail)),
    "test-slip": telling(
        "staff.printing",
        lambda room, doing, _: room.test_slip(doing.session.visit, doing.session.language),
    ),
    "roll-changed": _roll_changed,
    "roll-changed.": _roll_changed,
    "staff-done": signal(Signal.DONE),
}
REMEDY: dict[str, Act] = {"done": signal(Signal.BACK)}
