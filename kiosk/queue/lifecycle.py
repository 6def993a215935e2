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
    ARRIVED = "arrived"  # the citizen stands at the counter
    SERVING = "serving"
    PARKED = "parked"  # fetches a paper, waits for a back office: keeps the arrival
    SERVED = "served"
    ABSENT = "absent"
    WITHDRAWN = "withdrawn"  # staff took it out, with a reason
    UNSERVED = "unserved"  # the day was closed before it ended
    VOID = "void"  # its number was never told to anybody


class TicketAction(StrEnum):
    """What may be done with a ticket."""

    CALL = "call"
    RECALL = "recall"
    ARRIVE = "arrive"
    START = "start"
    PARK = "park"
    UNPARK = "unpark"
    TRANSFER = "transfer"
    ADD_SERVICE = "add-service"
    PRIORITY = "priority"
    COMPLETE = "complete"
    NEXT = "next"  # complete, with another service of the same visit to come
    NO_SHOW = "no-show"
    RETURN = "return"  # who missed the call came back in time
    WITHDRAW = "void"
    CLOSE = "close"  # the day's end
    CANCEL = "cancel"
    REVIVE = "revive"  # its kiosk reports that a cancelled number was told after all


_WAITS, _CALLED, _HERE = TicketState.WAITING, TicketState.CALLED, TicketState.ARRIVED
_SERVING, _PARKED = TicketState.SERVING, TicketState.PARKED
_AT_COUNTER = {
    TicketAction.START: _SERVING,
    TicketAction.PARK: _PARKED,
    TicketAction.TRANSFER: _WAITS,
    TicketAction.COMPLETE: TicketState.SERVED,
    TicketAction.NEXT: _WAITS,
    TicketAction.WITHDRAW: TicketState.WITHDRAWN,
    TicketAction.CLOSE: TicketState.UNSERVED,
}

TRANSITIONS: Final = MappingProxyType[TicketState, dict[TicketAction, TicketState]](
    {
        _WAITS: {
            TicketAction.CALL: _CALLED,
            TicketAction.PRIORITY: _WAITS,
            TicketAction.WITHDRAW: TicketState.WITHDRAWN,
            TicketAction.CLOSE: TicketState.UNSERVED,
            TicketAction.CANCEL: TicketState.VOID,
        },
        _CALLED: _AT_COUNTER
        | {
            TicketAction.RECALL: _CALLED,
            TicketAction.ARRIVE: _HERE,
            TicketAction.ADD_SERVICE: _CALLED,
            TicketAction.NO_SHOW: TicketState.ABSENT,
        },
        _HERE: _AT_COUNTER | {TicketAction.ADD_SERVICE: _HERE},
        _SERVING: {each: state for each, state in _AT_COUNTER.items() if state is not _SERVING}
        | {TicketAction.ADD_SERVICE: _SERVING},
        _PARKED: {
            TicketAction.UNPARK: _CALLED,
            TicketAction.PRIORITY: _PARKED,
            TicketAction.WITHDRAW: TicketState.WITHDRAWN,
            TicketAction.CLOSE: TicketState.UNSERVED,
        },
        TicketState.SERVED: {},
        TicketState.ABSENT: {TicketAction.RETURN: _WAITS},
        TicketState.WITHDRAWN: {},
        TicketState.UNSERVED: {},
        TicketState.VOID: {TicketAction.REVIVE: _WAITS},
    }
)
"""`undo` is in no row: it puts back what the last act of a counter changed."""

IN_CENTRE: Final = (_WAITS, _CALLED, _HERE, _SERVING, _PARKED)
"""The states of somebody who is still expected somewhere: the number is in use."""
AT_COUNTER: Final = (_CALLED, _HERE, _SERVING)
RETURN_WITHIN_MS: Final = 15 * 60_000
"""Who missed the call may come back so long, once, to where the arrival puts him."""
UNDO_WITHIN_MS: Final = 10 * 60_000


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
