"""The queue number by SMS when there is no paper: the port and its values.

Offered only while the printer cannot print and a modem can send. The phone number goes sealed into
the modem's queue and is cleared here at once; it is no part of the ticket or the journal. "Sent"
is said only when the network has confirmed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

PHONE_TYPED_MAX = 20


class SmsTicketState(StrEnum):
    """Where the message of a ticket stands."""

    NONE = "none"
    WAITING = "waiting"
    SENT = "sent"
    UNKNOWN = "unknown"  # handed over, never confirmed: it may or may not arrive
    FAILED = "failed"


@dataclass(slots=True)
class PhoneInput:
    """The number being typed. `problem` is a text key."""

    typed: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SmsTicket:
    """For the ticket screen: whether a message can be asked for now, and where one stands."""

    offered: bool = False
    state: SmsTicketState = SmsTicketState.NONE


class SmsPort(Protocol):
    """The port."""

    def ready(self) -> bool:
        """Whether a modem can send now."""
        ...

    def state(self, visit: UUID) -> SmsTicketState:
        """Where the message of a ticket stands."""
        ...

    def send(self, visit: UUID, number: str, words: str) -> bool:
        """Queue `words`, sealed, in place of the slip; False when this is no Kenyan mobile."""
        ...
