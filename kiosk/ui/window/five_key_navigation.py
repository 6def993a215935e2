"""Five-key navigation: the whole kiosk by five keys (up, down, left, right, select), and Escape for
back.

Focus walks the ordered elements; the ring shows where it is, and when the screen is listening the
element is spoken. A technician's full keyboard also writes into the field.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.ui.keyboard_layouts import ENTER
from kiosk.ui.speech.announcer import Announcer
from kiosk.ui.widgets.input.field import Field
from kiosk.ui.widgets.input.keyboard import Keyboard
from kiosk.ui.window.shell import Shell
from kiosk.ui_protocol.view import View

TAB, ENTERS, ESCAPE, SPACE, BACKSPACE = 9, {13, 271}, 27, 32, 8
UP, DOWN, RIGHT, LEFT = 273, 274, 275, 276
CONFIRMS = ("next", "send", "submit")


class Keypad:
    """Follows the shell; owns which element has the focus."""

    def __init__(
        self, shell: Shell, send: Any, announcer: Announcer, touched: Callable[[], None]
    ) -> None:
        self._shell, self._send, self._announcer = shell, send, announcer
        self._touched = touched  # a key that only moves the focus keeps the visit awake too
        self._focus = ""
        self._place: tuple[str, str] = ("", "")

    def follow(self, view: View) -> None:
        """A new view: another question starts without focus, the same one keeps it."""
        place = (view.state, view.title)
        if place != self._place:
            self._place, self._focus = place, ""
        self._ring()
        for board in self._boards():
            board.send = self._confirm

    def leave(self) -> None:
        """A finger was used: no ring."""
        if self._focus:
            self._focus = ""
            self._ring()

    def settle(self) -> None:
        """Send again what the core has not yet confirmed of a field's text."""
        for field in self._fields():
            text = field.settle()
            if text is not None:
                self._send(field.element_id, text)

    def on_key_down(
        self, _window: Any, key: int, _code: int, text: str | None, mods: list[str]
    ) -> bool:
        """Kivy's event for every key; True keeps it from going further."""
        self._announcer.acted()
        if key == TAB:
            self._move(-1 if "shift" in mods else 1)
        elif key in (DOWN, RIGHT):
            self._move(1)
        elif key in (UP, LEFT):
            self._move(-1)
        elif key == ESCAPE:
            self._activate("back")
        elif key in ENTERS or (key == SPACE and self._focus):
            if self._focus:
                self._press_focused()
            else:
                self._confirm("", ENTER)
        else:
            self._type(key, text)
        return True

    def _type(self, key: int, text: str | None) -> None:
        for field in self._fields()[:1]:
            if key == BACKSPACE:
                field.typed(field.text[:-1])
            elif text and text.isprintable():
                field.typed(field.text + text)

    def _fields(self) -> list[Field]:
        current = self._shell.current
        return [f for f in current.every(Field) if f.element is not None] if current else []

    def _boards(self) -> list[Keyboard]:
        return self._shell.current.every(Keyboard) if self._shell.current else []

    def _confirm(self, _id: str, _key: str) -> None:
        for wanted in CONFIRMS:
            if self._activate(wanted):
                return

    def _activate(self, element_id: str) -> bool:
        for target in self._shell.targets():
            if target.element_id == element_id and target.enabled:
                target.activate()
                return True
        return False

    def _press_focused(self) -> None:
        self._activate(self._focus)

    def _move(self, by: int) -> None:
        self._touched()
        targets = [t for t in self._shell.targets() if t.enabled]
        if not targets:
            return
        ids = [t.element_id for t in targets]
        at = ids.index(self._focus) + by if self._focus in ids else (0 if by > 0 else -1)
        self._focus = ids[at % len(ids)]
        self._ring()
        self._announcer.focus(self._focus, self._focus.rpartition(".")[2])

    def _ring(self) -> None:
        for target in self._shell.targets():
            target.focused = bool(self._focus) and target.element_id == self._focus
