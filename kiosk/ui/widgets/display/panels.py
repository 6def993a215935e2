"""Panels: cards that hold other widgets, the ticket's panel, and messages."""

from __future__ import annotations

from typing import Any

from kivy.graphics import Color, Ellipse, InstructionGroup, Rectangle
from kivy.properties import ListProperty, NumericProperty, ObjectProperty

from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import Beside, Column, LayoutWidget
from kiosk.ui.widgets.base.pressable import Badge, PaintedBox, mix
from kiosk.ui.widgets.base.text import Glyph, TextLabel
from kiosk.ui.widgets.display.blocks import Facts, Steps, TextBlocks

CROWDED_FIT = 0.65
FEW, LARGE_SP, SMALL_SP = 240, 34, 27
"""Letters of a message that may be set large."""


class Panel(PaintedBox):
    """A raised card around its pieces; absent when they all are."""

    pad_dp = NumericProperty(22)

    def __init__(self, **options: Any) -> None:
        self.raised = True
        super().__init__(**options)

    def paint(self) -> None:
        super().paint()
        if not self.palette.flat:
            self.set_edge(mix(self.palette.line, self.palette.surface, 0.45), self.palette.line_dp)

    def _pad_y(self, fit: float) -> float:
        """Above and below the pieces: less on a full screen."""
        return dp(self.pad_dp) * (1.0 if fit > CROWDED_FIT else 0.5)

    def need(self, width: float, fit: float) -> float:
        pad = dp(self.pad_dp)
        inside = sum(piece.need(width - 2 * pad, fit) for piece in self.pieces())
        return inside + 2 * self._pad_y(fit) if inside else 0.0

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        pad, pad_y = dp(self.pad_dp), self._pad_y(fit)
        for piece in self.pieces():
            piece.place(x + pad, y + pad_y, width - 2 * pad, max(0, height - 2 * pad_y), fit)


class TicketPanel(Panel):
    """A paper ticket: a strip of the brand at its edge, notches and a perforated line."""

    strip_dp = NumericProperty(10)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.pad_dp = 34
        self.strip = Badge()
        self.add_widget(self.strip)
        with self.canvas.after:
            self._hole_colour = Color(0, 0, 0, 0)
            self._holes = (Ellipse(size=(0, 0)), Ellipse(size=(0, 0)))
            self._dash_colour = Color(0, 0, 0, 0)
            self._dashes = InstructionGroup()
        self.paint()

    def paint(self) -> None:
        super().paint()
        if hasattr(self, "_dash_colour"):
            self.strip.fill = self.palette.brand
            self._hole_colour.rgba = (0, 0, 0, 0) if self.palette.flat else self.palette.bg
            self._dash_colour.rgba = self.palette.line

    def pieces(self) -> list[LayoutWidget]:
        return [piece for piece in super().pieces() if not isinstance(piece, Badge)]

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        side = dp(28)
        self.strip.radius = dp(5)
        self.strip.place(x + dp(12), y + dp(16), dp(self.strip_dp), height - dp(32), fit)
        at = self._tear()
        for hole, low in zip(self._holes, (y - side / 2, y + height - side / 2), strict=True):
            hole.size = (side, side) if at else (0, 0)
            hole.pos = (at - side / 2, low)
        self._perforate(at, y + side, y + height - side)

    def _perforate(self, at: float, low: float, high: float) -> None:
        """Dashes of whole pixels; Kivy's own dashed line comes out solid now and then."""
        self._dashes.clear()
        dash, step = round(dp(6)), round(dp(14))
        for bottom in range(round(low), round(high) - dash + 1, step) if at else ():
            self._dashes.add(Rectangle(pos=(round(at), bottom), size=(max(1, round(dp(1))), dash)))

    def _tear(self) -> float:
        """The perforation runs between the number and what belongs to it."""
        for holder in self.pieces():
            parts = [p for p in holder.pieces() if p.opacity and p.width > 1]
            if isinstance(holder, Beside) and len(parts) == 2:
                return float((parts[0].right + parts[1].x) / 2)
        return 0.0


class Hero(LayoutWidget):
    """One large icon in a circle and the sentence that matters."""

    blocks = ListProperty()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.badge, self.glyph = Badge(), Glyph(size_dp=76)
        self.words = TextLabel(face="medium", halign="center", wanted=36)
        for part in (self.badge, self.glyph, self.words):
            self.add_widget(part)
        self.fbind("palette", self._paint)
        self.fbind("blocks", self._paint)

    def _paint(self, *_: object) -> None:
        block = self.blocks[0] if self.blocks else None
        palette = self.palette
        self.badge.fill = palette.brand if palette.flat else palette.brand_soft
        self.glyph.colour = palette.on_brand if palette.flat else palette.brand
        self.words.text = (block.text or block.value) if block else ""
        self.glyph.icon = (block.icon or "info") if block else ""

    def need(self, width: float, fit: float) -> float:
        if not self.words.text:
            return 0.0
        return dp(132) * max(0.8, fit) + dp(22) + self.words.need(width * 0.86, fit)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        side = dp(132) * max(0.8, fit)
        text = self.words.need(width * 0.86, fit)
        top = self.center_y + (side + dp(22) + text) / 2
        self.badge.radius = side / 2
        self.badge.place(self.center_x - side / 2, top - side, side, side, fit)
        self.glyph.put(self.center_x - side / 2, top - side, side, side)
        self.words.put(x + width * 0.07, top - side - dp(22), width * 0.86, fit)


class Message(Panel):
    """What a person reads and leaves with: a hero for one thing, steps for several."""

    view = ObjectProperty(None, allownone=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.pad_dp = 24
        self.column = Column(centred=True, gap=14)
        self.hero, self.steps = Hero(), Steps(gap=10)
        self.facts, self.texts = Facts(), TextBlocks()
        for part in (self.hero, self.steps, self.facts, self.texts):
            self.column.add_widget(part)
        self.add_widget(self.column)

    def on_view(self, _: object, view: Any) -> None:
        blocks = view.blocks if view is not None else ()

        def kind(*kinds: str) -> tuple[Any, ...]:
            return tuple(block for block in blocks if block.kind in kinds)

        notices = kind("notice")
        self.steps.blocks = kind("step") + (notices if kind("step") else ())
        self.hero.blocks = list(notices[:1]) if not kind("step") else []
        self.facts.blocks = kind("fact", "number")
        self.texts.blocks = kind("text") + (notices[1:] if not kind("step") else ())
        words = sum(len(block.text) for block in self.texts.blocks)
        for cell in self.texts.children:
            cell.words.wanted = LARGE_SP if words < FEW and not kind("step") else SMALL_SP
            cell.head.halign = cell.words.halign = "left" if kind("step") else "center"
