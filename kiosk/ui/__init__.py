"""The touchscreen: draws any `View`, sends events, stores nothing.

Importing this package sets the environment Kivy reads at its first import, and imports no Kivy:
the pure tables in here (tokens, keyboard layouts, answer layouts) serve tests and the core.
`prepare` fixes the window's settings and must run before `kivy.core.window` is imported.
"""

from __future__ import annotations

import logging
import os

from provisioning.node.private_folder import scratch_folder

os.environ.setdefault("KIVY_NO_ARGS", "1")  # else Kivy eats argv
os.environ.setdefault("KIVY_NO_CONFIG", "1")  # no config file in $HOME overrides a later run
os.environ.setdefault("KIVY_NO_FILELOG", "1")
os.environ.setdefault("KIVY_NO_CONSOLELOG", "1")
os.environ.setdefault("KIVY_LOG_MODE", "PYTHON")  # leave the root logger and stderr alone
os.environ.setdefault(
    "KIVY_HOME",
    str(scratch_folder("kivy")),  # Kivy imports modules from there: nobody else may write in it
)


def prepare(
    *,
    width: int,
    height: int,
    fullscreen: bool = False,
    density: float = 1.0,
    windowed: bool = True,
    hidden: bool = False,
) -> None:
    """Settings of the one window, in px; call once per process, before the window exists."""
    os.environ["KIVY_METRICS_DENSITY"] = f"{density:g}"
    os.environ["KIVY_METRICS_FONTSCALE"] = "1"
    if windowed:
        # SDL would make of SIGTERM a wish to close the window, which a kiosk in the field refuses.
        os.environ["SDL_NO_SIGNAL_HANDLERS"] = "1"
    if not windowed:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
    elif not os.environ.get("DISPLAY"):
        os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    from kivy.config import Config  # noqa: PLC0415 - reads the environment set above

    logging.getLogger("kivy").setLevel(logging.WARNING)
    for section, key, value in (
        ("graphics", "width", width),
        ("graphics", "height", height),
        ("graphics", "fullscreen", "auto" if fullscreen else 0),
        ("graphics", "window_state", "hidden" if hidden else "visible"),
        ("graphics", "resizable", 0),
        ("graphics", "multisamples", 0),  # Smooth* shapes need none; 2x costs half the frame
        ("graphics", "maxfps", 30),
        ("graphics", "show_cursor", 0 if fullscreen else 1),
        ("kivy", "exit_on_escape", 0),
        ("kivy", "desktop", int(hidden)),  # else Kivy neither hides nor shows a window
        ("kivy", "keyboard_mode", ""),
        ("kivy", "log_level", "warning"),
    ):
        Config.set(section, key, value)
    for name, _ in Config.items("input"):
        Config.remove_option("input", name)
    Config.set("input", "mouse", "mouse,disable_multitouch")  # exactly one press per touch
