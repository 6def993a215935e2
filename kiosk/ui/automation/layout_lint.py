"""Layout lint: finds overlaps, cut text and small targets on a drawn screen; Kivy reports none.

Checks what is drawn now: text inside its card and the window, nothing over anything else, no text
under 4.8 mm capitals, every target at least 20 mm (15 mm for letter keys) and 3 mm from the next,
every element and title of the view really there. `kiosk/tools/layout_report.py` runs it over every
screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from kivy.core.window import Window

from kiosk.ui.automation.driver import Driver
from kiosk.ui.theme.tokens import GAP_DP, KEY_DP, LEGAL_TEXT_DP, TARGET_DP
from kiosk.ui.theme.units import dp, sp
from kiosk.ui.widgets.base.layout import within
from kiosk.ui.widgets.base.pressable import PaintedBox
from kiosk.ui.widgets.base.text import Glyph, TextLabel, longest_word, measure
from kiosk.ui.widgets.display.attract_art import AttractButton
from kiosk.ui.widgets.input.keyboard import Key
from kiosk.ui.widgets.input.pad import Pad
from kiosk.ui.widgets.input.wheels import Wheel
from kiosk.ui.window.screen import ScreenBody
from kiosk.ui_protocol.view import View

SLACK_PX = 1.5
OVERLAP_PX = 3.0
OWN_PLACES = {"staff", "language.en", "language.sw", "home"}
"""A small panel shows the other language alone, and the staff's way in on its first screens."""
BIG_PADS = {"number", "decimal", "phone"}


class Box(NamedTuple):
    """A rectangle in window px."""

    x: float
    y: float
    right: float
    top: float

    def overlap(self, other: Box) -> tuple[float, float]:
        """How far two boxes reach into one another, px, across and up."""
        across = min(self.right, other.right) - max(self.x, other.x)
        return across, min(self.top, other.top) - max(self.y, other.y)

    def inside(self, other: Box, slack: float = SLACK_PX) -> bool:
        low = self.x >= other.x - slack and self.y >= other.y - slack
        return low and self.right <= other.right + slack and self.top <= other.top + slack


def box(widget: Any) -> Box:
    return Box(widget.x, widget.y, widget.right, widget.top)


def shown(widget: Any) -> bool:
    """Drawn at all: on the window and under no invisible parent."""
    if widget.x < -999 or widget.right < -999 or widget.width < 1:
        return False
    while widget is not None and hasattr(widget, "opacity"):
        if not widget.opacity:
            return False
        parent = widget.parent
        widget = parent if parent is not widget else None
    return True


def ink(words: Any) -> Box:
    """Where the letters of a text stand."""
    wide = min(words.width, measure(words.text, words.font_name, words.font_size, words.width)[0])
    one_line = measure(words.text, words.font_name, words.font_size, 0)
    if one_line[1] + 1 >= words.height:
        wide = min(words.width, one_line[0])
    left = {"left": words.x, "right": words.right - wide}.get(
        words.halign, words.center_x - wide / 2
    )
    return Box(left, words.y, left + wide, words.top)


def holder(widget: Any) -> Any:
    """The card a text belongs to, or the window."""
    parent = widget.parent
    while parent is not None and parent.parent is not parent:
        if isinstance(parent, PaintedBox):
            return parent
        parent = parent.parent
    return None


def problems(driver: Driver) -> list[str]:
    """Everything wrong with what is on the screen."""
    shell, screen = driver.app.shell, driver.app.shell.current
    if screen is None or driver.view is None:
        return ["nothing is on the screen"]
    top = shell.overlay if shell.overlay.parent is not None else shell
    window = Box(0, 0, Window.width, Window.height)
    found: list[str] = []
    there: set[str] = set()
    said: set[str] = set()
    for _page in driver.pages():
        found += [*_texts(top, window), *_targets(driver, window)]
        there |= set(driver.targets())
        said |= {w.text for w in within(shell) if isinstance(w, TextLabel) and shown(w)}
        for body in (c for c in screen.children if isinstance(c, ScreenBody)):
            if body.fitting(screen.width, screen.height) is None:
                found.append("the screen is too full")
    return [*found, *_missing(driver.view, there, said, overlay=shell.overlay.parent is not None)]


def _texts(root: Any, window: Box) -> Iterator[str]:
    widgets = [w for w in within(root) if shown(w)]
    texts = [(w, ink(w)) for w in widgets if isinstance(w, TextLabel) and w.text.strip()]
    icons = [(w, Box(w.center_x - w.font_size * 0.4, w.center_y - w.font_size * 0.4,
                     w.center_x + w.font_size * 0.4, w.center_y + w.font_size * 0.4))
             for w in widgets if isinstance(w, Glyph) and w.text]  # fmt: skip
    for words, drawn in texts:
        name = words.text[:40]
        if words.font_size < sp(LEGAL_TEXT_DP) - 0.6 and not _on_key(words):
            yield f"text under 4.8 mm ({words.font_size:.0f} px): {name}"
        if words.text_size[0] and words.text_size[0] + SLACK_PX < longest_word(
            words.text, words.font_name, words.font_size
        ):
            yield f"a word is broken: {name}"
        if not drawn.inside(window):
            yield f"off the screen: {name}"
        card = holder(words)
        if card is not None and not drawn.inside(box(card), 2.5) and not _field_note(words, card):
            yield f"outside its card: {name}"
    yield from _overlaps(texts, icons)


def _overlaps(texts: list[tuple[Any, Box]], icons: list[tuple[Any, Box]]) -> Iterator[str]:
    for at, (_, one) in enumerate(texts):
        for other, two in texts[at + 1 :]:
            across, up = one.overlap(two)
            if across > OVERLAP_PX and up > OVERLAP_PX + 4:
                yield f"text over text: {texts[at][0].text[:30]} / {other.text[:30]}"
    for words, one in texts:
        for glyph, two in icons:
            across, up = one.overlap(two)
            if across > OVERLAP_PX and up > OVERLAP_PX:
                yield f"text over icon {glyph.icon}: {words.text[:40]}"


def _on_key(words: Any) -> bool:
    """Letters on keys are as large as the keys allow."""
    return isinstance(words.parent, Key) and words.font_size >= dp(LEGAL_TEXT_DP) - 0.6


def _field_note(words: Any, card: Any) -> bool:
    """A field's label stands above its box and its problem below it."""
    return words in {getattr(card, "head", None), getattr(card, "wrong", None)} and hasattr(
        card, "caret"
    )


def _targets(driver: Driver, window: Box) -> Iterator[str]:
    targets = [t for t in driver.app.shell.targets() if shown(t)]
    for target in targets:
        big = not isinstance(target, Key) or target.board.typing.page in BIG_PADS
        least = dp(TARGET_DP if big else KEY_DP) - 0.6
        if target.width < least or target.height < least:
            yield f"target too small ({target.width:.0f}x{target.height:.0f}): {target.element_id}"
        if not box(target).inside(window):
            yield f"target off the screen: {target.element_id}"
    for at, one in enumerate(targets):
        for two in targets[at + 1 :]:
            if isinstance(one, (Wheel, Pad, AttractButton)) or isinstance(
                two, (Wheel, Pad, AttractButton)
            ):
                continue
            across, up = box(one).overlap(box(two))
            if across > -dp(GAP_DP) * 0.9 and up > -dp(GAP_DP) * 0.9:
                yield f"targets nearer than 3 mm: {one.element_id} / {two.element_id}"


def _missing(view: View, there: set[str], said: set[str], *, overlay: bool) -> Iterator[str]:
    """What no page of the view has."""
    for element in view.elements:
        if overlay and element.place != "overlay":
            continue
        if element.place in {"header", "nav"} and element.id in OWN_PLACES:
            continue
        if element.role == "wheel" and f"{element.id}.up" in there:
            continue
        if element.id not in there:
            yield f"not on the screen: {element.id}"
    if overlay:
        return
    wanted = [view.title, *(b.text for b in view.blocks if b.kind in {"text", "notice", "step"})]
    wanted += [b.label for b in view.blocks if b.kind == "notice"]
    wanted += [b.value for b in view.blocks if b.kind == "fact" and b.value != view.subtitle]
    for text in wanted:
        if text and text not in said and not any(text in line for line in said):
            yield f"text not on the screen: {text[:50]}"
