"""Draws the golden pictures into a folder; run in a process of its own.

`python -m tests.kiosk.ui.draw_golden tests/kiosk/ui/golden` makes them anew; look at them before committing.
"""

from __future__ import annotations

import sys
from pathlib import Path

from kiosk import ui
from kiosk.tools.gallery import gallery
from kiosk.ui.automation.fake_core import FakeCore
from kiosk.ui.panel import PanelSettings

GOLDEN = {
    "home-en": ("home", "en", {"online": True}),
    "ticket-sw": ("ticket", "sw", {}),
    "question-text-sw-contrast": ("question-text", "sw", {"theme": "contrast"}),
    "service-sw-large": ("service", "sw", {"scale": 1.5}),
    "feedback-en-sunlight": ("feedback", "en", {"theme": "sunlight"}),
}


def main(folder: Path) -> None:
    look = PanelSettings()
    ui.prepare(width=look.width, height=look.height, density=look.density, windowed=False)
    from kiosk.ui.automation.driver import Driver

    mirror = FakeCore()
    driver = Driver(mirror, look)
    for name, (screen, language, options) in GOLDEN.items():
        mirror.give(gallery.view(screen, language, **options))
        driver.frames(2)
        driver.picture(folder / f"{name}.png", exact=True)
    driver.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
