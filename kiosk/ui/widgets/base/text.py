"""TextLabel: text at a defined size, and icons from the icon font.

Owns the fonts, the measuring of text and the rule that no text is drawn under the legal size. A
widget measures at a `fit` (1.0 as designed, less when a screen is full) and draws at the same.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from kivy.core.text import Label as CoreLabel
from kivy.core.text import LabelBase
from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.label import Label

from kiosk.ui.theme.tokens import LEGAL_TEXT_DP, LIGHT, Palette, Rgba
from kiosk.ui.theme.units import dp, sp

FACES = {
    "body": "Inter-Regular",
    "medium": "Inter-Medium",
    "strong": "Inter-SemiBold",
    "display": "InterDisplay-Bold",
}
GLYPHS: dict[str, str] = {}  # icon key -> character; filled once from the look's icons.json
FALLBACK_GLYPH = "info"
SLACK = 2.0  # px: Kivy wraps a line this close to its width now so, now so
BROKEN = 100_000.0  # px: the height of a text whose words do not fit its width


def register_fonts(assets: Path) -> None:
    """Tell Kivy our faces. Raises OSError where the look's folder is incomplete."""
    for face, name in FACES.items():
        LabelBase.register(face, str(assets / "fonts" / f"{name}.otf"))
    LabelBase.register("icons", str(assets / "icons.ttf"))
    table = json.loads((assets / "icons.json").read_text())
    GLYPHS.update({key: chr(code) for key, code in table.items()})


def legal_px(wanted_px: float, fit: float, least_dp: float = LEGAL_TEXT_DP) -> float:
    """The font size for `fit`: smaller than designed when it must, never under its floor, which
    grows with the visit's text size: what somebody asked to be larger never shrinks back.
    """
    return max(min(wanted_px, sp(least_dp)), wanted_px * fit)


@lru_cache(maxsize=4096)
def measure(text: str, face: str, px: float, width: float) -> tuple[float, float]:
    """Width and height of `text` wrapped at `width` (0: not wrapped), in px; never lower than it
    is drawn there. What fits unwrapped is drawn unwrapped.
    """
    if width:
        whole = measure(text, face, px, 0)
        if whole[0] <= width:
            return whole
    label = CoreLabel(
        text=text, font_name=face, font_size=px, font_hinting=None,
        text_size=(max(1.0, width - SLACK) if width else None, None), padding=0,
    )  # fmt: skip
    label.resolve_font_name()
    wide, high = label.render()
    return float(wide), float(high)


@lru_cache(maxsize=4096)
def longest_word(text: str, face: str, px: float) -> float:
    """Width of the widest word, in px: narrower columns would break it."""
    return max((measure(word, face, px, 0)[0] for word in text.split()), default=0.0)


def forget_words() -> None:
    """Drop every remembered text: what a citizen typed must not outlive the visit."""
    measure.cache_clear()
    longest_word.cache_clear()


class TextLabel(Label):
    """A run of text. `tone` names a palette slot unless `colour` is given."""

    palette = ObjectProperty(LIGHT)
    tone = StringProperty("ink")
    colour = ObjectProperty(None, allownone=True)
    face = StringProperty("body")
    wanted = NumericProperty(26)  # sp
    least = NumericProperty(LEGAL_TEXT_DP)  # dp

    def __init__(self, **options: object) -> None:
        options.setdefault("halign", "left")
        super().__init__(size_hint=(None, None), font_hinting=None, **options)
        self._recolour()
        self.bind(palette=self._recolour, tone=self._recolour, colour=self._recolour)

    def repaint(self, palette: Palette) -> None:
        self.palette = palette

    def _recolour(self, *_: object) -> None:
        rgba: Rgba = self.colour or getattr(self.palette, self.tone)
        self.color = rgba

    def blank(self) -> None:
        """Forget the text."""
        self.text = ""

    def px(self, fit: float) -> float:
        return legal_px(sp(self.wanted), fit, self.least)

    def need(self, width: float, fit: float) -> float:
        """Height at `width`, px; 0 without text. Far too high while a word would be broken and
        the text may still shrink.
        """
        if not self.text:
            return 0.0
        px = self.px(fit)
        if px > sp(self.least) + 0.5 and longest_word(self.text, self.face, px) > width + SLACK:
            return BROKEN
        return measure(self.text, self.face, px, width)[1]

    def longest(self, fit: float) -> float:
        """Width of the longest word, px."""
        return longest_word(self.text, self.face, self.px(fit))

    def natural(self, fit: float) -> float:
        """Width on one line, px."""
        return measure(self.text, self.face, self.px(fit), 0)[0] if self.text else 0.0

    def put(self, x: float, top: float, width: float, fit: float) -> float:
        """Draw with the upper left corner at (x, top); the height used, px."""
        high = self.need(width, fit) if self.text else 0.0
        if high >= BROKEN:
            high = measure(self.text, self.face, self.px(fit), width)[1]
        self.font_name = self.face
        self.font_size = self.px(fit)
        wide, line = measure(self.text, self.face, self.px(fit), 0) if self.text else (0.0, 0.0)
        one_line = wide <= width and line >= high
        self.text_size = (None if one_line else width, None)
        if one_line:  # its texture is no wider than its letters
            spare = width - wide
            x += {"left": 0.0, "right": spare}.get(self.halign, spare / 2)
            width = wide
        self.size = (width, high)
        self.pos = (x, top - high)
        return high


class Glyph(Label):
    """One icon, `size_dp` high, centred in its box."""

    palette = ObjectProperty(LIGHT)
    tone = StringProperty("brand")
    colour = ObjectProperty(None, allownone=True)
    icon = StringProperty("")
    size_dp = NumericProperty(36)

    def __init__(self, **options: object) -> None:
        super().__init__(size_hint=(None, None), font_hinting=None, font_name="icons", **options)
        self._redraw()
        for name in ("palette", "tone", "colour", "icon", "size_dp"):
            self.fbind(name, self._redraw)

    def repaint(self, palette: Palette) -> None:
        self.palette = palette

    def _redraw(self, *_: object) -> None:
        self.text = (GLYPHS.get(self.icon) or GLYPHS.get(FALLBACK_GLYPH, "?")) if self.icon else ""
        self.color = self.colour or getattr(self.palette, self.tone)
        self.font_size = dp(self.size_dp)

    def blank(self) -> None:
        """Show nothing."""
        self.icon = ""

    def put(self, x: float, y: float, width: float, height: float) -> None:
        """Centre the icon in the box."""
        self.pos = (x, y)
        self.size = (width, height)
