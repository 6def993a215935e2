"""Fields: several on one page; the last touched has the keyboard. PictureFrame: the photo taken."""

from __future__ import annotations

from io import BytesIO
from typing import Any, ClassVar

from kivy.core.image import Image as CoreImage
from kivy.properties import ObjectProperty
from kivy.uix.image import Image

from kiosk.ui.theme.tokens import GAP_DP
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.pressable import PaintedBox
from kiosk.ui.widgets.base.text import Glyph
from kiosk.ui.widgets.display.grid import Cells
from kiosk.ui.widgets.input.field import Field


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


class PictureFrame(PaintedBox):
    """The picture taken so far, or an icon where there is none yet. Pictures come as bytes in
    the view and are forgotten with it: none is ever a file, and none is cached.
    """

    view = ObjectProperty(None, allownone=True)

    def __init__(self, **options: Any) -> None:
        self.image = Image(size_hint=(None, None), fit_mode="contain")
        self.glyph = Glyph(size_dp=110)
        self._content = b""
        super().__init__(**options)
        for part in (self.image, self.glyph):
            self.add_widget(part)

    def on_view(self, _: object, view: Any) -> None:
        content = bytes(view.look_data.get("content", b"")) if view is not None else b""
        if content != self._content:
            self._content = content
            self.image.texture = _texture(content)
        self.image.opacity = 1 if self.image.texture else 0
        kind = view.look if view is not None else ""
        icons = {"photo": "photo_camera", "audio": "mic"}
        self.glyph.icon = "" if self.image.texture else icons.get(kind, "upload")

    def need(self, width: float, fit: float) -> float:  # noqa: ARG002 - as every piece has it
        return float(dp(170))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self.image.pos = (x + dp(12), y + dp(12))
        self.image.size = (width - dp(24), height - dp(24))
        self.glyph.put(x, y, width, height)


def _texture(content: bytes) -> Any:
    """The texture of a JPEG or PNG; None for anything else."""
    kind = {b"\xff\xd8": "jpg", b"\x89P": "png"}.get(content[:2])
    if kind is None:
        return None
    return CoreImage(BytesIO(content), ext=kind, nocache=True).texture
