"""Bridge: connects Kivy's clock, the core and the person's input.

Views come from `client.poll()` on a clock tick and go to the shell; ids and texts come from
widgets and go out as events with the number of the view they belong to. A second touch on the same
element within half a second is dropped here (keys of the keyboard excepted), and for as long after
another screen has come the screen is not `touchable`: a second tap was meant for the one before.
The client must never block; this file is the only one of `kiosk/ui` that touches the Clock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from kivy.clock import Clock

from kiosk.ui_protocol.view import Activated, Edited, Touched, UiEvent, View, ViewRequest

DEBOUNCE_S = 0.5
CALM_S = 0.5
"""Touches that begin sooner after another screen has come are not for it."""
FRAMES_PER_S, FRAMES_PER_S_RESTING = 30, 15
RESTING_STATES = {"attract"}
SPEAK_S = 0.1  # between two utterances no longer silence than this
SETTLE_S = 0.4  # typing paused this long: what the core has not confirmed is sent again


class CorePort(Protocol):
    """The core as the screen sees it."""

    def poll(self) -> View | None:
        """The newest view not yet given, or None at once."""

    def send(self, event: UiEvent) -> object:
        """Hand an event over; never waits. What it answers is not ours to judge."""


class Bridge:
    """Carries events out and views in."""

    def __init__(self, client: CorePort, show: Callable[[View], None]) -> None:
        self._client = client
        self._show = show
        self._view: View | None = None
        self._last: tuple[str, str, float] = ("", "", -1e9)
        self._ticks: list[Any] = []
        self._changed_at = -1e9
        self.typed = False  # something was typed here since the process began
        self.watch: Callable[[View | None], None] = lambda _view: None
        self.arrived = False  # the newest view is of another state than the one before
        self.settle: Callable[[], None] = lambda: None
        self.speak: Callable[[], None] = lambda: None
        self.turn: Callable[[str], bool] = lambda _id: False
        """Whether an arrow only led to another part of the view that is drawn."""

    @property
    def view(self) -> View | None:
        """The view now drawn."""
        return self._view

    @property
    def touchable(self) -> bool:
        """Whether a touch that begins now is meant for the screen that is drawn."""
        now: float = Clock.time()
        return now - self._changed_at >= CALM_S

    def begin(self) -> None:
        """Start polling, and ask for the first view."""
        self._client.send(ViewRequest())
        self._ticks = [
            Clock.schedule_interval(self._tick, 0),
            Clock.schedule_interval(lambda _dt: self.settle(), SETTLE_S),
            Clock.schedule_interval(lambda _dt: self.speak(), SPEAK_S),
        ]

    def end(self) -> None:
        """Stop; nothing of ours is left in the Clock."""
        for tick in self._ticks:
            tick.cancel()

    def send(self, element_id: str, text: str | None = None) -> None:
        """`element_id` was activated, or its text is now `text`."""
        if self._view is None:
            return
        if text is not None:
            self.typed = True
            self._client.send(Edited(self._view.number, element_id, text))
            return
        now = Clock.get_time()
        last_id, last_state, then = self._last
        if (element_id, self._view.state) == (last_id, last_state) and now - then < DEBOUNCE_S:
            return
        self._last = (element_id, self._view.state, now)
        if self.turn(element_id):
            self._changed_at = Clock.time()
            self._client.send(Touched())
            return
        self._client.send(Activated(self._view.number, element_id))

    def touched(self) -> None:
        """A touch that hit nothing keeps the visit awake."""
        self._client.send(Touched())

    def _tick(self, _dt: float) -> None:
        newest = None
        while (view := self._client.poll()) is not None:
            newest = view
        if newest is not None:
            self.arrived = self._view is None or self._view.state != newest.state
            changed = self._view is not None and _place(self._view) != _place(newest)
            self._view = newest
            resting = newest.state in RESTING_STATES and not newest.countdown
            if getattr(Clock, "_max_fps", 0):  # 0: the test driver's virtual time
                Clock._max_fps = FRAMES_PER_S_RESTING if resting else FRAMES_PER_S
            self._show(newest)
            if changed:
                self._changed_at = Clock.time()  # from when it is drawn, however long that took
        self.watch(self._view)


def _place(view: View) -> tuple[object, ...]:
    """What tells one screen from the next."""
    asked = view.progress.step if view.progress else 0
    return view.state, view.title, asked, view.page, view.overlay_title, bool(view.countdown)


def clock_s() -> float:
    """The time of the loop, monotonic."""
    now: float = Clock.time()
    return now


def later(what: Callable[[], None], delay_s: float = 0) -> None:
    """Run once, `delay_s` seconds from now, on the UI thread."""
    Clock.schedule_once(lambda _dt: what(), delay_s)


class VirtualTime:
    """Time that moves only when the driver says so: no sleeping, no flakes."""

    def __init__(self) -> None:
        self._real, self._fps = Clock.time, Clock._max_fps
        self.now_s: float = max(Clock.time(), Clock.get_time())  # never backwards for the Clock
        Clock.time = lambda: self.now_s
        Clock._max_fps = 0
        self._before = {id(event) for event in Clock.get_events()}

    def give_back(self) -> None:
        """Real time again, and no event of the app left behind."""
        for event in Clock.get_events():
            if id(event) not in self._before:
                event.cancel()
        Clock.time, Clock._max_fps = self._real, self._fps
