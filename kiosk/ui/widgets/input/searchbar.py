"""SearchBar: back and home with the field in one row, so that results and keyboard have room."""

from __future__ import annotations

from typing import Any

from kivy.properties import ListProperty, ObjectProperty

from kiosk.ui.theme.tokens import TARGET_DP
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.text import TextLabel
from kiosk.ui.widgets.display.heading import Nav
from kiosk.ui.widgets.input.field import Field


class SearchBar(LayoutWidget):
    """Navigation, the screen's title and the one field."""

    view = ObjectProperty(None, allownone=True)
    elements = ListProperty()
    key = ObjectProperty(None, allownone=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.nav, self.field = Nav(), Field(bare=True)
        self.title = TextLabel(face="display", wanted=32, least=28)
        for part in (self.nav, self.title, self.field):
            self.add_widget(part)
        self.fbind("send", self._hand_down)

    def _hand_down(self, *_: object) -> None:
        self.nav.send = self.field.send = self.send

    def on_view(self, _: object, view: Any) -> None:
        nav = () if view is None else tuple(e for e in view.elements if e.place == "nav")
        self.nav.elements = nav
        self.title.text = "" if view is None else view.title

    def on_key(self, _: object, key: object) -> None:
        self.field.begin(key)

    def on_elements(self, _: object, elements: list[Any]) -> None:
        if elements:
            self.field.element = elements[0]
        else:
            self.field.clear()

    def need(self, width: float, fit: float) -> float:
        return self.title.need(width / 2, fit) + dp(4) + dp(TARGET_DP)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        nav = self.nav.width_for(fit)
        self.nav.place(x, y + height - dp(TARGET_DP), nav, dp(TARGET_DP), fit)
        left = x + (nav + dp(20) if nav else 0)
        wide = x + width - left
        self.title.put(left, y + height, wide, fit)
        self.field.place(left, y, wide, dp(TARGET_DP), fit)
