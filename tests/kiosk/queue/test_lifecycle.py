"""The states of a ticket."""

from __future__ import annotations

from kiosk.queue.lifecycle import TRANSITIONS, TicketAction, TicketState, allowed


def test_turns_have_no_way_back_from_served() -> None:
    assert allowed(TicketState.WAITING, TicketAction.CALL) is TicketState.CALLED
    assert allowed(TicketState.SERVED, TicketAction.CALL) is None
    assert set(TRANSITIONS) == set(TicketState)
