"""The sender's state machine as one table; a missing cell is a fault of the other end."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto


class SenderState(Enum):
    """Where a sender's session is."""

    OFFLINE = auto()
    GREETING = auto()
    FLOWING = auto()


class SenderEvent(Enum):
    """What can happen to it."""

    DIAL = auto()
    CURSOR = auto()
    ACK = auto()
    NACK = auto()
    AGAIN = auto()
    SILENCE = auto()


SENDER: Mapping[SenderState, Mapping[SenderEvent, SenderState]] = {
    SenderState.OFFLINE: {SenderEvent.DIAL: SenderState.GREETING},
    SenderState.GREETING: {
        SenderEvent.CURSOR: SenderState.FLOWING,
        SenderEvent.AGAIN: SenderState.OFFLINE,
        SenderEvent.SILENCE: SenderState.OFFLINE,
    },
    SenderState.FLOWING: {
        SenderEvent.DIAL: SenderState.GREETING,
        SenderEvent.CURSOR: SenderState.FLOWING,
        SenderEvent.ACK: SenderState.FLOWING,
        SenderEvent.NACK: SenderState.FLOWING,
        SenderEvent.AGAIN: SenderState.OFFLINE,
        SenderEvent.SILENCE: SenderState.OFFLINE,
    },
}
"""Every transition of the sender; a missing cell is a fault of the other end."""
