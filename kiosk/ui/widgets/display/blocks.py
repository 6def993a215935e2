"""Blocks: the read-only parts of a screen: paragraphs, facts, notices, next steps, pictures."""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from abc import abstractmethod
from math import ceil
from typing import Any, ClassVar

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty
from kivy.uix.image import Image

from kiosk.ui.theme.units import dp, sp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.pressable import CLEAR, Badge, PaintedBox, mix
from kiosk.ui.widgets.base.text import Glyph, TextLabel

CROWDED_FIT = 0.6
BOXES = ((0.6, 38, 6), (0.8, 46, 14), (1.0, 60, 24))
"""Up to which fit: the least height of a notice and the room around its words, dp."""
TONE_ICONS = {"info": "info", "good": "check_circle", "warn": "schedule", "problem": "error"}
TONE_SLOTS = {"info": "calm", "good": "good", "warn": "warn", "problem": "problem"}


class BlockCell(PaintedBox):
    """One block; subclasses draw it."""

    block = ObjectProperty(None, allownone=True)

    def on_block(self, _: object, block: Any) -> None:
        if block is not None:
            self.show(block)
            self.paint()

    @abstractmethod
    def show(self, block: Any) -> None:
        """Take the block's words and icon."""


class Blocks(LayoutWidget):
    """Blocks in, cells out, stacked or in columns."""

    blocks = ObjectProperty(())
    columns = NumericProperty(1)
    gap = NumericProperty(12)  # dp
    cell: ClassVar[type[BlockCell]]
    fills = BooleanProperty(False)  # cells share the whole height
    centred = BooleanProperty(False)
    spread = BooleanProperty(False)  # spare height goes between them

    def on_blocks(self, _: object, blocks: tuple[Any, ...]) -> None:
        cells = list(reversed(self.children))
        for gone in cells[len(blocks) :]:
            self.remove_widget(gone)
        for _block in blocks[len(cells) :]:
            self.add_widget(self.cell())
        for at, (cell, block) in enumerate(zip(reversed(self.children), blocks, strict=True)):
            cell.order = at + 1
            cell.block = block

    def _rows(self) -> list[list[Any]]:
        cells, across = list(reversed(self.children)), max(1, int(self.columns))
        return [cells[at : at + across] for at in range(0, len(cells), across)]

    def _wide(self, width: float) -> float:
        across = max(1, min(int(self.columns), len(self.children)))
        return float((width - dp(self.gap) * (across - 1)) / across)

    def need(self, width: float, fit: float) -> float:
        if not self.children:
            return 0.0
        wide = self._wide(width)
        highs = [max(cell.need(wide, fit) for cell in row) for row in self._rows()]
        return float(sum(highs) + self._gap(fit) * (len(highs) - 1))

    def _gap(self, fit: float) -> float:
        """Between rows that nobody touches: less on a full screen."""
        return float(dp(self.gap) * (1.0 if fit > CROWDED_FIT else 0.5))

    def _between(self, width: float, height: float, fit: float) -> float:
        rows = len(self._rows())
        if not self.spread or rows < 2:
            return self._gap(fit)
        spare = max(0.0, height - self.need(width, fit))
        return self._gap(fit) + min(dp(34), spare / (rows - 1))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        if not self.children:
            return
        wide, top = self._wide(width), y + height
        spare = max(0.0, height - self.need(width, fit))
        top -= spare / 2 if self.centred else 0
        spare = spare if self.fills else 0.0
        more = spare / ceil(len(self.children) / max(1, int(self.columns)))
        between = self._between(width, height, fit)
        for row in self._rows():
            high = max(cell.need(wide, fit) for cell in row) + more
            for at, cell in enumerate(row):
                cell.place(x + at * (wide + dp(self.gap)), top - high, wide, high, fit)
            top -= high + between


class Paragraph(BlockCell):
    """A paragraph, with its label in bold when it has one."""

    def __init__(self, **options: Any) -> None:
        self.head = TextLabel(face="strong", wanted=28)
        self.words = TextLabel(wanted=27)
        super().__init__(**options)
        self.add_widget(self.head)
        self.add_widget(self.words)

    def paint(self) -> None:
        self.fill = self.edge = CLEAR

    def show(self, block: Any) -> None:
        self.head.text = block.label
        self.words.text = block.text or block.value

    def need(self, width: float, fit: float) -> float:
        return max(1.0, self.head.need(width, fit) + self.words.need(width, fit))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        used = self.head.put(x, y + height, width, fit)
        self.words.put(x, y + height - used, width, fit)


class TextBlocks(Blocks):
    cell = Paragraph


class NoticeBox(BlockCell):
    """A calm box: icon, words, tint; the icon says the tone too, never colour alone."""

    def __init__(self, **options: Any) -> None:
        self.radius_dp = 16
        self.stripe = Badge()
        self.glyph = Glyph(size_dp=36)
        self.head = TextLabel(face="strong", wanted=26)
        self.words = TextLabel(face="medium", wanted=26)
        super().__init__(**options)
        for part in (self.stripe, self.glyph, self.head, self.words):
            self.add_widget(part)

    def show(self, block: Any) -> None:
        self.head.text = block.label
        self.words.text = block.text or block.value
        self.glyph.icon = block.icon or TONE_ICONS.get(block.tone, "info")

    def paint(self) -> None:
        slot = TONE_SLOTS.get(self.block.tone if self.block else "info", "calm")
        ink = getattr(self.palette, slot)
        self.fill = getattr(self.palette, f"{slot}_soft")
        self.set_edge(ink if self.palette.flat else mix(ink, self.fill, 0.35), self.palette.line_dp)
        self.glyph.colour = self.head.colour = ink
        self.stripe.fill = ink
        self.words.colour = self.palette.ink

    def _wide(self, width: float) -> float:
        return width - dp(18 + 36 + 16 + 20)

    def need(self, width: float, fit: float) -> float:
        wide = self._wide(width)
        text = self.head.need(wide, fit) + self.words.need(wide, fit)
        least, around = next(box for most, *box in BOXES if fit <= most)
        return max(dp(least), text + dp(around))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        wide = self._wide(width)
        text = self.head.need(wide, fit) + self.words.need(wide, fit)
        self.glyph.put(x + dp(18), y, dp(36), height)
        top = self.center_y + text / 2
        used = self.head.put(x + dp(70), top, wide, fit)
        self.words.put(x + dp(70), top - used, wide, fit)


class Notices(Blocks):
    cell = NoticeBox


class FactLine(BlockCell):
    """Icon, what it is, what it comes to, and whether to confirm it."""

    side_dp = 56

    def __init__(self, **options: Any) -> None:
        self.badge = Badge()
        self.glyph = Glyph(size_dp=32)
        self.head = TextLabel(face="medium", tone="muted", wanted=26)
        self.value = TextLabel(face="strong", wanted=30)
        self.hint = TextLabel(face="body", tone="warn", wanted=26)
        super().__init__(**options)
        for part in (self.badge, self.glyph, self.head, self.value, self.hint):
            self.add_widget(part)

    def show(self, block: Any) -> None:
        value = block.value or block.text
        self.head.text = block.label if value else ""
        self.value.text = value or block.label
        self.hint.text = block.hint
        self.glyph.icon = block.icon or "info"

    def paint(self) -> None:
        self.fill = self.edge = CLEAR
        self.badge.fill = self.palette.brand if self.palette.flat else self.palette.brand_soft
        self.glyph.colour = self.palette.on_brand if self.palette.flat else self.palette.brand

    def _parts(self) -> tuple[TextLabel, TextLabel, TextLabel]:
        return (self.head, self.value, self.hint)

    def _side(self) -> float:
        return sp(self.side_dp)

    def need(self, width: float, fit: float) -> float:
        wide = width - self._side() - dp(16)
        return max(self._side(), sum(part.need(wide, fit) for part in self._parts()))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        wide, side = width - self._side() - dp(16), self._side()
        text = sum(part.need(wide, fit) for part in self._parts())
        top = self.center_y + text / 2
        self.badge.radius = dp(15)
        self.glyph.size_dp = side * 0.57 / dp(1)
        icon_y = min(self.top - side, top - side) if text > side else self.center_y - side / 2
        self.badge.place(x, icon_y, side, side, fit)
        self.glyph.put(x, icon_y, side, side)
        for part in self._parts():
            top -= part.put(x + side + dp(16), top, wide, fit)


class Facts(Blocks):
    cell = FactLine


class StepLine(FactLine):
    """One line of what happens next, with its number in a circle."""

    order = NumericProperty(1)
    side_dp = 46

    def __init__(self, **options: Any) -> None:
        self.digit = TextLabel(face="display", halign="center", wanted=26)
        super().__init__(**options)
        self.add_widget(self.digit)

    def show(self, block: Any) -> None:
        self.head.text = block.label
        self.value.text, self.hint.text = "", block.hint
        self.glyph.icon = block.icon
        self.value.face, self.value.wanted = "medium", 27
        self.value.text = block.text or block.value

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self.digit.text = "" if self.glyph.icon else str(self.order)
        self.digit.colour = self.glyph.colour
        self.badge.radius = self.badge.height / 2
        if self.digit.text:
            high = self.digit.need(self.badge.width, 0)
            self.digit.put(x, self.badge.center_y + high / 2, self.badge.width, 0)


class Steps(Blocks):
    cell = StepLine


class Picture(BlockCell):
    """A picture of the pack, as large as the room allows."""

    def __init__(self, **options: Any) -> None:
        self.image = Image(size_hint=(None, None), fit_mode="contain")
        super().__init__(**options)
        self.add_widget(self.image)

    def paint(self) -> None:
        self.fill = self.edge = CLEAR

    def show(self, block: Any) -> None:
        self.image.source = block.value

    def need(self, width: float, fit: float) -> float:
        return float(dp(180))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self.image.pos, self.image.size = (x, y), (width, height)


class Pictures(Blocks):
    cell = Picture
    fills = BooleanProperty(True)
