"""Lists that differ from a plain grid: paging, two large cards, results, review lines."""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from typing import Any, ClassVar

from kivy.properties import BooleanProperty, ListProperty, NumericProperty

from kiosk.ui.theme.tokens import GAP_DP, TARGET_DP
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.text import TextLabel
from kiosk.ui.widgets.display.card import CENTRE, SIDE, Card, Push
from kiosk.ui.widgets.display.grid import Actions, Grid, squeezed

PAGE_PREVIOUS, PAGE_NEXT = "page.previous", "page.next"
MIDDLE_DP = 100.0  # between the arrows: "2 / 3"


class BigTiles(Grid):
    """Two or three choices that own the screen."""

    options: ClassVar[dict[str, Any]] = {
        "raised": True, "icon_dp": 104, "title_sp": 40, "mark_on": "check_circle",
    }  # fmt: skip
    arrangements = ((2, CENTRE), (1, SIDE))
    cell_most = NumericProperty(400)
    centred = BooleanProperty(True)


class SearchRows(Grid):
    """Results above the keyboard. Without room for the office's name, its icon and colour stay."""

    options: ClassVar[dict[str, Any]] = {
        "raised": True, "icon_dp": 52, "icon_least": 0.9, "pad_dp": 12, "title_sp": 27,
    }  # fmt: skip
    arrangements = ((2, SIDE),)
    cell_most = NumericProperty(108)
    gap = NumericProperty(GAP_DP)

    def _brief(self, brief: bool) -> None:  # noqa: FBT001 - a private switch
        for cell in self.cells():
            cell.brief = brief

    def need(self, width: float, fit: float) -> float:
        self._brief(brief=True)
        return super().need(width, fit)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        self._brief(brief=False)
        self._brief(brief=super().need(width, fit) > height)
        super().place(x, y, width, height, fit)


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
    options: ClassVar[dict[str, Any]] = {"mark_off": "edit", "title_sp": 28, "pad_dp": 11}
    arrangements = ((2, SIDE), (1, SIDE))
    cell_most = NumericProperty(122)
    gap = NumericProperty(GAP_DP)


class Paging(Actions):
    """Actions at the left, the big paging arrows with "2 / 3" between them at the right."""

    cell = Push
    page = ListProperty([1, 1])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.count = TextLabel(face="medium", tone="muted", halign="center", wanted=26)
        self.add_widget(self.count)

    def clear_widgets(self, children: Any = None) -> None:
        super().clear_widgets([child for child in self.children if isinstance(child, Push)])

    def cells(self) -> list[Any]:
        return [child for child in reversed(self.children) if isinstance(child, Push)]

    def _split(self) -> tuple[list[Any], list[Any], list[Any]]:
        """Plain actions at the left, the arrows in the middle, the main action at the right."""
        cells = self.cells()
        turns = [c for c in cells if c.element_id in {PAGE_PREVIOUS, PAGE_NEXT}]
        mains = [c for c in cells if c.element.primary and c not in turns]
        return [c for c in cells if c not in turns and c not in mains], turns, mains

    def _in_line(self, width: float, fit: float) -> bool:
        room = width - (dp(MIDDLE_DP) if self._split()[1] else 0)
        return super()._in_line(room, fit)

    def _sizes(self, width: float, fit: float) -> dict[Any, float]:
        cells = self.cells()
        wide = {c: max(dp(150), c.natural(fit) * (1.15 if c.element.primary else 1)) for c in cells}
        room = width - dp(MIDDLE_DP) - dp(GAP_DP + 4) * (len(cells) + 1)
        if sum(wide.values()) <= room:
            return wide
        sizes = squeezed(list(wide.values()), [cell.least(fit) for cell in wide], room)
        return dict(zip(wide, sizes, strict=True))

    def need(self, width: float, fit: float) -> float:
        if not self.cells():
            return 0.0
        if not self._split()[1]:
            return super().need(width, fit)
        own = self.own_fit(width, fit)
        sizes = self._sizes(width, own)
        return float(max(dp(TARGET_DP), *(c.need(wide, own) for c, wide in sizes.items())))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        acts, turns, mains = self._split()
        self.count.text = f"{self.page[0]} / {self.page[1]}" if turns else ""
        if not turns:
            super().place(x, y, width, height, fit)
            return
        fit = self.own_fit(width, fit)
        self.pos, self.size = (x, y), (width, height)
        sizes, gap = self._sizes(width, fit), dp(GAP_DP + 4)
        left = x
        for cell in acts:
            cell.place(left, y, sizes[cell], height, fit)
            left += sizes[cell] + gap
        right = x + width
        for cell in reversed(mains):
            cell.place(right - sizes[cell], y, sizes[cell], height, fit)
            right -= sizes[cell] + gap
        broad = sum(sizes[c] for c in turns) + dp(MIDDLE_DP)
        start = left if mains and not acts else right - broad
        if mains and acts:
            start = (left + right - gap - broad) / 2
        self._place_turns(turns, sizes, start, y, height, fit)

    def _place_turns(
        self,
        turns: list[Any],
        sizes: dict[Any, float],
        left: float,
        y: float,
        high: float,
        fit: float,
    ) -> None:
        turns[0].place(left, y, sizes[turns[0]], high, fit)
        left += sizes[turns[0]]
        text = self.count.need(dp(MIDDLE_DP), fit)
        self.count.put(left, y + high / 2 + text / 2, dp(MIDDLE_DP), fit)
        for cell in turns[1:]:
            cell.place(left + dp(MIDDLE_DP), y, sizes[cell], high, fit)


class EvenActions(Actions):
    """Choices of equal weight: agreeing and refusing are the same size."""

    def _widths(self, width: float, fit: float) -> list[float]:
        count = len(self.cells())
        return [(width - dp(GAP_DP + 4) * (count - 1)) / count] * count

    def need(self, width: float, fit: float) -> float:
        least = dp(96 if fit > 0.8 else TARGET_DP)
        return max(super().need(width, fit), least) if self.cells() else 0.0

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        self.pos, self.size = (x, y), (width, height)
        left = x
        for cell, wide in zip(
            self.cells(), self._widths(width, fit) if self.cells() else (), strict=True
        ):
            cell.place(left, y, wide, height, fit)
            left += wide + dp(GAP_DP + 4)
