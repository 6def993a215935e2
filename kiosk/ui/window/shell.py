"""Header, footer and the idle warning around the state's screen, always in one place.

Takes a view, draws what changed. Header, footer and overlay are updated apart from the body: a
countdown, a badge or a language button never lays the body out again.
"""

# ruff: noqa: ARG002 - the signatures are those every piece has
from __future__ import annotations

from typing import Any

import msgspec
from kivy.core.window import Window
from kivy.metrics import Metrics
from kivy.uix.widget import Widget

from kiosk.ui.theme.tokens import LIGHT, PALETTES
from kiosk.ui.theme.units import dp
from kiosk.ui.widgets.base.layout import LayoutWidget, within
from kiosk.ui.widgets.base.pressable import Pressable
from kiosk.ui.widgets.base.text import forget_words
from kiosk.ui.widgets.display.number import forget_codes
from kiosk.ui.widgets.frame.dark_screen import DarkScreen
from kiosk.ui.widgets.frame.header_footer import (
    HEADER_DP,
    ONE_ROW,
    SHORT_ROW,
    WITH_LANGUAGES,
    Footer,
    Header,
)
from kiosk.ui.widgets.frame.overlay import Overlay
from kiosk.ui.window.screen import StateScreen, build_screen
from kiosk.ui_protocol.view import Block, View

FORGETTING_STATES = {"attract", "goodbye", "unavailable"}
SHORT_DP = 600.0
"""A panel with less height has no room for a header on every screen."""
NAMED_STATES = {"attract", "language", "home"}
"""Where also a small panel says whose kiosk it is."""
SHELL_PLACES = {"nav", "header", "footer", "overlay"}


def is_warning(view: View, block: Block) -> bool:
    """The core repeats the idle warning's words as a block; the overlay draws it."""
    return bool(view.countdown) and block.icon == "timer"


def with_warning(view: View) -> View:
    """The view with the overlay's words where the overlay looks for them."""
    if view.overlay_title:
        return view
    words = next((b for b in view.blocks if is_warning(view, b)), None)
    if words is None:
        return view
    return msgspec.structs.replace(view, overlay_title=words.label, overlay_text=words.text)


def body_of(view: View) -> View:
    """The view without what the shell draws: equal bodies need no new layout."""
    elements = tuple(e for e in view.elements if e.place not in SHELL_PLACES)
    blocks = tuple(b for b in view.blocks if not is_warning(view, b))
    return msgspec.structs.replace(
        view, number=0, countdown=0, badge="", badge_tone="", speech=(), spoken={}, listening=False,
        volume=0, pace=0, dark=False,
        personal=False, elements=elements, blocks=blocks, overlay_title="", overlay_text="",
    )  # fmt: skip


class Shell(LayoutWidget):
    """The root widget."""

    def __init__(self, send: Any, *, lower: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.send = send
        self.lower = lower
        self.view: View | None = None
        self.screens: dict[str, StateScreen] = {}
        self.current: StateScreen | None = None
        self.header = Header(send=send)
        self.footer = Footer(send=send)
        self.overlay, self.cover = Overlay(send=send), DarkScreen()
        for part in (self.header, self.footer):
            self.add_widget(part)

    def need(self, width: float, fit: float) -> float:
        return 1.0

    def show(self, view: View) -> None:
        """Draw a view."""
        if view == self.view:
            return
        before, self.view = self.view, view
        restyled = self._style(view, before)
        self._fit_frame(view)
        stood = self._edges()
        self.header.show(view)
        self.footer.show(view)
        if stood != self._edges():
            self._place_frame()
        if before is None or restyled or stood != self._edges() or body_of(view) != body_of(before):
            self._show_body(view)
        self._show_cover(view)
        self._show_overlay(view)
        if restyled or before is None:
            self.arrange()

    def _style(self, view: View, before: View | None) -> bool:
        palette = PALETTES.get(view.theme, LIGHT)
        if palette is not self.palette or before is None:
            self.repaint(palette)
            for screen in self.screens.values():
                screen.repaint(palette)
            self.overlay.repaint(palette)
        Window.clearcolor = palette.bg  # the ground of every screen: clearing costs no drawing
        if Metrics.fontscale != view.text_scale:
            Metrics.fontscale = view.text_scale
            return True
        return before is None or view.language != before.language

    def _show_body(self, view: View) -> None:
        if view.state in FORGETTING_STATES:
            self._forget(view.state)
        screen = self.screen_for(view.state)
        if screen is not self.current:
            if self.current is not None:
                self.remove_widget(self.current)
            self.current = screen
            above = [part for part in (self.overlay, self.cover) if part.parent is not None]
            self.add_widget(screen, index=len(above))
            screen.repaint(self.palette)
        screen.show(body_of(view))
        self._place_screen()

    def screen_for(self, state: str) -> StateScreen:
        """The state's screen, built at most once."""
        if state not in self.screens:
            screen = build_screen(state)
            screen.send = self.send
            self.screens[state] = screen
        return self.screens[state]

    def _forget(self, keep: str) -> None:
        for state, screen in self.screens.items():
            if state != keep and screen.view is not None:
                screen.forget()
        forget_words()
        forget_codes()

    def turn(self, element_id: str) -> bool:
        """Go to another part of this view, if the arrow leads there."""
        if self.overlay.parent is not None or self.current is None:
            return False
        return self.current.turn(element_id)

    def _fit_frame(self, view: View) -> None:
        """Which bar this panel has, and whether it has room for a header on this screen."""
        short = Window.height < dp(SHORT_DP)
        self.footer.rows = WITH_LANGUAGES if self.lower else SHORT_ROW if short else ONE_ROW
        self.header.in_reach = not self.lower
        self.header.wanted = not short or view.state in NAMED_STATES

    def _place_screen(self) -> None:
        if self.current is None:
            return
        top, bottom = self._edges()
        self.current.reach(Window.height / 2 - bottom if self.lower else 0)
        self.current.place(0, bottom, Window.width, Window.height - top - bottom, 1.0)
        self.current.arrange()

    def _edges(self) -> tuple[float, float]:
        top = dp(HEADER_DP) if self.header.present else 0.0
        return top, self.footer.need(Window.width, 1.0) if self.footer.present else 0.0

    def _show_cover(self, view: View) -> None:
        if view.dark and self.cover.parent is None:
            self.add_widget(self.cover, index=0 if self.overlay.parent is None else 1)
        elif not view.dark and self.cover.parent is not None:
            self.remove_widget(self.cover)
        if view.dark:
            self.cover.show(view)
            self.cover.place(0, 0, Window.width, Window.height, 1.0)

    def _show_overlay(self, view: View) -> None:
        if view.countdown and self.overlay.parent is None:
            self.add_widget(self.overlay)
            self.overlay.repaint(self.palette)
        elif not view.countdown and self.overlay.parent is not None:
            self.remove_widget(self.overlay)
        if view.countdown:
            self.overlay.show(with_warning(view))
            self.overlay.low = Window.height / 2 if self.lower else 0.0
            self.overlay.place(0, 0, Window.width, Window.height, 1.0)

    def arrange(self, *_: object) -> None:
        """Lay everything out: at the start, for another text size, on another window size."""
        self._place_frame()
        self._place_screen()

    def _place_frame(self) -> None:
        wide, high = Window.width, Window.height
        self.pos, self.size = (0, 0), (wide, high)
        at = high - dp(HEADER_DP) if self.header.present else -9999
        self.header.opacity = 1 if self.header.present else 0
        self.header.place(0, at, wide, dp(HEADER_DP), 1.0)
        self.footer.place(0, 0, wide, self.footer.need(wide, 1.0), 1.0)

    def targets(self) -> list[Pressable]:
        """What can be acted on now, in the order of the view's elements, then the keys."""
        if self.overlay.parent is not None:
            roots: list[Widget] = [self.overlay]
        else:
            roots = [self.header, *([self.current] if self.current else []), self.footer]
        found = [
            w for root in roots for w in within(root)
            if isinstance(w, Pressable) and w.element_id and w.width > 1 and w.x > -999
        ]  # fmt: skip
        order = {e.id: at for at, e in enumerate(self.view.elements)} if self.view else {}
        return sorted(found, key=lambda t: order.get(t.element_id, order.get(
            t.element_id.rpartition(".")[0], len(order))))  # fmt: skip
