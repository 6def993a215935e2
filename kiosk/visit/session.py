"""Session: one visit, in memory only, replaced as a whole when the citizen leaves.

Nothing typed, chosen or told in a visit outlives its `Session`: ending a visit is making a new
one, so there is no list of fields to forget. What must last (a ticket, a sealed form) has been
handed to a port before; nothing here is ever written to disk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from kiosk.filling.capture import Capturing
from kiosk.filling.filling import Filling
from kiosk.visit.flow import State
from kiosk.visit.ports import Coded, Issued, Knowledge, Received
from kiosk.visit.sms_port import Phone

TEXT_SCALES = (1.0, 1.25, 1.5)
THEMES = ("light", "contrast", "sunlight")


@dataclass(slots=True)
class Asking:
    """The status screen: the reference being typed."""

    reference: str = ""
    tries: int = 0
    problem: str = ""  # a text key
    answer: Knowledge | None = None


@dataclass(slots=True)
class Resuming:
    """The code of a draft being typed. `problem` is a text key."""

    typed: str = ""
    tries: int = 0
    problem: str = ""


@dataclass(slots=True)
class Saying:
    """Feedback being given."""

    kind: str = "rating"  # rating | praise | idea | complaint | bribe
    face: int | None = None
    words: str = ""
    writing: bool = False
    reference: str | None = None


@dataclass(slots=True)
class Duty:
    """Staff at the kiosk. `problem` and `said` are text keys, `told` a fault's own sentence."""

    typed: str = ""
    problem: str = ""
    said: str = ""
    told: str = ""
    code: str = ""  # whose remedy is shown
    wants: str = ""  # what the PIN opens: "" the staff screen, "correct" the form just sent


@dataclass(slots=True)
class Session:
    """Everything about one visit. `since` and `touched` are monotonic seconds."""

    visit: UUID
    language: str
    touched: float
    state: State = State.ATTRACT
    began: bool = False
    theme: str = "light"
    text_scale: float = 1.0
    listening: bool = False
    trail: list[tuple[State, int]] = field(default_factory=list)
    page: int = 0
    reviewed: int = 0  # the page of the review from which an answer is being changed
    category: str = ""
    agency: str = ""
    query: str = ""
    service: str = ""
    ticked: set[str] = field(default_factory=set)
    checklist: UUID | None = None
    tickets: dict[str, Issued] = field(default_factory=dict)
    wanted: dict[str, UUID] = field(default_factory=dict)
    shown: str = ""  # service code of the ticket on the screen
    form: str = ""
    filling: Filling | None = None
    kept: Coded | None = None  # the code of the draft in hand
    kept_at: State = State.QUESTION  # where it was asked for
    resuming: Resuming = field(default_factory=Resuming)
    capture: Capturing | None = None
    received: Received | None = None
    sent: Filling | None = None  # in a van only: until the visit ends, an officer may correct it
    correcting: Received | None = None
    asking: Asking = field(default_factory=Asking)
    saying: Saying = field(default_factory=Saying)
    phone: Phone = field(default_factory=Phone)
    duty: Duty = field(default_factory=Duty)
    fault_code: int = 0
    fault_text: str = ""

    @property
    def ticket(self) -> Issued | None:
        """The ticket on the screen."""
        return self.tickets.get(self.shown)
