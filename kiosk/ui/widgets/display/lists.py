"""Lists that differ from a plain grid: paging, two large cards, results, review lines."""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from typing import Any, ClassVar

from kivy.properties import BooleanProperty, ListProperty, NumericProperty

from kiosk.ui.theme.tokens import GAP_DP, TARGET_DP
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.text import TextLabel
from kiosk.ui.widgets.display.card import CENTRE, SIDE, Card, Push
from kiosk.ui.widgets.display.grid import TURNS, Actions, Grid, squeezed

PAGE_PREVIOUS, PAGE_NEXT = "page.previous", "page.next"
MIDDLE_DP = 100.0  # between the arrows: "2 / 3"
HALF = 0.56  # of its width a label of two lines needs


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
    bare_arrows = BooleanProperty(False)

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
        turns = [c for c in cells if c.element_id in TURNS]
        mains = [c for c in cells if c.element.primary and c not in turns]
        return [c for c in cells if c not in turns and c not in mains], turns, mains

    def _in_line(self, width: float, fit: float) -> bool:
        room = width - (dp(MIDDLE_DP) if self._split()[1] else 0)
        return super()._in_line(room, fit)

    def _name_arrows(self, width: float, fit: float) -> None:
        """In a full row the arrows give up their words."""
        turns = self._split()[1]
        for cell in turns:
            cell.label.text = cell.element.label
        if not self._in_line(width, fit):
            for cell in turns:
                cell.label.text = ""

    def _rows(self, width: float, fit: float) -> list[list[Any]]:
        """The actions; in a full row the arrows and the main action keep the last one, and the
        others stand above it.
        """
        acts, turns, mains = self._split()
        whole = [*acts, *turns, *mains]
        if self._room_for(whole, width, fit):
            return [whole]
        rows: list[list[Any]] = [[]]
        for cell in acts:
            if rows[-1] and not self._room_for([*rows[-1], cell], width, fit):
                rows.append([])
            rows[-1].append(cell)
        last = [*turns, *mains]
        return [row for row in (*rows, last) if row]

    def _room_for(self, cells: list[Any], width: float, fit: float) -> bool:
        """Whether these stand in one row, no label on more than two lines."""
        turning = any(c.element_id in TURNS for c in cells)
        room = width - (dp(MIDDLE_DP) if turning else 0) - dp(GAP_DP + 4) * (len(cells) - 1)
        least = [max(c.least(fit), c.natural(fit) * HALF) for c in cells]
        return bool(sum(least) <= room)

    def _sizes(self, row: list[Any], width: float, fit: float) -> list[float]:
        turning = any(c.element_id in TURNS for c in row)
        room = width - (dp(MIDDLE_DP) if turning else 0) - dp(GAP_DP + 4) * (len(row) - 1)
        wanted = [
            max(dp(150) if c.label.text else 0, c.natural(fit) * (1.15 if c.element.primary else 1))
            for c in row
        ]
        if sum(wanted) <= room:
            return wanted
        return squeezed(wanted, [cell.least(fit) for cell in row], room)

    def _laid(self, width: float, fit: float) -> tuple[float, list[tuple[list[Any], list[float]]]]:
        """The fit of the labels, and each row with the widths of its cells."""
        self._name_arrows(width, fit)
        own = self.own_fit(width, fit)
        rows = self._rows(width, own)
        return own, [(row, self._sizes(row, width, own)) for row in rows]

    def need(self, width: float, fit: float) -> float:
        if not self.cells():
            return 0.0
        own, rows = self._laid(width, fit)
        return self._high(rows, own) + dp(GAP_DP) * (len(rows) - 1)

    def _high(self, rows: list[tuple[list[Any], list[float]]], fit: float) -> float:
        return float(sum(
            max(c.need(wide, fit) for c, wide in zip(row, sizes, strict=True))
            for row, sizes in rows
        ))  # fmt: skip

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        self.pos, self.size = (x, y), (width, height)
        self.count.text = f"{self.page[0]} / {self.page[1]}" if self._split()[1] else ""
        if not self.cells():
            return
        own, rows = self._laid(width, fit)
        top = y + height
        for row, sizes in rows:
            high = max(c.need(wide, own) for c, wide in zip(row, sizes, strict=True))
            if len(rows) == 1:
                high = min(height, max(dp(self.tallest_dp), high))
                top = y + (height + high) / 2
            self._place_row(row, sizes, x, top - high, width, high, own)
            top -= high + dp(GAP_DP)

    def _place_row(
        self,
        row: list[Any],
        sizes: list[float],
        x: float,
        y: float,
        width: float,
        high: float,
        fit: float,
    ) -> None:
        """Plain actions from the left, the main one at the right, the arrows between."""
        wide, gap = dict(zip(row, sizes, strict=True)), dp(GAP_DP + 4)
        turns = [c for c in row if c.element_id in TURNS]
        mains = [c for c in row if c.element.primary and c not in turns]
        left, right = x, x + width
        for cell in (c for c in row if c not in turns and c not in mains):
            cell.place(left, y, wide[cell], high, fit)
            left += wide[cell] + gap
        for cell in reversed(mains):
            cell.place(right - wide[cell], y, wide[cell], high, fit)
            right -= wide[cell] + gap
        if not turns:
            return
        broad = sum(wide[c] for c in turns) + dp(MIDDLE_DP)
        start = left if mains and left == x else right - broad if not mains else 0.0
        if mains and left > x:
            start = (left + right - gap - broad) / 2
        self._place_turns(turns, wide, start, y, high, fit)

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
        least = dp(TARGET_DP)
        return max(super().need(width, fit), least) if self.cells() else 0.0

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        self.pos, self.size = (x, y), (width, height)
        left = x
        for cell, wide in zip(
            self.cells(), self._widths(width, fit) if self.cells() else (), strict=True
        ):
            cell.place(left, y, wide, height, fit)
            left += wide + dp(GAP_DP + 4)
