"""Fields: several on one page; the one last touched has the keyboard. Frame: what a camera saw."""

from __future__ import annotations

from typing import Any, ClassVar

from kivy.properties import ObjectProperty
from kivy.uix.image import Image

from kiosk.ui.tokens import GAP_DP
from kiosk.ui.units import dp
from kiosk.ui.widgets.field import Field
from kiosk.ui.widgets.grid import Cells
from kiosk.ui.widgets.surface import Surface
from kiosk.ui.widgets.words import Glyph, Words


class Fields(Cells):
    """Labelled fields in one or two columns."""

    cell = Field
    options: ClassVar[dict[str, Any]] = {}
    key = ObjectProperty(None, allownone=True)

    def on_elements(self, widget: object, elements: Any) -> None:
        super().on_elements(widget, tuple(elements))
        cells = self.cells()
        chosen = next((c for c in cells if c.element.selected), cells[0] if cells else None)
        for cell in cells:
            cell.begin((self.key, cell.element_id))
            cell.active = cell is chosen

    def _across(self) -> int:
        return 2 if len(self.children) > 1 else 1

    def _wide(self, width: float) -> float:
        across = self._across()
        return (width - dp(GAP_DP + 4) * (across - 1)) / across

    def need(self, width: float, fit: float) -> float:
        cells, across = self.cells(), self._across()
        wide = self._wide(width)
        rows = [cells[at : at + across] for at in range(0, len(cells), across)]
        highs = [max(cell.need(wide, fit) for cell in row) for row in rows]
        return float(sum(highs) + dp(GAP_DP) * max(0, len(highs) - 1))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        cells, across, top = self.cells(), self._across(), y + height
        wide = self._wide(width)
        for at in range(0, len(cells), across):
            row = cells[at : at + across]
            high = max(cell.need(wide, fit) for cell in row)
            for column, cell in enumerate(row):
                cell.place(x + column * (wide + dp(GAP_DP + 4)), top - high, wide, high, fit)
            top -= high + dp(GAP_DP)


class Frame(Surface):
    """The picture taken so far, or an icon and a sentence where there is none yet."""

    view = ObjectProperty(None, allownone=True)

    def __init__(self, **options: Any) -> None:
        self.image = Image(size_hint=(None, None), fit_mode="contain", nocache=True)
        self.glyph = Glyph(size_dp=110)
        self.words = Words(face="medium", halign="center", wanted=30)
        super().__init__(**options)
        for part in (self.image, self.glyph, self.words):
            self.add_widget(part)

    def on_view(self, _: object, view: Any) -> None:
        taken = view.look_data.get("content", b"") if view is not None else b""
        self._show(bytes(taken))
        words = [b.text for b in view.blocks if b.kind == "notice"] if view is not None else []
        self.words.text = words[0] if words and not self.image.source else ""
        kind = view.look if view is not None else ""
        icons = {"photo": "photo_camera", "audio": "mic"}
        self.glyph.icon = "" if self.image.source else icons.get(kind, "upload")

    def need(self, width: float, fit: float) -> float:
        return dp(170) + self.words.need(width - dp(60), fit)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self.image.pos = (x + dp(12), y + dp(12))
        self.image.size = (width - dp(24), height - dp(24))
        text = self.words.need(width - dp(60), fit)
        self.glyph.put(x, y + text / 2, width, height)
        self.words.put(x + dp(30), y + dp(20) + text, width - dp(60), fit)
