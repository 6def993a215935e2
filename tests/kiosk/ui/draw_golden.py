"""Draws the golden pictures into a folder; run in a process of its own.

`python -m tests.kiosk.ui.draw_golden tests/kiosk/ui/golden` makes them anew; look at them before
committing. With `--planted` the home screen is drawn once more for each small fault of `PLANTED`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from kiosk import ui
from kiosk.node.default_panel import default_panel
from kiosk.tools.screen_samples import default_samples, write_views
from kiosk.ui.automation.fake_core import FakeCore
from kiosk.ui_protocol.view import View

GOLDEN = {
    "home-en": ("home", "en", {"online": True}),
    "ticket-sw": ("ticket", "sw", {}),
    "question-text-sw-contrast": ("question-text", "sw", {"theme": "contrast"}),
    "service-sw-large": ("service-ticked", "sw", {"scale": 1.5}),
    "feedback-en-sunlight": ("feedback", "en", {"theme": "sunlight"}),
}


def one_letter(show: Callable[[View], None], home: View, _: Any) -> None:
    """The last letter of one button changes."""
    changed = [
        msgspec.structs.replace(element, label=element.label[:-1] + "n")
        if element.id == "form"
        else element
        for element in home.elements
    ]
    show(msgspec.structs.replace(home, elements=tuple(changed)))


def moved_button(show: Callable[[View], None], home: View, driver: Any) -> None:
    """One button stands three pixels to the right."""
    show(home)
    driver.targets()["help"].x += 3


PLANTED = {"one-letter": one_letter, "moved-button": moved_button}


def main(folder: Path, *, planted: bool) -> None:
    look = default_panel()
    ui.prepare(width=look.width, height=look.height, density=look.density, windowed=False)
    from kiosk.ui.automation.driver import Driver

    with default_samples() as samples:
        views = {
            name: samples.view(screen, language, **options)
            for name, (screen, language, options) in GOLDEN.items()
        }
    core = FakeCore()
    driver = Driver(core, look)

    def show(view: View) -> None:
        core.give(view)
        driver.frames(2)

    for name, view in views.items():
        show(view)
        driver.picture(folder / f"{name}.png")
    for name, plant in PLANTED.items() if planted else ():
        plant(show, views["home-en"], driver)
        driver.picture(folder / f"{name}.png")
    if planted:
        write_views(folder / "views.bin", views)
    driver.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), planted="--planted" in sys.argv)
