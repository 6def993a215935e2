"""Scale: a number between two ends. Minus and plus, and marks that can be touched.

`look_data` may give `start`, `end`, `step` (numbers) and `start_label`, `end_label`; a touch on a
mark sends `Edited(ID, value)`, the two buttons send `ID.up` and `ID.down`.
"""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from typing import Any

from kivy.properties import ListProperty, ObjectProperty

from kiosk.ui.theme.tokens import GAP_DP, TARGET_DP
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.pressable import Pressable
from kiosk.ui.widgets.base.text import BROKEN, TextLabel
from kiosk.ui.widgets.input.wheels import UNSET, StepButton

MOST_MARKS = 11


class ScaleMark(Pressable):
    """One value of the scale."""

    def __init__(self, text: str, scale: NumberScale, **options: Any) -> None:
        self.text, self.scale = text, scale
        self.words = TextLabel(face="strong", halign="center", wanted=32, text=text)
        super().__init__(**options)
        self.element_id = f"mark.{text}"
        self.add_widget(self.words)

    def paint(self) -> None:
        super().paint()
        on = self.selected or self.pressed
        self.fill = self.palette.brand if on else self.palette.surface
        self.words.colour = self.palette.on_brand if on else self.palette.ink
        self.set_edge(self.palette.brand if on else self.palette.line, self.palette.line_dp)

    def activate(self) -> None:
        self.scale.pick(self.text)

    def need(self, width: float, fit: float) -> float:
        return dp(TARGET_DP)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        high = self.words.need(width, fit)
        if high >= BROKEN:
            high = self.words.px(fit) * 1.21
        self.words.put(x, y + height / 2 + high / 2, width, fit)


class NumberScale(LayoutWidget):
    """The value, large, between minus and plus, over its marks."""

    elements = ListProperty()
    view = ObjectProperty(None, allownone=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.value = TextLabel(face="display", halign="center", wanted=96, tone="brand")
        self.minus, self.plus = StepButton(send=self._send), StepButton(send=self._send)
        self.low = TextLabel(face="medium", tone="muted", wanted=27)
        self.high = TextLabel(face="medium", tone="muted", halign="right", wanted=27)
        self.marks: list[ScaleMark] = []
        for part in (self.value, self.minus, self.plus, self.low, self.high):
            self.add_widget(part)

    def _send(self, *words: str) -> None:
        if self.send is not None:
            self.send(*words)

    def pick(self, text: str) -> None:
        """A mark was touched."""
        if self.elements:
            self._send(self.elements[0].id, text)

    def on_elements(self, *_: object) -> None:
        if not self.elements:
            self.value.text = ""
            return
        element = self.elements[0]
        self.value.text = element.value or UNSET
        self.minus.show_step(f"{element.id}.down", "remove", enabled=element.enabled)
        self.plus.show_step(f"{element.id}.up", "add", enabled=element.enabled)
        for mark in self.marks:
            mark.selected = mark.text == element.value

    def on_view(self, _: object, view: Any) -> None:
        extra = view.look_data if view is not None else {}
        self.low.text = str(extra.get("start_label", ""))
        self.high.text = str(extra.get("end_label", ""))
        texts = self._texts(extra)
        if texts != [mark.text for mark in self.marks]:
            for mark in self.marks:
                self.remove_widget(mark)
            self.marks = [ScaleMark(text, self) for text in texts]
            for mark in self.marks:
                self.add_widget(mark)
        self.on_elements()

    def _texts(self, extra: dict[str, Any]) -> list[str]:
        try:
            low, high, step = (float(extra[key]) for key in ("start", "end", "step"))
        except (KeyError, TypeError, ValueError):
            return []
        if step <= 0 or not 0 < (high - low) / step < MOST_MARKS:
            return []
        count = round((high - low) / step) + 1
        return [f"{low + at * step:g}" for at in range(count)]

    def need(self, width: float, fit: float) -> float:
        if not self.elements:
            return 0.0
        rows = self._mark_rows(width)
        marks = dp((TARGET_DP + GAP_DP) * rows + 12) if self.marks else 0
        ends = max(self.low.need(width / 2, fit), self.high.need(width / 2, fit))
        return dp(170) + marks + ends

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        rows = self._mark_rows(width)
        marks = dp(96 if rows == 1 else (TARGET_DP + GAP_DP) * rows) if self.marks else 0.0
        ends = max(self.low.need(width / 2, fit), self.high.need(width / 2, fit))
        big = max(dp(TARGET_DP), min(dp(180), height - marks - ends - dp(48)))
        spare = height - big - marks - ends - dp(36)
        top = y + height - max(0.0, spare / 2)
        side = dp(220)
        self.minus.place(x + width * 0.12, top - big, side, big, fit)
        self.plus.place(x + width * 0.88 - side, top - big, side, big, fit)
        room = width * 0.76 - 2 * side - dp(20)
        high = self.value.need(room, fit)
        if high >= BROKEN:
            high = self.value.px(fit) * 1.21
        self.value.put(x + width * 0.12 + side + dp(10), top - big / 2 + high / 2, room, fit)
        self._place_marks(x, top - big - dp(24) - marks, width, marks, fit)
        foot = top - big - dp(36) - marks
        self.low.put(x, foot, width / 2 - dp(10), fit)
        self.high.put(x + width / 2 + dp(10), foot, width / 2 - dp(10), fit)

    def _place_marks(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        gap, rows = dp(GAP_DP), self._mark_rows(width)
        across = -(-len(self.marks) // rows)
        wide = (width - gap * (across - 1)) / across if across else 0
        high = (height - gap * (rows - 1)) / rows
        for at, mark in enumerate(self.marks):
            row, column = divmod(at, across)
            low = y + height - (row + 1) * high - row * gap
            mark.place(x + column * (wide + gap), low, wide, high, fit)

    def _mark_rows(self, width: float) -> int:
        """In as many rows as leave each mark its 20 mm."""
        most = max(1, int((width + dp(GAP_DP)) // dp(TARGET_DP + GAP_DP)))
        return max(1, -(-len(self.marks) // most))
