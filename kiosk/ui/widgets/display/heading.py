"""Heading: the title over the full width, where we are, and the line under it."""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty

from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.pressable import Badge
from kiosk.ui.widgets.base.text import TextLabel

BAR_FIT = 0.7
"""On a fuller screen the words alone say how far we are."""


class Bar(LayoutWidget):
    """How far we are, as a bar of segments."""

    progress = ObjectProperty(None, allownone=True)
    most = 24

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.fbind("palette", self._tint)

    def on_progress(self, *_: object) -> None:
        """Segments are kept from question to question: making them is most of a redraw."""
        wanted = min(self.most, max(1, self.progress.of)) if self.progress is not None else 0
        while len(self.children) > wanted:
            self.remove_widget(self.children[0])
        while len(self.children) < wanted:
            self.add_widget(Badge())
        self._tint()

    def _done(self, at: int) -> bool:
        """Whether segment `at` is behind us."""
        if self.progress is None:
            return False
        return bool(at < self.progress.step * len(self.children) / max(1, self.progress.of))

    def _tint(self, *_: object) -> None:
        for at, bar in enumerate(reversed(self.children)):
            on = self._done(at)
            rest = self.palette.line if self.palette.flat else self.palette.key_alt
            bar.fill = self.palette.brand if on else rest

    def need(self, width: float, fit: float) -> float:
        return dp(10) if self.progress is not None else 0.0

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        bars = list(reversed(self.children))
        if not bars:
            return
        gap = dp(5)
        wide = (width - gap * (len(bars) - 1)) / len(bars)
        for at, bar in enumerate(bars):
            bar.radius = dp(5)
            thin = (
                self.palette.flat and bar.fill[:3] == self.palette.line[:3] and not self._done(at)
            )
            high = dp(3) if thin else dp(10)
            bar.place(x + at * (wide + gap), y + (dp(10) - high) / 2, wide, high, fit)


class Heading(LayoutWidget):
    """Everything above a screen's own content."""

    view = ObjectProperty(None, allownone=True)
    poster = BooleanProperty(False)  # over the touched half: as large as a poster

    def on_poster(self, *_: object) -> None:
        self.title.wanted, self.subtitle.wanted = (60, 32) if self.poster else (40, 26)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.leads = True
        self.bar = Bar()
        self.step = TextLabel(face="medium", tone="muted", wanted=26)
        self.title = TextLabel(face="display", wanted=40, least=28)
        self.subtitle = TextLabel(face="body", tone="muted", wanted=26)
        for part in (self.bar, self.step, self.title, self.subtitle):
            self.add_widget(part)

    def on_view(self, _: object, view: Any) -> None:
        if view is None:
            self.bar.progress = None
            self.title.text = self.subtitle.text = self.step.text = ""
            return
        self.bar.progress = view.progress
        self.step.text = view.progress.text if view.progress else ""
        self.title.text = view.title
        self.subtitle.text = view.subtitle

    def _beside(self, width: float, fit: float) -> bool:
        """Where we are stands behind a short title, on its line."""
        return self.title.natural(fit) + self.step.natural(fit) + dp(40) <= width

    def _step_height(self, width: float, fit: float) -> float:
        if self.bar.progress is None:
            return 0.0
        bar = dp(18) if fit > BAR_FIT else 0.0
        return bar if self._beside(width, fit) else bar + self.step.need(width, fit)

    def need(self, width: float, fit: float) -> float:
        step = self._step_height(width, fit)
        under = self.subtitle.need(width, fit)
        return step + self.title.need(width, fit) + (under + dp(2) if under else 0)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        top = y + height
        top -= self.title.put(x, top, width, fit)
        if self.bar.progress is None:
            self.step.put(-9999, -9999, 10, fit)
            self.bar.place(-9999, -9999, 0, 0, fit)
        else:
            top = self._place_step(x, top, width, fit)
        self.subtitle.put(x, top - dp(2), width, fit)

    def _place_step(self, x: float, top: float, width: float, fit: float) -> float:
        """Where we are, in words behind or under the title, and as a bar; what is left, px."""
        wide = min(width, self.step.natural(fit) + 1)
        if self._beside(width, fit):
            self.step.put(x + width - wide, top + self.step.need(wide, fit) + dp(3), wide, fit)
        else:
            top -= self.step.put(x, top, wide, fit)
        if fit > BAR_FIT:
            self.bar.place(x, top - dp(14), width, dp(10), fit)
            return top - dp(18)
        self.bar.place(-9999, -9999, 0, 0, fit)
        return top
