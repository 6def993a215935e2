"""Staff port: what the staff screen may ask of the node, and the values it gets.

Staff see the state of the kiosk and never who used it: a slip is named by its queue number or its
kind, and nothing typed by a citizen is passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from provisioning.identity.pin import PinResult


@dataclass(frozen=True, slots=True)
class Device:
    """One device. `words` say how it is and what to do; `code` is empty when nothing is wrong.

    A printer has `left`, about how many tickets its roll still gives (None: not known), and is
    the only one with `roll`.
    """

    name: str
    kind: str
    words: str
    code: str
    since: datetime
    well: bool
    detail: str = ""
    roll: bool = False
    left: int | None = None


@dataclass(frozen=True, slots=True)
class LostSlip:
    """A slip of which nobody knows whether it is on paper.

    `label` is a queue number, or empty where it would name a person's business. `again` is
    whether staff may have it printed once more, marked as a copy.
    """

    job: str
    kind: str
    label: str
    at: datetime
    again: bool


@dataclass(frozen=True, slots=True)
class PinState:
    """The way in: whether a PIN is set, and the seconds until the next try counts."""

    has_pin: bool
    wait_s: int = 0


@dataclass(frozen=True, slots=True)
class KioskReport:
    """How the kiosk is, in the language asked for."""

    devices: tuple[Device, ...]
    slips: tuple[LostSlip, ...]
    waiting: int
    proved_at: datetime | None
    content_date: date
    content_version: int
    version: str
    called_at: datetime | None = None
    """When a citizen last asked for a person."""
    room_mb: int | None = None
    """Megabytes left on the disk, when they are few."""


@dataclass(frozen=True, slots=True)
class RemedyPage:
    """What to do about a fault code: what is wrong and the steps, by language."""

    wrong: Mapping[str, str]
    steps: Mapping[str, tuple[str, ...]]


class StaffPort(Protocol):
    """The port; acts are in the journal when they return, and raise `DeviceFault`s."""

    def pin_state(self) -> PinState:
        """How the way in stands."""
        ...

    def attempt(self, pin: str) -> PinResult:
        """Try the PIN."""
        ...

    def report(self, language: str) -> KioskReport:
        """What the staff screen shows."""
        ...

    def remedy(self, code: str) -> RemedyPage | None:
        """The page of a fault code; None for a code no device gives."""
        ...

    def print_again(self, job: str) -> None:
        """Print an unknown slip once more; the spool marks it as a copy."""
        ...

    def seen_on_paper(self, job: str) -> None:
        """Somebody holds the slip: it leaves the list."""
        ...

    def test_slip(self, visit: UUID, language: str) -> None:
        """Print the operator's slip."""
        ...

    def roll_changed(self, visit: UUID, printer: str) -> None:
        """A full roll is in `printer` (empty: the first one)."""
        ...
