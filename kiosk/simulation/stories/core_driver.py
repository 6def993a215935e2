"""CoreDriver: plays a citizen directly at the core, without a window;
`kiosk/ui/automation/driver.py` does the same at the real screen.

It sees what a citizen sees (the newest view) and does only what a citizen can: touch an element
that is there and enabled, or type into the field that is there.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Protocol

from kiosk.filling.date_entry import parts_of
from kiosk.simulation.stories.script import StoryFailed
from kiosk.ui_protocol.ipc import CoreClient
from kiosk.ui_protocol.view import (
    Activated,
    Advance,
    Edited,
    Element,
    Region,
    Role,
    Scanned,
    UiEvent,
    View,
    ViewRequest,
)

ANSWER_S = 5.0
_PARTS = ("day", "month", "year", "hour", "minute")


class StoryDriver(Protocol):
    """Whoever plays a story: at the core, or at the real screen."""

    @property
    def view(self) -> View: ...

    def look(self) -> View: ...

    def tap(self, name: str) -> None: ...

    def type(self, text: str) -> None: ...

    def scan(self, text: str) -> None: ...

    def wait(self, seconds: float) -> None: ...

    def picture(self, path: Path) -> bool: ...

    def reach(self, seconds: float) -> bool: ...

    def close(self) -> None: ...


class CoreSilent(StoryFailed):
    """The core did not answer in time."""

    code = 3


class CoreDriver:
    """Implements `StoryDriver` over the core's socket."""

    def __init__(self, endpoint: str, patience_s: float = ANSWER_S) -> None:
        self._client = CoreClient(endpoint)
        self._patience_s = patience_s
        self._view: View | None = None

    def reach(self, seconds: float) -> bool:
        """Whether the core answers within `seconds`."""
        view = self._client.ask(ViewRequest(), seconds)
        self._view = view or self._view
        return view is not None

    @property
    def view(self) -> View:
        """The view as last seen."""
        return self._view or self.look()

    def look(self) -> View:
        """Look at the screen now."""
        return self._do(ViewRequest())

    def tap(self, name: str) -> None:
        """Touch an element; raises `StoryFailed` with what is on the screen instead."""
        view = self.look()
        reachable(view, name)
        self._do(Activated(view.number, name))

    def type(self, text: str) -> None:
        """Type into the field on the screen; a date goes into its wheels."""
        view = self.look()
        fields = [each for each in view.elements if each.role in {Role.FIELD, Role.PAD}]
        if fields:
            self._do(Edited(view.number, fields[0].id, text))
            return
        wheels = tuple(each.id.removeprefix("wheel.") for each in view.elements if _wheel(each))
        if not wheels:
            raise StoryFailed(f"There is no field to type {text!r} into; {on_screen(view)}")
        parts = parts_of(text, wheels) if set(wheels) <= set(_PARTS) else {}
        for part in wheels:
            value = parts.get(part)
            typed = text if not parts else "" if value is None else str(value)
            self._do(Edited(view.number, f"wheel.{part}", typed))

    def scan(self, text: str) -> None:
        """Hold a code before the scanner."""
        self._do(Scanned(text))

    def wait(self, seconds: float) -> None:
        """Let virtual time pass, second by second where a warning may come and go."""
        self._do(Advance(seconds))

    def picture(self, path: Path) -> bool:
        """There is no window here, so no picture."""
        del path
        return False

    def close(self) -> None:
        self._client.close()

    def _do(self, event: UiEvent) -> View:
        view = self._client.ask(event, self._patience_s)
        if view is None:
            raise CoreSilent("The core did not answer; see its log.")
        self._view = view
        return view


def reachable(view: View, name: str) -> Element:
    """The element a finger can touch; raises `StoryFailed` with what there is."""
    for element in view.elements:
        wheel = _wheel(element) and name in {f"{element.id}.up", f"{element.id}.down"}
        if element.id != name and not wheel:
            continue
        if not element.enabled or (view.countdown and element.place is not Region.OVERLAY):
            break
        return element
    near = difflib.get_close_matches(name, [each.id for each in view.elements if each.enabled], 2)
    hint = f" (did you mean {' or '.join(near)}?)" if near else ""
    raise StoryFailed(f"Nobody can touch {name!r} now{hint}; {on_screen(view)}")


def on_screen(view: View) -> str:
    """What is on the screen, for the sentence of a failed story."""
    ids = " ".join(each.id for each in view.elements if each.enabled)
    return f"the screen is {view.state!r} ({view.title}) with: {ids}"


def _wheel(element: Element) -> bool:
    return element.role is Role.WHEEL
