"""Picks: choosing several answers, one degree of a scale, or a ranking."""

from __future__ import annotations

from typing import Any, ClassVar

from kivy.properties import NumericProperty

from kiosk.ui.theme.tokens import GAP_DP
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.pressable import Badge
from kiosk.ui.widgets.base.text import TextLabel
from kiosk.ui.widgets.display.card import CENTRE, FACE_ICONS, SIDE, TOP, Card
from kiosk.ui.widgets.display.grid import Choices, Grid


class TickCards(Choices):
    """Any number of answers."""

    options: ClassVar[dict[str, Any]] = {
        "mark_off": "check_box_outline_blank", "mark_on": "check_box", "icon_dp": 60,
    }  # fmt: skip


class SearchChoices(Grid):
    """Found choices over the keyboard."""

    options: ClassVar[dict[str, Any]] = {
        "mark_off": "radio_button_unchecked", "mark_on": "check_circle", "icon_dp": 48,
        "pad_dp": 12, "title_sp": 27,
    }  # fmt: skip
    arrangements: tuple[tuple[int, str], ...] = ((4, SIDE), (2, SIDE))
    cell_most = NumericProperty(96)
    gap = NumericProperty(GAP_DP)

    def _columns(self, columns: int) -> int:
        return columns


class Likert(Grid):
    """Degrees side by side; down the screen when words are long."""

    options: ClassVar[dict[str, Any]] = {
        "mark_off": "radio_button_unchecked", "mark_on": "check_circle", "title_sp": 27,
        "pad_dp": 14, "icon_dp": 72,
    }  # fmt: skip
    arrangements = ((5, CENTRE), (3, TOP), (2, SIDE), (1, SIDE))
    cell_most = NumericProperty(280)

    def on_elements(self, widget: object, elements: tuple[Any, ...]) -> None:
        super().on_elements(widget, elements)
        if len(elements) != len(FACE_ICONS) or any(each.icon or each.media for each in elements):
            return
        for at, cell in enumerate(self.cells(), 1):  # a degree has a face where it has no picture
            cell.glyph.icon = FACE_ICONS[str(at)]
            cell.paint()

    def _columns(self, columns: int) -> int:
        return max(1, min(columns, len(self.children)))


class RankCard(Card):
    """A card that wears its place."""

    def __init__(self, **options: Any) -> None:
        self.disc = Badge()
        self.place_number = TextLabel(face="display", halign="center", wanted=34)
        super().__init__(**options)
        self.add_widget(self.disc)
        self.add_widget(self.place_number)

    def show(self, element: Any) -> None:
        super().show(element)
        self.hint.text = element.hint
        self.place_number.text = element.value
        if self.width > 1:
            self._wear()

    def _mark_px(self) -> float:
        return float(dp(58 + 12))

    def paint(self) -> None:
        super().paint()
        self.disc.fill = self.palette.brand if self.place_number.text else self.palette.key_alt
        self.place_number.colour = self.palette.on_brand

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self._wear()

    def _wear(self) -> None:
        side = dp(58)
        left = self.right - side - dp(18)
        self.disc.radius = side / 2
        self.disc.place(left, self.center_y - side / 2, side, side, 1)
        high = self.place_number.need(side, 0.9) if self.place_number.text else 0
        self.place_number.put(left, self.center_y + high / 2, side, 0.9)


class RankCards(Grid):
    """Things to put in order."""

    cell = RankCard
    options: ClassVar[dict[str, Any]] = {"icon_dp": 60}

    arrangements = ((2, SIDE), (1, SIDE))
    cell_most = NumericProperty(140)
