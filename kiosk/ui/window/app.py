"""The Kivy app: builds the shell, connects it to the core, starts and stops."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.app import App
from kivy.base import ExceptionManager
from kivy.core.window import Window
from kivy.lang import Builder
from kivy.metrics import Metrics
from kivy.resources import resource_add_path

from kiosk.ui.panel import PanelSettings
from kiosk.ui.speech.announcer import Announcer
from kiosk.ui.speech.voice import Silent, Voice
from kiosk.ui.widgets.base.text import register_fonts
from kiosk.ui.window.bridge import RESTING_STATES, Bridge, CorePort, clock_s, later
from kiosk.ui.window.crash_limit import CrashCount
from kiosk.ui.window.five_key_navigation import Keypad
from kiosk.ui.window.fresh_screen import FreshScreen
from kiosk.ui.window.kv_widgets import WORDS
from kiosk.ui.window.shell import Shell
from kiosk.ui_protocol.view import View

GC_THRESHOLD = (10_000, 10, 10)  # fewer pauses while a screen is built; see `show`
SEEN_S = 0.2
"""A window that was shown is in front of the old one after this long."""
THEME = Path(__file__).parents[1] / "theme" / "theme.kv"
assert WORDS, "every widget a kv file names is imported"


class HudumaApp(App):
    """The touchscreen of one kiosk."""

    title = "Huduma Kiosk"
    shell: Shell
    keypad: Keypad

    def __init__(
        self,
        client: CorePort,
        look: PanelSettings,
        voice: Voice | None = None,
        fresh: FreshScreen | None = None,
    ) -> None:
        super().__init__()
        self.fresh = fresh
        self.when_replaced: Callable[[], None] = self.stop
        self.look = look
        self.bridge = Bridge(client, self.show)
        self.announcer = Announcer(voice or Silent(), clock_s)

    def build(self) -> Shell:
        register_fonts(self.look.assets)
        resource_add_path(str(self.look.media))
        if str(THEME) not in Builder.files:
            Builder.load_file(str(THEME))
        self.shell = Shell(self.bridge.send, lower=self.look.lower_buttons)
        self.bridge.turn = self.shell.turn
        self.keypad = Keypad(self.shell, self.bridge.send, self.announcer, self.bridge.touched)
        Window.bind(on_resize=self.shell.arrange, on_key_down=self.keypad.on_key_down)
        Window.bind(on_touch_down=self.on_any_touch, on_request_close=self.refuse_close)
        ExceptionManager.add_handler(CrashCount())
        return self.shell

    def on_start(self) -> None:
        gc.collect()
        gc.freeze()  # what was built stays; only what comes and goes is looked through
        gc.set_threshold(*GC_THRESHOLD)
        self.bridge.settle, self.bridge.speak = self.keypad.settle, self.announcer.tick
        self.bridge.watch = self.watch
        self.bridge.begin()

    def on_stop(self) -> None:
        self.bridge.end()
        self.announcer.hush()
        Metrics.fontscale = 1.0

    def show(self, view: View) -> None:
        """Draw a view, and say what it wants said."""
        if view.state in RESTING_STATES and self.bridge.arrived:
            later(self.tidy)  # between visits nobody sees the pause
        first = self.shell.view is None
        self.shell.show(view)
        if first and self.fresh is not None:
            later(self.begun)
        self.keypad.follow(view)
        self.announcer.view(view)

    def watch(self, view: View | None) -> None:
        """With every frame: whether a fresh process is to draw the next visit."""
        if self.fresh is not None and self.fresh.look(view, typed=self.bridge.typed):
            self.when_replaced()

    def begun(self) -> None:
        """The first view is drawn: the window comes in front of the one before."""
        assert self.fresh is not None
        Window.show()
        Window.raise_window()
        later(self.fresh.drawn, SEEN_S)

    def tidy(self) -> None:
        """Widgets are cycles: what the visit left is collected now, not in the next one."""
        gc.collect()

    def on_any_touch(self, _window: Any, touch: Any) -> bool:
        """Before any widget; True: it reaches none, for it was meant for the screen before."""
        if not self.bridge.touchable:
            self.bridge.touched()
            return True
        self.announcer.acted()
        view = self.bridge.view
        if view is not None and view.dark and not view.countdown:
            self.bridge.send("hide")  # the first touch shows the screen, and does nothing else
            return True
        self.keypad.leave()
        if not any(t.collide_point(*touch.pos) for t in self.shell.targets()):
            self.bridge.touched()
        return False

    def refuse_close(self, *_: Any, **__: Any) -> bool:
        """No shortcut closes a kiosk in the field."""
        return self.look.fullscreen

    def open_settings(self, *_: Any) -> bool:
        """F1 opens nothing."""
        return False
