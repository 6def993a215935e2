"""Wheels: a day, a month, an hour, each turned by a big button above and one below, or typed.

The core owns the value and its limits; a touch sends `ID.up` or `ID.down`, digits send `Edited(ID,
text)`, and the next view has the new value. Touching a wheel makes the digit pad beside it write
there; after the last digit the next wheel is selected. Nothing scrolls.
"""

from __future__ import annotations

from typing import Any, ClassVar

from kivy.properties import BooleanProperty, ListProperty, ObjectProperty

from kiosk.ui.theme.tokens import GAP_DP, TARGET_DP
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.pressable import Pressable
from kiosk.ui.widgets.base.text import BROKEN, TextLabel
from kiosk.ui.widgets.display.card import Push
from kiosk.ui.widgets.display.grid import Actions, Cells
from kiosk.ui.widgets.input.keyboard import Keyboard

PLAIN_FIT = 0.7
WIDEST_DP, TALLEST_DP = 300.0, 460.0
UNSET = "\u2013"  # an en dash: nothing chosen yet
DIGITS = {"year": 4}
HIGHEST_FIRST_DIGIT = {"day": 3, "month": 1, "hour": 2, "minute": 5, "year": 9}


class StepButton(Push):
    """One step up or down."""

    def show_step(self, element_id: str, icon: str, *, enabled: bool) -> None:
        """Which step, and whether it can be taken."""
        self.element_id, self.glyph.icon, self.enabled = element_id, icon, enabled
        self.glyph.size_dp = 46
        self.paint()


class Wheel(Pressable):
    """One part of a date or a time."""

    active = BooleanProperty(False)
    plain = BooleanProperty(False)  # typed on the digit pad alone: no room to turn it
    key = ObjectProperty(None, allownone=True)
    _fit = 1.0

    def __init__(self, **options: Any) -> None:
        self.chosen: Any = None  # called with this wheel when it is touched or full
        self._typing: str | None = None
        self.radius_dp = 22
        self.head = TextLabel(face="medium", tone="muted", halign="center", wanted=27)
        self.value = TextLabel(face="display", halign="center", wanted=58)
        self.hint = TextLabel(face="medium", tone="muted", halign="center", wanted=26)
        self.up, self.down = StepButton(send=self._step), StepButton(send=self._step)
        super().__init__(**options)
        self.raised = True
        for part in (self.head, self.value, self.hint, self.up, self.down):
            self.add_widget(part)
        self.fbind("active", self._paint)

    @property
    def part(self) -> str:
        """`day`, `month`, ..."""
        return str(self.element_id).rpartition(".")[2]

    @property
    def text(self) -> str:
        """What has been typed since the wheel was chosen."""
        return self._typing or ""

    def _step(self, element_id: str) -> None:
        self._typing = None
        if self.send is not None:
            self.send(element_id)

    def typed(self, text: str) -> None:
        """Digits arrive; a full wheel is sent and hands on."""
        if not self.text and not text and self.element is not None:
            text = self.element.value[:-1]  # the first rubbing-out takes from what stood there
        most = DIGITS.get(self.part, 2)
        self._typing = "".join(c for c in text if c.isdigit())[-most:]
        self._show_value(self._typing)
        if self.part != "year" or len(self._typing) in {0, most}:
            self.send(self.element_id, self._typing)
        full = len(self._typing) == most or (
            most == 2 and self._typing and int(self._typing) > HIGHEST_FIRST_DIGIT.get(self.part, 9)
        )
        if full and self.chosen is not None:
            self.chosen(self, on=True)

    def rest(self) -> None:
        """Another wheel is written into now."""
        self._typing = None
        if self.element is not None:
            self._show_value(self.element.value)

    def park(self) -> None:
        """Forget what was typed too."""
        self._typing, self.active = None, False
        super().park()

    def show(self, element: Any) -> None:
        self.head.text, self.hint.text = element.label, element.hint
        self.up.show_step(f"{element.id}.up", "add", enabled=element.enabled)
        self.down.show_step(f"{element.id}.down", "remove", enabled=element.enabled)
        self._show_value(element.value if self._typing is None else self._typing)

    def _show_value(self, text: str) -> None:
        self.value.text = text or UNSET
        self.value.tone = "ink" if text else "muted"
        if self.width > 1:
            self._put_value()

    def activate(self) -> None:
        """The digit pad writes here now; nothing is sent."""
        if self.chosen is not None:
            self.chosen(self, on=False)

    def paint(self) -> None:
        super().paint()
        palette = self.palette
        wrong = self.element is not None and bool(self.element.error)
        self.set_edge(palette.line, palette.line_dp)
        if self.active or wrong:
            self.set_edge(palette.problem if wrong else palette.brand, 4)

    def need(self, width: float, fit: float) -> float:
        head = self.head.need(width - dp(16), fit)
        self.plain = fit < PLAIN_FIT
        if self.plain:
            return head + self.hint.need(width - dp(16), fit) + self.value.px(0.6) * 1.21 + dp(24)
        value = self.value.px(min(fit, 0.6)) * 1.21 + self.hint.need(width - dp(16), fit)
        return 2 * dp(TARGET_DP) + head + value + dp(32)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        pad, high = dp(10), min(dp(104), max(dp(TARGET_DP), height * 0.23))
        self._fit = fit
        head = self.head.need(width - dp(16), fit)
        self.head.put(x + dp(8), y + height - pad, width - dp(16), fit)
        self.plain = fit < PLAIN_FIT
        if self.plain:
            self.up.place(-9999, y + height - pad - head, 0, 0, fit)
            self.down.place(-9999, y + pad, 0, 0, fit)
            self._put_value()
            return
        self.up.place(x + pad, y + height - pad - head - dp(4) - high, width - 2 * pad, high, fit)
        self.down.place(x + pad, y + pad, width - 2 * pad, high, fit)
        self._put_value()

    def _put_value(self) -> None:
        fit, room = self._fit, self.width - dp(16)
        hint = self.hint.need(room, self._fit)
        between = self.up.y - self.down.top - hint - (0 if not self.plain else dp(4))
        while fit > 0.4 and (self.value.natural(fit) > room or self.value.px(fit) * 1.21 > between):
            fit -= 0.05
        high = self.value.need(room, fit)
        high = self.value.px(fit) * 1.2 if high >= BROKEN else high
        top = (self.up.y + self.down.top) / 2 + (high + hint) / 2
        used = self.value.put(self.x + dp(8), top, room, fit)
        self.hint.put(self.x + dp(8), top - used, room, self._fit)

    def on_touch_down(self, touch: Any) -> bool:
        if self.up.on_touch_down(touch) or self.down.on_touch_down(touch):
            return True
        return bool(super().on_touch_down(touch))


class Wheels(Cells):
    """The parts side by side, none wider than a hand."""

    cell = Wheel
    options: ClassVar[dict[str, Any]] = {}

    def _wide(self, width: float) -> float:
        count = max(1, len(self.children))
        return min(dp(WIDEST_DP), (width - dp(GAP_DP) * (count - 1)) / count)

    def need(self, width: float, fit: float) -> float:
        wide = self._wide(width)
        return max((cell.need(wide, fit) for cell in self.cells()), default=0.0)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        cells, wide, gap = self.cells(), self._wide(width), dp(GAP_DP)
        high = min(height, max(dp(TALLEST_DP), self.need(width, fit)))
        left = x
        for cell in cells:
            cell.place(left, y + height - high, wide, high, fit)
            left += wide + gap


class DateEntry(LayoutWidget):
    """Wheels at the left, the digit pad that writes into the chosen one at the right."""

    elements = ListProperty()
    actions = ListProperty()
    key = ObjectProperty(None, allownone=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.wheels, self.board, self.under = Wheels(), Keyboard(), Actions()
        self.board.own = True
        for part in (self.wheels, self.under, self.board):
            self.add_widget(part)
        self.fbind("send", self._hand_down)

    def _hand_down(self, *_: object) -> None:
        self.wheels.send = self.under.send = self.send

    def on_actions(self, *_: object) -> None:
        self.under.elements = tuple(self.actions)

    def on_key(self, *_: object) -> None:
        for cell in self.wheels.cells():
            cell.active = False
            cell.rest()

    def on_elements(self, *_: object) -> None:
        self.wheels.elements = tuple(self.elements)
        cells = self.wheels.cells()
        for cell in cells:
            cell.chosen, cell.key = self._choose, self.key
        if not cells:
            self.board.close()
        elif not any(cell.active for cell in cells):
            self._write_into(cells[0])

    def _choose(self, wheel: Wheel, *, on: bool) -> None:
        cells = self.wheels.cells()
        at = cells.index(wheel) + (1 if on else 0)
        if at < len(cells):
            self._write_into(cells[at])

    def _write_into(self, wheel: Wheel) -> None:
        for cell in self.wheels.cells():
            cell.active = cell is wheel
            if cell is not wheel or cell.text:
                cell.rest()
        self.board.open("number", wheel, confirms=False)

    def _left(self, width: float) -> float:
        part = 0.6 if len(self.elements) < 4 else 0.74
        return min(width * part, width - dp(3 * TARGET_DP + 2 * GAP_DP + 34))

    def need(self, width: float, fit: float) -> float:
        if not self.elements:
            return 0.0
        left = self._left(width)
        under = self.under.need(left, fit)
        column = self.wheels.need(left, fit) + (under + dp(GAP_DP) if under else 0)
        return max(column, self.board.need(width - left, fit))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        left = self._left(width)
        high = min(height, dp(TALLEST_DP))
        under = self.under.need(left, fit)
        top = min(height - (under + dp(GAP_DP) if under else 0), dp(TALLEST_DP))
        self.wheels.place(x, y + height - top, left, top, fit)
        self.under.place(x, y, left, under, fit)
        self.board.place(x + left + dp(32), y + height - high, width - left - dp(32), high, fit)
