"""Preview ports: a visit in which nothing is stored, printed or sent, for authors and tests.

One form replaces all forms of the default pack. Screens, engine, choice lists and drawing are
real; storing, printing and sending are replaced by memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import FormAsset, Service
from content.faults import NotInPack
from content.form_library.form_cache import FormOpener
from kiosk.adapters.drafts import CODE_BYTES, make_code
from kiosk.case_reference import RANDOM_BYTES, make_reference, second_of
from kiosk.filling.capture import CapturePhase, CaptureProgress
from kiosk.filling.filling import Filling
from kiosk.queue.lifecycle import IssuedTicket
from kiosk.queue.rules import ServiceOffer
from kiosk.visit.ports import (
    CaseStatus,
    DraftCode,
    Feedback,
    FeedbackReceipt,
    FormReceipt,
    KioskLocation,
    NetworkStatus,
    Ports,
    ResumedDraft,
    SlipState,
)
from provisioning.clock import Clock
from provisioning.faults import UsageFault
from provisioning.ids import Ids


class SingleFormCatalogue:
    """A catalogue whose only form is `asset`; its media files lie in `folder`."""

    def __init__(self, catalogue: Catalogue, asset: FormAsset, folder: Path) -> None:
        self._catalogue, self._asset, self._folder = catalogue, asset, folder

    def form(self, form_id: str) -> FormAsset:
        if form_id != self._asset.id:
            raise NotInPack(f"Only {self._asset.id} is previewed.")
        return self._asset

    def forms(self) -> list[FormAsset]:
        return [self._asset]

    def forms_for(self, _service: Service | str) -> list[FormAsset]:
        return [self._asset]

    def asset(self, path: str) -> Path:
        """A media file of the form, or a file of the pack."""
        name = path.rpartition("/")[2]
        if path.startswith("forms/") and name in self._asset.media:
            return self._folder / name
        return self._catalogue.asset(path)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalogue, name)


class PreviewStore:
    """Submissions, tickets, opinions, slips, facts and cases of a preview."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock, self._ids = clock, ids
        self.sent: list[Filling] = []

    def keep_draft(self, visit: UUID, filling: Filling) -> None:
        del visit, filling

    def drop_draft(self, visit: UUID) -> None:
        del visit

    def leave_draft(self, visit: UUID) -> None:
        del visit

    def give_code(self, visit: UUID, filling: Filling, language: str) -> DraftCode:
        del filling, language
        return DraftCode(make_code(self._ids.token(CODE_BYTES)), visit)

    def reopen(self, visit: UUID, typed: str) -> ResumedDraft | None:
        del visit, typed
        return None

    def submit(
        self, visit: UUID, filling: Filling, language: str, replaces: FormReceipt | None = None
    ) -> FormReceipt:
        del language, replaces
        filling.record.engine.finalize()
        self.sent.append(filling)
        agency = filling.asset.agency
        now = self._clock.now()
        reference = make_reference(agency, 0, second_of(now), self._ids.token(RANDOM_BYTES))
        return FormReceipt(visit, reference, agency, filling.asset.id, now)

    def issue(
        self, visit: UUID, service: Service, priority_class: str, language: str
    ) -> IssuedTicket:
        del visit, service, priority_class, language
        raise UsageFault("A preview gives no tickets; it shows one form.")

    def offer(self, service: Service) -> ServiceOffer | None:
        del service
        return None

    def give(self, visit: UUID, opinion: Feedback, language: str) -> FeedbackReceipt | None:
        del visit, opinion, language
        return None

    def paper(self, subject: UUID) -> SlipState:
        del subject
        return SlipState.NONE

    def checklist(self, visit: UUID, service: Service, have: frozenset[str], lang: str) -> UUID:
        del service, have, lang
        return visit

    def case_answer(self, visit: UUID, reference: str, known: CaseStatus, lang: str) -> UUID:
        del reference, known, lang
        return visit

    def again(self, subject: UUID, language: str) -> None:
        del subject, language

    def note(self, kind: str, visit: UUID, body: Mapping[str, Any]) -> None:
        del kind, visit, body

    def find(self, reference: str, factor: str = "") -> CaseStatus | None:
        del reference, factor
        return None

    def network(self) -> NetworkStatus:
        return NetworkStatus(online=False, waiting=0)


class FixedCapturer:
    """A camera or a microphone that has already taken `content`."""

    def __init__(self, content: bytes, seconds: int = 0) -> None:
        self._content, self._seconds = content, seconds
        self._finished = not seconds

    def start(self) -> None:
        self._finished = not self._seconds

    def look(self) -> CaptureProgress:
        if not self._finished:
            return CaptureProgress(CapturePhase.RUNNING, seconds=self._seconds)
        return CaptureProgress(CapturePhase.READY, self._content, self._seconds)

    def finish(self) -> None:
        self._finished = True

    def stop(self) -> None:
        """There is nothing to stop."""


def preview_ports(
    catalogue: SingleFormCatalogue,
    clock: Clock,
    ids: Ids,
    *,
    photo: bytes,
    sound: bytes,
    language: str = "en",
    fix: str | None = None,
) -> Ports:
    """Ports of a preview; nobody is shown out for thinking."""
    kept = PreviewStore(clock, ids)
    centre = catalogue.centres()[0]
    return Ports(
        catalogue=catalogue,  # type: ignore[arg-type] # a catalogue but for its forms
        clock=clock,
        ids=ids,
        tickets=kept,
        submissions=kept,
        feedback=kept,
        slips=kept,
        facts=kept,
        cases=kept,
        place=KioskLocation(centre.id, centre.name, centre.id, demo=True),
        opener=FormOpener(),
        idle_s=86_400.0,
        language=language,
        camera=FixedCapturer(photo),
        recorder=FixedCapturer(sound, 3),
        position=lambda: fix,
    )
