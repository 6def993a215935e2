"""`huduma ui`: the touchscreen process. Draws the views of a core, sends what people do."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

from content.default_sources import DEFAULT_ASSETS, DEFAULT_SOURCES
from kiosk.ui.panel import PanelSettings

PATIENCE_S = 2.0
BEAT_S = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", required=True, help="the core's socket")
    parser.add_argument("--drive", type=Path, help="listen here for a story's orders (no window)")
    parser.add_argument("--width", type=int, default=1280, help="px")
    parser.add_argument("--height", type=int, default=800, help="px")
    parser.add_argument("--fullscreen", action="store_true", help="a kiosk in the field")
    parser.add_argument(
        "--panel-mm-per-px", type=float, default=0.0, help="pixel size of the panel"
    )
    parser.add_argument("--look", type=Path, default=DEFAULT_ASSETS, help="fonts and icons")
    parser.add_argument("--media", type=Path, default=DEFAULT_SOURCES, help="the pack's folder")
    parser.add_argument("--silent", action="store_true", help="no speech")


def run(arguments: argparse.Namespace) -> int:
    from kiosk import ui
    from provisioning.node.memory_lock import keep_memory_private

    keep_memory_private()
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    look = PanelSettings(
        width=arguments.width, height=arguments.height, fullscreen=arguments.fullscreen,
        assets=arguments.look, media=arguments.media, panel_mm_per_px=arguments.panel_mm_per_px,
    )  # fmt: skip
    ui.prepare(
        width=look.width, height=look.height, fullscreen=look.fullscreen, density=look.density,
        windowed=arguments.drive is None,
    )  # fmt: skip
    from kiosk.ui_protocol.ipc import CoreClient

    client = CoreClient(arguments.socket)
    if arguments.drive is not None:
        return _drive(client, look, arguments.drive)
    from kiosk.ui.window.app import HudumaApp
    from kiosk.ui.window.speaker import Silent, open_speaker

    _beat_with_the_screen()
    speaker = Silent() if arguments.silent else open_speaker()
    HudumaApp(client, look, speaker).run()
    return 0


def _beat_with_the_screen() -> None:
    """The watchdog hears of the screen's own loop: a screen that hangs is started again."""
    from kivy.clock import Clock

    from provisioning.shutdown import ServiceWatch

    watch = ServiceWatch()
    Clock.schedule_interval(lambda _: watch.beat(), BEAT_S)


def _drive(client: object, look: PanelSettings, path: Path) -> int:
    from kiosk.ui.automation.driver import Driver
    from kiosk.ui.automation.socket_server import serve

    driver = Driver(client, look, patience_s=PATIENCE_S)  # type: ignore[arg-type] # by its shape
    serve(driver, path, ready=lambda: print("ready", flush=True))
    driver.close()
    return 0
