"""FreshScreen: replaces the screen's process after a visit in which something was typed (ADR 0013).

At the welcome screen the process that drew the visit calls a successor. That one loads its program
behind a hidden window, says that it is ready, and waits; told to begin, it draws the core's newest
view, shows its window in front of the old one and says so; then the old one ends. So the screen is
never empty, and no process draws two visits. A visit without a word (a ticket) changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.ui_protocol.view import View
from provisioning.node.succession import Succession

REST_S = 2.0
"""The welcome screen stands this long before a successor is called: nobody waits for its start."""
CALL_AGAIN_S = 30.0
"""A successor that was called and never was ready is called again."""
WELCOME = "attract"
READY, BEGIN, DRAWN = b"ready", b"begin", b"drawn"


class FreshScreen:
    """One screen process's part in being replaced. `monotonic` gives real seconds."""

    def __init__(self, place: Succession, monotonic: Callable[[], float]) -> None:
        self._place = place
        self._monotonic = monotonic
        self._held_words = False
        self._welcome_since = 0.0
        self._called_at = -CALL_AGAIN_S
        self._ready = False
        self._begun = False
        self.replaced = False
        """Whether the successor has drawn: this process is to end."""

    def wait_to_begin(self) -> bool:
        """In a successor whose program is loaded: wait for the old screen. False when it ended."""
        if self._place.number == 0:
            return True
        self._place.answer(READY)
        return self._place.inherited() == BEGIN

    def drawn(self) -> None:
        """The first view is on the screen."""
        self._place.answer(DRAWN)

    def look(self, view: View | None, *, typed: bool = False) -> bool:
        """With every frame: what is shown, and whether something was typed here. True as soon as
        this process is replaced.
        """
        now = self._monotonic()
        self._held_words = self._held_words or typed or (view is not None and view.personal)
        if view is None or view.state != WELCOME:
            self._welcome_since = now
        rested = now - self._welcome_since >= REST_S
        if self._begun or (self._held_words and rested):
            self._renew(now)
        return self.replaced

    def _renew(self, now: float) -> None:
        if not self._ready and now - self._called_at >= CALL_AGAIN_S:
            self._called_at = now
            self._place.call()
        message = self._place.heard()
        if message == READY:
            self._ready = True
        elif message == DRAWN:
            self.replaced = True
        if self._ready and not self._begun:
            self._begun = True
            self._place.hand(BEGIN)
