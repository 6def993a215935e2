"""Printer protocol: everything the worker needs of a language of printers.

One folder implements it (`escpos/` today) and one row of `worker/protocols.py` names it. The
worker keeps promises, sessions and proofs; what bytes say them is the protocol's affair alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from peripherals.printing.document import Document
from peripherals.status import Cause, PrinterStatus
from peripherals.transport_port import Transport
from provisioning.clock import Clock


class Proof(StrEnum):
    """How a printer proves that a slip is out, strongest first."""

    PROCESS_ID = "process-id"  # answers with our number when it gets there
    FENCE = "fence"  # answers a question behind the cut when it gets there, without a number
    COUNTER = "counter"  # its own count of cuts
    NONE = "none"  # it never answers


class PresenterMode(StrEnum):
    """What happens to a slip nobody takes."""

    NONE = "none"  # slips fall out, or are torn off
    HOLD = "hold"  # it waits until a person takes it
    RETRACT = "retract"  # it is pulled in after a while


@dataclass(frozen=True, slots=True)
class EncodedSlip:
    """A slip as bytes. `pieces` never split a command; `height_mm` is the paper it takes."""

    pieces: tuple[bytes, ...]
    height_mm: int

    @property
    def octets(self) -> bytes:
        """The slip in one piece."""
        return b"".join(self.pieces)


@dataclass(frozen=True, slots=True)
class PresenterStatus:
    """What a printer with a presenter adds to its status. `cause` NONE: no trouble."""

    cause: Cause
    near_end: bool
    slip_waits: bool


class PrinterFacts(Protocol):
    """What the worker knows of a model; a profile of the protocol has more."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def dots(self) -> int: ...
    @property
    def proof(self) -> Proof: ...
    @property
    def voice(self) -> bool:
        """Whether it answers at all; without it every slip ends as unknown."""
        ...

    @property
    def buffer_clear(self) -> bool:
        """Whether it confirms that it threw its buffers away."""
        ...

    @property
    def presenter(self) -> PresenterMode: ...
    @property
    def take_s(self) -> float:
        """How long a slip may wait in the mouth."""
        ...

    @property
    def proof_s(self) -> float:
        """From the last byte to the proof, without mechanics in the way."""
        ...

    @property
    def models(self) -> Sequence[str]:
        """How it may call itself; empty: not compared."""
        ...

    @property
    def roll_mm(self) -> int: ...

    def refuses(self, name: str) -> bool:
        """Whether a printer that calls itself `name` is another model."""
        ...


class PrinterClient(Protocol):
    """One opened printer. Every method returns within its deadline or raises `DeviceFault`.

    What is heard while waiting for something else is kept: an answer that came late is proof too.
    """

    transport: Transport
    voice_broken: bool
    """It left all questions unanswered: its power may have been gone."""

    marks_max: int
    """How many different numbers it can answer with; they go round."""

    def status(self, *, tries: int = 2) -> PrinterStatus | None:
        """How the printer says it is; None when it does not say so clearly."""
        ...

    def presenter_status(self) -> PresenterStatus | None:
        """What it says of its mouth; None when it does not."""
        ...

    def send(self, octets: bytes) -> None:
        """All of `octets`, however slowly the printer takes them."""
        ...

    def silent_s(self) -> float:
        """Seconds since anything at all was heard, or since the opening."""
        ...

    def hear(self, deadline_s: float) -> bool:
        """Listen once; True when something came."""
        ...

    def number_request(self, number: int) -> bytes:
        """The bytes that ask for the answer `number`, behind what was sent before."""
        ...

    def ask_number(self, number: int, deadline_s: float) -> bool:
        """Ask for `number`; True when it came in time."""
        ...

    def take_numbers(self) -> list[int]:
        """The numbers heard since the last call, modulo `marks_max`."""
        ...

    def put_fence(self) -> None:
        """A question that is answered when everything before it has been dealt with."""
        ...

    def wait_fence(self, deadline_s: float) -> bool: ...
    def ask_fence(self, deadline_s: float) -> bool: ...
    def fence_proven(self) -> bool: ...
    @property
    def fences_owed(self) -> bool:
        """Whether an older fence may still answer, and be taken for the next one's."""
        ...

    def barrier(self, deadline_s: float) -> bool:
        """Everything sent before is dealt with, and no older fence can answer any more."""
        ...

    def clear(self) -> bool:
        """Make the printer forget what it holds; True when it said so."""
        ...

    def feed_and_cut(self) -> None:
        """Whatever hangs in the printer comes out, alone."""
        ...

    def recover(self) -> None:
        """A person put an error right: go on, with nothing of before."""
        ...

    def retract(self) -> None:
        """Pull in a slip nobody took, where the model can."""
        ...

    def begin(self) -> None:
        """Said first on a connection: no talk without being asked."""
        ...

    def forget_line(self) -> None:
        """Throw away what a question the printer does not know may have left on its line."""
        ...

    def cut_count(self) -> int | None:
        """The printer's own count of cuts; None when it does not say."""
        ...

    def model(self) -> str:
        """What the printer calls itself; empty when it does not say."""
        ...


class PrinterProtocol(Protocol):
    """A language of printers with one model's profile."""

    @property
    def profile(self) -> PrinterFacts: ...

    def warm(self) -> None:
        """Load what is slow to load now, not while the first citizen waits."""
        ...

    def encode(self, document: Document, *, copy: int = 1) -> EncodedSlip:
        """The bytes of one slip; `copy` above 1 carries the duplicate mark."""
        ...

    def client(self, transport: Transport, clock: Clock) -> PrinterClient:
        """Questions to the printer at the other end."""
        ...

    def test_slip(self, when: datetime, facts: Mapping[str, Any]) -> Document:
        """The operator's slip: widths, styles, letters, a code."""
        ...

    def stored_logo(self, name: str, picture: Path) -> bytes:
        """The bytes that keep a picture in the printer, an operator's act."""
        ...
