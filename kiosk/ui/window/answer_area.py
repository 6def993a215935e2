"""The part of a question screen where the answer is given.

Finds the layout of a view in `LOOKS`, loads its kv file once and shows it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kivy.factory import Factory
from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty

from kiosk.ui.answers.table import FALLBACK_LOOK, LOOKS
from kiosk.ui.theme.tokens import GAP_DP
from kiosk.ui.widgets.base.layout import Column, LayoutWidget
from kiosk.ui.window.screen import SortedView
from kiosk.ui_protocol.view import View

ANSWERS = Path(__file__).parents[1] / "answers"


class AnswerView(SortedView):
    """One look: the sorted view over a single column."""

    def need(self, width: float, fit: float) -> float:
        return sum(piece.need(width, fit) for piece in self.pieces())

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        for piece in self.pieces():
            piece.place(x, y, width, height, fit)


class AnswerColumn(Column):
    """What every look's kv begins with: the way on is at the bottom, also of an empty page."""

    gap = NumericProperty(GAP_DP)
    last_low = BooleanProperty(True)


class AnswerArea(LayoutWidget):
    """Shows the look of the question in view."""

    view = ObjectProperty(None, allownone=True)
    question = ObjectProperty(None, allownone=True)

    def __init__(self, **options: Any) -> None:
        self._built: dict[str, AnswerView] = {}
        self.current: AnswerView | None = None
        super().__init__(**options)

    def on_view(self, _: object, view: View | None) -> None:
        if view is None:
            return
        look = LOOKS.get(view.look, LOOKS[FALLBACK_LOOK])
        piece = self._piece(look.file, look.rule)
        if piece is not self.current:
            self.clear_widgets()
            self.current = piece
            self.add_widget(piece)
        piece.send = self.send
        piece.sort(view)
        for other in self._built.values():
            if other is not piece and other.view is not None and other.view.title:
                other.sort(View(number=0, state=view.state, language=view.language, title=""))

    def on_send(self, _: object, send: Any) -> None:
        for piece in self._built.values():
            piece.send = send

    def _piece(self, file: str, rule: str) -> AnswerView:
        if file not in self._built:
            path = str(ANSWERS / f"{file}.kv")
            if path not in Builder.files:
                Builder.load_file(path)
            self._built[file] = getattr(Factory, rule)()
            self._built[file].repaint(self.palette)
        return self._built[file]

    def stack(self) -> list[LayoutWidget]:
        columns = self.current.pieces() if self.current else []
        return [piece for column in columns for piece in column.pieces()]

    def need(self, width: float, fit: float) -> float:
        return self.current.need(width, fit) if self.current else 1.0

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        if self.current:
            self.current.place(x, y, width, height, fit)
