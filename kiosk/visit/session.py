"""Session: one visit, in memory only, replaced as a whole when the citizen leaves.

Nothing typed, chosen or shown in a visit outlives its `Session`: ending a visit is making a new
one, so there is no list of fields to forget. What must last (a ticket, a sealed form) has been
handed to a port before; nothing here is ever written to disk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from uuid import UUID

from kiosk.filling.capture import Capturing
from kiosk.filling.filling import Filling
from kiosk.queue.lifecycle import IssuedTicket
from kiosk.queue.rules import ServiceOffer
from kiosk.visit.flow import State
from kiosk.visit.ports import CallResult, CaseStatus, DraftCode, FeedbackReceipt, FormReceipt
from kiosk.visit.sms_port import PhoneInput
from kiosk.visit.ticket_offer import NoTicket

SOUND_STEPS = 5
TEXT_SCALES = (1.0, 1.25, 1.55, 2.0)
THEMES = ("light", "night", "contrast", "sunlight")


@dataclass(slots=True)
class CaseStatusInput:
    """The status screen: the reference being typed, then the second factor where it is asked."""

    reference: str = ""
    tries: int = 0
    problem: str = ""  # a text key
    answer: CaseStatus | None = None
    asks_factor: bool = False
    factor: str = ""
    slip: UUID | None = None


@dataclass(slots=True)
class ResumeInput:
    """The code of a draft being typed. `problem` is a text key."""

    typed: str = ""
    tries: int = 0
    problem: str = ""


class FeedbackKind(StrEnum):
    """What is said; the values stand in the journal and name texts."""

    RATING = "rating"
    PRAISE = "praise"
    IDEA = "idea"
    COMPLAINT = "complaint"
    BRIBE = "bribe"


@dataclass(slots=True)
class FeedbackInput:
    """Feedback being given; `about`: the office it is about, where that is known."""

    kind: FeedbackKind = FeedbackKind.RATING
    face: int | None = None
    words: str = ""
    writing: bool = False
    receipt: FeedbackReceipt | None = None
    about: str = ""


class PinOpens(Enum):
    """What is behind the PIN."""

    STAFF_SCREEN = auto()
    CORRECTION = auto()  # of the form just sent


@dataclass(slots=True)
class StaffInput:
    """Staff at the kiosk. `problem` and `said` are text keys, `told` a fault's own sentence."""

    typed: str = ""
    problem: str = ""
    said: str = ""
    told: str = ""
    code: str = ""  # whose remedy is shown
    opens: PinOpens = PinOpens.STAFF_SCREEN


@dataclass(slots=True)
class Session:
    """Everything about one visit. `since` and `touched` are monotonic seconds."""

    visit: UUID
    language: str
    touched: float
    state: State = State.ATTRACT
    began: bool = False
    personal: bool = False  # something was typed, scanned or answered
    theme: str = "light"
    text_scale: float = 1.0
    listening: bool = False
    headphones: bool = False  # in the kiosk's socket
    volume: int = 3  # of the voice, 1 to SOUND_STEPS
    pace: int = 3
    dark: bool = False  # nothing is shown: for privacy, or because nobody looks
    history: list[tuple[State, int]] = field(default_factory=list)
    page: int = 0
    reviewed: int = 0  # the page of the review from which an answer is being changed
    category: str = ""
    agency: str = ""
    query: str = ""
    service: str = ""
    ticked: set[str] = field(default_factory=set)
    checklist: UUID | None = None
    tickets: dict[str, IssuedTicket] = field(default_factory=dict)
    wanted: dict[str, UUID] = field(default_factory=dict)
    no_ticket: NoTicket | None = None  # why the last wish for one was refused
    offer: ServiceOffer | None = None  # what the centre said of the service in hand
    shown: str = ""  # service code of the ticket on the screen
    form: str = ""
    filling: Filling | None = None
    kept: DraftCode | None = None  # the code of the draft in hand
    kept_at: State = State.QUESTION  # where it was asked for
    resume_input: ResumeInput = field(default_factory=ResumeInput)
    capture: Capturing | None = None
    received: FormReceipt | None = None
    given: dict[str, str] = field(default_factory=dict)
    """What the forms of this visit were told, by the key of the question: offered again."""
    sent: Filling | None = None  # in a van only: until the visit ends, an officer may correct it
    correcting: FormReceipt | None = None
    status_input: CaseStatusInput = field(default_factory=CaseStatusInput)
    feedback_input: FeedbackInput = field(default_factory=FeedbackInput)
    phone: PhoneInput = field(default_factory=PhoneInput)
    staff_input: StaffInput = field(default_factory=StaffInput)
    call: CallResult | None = None  # what calling for a person set off
    fault_code: int = 0

    @property
    def ticket(self) -> IssuedTicket | None:
        """The ticket on the screen."""
        return self.tickets.get(self.shown)
