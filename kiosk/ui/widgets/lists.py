"""Lists that differ from a plain grid: paging, two large cards, results, review lines."""

from __future__ import annotations

from typing import Any, ClassVar

from kivy.metrics import dp
from kivy.properties import ListProperty, NumericProperty

from kiosk.ui.tokens import GAP_DP, TARGET_DP
from kiosk.ui.widgets.card import CENTRE, SIDE, Push, Card
from kiosk.ui.widgets.grid import Actions, Grid, Rows
from kiosk.ui.widgets.words import Words

PAGE_PREVIOUS, PAGE_NEXT = "page.previous", "page.next"


class BigTiles(Grid):
    """Two or three choices that own the screen."""

    options: ClassVar[dict[str, Any]] = {
        "raised": True, "icon_dp": 104, "title_sp": 40, "mark_on": "check_circle",
    }  # fmt: skip
    arrangements = ((2, CENTRE), (1, SIDE))
    cell_most = NumericProperty(330)


class SearchRows(Rows):
    """Results above the keyboard: only as many as stand there."""

    options: ClassVar[dict[str, Any]] = {**Rows.options, "icon_dp": 52, "pad_dp": 10, "title_sp": 27}
    arrangements = ((2, SIDE), (1, SIDE))
    cell_most = NumericProperty(104)
    gap = NumericProperty(GAP_DP)


class ReviewCard(Card):
    """A question above, the answer in bold under it, and the pencil that changes it."""

    def icon_of(self, element: Any) -> str:
        return ""

    def show(self, element: Any) -> None:
        super().show(element)
        self.hint.text, self.title.text = element.label, element.value or element.hint
        self.hint.wanted, self.hint.face = 26, "medium"


class ReviewLines(Grid):
    """Answers to check, two columns of six."""

    cell = ReviewCard
    options: ClassVar[dict[str, Any]] = {"mark_off": "edit", "title_sp": 28, "pad_dp": 18}
    arrangements = ((2, SIDE), (1, SIDE))
    cell_most = NumericProperty(122)
    gap = NumericProperty(GAP_DP)


class PageButton(Push):
    """A big arrow; forward carries its arrow behind the word."""

    def show(self, element: Any) -> None:
        super().show(element)
        self.icon_last = element.id == PAGE_NEXT


class Paging(Actions):
    """Actions at the left, the big paging arrows with "2 / 3" between them at the right."""

    cell = PageButton
    page = ListProperty([1, 1])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.count = Words(face="medium", tone="muted", halign="center", wanted=26)
        self.add_widget(self.count)

    def clear_widgets(self, children: Any = None) -> None:
        super().clear_widgets([child for child in self.children if isinstance(child, Push)])

    def cells(self) -> list[Any]:
        return [child for child in reversed(self.children) if isinstance(child, Push)]

    def _split(self) -> tuple[list[Any], list[Any]]:
        turn = [c for c in self.cells() if c.element_id in {PAGE_PREVIOUS, PAGE_NEXT}]
        return [c for c in self.cells() if c not in turn], turn

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        acts, turns = self._split()
        self.count.text = f"{self.page[0]} / {self.page[1]}" if turns else ""
        if not turns:
            super().place(x, y, width, height, fit)
            return
        self.pos, self.size = (x, y), (width, height)
        gap, middle = dp(GAP_DP + 4), dp(96)
        wide = {c: max(dp(150), c.natural(fit)) for c in self.cells()}
        room = width - middle - gap * (len(acts) + 1)
        scale = min(1.0, room / sum(wide.values()))
        right = x + width
        for cell in reversed(turns):
            broad = wide[cell] * scale
            cell.place(right - broad, y, broad, height, fit)
            right -= broad + (middle if cell is turns[-1] else gap)
            if cell is turns[-1]:
                high = self.count.need(middle, fit)
                self.count.put(right, y + height / 2 + high / 2, middle, fit)
        left = x
        for cell in acts:
            cell.place(left, y, wide[cell] * scale, height, fit)
            left += wide[cell] * scale + gap

    def need(self, width: float, fit: float) -> float:
        cells = self.cells()
        if not cells:
            return 0.0
        _, turns = self._split()
        if not turns:
            return super().need(width, fit)
        wide = {c: max(dp(150), c.natural(fit)) for c in cells}
        room = width - dp(96) - dp(GAP_DP + 4) * len(cells)
        scale = min(1.0, room / sum(wide.values()))
        return max(dp(TARGET_DP), *(c.need(wide[c] * scale, fit) for c in cells))


class EvenActions(Actions):
    """Choices of equal weight: agreeing and refusing are the same size."""

    def _widths(self, width: float, fit: float) -> list[float]:
        count = len(self.cells())
        return [(width - dp(GAP_DP + 4) * (count - 1)) / count] * count

    def need(self, width: float, fit: float) -> float:
        return max(super().need(width, fit), dp(96)) if self.cells() else 0.0

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        self.pos, self.size = (x, y), (width, height)
        left = x
        for cell, wide in zip(self.cells(), self._widths(width, fit) if self.cells() else (), strict=True):
            cell.place(left, y, wide, height, fit)
            left += wide + dp(GAP_DP + 4)
