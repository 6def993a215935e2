"""The ticket's number or the reference, at least 10 mm high, and the QR code beside it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import segno
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.properties import NumericProperty, ObjectProperty

from kiosk.ui.theme.tokens import MM_PER_DP, NUMBER_CAP_MM
from kiosk.ui.theme.units import dp, sp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.pressable import PaintedBox
from kiosk.ui.widgets.base.text import TextLabel, measure

CAP_EM = 0.727  # cap height of Inter, of its size
QUIET_MODULES = 4  # blank border a scanner needs


def number_least_px() -> float:
    """Font size whose digits are 10 mm high, and a hair more: sizes are rounded on their way."""
    return dp((NUMBER_CAP_MM + 0.01) / MM_PER_DP) / CAP_EM


def in_two(code: str) -> str:
    """A code on two lines, broken behind the hyphen nearest to its middle."""
    breaks = [at + 1 for at, letter in enumerate(code) if letter == "-"]
    if not breaks:
        return code
    at = min(breaks, key=lambda place: abs(place - len(code) / 2))
    return f"{code[:at]}\n{code[at:]}"


class BigNumber(LayoutWidget):
    """As large as the width allows, never under 10 mm."""

    blocks = ObjectProperty(())
    wanted = NumericProperty(132)  # sp

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.head = TextLabel(face="medium", tone="muted", halign="center", wanted=27)
        self.words = TextLabel(face="display", tone="brand", halign="center")
        self.words.line_height = 0.96
        self._whole = ""
        self.add_widget(self.head)
        self.add_widget(self.words)

    def on_blocks(self, _: object, blocks: tuple[Any, ...]) -> None:
        block = blocks[0] if blocks else None
        self.head.text = block.label if block else ""
        self._whole = (block.value or block.text) if block else ""
        self.words.text = self._whole

    def _px(self, width: float, fit: float) -> float:
        wanted, least = sp(self.wanted) * fit, number_least_px()
        whole = measure(self._whole, "display", least, 0)[0]
        self.words.text = self._whole if whole <= width else in_two(self._whole)
        while wanted > least and measure(self.words.text, "display", wanted, 0)[0] > width:
            wanted -= dp(4)
        return max(wanted, least)

    def need(self, width: float, fit: float) -> float:
        if not self.words.text:
            return 0.0
        px = self._px(width, fit)
        return self.head.need(width, fit) + measure(self.words.text, "display", px, width)[1]

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        px = self._px(width, fit)
        text = self.need(width, fit)
        top = self.center_y + text / 2
        top -= self.head.put(x, top, width, fit)
        self.words.wanted = px / (sp(1) or 1)
        self.words.put(x, top, width, 1.0)


@lru_cache(maxsize=4)
def qr_pixels(payload: str) -> tuple[int, bytes]:
    """Side in modules (with quiet zone) and one grey byte per module, top row first."""
    rows = [bytes(255 if not dark else 0 for dark in row) for row in segno.make(
        payload, error="m", micro=False).matrix_iter(border=QUIET_MODULES)]  # fmt: skip
    return len(rows), b"".join(rows)


class QrCode(PaintedBox):
    """Dark on white in every theme, whole pixels per module, so any phone reads it."""

    blocks = ObjectProperty(())

    def __init__(self, **options: Any) -> None:
        self.head = TextLabel(face="medium", tone="muted", halign="center", wanted=26)
        self._modules = 0
        super().__init__(**options)
        self.add_widget(self.head)
        with self.canvas:
            Color(1, 1, 1, 1)
            self._square = Rectangle(size=(0, 0))
        self.raised = True

    def paint(self) -> None:
        self.fill = (1, 1, 1, 1)
        self.set_edge(self.palette.line, self.palette.line_dp)
        self.head.colour = (0.06, 0.12, 0.09, 1)

    def on_blocks(self, _: object, blocks: tuple[Any, ...]) -> None:
        payload = blocks[0].value if blocks else ""
        self.head.text = (blocks[0].text or blocks[0].label) if blocks else ""
        self._modules = 0
        if payload:
            self._modules, pixels = qr_pixels(payload)
            texture = Texture.create(size=(self._modules, self._modules), colorfmt="luminance")
            texture.mag_filter = texture.min_filter = "nearest"
            texture.blit_buffer(pixels, colorfmt="luminance", bufferfmt="ubyte")
            texture.flip_vertical()
            self._square.texture = texture

    def need(self, width: float, fit: float) -> float:
        if not self._modules:
            return 0.0
        text = self.head.need(width - dp(24), fit)
        return float(dp(210)) + text + (dp(10) if text else 0)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self._square.size = (0, 0)
        if not self._modules:
            return
        text = self.head.need(width - dp(24), fit)
        side = min(width - dp(16), height - dp(16) - (text + dp(4) if text else 0))
        side = max(1, int(side // self._modules)) * self._modules
        top = self.center_y + (side + text) / 2
        self._square.size = (side, side)
        self._square.pos = (int(self.center_x - side / 2), int(top - side))
        self.head.put(x + dp(12), top - side, width - dp(24), fit)


def forget_codes() -> None:
    """Drop remembered codes at the end of a visit."""
    qr_pixels.cache_clear()
