"""Driver: operates the real screen from code, for tests, stories and pictures.

Builds the real app offscreen and steps its loop by hand in virtual time: `tap(id)` puts a real
touch on the widget that carries that element id, `type(text)` taps the keys of our keyboard. It
reaches only what a finger could: an element that is hidden, covered or off the screen cannot be
tapped, and like a person it waits (in virtual time) until the screen is touchable. One driver per
process at a time (Kivy has one window).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kivy.app import App
from kivy.base import EventLoop, ExceptionManager
from kivy.core.window import Window
from kivy.graphics.opengl import glFinish
from kivy.input.motionevent import MotionEvent

from kiosk.ui.automation.screenshot import save_window
from kiosk.ui.faults import NotOnScreen
from kiosk.ui.keyboard_layouts import steps_to_type
from kiosk.ui.panel import PanelSettings
from kiosk.ui.widgets.base.pressable import Pressable
from kiosk.ui.widgets.input.field import Field
from kiosk.ui.widgets.input.keyboard import Keyboard
from kiosk.ui.widgets.input.pad import Pad, read_strokes
from kiosk.ui.widgets.input.scale import NumberScale
from kiosk.ui.widgets.input.wheels import DateEntry
from kiosk.ui.window.app import HudumaApp
from kiosk.ui.window.bridge import CALM_S, DEBOUNCE_S, CorePort, VirtualTime
from kiosk.ui.window.fresh_screen import FreshScreen
from kiosk.ui_protocol.view import View

FRAME_S = 1 / 30
Writers = dict[type, Callable[[Any, str], None]]
FLOURISH = [[(0.2, 0.6), (0.3, 0.35), (0.4, 0.62), (0.5, 0.4), (0.7, 0.55)]]


def date_parts(text: str, wheels: list[str]) -> dict[str, str]:
    """Digits for each wheel, from 27/3/1990, 1990-03-27, 8:30, or 27031990 in the wheels' order."""
    widths = {part: 4 if part == "year" else 2 for part in wheels}
    if text.isdigit() and len(text) == sum(widths.values()):
        found, at = {}, 0
        for part, width in widths.items():
            found[part], at = text[at : at + width], at + width
        return found
    numbers = re.findall(r"\d+", text)
    order = ["day", "month", "year", "hour", "minute"]
    if numbers and len(numbers[0]) == 4:
        order = ["year", "month", "day", "hour", "minute"]
    found = dict(zip((part for part in order if part in wheels), numbers, strict=False))
    return {part: found[part].zfill(2) for part in wheels if part in found}


def _in_use(widget: Any) -> bool:
    if isinstance(widget, Keyboard):
        return bool(widget.kind) and not widget.own
    return bool(widget.elements)


class SimulatedTouch(MotionEvent):
    """One touch, in window px."""

    def __init__(self, x: float, y: float) -> None:
        self._at = (x, y)
        super().__init__("driver", 1, self._scaled(x, y), is_touch=True, type_id="touch")
        self.profile = ["pos"]

    @staticmethod
    def _scaled(x: float, y: float) -> dict[str, float]:
        return {"x": x / max(1, Window.width - 1), "y": y / max(1, Window.height - 1)}

    def slide(self, x: float, y: float) -> None:
        """Where it is now."""
        self.move(self._scaled(x, y))

    def depack(self, args: dict[str, float]) -> None:
        self.sx, self.sy = args["x"], args["y"]
        super().depack(args)


class Driver:
    """Drives one app. `patience_s` is how long (really) an answer of the core is waited for."""

    def __init__(
        self,
        client: CorePort,
        look: PanelSettings,
        patience_s: float = 0.0,
        fresh: FreshScreen | None = None,
    ) -> None:
        self.time = VirtualTime()
        self.patience_s = patience_s
        self.app = HudumaApp(client, look, fresh=fresh)
        self.app.when_replaced = lambda: None  # whoever steps the loop ends it
        self.app._run_prepare()
        if EventLoop.window is None:
            EventLoop.window = Window
        EventLoop.status = "started"
        self._bound = {"on_flip": self._finish_frame}
        Window.bind(**self._bound)
        self.frames(3)

    @staticmethod
    def _finish_frame(*_: Any) -> None:
        """Offscreen has no back-pressure: without this, frames queue in memory."""
        glFinish()

    @property
    def replaced(self) -> bool:
        """Whether a fresh process draws now."""
        return self.app.fresh is not None and self.app.fresh.replaced

    @property
    def view(self) -> View | None:
        """The view on the screen."""
        return self.app.bridge.view

    def frames(self, count: int = 1, each_s: float = FRAME_S) -> None:
        """Step the loop; virtual time moves `each_s` per frame."""
        for _frame in range(count):
            self.time.now_s += each_s
            EventLoop.idle()

    def advance(self, seconds: float) -> None:
        """Let virtual time pass."""
        self.frames(max(1, round(seconds / FRAME_S)))

    def settle(self, before: int | None = None) -> None:
        """Let the core answer: until a newer view than `before`, or patience ends. Without
        `before` only what has already arrived is shown.
        """
        self.frames(2)
        until = time.monotonic() + self.patience_s
        while before is not None and time.monotonic() < until:
            if self.view is not None and self.view.number > before:
                break
            time.sleep(0.004)
            self.frames(1)
        self.frames(2)

    def targets(self) -> dict[str, Pressable]:
        """Everything a finger could press now, by element id."""
        shell = self.app.shell
        return {t.element_id: t for t in shell.targets() if 0 < t.center_x < Window.width}

    def pages(self) -> Iterator[int]:
        """Turns through the pages in which this panel shows the view, and back to the first."""
        screen = self.app.shell.current
        count = len(screen.parts) if screen is not None and not self._covered() else 1
        for at in range(max(1, count)):
            if at:
                self._turn("page.next")
            yield at
        for _page in range(count - 1):
            self._turn("page.previous")

    def _covered(self) -> bool:
        return self.app.shell.overlay.parent is not None

    def _turn(self, arrow: str) -> bool:
        turned: bool = self.app.shell.turn(arrow)
        self.frames(1)
        return turned

    def find(self, element_id: str) -> Pressable | None:
        """The element, on whichever page of this view it stands: a person turns the pages too."""
        self.wait_until_touchable()
        if (target := self.targets().get(element_id)) is not None or self._covered():
            return target
        while self._turn("page.previous"):
            pass
        while (target := self.targets().get(element_id)) is None:
            if not self._turn("page.next"):
                return None
        return target

    def elements(self) -> list[str]:
        """Ids in focus order, keys of the keyboard left out."""
        return [name for name in self.targets() if not name.startswith("key.")]

    def tap(self, element_id: str) -> None:
        """Touch the middle of an element. Raises NotOnScreen with what there is."""
        target = self.find(element_id)
        if target is None:
            raise NotOnScreen(element_id, self.elements())
        before = self.view.number if self.view else None
        finger = SimulatedTouch(*target.center)
        EventLoop.post_dispatch_input("begin", finger)
        self.frames(1)
        EventLoop.post_dispatch_input("end", finger)
        self.settle(before)
        self.frames(
            2, DEBOUNCE_S / 2
        )  # a person is never faster; keys are let through all the same

    def wait_until_touchable(self) -> None:
        """Let the moment pass in which touches are not for the screen that has just come."""
        while not self.app.bridge.touchable:
            self.frames(1, CALM_S / 2)

    def draw(self, element_id: str, points: list[tuple[float, float]]) -> None:
        """Drag one finger over a pad; points are parts (0..1) of its box."""
        pad = self.find(element_id)
        if pad is None:
            raise NotOnScreen(element_id, self.elements())
        places = [(pad.x + x * pad.width, pad.y + y * pad.height) for x, y in points]
        finger = SimulatedTouch(*places[0])
        EventLoop.post_dispatch_input("begin", finger)
        for x, y in places[1:]:
            finger.slide(x, y)
            EventLoop.post_dispatch_input("update", finger)
            self.frames(1)
        before = self.view.number if self.view else None
        EventLoop.post_dispatch_input("end", finger)
        self.settle(before)

    def type(self, text: str) -> None:
        """Write `text`: on the keyboard, into the wheels of a date, on a scale, or as strokes."""
        screen = self.app.shell.current
        for kind, write in self._writers().items():
            found = [w for w in screen.every(kind) if _in_use(w)] if screen else []
            if found:
                before = self.view.number if self.view else None
                write(found[0], text)
                self.settle(before)
                self.advance(DEBOUNCE_S)
                return
        raise NotOnScreen("a keyboard", self.elements())

    def clear(self) -> None:
        """Rub out what the field over the keyboard holds, key by key, as a finger would."""
        screen = self.app.shell.current
        for board in screen.every(Keyboard) if screen else []:
            if not _in_use(board) or not board.field.text:
                continue
            before = self.view.number if self.view else None
            for _letter in board.field.text:
                self._tap_key("key.BACK")
            self.settle(before)
            self.advance(DEBOUNCE_S)

    def _writers(self) -> Writers:
        return {
            DateEntry: self._type_date,
            NumberScale: self._type_number,
            Keyboard: self._type_text,
            Pad: self._type_strokes,
        }

    def _type_text(self, board: Keyboard, text: str) -> None:
        for key in steps_to_type(text, board.typing, board.field.text):
            self._tap_key(f"key.{key}")

    def _type_date(self, entry: DateEntry, text: str) -> None:
        parts = date_parts(text, [cell.part for cell in entry.wheels.cells()])
        for part, digits in parts.items():
            self._tap_key(f"wheel.{part}")
            for digit in digits:
                self._tap_key(f"key.{digit}")

    def _type_number(self, scale: NumberScale, text: str) -> None:
        del scale
        self._tap_key(f"mark.{text}")

    def _type_strokes(self, pad: Pad, text: str) -> None:
        strokes = read_strokes(text) or FLOURISH
        for stroke in strokes:
            self.draw(pad.element_id, [(x, 1 - y) for x, y in stroke])

    def _tap_key(self, element_id: str) -> None:
        self.wait_until_touchable()
        target = self.targets().get(element_id)
        if target is None:
            raise NotOnScreen(element_id, self.elements())
        finger = SimulatedTouch(*target.center)
        EventLoop.post_dispatch_input("begin", finger)
        EventLoop.post_dispatch_input("end", finger)
        self.frames(1)

    def press_key(self, code: int, *, shift: bool = False) -> None:
        """A key of a keyboard or of the five-key pad (SDL code)."""
        Window.dispatch("on_key_down", code, 0, None, ["shift"] if shift else [])
        self.settle()

    def shown_text(self, element_id: str) -> str:
        """What a field shows now."""
        screen = self.app.shell.current
        every = screen.every(Field) if screen is not None else []
        fields = [f for f in every if f.element_id == element_id]
        return fields[0].text if fields else ""

    def picture(self, path: Path | str) -> Path:
        """Draw, and write the window as PNG."""
        Window.canvas.ask_update()
        self.frames(2)
        return save_window(Path(path))

    def close(self) -> None:
        """Take everything down so that another driver can begin."""
        self.app.dispatch("on_stop")
        Window.unbind(**self._bound)
        Window.unbind(on_resize=self.app.shell.arrange, on_key_down=self.app.keypad.on_key_down)
        Window.unbind(on_touch_down=self.app.on_any_touch, on_request_close=self.app.refuse_close)
        for child in Window.children[:]:
            Window.remove_widget(child)
        ExceptionManager.handlers.clear()
        App._running_app = None
        self.time.give_back()
