"""CharterPanel: what to bring as boxes to tick, beside cost, time, who and where.

One column of boxes while they fit, two when a service asks for many; a full screen leaves out the
small pictures, then the office (it stands under the title), and never a requirement.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from kivy.properties import ListProperty, ObjectProperty

from kiosk.ui.theme.tokens import GAP_DP
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.text import Glyph, TextLabel
from kiosk.ui.widgets.display.blocks import TONE_ICONS, TONE_SLOTS, Facts
from kiosk.ui.widgets.display.card import SIDE
from kiosk.ui.widgets.display.grid import Ticks
from kiosk.ui.widgets.display.panels import Panel

MANY = 4
CROWDED_FIT = 0.75


class NeedTicks(Ticks):
    """Boxes whose rows are as high as their words."""

    def _across(self) -> int:
        return 2 if len(self.children) > MANY else 1

    def _rows(self, width: float, fit: float) -> list[tuple[list[Any], float]]:
        across, cells = self._across(), self.cells()
        wide = self._cell(width, across)
        for cell in cells:
            cell.flow, cell.bare = SIDE, fit < CROWDED_FIT and across > 1
        rows = [cells[at : at + across] for at in range(0, len(cells), across)]
        return [(row, max(cell.need(wide, fit) for cell in row)) for row in rows]

    def need(self, width: float, fit: float) -> float:
        rows = self._rows(width, fit)
        return sum(high for _, high in rows) + dp(GAP_DP) * max(0, len(rows) - 1)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        LayoutWidget.place(self, x, y, width, height, fit)
        rows, top = self._rows(width, fit), y + height
        if not rows:
            return
        wide = self._cell(width, self._across())
        more = min(dp(22), max(0.0, height - self.need(width, fit)) / len(rows))
        for row, high in rows:
            for at, cell in enumerate(row):
                cell.place(
                    x + at * (wide + dp(self.gap)), top - high - more, wide, high + more, fit
                )
            top -= high + more + dp(GAP_DP)


class NoticeLines(LayoutWidget):
    """Notices as plain lines: an icon and a sentence each, in their tone."""

    blocks = ListProperty()

    def on_blocks(self, *_: object) -> None:
        self.clear_widgets()
        self._pairs = []
        for block in self.blocks:
            slot = TONE_SLOTS.get(block.tone, "calm")
            glyph = Glyph(
                icon=block.icon or TONE_ICONS.get(block.tone, "info"), tone=slot, size_dp=30
            )
            words = TextLabel(face="strong", tone=slot, wanted=26, text=block.text or block.value)
            self._pairs.append((glyph, words))
            self.add_widget(glyph)
            self.add_widget(words)

    def need(self, width: float, fit: float) -> float:
        pairs = getattr(self, "_pairs", ())
        return float(sum(words.need(width - dp(44), fit) + dp(4) for _, words in pairs))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        top = y + height
        for glyph, words in getattr(self, "_pairs", ()):
            used = words.put(x + dp(44), top, width - dp(44), fit)
            glyph.put(x + dp(4), top - dp(33), dp(30), dp(36))
            top -= used + dp(4)


class CharterPanel(LayoutWidget):
    """Left the boxes, right the facts."""

    view = ObjectProperty(None, allownone=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.head = TextLabel(face="strong", wanted=30)
        self.hint = TextLabel(face="body", tone="muted", wanted=26)
        self.lines, self.ticks = NoticeLines(), NeedTicks()
        self.panel, self.facts = Panel(pad_dp=18), Facts(spread=True)
        self.panel.add_widget(self.facts)
        for part in (self.head, self.hint, self.lines, self.ticks, self.panel):
            self.add_widget(part)
        self.fbind("send", self._hand_down)
        self._lines_right = False

    def _hand_down(self, *_: object) -> None:
        self.ticks.send = self.send

    def on_view(self, *_: object) -> None:
        view = self.view
        elements = view.elements if view is not None else ()
        self.ticks.elements = tuple(e for e in elements if e.role == "tick")
        self._deal(crowded=False)

    def _deal(self, *, crowded: bool) -> None:
        """Share out the blocks; a text with a label is the heading of the boxes."""
        blocks = self.view.blocks if self.view is not None else ()
        rest = [b for b in blocks if b.kind == "fact"]
        texts = [b for b in blocks if b.kind == "text"]
        head = next((b for b in texts if b.label), None)
        self.head.text = head.label if head else ""
        self.hint.text = head.text if head else ""
        if crowded:
            rest = [f for f in rest if f.value != self.view.subtitle]
        self.facts.blocks = tuple(rest)
        plain = [b for b in texts if b is not head]
        self.lines.blocks = [b for b in blocks if b.kind == "notice"] + plain

    def _widths(self, width: float) -> tuple[float, float]:
        gap = dp(GAP_DP + 6)
        if not (self.ticks.elements or self.head.text):
            return 0.0, width
        if not self.facts.blocks:
            return width, 0.0
        left = (width - gap) * (0.62 if len(self.ticks.elements) > MANY else 0.53)
        return left, width - gap - left

    def _head_height(self, left: float, fit: float) -> float:
        if not self.head.text or left <= 0:
            return 0.0
        one_line = self.head.natural(fit) + self.hint.natural(fit) + dp(20) <= left
        head = self.head.need(left, fit)
        return head + dp(2) if one_line else head + self.hint.need(left, fit) + dp(2)

    def _heights(self, width: float, fit: float) -> tuple[float, float, float]:
        """What the left column needs without its lines, the right one, and the lines where they
        leave the columns lower: under the heading of the boxes, or under the facts.
        """
        left, right = self._widths(width)
        boxes = self.ticks.need(left, fit) if left else 0.0
        boxes += self._head_height(left, fit)
        panel = self.panel.need(right, fit) if right else 0.0
        at_left = self.lines.need(left or right, fit)
        at_right = self.lines.need(right, fit) if right else 0.0
        under = max(boxes, panel + at_right + dp(GAP_DP))
        if not left:
            self._lines_right = at_right > 0
            return boxes, panel, at_right
        self._lines_right = (
            bool(left and right) and at_right > 0 and under < max(boxes + at_left, panel)
        )
        return boxes, panel, at_right if self._lines_right else at_left

    def need(self, width: float, fit: float) -> float:
        self._deal(crowded=fit < CROWDED_FIT)
        boxes, panel, lines = self._heights(width, fit)
        if self._lines_right:
            return max(boxes, panel + lines + dp(GAP_DP))
        return max(boxes + lines, panel)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        left, right = self._widths(width)
        _, _, lines = self._heights(width, fit)
        top, at = y + height, x + width - right
        under = lines + dp(GAP_DP) if self._lines_right else 0.0
        self.panel.opacity = 1 if right else 0
        if right:
            self.panel.place(at, y + under, right, height - under, fit)
        else:
            self.panel.place(-9999, -9999, 0, 0, fit)
        if not left:
            self.lines.place(x, y, right, lines, fit)
            return
        top -= self._place_head(x, top, left, fit)
        if self._lines_right:
            self.lines.place(at, y, right, lines, fit)
            lines = 0.0
        else:
            self.lines.place(x, top - lines, left, lines, fit)
        boxes = min(
            top - lines - y, self.ticks.need(left, fit) + dp(24) * ceil(len(self.ticks.children))
        )
        self.ticks.place(x, top - lines - boxes, left, boxes, fit)

    def _place_head(self, x: float, top: float, left: float, fit: float) -> float:
        """The heading of the boxes, with what to do beside it or under it; the height used, px."""
        used = self.head.put(x, top, left, fit)
        high = self._head_height(left, fit)
        one_line = high <= used + dp(3)
        start = x + self.head.natural(fit) + dp(20) if one_line else x
        drop = self.head.px(fit) * 1.21 - self.hint.px(fit) * 1.21 if one_line else used
        self.hint.put(start, top - drop + (dp(2) if one_line else 0), x + left - start, fit)
        return high
