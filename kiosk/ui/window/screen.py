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
from kivy.properties import ListProperty, NumericProperty, ObjectProperty

from kiosk.ui.theme.tokens import GAP_DP
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import Column, LayoutWidget, within
from kiosk.ui.widgets.base.pressable import Pressable
from kiosk.ui.widgets.input.field import Field
from kiosk.ui.widgets.input.keyboard import Keyboard
from kiosk.ui.window.layouts import layout_of, rule_of
from kiosk.ui_protocol.view import View

SCREENS = Path(__file__).parents[1] / "screens"
FITS = (1.0, 0.93, 0.86, 0.8, 0.74, 0.68, 0.62, 0.56)
CONFIRMS = {"next", "send", "submit"}
ROLES = ("button", "tile", "row", "choice", "tick", "face", "field", "wheel", "pad")
KINDS = ("text", "fact", "notice", "number", "qr", "picture", "step")


class ScreenBody(Column):
    """The root of a screen: padding, and the choice of how tightly everything is set."""

    pad_x = NumericProperty(36)  # dp
    pad_y = NumericProperty(9)

    def arrange(self, x: float, y: float, width: float, height: float) -> float:
        """Fill the box at the largest fit that holds everything; the fit chosen."""
        pad_x, pad_y = dp(self.pad_x), dp(self.pad_y)
        wide, high = width - 2 * pad_x, height - 2 * pad_y
        self.gap = GAP_DP
        fit = next((fit for fit in FITS if self.need(wide, fit) <= high), FITS[-1])
        self.place(x + pad_x, y + pad_y, wide, high, fit)
        return fit


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
        self.page = list(view.page)

    def every(self, kind: type) -> list[Any]:
        """All descendants of a kind, in reading order."""
        return [widget for widget in within(self) if isinstance(widget, kind)]


class StateScreen(SortedView):
    """One screen. kv reads the sorted view and calls `root.send`."""

    def __init__(self, **options: Any) -> None:
        self.fit = 1.0
        super().__init__(**options)

    def need(self, width: float, fit: float) -> float:
        return 1.0

    def show(self, view: View) -> None:
        """Draw `view`; only what changed is touched."""
        self.sort(view)
        self._open_keyboard(view)

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
        self.view = self.question = None
        for field in self.every(Field):
            field.clear()

    def arrange(self) -> None:
        """Lay out once, for good."""
        for child in self.children:
            if isinstance(child, ScreenBody):
                self.fit = child.arrange(self.x, self.y, self.width, self.height)
            elif isinstance(child, LayoutWidget):
                child.place(self.x, self.y, self.width, self.height, 1.0)

    def targets(self) -> list[Pressable]:
        """Everything that can be pressed now."""
        return [t for t in self.every(Pressable) if t.element_id and t.width > 1 and t.x > -999]


def build_screen(state: str) -> StateScreen:
    """The screen of a state, in its layout."""
    layout = layout_of(state)
    path = str(SCREENS / f"{layout}.kv")
    if path not in Builder.files:
        Builder.load_file(path)
    screen: StateScreen = getattr(Factory, rule_of(layout))()
    return screen
