"""FakeCore: stands in for the core: shows the views it is given and records the events sent."""

from __future__ import annotations

from collections import deque

import msgspec

from kiosk.ui_protocol.view import UiEvent, View


class FakeCore:
    """Implements the client's two methods in process."""

    def __init__(self) -> None:
        self.sent: list[UiEvent] = []
        self._views: deque[View] = deque()
        self._number = 0

    def give(self, view: View) -> View:
        """Put a view on the screen, numbered after the last one."""
        self._number += 1
        numbered = msgspec.structs.replace(view, number=self._number)
        self._views.append(numbered)
        return numbered

    def poll(self) -> View | None:
        return self._views.popleft() if self._views else None

    def send(self, event: UiEvent) -> None:
        self.sent.append(event)
