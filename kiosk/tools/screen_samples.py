"""ScreenSamples: every state with the ids a person may touch there, made by the same views as the
screen from sample sessions. Who writes a story or a test reads it instead of the code.

Ids of lists are complete (every page, every category, every form and question), so a story can
name any of them; a state's shell ids stand once, apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from content.catalogue.catalogue import Catalogue
from content.catalogue.model import FormAsset
from content.xforms.parse.reader import parse_form
from content.xforms.results import PageKind
from content.xforms.session.session import FormSession
from kiosk.filling.filling import Filling
from kiosk.filling.form_record import FormStep
from kiosk.language import LANGUAGES, Translator
from kiosk.ui_protocol.view import Region as Where
from kiosk.ui_protocol.view import Role, View
from kiosk.visit.controller.shell import view_for
from kiosk.visit.flow import State
from kiosk.visit.ports import (
    DraftCode,
    FormReceipt,
    IssuedTicket,
    KioskLocation,
    NetworkStatus,
    SlipState,
)
from kiosk.visit.screen import ScreenContext
from kiosk.visit.session import Session
from kiosk.visit.sms_port import SmsTicket
from kiosk.visit.staff_port import Device, KioskReport, LostSlip, PinState, RemedyPage
from provisioning.clock import EAT, Clock
from provisioning.ids import Ids

_SHELL = frozenset({Where.HEADER, Where.FOOTER, Where.NAV, Where.OVERLAY})
_PAGES_MAX = 30
CHOICES_MAX = 9
REMEDY = RemedyPage(dict.fromkeys(LANGUAGES, ""), dict.fromkeys(LANGUAGES, ("",)))
S = State


class ScreenSamples:
    """Lists the screens of one content pack."""

    def __init__(self, catalogue: Catalogue, clock: Clock, ids: Ids) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._ids = ids

    def states(self) -> list[dict[str, Any]]:
        """One row a state: `state`, `title`, `shell` and `elements` (ids in focus order)."""
        return [self._row(state) for state in State]

    def _row(self, state: State) -> dict[str, Any]:
        views = [view for session in self._samples(state) for view in self._pages(session)]
        shell: dict[str, None] = {}
        body: dict[str, None] = {}
        for view in views:
            for element in view.elements:
                into = shell if element.place in _SHELL else body
                into[element.id] = None
                if element.role is Role.WHEEL:
                    into[f"{element.id}.up"] = into[f"{element.id}.down"] = None
        if state is not State.ATTRACT:
            shell |= dict.fromkeys(("more-time", "end-now"))
        row: dict[str, Any] = {
            "state": state.value,
            "title": views[0].title,
            "shell": list(shell),
            "elements": list(body),
        }
        if state is State.QUESTION:
            row["forms"] = {asset.id: self._questions(asset) for asset in self._catalogue.forms()}
        return row

    def _pages(self, session: Session) -> Iterator[View]:
        for page in range(_PAGES_MAX):
            session.page = page
            view = self._draw(session)
            yield view
            if page + 1 >= view.page[1]:
                return

    def _draw(self, session: Session) -> View:
        centre = self._catalogue.centres()[0]
        context = ScreenContext(
            session=session,
            catalogue=self._catalogue,
            translator=Translator(self._catalogue, session.language),
            place=KioskLocation(centre.id, centre.name, centre.id, demo=True),
            now=self._clock.now(),
            network=NetworkStatus(online=True, waiting=0),
            paper=SlipState.FAILED if session.state is State.TICKET else SlipState.NONE,
            pin=PinState(has_pin=True),
            report=self._report(),
            remedy=REMEDY,
            sms=SmsTicket(offered=True),
        )
        return view_for(context, 1)

    def _report(self) -> KioskReport:
        """A printer out of paper and a slip nobody knows of: every row staff may touch."""
        now = self._now()
        return KioskReport(
            (Device("printer", "printer", "", "P31", now, well=False, roll=True),),
            (LostSlip("JOB", "ticket", "A101", now, again=True),),
            0,
            None,
            self._catalogue.content_date,
            self._catalogue.version,
            "",
        )

    def _fresh(self, state: State) -> Session:
        session = Session(self._ids.uuid7(), "en", 0.0, state)
        session.staff_input.code = "P31"
        return session

    def _samples(self, state: State) -> Iterator[Session]:
        session = self._fresh(state)
        match state:
            case S.SERVICES:
                for category in self._catalogue.categories():
                    session = self._fresh(state)
                    session.category = category.key
                    yield session
                return
            case S.SERVICE:
                for service in self._catalogue.services():
                    session = self._fresh(state)
                    session.service = service.code
                    yield session
                return
            case S.SEARCH:
                session.query = "id"
            case S.TICKET:
                self._with_ticket(session)
            case S.CONSENT:
                session.form = self._catalogue.forms()[0].id
            case S.QUESTION | S.REPEAT | S.REVIEW:
                yield from self._fillings(state)
                return
            case S.KEPT | S.SUBMITTED:
                self._with_paper(session)
            case _:
                pass
        yield session

    def _fillings(self, state: State) -> Iterator[Session]:
        for asset in self._catalogue.forms():
            told: set[str] = set()
            for filling, step in self._steps(asset):
                session = self._fresh(state)
                session.form, session.filling = asset.id, filling
                filling.go(step.path, returning=False)
                if state is not S.REVIEW:
                    if (step.kind is PageKind.REPEAT) == (state is S.REPEAT):
                        yield session
                elif told < (told := told | {each.name for each in filling.steps()}):
                    yield session

    def _steps(self, asset: FormAsset) -> Iterator[tuple[Filling, FormStep]]:
        """Every step of a form once, also those that only some answers to its choices bring."""
        told: set[str] = set()
        for filling in self._ways(asset):
            for step in filling.steps():
                if step.name not in told:
                    told.add(step.name)
                    yield filling, step

    def _ways(self, asset: FormAsset) -> Iterator[Filling]:
        """The form as it opens, and with each answer to each of its short lists of choices."""
        opened = self._filling(asset)
        yield opened
        for path in opened.record.asked():
            choices = opened.record.node(path).choices or ()
            for choice in choices if len(choices) <= CHOICES_MAX else ():
                filling = self._filling(asset)
                filling.record.set(path, choice.value)
                yield filling

    def _questions(self, asset: FormAsset) -> list[dict[str, Any]]:
        rows = []
        for filling, step in self._steps(asset):
            session = self._fresh(S.REPEAT if step.kind is PageKind.REPEAT else S.QUESTION)
            session.filling = filling
            filling.go(step.path, returning=False)
            ids = [
                element.id
                for view in self._pages(session)
                for element in view.elements
                if element.place not in _SHELL
            ]
            row: dict[str, Any] = {"name": step.name, "ids": list(dict.fromkeys(ids))}
            if step.kind is PageKind.QUESTION:
                asked = filling.input.question()
                row |= {"look": filling.input.look().name, "required": asked.required}
                row["label"] = asked.label
            rows.append(row)
        return rows

    def _filling(self, asset: FormAsset) -> Filling:
        form = parse_form(asset.xml, asset.media)
        return Filling(asset, FormSession(form, now=self._now, tz=EAT, ids=self._ids))

    def _with_ticket(self, session: Session) -> None:
        service = self._catalogue.services()[0]
        session.shown = session.service = service.code
        session.tickets[service.code] = IssuedTicket(
            session.visit, "A101", service.code, "normal", 3, (10, 20), "HK1.A101", self._now()
        )

    def _with_paper(self, session: Session) -> None:
        form = self._catalogue.forms()[0]
        session.kept = DraftCode("000-000-000", session.visit)
        session.received = FormReceipt(
            session.visit, f"{form.agency}-000000-00", form.agency, form.id, self._now()
        )

    def _now(self) -> datetime:
        return self._clock.now()
