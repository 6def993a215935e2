"""Field: text with a caret, drawn as words; no system keyboard, selection or clipboard.

The field shows what was typed at once and holds it until the core's view says the same, so no
letter is lost when the core is slow; a value the core changed (a limit, a scan) wins after a
second without typing. The text lives here only while its question is on the screen.
"""

from __future__ import annotations

from typing import Any

from kivy.properties import (
    BooleanProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)

from kiosk.ui.keyboard_layouts import LONGEST_TEXT
from kiosk.ui.theme.tokens import TARGET_DP
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.pressable import Badge, Pressable
from kiosk.ui.widgets.base.text import Glyph, TextLabel, measure
from kiosk.ui.widgets.display.grid import Actions

DOT = "•"


class Field(Pressable):
    """One text field. `text` is what the person sees; `key` tells one question from the next."""

    text = StringProperty("")
    key = ObjectProperty(None, allownone=True)
    active = BooleanProperty(True)
    bare = BooleanProperty(False)  # no label above: the screen's title is the question
    lines = NumericProperty(1)
    said = ListProperty()
    under = NumericProperty(0)  # px: the width its problem may take, where that is more

    def __init__(self, **options: Any) -> None:
        self._unconfirmed = False
        self.head = TextLabel(face="medium", wanted=26)
        self.words = TextLabel(face="medium", wanted=34)
        self.example = TextLabel(face="body", tone="muted", wanted=28)
        self.caret = Badge()
        self.wrong = TextLabel(face="medium", tone="problem", wanted=26)
        self.cross = Glyph(icon="error", tone="problem", size_dp=30)
        self.radius_dp = 14
        super().__init__(**options)
        for part in (self.head, self.words, self.example, self.caret, self.cross, self.wrong):
            self.add_widget(part)
        self.fbind("text", self._redraw)
        self.fbind("active", self._paint)

    def show(self, element: Any) -> None:
        self.head.text = "" if self.bare else element.label
        hints = [t for t in (element.hint, element.label) if t and t not in self.said]
        self.example.text = hints[0] if hints and (self.bare or element.hint) else ""
        self.wrong.text = element.error
        if self._unconfirmed and element.value != self.text:
            return
        self._unconfirmed = False
        self.text = element.value
        self._redraw()

    def begin(self, key: object) -> None:
        """Another question: what was typed for the last one is forgotten."""
        if key != self.key:
            self.key = key
            self._unconfirmed = False

    def settle(self) -> str | None:
        """Called when typing has paused: a text the core never confirmed, to be sent again."""
        element = self.element
        if not self._unconfirmed or element is None:
            return None
        self._unconfirmed = element.value != self.text
        return self.text if self._unconfirmed else None

    def typed(self, text: str) -> None:
        """The person changed the text."""
        self.text = text[:LONGEST_TEXT]
        self._unconfirmed = True
        if self.send is not None:
            self.send(self.element_id, self.text)

    def held(self) -> tuple[object, str, bool]:
        """What was typed here and to which question, for `hold`."""
        return self.key, self.text, self._unconfirmed

    def hold(self, held: tuple[object, str, bool]) -> None:
        """Go on with what was typed, if it is still that question."""
        key, text, unconfirmed = held
        if self.element is not None and key == self.key and unconfirmed:
            self.text, self._unconfirmed = text, True

    def clear(self) -> None:
        """Forget the element and every letter."""
        self.begin(None)
        self.element, self.element_id, self.text = None, "", ""
        for words in (self.words, self.example, self.wrong, self.head):
            words.text = ""

    def park(self) -> None:
        """Forget every letter too."""
        self.clear()
        super().park()

    def paint(self) -> None:
        super().paint()
        wrong = bool(self.wrong.text)
        colour = self.palette.problem if wrong else self.palette.brand
        idle = self.palette.line
        self.set_edge(colour if wrong or self.active else idle, 3 if wrong or self.active else 2)
        self.fill = self.palette.surface
        self.caret.fill = self.palette.brand if self.active else (0, 0, 0, 0)
        self.cross.icon = "error" if wrong else ""

    def _redraw(self, *_: object) -> None:
        if self.width > 1:
            self.place_text()

    def _visible(self) -> str:
        if self.element is not None and self.element.masked and self.text:
            shown = self.text[-1] if self._unconfirmed else DOT
            return DOT * (len(self.text) - 1) + shown
        return str(self.text)

    def _around(self, width: float, fit: float) -> tuple[float, float]:
        head = self.head.need(width, fit)
        wrong = self.wrong.need(max(width, self.under) - dp(42), fit)
        return (head + dp(2) if head else 0, max(wrong, dp(30)) + dp(3) if self.wrong.text else 0)

    def need(self, width: float, fit: float) -> float:
        above, below = self._around(width, fit)
        line = self.words.px(fit) * 1.25
        example = 0.0 if self.text else self.example.need(width - dp(48), fit) + dp(12)
        return float(above + below + max(dp(TARGET_DP), self.lines * line + dp(30), example))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        above, below = self._around(width, fit)
        self._fit = fit
        box = height - above - below
        super().place(x, y + below, width, box, fit)
        self.head.put(x, y + height, width, fit)
        self.cross.put(x, y, dp(34), max(0, below - dp(3)))
        self.wrong.put(x + dp(42), y + below - dp(3), max(width, self.under) - dp(42), fit)
        self.place_text()

    def place_text(self) -> None:
        """Show the end of the text, where the caret is."""
        fit, pad = getattr(self, "_fit", 1.0), dp(20)
        room = self.width - 2 * pad - dp(8)
        shown = self._visible()
        self.words.text = shown
        wide = self.words.natural(fit)
        if self.lines > 1:
            self._place_lines(shown, room, fit)
            return
        while wide > room and len(shown) > 1:
            shown = shown[1 + len(shown) // 24 :]
            self.words.text = "…" + shown
            wide = self.words.natural(fit)
        high = self.words.need(room * 2, fit) or self.words.px(fit) * 1.2
        self.words.put(self.x + pad, self.center_y + high / 2, max(1.0, wide + dp(2)), fit)
        self.caret.place(
            self.x + pad + wide + dp(3), self.center_y - high * 0.42, dp(3), high * 0.84, fit
        )
        empty = self.example if not self.text else None
        self.example.opacity = 1 if empty else 0
        hint_high = self.example.need(room, fit)
        self.example.put(self.x + pad + dp(14), self.center_y + hint_high / 2, room, fit)

    def _place_lines(self, shown: str, room: float, fit: float) -> None:
        pad = dp(16)
        while self.words.need(room, fit) > self.height - 2 * pad and len(shown) > 1:
            shown = shown[1 + len(shown) // 24 :]
            self.words.text = "…" + shown
        used = self.words.put(self.x + dp(20), self.top - pad, room, fit)
        last = self.words.text.rsplit("\n", 1)[-1]
        line = self.words.px(fit) * 1.21
        lines = max(1, round(used / line)) if shown else 1
        wide = self._last_line(last, room, fit) if shown else 0.0
        top = self.top - pad - (lines - 1) * line
        self.caret.place(self.x + dp(20) + wide + dp(3), top - line * 0.95, dp(3), line * 0.9, fit)
        self.example.opacity = 0 if shown else 1
        self.example.put(self.x + dp(34), self.top - pad, room, fit)

    def _last_line(self, text: str, room: float, fit: float) -> float:
        """Width of what stands on the last line after wrapping, px."""
        px, line = self.words.px(fit), ""
        for word in text.split(" "):
            trial = f"{line} {word}" if line else word
            line = word if line and measure(trial, self.words.face, px, 0)[0] > room else trial
        return measure(line, self.words.face, px, 0)[0] if line else 0.0

    def activate(self) -> None:
        """Touching a field makes it the one the keyboard writes into."""
        if self.send is not None:
            self.send(self.element_id)


class FieldRow(LayoutWidget):
    """A field with its actions at the right hand, above the keyboard."""

    elements = ObjectProperty(())
    actions = ObjectProperty(())
    key = ObjectProperty(None, allownone=True)
    lines = NumericProperty(1)
    said = ListProperty()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.field = Field(bare=True)
        self.buttons = Actions()
        self.add_widget(self.field)
        self.add_widget(self.buttons)
        self.fbind("send", self._hand_down)
        self.fbind("lines", self._hand_down)
        self.fbind("said", self._hand_down)

    def _hand_down(self, *_: object) -> None:
        self.field.send = self.buttons.send = self.send
        self.field.lines, self.field.said = self.lines, self.said
        if self.field.element is not None:
            self.field.show(self.field.element)

    def on_key(self, _: object, key: object) -> None:
        self.field.begin(key)

    def on_elements(self, _: object, elements: tuple[Any, ...]) -> None:
        if elements:
            self.field.element = elements[0]
        else:
            self.field.clear()
        self._deal()

    def on_actions(self, *_: object) -> None:
        self._deal()

    def _deal(self) -> None:
        """Beside a field paging arrows are only arrows."""
        bare = self.field.element is not None
        if (bare, self.actions) != (self.buttons.bare_arrows, self.buttons.elements):
            self.buttons.bare_arrows, self.buttons.elements = bare, ()
            self.buttons.elements = tuple(self.actions)

    def _split(self, width: float, fit: float) -> tuple[float, float]:
        cells = self.buttons.cells()
        if not cells:
            return width, 0.0
        wanted = (cell.natural(fit) * (1.25 if cell.element.primary else 1) for cell in cells)
        side = min(max(sum(wanted) + dp(16) * len(cells), dp(200)), width * 0.56)
        return width - side - dp(16), side

    def need(self, width: float, fit: float) -> float:
        if self.field.element is None:
            return self.buttons.need(width, fit)
        wide, side = self._split(width, fit)
        self.field.under = width
        _, below = self.field._around(wide, fit)
        beside = self.buttons.need(side, fit) if side else 0.0
        return max(self.field.need(wide, fit), below + beside)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        if self.field.element is None:
            self.field.place(-9999, -9999, 0, 0, fit)
            self.buttons.place(x, y, width, height, fit)
            return
        wide, side = self._split(width, fit)
        _, below = self.field._around(wide, fit)
        self.field.place(x, y, wide, height, fit)
        if side:
            top, least = y + height, self.buttons.need(side, fit)
            high = max(least, min(height - below, least * 1.2))
            self.buttons.place(x + width - side, top - high, side, high, fit)
