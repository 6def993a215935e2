"""Overlay: the "are you still there?" warning: one large button and a countdown."""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from typing import Any

from kiosk.ui.theme.tokens import GAP_DP
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.pressable import PaintedBox, SquareBox
from kiosk.ui.widgets.base.text import Glyph, TextLabel
from kiosk.ui.widgets.display.card import Push
from kiosk.ui_protocol.view import View

FITS = (1.0, 0.9, 0.8, 0.7, 0.6)


class OverlayCard(PaintedBox):
    """The card in the middle."""

    def need(self, width: float, fit: float) -> float:
        return 0.0


class Overlay(LayoutWidget):
    """Hides and disables what is under it while it counts down."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.shade, self.panel = SquareBox(), OverlayCard(radius_dp=28)
        self.glyph = Glyph(icon="hourglass_top", size_dp=72)
        self.seconds = TextLabel(face="display", tone="brand", halign="center", wanted=120)
        self.title = TextLabel(face="display", halign="center", wanted=42)
        self.words = TextLabel(face="body", tone="muted", halign="center", wanted=28)
        self.buttons: dict[str, Push] = {}
        self.low = 0.0  # px: what is touched stands under this; 0: anywhere
        for part in (self.shade, self.panel, self.glyph, self.seconds, self.title, self.words):
            self.add_widget(part)
        self.fbind("palette", self._paint)
        self._paint()

    def _paint(self, *_: object) -> None:
        self.shade.fill = self.palette.shade

    def need(self, width: float, fit: float) -> float:
        return 1.0

    def show(self, view: View) -> None:
        """Countdown, words and the two buttons."""
        self.seconds.text = str(view.countdown)
        self.title.text, self.words.text = view.overlay_title, view.overlay_text
        elements = [e for e in view.elements if e.place == "overlay"]
        for gone in set(self.buttons) - {e.id for e in elements}:
            self.remove_widget(self.buttons.pop(gone))
        for element in elements:
            button = self.buttons.get(element.id)
            if button is None:
                button = Push(send=self.send, label_sp=34 if element.primary else 28)
                self.buttons[element.id] = button
                self.add_widget(button)
            button.element = element

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self.shade.place(x, y, width, height, fit)
        wide = min(width - dp(80), dp(860))
        inner = wide - dp(96)
        fit = next((f for f in FITS if self._height(inner, f) <= height - dp(60)), FITS[-1])
        high = self._height(inner, fit)
        left, top = x + (width - wide) / 2, y + (height + high) / 2
        if self.low:  # the card stands around the middle, its buttons under it
            buttons = self._buttons_height(inner, fit) + dp(52)
            top = min(top, y + self.low + high - buttons)
        self.panel.place(left, top - high, wide, high, fit)
        self._fill(left + dp(48), top - dp(36), inner, fit)

    def _buttons_height(self, inner: float, fit: float) -> float:
        return sum(
            self._button_height(b, inner, fit) + dp(GAP_DP + 4) for b in self.buttons.values()
        )

    def _button_height(self, button: Push, inner: float, fit: float) -> float:
        return max(button.need(inner, fit), dp(112) if button.element.primary else 0)

    def _height(self, inner: float, fit: float) -> float:
        words = self.title.need(inner, fit) + self.words.need(inner, fit)
        return self.seconds.need(inner, fit) + words + self._buttons_height(inner, fit) + dp(88)

    def _fill(self, left: float, top: float, inner: float, fit: float) -> None:
        self.glyph.put(-9999, -9999, 0, 0)
        top -= self.title.put(left, top, inner, fit)
        top -= self.seconds.put(left, top, inner, fit)
        top -= self.words.put(left, top, inner, fit) + dp(24)
        for button in self.buttons.values():
            high = self._button_height(button, inner, fit)
            button.place(left, top - high, inner, high, fit)
            top -= high + dp(GAP_DP + 4)

    def on_touch_down(self, touch: Any) -> bool:
        super().on_touch_down(touch)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        super().on_touch_up(touch)
        return True
