"""Reads the criteria from what is drawn now: the widget tree and the pixels of the real window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from kivy.core.window import Window
from PIL import Image

from kiosk.ui.automation.driver import Driver
from kiosk.ui.automation.layout_lint import BIG_PADS, box, problems, shown
from kiosk.ui.automation.screenshot import read_window
from kiosk.ui.theme.tokens import ratio
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import within
from kiosk.ui.widgets.base.pressable import Pressable
from kiosk.ui.widgets.base.text import TextLabel
from kiosk.ui.widgets.display.attract_art import AttractButton
from kiosk.ui.widgets.display.blocks import BlockCell
from kiosk.ui.widgets.display.card import Card
from kiosk.ui.widgets.display.number import CAP_EM, BigNumber
from kiosk.ui.widgets.input.keyboard import Key
from kiosk.ui.widgets.input.pad import Pad
from kiosk.ui.widgets.input.wheels import Wheel
from kiosk.ui_protocol.view import View

LARGE = 1.5
STRONG = {"contrast", "sunlight"}
FIXED = ("back", "listen", "call-staff", "stop")
TECHNICAL = {"json", "database", "server", "socket", "http", "null", "exception", "timeout", "usb"}
HOLDERS = (Wheel, Pad, AttractButton)
NOT_CHOICES = {"change."}


class MeterReading(NamedTuple):
    """One value of one criterion, and the element that has it."""

    criterion: str
    value: float
    element: str


class Meter:
    """Reads one page after another. `places` remembers where the fixed buttons stood."""

    def __init__(self, driver: Driver, mm_per_px: float, *, lower: bool) -> None:
        self._driver, self._mm, self._lower = driver, mm_per_px, lower
        self._places: dict[str, set[tuple[int, int]]] = {name: set() for name in FIXED}

    def read(self, view: View) -> Iterator[MeterReading]:
        """Everything that can be read of `view`, on each of its pages."""
        harms = problems(self._driver)
        yield MeterReading("U12", len(harms), harms[0] if harms else "")
        yield MeterReading(
            "U24", int(view.state == "question" and view.progress is None), view.title
        )
        for _page in self._driver.pages():
            yield from self._page(view)

    def pixels(self, view: View) -> Iterator[MeterReading]:
        """What only a drawn picture shows: contrasts."""
        Window.canvas.ask_update()
        self._driver.frames(2)
        picture = read_window()
        strong = "U8 strong" if view.theme in STRONG else "U8"
        for words in self._texts():
            found = _contrast(picture, words)
            if found:
                yield MeterReading(strong, found, words.text[:40])
        for target in self._targets():
            if not isinstance(target, HOLDERS) and target.edge[3] and target.element_id != "staff":
                yield MeterReading("U9", _edge(picture, target), target.element_id)

    def _page(self, view: View) -> Iterator[MeterReading]:
        targets = self._targets()
        yield from self._sizes(targets)
        name = "U2 outdoors" if view.theme == "sunlight" else "U2"
        for gap, pair in _gaps(targets):
            yield MeterReading(name, gap * self._mm, pair)
        if self._lower:
            for target in targets:
                if target.element_id != "staff":
                    over = (target.top - Window.height / 2) * self._mm
                    yield MeterReading("U4", max(0.0, over), target.element_id)
        capitals = "U10 large" if view.text_scale > LARGE else "U10"
        for words in self._texts():
            if not isinstance(words.parent, Key):
                yield MeterReading(capitals, words.font_size * CAP_EM * self._mm, words.text[:40])
        if view.theme == "sunlight":
            yield MeterReading("U14", dp(self._driver.app.shell.palette.line_dp), "edges")
        yield from self._words(view)
        yield from self._choices(targets)
        yield from self._fixed(targets, view)

    def _sizes(self, targets: list[Pressable]) -> Iterator[MeterReading]:
        for target in targets:
            name = "U1"
            if isinstance(target, Key):
                name = "U1 digits" if target.board.typing.page in BIG_PADS else "U1 letters"
            yield MeterReading(name, min(target.width, target.height) * self._mm, target.element_id)
            corners = ((target.x + 1, target.y + 1), (target.right - 1, target.top - 1))
            deaf = sum(not target.collide_point(*corner) for corner in corners)
            yield MeterReading("U3", deaf, target.element_id)

    def _words(self, view: View) -> Iterator[MeterReading]:
        screen = self._driver.app.shell.current
        cells = [w for w in within(screen) if isinstance(w, BlockCell) and shown(w)]
        texts = [w.text for cell in cells for w in within(cell) if isinstance(w, TextLabel)]
        yield MeterReading("U18", sum(len(text.split()) for text in texts), view.title[:40])
        for words in self._texts():
            found = {part.strip(".,:").lower() for part in words.text.split()} & TECHNICAL
            yield MeterReading("U42", len(found), words.text[:40])
        for number in (w for w in within(screen) if isinstance(w, BigNumber) and shown(w)):
            if number.words.text:
                size = number.words.font_size * CAP_EM * self._mm
                yield MeterReading("U27", size, number.words.text)

    def _choices(self, targets: list[Pressable]) -> Iterator[MeterReading]:
        cards = [t for t in targets if isinstance(t, Card) and not _is_line(t.element_id)]
        yield MeterReading("U21", len(cards), cards[0].element_id if cards else "")
        for card in cards:
            bare = not (card.glyph.icon or card.picture.source)
            yield MeterReading("U19", int(bare), card.element_id)

    def _fixed(self, targets: list[Pressable], view: View) -> Iterator[MeterReading]:
        for target in targets:
            if target.element_id in self._places:
                self._places[target.element_id].add((round(target.x), round(target.y)))
                yield MeterReading("U23", len(self._places[target.element_id]), target.element_id)
        offered = any(t.element_id.startswith(("language.", "choose.")) for t in targets)
        if self._driver.app.shell.overlay.parent is None:
            yield MeterReading("U15", int(not offered), view.state)

    def _targets(self) -> list[Pressable]:
        return [t for t in self._driver.app.shell.targets() if shown(t)]

    def _texts(self) -> list[TextLabel]:
        shell = self._driver.app.shell
        top = shell.overlay if shell.overlay.parent is not None else shell
        return [w for w in within(top) if isinstance(w, TextLabel) and w.text.strip() and shown(w)]


def _is_line(element_id: str) -> bool:
    return any(element_id.startswith(prefix) for prefix in NOT_CHOICES)


def _gaps(targets: list[Pressable]) -> Iterator[tuple[float, str]]:
    """Px between each two neighbours that are less than 10 mm apart."""
    for at, one in enumerate(targets):
        for two in targets[at + 1 :]:
            if isinstance(one, HOLDERS) or isinstance(two, HOLDERS):
                continue
            across, up = box(one).overlap(box(two))
            apart = -max(min(across, 0.0), min(up, 0.0)) if across > 0 or up > 0 else 0.0
            gap = max(-across, -up) if across <= 0 or up <= 0 else 0.0
            if across > 0 or up > 0:
                yield gap if gap > 0 else apart, f"{one.element_id} / {two.element_id}"


def _part(picture: Image.Image, left: float, low: float, right: float, top: float) -> list[Any]:
    high = picture.height
    area = (max(0, int(left)), max(0, int(high - top)),
            min(picture.width, int(right) + 1), min(high, int(high - low) + 1))  # fmt: skip
    if area[2] <= area[0] or area[3] <= area[1]:
        return []
    return list(picture.crop(area).getdata())


def _rgba(pixel: tuple[int, int, int]) -> tuple[float, float, float, float]:
    return pixel[0] / 255, pixel[1] / 255, pixel[2] / 255, 1.0


def _contrast(picture: Image.Image, words: TextLabel) -> float:
    """Of a text's darkest or lightest ink against the ground it stands on."""
    pixels = Counter(_part(picture, words.x, words.y, words.right, words.top))
    if not pixels:
        return 0.0
    ground = _rgba(pixels.most_common(1)[0][0])
    return max(ratio(_rgba(pixel), ground) for pixel in pixels)


def _edge(picture: Image.Image, target: Pressable) -> float:
    """Of a target's edge, or its fill, against what lies around it: the clearer of both."""
    y = target.center_y
    outside = _part(picture, target.x - 4, y, target.x - 4, y)
    inside = _part(picture, target.x, y, target.x + max(4, 2 * target.edge_px + 3), y)
    if not outside or not inside:
        return 21.0
    return max(ratio(_rgba(pixel), _rgba(outside[0])) for pixel in inside)
