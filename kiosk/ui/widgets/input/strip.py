"""ChoiceStrip: found choices between two big arrows, over the keyboard or down the screen."""

from __future__ import annotations

from typing import Any

from kivy.properties import ListProperty

from kiosk.ui.theme.tokens import GAP_DP, TARGET_DP
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.display.card import SIDE, Push
from kiosk.ui.widgets.display.lists import PAGE_NEXT, PAGE_PREVIOUS
from kiosk.ui.widgets.input.picks import SearchChoices

LARGE: tuple[tuple[int, str], ...] = ((2, SIDE),)
ROOMY_DP = 250.0  # without the keyboard there is room for two columns of large cards


class Arrow(Push):
    """A paging button that is only its arrow: the row is full."""

    def show(self, element: Any) -> None:
        super().show(element)
        self.label.text = ""
        self.glyph.size_dp = 48


class ChoiceStrip(LayoutWidget):
    """Choices of one page, and the arrows to the others."""

    elements = ListProperty()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.choices = SearchChoices()
        self.arrows: list[Arrow] = []
        self.add_widget(self.choices)
        self.fbind("send", self._hand_down)

    def _hand_down(self, *_: object) -> None:
        self.choices.send = self.send
        for arrow in self.arrows:
            arrow.send = self.send

    def on_elements(self, *_: object) -> None:
        turns = [e for e in self.elements if e.id in {PAGE_PREVIOUS, PAGE_NEXT}]
        self.choices.elements = tuple(e for e in self.elements if e not in turns)
        while len(self.arrows) > len(turns):
            self.remove_widget(self.arrows.pop())
        while len(self.arrows) < len(turns):
            self.arrows.append(Arrow(send=self.send))
            self.add_widget(self.arrows[-1])
        for arrow, element in zip(self.arrows, turns, strict=True):
            arrow.element = element

    def _room(self, width: float) -> float:
        return width - len(self.arrows) * dp(TARGET_DP + GAP_DP)

    def need(self, width: float, fit: float) -> float:
        least = dp(TARGET_DP) if self.arrows else 0.0
        return max(least, self.choices.need(self._room(width), fit))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        roomy = height > dp(ROOMY_DP)
        self.choices.arrangements = LARGE if roomy else SearchChoices.arrangements
        self.choices.cell_most = 132 if roomy else 96
        room, side = self._room(width), dp(TARGET_DP)
        left = x + (side + dp(GAP_DP) if self.arrows else 0)
        self.choices.place(left, y, room, height, fit)
        cells = self.choices.cells()
        low = min((cell.y for cell in cells), default=y + height - side)
        high = max(side, y + height - low)
        for arrow, at in zip(self.arrows, (x, x + width - side), strict=False):
            arrow.place(at, y + height - high, side, high, fit)
