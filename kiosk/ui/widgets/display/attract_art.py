"""AttractButton: the attract screen; FlagBand: the decorative band of the first and last screens.

Drawn from triangles and squares of the palette; nothing is animated, so an idle kiosk uses no CPU.
"""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from typing import Any

from kivy.graphics import Color, InstructionGroup, Rectangle, Triangle
from kivy.properties import ListProperty, ObjectProperty

from kiosk.ui.theme.tokens import FLAG, Rgba, rgba
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.pressable import Badge, Pressable, SquareBox
from kiosk.ui.widgets.base.text import Glyph, TextLabel

BLACK, WHITE, RED, _, GREEN = FLAG
GOLD, CREAM = rgba("#F2B632"), rgba("#F6F1E3")
MOSAIC_ICONS = (
    "id_card", "", "passport", "", "health_and_safety", "", "school", "", "storefront", "",
    "family_restroom", "", "directions_car", "", "elderly", "", "landscape", "", "receipt_long", "",
)  # fmt: skip
MOSAIC_FILLS = (CREAM, RED, CREAM, GREEN, CREAM, GOLD, CREAM, BLACK)
SMALL_DP = 500.0
FITS = (1.0, 0.9, 0.8, 0.7, 0.6)


def diamond(group: InstructionGroup, x: float, y: float, wide: float, high: float) -> None:
    """Two triangles, point up and point down."""
    middle = y + high / 2
    group.add(Triangle(points=(x, middle, x + wide / 2, y + high, x + wide, middle)))
    group.add(Triangle(points=(x, middle, x + wide / 2, y, x + wide, middle)))


class FlagBand(LayoutWidget):
    """A band of diamonds in the colours of the flag."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.group = InstructionGroup()
        self.canvas.add(self.group)

    def need(self, width: float, fit: float) -> float:
        return float(dp(22)) if fit > 0.8 else 0.0

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self.group.clear()
        if width < 1:
            return
        step = dp(34)
        count = max(1, int(width // step))
        step = width / count
        edge = self.palette.ink if self.palette.flat else BLACK
        fills = (GREEN, RED) if not self.palette.flat else (self.palette.ink, self.palette.ink)
        for at in range(count):
            left = x + at * step
            self.group.add(Color(*edge))
            diamond(self.group, left, y, step, height)
            self.group.add(Color(*self.palette.surface))
            diamond(self.group, left + step * 0.14, y + height * 0.14, step * 0.72, height * 0.72)
            self.group.add(Color(*fills[at % 2]))
            diamond(self.group, left + step * 0.26, y + height * 0.26, step * 0.48, height * 0.48)


class ServiceMosaic(LayoutWidget):
    """Squares of services and patterns, as on a tiled wall."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.group = InstructionGroup()
        self.canvas.add(self.group)
        self.glyphs: list[Glyph] = []

    def need(self, width: float, fit: float) -> float:
        return 1.0

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self.group.clear()
        for glyph in self.glyphs:
            self.remove_widget(glyph)
        self.glyphs = []
        columns = 4
        side = width / columns
        rows = int(height // side) + 1
        for at in range(columns * rows):
            row, column = divmod(at, columns)
            self._square(at + row, x + column * side, y + height - (row + 1) * side, side)

    def _square(self, at: int, x: float, y: float, side: float) -> None:
        low = max(y, self.y)
        flat = self.palette.flat
        fill = MOSAIC_FILLS[at % len(MOSAIC_FILLS)]
        if flat:
            fill = self.palette.bg if at % 2 == 0 else self.palette.ink
        self.group.add(Color(*fill))
        self.group.add(Rectangle(pos=(x, low), size=(side, y + side - low)))
        if y < self.y:
            return
        if at % 2 == 0:
            icon = MOSAIC_ICONS[(at * 3) % len(MOSAIC_ICONS)] or "support_agent"
            glyph = Glyph(icon=icon, size_dp=side * 0.5 / dp(1))
            glyph.colour = self.palette.ink if flat else rgba("#0A5B3E")
            glyph.put(x, y, side, side)
            self.glyphs.append(glyph)
            self.add_widget(glyph)
            return
        self._pattern(x, y, side, self.palette.bg if flat else CREAM, fill)

    def _pattern(self, x: float, y: float, side: float, light: Rgba, dark: Rgba) -> None:
        for inset, colour in ((0.08, light), (0.2, dark), (0.3, light), (0.38, dark)):
            self.group.add(Color(*colour))
            diamond(self.group, x + side * inset, y + side * inset,
                    side * (1 - 2 * inset), side * (1 - 2 * inset))  # fmt: skip


class AttractButton(Pressable):
    """The whole screen is the button."""

    view = ObjectProperty(None, allownone=True)
    elements = ListProperty()

    def __init__(self, **options: Any) -> None:
        self.radius_dp = 0
        self.ground, self.mosaic, self.pill = SquareBox(), ServiceMosaic(), Badge()
        self.title = TextLabel(face="display", wanted=84)
        self.other = TextLabel(face="display", wanted=58)
        self.touch, self.touch_other = (
            TextLabel(face="display", wanted=38),
            TextLabel(face="medium", wanted=32),
        )
        self.lines = [TextLabel(face="medium", wanted=28) for _line in range(3)]
        self.finger = Glyph(icon="touch_app", size_dp=64)
        self.brief = False  # a small panel has room for the greeting and how to begin
        super().__init__(**options)
        for part in (self.ground, self.mosaic, self.pill, self.title, self.other, self.finger,
                     self.touch, self.touch_other, *self.lines):  # fmt: skip
            self.add_widget(part)

    def on_elements(self, _: object, elements: list[Any]) -> None:
        self.element = elements[0] if elements else None

    def on_view(self, _: object, view: Any) -> None:
        if view is None:
            return
        texts = [block.text for block in view.blocks if block.text]
        self.title.text, self.other.text = view.title, view.subtitle
        self.touch_other.text = texts[0] if texts else ""
        for line, text in zip(self.lines, [*texts[1:], "", "", ""][:3], strict=True):
            line.text = text

    def show(self, element: Any) -> None:
        self.touch.text = element.label

    def paint(self) -> None:
        super().paint()
        palette = self.palette
        self.fill = self.edge = (0, 0, 0, 0)
        self.ground.fill = palette.bg if palette.flat else rgba("#0A5B3E")
        ink = palette.ink if palette.flat else WHITE
        for words in (self.title, *self.lines):
            words.colour = ink
        self.other.colour = palette.ink if palette.flat else rgba("#FFE39A")
        self.pill.fill = palette.brand if palette.flat else WHITE
        pill_ink = palette.on_brand if palette.flat else rgba("#083D2B")
        if self.pressed:
            self.pill.fill, pill_ink = (palette.ink, palette.bg) if palette.flat else (GOLD, BLACK)
        self.finger.colour = self.touch.colour = self.touch_other.colour = pill_ink

    def need(self, width: float, fit: float) -> float:
        return 1.0

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self.ground.place(x, y, width, height, fit)
        side = width * 0.3
        self.mosaic.place(x + width - side, y, side, height, fit)
        margin = dp(64 if width > dp(900) else 24)
        left, wide = x + margin, width - side - 2 * margin
        room = height - dp(40 if height > dp(SMALL_DP) else 12)
        self.brief = False
        self.brief = self._height(wide, FITS[-1]) > room
        fit = next((f for f in FITS if self._height(wide, f) <= room), FITS[-1])
        top = y + height / 2 + self._height(wide, fit) / 2
        top -= self.title.put(left, top, wide, fit)
        top -= self.other.put(left, top, wide, fit) + dp(30)
        top = self._place_pill(left, top, wide, fit) - dp(26)
        for line in self.lines:
            line.opacity = 0 if self.brief else 1
            top -= 0 if self.brief else line.put(left, top, wide, fit) + dp(4)

    def _pill_text(self, wide: float, fit: float) -> float:
        room = wide - dp(64 + 28 + 24 + 36)
        return self.touch.need(room, fit) + self.touch_other.need(room, fit)

    def _height(self, wide: float, fit: float) -> float:
        head = self.title.need(wide, fit) + self.other.need(wide, fit) + dp(30)
        lines = 0.0 if self.brief else sum(line.need(wide, fit) + dp(4) for line in self.lines)
        return head + max(dp(120), self._pill_text(wide, fit) + dp(36)) + dp(26) + lines

    def _place_pill(self, left: float, top: float, wide: float, fit: float) -> float:
        text = self._pill_text(wide, fit)
        high = max(dp(120), text + dp(36))
        room = wide - dp(64 + 28 + 24 + 36)
        want = max(self.touch.natural(fit), self.touch_other.natural(fit)) + dp(2)
        broad = min(wide, want + dp(64 + 28 + 24 + 44))
        self.pill.radius = min(high / 2, dp(60))
        self.pill.place(left, top - high, broad, high, fit)
        self.finger.put(left + dp(32), top - high, dp(64), high)
        upper = top - high / 2 + text / 2
        used = self.touch.put(left + dp(120), upper, min(room, want), fit)
        self.touch_other.put(left + dp(120), upper - used, min(room, want), fit)
        return top - high
