"""Header and footer: the same places on every screen.

The header carries the site, the badge of a kiosk without a network and the languages over the band
of the flag; the footer carries back, home, listen, text size, colours, call staff and stop.
"""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from typing import Any, ClassVar

from kiosk.ui.theme.tokens import FLAG, GAP_DP, TARGET_DP
from kiosk.ui.theme.units import dp, sp
from kiosk.ui.widgets.base.layout import LayoutWidget
from kiosk.ui.widgets.base.pressable import CLEAR, Badge, Pressable, SquareBox
from kiosk.ui.widgets.base.text import Glyph, TextLabel, measure
from kiosk.ui.widgets.display.card import Push
from kiosk.ui.widgets.display.grid import Cells
from kiosk.ui_protocol.view import View

HEADER_DP, BAND_DP, BAR_PAD_DP = 100.0, 11.0, 7.0
ICON_DP, LONE_ICON_DP = 36.0, 50.0
BADGE_AROUND_DP = 84.0  # the cloud and the ends of the pill
NARROW_DP = 850.0
"""A panel of 10 inch has no room around its bar."""
NARROW_SP = 1000.0
"""In a narrower header the badge is a cloud without words."""
BAR_PLACES = {"nav", "footer", "header"}
OTHER, HOME_OR_KEEP = "language.other", "home or keep"
SHELL_SIX = ("listen", "text-size", "theme", "call-staff", "hide", "stop")
ONE_ROW = (("back", "home", "keep", *SHELL_SIX),)
"""Under a header with the languages."""
WITH_LANGUAGES = (
    ("back", "home", "keep", "language.en", "language.sw", "hide"),
    ("listen", "text-size", "theme", "call-staff", "", "stop"),
)
"""On a panel whose upper half is out of reach."""
SHORT_ROW = (("back", HOME_OR_KEEP, OTHER, *SHELL_SIX),)
"""On a small panel: the other language alone, and in a form that can be saved no way home."""
FOOTER_ICONS = {
    "back": "arrow_back", "home": "home", "keep": "save", "language.en": "language",
    "language.sw": "language",
    "listen": "volume_up", "text-size": "text_increase", "theme": "contrast",
    "call-staff": "support_agent", "hide": "visibility_off", "stop": "logout",
}  # fmt: skip
DOOR = "staff"
BADGE_ICONS = {"good": "cloud_done", "calm": "cloud_off"}
FITS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)


class LanguageButton(Push):
    """A language in its own name, on the header's colour."""

    def paint(self) -> None:
        super().paint()
        palette = self.palette
        on = self.selected != self.pressed
        self.fill = palette.on_header if on else palette.header_soft
        self.set_edge(palette.on_header, 2)
        ink = palette.header if on else palette.on_header
        self.label.colour = self.glyph.colour = ink


class Languages(Cells):
    """Language buttons, right to left from the edge."""

    cell = LanguageButton

    def need(self, width: float, fit: float) -> float:
        return dp(TARGET_DP) if self.children else 0.0

    def width_for(self, fit: float) -> float:
        cells = self.cells()
        gaps = dp(GAP_DP) * max(0, len(cells) - 1)
        return float(sum(c.natural(fit) for c in cells) + gaps)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        for cell in self.cells():
            wide = cell.natural(fit)
            cell.place(x, y, wide, height, fit)
            x += wide + dp(GAP_DP)


class StaffEntrance(Pressable):
    """The site's name as the staff's way in: nothing to see until it has the focus."""

    def paint(self) -> None:
        super().paint()
        self.fill = self.palette.header_soft if self.pressed else CLEAR
        self.set_edge(CLEAR, 1)

    def need(self, width: float, fit: float) -> float:
        return dp(TARGET_DP)

    def offer(self, elements: tuple[Any, ...]) -> None:
        """Take the element, or stand away while this screen has no way in."""
        found = next((each for each in elements if each.id == DOOR), None)
        self.element = found
        self.element_id = DOOR if found is not None else ""


class Header(LayoutWidget):
    """Who we are, whether the network is there, which language."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.ground, self.seal = SquareBox(), Badge()
        self.shield = Glyph(icon="handshake")
        self.site = TextLabel(face="display", wanted=32)
        self.pill = Badge()
        self.cloud = Glyph(size_dp=32)
        self.badge = TextLabel(face="medium", wanted=26)
        self.languages = Languages(send=self.send)
        self.entrance = StaffEntrance(send=self.send)
        self._elements: tuple[Any, ...] = ()
        self._name = self._badge = ""
        self.band = [SquareBox() for _colour in FLAG]
        for part in (self.ground, self.entrance, self.seal, self.shield, self.site, self.pill,
                     self.cloud, self.badge, self.languages, *self.band):  # fmt: skip
            self.add_widget(part)
        self.present = False
        self.wanted = True
        self.in_reach = True  # the languages and the staff's way in stand here
        self.fbind("palette", self._paint)
        self._paint()

    def _paint(self, *_: object) -> None:
        palette = self.palette
        self.ground.fill, self.pill.fill = palette.header, palette.header_soft
        self.seal.fill, self.shield.colour = palette.on_header, palette.header
        self.site.colour = palette.on_header
        self.cloud.colour = self.badge.colour = palette.on_header
        for stripe, colour in zip(self.band, FLAG, strict=True):
            stripe.fill = colour

    def show(self, view: View) -> None:
        """Site, badge and languages of this view."""
        elements = tuple(e for e in view.elements if e.place == "header")
        before = (self._name, self._badge, self._elements)
        self._elements = elements
        badge = "" if view.badge_tone == "good" else view.badge
        self._badge = badge
        self.languages.elements = (
            tuple(e for e in elements if e.id.startswith("language.")) if self.in_reach else ()
        )
        self.entrance.offer(elements)
        self.site.text = self._name = view.site
        self.badge.text = badge
        self.cloud.icon = BADGE_ICONS.get(view.badge_tone, "cloud_off") if badge else ""
        self.present = self.wanted and bool(elements or view.site)
        if before != (view.site, badge, elements) and self.width > 1:
            self.place(self.x, self.y, self.width, self.height, 1.0)

    def need(self, width: float, fit: float) -> float:
        return dp(HEADER_DP)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        self.ground.place(x, y, width, height if self.present else 0, fit)
        self._place_band(x, y, width)
        floor, high = y + dp(BAND_DP), height - dp(BAND_DP)
        side, pad = dp(60), dp(36)
        self.seal.radius = dp(17)
        self.seal.place(x + pad, floor + (high - side) / 2, side, side, fit)
        self.shield.size_dp = 40
        self.shield.put(x + pad, floor + (high - side) / 2, side, side)
        left = x + pad + side + dp(18)
        self.site.text = self._name
        self.badge.text = self._badge if width > sp(NARROW_SP) else ""
        fit = next((f for f in FITS if self._wanted(f) <= width - left - pad), FITS[-1])
        language = self.languages.width_for(fit)
        right = x + width - pad - language
        target = dp(TARGET_DP)
        self.languages.place(right, floor + (high - target) / 2, language, target, fit)
        right -= dp(20) if language else 0
        right = self._place_badge(right, floor, high, right - left, fit)
        room = max(dp(80), right - left - dp(16))
        self._shorten_site(room, high, fit)
        text = self.site.need(room, fit)
        self.site.put(left, floor + high / 2 + text / 2, room, fit)
        self._place_entrance(x + pad, floor + (high - target) / 2, left, room, fit)

    def _shorten_site(self, room: float, height: float, fit: float) -> None:
        """As many words of the site's name as the header has room for."""
        words = self._name.split(" ")
        while self.site.need(room, fit) > height and len(words) > 1:
            words.pop()
            self.site.text = " ".join(words) + " \u2026"

    def _place_entrance(self, x: float, y: float, left: float, room: float, fit: float) -> None:
        if not self.entrance.element_id:
            self.entrance.place(-9999, -9999, 0, 0, fit)
            return
        wide = max(left + min(room, self.site.natural(fit)) - x, dp(TARGET_DP))
        self.entrance.place(x, y, wide, dp(TARGET_DP), fit)

    def _site(self, fit: float) -> float:
        return self.site.natural(fit) + dp(20)

    def _wanted(self, fit: float) -> float:
        badge = self.badge.natural(fit) + dp(BADGE_AROUND_DP) if self.badge.text else 0
        return self._site(fit) + badge + self.languages.width_for(fit) + dp(20)

    def _place_badge(self, right: float, y: float, height: float, room: float, fit: float) -> float:
        """At its own width, or on two lines beside a long name; the left edge, px."""
        if not self.badge.text:
            self.pill.place(-9999, -9999, 0, 0, fit)
            self.cloud.put(-9999, -9999, 0, 0)
            if self._badge:
                self.cloud.put(right - dp(44), y, dp(44), height)
                right -= dp(52)
            self.badge.put(-9999, -9999, 1, fit)
            return right
        most = max(room - self._site(fit), room * 0.5) - dp(BADGE_AROUND_DP)
        if self.badge.need(most, fit) > height:  # the site's name goes on two lines instead
            most = room * 0.64 - dp(BADGE_AROUND_DP)
        text = min(self.badge.natural(fit) + dp(1), most)
        used = self.badge.need(text, fit)
        high = min(max(dp(52), used + dp(8)), height - dp(4))
        left, floor = right - text - dp(BADGE_AROUND_DP), y + (height - high) / 2
        self.pill.radius = high / 2 if high < dp(60) else dp(18)
        self.pill.place(left, floor, text + dp(BADGE_AROUND_DP), high, fit)
        self.cloud.put(left + dp(18), floor, dp(32), high)
        self.badge.put(left + dp(62), floor + high / 2 + used / 2, text, fit)
        return left

    def _place_band(self, x: float, y: float, width: float) -> None:
        heights = (0.25, 0.125, 0.25, 0.125, 0.25)
        top = y + dp(BAND_DP)
        for stripe, part in zip(self.band, heights, strict=True):
            high = dp(BAND_DP) * part if self.present else 0
            stripe.place(x, top - high, width, high, 1.0)
            top -= high


class FooterButton(Push):
    """A shell button, its icon over one word: quiet until it is needed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.stacked, self.label.face = True, "medium"

    def paint(self) -> None:
        super().paint()
        palette = self.palette
        if not (self.pressed or self.selected):
            self.fill = palette.surface
            self.set_edge(palette.line, palette.line_dp)
            if self.danger and self.enabled:
                self.label.colour = palette.problem
            if self.element_id == "call-staff" and not palette.flat:
                self.fill = palette.brand_soft


class Footer(LayoutWidget):
    """The one bar of the shell: back and home at its left, then listen, text size, colours, staff
    and stop; equal cells, always in their places. Where the header is too high to reach, or has no
    room, the languages stand here too.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.ground, self.rule = SquareBox(), SquareBox()
        self.present = False
        self.rows: tuple[tuple[str, ...], ...] = ONE_ROW
        self._buttons = FooterButtons(send=self.send)
        for part in (self.ground, self.rule, self._buttons):
            self.add_widget(part)
        self.fbind("palette", self._paint)
        self._paint()

    def _paint(self, *_: object) -> None:
        self.ground.fill = self.palette.surface
        self.rule.fill = self.palette.line if self.palette.flat else self.palette.key_alt

    def show(self, view: View) -> None:
        """The shell's actions of this view."""
        other = next(
            (e.id for e in view.elements if e.place == "header" and e.role == "button"
             and e.id.startswith("language.") and not e.selected), "")  # fmt: skip
        keep = any(e.id == "keep" and e.place == "nav" for e in view.elements)
        named = {OTHER: other, HOME_OR_KEEP: "keep" if keep else "home"}
        rows = tuple(tuple(named.get(n, n) for n in row) for row in self.rows)
        slots = {name for row in rows for name in row}
        elements = tuple(e for e in view.elements if e.place in BAR_PLACES and e.id in slots)
        self.present = any(e.place == "footer" for e in elements)
        self._buttons.rows = rows
        if elements != self._buttons.elements:
            self._buttons.elements = elements if self.present else ()
            if self.width > 1:
                self.place(self.x, self.y, self.width, self.height, 1.0)

    def need(self, width: float, fit: float) -> float:
        count = len(self.rows)
        return count * dp(TARGET_DP) + (count - 1) * dp(GAP_DP) + 2 * self._pad(width)

    def _pad(self, width: float) -> float:
        return dp(BAR_PAD_DP) if width > dp(NARROW_DP) else dp(2)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        self.pos, self.size = (x, y), (width, height)
        high = height if self.present else 0
        self.ground.place(x, y, width, high, fit)
        self.rule.place(x, y + high - dp(2) if high else -9999, width, dp(2), fit)
        pad, around = dp(16 if width > dp(NARROW_DP) else 8), self._pad(width)
        inside = height - 2 * around
        self._buttons.place(x + pad, y + around, width - 2 * pad, inside, fit)


class FooterButtons(Cells):
    """Rows of equal cells. Where one word does not fit its cell, its row is icons alone, larger."""

    cell = FooterButton
    options: ClassVar[dict[str, Any]] = {"label_sp": 25.2, "pad_dp": 3}
    rows: tuple[tuple[str, ...], ...] = ()

    def on_elements(self, widget: object, elements: tuple[Any, ...]) -> None:
        super().on_elements(widget, elements)
        for cell in self.cells():
            cell.icon = FOOTER_ICONS.get(cell.element_id, "")
            cell.danger = cell.element_id == "stop"
            cell.show(cell.element)
            cell.paint()

    def need(self, width: float, fit: float) -> float:
        return dp(TARGET_DP)

    def place(self, x: float, y: float, width: float, height: float, fit: float) -> None:
        super().place(x, y, width, height, fit)
        cells = {cell.element_id: cell for cell in self.cells()}
        if not cells:
            return
        gap, count = dp(GAP_DP), len(self.rows)
        high = (height - gap * (count - 1)) / count
        for at, row in enumerate(self.rows):
            wide = (width - gap * (len(row) - 1)) / len(row)
            low = y + height - (at + 1) * high - at * gap
            worded = self._worded(row, cells, width, high)
            for column, name in enumerate(row):
                if name in cells:
                    # A language stands in its own name wherever that has room.
                    own = name.startswith("language.") and self._fits(cells[name], wide, high)
                    self._dress(cells[name], worded=worded or own)
                    cells[name].place(x + column * (wide + gap), low, wide, high, fit)

    def _worded(
        self, row: tuple[str, ...], cells: dict[str, Any], width: float, height: float
    ) -> bool:
        wide = (width - dp(GAP_DP) * (len(row) - 1)) / len(row) - dp(7)  # the pads of a cell
        return all(self._fits(cells[name], wide, height) for name in row if name in cells)

    def _fits(self, cell: Any, width: float, height: float) -> bool:
        cell.label.text = cell.element.label
        wide, high = measure(cell.label.text, cell.label.face, cell.label.px(1.0), 0)
        return bool(wide <= width and high + dp(ICON_DP) <= height)

    def _dress(self, cell: Any, *, worded: bool) -> None:
        cell.label.text = cell.element.label if worded else ""
        cell.glyph.size_dp = ICON_DP if worded else LONE_ICON_DP
