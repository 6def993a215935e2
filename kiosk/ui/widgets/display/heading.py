"""Heading: back and home, where we are, the title and the line under it."""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from typing import Any, ClassVar

from kivy.properties import ObjectProperty

from kiosk.ui.theme.tokens import GAP_DP, TARGET_DP
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.pressable import Badge
from kiosk.ui.widgets.base.text import TextLabel, longest_word
from kiosk.ui.widgets.display.card import Push
from kiosk.ui.widgets.display.grid import Cells

LONGEST_NAV_DP = 190.0
MOST_WORDED = 2
NAV_FITS, NAV_MOST = (0.86, 0.74, 0.62), 0.6
KNOWN_MOST = 200
NAV_ICONS = {"back": "arrow_back", "home": "home", "keep": "save"}


class Nav(Cells):
    """Back and home."""

    cell = Push
    options: ClassVar[dict[str, Any]] = {"label_sp": 26}

    def __init__(self, **options: Any) -> None:
        self._known: dict[tuple[str, float, float], float] = {}
        super().__init__(**options)

    def on_elements(self, widget: object, elements: tuple[Any, ...]) -> None:
        order = {"back": 0, "home": 1}  # always in the same place
        super().on_elements(widget, tuple(sorted(elements, key=lambda e: order.get(e.id, 2))))
        for cell in self.cells():
            cell.icon = NAV_ICONS.get(cell.element_id, "")
            cell.show(cell.element)
            if len(elements) > MOST_WORDED and cell.element_id == "home":
                cell.label.text = ""  # its house says it; the question needs the room

    def _wide(self, cell: Push, fit: float) -> float:
        """The width of a button; asked for hundreds of times while a screen is fitted."""
        key = (cell.label.text, cell.label.px(fit), fit)
        if key not in self._known:
            if len(self._known) > KNOWN_MOST:
                self._known.clear()
            self._known[key] = self._measure(cell, fit)
        return self._known[key]

    def _measure(self, cell: Push, fit: float) -> float:
        """One line for a short label; several words take two."""
        natural, label = cell.natural(fit), cell.label
        if natural <= dp(LONGEST_NAV_DP) or len(label.text.split()) < 3:
            return natural
        around = natural - label.natural(fit)
        wide = max(dp(LONGEST_NAV_DP), longest_word(label.text, label.face, label.px(fit)) + around)
        while cell.need(wide, fit) > dp(TARGET_DP) + 1 and wide < natural:
            wide += dp(10)
        return min(wide, natural)

    def fit_in(self, width: float, fit: float) -> float:
        """The fit at which the buttons leave the title its part of `width`."""
        tries = (fit, *(f for f in NAV_FITS if f < fit))
        return next((f for f in tries if self.width_for(f) <= width * NAV_MOST), tries[-1])

    def width_for(self, fit: float) -> float:
        cells = self.cells()
        gaps = dp(GAP_DP) * max(0, len(cells) - 1)
        return float(sum(self._wide(c, fit) for c in cells) + gaps)

    def need(self, width: float, fit: float) -> float:
        return dp(TARGET_DP) if self.children else 0.0

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        for cell in self.cells():
            wide = self._wide(cell, fit)
            cell.place(x, y, wide, height, fit)
            x += wide + dp(GAP_DP)


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

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.nav = Nav()
        self.bar = Bar()
        self.step = TextLabel(face="medium", tone="muted", wanted=26)
        self.title = TextLabel(face="display", wanted=40, least=31)
        self.subtitle = TextLabel(face="body", tone="muted", wanted=26)
        for part in (self.nav, self.bar, self.step, self.title, self.subtitle):
            self.add_widget(part)
        self.nav.send = self._send

    def _send(self, *words: str) -> None:
        if self.send is not None:
            self.send(*words)

    def on_view(self, _: object, view: Any) -> None:
        if view is None:
            self.nav.elements, self.bar.progress = (), None
            self.title.text = self.subtitle.text = self.step.text = ""
            return
        self.nav.elements = tuple(e for e in view.elements if e.place == "nav")
        self.bar.progress = view.progress
        self.step.text = view.progress.text if view.progress else ""
        self.title.text = view.title
        self.subtitle.text = view.subtitle

    def _side_width(self, width: float, fit: float) -> float:
        nav = self.nav.width_for(self.nav.fit_in(width, fit))
        return width - (nav + dp(24) if nav else 0)

    def _step_height(self, wide: float, fit: float) -> float:
        return self.step.need(wide, fit) if self.bar.progress is not None else 0.0

    def _title_height(self, wide: float, fit: float) -> float:
        under = self.subtitle.need(wide, fit)
        step = self._step_height(wide, fit)
        return step + self.title.need(wide, fit) + (under + dp(2) if under else 0)

    def _beside(self, width: float, fit: float) -> bool:
        """The title stands beside the buttons on one line; on two when that is no higher than one
        line of the whole width under them. A question is never squeezed to make room for buttons.
        """
        if not self.nav.children:
            return False
        wide = self._side_width(width, fit)
        line = self.title.px(fit)
        high = self.title.need(wide, fit)
        if high <= line * 1.4:
            return True
        under = self._under_height(width, fit)
        return high <= line * 2.6 and self._title_height(wide, fit) <= under

    def _under_height(self, width: float, fit: float) -> float:
        """Buttons with the step beside them, and the title under both."""
        nav = self.nav.need(width, fit)
        step = self._step_height(width, fit) if nav else 0.0
        return nav + (dp(10) if nav else 0) + self._title_height(width, fit) - step

    def need(self, width: float, fit: float) -> float:
        nav = self.nav.need(width, fit)
        if self._beside(width, fit):
            return max(nav, self._title_height(self._side_width(width, fit), fit))
        return self._under_height(width, fit)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        nav = self.nav.need(width, fit)
        top, side = y + height, self._side_width(width, fit)
        nav_fit = self.nav.fit_in(width, fit)
        self.nav.place(x, top - nav, self.nav.width_for(nav_fit), nav, nav_fit)
        left, wide = x, width
        if self._beside(width, fit):
            left, wide = x + width - side, side
            top -= max(0.0, (nav - self._title_height(wide, fit)) / 2)
            top -= self._place_step(left, top, wide, fit)
        elif nav:
            text = self._step_height(side, fit)
            self._place_step(x + width - side, top - (nav - text) / 2, side, fit)
            top -= nav + dp(10)
        else:
            top -= self._place_step(left, top, wide, fit)
        used = self.title.put(left, top, wide, fit)
        self.subtitle.put(left, top - used - dp(2), wide, fit)

    def _place_step(self, x: float, top: float, width: float, fit: float) -> float:
        """Where we are, in words, and the bar after them; the height used, px."""
        if self.bar.progress is None:
            self.bar.place(-9999, -9999, 0, 0, fit)
            self.step.put(-9999, -9999, 10, fit)
            return 0.0
        wide = min(width, self.step.natural(fit) + 1)
        high = self.step.put(x, top, wide, fit)
        bar = width - wide - dp(20)
        if bar > dp(80):
            self.bar.place(x + wide + dp(20), top - high / 2 - dp(5), bar, dp(10), fit)
        else:
            self.bar.place(-9999, -9999, 0, 0, fit)
        return high
