"""Pressable: what a finger, a key or the story driver acts on; PaintedBox: the rounded shape.

Owns pressing: a touch that begins and ends on the same element sends its id once. Repeats within
half a second are dropped by the bridge, not here, and no touch comes here in the first half second
of a screen. The touch area is the drawn shape, never less.
"""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from functools import lru_cache
from typing import Any

from kivy.graphics import Color, InstructionGroup, SmoothLine
from kivy.graphics.texture import Texture
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    ListProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)

from kiosk.ui.theme.tokens import Palette, Rgba, ratio
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget, within

CLEAR: Rgba = (0.0, 0.0, 0.0, 0.0)
BLACK_AND_WHITE: tuple[Rgba, Rgba] = ((0.0, 0.0, 0.0, 1.0), (1.0, 1.0, 1.0, 1.0))
NOWHERE = (0.0, 0.0, 0.0, 0.0)
SHADOW_PX, SHADOW_EDGE = 64, 24


@lru_cache(maxsize=1)
def shadow_texture() -> Texture:
    """A soft rounded square, stretched under every card: cheaper than a blur per frame."""
    pixels = bytearray()
    core = SHADOW_PX / 2 - SHADOW_EDGE
    for row in range(SHADOW_PX):
        for column in range(SHADOW_PX):
            away_x = max(0.0, abs(column + 0.5 - SHADOW_PX / 2) - core)
            away_y = max(0.0, abs(row + 0.5 - SHADOW_PX / 2) - core)
            near = max(0.0, 1 - (away_x**2 + away_y**2) ** 0.5 / SHADOW_EDGE)
            pixels += bytes((255, 255, 255, int(255 * near * near * (3 - 2 * near))))
    texture = Texture.create(size=(SHADOW_PX, SHADOW_PX), colorfmt="rgba")
    texture.blit_buffer(bytes(pixels), colorfmt="rgba", bufferfmt="ubyte")
    return texture


class Badge(LayoutWidget):
    """A filled rounded box: icon squares, bars, dots."""

    fill = ColorProperty(CLEAR)
    radius = NumericProperty(0)

    def need(self, width: float, fit: float) -> float:
        return 0.0


class SquareBox(Badge):
    """A filled square box."""


class PaintedBox(LayoutWidget):
    """A card: fill, edge, shadow and focus ring, all from the palette."""

    fill = ColorProperty(CLEAR)
    edge = ColorProperty(CLEAR)
    shadow = ColorProperty(CLEAR)
    edge_px = NumericProperty(1)
    radius = NumericProperty(0)
    raised = BooleanProperty(False)
    outline = ListProperty([0, 0, 1, 1, 0])
    shadow_box = ListProperty(NOWHERE)
    shadow_texture = ObjectProperty(None, allownone=True)
    radius_dp = NumericProperty(18)

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.shadow_texture = shadow_texture()
        for name in ("pos", "size", "edge_px"):
            self.fbind(name, self._reshape)
        self.fbind("palette", self._paint)
        self._paint()

    def _paint(self, *_: object) -> None:
        self.paint()

    def paint(self) -> None:
        """Set fill, edge and ring from the palette and the state; subclasses say how."""
        self.fill = self.palette.surface
        self.set_edge(self.palette.line, self.palette.line_dp)

    def set_edge(self, colour: Rgba, width_dp: float) -> None:
        self.edge = colour
        self.edge_px = dp(width_dp) / 2
        before, cast = self.shadow[3], self.raised and not self.palette.flat
        self.shadow = (0.02, 0.12, 0.08, 0.22) if cast else CLEAR
        if self.shadow[3] != before:
            self._reshape()

    def _reshape(self, *_: object) -> None:
        radius = min(dp(self.radius_dp), self.height / 2, self.width / 2)
        self.radius = radius
        inset = self.edge_px
        self.outline = [
            self.x + inset, self.y + inset, max(1, self.width - 2 * inset),
            max(1, self.height - 2 * inset), max(0, radius - inset),
        ]  # fmt: skip
        if not self.shadow[3]:
            self.shadow_box = NOWHERE  # what cannot be seen is not drawn: every quad costs
            return
        blur = dp(13)
        self.shadow_box = [
            self.x - blur, self.y - blur - dp(5), self.width + 2 * blur, self.height + 2 * blur,
        ]  # fmt: skip


class Pressable(PaintedBox):
    """A surface with an element behind it."""

    element = ObjectProperty(None, allownone=True)
    element_id = StringProperty("")
    pressed = BooleanProperty(False)
    focused = BooleanProperty(False)
    enabled = BooleanProperty(True)
    selected = BooleanProperty(False)

    def __init__(self, **options: object) -> None:
        self._down_on = ""
        self._ring = InstructionGroup()
        super().__init__(**options)
        for name in ("pressed", "focused", "enabled", "selected"):
            self.fbind(name, self._paint)

    def on_element(self, _: object, element: Any) -> None:
        if element is not None:
            self.element_id = element.id
            self.enabled = element.enabled
            self.selected = element.selected
            self.show(element)
            self.paint()

    def show(self, element: Any) -> None:
        """Take label, hint, icon from the element; subclasses say how."""

    def park(self) -> None:
        """Off the screen until another element comes: nothing of this one stays, for it may be a
        citizen's.
        """
        self.element, self.element_id, self._down_on = None, "", ""
        self.pressed = self.focused = self.selected = False
        for part in within(self):
            blank = getattr(part, "blank", None)
            if blank is not None:
                blank()
            elif getattr(part, "source", ""):
                part.source = ""

    def paint(self) -> None:
        super().paint()
        self.paint_ring()

    def paint_ring(self) -> None:
        """The focus ring around the shape, drawn only while there is focus: 5 dp of the focus
        colour within 2.5 dp of its opposite, so that it is seen on every ground.
        """
        self._ring.clear()
        if not self.focused:
            return
        if self._ring not in self.canvas.after.children:
            self.canvas.after.add(self._ring)
        out, radius = dp(5), self.radius + dp(5)
        shape = (self.x - out, self.y - out, self.width + 2 * out, self.height + 2 * out, radius)
        for colour, wide in ((opposite(self.palette.focus), 5.0), (self.palette.focus, 2.5)):
            self._ring.add(Color(*colour))
            self._ring.add(SmoothLine(rounded_rectangle=shape, width=dp(wide)))  # to both sides

    def activate(self) -> None:
        """What a tap or the select key does."""
        if self.enabled and self.send is not None:
            self.send(self.element_id)

    def on_touch_down(self, touch: Any) -> bool:
        if not self.opacity or not self.collide_point(*touch.pos):
            return False
        if self.enabled:
            touch.grab(self)
            self.pressed, self._down_on = True, self.element_id
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self.pressed = False
        if self.collide_point(*touch.pos) and self.element_id == self._down_on:
            self.activate()  # a cell that became another element under the finger does nothing
        return True


def mix(front: Rgba, back: Rgba, part: float) -> Rgba:
    """`part` of front over back, opaque."""
    red, green, blue = (f * part + b * (1 - part) for f, b in zip(front[:3], back[:3], strict=True))
    return (red, green, blue, 1.0)


def opposite(colour: Rgba) -> Rgba:
    """Black or white, whichever stands out more from `colour`."""
    return max(BLACK_AND_WHITE, key=lambda other: ratio(other, colour))


def on_colour(palette: Palette, colour: Rgba) -> Rgba:
    """Ink that is readable on `colour` in this palette."""
    return max((palette.on_brand, palette.ink), key=lambda ink: ratio(ink, colour))
