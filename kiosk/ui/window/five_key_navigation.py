"""Five-key navigation: the whole kiosk by five keys (up, down, left, right, select), or by two
switches (Tab goes on, Enter selects).

Left is back, and Escape too; F5 says the screen again. The ring shows where the focus is, and who
listens hears it. The first key on the welcome screen starts speech. While keys are used, the
keyboard shows its letters by their frequency. A technician's full keyboard also writes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.ui.keyboard_layouts import ENTER
from kiosk.ui.navigation.five_keys import (
    KEY,
    FiveKeys,
    PadKey,
    Reach,
    reach_of,
    screen_of,
)
from kiosk.ui.speech.announcer import Announcer
from kiosk.ui.widgets.input.field import Field
from kiosk.ui.widgets.input.keyboard import Key, Keyboard
from kiosk.ui.window.shell import Shell
from kiosk.ui_protocol.view import View

TAB, ENTERS, ESCAPE, SPACE, BACKSPACE, F5 = 9, {13, 271}, 27, 32, 8, 286
PRESSES = {
    273: PadKey.UP, 274: PadKey.DOWN, 275: PadKey.RIGHT, 276: PadKey.LEFT,
    TAB: PadKey.ON, ESCAPE: PadKey.ESCAPE,
}  # fmt: skip
CONFIRMS = ("next", "send", "submit")
WELCOME = "attract"


class Keypad:
    """Follows the shell; shows and speaks what has the focus."""

    def __init__(
        self, shell: Shell, send: Any, announcer: Announcer, touched: Callable[[], None]
    ) -> None:
        self._shell, self._send, self._announcer = shell, send, announcer
        self._touched = touched  # a key that only moves the focus keeps the visit awake too
        self._keys = FiveKeys()
        self._used = False  # keys are used, and not fingers: there is a ring

    def follow(self, view: View) -> None:
        """A new view: another screen begins at its first thing, the same one keeps the focus."""
        for board in self._boards():
            board.send = self._confirm
            board.by_keys = self._used
        self._keys.follow(screen_of(view), self._reach(), warned=bool(view.countdown))
        self._ring()

    def leave(self) -> None:
        """A finger was used: no ring, and the letters where fingers look for them."""
        if self._used:
            self._used = False
            for board in self._boards():
                board.by_keys = False
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
        self._touched()
        selects = key in ENTERS or (key == SPACE and self._used)
        if key == F5:
            self._announcer.again()
        elif key in PRESSES or selects:
            self._listen_at_the_welcome()
            self._press(PRESSES.get(key, PadKey.SELECT), back="shift" in mods)
        else:
            self._type(key, text)
        return True

    def _listen_at_the_welcome(self) -> None:
        view = self._shell.view
        if view is not None and view.state == WELCOME and not view.listening:
            self._send("listen")

    def _press(self, key: PadKey, *, back: bool) -> None:
        if key is PadKey.ESCAPE:
            self._activate("back")
            return
        if not self._used:
            self._begin(key)
            return
        key = PadKey.UP if back and key is PadKey.ON else key
        chosen = self._keys.press(key, self._reach())
        if not chosen:
            self._tell()
        elif self._activate(chosen) and chosen.startswith(KEY):
            self._announcer.letter(*self._letter(chosen))
            self._keys.typed(self._reach(), chosen.removeprefix(KEY))
        self._ring()

    def _begin(self, key: PadKey) -> None:
        """The first key shows where the focus is; Enter goes on, as on any keyboard."""
        if key is PadKey.SELECT and self._confirm("", ENTER):
            return
        self._used = True
        for board in self._boards():
            board.by_keys = True
        self._keys.begin(self._reach())
        self._tell()
        self._ring()

    def _type(self, key: int, text: str | None) -> None:
        for field in self._fields()[:1]:
            if key == BACKSPACE:
                field.typed(field.text[:-1])
                self._announcer.letter("BACK", "")
            elif text and text.isprintable():
                field.typed(field.text + text)
                self._announcer.letter(text, text)

    def _fields(self) -> list[Field]:
        current = self._shell.current
        return [f for f in current.every(Field) if f.element is not None] if current else []

    def _boards(self) -> list[Keyboard]:
        return self._shell.current.every(Keyboard) if self._shell.current else []

    def _reach(self) -> Reach:
        view = self._shell.view or View(number=0, state="", language="en", title="")
        targets = [t.element_id for t in self._shell.targets() if t.enabled]
        stops = list(dict.fromkeys(name for name in targets if not name.startswith(KEY)))
        board = next((each for each in self._boards() if each.kind), None)
        if board is None or view.countdown or board.field is None:
            return reach_of(view, stops)
        rows = [[key.word for key in row] for row in board.rows()]
        return reach_of(view, stops, board.field.element_id, rows, board.typing.page)

    def _letter(self, chosen: str) -> tuple[str, str]:
        """The key's name, and the letter that stands on it."""
        word = chosen.removeprefix(KEY)
        found = next((t for t in self._shell.targets() if t.element_id == chosen), None)
        return word, found.letter.text if isinstance(found, Key) else word

    def _tell(self) -> None:
        focus = self._keys.focus
        self._announcer.focus(focus, self._letter(focus)[1] if focus.startswith(KEY) else "")

    def _confirm(self, _id: str, _key: str) -> bool:
        return any(self._activate(wanted) for wanted in CONFIRMS)

    def _activate(self, element_id: str) -> bool:
        for target in self._shell.targets():
            if target.element_id == element_id and target.enabled:
                target.activate()
                return True
        return False

    def _ring(self) -> None:
        for target in self._shell.targets():
            target.focused = self._used and target.element_id == self._keys.focus
