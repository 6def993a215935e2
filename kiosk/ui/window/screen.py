"""One state's screen: takes a view, sorts its elements and blocks for the kv file.

`layouts.py` says which kv file arranges which state. Screens are built once, reused, and cleared
when the visit ends.
"""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from pathlib import Path
from typing import Any

from kivy.factory import Factory
from kivy.lang import Builder
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty

from kiosk.ui.theme.tokens import GAP_DP
from kiosk.ui.theme.units import dp, sp
from kiosk.ui.widgets.base.layout import Column, LayoutWidget, within
from kiosk.ui.widgets.base.pressable import Pressable
from kiosk.ui.widgets.display.heading import Heading
from kiosk.ui.widgets.input.field import Field
from kiosk.ui.widgets.input.keyboard import Keyboard
from kiosk.ui.window.layouts import layout_of, rule_of
from kiosk.ui.window.pages import NEXT, PREVIOUS, counts_of, pages, shape
from kiosk.ui_protocol.view import View

SMALL_DP = 900.0
SCREENS = Path(__file__).parents[1] / "screens"
FITS = (1.0, 0.93, 0.86, 0.8, 0.74, 0.68)
"""How tightly a page may be set before there are more pages."""
CONFIRMS = {"next", "send", "submit"}
ROLES = ("button", "tile", "row", "choice", "tick", "face", "field", "wheel", "pad")
KINDS = ("text", "fact", "notice", "number", "qr", "picture", "step")


class ScreenBody(Column):
    """The root of a screen: its margins, how tightly everything is set, and, on an upright panel
    or one that hangs high, what is read above what is touched.
    """

    pad_x = NumericProperty(36)  # dp
    pad_y = NumericProperty(12)
    lower = BooleanProperty(False)  # what is touched stands in the lower half
    reach = NumericProperty(0)  # px of this box's height in which it may be touched

    def room(self, width: float, height: float) -> tuple[float, float]:
        """Inside the margins; a small panel has smaller ones."""
        small = width < dp(SMALL_DP)
        above, below = self._pads(height)
        return width - 2 * dp(self.pad_x * (0.5 if small else 1)), height - above - below

    def _pads(self, height: float) -> tuple[float, float]:
        """Above and below: the last button is 3 mm from the bar under it."""
        if height < dp(SMALL_DP / 2):
            return dp(3), dp(GAP_DP - 2)
        return dp(self.pad_y), dp(self.pad_y)

    def fitting(self, width: float, height: float) -> float | None:
        """The largest fit that holds everything in a box of this size; None where none does."""
        wide, high = self.room(width, height)
        self.gap = GAP_DP
        return next((fit for fit in FITS if self._holds(wide, high, fit)), None)

    def _holds(self, width: float, height: float, fit: float) -> bool:
        if not self.lower:
            return self.need(width, fit) <= height
        read, touched = self._strata()
        below, above = self._sum(touched, width, fit), self._sum(read, width, fit)
        room = min(height, self.reach - dp(self.pad_y))
        return below <= room and above + dp(self.gap) + below <= height

    def arrange(self, x: float, y: float, width: float, height: float) -> float:
        """Fill the box at the largest fit that holds everything; the fit chosen."""
        fit = self.fitting(width, height) or FITS[-1]
        wide, high = self.room(width, height)
        left, low = x + (width - wide) / 2, y + self._pads(height)[1]
        if self.lower:
            self._place_apart(left, low, wide, high, fit)
        else:
            self.place(left, low, wide, high, fit)
        return fit

    def _strata(self) -> tuple[list[LayoutWidget], list[LayoutWidget]]:
        """What is only read, and what is touched."""
        read: list[LayoutWidget] = []
        touched: list[LayoutWidget] = []
        for piece in (part for each in self.pieces() for part in each.stack()):
            active = any(isinstance(w, Pressable) and w.element_id for w in within(piece))
            (touched if active else read).append(piece)
        return read, touched

    def _present(
        self, pieces: list[LayoutWidget], width: float, fit: float
    ) -> list[tuple[LayoutWidget, float]]:
        found = [(piece, piece.need(width, fit)) for piece in pieces]
        for piece, height in found:
            piece.opacity = 1 if height else 0
            if not height:
                piece.place(-9999, -9999, 0, 0, fit)
        return [(piece, height) for piece, height in found if height]

    def _sum(self, pieces: list[LayoutWidget], width: float, fit: float) -> float:
        heights = [high for high in (piece.need(width, fit) for piece in pieces) if high]
        return sum(heights) + dp(self.gap) * max(0, len(heights) - 1)

    def _place_apart(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        self.pos, self.size = (x, y), (width, height)
        for piece in self.pieces():
            piece.opacity = 1
        read, touched = self._strata()
        above = self._sum(read, width, fit)
        room = min(height, self.reach - dp(self.pad_y))
        below = self._sum(touched, width, fit)
        wanted = room if any(piece.grow for piece in touched) else below
        low = min(wanted, height - above - dp(self.gap))
        self._stack_up(read, x, y + low + dp(self.gap), width, height - low - dp(self.gap), fit)
        self._stack_up(touched, x, y, width, low, fit, last_low=True)

    def _stack_up(
        self,
        pieces: list[LayoutWidget],
        x: float,
        y: float,
        width: float,
        height: float,
        fit: float,
        *,
        last_low: bool = False,
    ) -> None:
        present = self._present(pieces, width, fit)
        spare = height - self._sum(pieces, width, fit)
        growers = sum(1 for piece, _ in present if piece.grow)
        top = y + height
        if not growers and not last_low:
            top -= max(0.0, spare) / 2
        for piece, least in present:
            high = least + (max(0.0, spare) / growers if piece.grow and growers else 0)
            if last_low and piece is present[-1][0]:
                top = y + high
            piece.place(x, top - high, width, high, fit)
            top -= high + dp(self.gap)


class SortedView(LayoutWidget):
    """A view's elements and blocks by role and kind, for a kv file to lay out."""

    view = ObjectProperty(None, allownone=True)
    question = ObjectProperty(None, allownone=True)  # tells one question from the next
    main = ListProperty()
    actions = ListProperty()
    turns = ListProperty()  # of the actions, those that turn pages
    onward = ListProperty()  # and the others
    button = ListProperty()
    tile = ListProperty()
    row = ListProperty()
    choice = ListProperty()
    tick = ListProperty()
    face = ListProperty()
    field = ListProperty()
    wheel = ListProperty()
    pad = ListProperty()
    text = ListProperty()
    fact = ListProperty()
    notice = ListProperty()
    number = ListProperty()
    qr = ListProperty()
    picture = ListProperty()
    step = ListProperty()
    lone = ListProperty()  # the only field of a page
    several = ListProperty()  # its fields, where there are more
    found = ListProperty()  # what can be chosen, whatever its role
    page = ListProperty([1, 1])
    said = ListProperty()  # texts on the screen already: no field repeats them

    def sort(self, view: View) -> None:
        """Take a view apart; only what changed is dispatched."""
        main = [e for e in view.elements if e.place == "main"]
        self.question = (view.state, view.title, view.look, view.progress and view.progress.step)
        self.view = view
        self.said = [view.title, view.subtitle, *(b.text for b in view.blocks if b.text)]
        self.main = main
        self.actions = [e for e in view.elements if e.place == "actions"]
        self.turns = [e for e in self.actions if e.id.startswith("page.")]
        self.onward = [e for e in self.actions if not e.id.startswith("page.")]
        for role in ROLES:
            setattr(self, role, [e for e in main if e.role == role])
        for kind in KINDS:
            setattr(self, kind, [b for b in view.blocks if b.kind == kind])
        self.lone = self.field if len(self.field) == 1 else []
        self.several = self.field if len(self.field) > 1 else []
        self.found = self.choice + self.row + self.tile
        self.page = list(view.page)

    def every(self, kind: type) -> list[Any]:
        """All descendants of a kind, in reading order."""
        return [widget for widget in within(self) if isinstance(widget, kind)]


class StateScreen(SortedView):
    """One screen. kv reads the sorted view and calls `root.send`. A view that its panel has no
    room for is shown in pages (`pages`), and `turn` goes from one to the next.
    """

    def __init__(self, **options: Any) -> None:
        self.fit = 1.0
        self.parts: list[View] = []
        self._whole: View | None = None
        self._shape: tuple[object, ...] = ()
        self._counts: list[int] = []
        self._at = 0
        self._field = ""
        self._from_end = False
        super().__init__(**options)

    def need(self, width: float, fit: float) -> float:
        return 1.0

    def show(self, view: View) -> None:
        """Draw `view`; only what changed is touched. `arrange` comes after it."""
        place = _place_of(view)
        if self._whole is None or place != _place_of(self._whole):
            self._at = -1 if self._from_end else 0
            self._from_end = False
        self._whole = view
        self._follow_field(view)
        if self._counts and self._shape == self._shape_of(view):
            self._show_part(pages(view, self._counts))
        else:
            self._counts = []
            self._take(view)

    def turn(self, element_id: str) -> bool:
        """Go to another part of this view; False where the way leads out of it."""
        step = {PREVIOUS: -1, NEXT: 1}.get(element_id, 0)
        if not step:
            return False
        if not 0 <= self._at + step < len(self.parts):
            self._from_end = element_id == PREVIOUS
            return False
        self._at += step
        self._show_part(self.parts)
        self._place_body()
        self._write_here()
        return True

    def _follow_field(self, view: View) -> None:
        """The part with the field that is written into, when that has become another."""
        chosen = next((e.id for e in view.elements if e.role == "field" and e.selected), "")
        if chosen and chosen != self._field:
            for at, part in enumerate(self.parts):
                if any(e.id == chosen for e in part.elements):
                    self._at = at
        self._field = chosen

    def _write_here(self) -> None:
        """On a page with another field than the one in use, that one is."""
        fields = [e for e in self.parts[self._at].elements if e.role == "field"]
        if self._field and fields and not any(e.id == self._field for e in fields):
            self.send(fields[0].id)

    def _take(self, view: View) -> None:
        self.sort(view)
        self._open_keyboard(view)

    def _shape_of(self, view: View) -> tuple[object, ...]:
        return (*shape(view), *self.size, dp(1), sp(1), self.palette.flat)

    def _show_part(self, parts: list[View]) -> None:
        self.parts = parts
        self._at = min(self._at, len(parts) - 1) % len(parts)
        self._take(parts[self._at])

    def _divide(self, body: ScreenBody) -> None:
        """Find the pages of the view, unless they are known."""
        view = self._whole
        if view is None or (self._counts and self._shape == self._shape_of(view)):
            return
        held = [(field, field.held()) for field in self.every(Field)]

        def fits(part: View) -> bool:
            self.sort(part)
            self._suppose_keyboard(part)
            return body.fitting(self.width, self.height) is not None

        self._counts = counts_of(view, fits)
        self._shape = self._shape_of(view)
        self._show_part(pages(view, self._counts))
        for field, words in held:
            field.hold(words)

    def _suppose_keyboard(self, view: View) -> None:
        """Whether the keyboard needs its room; its keys and the letters typed stay."""
        typed = bool(view.keyboard) and any(e.role == "field" for e in view.elements)
        for board in self.every(Keyboard):
            if not board.own:
                board.kind = str(view.keyboard) if typed else ""

    def _open_keyboard(self, view: View) -> None:
        for board in self.every(Keyboard):
            if board.own:
                continue
            field = next((f for f in self.every(Field) if f.element is not None and f.active), None)
            if view.keyboard and field is not None:
                ids = {e.id for e in view.elements if e.enabled}
                board.open(str(view.keyboard), field, confirms=bool(ids & CONFIRMS))
            else:
                board.close()

    def forget(self) -> None:
        """Drop every text and picture of the visit that ended."""
        self.show(
            View(number=0, state=self.view.state if self.view else "", language="en", title="")
        )
        self.view = self.question = self._whole = None
        self.parts, self._counts, self._shape = [], [], ()
        for field in self.every(Field):
            field.clear()

    def arrange(self) -> None:
        """Lay out once, for good."""
        for body in self._bodies():
            self._divide(body)
        self._place_body()

    def _bodies(self) -> list[ScreenBody]:
        return [child for child in self.children if isinstance(child, ScreenBody)]

    def _place_body(self) -> None:
        for child in self.children:
            if isinstance(child, ScreenBody):
                self.fit = child.arrange(self.x, self.y, self.width, self.height)
            elif isinstance(child, LayoutWidget):
                child.place(self.x, self.y, self.width, self.height, 1.0)

    def reach(self, height: float) -> None:
        """Px from the bottom in which this screen may be touched; 0: everywhere."""
        for body in self._bodies():
            body.lower, body.reach = height > 0, height
        for heading in self.every(Heading):
            heading.poster = height > 0

    def targets(self) -> list[Pressable]:
        """Everything that can be pressed now."""
        return [t for t in self.every(Pressable) if t.element_id and t.width > 1 and t.x > -999]


def _place_of(view: View) -> tuple[object, ...]:
    """What tells one screen from the next."""
    return view.state, view.title, view.look, view.page, view.progress and view.progress.step


def build_screen(state: str) -> StateScreen:
    """The screen of a state, in its layout."""
    layout = layout_of(state)
    path = str(SCREENS / f"{layout}.kv")
    if path not in Builder.files:
        Builder.load_file(path)
    screen: StateScreen = getattr(Factory, rule_of(layout))()
    return screen
