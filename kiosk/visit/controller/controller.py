"""Controller: runs one kiosk's visits, one after another. Events in, `View` out; no process, no
window.

`send` takes what a person did, `tick` lets time pass; both return whether the view changed. The
flow table decides the next screen, actions change the session, ports store. Rules kept here:
- a touch counts only on the screen it was aimed at: a second tap that arrives after the screen
  changed does nothing, and one element of one view acts once;
- after a time without a touch: a warning, a countdown, then the session is replaced as a whole;
- a `Fault` from a port is shown as the screen `unavailable` with its code, from which the visit
  can go on; wiping a visit and reporting a fault need nothing that may have failed.
"""

from __future__ import annotations

import math

import msgspec

from kiosk.filling.normalize import visible_text
from kiosk.queue.numbering import service_day
from kiosk.ui_protocol.view import (
    Activated,
    Advance,
    Edited,
    Element,
    Headphones,
    Role,
    Scanned,
    Touched,
    UiEvent,
    View,
    ViewRequest,
)
from kiosk.visit.actions import ActionContext, Edit
from kiosk.visit.controller.action_table import action_for, edit_for, scan_for
from kiosk.visit.controller.presenter import ScreenPresenter
from kiosk.visit.flow import FLOW, IDLE, QUIET_S, Idle, Signal, State, step
from kiosk.visit.form import capture_actions
from kiosk.visit.history import previous, walk
from kiosk.visit.ports import Ports
from kiosk.visit.session import Session
from provisioning.faults import Fault

_WHEEL_ENDS = (".up", ".down")
_STAFF = frozenset({State.STAFF, State.REMEDY})
_BETWEEN_VISITS = frozenset({State.ATTRACT, State.GOODBYE})


class ScreenState(msgspec.Struct, frozen=True, kw_only=True):
    """How the screen stands between two visits: what a fresh process needs to go on with it."""

    number: int  # of the view
    state: str
    language: str
    theme: str
    idle_theme: str
    text_scale: float
    listening: bool
    headphones: bool = False
    volume: int = 3
    pace: int = 3
    idle_s: float


class VisitController:
    """The visit in hand and its screen; `goes_on` from the process before, if there was one."""

    def __init__(self, ports: Ports, goes_on: ScreenState | None = None) -> None:
        self._ports = ports
        self._acted: tuple[int, str] = (0, "")
        self._held_words = False
        self._headphones = goes_on is not None and goes_on.headphones
        self._theme = ports.theme  # of an idle kiosk; what staff choose on their screen stays
        if goes_on is not None:
            self._theme = goes_on.idle_theme
        self.session = self._fresh()
        if goes_on is not None:
            self._go_on(goes_on)
        self._stage = ScreenPresenter(ports, self.session, goes_on.number if goes_on else 0)

    def _go_on(self, before: ScreenState) -> None:
        session = self.session
        session.state, session.language = State(before.state), before.language
        session.theme, session.text_scale = before.theme, before.text_scale
        session.listening = before.listening
        session.volume, session.pace = before.volume, before.pace
        session.touched -= before.idle_s

    @property
    def spent(self) -> bool:
        """Whether a visit in which something was typed, scanned or answered is over: what is left
        of it in this process's memory ends with the process.
        """
        between = self.session.state in _BETWEEN_VISITS and not self.session.personal
        return self._held_words and between

    def screen_state(self) -> ScreenState:
        """What the process after this one goes on with."""
        session = self.session
        return ScreenState(
            number=self.view.number,
            state=session.state.value,
            language=session.language,
            theme=session.theme,
            idle_theme=self._theme,
            text_scale=session.text_scale,
            listening=session.listening,
            headphones=self._headphones,
            volume=session.volume,
            pace=session.pace,
            idle_s=self._idle(),
        )

    @property
    def view(self) -> View:
        """What the screen shows now."""
        return self._stage.view

    def send(self, event: UiEvent) -> bool:
        """Take one event; True when the view changed."""
        match event:
            case Activated():
                self._activate(event)
            case Edited():
                self._edit(event)
            case Scanned(text=text):
                self._scan(text)
            case Touched():
                if not self._countdown():
                    self._touch()
            case Headphones(plugged=plugged):
                self._hear(plugged=plugged)
            case Advance() | ViewRequest():
                pass
        return self._redraw()

    def tick(self) -> bool:
        """Let time pass and look at printer and network; True when the view changed."""
        idle = self._idle()
        rule = IDLE[self.session.state]
        if rule is Idle.QUIET and idle >= QUIET_S[self.session.state]:
            self.session = self._fresh()
        elif rule is Idle.WARN and idle >= self._ports.idle_s + self._ports.warn_s:
            self._end("timeout")
            self.session = self._fresh()
        try:
            capture_actions.watch(ActionContext(self.session, self._ports))
        except Fault as fault:
            self._fail(fault)
        self._stage.look_around()
        return self._redraw()

    def _activate(self, event: Activated) -> None:
        element = self._element(event.id)
        stale = event.view < self._stage.since or (event.view, event.id) == self._acted
        if element is None or not element.enabled or stale:
            return
        if self._countdown() and element.place != "overlay":
            return
        self._acted = (event.view, event.id)
        self._touch()
        found = action_for(self.session.state, event.id)
        if found is None and element.role is Role.FIELD:
            return  # only the caret moves; the text comes as an edit
        assert found is not None, f"{event.id} on {self.session.state} does nothing"
        action, tail = found
        in_charge = self.session.state in _STAFF
        try:
            what = action(ActionContext(self.session, self._ports), tail)
        except Fault as fault:
            what = self._failed(fault)
        if in_charge:
            self._theme = self.session.theme
        if what is not None:
            self._move(what)

    def _hear(self, *, plugged: bool) -> None:
        """Headphones begin speech, and end it when they are pulled out."""
        if plugged != self._headphones:
            self._headphones = self.session.headphones = self.session.listening = plugged
            if not plugged:
                self.session.dark = False

    def _edit(self, event: Edited) -> None:
        element = self._element(event.id)
        if element is None or self._countdown() or event.view < self._stage.since:
            return
        self._touch()
        self.session.personal = True
        found = edit_for(self.session.state, event.id)
        if found is not None:
            edit, tail = found
            self._type(edit, tail, visible_text(event.text, lines=True))

    def _scan(self, text: str) -> None:
        if self._countdown():
            return
        self._touch()
        self.session.personal = True
        scan = scan_for(self.session.state)
        if scan is not None:
            self._type(scan, "", visible_text(text))

    def _type(self, edit: Edit, tail: str, text: str) -> None:
        try:
            edit(ActionContext(self.session, self._ports), tail, text)
        except Fault as fault:
            self._fail(fault)

    def _element(self, name: str) -> Element | None:
        """The element `name` of the current view; a wheel also answers to its two buttons."""
        for element in self._stage.view.elements:
            if element.id == name:
                return element
            if element.role is Role.WHEEL and name in {element.id + end for end in _WHEEL_ENDS}:
                return element
        return None

    def _fail(self, fault: Fault) -> None:
        """Show the fault where the screen has a way to."""
        signal = self._failed(fault)
        if signal in FLOW[self.session.state]:
            self._move(signal)

    def _failed(self, fault: Fault) -> Signal:
        self.session.fault_code = fault.code
        body = {"service": "core", "code": fault.code, "text": fault.message}
        self._ports.facts.note("node.fault", self.session.visit, body)
        return Signal.FAILED

    def _move(self, what: Signal) -> None:
        before = self.session.state
        after = step(before, what, previous(self.session))
        match what:
            case Signal.STARTED:
                self._begin()
            case Signal.STOPPED:
                self._end("stopped")
            case Signal.STAFF_IN:
                self._end("stopped")  # no citizen's visit is behind the staff screen
            case Signal.DONE if after is State.GOODBYE:
                self._end("finished")
            case _:
                pass
        if after is State.ATTRACT:
            self.session = self._fresh()
        else:
            walk(self.session, what, after)

    def _begin(self) -> None:
        """A citizen began: a new visit, in the language and look already chosen."""
        self.session = self._fresh(keep=self.session)
        self.session.began = True
        body = {
            "site": self._ports.place.site,
            "day": service_day(self._ports.clock.now()).isoformat(),
            "language": self.session.language,
        }
        self._ports.facts.note("visit.started", self.session.visit, body)

    def _end(self, outcome: str) -> None:
        """Wipe: the session is replaced; only language and look stay for the goodbye."""
        ended = self.session
        self.session = self._fresh(keep=ended)
        if ended.filling is not None:
            self._ports.submissions.leave_draft(ended.visit)
        if ended.call is not None and self._ports.staff_call is not None:
            self._ports.staff_call.end()
        if not ended.began:
            return
        body = {
            "site": self._ports.place.site,
            "day": service_day(self._ports.clock.now()).isoformat(),
            "outcome": outcome,
            "language": ended.language,
        }
        self._ports.facts.note("visit.ended", ended.visit, body)

    def _fresh(self, keep: Session | None = None) -> Session:
        fresh = Session(
            self._ports.ids.uuid7(),
            self._ports.language,
            self._ports.clock.monotonic(),
            theme=self._theme,
            headphones=self._headphones,
            listening=self._headphones,
        )
        if keep is not None:
            fresh.language, fresh.theme = keep.language, keep.theme
            fresh.text_scale, fresh.listening = keep.text_scale, keep.listening
            fresh.volume, fresh.pace, fresh.dark = keep.volume, keep.pace, keep.dark
        return fresh

    def _touch(self) -> None:
        self.session.touched = self._ports.clock.monotonic()

    def _idle(self) -> float:
        return self._ports.clock.monotonic() - self.session.touched

    def _countdown(self) -> int:
        if IDLE[self.session.state] is not Idle.WARN or self._idle() < self._ports.idle_s:
            return 0
        left = self._ports.idle_s + self._ports.warn_s - self._idle()
        return max(1, math.ceil(left))

    def _redraw(self) -> bool:
        session = self.session
        session.personal = session.personal or session.filling is not None
        self._held_words = self._held_words or session.personal
        try:
            return self._stage.show(self.session, self._countdown())
        except Fault as fault:  # what the screen would tell cannot be read
            self._fail(fault)
        return self._stage.show(self.session, self._countdown())
