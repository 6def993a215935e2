"""SearchBar: the title and the one field, with the arrows to what was found beside it."""

from __future__ import annotations

from typing import Any

from kivy.properties import ListProperty, ObjectProperty

from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.text import TextLabel
from kiosk.ui.widgets.input.field import FieldRow


class SearchBar(LayoutWidget):
    """The screen's title over its field."""

    view = ObjectProperty(None, allownone=True)
    elements = ListProperty()
    turns = ListProperty()
    key = ObjectProperty(None, allownone=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.row = FieldRow()
        self.title = TextLabel(face="display", wanted=34, least=28)
        for part in (self.title, self.row):
            self.add_widget(part)
        self.fbind("send", self._hand_down)

    def _hand_down(self, *_: object) -> None:
        self.row.send = self.send

    def on_view(self, _: object, view: Any) -> None:
        self.title.text = "" if view is None else view.title

    def on_key(self, _: object, key: object) -> None:
        self.row.key = key

    def on_elements(self, _: object, elements: list[Any]) -> None:
        self.row.elements = tuple(elements)

    def on_turns(self, _: object, turns: list[Any]) -> None:
        self.row.actions = tuple(turns)

    def need(self, width: float, fit: float) -> float:
        row = self.row.need(width, fit)
        return self.title.need(width, fit) + (dp(6) + row if row else 0)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self.title.put(x, y + height, width, fit)
        self.row.place(x, y, width, self.row.need(width, fit), fit)
