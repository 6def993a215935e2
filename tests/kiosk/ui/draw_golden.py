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
from kiosk.tools.gallery import gallery
from kiosk.ui.automation.fake_core import FakeCore
from kiosk.ui_protocol.view import View

GOLDEN = {
    "home-en": ("home", "en", {"online": True}),
    "ticket-sw": ("ticket", "sw", {}),
    "question-text-sw-contrast": ("question-text", "sw", {"theme": "contrast"}),
    "service-sw-large": ("service", "sw", {"scale": 1.5}),
    "feedback-en-sunlight": ("feedback", "en", {"theme": "sunlight"}),
}


def view_of(name: str) -> View:
    screen, language, options = GOLDEN[name]
    return gallery.view(screen, language, **options)


def one_letter(show: Callable[[View], None], _: Any) -> None:
    """The last letter of one button changes."""
    view = view_of("home-en")
    changed = [
        msgspec.structs.replace(element, label=element.label[:-1] + "n")
        if element.id == "form"
        else element
        for element in view.elements
    ]
    show(msgspec.structs.replace(view, elements=tuple(changed)))


def moved_button(show: Callable[[View], None], driver: Any) -> None:
    """One button stands three pixels to the right."""
    show(view_of("home-en"))
    driver.targets()["help"].x += 3


PLANTED = {"one-letter": one_letter, "moved-button": moved_button}


def main(folder: Path, *, planted: bool) -> None:
    look = default_panel()
    ui.prepare(width=look.width, height=look.height, density=look.density, windowed=False)
    from kiosk.ui.automation.driver import Driver

    core = FakeCore()
    driver = Driver(core, look)

    def show(view: View) -> None:
        core.give(view)
        driver.frames(2)

    for name in GOLDEN:
        show(view_of(name))
        driver.picture(folder / f"{name}.png", exact=True)
    for name, plant in PLANTED.items() if planted else ():
        plant(show, driver)
        driver.picture(folder / f"{name}.png", exact=True)
    driver.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), planted="--planted" in sys.argv)
