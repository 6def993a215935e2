"""The on-screen keyboard: our own keys, laid out from `kiosk/ui/keyboard_layouts.py`.

It edits the text of the field it is bound to and sends `Edited` through it; shift and page are
its own. Keys are pressed by touch, by the five-key pad and by the story driver alike.
"""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from typing import Any, ClassVar

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.ui.keyboard_layouts import (
    BACK,
    BLANK,
    ENTER,
    ICONS,
    LETTERS_PAGE,
    NAMED,
    PAGES,
    SHIFT,
    WIDTHS,
    Typing,
    begin,
)
from kiosk.ui.keyboard_layouts import press as press_key
from kiosk.ui.keyboard_layouts import shown as shown_on
from kiosk.ui.theme.tokens import GAP_DP, KEY_DP, LEGAL_TEXT_DP, TARGET_DP
from kiosk.ui.theme.units import dp, sp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.pressable import Pressable
from kiosk.ui.widgets.base.text import Glyph, TextLabel
from kiosk.ui_protocol.view import KeyboardKind as Kind

TALLEST_KEY_DP, TALLEST_DIGIT_DP = 92, 112


class Key(Pressable):
    """One key. `word` is its place in the layout, e.g. `q` or `SHIFT`."""

    word = StringProperty("")
    repeats = True  # letters double: the debounce leaves keys alone

    def __init__(self, board: Keyboard, **options: Any) -> None:
        self.board = board
        self.radius_dp = 12
        self.letter = TextLabel(face="medium", halign="center", wanted=32)
        self.glyph = Glyph(size_dp=34, tone="ink")
        super().__init__(**options)
        self.element_id = f"key.{self.word}"
        self.glyph.icon = ICONS.get(self.word, "")
        self.add_widget(self.letter)
        self.add_widget(self.glyph)

    def paint(self) -> None:
        super().paint()
        palette = self.palette
        special = self.word in NAMED and self.word != "SPACE"
        self.fill, ink = palette.key_alt if special else palette.key, palette.ink
        self.raised = not palette.flat
        self.set_edge(palette.line, palette.line_dp * 1.25)
        main = self.word == ENTER
        if main or self.pressed or (self.word == SHIFT and self.board.typing.shift):
            self.fill, ink = palette.brand, palette.on_brand
        self.letter.colour = self.glyph.colour = ink

    def caption(self, typing: Typing) -> None:
        self.letter.text = shown_on(self.word, typing)
        self.paint()
        if self.width > 1:
            self._put_letter()

    def activate(self) -> None:
        self.board.press(self.word)

    def need(self, width: float, fit: float) -> float:
        return float(dp(KEY_DP))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self.glyph.put(x, y, width, height)
        self._put_letter()

    def _put_letter(self) -> None:
        big = PAGES[self.board.typing.page].big
        larger = sp(1) / dp(1)  # the key does not grow with the text size, and its letter with it
        drawn = 48 if big else (28 if len(self.word) > 1 else 32) * min(larger, 1.25)
        self.letter.wanted, self.letter.least = drawn / larger, LEGAL_TEXT_DP / larger
        high = self.letter.need(self.width, 1.0 if big else 0.8)
        self.letter.put(self.x, self.center_y + high / 2, self.width, 1.0 if big else 0.8)


class Keyboard(LayoutWidget):
    """Pages are built when first shown and kept; every board borrows the same keys."""

    _pages: ClassVar[dict[str, list[list[Key]]]] = {}
    kind = StringProperty("")
    confirms = BooleanProperty(True)  # there is something for the ENTER key to do
    field = ObjectProperty(None, allownone=True)
    by_keys = BooleanProperty(False)  # pressed by five keys: the letters lie by their frequency

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.grow = True
        self.own = False  # opened by the piece it stands in
        self.typing = Typing("abc", shift=False)
        self._opened: object = None

    def open(self, kind: str, field: Any, *, confirms: bool = True) -> None:
        """Show the keyboard for a field; the same question again leaves shift and page alone."""
        self.field, key = field, (kind, field.key, field.element_id, confirms)
        self.confirms = confirms
        if key == self._opened and self._holds_its_keys():
            self.kind = kind
            return
        self._opened, self.kind = key, kind
        self.clear_widgets()
        self._turn(begin(Kind(kind), field.text))

    def close(self) -> None:
        self.kind, self._opened = "", None
        self.clear_widgets()

    def on_by_keys(self, *_: object) -> None:
        if self.kind:
            self._turn(Typing("abc" if self.typing.page == LETTERS_PAGE else self.typing.page,
                              self.typing.shift))  # fmt: skip

    def _turn(self, typing: Typing) -> None:
        if self.by_keys and typing.page == "abc":
            typing = Typing(LETTERS_PAGE, typing.shift)
        changed = typing.page != self.typing.page or not self._holds_its_keys()
        self.typing = typing
        if typing.page not in self._pages:  # the keys of all boards: one is on the screen at a time
            self._pages[typing.page] = [
                [Key(self, word=word) for word in row] for row in PAGES[typing.page].rows
            ]
        if changed:
            self.clear_widgets()
            for key in (key for row in self.rows() for key in row if key.word != BLANK):
                if key.parent is not None:
                    key.parent.remove_widget(key)
                key.board, key.pressed = self, False
                self.add_widget(key)
            if self.height > 1:
                self._arrange()
        for row in self._pages[typing.page]:
            for key in row:
                key.caption(typing)

    def _holds_its_keys(self) -> bool:
        """Whether no other board borrowed any key since: one without ENTER leaves just ENTER."""
        keys = [key for row in self.rows() for key in row if key.word != BLANK]
        return bool(keys) and all(key.parent is self for key in keys)

    def press(self, word: str) -> None:
        """A key was pressed: the field's text changes and is sent."""
        if self.field is None or not self.kind:
            return
        if word == ENTER:
            self.send("", ENTER)
            return
        typing, text = press_key(word, self.typing, self.field.text)
        if text != self.field.text or word == BACK:
            self.field.typed(text)
        if typing != self.typing:
            self._turn(typing)

    def rows(self) -> list[list[Key]]:
        """Keys now shown; without anything to confirm there is no dead ENTER key."""
        rows = self._pages.get(self.typing.page, [])
        return [[key for key in row if self.confirms or key.word != ENTER] for row in rows]

    def _least(self) -> float:
        return float(dp(TARGET_DP if PAGES[self.typing.page].big else KEY_DP))

    def need(self, width: float, fit: float) -> float:
        if not self.kind:
            return 0.0
        rows = len(PAGES[self.typing.page].rows)
        return rows * self._least() + (rows - 1) * dp(GAP_DP)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        if self.kind:
            self._arrange()

    def _arrange(self) -> None:
        layout, rows = PAGES[self.typing.page], self.rows()
        gap = dp(GAP_DP)
        tallest = TALLEST_DIGIT_DP if layout.big else TALLEST_KEY_DP
        high = min(dp(tallest), (self.height - gap * (len(rows) - 1)) / len(rows))
        broad = self.width * layout.width
        left = self.x + (self.width - broad) / 2
        unit = (broad - gap * (max(len(row) for row in rows) - 1)) / max(len(row) for row in rows)
        top = self.y + len(rows) * (high + gap) - gap
        if layout.big:
            top = self.top
        for at, row in enumerate(rows):
            self._arrange_row(
                row, left, broad, 0 if layout.big else unit, top - at * (high + gap), high
            )

    def _arrange_row(
        self, row: list[Key], left: float, broad: float, unit: float, top: float, high: float
    ) -> None:
        gap = dp(GAP_DP)
        shares = [WIDTHS.get(key.word, 1.0) if unit else 1.0 for key in row]
        room = broad - gap * (len(row) - 1)
        if all(share == 1 for share in shares) and unit:
            wide, x = unit, left + (broad - len(row) * unit - (len(row) - 1) * gap) / 2
            widths = [wide] * len(row)
        else:
            x, widths = left, [room * share / sum(shares) for share in shares]
        for key, wide in zip(row, widths, strict=True):
            if key.word != BLANK:
                key.place(x, top - high, wide, high, 1.0)
            x += wide + gap
