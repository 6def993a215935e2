"""DarkScreen: what is seen while the screen is hidden: nothing of the visit. Speech, keys and the
idle warning go on.
"""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from typing import Any

from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.pressable import SquareBox
from kiosk.ui.widgets.base.text import TextLabel
from kiosk.ui_protocol.view import View

DARK, DIM = (0.0, 0.0, 0.0, 1.0), (0.62, 0.62, 0.62, 1.0)


class DarkScreen(LayoutWidget):
    """Black from edge to edge, with one line that says how the screen comes back."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.ground, self.words = SquareBox(), TextLabel(halign="center", wanted=30)
        self.ground.fill, self.words.colour = DARK, DIM
        for part in (self.ground, self.words):
            self.add_widget(part)

    def need(self, width: float, fit: float) -> float:
        return 1.0

    def show(self, view: View) -> None:
        """The line: the hint of the element that shows the screen again."""
        self.words.text = next((e.hint for e in view.elements if e.id == "hide"), "")

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self.ground.place(x, y, width, height, fit)
        self.words.put(x + dp(36), y + height / 2, width - dp(72), fit)
