"""Pad: sign or draw with one finger.

The drawing travels as JSON text: strokes of [x, y] points, each 0 to 1 across the pad, y
downwards, three decimals; so it survives any panel size and is a few hundred bytes. It is the only
control that is dragged; it can be skipped.
"""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

import json
from typing import Any

from kivy.graphics import Color, InstructionGroup, SmoothLine
from kivy.properties import ListProperty, ObjectProperty

from kiosk.ui.theme.tokens import TARGET_DP
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.pressable import Pressable
from kiosk.ui.widgets.base.text import Glyph, TextLabel
from kiosk.ui.widgets.display.card import Push
from provisioning.faults import INPUT_ERRORS

Stroke = list[tuple[float, float]]
MOST_POINTS = 4000


def read_strokes(text: str) -> list[Stroke]:
    """Strokes of a drawing's text; what is not a drawing is an empty one."""
    try:
        raw = json.loads(text) if text else []
        return [[(float(x), float(y)) for x, y in stroke] for stroke in raw]
    except INPUT_ERRORS:
        return []


def write_strokes(strokes: list[Stroke]) -> str:
    """The text of a drawing; "" when nothing is drawn."""
    return json.dumps(strokes, separators=(",", ":")) if strokes else ""


class Pad(Pressable):
    """A sheet to draw on, with its eraser."""

    elements = ListProperty()
    key = ObjectProperty(None, allownone=True)

    def __init__(self, **options: Any) -> None:
        self.strokes: list[Stroke] = []
        self._drawing = False
        self.ink = InstructionGroup()
        self.hint = TextLabel(face="body", tone="muted", halign="center", wanted=28)
        self.pen = Glyph(icon="draw", size_dp=44, tone="muted")
        self.eraser = Push()
        super().__init__(**options)
        self.element_id = ""
        self.canvas.add(self.ink)
        for part in (self.hint, self.pen, self.eraser):
            self.add_widget(part)
        self.eraser.element_id = "pad.clear"
        self.eraser.glyph.icon = "ink_eraser"
        self.eraser.glyph.size_dp = 44
        self.eraser.send = self._clear
        self.fbind("palette", self._redraw)

    def on_key(self, *_: object) -> None:
        self.strokes = []

    def on_elements(self, _: object, elements: list[Any]) -> None:
        if elements:
            self.element = elements[0]
        else:
            self.element, self.element_id, self.strokes = None, "", []
            self.hint.text = ""
            self._redraw()

    def show(self, element: Any) -> None:
        self.hint.text = element.hint or element.label
        if not self._drawing:
            self.strokes = read_strokes(element.value)
        self._redraw()

    def need(self, width: float, fit: float) -> float:
        return dp(230) if self.elements else 0.0

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        side = dp(TARGET_DP)
        self.eraser.place(x + width - side - dp(16), y + height - side - dp(16), side, side, fit)
        room = width - 2 * side - dp(80)
        self.pen.put(x + dp(28), y + height * 0.2, dp(44), dp(56))
        high = self.hint.need(room, fit)
        self.hint.put(x + (width - room) / 2, y + height * 0.2 - dp(8), room, fit)
        self.hint.top = max(y + high + dp(8), y + height * 0.2 - dp(8))
        self._redraw()

    def _clear(self, *_: str) -> None:
        self.strokes = []
        self._redraw()
        self._tell()

    def _tell(self) -> None:
        if self.send is not None and self.element is not None:
            self.send(self.element_id, write_strokes(self.strokes))

    def _redraw(self, *_: object) -> None:
        self.ink.clear()
        if self.width <= 1:
            return
        self.ink.add(Color(*self.palette.muted))
        line = self.y + self.height * 0.22
        self.ink.add(SmoothLine(points=[self.x + dp(90), line, self.right - dp(60), line], width=1))
        self.ink.add(Color(*self.palette.ink))
        for stroke in self.strokes:
            self._draw_stroke(stroke)

    def _draw_stroke(self, stroke: Stroke) -> None:
        points: list[float] = []
        for x, y in stroke:
            points += [self.x + x * self.width, self.top - y * self.height]
        if len(points) == 2:
            points += [points[0] + 1, points[1]]
        self.ink.add(SmoothLine(points=points, width=dp(2.2)))

    def _point(self, touch: Any) -> tuple[float, float]:
        across = (touch.x - self.x) / max(1.0, self.width)
        down = (self.top - touch.y) / max(1.0, self.height)
        return (round(min(1.0, max(0.0, across)), 3), round(min(1.0, max(0.0, down)), 3))

    def on_touch_down(self, touch: Any) -> bool:
        if self.eraser.on_touch_down(touch):
            return True
        if self.element is None or not self.collide_point(*touch.pos):
            return False
        touch.grab(self)
        self._drawing = True
        self.strokes.append([self._point(touch)])
        self._redraw()
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch.grab_current is not self or not self.strokes:
            return False
        point = self._point(touch)
        full = sum(len(stroke) for stroke in self.strokes) >= MOST_POINTS
        if point != self.strokes[-1][-1] and not full:
            self.strokes[-1].append(point)
            self._redraw()
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self._drawing = False
        self._tell()
        return True

    def activate(self) -> None:
        """The five-key pad cannot draw; it skips."""
