"""Card and Push: the two things most elements are drawn as.

A card has a picture or an icon in a coloured square, a label, a hint and a mark that says what
touching it does. It has three arrangements: icon on top, icon beside, everything centred.
"""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.image import Image

from kiosk.ui.theme.tokens import ACCENTS, TARGET_DP, Palette, legible, rgba
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.pressable import Badge, Pressable, on_colour
from kiosk.ui.widgets.base.text import Glyph, TextLabel

TOP, SIDE, CENTRE, TIGHT = "top", "side", "centre", "tight"
TIGHT_PAD_DP = 12.0
PADDING = ((0.85, 1.0), (0.6, 0.7), (0.0, 0.45))
"""Above which fit: the part of its padding that a card keeps over and under its words."""
FORWARD_ICONS = {"arrow_forward", "chevron_right"}  # these stand behind their word
FACE_ICONS = {
    "1": "sentiment_very_dissatisfied", "2": "sentiment_dissatisfied", "3": "sentiment_neutral",
    "4": "sentiment_satisfied", "5": "sentiment_very_satisfied",
}  # fmt: skip


class Card(Pressable):
    """Tile, row, choice, tick or face: differing only in numbers and in the mark."""

    flow = StringProperty(TOP)
    icon_dp = NumericProperty(72)
    pad_dp = NumericProperty(22)
    title_sp = NumericProperty(30)
    mark_off = StringProperty("")  # mark icon when not selected
    mark_on = StringProperty("")
    tall_dp = NumericProperty(TARGET_DP)
    chosen_fill = BooleanProperty(True)
    icon_least = NumericProperty(0.72)  # of its size, when a screen is full
    bare = BooleanProperty(False)  # no icon either
    brief = BooleanProperty(False)  # no hint: there is no room for it

    def __init__(self, **options: Any) -> None:
        self.badge = Badge()
        self.glyph = Glyph()
        self.picture = Image(size_hint=(None, None), fit_mode="contain", opacity=0)
        self.title = TextLabel(face="strong")
        self.hint = TextLabel(face="body", tone="muted", wanted=26)
        self.mark = Glyph(size_dp=34)
        super().__init__(**options)
        self.title.wanted = self.title_sp
        for part in (self.badge, self.picture, self.glyph, self.title, self.hint, self.mark):
            self.add_widget(part)

    def show(self, element: Any) -> None:
        self.title.text = element.label
        self.hint.text = element.hint or element.value
        picture = element.media or (element.icon if "." in element.icon else "")
        self.picture.source = picture
        self.picture.opacity = 1 if picture else 0
        self.glyph.icon = "" if picture else self.icon_of(element)

    def icon_of(self, element: Any) -> str:
        if element.icon or element.role != "face":
            return str(element.icon)
        return FACE_ICONS.get(element.id.rpartition(".")[2], "sentiment_neutral")

    def paint(self) -> None:
        palette: Palette = self.palette
        super().paint()
        element = self.element
        tint = palette.brand
        if element is not None and not palette.flat:
            accent = element.colour or ACCENTS.get(element.id, "")
            tint = rgba(accent) if accent else tint
        primary = bool(element is not None and element.primary)
        ink, muted, badge, glyph = palette.ink, palette.muted, tint, on_colour(palette, tint)
        if not palette.flat and legible(tint):
            glyph = (1.0, 1.0, 1.0, 1.0)
        self.fill = palette.surface
        self.set_edge(palette.line, palette.line_dp)
        mark = tint if legible(tint, 3.0) or palette.flat else palette.brand
        if primary and not palette.flat:
            self.fill, ink, muted, mark = palette.brand, *(3 * (palette.on_brand,))
            badge, glyph = palette.on_brand, palette.brand
            self.set_edge(palette.brand, 0.1)
        if self.selected and self.chosen_fill:
            self.fill, mark = palette.brand_soft, palette.brand
            self.set_edge(palette.brand, 4)
        if self.pressed:
            self.fill, ink, muted, mark = palette.brand, *(3 * (palette.on_brand,))
            badge, glyph = palette.on_brand, palette.brand
        if not self.enabled:
            ink = muted = glyph = mark = palette.muted
            badge = palette.sunken
        self.badge.fill = badge if self.glyph.icon else (0, 0, 0, 0)
        self.glyph.colour, self.mark.colour = glyph, mark
        self.title.colour, self.hint.colour = ink, muted
        self.mark.icon = self.mark_on if self.selected else self.mark_off

    def _icon_px(self, fit: float) -> float:
        return float(dp(self.icon_dp) * max(self.icon_least, fit)) if self._pictured() else 0.0

    def _pictured(self) -> bool:
        return bool(self.glyph.icon or self.picture.source) and not self.bare

    def _mark_px(self) -> float:
        return dp(self.mark.size_dp) + dp(12) if (self.mark_on or self.mark_off) else 0.0

    def _text_width(self, width: float, fit: float) -> float:
        inner = width - 2 * dp(self.pad_dp)
        if self.flow == SIDE:
            icon = self._icon_px(fit)
            inner -= self._mark_px() + (icon + dp(20) if icon else 0)
        return max(1.0, inner)

    def _text_height(self, wide: float, fit: float) -> float:
        hint = 0.0 if self.brief else self.hint.need(wide, fit)
        return self.title.need(wide, fit) + (hint + dp(4) if hint else 0)

    def whole_words(self, width: float, fit: float) -> bool:
        """Whether no word is broken at this width."""
        wide = self._text_width(width, fit)
        title = wide
        if self.flow == TIGHT:
            wide = width - 2 * dp(TIGHT_PAD_DP)
            title = wide - self._icon_px(fit) * 0.8 - dp(12)
        hint = 0.0 if self.brief else self.hint.longest(fit)
        return bool(self.title.longest(fit) <= title + 1 and hint <= wide + 1)

    def need(self, width: float, fit: float) -> float:
        if self.flow == TIGHT:
            return self._tight_height(width, fit)
        text = self._text_height(self._text_width(width, fit), fit)
        icon = self._icon_px(fit)
        if self.picture.source and self.flow != SIDE:
            icon = dp(120)
        pad = 2 * dp(self.pad_dp) * next(part for least, part in PADDING if fit > least)
        stacked = text + (icon + dp(14) if icon else 0)
        return max(dp(self.tall_dp), (max(text, icon) if self.flow == SIDE else stacked) + pad)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self.title.halign = self.hint.halign = "left"
        flows = {TOP: self._top, SIDE: self._side, CENTRE: self._centre, TIGHT: self._tight}
        flows[self.flow](fit)
        self.hint.opacity = 0 if self.brief else 1

    def _put_icon(self, x: float, y: float, side: float) -> None:
        if not side:
            x = -9999
        self.badge.place(x, y, side, side, 1)
        self.badge.radius = side * 0.26
        self.glyph.size_dp = side * 0.62 / dp(1)
        self.glyph.put(x, y, side, side)
        self.picture.pos, self.picture.size = (x, y), (side, side)

    def _put_mark(self, x: float, y: float, width: float, height: float) -> None:
        self.mark.put(x, y, width, height)

    def _top(self, fit: float) -> None:
        pad, icon = dp(self.pad_dp), self._icon_px(fit)
        wide = self._text_width(self.width, fit)
        text = self._text_height(wide, fit)
        spare = self.height - text - icon - dp(14)
        pad_y = max(dp(8), min(pad, spare / 2))
        self._put_icon(self.x + pad, self.top - pad_y - icon, icon)
        mark = self._mark_px()
        self._put_mark(self.right - pad - mark + dp(8), self.top - pad_y - icon, mark, icon)
        top = self.y + pad_y + text
        used = self.title.put(self.x + pad, top, wide, fit)
        self.hint.put(self.x + pad, top - used - dp(4), wide, fit)
        if self.picture.source:
            self._put_picture(text + pad_y)

    def _put_picture(self, below: float) -> None:
        self.picture.pos = (self.x + dp(10), self.y + below + dp(8))
        self.picture.size = (self.width - dp(20), self.height - below - dp(18))

    def _side(self, fit: float) -> None:
        pad, icon, mark = dp(self.pad_dp), self._icon_px(fit), self._mark_px()
        wide = self._text_width(self.width, fit)
        text = self._text_height(wide, fit)
        self._put_icon(self.x + pad, self.center_y - icon / 2, icon)
        left = self.x + pad + (icon + dp(20) if icon else 0)
        top = self.center_y + text / 2
        used = self.title.put(left, top, wide, fit)
        self.hint.put(left, top - used - dp(4), wide, fit)
        self._put_mark(self.right - pad - mark + dp(8), self.y, mark, self.height)

    def _tight_sizes(self, width: float, fit: float) -> tuple[float, float, float]:
        """Icon side, height of the title beside it, height of the hint under both."""
        icon, pad = self._icon_px(fit) * 0.8, dp(TIGHT_PAD_DP)
        title = self.title.need(width - 2 * pad - icon - dp(12), fit)
        return icon, title, 0.0 if self.brief else self.hint.need(width - 2 * pad, fit)

    def _tight_height(self, width: float, fit: float) -> float:
        icon, title, hint = self._tight_sizes(width, fit)
        text = max(icon, title) + (hint + dp(4) if hint else 0)
        return max(dp(self.tall_dp), text + 2 * dp(TIGHT_PAD_DP))

    def _tight(self, fit: float) -> None:
        pad = dp(TIGHT_PAD_DP)
        icon, title, hint = self._tight_sizes(self.width, fit)
        high = max(icon, title)
        top = self.center_y + (high + (hint + dp(4) if hint else 0)) / 2
        self._put_icon(self.x + pad, top - icon, icon)
        left = self.x + pad + icon + dp(12)
        self.title.put(left, top - (high - title) / 2, self.right - pad - left, fit)
        self.hint.put(self.x + pad, top - high - dp(4), self.width - 2 * pad, fit)
        self._put_mark(-9999, -9999, 0, 0)

    def _centre(self, fit: float) -> None:
        icon = self._icon_px(fit)
        wide = self._text_width(self.width, fit)
        text = self._text_height(wide, fit)
        self.title.halign = self.hint.halign = "center"
        top = self.center_y + (icon + (dp(14) if icon else 0) + text) / 2
        self._put_icon(self.center_x - icon / 2, top - icon, icon)
        top -= icon + (dp(14) if icon else 0)
        used = self.title.put(self.center_x - wide / 2, top, wide, fit)
        self.hint.put(self.center_x - wide / 2, top - used - dp(4), wide, fit)
        side = dp(self.mark.size_dp)
        self._put_mark(self.right - side - dp(10), self.top - side - dp(10), side, side)
        if self.picture.source:
            self._put_picture(text + dp(14))


class Push(Pressable):
    """An action: icon and label on one line, two when it must."""

    icon = StringProperty("")
    plain = BooleanProperty(False)  # shell: no fill, no edge until pressed
    danger = BooleanProperty(False)
    label_sp = NumericProperty(28)
    pad_dp = NumericProperty(22)
    icon_last = BooleanProperty(False)
    stacked = BooleanProperty(False)  # icon over label

    def __init__(self, **options: Any) -> None:
        self.glyph = Glyph(size_dp=34)
        self.label = TextLabel(face="strong", halign="center")
        super().__init__(**options)
        self.label.wanted = self.label_sp
        self.add_widget(self.glyph)
        self.add_widget(self.label)

    def show(self, element: Any) -> None:
        self.label.text = element.label
        self.glyph.icon = element.icon or self.icon
        self.icon_last = self.glyph.icon in FORWARD_ICONS

    def paint(self) -> None:
        super().paint()
        palette = self.palette
        primary = bool(self.element is not None and self.element.primary)
        self.fill, ink, glyph = palette.surface, palette.ink, palette.brand
        self.set_edge(palette.line, palette.line_dp)
        if self.danger:
            glyph = palette.problem
        if primary or self.pressed or self.selected:
            self.fill, ink, glyph = palette.brand, palette.on_brand, palette.on_brand
            self.set_edge(palette.brand, palette.line_dp)
        if not self.enabled:
            self.fill = palette.sunken
            ink = glyph = palette.muted
        self.label.colour, self.glyph.colour = ink, glyph

    def _icon_px(self) -> float:
        return dp(self.glyph.size_dp) if self.glyph.icon else 0.0

    def _around(self) -> float:
        icon = self._icon_px()
        return 2 * dp(self.pad_dp) + (
            icon + dp(12) if icon and self.label.text and not self.stacked else 0
        )

    def natural(self, fit: float) -> float:
        """Width wanted, px, label on one line."""
        return max(dp(TARGET_DP), self._around() + self.label.natural(fit) + dp(2))

    def least(self, fit: float) -> float:
        """The least width that breaks no word, px."""
        label = self.label
        return max(dp(TARGET_DP), self._around() + label.longest(fit) + dp(4))

    def need(self, width: float, fit: float) -> float:
        room = max(1.0, width - self._around())
        high = self.label.need(room, fit) if self.label.text else 0.0
        if self.stacked:
            high += self._icon_px() + dp(4)
        return max(dp(TARGET_DP), high + dp(12))

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        icon = self._icon_px()
        room = max(1.0, width - self._around())
        wide = min(room, self.label.natural(fit) + 1) if self.label.text else 0.0
        high = min(self.label.need(wide, fit), height) if wide else 0.0
        if self.stacked:
            top = self.center_y + (high + icon + dp(4)) / 2
            self.glyph.put(x, top - icon, width, icon)
            self.label.put(self.center_x - wide / 2, top - icon - dp(4), wide, fit)
            return
        gap = dp(12) if icon and wide else 0
        left = self.center_x - (icon + gap + wide) / 2
        icon_x, text_x = (left, left + icon + gap)
        if self.icon_last:
            icon_x, text_x = (left + wide + gap, left)
        self.glyph.put(icon_x, y, icon, height)
        self.label.put(text_x, self.center_y + high / 2, wide, fit)
