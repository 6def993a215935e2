"""Grid: elements as equal cells. It tries its arrangements and takes the first that fits.

Largest text first, then more columns before fewer: longer texts are rearranged before they shrink.
Cells are kept and given other elements: a tick redraws one cell, a page builds none.
"""

from __future__ import annotations

from typing import Any, ClassVar

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty

from kiosk.ui.theme.tokens import GAP_DP
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.text import BROKEN
from kiosk.ui.widgets.display.card import CENTRE, SIDE, TIGHT, TOP, Card, Push

OWN_FITS = (0.86, 0.74, 0.62)
TURNS = {"page.previous", "page.next"}
PARKED_MOST = 8
ROOMY_FIT = 0.82  # above it, smaller text is better than a crowded card


def levelled(least: list[float], room: float, most: float) -> list[float]:
    """Heights for rows in `room`: equal where that is enough for each, never above `most` unless
    a row needs it.
    """
    level = room / len(least)
    short = [high for high in least if high <= level]
    while short and len(short) < len(least):
        left = room - sum(high for high in least if high > level)
        if (lower := left / len(short)) >= level:
            break
        level = lower
        short = [high for high in short if high <= level]
    return [max(high, min(level, most)) for high in least]


def squeezed(wanted: list[float], least: list[float], room: float) -> list[float]:
    """Widths for buttons in `room`: each keeps its longest word, and gives of the rest."""
    least = [min(pair) for pair in zip(wanted, least, strict=True)]
    spare, over = room - sum(least), sum(wanted) - sum(least)
    if spare <= 0 or over <= 0:
        return [room * each / sum(least) for each in least]
    pairs = zip(wanted, least, strict=True)
    return [low + (want - low) * min(1.0, spare / over) for want, low in pairs]


class Cells(LayoutWidget):
    """Elements in, cells out; subclasses arrange them. Cells that are not needed now are kept,
    empty: building one is most of what a new screen costs.
    """

    elements = ObjectProperty(())
    cell: ClassVar[type] = Card
    options: ClassVar[dict[str, Any]] = {}

    def __init__(self, **options: Any) -> None:
        self._parked: list[Any] = []
        super().__init__(**options)

    def on_elements(self, _: object, elements: tuple[Any, ...]) -> None:
        cells = self.cells()
        for gone in reversed(cells[len(elements) :]):
            self.remove_widget(gone)
            gone.park()
            self._parked.append(gone)
        del self._parked[PARKED_MOST:]
        for cell, element in zip(cells, elements, strict=False):
            cell.element = element
        for element in elements[len(cells) :]:
            cell = (
                self._parked.pop() if self._parked else self.cell(send=self._send, **self.options)
            )
            self.add_widget(cell)
            cell.element = element

    def _send(self, *words: str) -> None:
        if self.send is not None:
            self.send(*words)

    def cells(self) -> list[Any]:
        return list(reversed(self.children))


class Grid(Cells):
    """Cards in rows and columns."""

    gap = NumericProperty(GAP_DP + 4)  # dp
    cell_most = NumericProperty(264)  # dp: a lone card is not a wall
    arrangements: tuple[tuple[int, str], ...] = ((3, TOP), (2, SIDE), (1, SIDE))
    centred = BooleanProperty(False)

    def _cell(self, width: float, columns: int) -> float:
        return (width - dp(self.gap) * (columns - 1)) / columns

    def _row_heights(self, width: float, fit: float, columns: int, flow: str) -> list[float]:
        """What each row needs; leaves every cell in `flow`."""
        cells, wide = self.cells(), self._cell(width, columns)
        for cell in cells:
            cell.flow = flow
        rows = [cells[at : at + columns] for at in range(0, len(cells), columns)]
        return [max(cell.need(wide, fit) for cell in row) for row in rows]

    def _height(self, width: float, fit: float, columns: int, flow: str) -> float:
        """Each row is as high as its own words need: one long text shrinks no other. Far too high
        where a word would be broken.
        """
        highs = self._row_heights(width, fit, columns, flow)
        wide = self._cell(width, columns)
        whole = all(cell.whole_words(wide, fit) for cell in self.cells())
        return sum(highs) + (len(highs) - 1) * dp(self.gap) + (0 if whole else BROKEN)

    def _columns(self, columns: int) -> int:
        """Four cards stand better as two and two than as three and one."""
        count = len(self.children)
        if columns == 3 and count in {2, 4}:
            return 2
        return max(1, min(columns, count))

    def _choose(self, width: float, room: float, fit: float) -> tuple[float, int, str]:
        best = (float("inf"), 1, SIDE)
        for columns, flow in self.arrangements:
            columns = self._columns(columns)  # noqa: PLW2901 - the count decides
            high = self._height(width, fit, columns, flow)
            if high <= room:
                return (high, columns, flow)
            best = min(best, (high, columns, flow))
        return best

    def need(self, width: float, fit: float) -> float:
        if not self.children:
            return 0.0
        ways = [(c, flow) for c, flow in self.arrangements if flow != TIGHT or fit < ROOMY_FIT]
        best = min(self._height(width, fit, self._columns(c), flow) for c, flow in ways)
        return best if best < BROKEN else best - BROKEN  # a broken word is still on the screen

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        if not self.children:
            return
        _, columns, flow = self._choose(width, height, fit)
        least = self._row_heights(width, fit, columns, flow)
        gap, wide = dp(self.gap), self._cell(width, columns)
        highs = levelled(least, height - gap * (len(least) - 1), dp(self.cell_most))
        used = sum(highs) + gap * (len(highs) - 1)
        top = y + height - ((height - used) / 2 if self.centred else 0)
        for at, cell in enumerate(self.cells()):
            row, column = divmod(at, columns)
            low = top - sum(highs[: row + 1]) - row * gap
            cell.place(x + column * (wide + gap), low, wide, highs[row], fit)


class Tiles(Grid):
    """Large cards: what do you need, categories, agencies, services."""

    options: ClassVar[dict[str, Any]] = {
        "raised": True, "mark_off": "arrow_forward", "icon_dp": 96, "icon_least": 0.6,
    }  # fmt: skip
    arrangements = ((3, TOP), (3, SIDE), (3, TIGHT), (2, SIDE), (1, SIDE))


class Rows(Grid):
    """Wide rows: search results, review lines, services by name."""

    options: ClassVar[dict[str, Any]] = {
        "raised": True, "mark_off": "chevron_right", "icon_dp": 60, "title_sp": 28, "pad_dp": 18,
    }  # fmt: skip
    arrangements = ((1, SIDE), (2, SIDE))
    cell_most = NumericProperty(112)


class Choices(Grid):
    """Answers to choose one from."""

    options: ClassVar[dict[str, Any]] = {
        "mark_off": "radio_button_unchecked", "mark_on": "check_circle", "icon_dp": 64,
    }  # fmt: skip
    arrangements = ((2, SIDE), (3, TOP), (1, SIDE))
    cell_most = NumericProperty(176)


class Ticks(Grid):
    """Things that can be on or off."""

    options: ClassVar[dict[str, Any]] = {
        "mark_off": "check_box_outline_blank", "mark_on": "check_box", "icon_dp": 56,
        "title_sp": 26, "pad_dp": 16,
    }  # fmt: skip
    arrangements = ((1, SIDE), (2, SIDE))
    cell_most = NumericProperty(104)


class PictureChoices(Grid):
    """Answers shown as pictures."""

    options: ClassVar[dict[str, Any]] = {
        "mark_off": "radio_button_unchecked",
        "mark_on": "check_circle",
    }
    arrangements = ((3, CENTRE), (2, CENTRE))
    cell_most = NumericProperty(300)


class Faces(Grid):
    """Five faces in a row."""

    options: ClassVar[dict[str, Any]] = {
        "icon_dp": 120, "icon_least": 0.42, "mark_on": "check_circle", "title_sp": 28, "pad_dp": 8,
        "raised": True,
    }  # fmt: skip
    arrangements = ((5, CENTRE), (5, TIGHT))
    cell_most = NumericProperty(300)
    centred = BooleanProperty(True)

    def _columns(self, columns: int) -> int:
        return max(1, min(columns, len(self.children)))


class Actions(Cells):
    """Buttons at the bottom: the main one last and largest, at the right hand."""

    cell = Push
    tallest_dp = NumericProperty(110)
    bare_arrows = BooleanProperty(True)  # paging arrows are only arrows here

    def on_elements(self, widget: object, elements: tuple[Any, ...]) -> None:
        if self.bare_arrows:
            elements = tuple(e for e in elements if e.enabled or e.id not in TURNS)
        super().on_elements(widget, elements)
        for cell in self.cells():
            if self.bare_arrows and cell.element_id in TURNS:
                cell.label.text = ""

    at_right = BooleanProperty(False)  # they belong to what stands at their left

    def own_fit(self, width: float, fit: float) -> float:
        """The fit at which the labels stand on one line: a full row of buttons makes its own words
        smaller, not those of the whole screen.
        """
        tries = (fit, *(f for f in OWN_FITS if f < fit))
        return next((f for f in tries if self._in_line(width, f)), fit)

    def _in_line(self, width: float, fit: float) -> bool:
        cells = self.cells()
        room = width - dp(GAP_DP + 4) * (len(cells) - 1)
        return bool(sum(cell.natural(fit) for cell in cells) <= room)

    def _widths(self, width: float, fit: float) -> list[float]:
        cells, gap = self.cells(), dp(GAP_DP + 4)
        wanted = [cell.natural(fit) * (1.0 if not cell.element.primary else 1.2) for cell in cells]
        room = width - gap * (len(cells) - 1)
        if sum(wanted) > room:
            return squeezed(wanted, [cell.least(fit) for cell in cells], room)
        return (
            [max(want, min(dp(240), room / len(cells))) for want in wanted]
            if (sum(max(want, min(dp(240), room / len(cells))) for want in wanted) <= room)
            else wanted
        )

    def need(self, width: float, fit: float) -> float:
        cells = self.cells()
        if not cells:
            return 0.0
        fit = self.own_fit(width, fit)
        widths = self._widths(width, fit)
        return float(max(c.need(w, fit) for c, w in zip(cells, widths, strict=True)))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        cells, gap = self.cells(), dp(GAP_DP + 4)
        if not cells:
            return
        fit = self.own_fit(width, fit)
        widths = self._widths(width, fit)
        high = min(height, max(dp(self.tallest_dp), self.need(width, fit)))
        y, height = y + (height - high) / 2, high
        left = x
        right = x + width
        left += width - sum(widths) - gap * (len(cells) - 1) if self.at_right else 0
        mains = [at for at, cell in enumerate(cells) if cell.element.primary]
        for at in reversed(mains):
            cells[at].place(right - widths[at], y, widths[at], height, fit)
            right -= widths[at] + gap
        for at, cell in enumerate(cells):
            if at not in mains:
                cell.place(left, y, widths[at], height, fit)
                left += widths[at] + gap
