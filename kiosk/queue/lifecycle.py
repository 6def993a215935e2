"""Rules: the life of a ticket as one table, and what is known of one ticket. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from kiosk.queue.numbering import label


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


TURNS: Final = MappingProxyType[TicketState, dict[TicketAction, TicketState]](
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
class Waiting:
    """A ticket that may be called. `since` is Unix milliseconds of the citizen's arrival."""

    visit: UUID
    series: str
    number: int
    service: str
    priority_class: str
    rank: int
    since: int

    @property
    def label(self) -> str:
        return label(self.series, self.number)


def allowed(turn: TicketState, act: TicketAction) -> TicketState | None:
    """The turn after `act`, or None where the table has no cell."""
    return TURNS[turn].get(act)
