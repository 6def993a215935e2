"""TypedAnswer: a field, its actions and the keyboard: over one another, or side by side.

Letters need the whole width, so the field stands above them with its button beside it; a digit
pad is narrow and tall, so it stands at the right of the field.
"""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from typing import Any

from kivy.properties import ListProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.ui.keyboard_layouts import PAGES
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.text import Glyph
from kiosk.ui.widgets.display.grid import Actions
from kiosk.ui.widgets.input.field import FieldRow
from kiosk.ui.widgets.input.keyboard import Keyboard

LINE_SP, LARGE_SP = 34, 52
"""What is typed: over a whole keyboard, and beside a digit pad, where there is room."""


class TypedAnswer(LayoutWidget):
    """One typed answer."""

    elements = ObjectProperty(())
    actions = ObjectProperty(())
    key = ObjectProperty(None, allownone=True)
    lines = NumericProperty(1)
    said = ListProperty()
    gap = NumericProperty(16)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.row, self.board, self.under = FieldRow(), Keyboard(), Actions()
        for part in (self.row, self.under, self.board):
            self.add_widget(part)
        self.fbind("send", self._hand_down)
        self.fbind("lines", self._hand_down)
        self.fbind("said", self._hand_down)

    def _hand_down(self, *_: object) -> None:
        self.row.send = self.under.send = self.send
        self.row.lines, self.row.said = self.lines, self.said

    def on_key(self, _: object, key: object) -> None:
        self.row.key = key

    def on_elements(self, _: object, elements: Any) -> None:
        self.row.elements = tuple(elements)

    def on_actions(self, _: object, actions: Any) -> None:
        self._deal()

    def _aside(self) -> bool:
        return bool(self.board.kind) and PAGES[self.board.typing.page].big

    def _deal(self) -> None:
        aside = self._aside()
        self.row.field.words.wanted = LARGE_SP if aside else LINE_SP
        self.row.actions = () if aside else tuple(self.actions)
        self.under.elements = tuple(self.actions) if aside else ()

    def need(self, width: float, fit: float) -> float:
        self._deal()
        board = self.board.need(width, fit)
        if self._aside():
            left = self._left(width)
            under = self.under.need(left, fit)
            column = self.row.need(left, fit) + (under + dp(self.gap) if under else 0)
            return max(board, column)
        row = self.row.need(width, fit)
        return row + board + (dp(self.gap) if row and board else 0)

    def _left(self, width: float) -> float:
        return width * 0.52

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self._deal()
        if self._aside():
            self._place_aside(fit)
            return
        row = self.row.need(width, fit)
        self.row.place(x, y + height - row, width, row, fit)
        rest = height - row - dp(self.gap)
        self.board.place(x, y, width, max(0, rest), fit)
        self.under.place(-9999, -9999, 0, 0, fit)

    def _place_aside(self, fit: float) -> None:
        left = self._left(self.width)
        row = self.row.need(left, fit)
        pad = self.width - left - dp(40)
        self.row.place(self.x, self.top - row, left, row, fit)
        self.board.place(self.x + left + dp(40), self.y, pad, self.height, fit)
        under = self.under.need(left, fit)
        if under:
            self.under.place(self.x, self.y, left, under, fit)


class ScanPrompt(LayoutWidget):
    """A large icon that shows what to do: scan here, look there."""

    icon = StringProperty("")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.glyph = Glyph(size_dp=120)
        self.add_widget(self.glyph)

    def on_icon(self, _: object, icon: str) -> None:
        self.glyph.icon = icon

    def need(self, width: float, fit: float) -> float:
        return float(dp(110)) if self.icon and fit > 0.9 else 0.0

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self.glyph.size_dp = min(160, height / dp(1) * 0.8)
        self.glyph.put(x, y, width, height)
