"""Lifecycle: the states of a ticket and their transitions, as one table. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID


class TicketState(StrEnum):
    """Where a ticket is."""

    WAITING = "waiting"
    CALLED = "called"
    SERVED = "served"
    ABSENT = "absent"
    VOID = "void"


class TicketAction(StrEnum):
    """What may be done with a ticket."""

    CALL = "call"
    RECALL = "recall"
    COMPLETE = "complete"
    NO_SHOW = "no-show"
    CANCEL = "cancel"
    REVIVE = "revive"  # its kiosk reports that a cancelled number was told after all


TRANSITIONS: Final = MappingProxyType[TicketState, dict[TicketAction, TicketState]](
    {
        TicketState.WAITING: {
            TicketAction.CALL: TicketState.CALLED,
            TicketAction.CANCEL: TicketState.VOID,
        },
        TicketState.CALLED: {
            TicketAction.RECALL: TicketState.CALLED,
            TicketAction.COMPLETE: TicketState.SERVED,
            TicketAction.NO_SHOW: TicketState.ABSENT,
        },
        TicketState.SERVED: {},
        TicketState.ABSENT: {},
        TicketState.VOID: {TicketAction.REVIVE: TicketState.WAITING},
    }
)


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A ticket the citizen was told. `ahead` is how many are called before, `wait` minutes
    (from, to); None for "not known".
    """

    visit: UUID
    label: str
    service: str
    priority_class: str
    ahead: int | None
    wait: tuple[int, int] | None
    qr: str
    issued_at: datetime


def allowed(state: TicketState, action: TicketAction) -> TicketState | None:
    """The state after `action`, or None where the table has no cell."""
    return TRANSITIONS[state].get(action)
