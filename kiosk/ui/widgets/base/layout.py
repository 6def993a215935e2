"""LayoutWidget: base class of every widget on a screen; columns and rows of them.

A widget says how high it must be at a width (`need`) and is then given its box (`place`): one
pass, so a screen never moves after it is shown. Columns and rows are declared in kv; they leave
out widgets that need no room.
"""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from abc import ABCMeta, abstractmethod
from collections.abc import Iterator

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty
from kivy.uix.widget import Widget

from kiosk.ui.theme.tokens import LIGHT, Palette
from kiosk.ui.theme.units import dp, sp

CLOSE_FIT, CLOSE_DP = 0.7, 4.0
AWAY = -999


def within(root: Widget) -> Iterator[Widget]:
    """`root` and everything in it, in reading order; far quicker than Kivy's walk."""
    stack = [root]
    while stack:
        widget = stack.pop()
        yield widget
        stack.extend(widget.children)  # children are kept last first, so the first comes off first


class LayoutWidgetType(type(Widget), ABCMeta):  # type: ignore[misc] # Kivy ships no types
    """Metaclass that enforces `need()`."""


class LayoutWidget(Widget, metaclass=LayoutWidgetType):
    """A widget with a palette, a way to send, and a height for a width."""

    palette = ObjectProperty(LIGHT)
    send = ObjectProperty(None, allownone=True)  # send(id) or send(id, text)
    grow = BooleanProperty(False)  # takes what height is left over
    share = NumericProperty(1)  # part of the width beside others
    leads = BooleanProperty(False)  # belongs to what stands under it: on a full screen, close to it

    def __init__(self, **options: object) -> None:
        super().__init__(size_hint=(None, None), size=(0, 0), **options)

    @abstractmethod
    def need(self, width: float, fit: float) -> float:
        """Least height in px at `width` px; 0 means absent."""

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        """Stand in this box (window px) and arrange what is inside."""
        away = x < AWAY  # a shape without a size stays drawn where it was
        self.pos = (x, y)
        self.size = (max(1, width), max(1, height)) if away else (width, height)

    def on_parent(self, _: object, parent: Widget | None) -> None:
        palette = getattr(parent, "palette", None)
        if palette is not None and palette is not self.palette:
            self.repaint(palette)

    def add_widget(self, widget: Widget, *args: object, **options: object) -> None:
        super().add_widget(widget, *args, **options)
        if getattr(widget, "palette", self.palette) is not self.palette:
            widget.repaint(self.palette)

    def repaint(self, palette: Palette) -> None:
        """Take a theme, and hand it down."""
        self.palette = palette
        for child in self.children:
            if hasattr(child, "repaint"):
                child.repaint(palette)

    def pieces(self) -> list[LayoutWidget]:
        """Children in reading order."""
        return [child for child in reversed(self.children) if isinstance(child, LayoutWidget)]

    def stack(self) -> list[LayoutWidget]:
        """What an upright screen may part: pieces that only stand under one another here."""
        return [self]


class Column(LayoutWidget):
    """Pieces under one another."""

    gap = NumericProperty(14)  # dp
    centred = BooleanProperty(False)
    last_low = BooleanProperty(False)  # the last piece stands at the bottom, whatever is above

    def _needs(self, width: float, fit: float) -> list[tuple[LayoutWidget, float]]:
        found = [(piece, piece.need(width, fit)) for piece in self.pieces()]
        for piece, height in found:
            piece.opacity = 1 if height else 0
            if not height:
                piece.place(-9999, -9999, 0, 0, fit)
        return [(piece, height) for piece, height in found if height]

    def _gaps(self, present: list[tuple[LayoutWidget, float]], fit: float) -> list[float]:
        """Px under each of them; none under the last."""
        close = fit < CLOSE_FIT
        gaps = [dp(CLOSE_DP if close and p.leads else self.gap) for p, _ in present]
        return [*gaps[:-1], 0.0] if gaps else []

    def need(self, width: float, fit: float) -> float:
        present = self._needs(width, fit)
        return sum(height for _, height in present) + sum(self._gaps(present, fit))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        present = self._needs(width, fit)
        gaps = self._gaps(present, fit)
        used = sum(high for _, high in present) + sum(gaps)
        growers = sum(1 for piece, _ in present if piece.grow)
        spare = height - used
        top = y + height - (spare / 2 if self.centred and not growers and spare > 0 else 0)
        for (piece, least), gap in zip(present, gaps, strict=True):
            high = least + (spare / growers if piece.grow and growers else 0)
            if self.last_low and piece is present[-1][0]:
                top = min(top, y + high)
            piece.place(x, top - high, width, high, fit)
            top -= high + gap


class Beside(LayoutWidget):
    """Pieces next to one another, by `share` of the width; an absent one leaves its room. On a
    narrow screen, or with large text, they stand under one another.
    """

    gap = NumericProperty(20)  # dp
    narrow = NumericProperty(620)  # sp

    def _stacked(self, width: float) -> bool:
        return width < sp(self.narrow)

    def _heights(self, width: float, fit: float) -> list[tuple[LayoutWidget, float]]:
        present = [piece for piece, _ in self._widths(width, fit)]
        return [(piece, piece.need(width, fit)) for piece in present]

    def _place_under(self, width: float, height: float, fit: float) -> None:
        heights = self._heights(width, fit)
        spare = height - sum(high for _, high in heights) - dp(self.gap) * (len(heights) - 1)
        top = self.y + height
        for piece, least in heights:
            high = least + (max(0.0, spare) / len(heights))
            piece.place(self.x, top - high, width, high, fit)
            top -= high + dp(self.gap)

    def _widths(self, width: float, fit: float) -> list[tuple[LayoutWidget, float]]:
        present = [piece for piece in self.pieces() if piece.need(width / 2, fit)]
        for piece in self.pieces():
            piece.opacity = 1 if piece in present else 0
            if piece not in present:
                piece.place(-9999, -9999, 0, 0, fit)
        room = width - dp(self.gap) * max(0, len(present) - 1)
        total = sum(piece.share for piece in present) or 1
        return [(piece, room * piece.share / total) for piece in present]

    def need(self, width: float, fit: float) -> float:
        if self._stacked(width):
            heights = [high for _, high in self._heights(width, fit)]
            return sum(heights) + dp(self.gap) * max(0, len(heights) - 1)
        return max((p.need(wide, fit) for p, wide in self._widths(width, fit)), default=0.0)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        if self._stacked(width):
            self._place_under(width, height, fit)
            return
        left = x
        for piece, wide in self._widths(width, fit):
            piece.place(left, y, wide, height, fit)
            left += wide + dp(self.gap)


class Spacer(LayoutWidget):
    """Empty room that grows."""

    def need(self, width: float, fit: float) -> float:
        return 1.0
