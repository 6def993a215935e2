"""Ports: what a visit needs from the rest of the node, and the values it gets.

One protocol per seam; `kiosk/node/composition.py` makes the real ones, tests their own. Each call
returns only after what it says is durable ("commit, then speak"). Expected failures come back as a
`Fault`, which the controller shows as the screen `unavailable`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import FormAsset, Service
from content.xforms.session.session import FormSession
from kiosk.filling.capture import Capturer
from kiosk.filling.filling import Filling
from kiosk.queue.lifecycle import IssuedTicket
from kiosk.queue.rules import ServiceOffer
from kiosk.visit.sms_port import SmsPort
from kiosk.visit.staff_port import StaffPort
from provisioning.clock import Clock
from provisioning.ids import Ids


class SlipState(StrEnum):
    """What is known about a slip; "printed" only on proof."""

    NONE = "none"  # no slip was asked for
    PRINTING = "printing"
    PRINTED = "printed"
    UNKNOWN = "unknown"
    FAILED = "failed"
    BLOCKED = "blocked"  # the printer waits for paper or for help


@dataclass(frozen=True, slots=True)
class FormReceipt:
    """A form that is durable here: what the citizen keeps."""

    submission: UUID
    reference: str
    agency: str
    form: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """What this kiosk knows of a reference: `stage` names a text `status_answer.STAGE`, `reason`
    one `case_note.REASON`.
    """

    stage: str
    agency: str
    at: datetime | None
    reason: str = ""


ASKS_FACTOR = "asks-factor"
"""The stage of a case of which nothing is told without its second factor."""


@dataclass(frozen=True, slots=True)
class NetworkStatus:
    """For the badge: whether the upstream answers, and how much waits to be sent."""

    online: bool
    waiting: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """Feedback. `words` are personal and go on only sealed; faces are counted in clear."""

    kind: str
    face: int | None
    words: str
    service: str
    about: str = ""
    """The office it is about, where the visit knows; it never reads it."""


@dataclass(frozen=True, slots=True)
class DraftCode:
    """A draft that can be taken up again: its code, and the slip the code is printed on."""

    code: str
    slip: UUID


@dataclass(frozen=True, slots=True)
class ResumedDraft:
    """A draft found by its code, with the form it was begun with."""

    code: str
    asset: FormAsset
    snapshot: bytes
    attachments: Mapping[str, bytes]


class FormOpenerPort(Protocol):
    def start(
        self,
        asset: FormAsset,
        visit: UUID,
        *,
        now: Callable[[], datetime],
        ids: Ids,
        locate: Callable[[], str | None] | None = None,
        snapshot: bytes | None = None,
    ) -> FormSession:
        """A new record of a form, or its draft; `locate` says where the kiosk stands."""
        ...


class Tickets(Protocol):
    def issue(
        self, visit: UUID, service: Service, priority_class: str, language: str
    ) -> IssuedTicket:
        """A durable number with its slip in the spool; the same one again for the same visit.

        Raises `NoNumber` when the centre says that none is given now.
        """
        ...

    def offer(self, service: Service) -> ServiceOffer | None:
        """What the centre says of `service` before a number is taken; None when it is silent."""
        ...


class Submissions(Protocol):
    def keep_draft(self, visit: UUID, filling: Filling) -> None:
        """Keep the answers so far, unreadable without the key this process holds in memory."""
        ...

    def drop_draft(self, visit: UUID) -> None:
        """Forget the draft and its key, and wipe it if it has a code."""
        ...

    def leave_draft(self, visit: UUID) -> None:
        """The visit leaves its draft: one with a code waits for its owner, any other is gone."""
        ...

    def give_code(self, visit: UUID, filling: Filling, language: str) -> DraftCode:
        """Keep the draft under a code, from now on after every answer, and print the code."""
        ...

    def reopen(self, visit: UUID, typed: str) -> ResumedDraft | None:
        """The draft of a code as typed; None when there is none (any more)."""
        ...

    def submit(
        self, visit: UUID, filling: Filling, language: str, replaces: FormReceipt | None = None
    ) -> FormReceipt:
        """Seal and store the form with its receipt's print job, and wipe its draft. A form that
        `replaces` another keeps its reference.
        """
        ...


@dataclass(frozen=True, slots=True)
class FeedbackReceipt:
    """Words that an office will read; `subject` is the slip's."""

    subject: UUID
    reference: str
    agency: str


class FeedbackPort(Protocol):
    def give(self, visit: UUID, opinion: Feedback, language: str) -> FeedbackReceipt | None:
        """Store an opinion; a receipt, with its slip, when words were sealed to an office."""
        ...


class Slips(Protocol):
    def paper(self, subject: UUID) -> SlipState:
        """The state of the newest slip of `subject`."""
        ...

    def checklist(self, visit: UUID, service: Service, have: frozenset[str], lang: str) -> UUID:
        """Print what to bring for `service`; the subject to ask `paper` about."""
        ...

    def case_answer(self, visit: UUID, reference: str, known: CaseStatus, lang: str) -> UUID:
        """Print what an office said of a case; the subject to ask `paper` about."""
        ...

    def again(self, subject: UUID, language: str) -> None:
        """Print another copy, marked as a copy, of a slip known not to be printed."""
        ...


class FactLog(Protocol):
    def note(self, kind: str, visit: UUID, body: Mapping[str, Any]) -> None:
        """Append a fact without personal data to the journal, later if it cannot be now. Never
        fails: a fault is told with it.
        """
        ...


@dataclass(frozen=True, slots=True)
class CallResult:
    """What a call for a person set off: the light on the case, word to the centre, the bell from
    the kiosk's own loudspeaker.
    """

    light: bool = False
    centre: bool = False
    sound: bool = False

    @property
    def heard(self) -> bool:
        """Whether anything worked."""
        return self.light or self.centre or self.sound


class StaffCallPort(Protocol):
    def call(self, visit: UUID, state: str, *, quiet: bool = False) -> CallResult:
        """Ring for a person, in well under a second; `quiet`: without the loudspeaker's bell, which
        somebody would have in the headphones.
        """
        ...

    def end(self) -> None:
        """The visit is over, or staff are there."""
        ...


class CaseStatusPort(Protocol):
    def find(self, reference: str, factor: str = "") -> CaseStatus | None:
        """What is known of `reference`, or None. The stage `ASKS_FACTOR` says that nothing is told
        without the right `factor`; it is also said of unknown references of such an office.
        """
        ...

    def network(self) -> NetworkStatus:
        """For the badge."""
        ...


@dataclass(frozen=True, slots=True)
class KioskLocation:
    """Where this kiosk stands. `centre` is the id in the pack; `tag` names its office hours."""

    site: str
    name: str
    centre: str
    demo: bool
    mobile: bool = False
    """A van: it has no desks and no hours of its own."""
    keeps_hours: bool = True
    """Whether there are no tickets while the centre is closed; a practice site gives them."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything a visit needs, built once by `kiosk/node/composition.py`."""

    catalogue: Catalogue
    clock: Clock
    ids: Ids
    tickets: Tickets
    submissions: Submissions
    feedback: FeedbackPort
    slips: Slips
    facts: FactLog
    cases: CaseStatusPort
    place: KioskLocation
    opener: FormOpenerPort
    staff: StaffPort | None = None
    staff_call: StaffCallPort | None = None
    sms: SmsPort | None = None
    idle_s: float = 60.0
    warn_s: float = 30.0
    language: str = "en"
    theme: str = "light"
    keep_days: int = field(default=30)
    draft_days: int = 7
    assisted: bool = False
    """Whether an officer sits beside the citizen, as in a van."""
    camera: Capturer | None = None
    recorder: Capturer | None = None
    position: Callable[[], str | None] = lambda: None
    """Where the kiosk stands, as a form stores it ("latitude longitude altitude accuracy"), or
    None: there is no receiver, or no fix to rely on.
    """
