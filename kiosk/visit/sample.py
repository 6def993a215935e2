"""A sample: one moment of a visit, set up by hand, for pictures, layout checks and tests.

A `Sample` is a real session over real content, with what the node would say beside it (paper,
network, staff report). Each feature lists its own in `samples.py`: `SAMPLES` gives the named ones,
`every` those that the content multiplies (each service, each question). No service imports any of
it; a contract in `setup.cfg` names who may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import FormAsset
from content.xforms.results import PageKind
from kiosk.filling.filling import Filling
from kiosk.language import TextSource, Translator
from kiosk.queue.lifecycle import IssuedTicket
from kiosk.visit.flow import State
from kiosk.visit.ports import (
    FormOpenerPort,
    FormReceipt,
    KioskLocation,
    NetworkStatus,
    SlipState,
)
from kiosk.visit.screen import ScreenContext
from kiosk.visit.session import Session
from kiosk.visit.sms_port import SmsTicket
from kiosk.visit.staff_port import KioskReport, PinState, RemedyPage
from provisioning.ids import Ids

S = State
SHORT_LIST = 9
"""Lists up to this long are tried choice by choice, to find every question they lead to."""


@dataclass(frozen=True, slots=True)
class SampleContent:
    """What samples are made from; `looks` is a form with one question of every look."""

    catalogue: Catalogue
    looks: FormAsset
    now: datetime
    ids: Ids
    opener: FormOpenerPort
    photo: bytes = b""
    remedies: Mapping[str, RemedyPage] = field(default_factory=dict)
    """The page of every fault code of a device."""

    def form(self, form_id: str) -> FormAsset:
        """A form of the content, or the one of all looks."""
        return self.looks if form_id == self.looks.id else self.catalogue.form(form_id)

    def filling(self, asset: FormAsset, answers: Mapping[str, str] | None = None) -> Filling:
        """The form, open at its first question, with `answers` by the names of the questions."""
        visit = self.ids.uuid7()
        engine = self.opener.start(asset, visit, now=lambda: self.now, ids=self.ids)
        filling = Filling(asset, engine)
        for name, value in (answers or {}).items():
            filling.record.set(path_of(filling, name), value)
        return filling

    def place(self, town: str = "Wajir") -> KioskLocation:
        """The centre the kiosk stands in: that of `town`, or the first of the content."""
        centres = self.catalogue.centres()
        centre = next((each for each in centres if each.town.startswith(town)), centres[0])
        return KioskLocation(centre.id, centre.name, centre.id, demo=True)


class Sample:
    """One moment. Each step changes it and returns it, so that a sample reads as one line."""

    def __init__(self, content: SampleContent, session: Session, texts: TextSource) -> None:
        self.content, self.session, self.texts = content, session, texts
        self.now = content.now
        self.place = content.place()
        self.network = NetworkStatus(online=False, waiting=0)
        self.paper = SlipState.NONE
        self.pin: PinState | None = PinState(has_pin=True)
        self.report: KioskReport | None = None
        self.sms = SmsTicket()
        self.position_known = False
        self.assisted = False
        self.countdown = 0

    @property
    def language(self) -> str:
        return self.session.language

    def at(self, state: State, **fields: Any) -> Self:
        """On the screen of `state`, with these fields of the session."""
        self.session.state = state
        for name, value in fields.items():
            setattr(self.session, name, value)
        return self

    def beside(self, **values: Any) -> Self:
        """What the node says beside the session: `paper`, `network`, `report`, ..."""
        for name, value in values.items():
            assert hasattr(self, name), name
            setattr(self, name, value)
        return self

    def with_ticket(
        self,
        paper: SlipState = SlipState.PRINTING,
        *,
        service: str = "NRB-02",
        priority: str = "normal",
        ahead: int | None = 12,
        wait: tuple[int, int] | None = (20, 35),
    ) -> Self:
        """A number was given for `service`."""
        session = self.session
        session.state, session.shown, session.service = State.TICKET, service, service
        qr = "HK1:WJR:20261124:B047:8Q4F7ZK2M9XT6R3P"
        session.tickets[service] = IssuedTicket(
            session.visit, "B 047", service, priority, ahead, wait, qr, self.content.now
        )
        self.paper = paper
        return self

    def with_receipt(self, form: str = "lost_id", paper: SlipState = SlipState.PRINTED) -> Self:
        """A form was sent."""
        asset = self.content.form(form)
        self.session.state, self.paper = State.SUBMITTED, paper
        self.session.service = asset.service
        self.session.received = FormReceipt(
            self.session.visit,
            f"{asset.agency}-0G4T-9WKE-2HM7C",
            asset.agency,
            asset.id,
            self.content.now,
        )
        return self

    def in_form(self, form: str, answers: Mapping[str, str] | None = None) -> Self:
        """At the first question of `form`, with `answers` by the names of the questions."""
        filling = self.content.filling(self.content.form(form), answers)
        filling.speak(self.language)
        self.session.state, self.session.form = State.QUESTION, form
        self.session.filling = filling
        return self

    def question(self, name: str) -> Self:
        """At the question, or the page, called `name`."""
        filling = self.filling
        step = next((each for each in filling.steps() if name in {each.name, each.path}), None)
        if step is None:
            filling.go(path_of(filling, name), returning=False)
            return self
        filling.go(step.path, returning=False)
        return self.at(S.REPEAT if step.kind is PageKind.REPEAT else S.QUESTION)

    @property
    def filling(self) -> Filling:
        """The form in hand."""
        assert self.session.filling is not None, "this sample has no form"
        return self.session.filling

    def typed(self, text: str, problem: str = "") -> Self:
        """With `text` in the field, and what is wrong with it."""
        self.filling.input.typed, self.filling.input.problem = text, problem
        return self

    def context(self) -> ScreenContext:
        """What the screen is drawn from."""
        return ScreenContext(
            session=self.session,
            catalogue=self.content.catalogue,
            translator=Translator(self.texts, self.language),
            place=self.place,
            now=self.now,
            network=self.network,
            paper=self.paper,
            assisted=self.assisted,
            fix=self.position_known,
            pin=self.pin,
            report=self.report,
            remedy=self.content.remedies.get(self.session.staff_input.code),
            sms=self.sms,
        )


Build = Callable[[Sample], Sample]
"""Makes a fresh sample into the one it is named for."""


def path_of(filling: Filling, name: str) -> str:
    """The path of the question `name` among those that are asked now."""
    found = [path for path in filling.record.asked() if path.endswith(f"/{name}")]
    assert found, f"{filling.form_id} asks no {name} now: {filling.record.asked()}"
    return found[0]


def ways_through(content: SampleContent, asset: FormAsset) -> Iterator[dict[str, str]]:
    """Answers that open the form's questions: none, then each choice of each short list."""
    yield {}
    opened = content.filling(asset)
    for path in opened.record.asked():
        choices = opened.record.node(path).choices or ()
        for choice in choices if len(choices) <= SHORT_LIST else ():
            yield {path.rpartition("/")[2]: choice.value}
