"""Screenshots: which screens are drawn for the documents, and the drawing of one size of them.

`python -m kiosk.tools.screenshots --out DIR --size 1280x800 SHEET...` draws whole sheets in one
process (Kivy has one window a process); `huduma pictures` runs one such process for each size.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

from kiosk import ui
from kiosk.node.default_panel import default_panel
from kiosk.tools.gallery import gallery
from kiosk.ui.automation.fake_core import FakeCore

TELLING = ("attract", "home", "service", "ticket", "search", "review", "submitted", "question-text",
           "question-date", "question-many", "question-wrong", "feedback")  # fmt: skip
EVERY = tuple(gallery.SCREENS)
QUESTIONS = tuple(name for name in EVERY if name.startswith("question-"))


class ScreenshotSet(NamedTuple):
    """Some screens in one dress."""

    size: str
    names: tuple[str, ...]
    languages: tuple[str, ...] = ("en", "sw")
    scale: float = 1.0
    theme: str = "light"
    countdown: int = 0


SHEETS: dict[str, ScreenshotSet] = {
    "screens": ScreenshotSet("1280x800", EVERY),
    "large-text": ScreenshotSet(
        "1280x800",
        (*(n for n in TELLING if n not in QUESTIONS), "ticket-sms-wrong", "staff", *QUESTIONS),
        scale=1.5,
    ),
    "contrast": ScreenshotSet("1280x800", TELLING, ("sw",), theme="contrast"),
    "sunlight": ScreenshotSet("1280x800", TELLING, ("sw",), theme="sunlight"),
    "idle-warning": ScreenshotSet("1280x800", ("review",), countdown=28),
    "full-hd": ScreenshotSet("1920x1080", TELLING, ("en",)),
    "full-hd-large-text": ScreenshotSet("1920x1080", TELLING, ("sw",), scale=1.5),
}


def sizes() -> dict[str, list[str]]:
    """Sheets by window size."""
    found: dict[str, list[str]] = {}
    for name, sheet in SHEETS.items():
        found.setdefault(sheet.size, []).append(name)
    return found


def draw(out: Path, size: str, sheets: list[str], only: frozenset[str] = frozenset()) -> int:
    """Draw sheets of one size; how many pictures."""
    width, height = (int(part) for part in size.split("x"))
    look = default_panel(width=width, height=height)
    ui.prepare(width=width, height=height, density=look.density, windowed=False)
    from kiosk.ui.automation.driver import Driver  # noqa: PLC0415 - opens the window

    fake_core, count = FakeCore(), 0
    driver = Driver(fake_core, look)
    for name in sheets:
        sheet = SHEETS[name]
        for language in sheet.languages:
            for screen in sheet.names:
                if only and screen not in only:
                    continue
                sample = gallery.view(
                    screen, language, scale=sheet.scale, theme=sheet.theme, online=True,
                    countdown=sheet.countdown,
                )  # fmt: skip
                fake_core.give(sample)
                driver.frames(2)
                driver.picture(out / name / f"{screen}-{language}.png")
                count += 1
    driver.close()
    return count


def main() -> int:
    """Draw what the command line names."""
    parser = argparse.ArgumentParser(description="pictures of the gallery")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", required=True)
    parser.add_argument("--only", default="", help="screens, by comma")
    parser.add_argument("sheets", nargs="+")
    arguments = parser.parse_args()
    only = frozenset(part for part in arguments.only.split(",") if part)
    print(draw(arguments.out, arguments.size, arguments.sheets, only))
    return 0


if __name__ == "__main__":
    sys.exit(main())
