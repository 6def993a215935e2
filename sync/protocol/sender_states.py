"""The sender's state machine as one table; a missing cell is a fault of the other end."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto


class State(Enum):
    """Where a sender's session is."""

    OFFLINE = auto()
    GREETING = auto()
    FLOWING = auto()


class Event(Enum):
    """What can happen to it."""

    DIAL = auto()
    CURSOR = auto()
    ACK = auto()
    NACK = auto()
    AGAIN = auto()
    SILENCE = auto()


SENDER: Mapping[State, Mapping[Event, State]] = {
    State.OFFLINE: {Event.DIAL: State.GREETING},
    State.GREETING: {
        Event.CURSOR: State.FLOWING,
        Event.AGAIN: State.OFFLINE,
        Event.SILENCE: State.OFFLINE,
    },
    State.FLOWING: {
        Event.DIAL: State.GREETING,
        Event.CURSOR: State.FLOWING,
        Event.ACK: State.FLOWING,
        Event.NACK: State.FLOWING,
        Event.AGAIN: State.OFFLINE,
        Event.SILENCE: State.OFFLINE,
    },
}
"""Every transition of the sender; a missing cell is a fault of the other end."""
