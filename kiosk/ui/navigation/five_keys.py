"""Five keys: where the focus goes and what is chosen, by up, down, left, right and select. Pure.

Up and down go through what can be acted on, the keyboard's grid included; left is back (or the
page before), right is next (the page after, "next", or the way to the main button), select does
what has the focus. With two switches, `ON` goes to the next thing, also from letter to letter in
the order of their frequency, and select does it. The real window and the tests use the same object.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kiosk.ui.keyboard_layouts import BLANK, HOMES
from kiosk.ui_protocol.view import Region, Role, View

KEY = "key."
_BODY = frozenset({Region.MAIN, Region.ACTIONS})
Rows = Sequence[Sequence[str]]
NEXT, BACK, PAGE_ON, PAGE_BACK = "next", "back", "page.next", "page.previous"


class PadKey(StrEnum):
    """The keys of the pad, the switch that goes on, and Escape."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"
    SELECT = "select"
    ON = "on"
    ESCAPE = "escape"


@dataclass(frozen=True, slots=True)
class Reach:
    """What the keys can reach on a screen: ids in order, where the focus begins, the main button
    (or empty), and the keyboard's page, which stands after the field `field`.
    """

    stops: tuple[str, ...]
    first: str = ""
    main: str = ""
    answered: bool = False
    field: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    page: str = ""


class FiveKeys:
    """Owns the focus: an element's id, or `key.NAME` on the keyboard."""

    def __init__(self) -> None:
        self.focus = ""
        self._place: object = None
        self._under = ""  # what had the focus when the idle warning came over it
        self._warned = False

    def follow(self, place: object, reach: Reach, *, warned: bool = False) -> None:
        """The screen is this now: another one begins at its first thing, or at its keyboard. The
        idle warning takes the focus, and gives it back.
        """
        if warned != self._warned:
            self._warned = warned
            if warned:
                self._under, self.focus = self.focus, reach.first
            else:
                self.focus = self._under
        elif not warned and place != self._place:
            self._place = place
            self.focus = ""
            self.begin(reach)
        if self.focus not in self.every(reach):
            on_board = self.focus.startswith(KEY)
            self.focus = (home_key(reach) if on_board else "") or reach.first

    def begin(self, reach: Reach) -> None:
        """Keys are used for the first time on this screen."""
        if self.focus not in self.every(reach) or self.focus.startswith(KEY):
            on_board = reach.field and reach.field == reach.first
            self.focus = (home_key(reach) if on_board else "") or reach.first

    def typed(self, reach: Reach, key: str) -> None:
        """A letter was written: the next one begins at the middle again; a rubbing out stays."""
        if key not in {"BACK", "SHIFT"}:
            self.focus = home_key(reach) or self.focus

    def press(self, key: PadKey, reach: Reach) -> str:
        """What is to be done (an id), or "" where only the focus moved."""
        match key:
            case PadKey.SELECT:
                return self.focus
            case PadKey.ESCAPE:
                return BACK if BACK in reach.stops else ""
            case PadKey.ON:
                self._go(reach, 1)
            case _ if self._on_keyboard(reach):
                self._cross(reach, key)
            case PadKey.LEFT:
                return self._left(reach)
            case PadKey.RIGHT:
                return self._right(reach)
            case PadKey.UP | PadKey.DOWN:
                self._step(reach, -1 if key is PadKey.UP else 1)
        return ""

    def _left(self, reach: Reach) -> str:
        for way in (PAGE_BACK, BACK):
            if way in reach.stops:
                return way
        self._step(reach, -1)
        return ""

    def _right(self, reach: Reach) -> str:
        if PAGE_ON in reach.stops and not reach.answered:
            return PAGE_ON
        if NEXT in reach.stops:
            return NEXT
        if reach.main and self.focus != reach.main:
            self.focus = reach.main
        else:
            self._step(reach, 1)
        return ""

    def _on_keyboard(self, reach: Reach) -> bool:
        return self.focus.startswith(KEY) and bool(reach.rows)

    def _step(self, reach: Reach, by: int) -> None:
        """To the stop before or after; the keyboard stands as one stop after its field."""
        stops = list(reach.stops)
        if reach.rows and reach.field in stops:
            stops.insert(stops.index(reach.field) + 1, KEY)
        here = KEY if self.focus.startswith(KEY) else self.focus
        if not stops:
            return
        at = stops.index(here) + by if here in stops else (0 if by > 0 else -1)
        there = stops[at % len(stops)]
        self.focus = home_key(reach) if there == KEY else there

    def _cross(self, reach: Reach, key: PadKey) -> None:
        """Move on the keyboard's grid; past its top and bottom is the rest of the screen."""
        row, column = place_of(reach, self.focus)
        if key in (PadKey.LEFT, PadKey.RIGHT):
            by = -1 if key is PadKey.LEFT else 1
            cells = reach.rows[row]
            column = (column + by) % len(cells)
            while cells[column] == BLANK:
                column = (column + by) % len(cells)
            self.focus = f"{KEY}{cells[column]}"
            return
        by = -1 if key is PadKey.UP else 1
        if not 0 <= row + by < len(reach.rows):
            if by > 0 and reach.main:
                self.focus = reach.main  # under the keyboard is the way on
            else:
                self._step(reach, by)
            return
        above = reach.rows[row + by]
        wide = len(reach.rows[row])
        column = min(len(above) - 1, round(column * max(1, len(above) - 1) / max(1, wide - 1)))
        if above[column] == BLANK:
            column = min(len(above) - 1, column + 1)
        self.focus = f"{KEY}{above[column]}"

    def _go(self, reach: Reach, by: int) -> None:
        """The next thing of all, letters in the order of their frequency."""
        every = self.every(reach)
        if not every:
            return
        at = every.index(self.focus) + by if self.focus in every else 0
        self.focus = every[at % len(every)]

    def every(self, reach: Reach) -> list[str]:
        """Everything that can have the focus, in the order of one switch."""
        every = list(reach.stops)
        if reach.rows and reach.field in every:
            keys = [f"{KEY}{key}" for key in scan_order(reach)]
            at = every.index(reach.field) + 1
            every[at:at] = keys
        return every


def home_key(reach: Reach) -> str:
    """Where the focus rests on the keyboard: the middle of its page."""
    keys = [key for row in reach.rows for key in row if key != BLANK]
    if not keys:
        return ""
    home = HOMES.get(reach.page, "")
    return f"{KEY}{home if home in keys else keys[len(keys) // 2]}"


def place_of(reach: Reach, focus: str) -> tuple[int, int]:
    """Row and column of a key; of the middle where it is not on the page."""
    for row, cells in enumerate(reach.rows):
        for column, key in enumerate(cells):
            if f"{KEY}{key}" == focus:
                return row, column
    return len(reach.rows) // 2, len(reach.rows[len(reach.rows) // 2]) // 2


def scan_order(reach: Reach) -> list[str]:
    """The keys as one switch goes through them: nearest to the middle first, which on the page of
    letters is the order of their frequency.
    """
    middle = place_of(reach, home_key(reach))
    keys: list[tuple[int, int, int, str]] = []
    for row, cells in enumerate(reach.rows):
        for column, key in enumerate(cells):
            if key != BLANK:
                away = abs(row - middle[0]) + abs(column - middle[1])
                keys.append((away, row, column, key))
    return [key for *_, key in sorted(keys)]


def reach_of(
    view: View, stops: Sequence[str], field: str = "", rows: Rows = (), page: str = ""
) -> Reach:
    """What can be reached of a view: `stops` are the ids that can be acted on now, in order."""
    body = [each for each in view.elements if each.id in stops and each.place in _BODY]
    first = next((each.id for each in body), stops[0] if stops else "")
    overlay = [each.id for each in view.elements if each.place is Region.OVERLAY]
    if view.countdown and overlay:
        first = overlay[0]
    main = next((each.id for each in body if each.primary), "")
    answered = any(each.selected or (each.role is Role.FIELD and each.value) for each in body)
    shown = tuple(tuple(row) for row in rows)
    return Reach(tuple(stops), first, main, answered, field if field in stops else "", shown, page)


def stops_of(view: View) -> list[str]:
    """The ids of a view that can be acted on; a wheel has its two steps; under the idle warning
    nothing but the warning's own.
    """
    found: list[str] = []
    for each in view.elements:
        if each.enabled and bool(view.countdown) == (each.place is Region.OVERLAY):
            found.append(each.id)
            if each.role is Role.WHEEL:
                found += [f"{each.id}.up", f"{each.id}.down"]
    return found


def screen_of(view: View) -> tuple[object, ...]:
    """What tells one screen from the next, for the focus."""
    asked = view.progress.step if view.progress else 0
    return view.state, view.title, asked, view.page
