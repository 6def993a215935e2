"""Wheels: a day, a month, an hour, each turned by a big button above and one below.

The core owns the value and its limits; a touch sends `ID.up` or `ID.down` and the next view has
the new value. Nothing scrolls.
"""

from __future__ import annotations

from typing import Any, ClassVar

from kivy.metrics import dp
from kivy.properties import ObjectProperty

from kiosk.ui.tokens import GAP_DP, TARGET_DP
from kiosk.ui.widgets.card import Push
from kiosk.ui.widgets.grid import Cells
from kiosk.ui.widgets.surface import Surface, mix
from kiosk.ui.widgets.words import BROKEN, Glyph, Words

WIDEST_DP, TALLEST_DP = 300.0, 420.0


class Turn(Push):
    """One step up or down."""

    repeats = True

    def show_step(self, element_id: str, icon: str, *, enabled: bool) -> None:
        """Which step, and whether it can be taken."""
        self.element_id, self.glyph.icon, self.enabled = element_id, icon, enabled
        self.glyph.size_dp = 48
        self.paint()


class Wheel(Surface):
    """One part of a date or a time."""

    element = ObjectProperty(None, allownone=True)
    element_id = ""
    _fit = 1.0

    def __init__(self, send: Any = None, **options: Any) -> None:
        self.head = Words(face="medium", tone="muted", halign="center", wanted=27)
        self.value = Words(face="display", halign="center", wanted=54)
        self.error = Glyph(icon="", tone="problem", size_dp=30)
        self.up, self.down = Turn(send=send), Turn(send=send)
        super().__init__(**options)
        self.radius_dp = 22
        self.raised = True
        for part in (self.head, self.value, self.error, self.up, self.down):
            self.add_widget(part)

    def on_element(self, _: object, element: Any) -> None:
        self.element_id = element.id
        self.head.text, self.value.text = element.label, element.value or "–"
        self.up.show_step(f"{element.id}.up", "add", enabled=element.enabled)
        self.down.show_step(f"{element.id}.down", "remove", enabled=element.enabled)
        self.value.tone = "ink" if element.value else "muted"
        self.paint()
        if self.width > 1:
            self._put_value()

    def paint(self) -> None:
        super().paint()
        wrong = self.element is not None and bool(self.element.error)
        line = mix(self.palette.line, self.palette.surface, 0.45)
        self.set_edge(line if not self.palette.flat else self.palette.line, self.palette.line_dp)
        if wrong:
            self.set_edge(self.palette.problem, 3)

    def need(self, width: float, fit: float) -> float:
        head = self.head.need(width - dp(16), fit)
        value = self.value.need(width - dp(16), min(fit, 0.7))
        return 2 * dp(TARGET_DP) + head + value + dp(44)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        pad, high = dp(10), min(dp(104), max(dp(TARGET_DP), height * 0.24))
        self._fit = fit
        head = self.head.need(width - dp(16), fit)
        self.head.put(x + dp(8), y + height - pad, width - dp(16), fit)
        self.up.place(x + pad, y + height - pad - head - dp(4) - high, width - 2 * pad, high, fit)
        self.down.place(x + pad, y + pad, width - 2 * pad, high, fit)
        self._put_value()

    def _put_value(self) -> None:
        fit, room = self._fit, self.width - dp(16)
        while fit > 0.4 and self.value.natural(fit) > room:
            fit -= 0.06
        middle = (self.up.y + self.down.top) / 2
        high = self.value.need(room, fit)
        if high >= BROKEN:
            high = self.value.px(fit) * 1.2
        self.value.put(self.x + dp(8), middle + high / 2, room, fit)


class Wheels(Cells):
    """The parts side by side, none wider than a hand."""

    cell = Wheel
    options: ClassVar[dict[str, Any]] = {}

    def _wide(self, width: float) -> float:
        count = max(1, len(self.children))
        return min(dp(WIDEST_DP), (width - dp(GAP_DP + 8) * (count - 1)) / count)

    def need(self, width: float, fit: float) -> float:
        wide = self._wide(width)
        return max((cell.need(wide, fit) for cell in self.cells()), default=0.0)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        cells, wide, gap = self.cells(), self._wide(width), dp(GAP_DP + 8)
        high = min(height, max(dp(TALLEST_DP), self.need(width, fit)))
        left = x + (width - len(cells) * wide - gap * (len(cells) - 1)) / 2 if cells else x
        for cell in cells:
            cell.place(left, y + height - high, wide, high, fit)
            left += wide + gap
