"""`huduma ui`: the touchscreen process. Draws the views of a core, sends what people do.

It keeps the place of the process that draws, and after a visit in which something was typed a fresh
one draws (ADR 0013).
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from content.default_sources import DEFAULT_ASSETS, DEFAULT_SOURCES
from kiosk.ui.panel import PanelSettings
from kiosk.ui.panel_reader import read_mm_per_px

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiosk.ui.automation.driver import Driver

PATIENCE_S = 2.0
BEAT_S = 0.25


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", required=True, help="the core's socket")
    parser.add_argument("--drive", type=Path, help="listen here for a story's orders (no window)")
    parser.add_argument("--width", type=int, default=1280, help="px")
    parser.add_argument("--height", type=int, default=800, help="px")
    parser.add_argument("--fullscreen", action="store_true", help="a kiosk in the field")
    parser.add_argument(
        "--panel-mm-per-px", type=float, default=0.0, help="pixel size; 0: what the panel says"
    )
    parser.add_argument(
        "--panel-floor-mm", type=int, default=0, help="lower edge of the picture over the floor"
    )
    parser.add_argument("--look", type=Path, default=DEFAULT_ASSETS, help="fonts and icons")
    parser.add_argument("--media", type=Path, default=DEFAULT_SOURCES, help="the pack's folder")
    parser.add_argument("--silent", action="store_true", help="no speech")


def run(arguments: argparse.Namespace) -> int:
    from kiosk import ui
    from provisioning.node.memory_lock import keep_memory_private
    from provisioning.node.succession import keep_place

    keep_memory_private()
    place = keep_place()
    if isinstance(place, int):
        return place
    keep_memory_private()  # a lock of memory is not inherited
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    look = PanelSettings(
        width=arguments.width, height=arguments.height, fullscreen=arguments.fullscreen,
        assets=arguments.look, media=arguments.media,
        panel_mm_per_px=arguments.panel_mm_per_px or read_mm_per_px(),
        panel_floor_mm=arguments.panel_floor_mm,
    )  # fmt: skip
    ui.prepare(
        width=look.width, height=look.height, fullscreen=look.fullscreen, density=look.density,
        windowed=arguments.drive is None, hidden=place.number > 0,
    )  # fmt: skip
    from kiosk.ui.speech.voice import Silent, open_voice
    from kiosk.ui.window.app import HudumaApp
    from kiosk.ui.window.fresh_screen import FreshScreen
    from kiosk.ui_protocol.ipc import CoreClient
    from provisioning.clock import SystemClock
    from provisioning.node.succession import HANDED_OVER

    if arguments.drive is not None:
        from kiosk.ui.automation.driver import Driver  # opens the window, as the app does
    fresh = FreshScreen(place, SystemClock().monotonic)
    if not fresh.wait_to_begin():
        return 0
    client = CoreClient(arguments.socket)
    if arguments.drive is not None:
        _drive(Driver(client, look, patience_s=PATIENCE_S, fresh=fresh), arguments.drive)
    else:
        voice = Silent() if arguments.silent else open_voice(arguments.media / "speech")
        app = HudumaApp(client, look, voice, fresh)
        _until_stopped(app.stop)
        app.run()
    return HANDED_OVER if fresh.replaced else 0


def _until_stopped(end: Callable[[], None]) -> None:
    """The screen's own loop asks whether to end, and the watchdog hears that it turns."""
    from kivy.clock import Clock

    from provisioning.shutdown import StopFlag

    stop = StopFlag()
    Clock.schedule_interval(lambda _: end() if stop() else None, BEAT_S)


def _drive(driver: Driver, path: Path) -> None:
    from kiosk.ui.automation.socket_server import serve

    serve(driver, path, ready=lambda: print("ready", flush=True))
    driver.close()
