"""Pictures of the screen, in full colour: which there are, and the drawing of one panel's.

`python -m kiosk.tools.screenshots --out DIR --size 1280x800 SHEET...` draws whole sheets in one
process (Kivy has one window a process); `huduma pictures` runs one such process for each size.
What is drawn is what a kiosk shows of the samples beside its screens. `screens` is one picture a
screen and language, and is kept in `docs/pictures`; the other sheets are made when wanted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

from kiosk import ui
from kiosk.node.default_panel import default_panel
from kiosk.tools.screen_samples import NAMED, ScreenSamples, default_samples
from kiosk.ui.automation.fake_core import FakeCore
from kiosk.ui_protocol.view import View

TELLING = (
    "attract",
    "home",
    "service-ticked",
    "ticket",
    "search",
    "review",
    "submitted",
    "question-text",
    "question-date",
    "question-many",
    "question-wrong",
    "feedback",
)
EVERY = tuple(NAMED)
PLAIN = "screens"


class ScreenshotSet(NamedTuple):
    """Some samples in one dress."""

    size: str = "1280x800"
    names: tuple[str, ...] = EVERY
    languages: tuple[str, ...] = ("en", "sw")
    scale: float = 1.0
    theme: str = "light"
    countdown: int = 0


SHEETS: dict[str, ScreenshotSet] = {
    PLAIN: ScreenshotSet(),
    "variants": ScreenshotSet(),
    "large-text": ScreenshotSet(scale=1.5),
    "contrast": ScreenshotSet(theme="contrast"),
    "sunlight": ScreenshotSet(theme="sunlight"),
    "idle-warning": ScreenshotSet(names=("review", "ticket"), countdown=28),
    "full-hd": ScreenshotSet("1920x1080"),
    "full-hd-large-text": ScreenshotSet("1920x1080", TELLING, scale=1.5),
}


def sizes() -> dict[str, list[str]]:
    """Sheets by window size."""
    found: dict[str, list[str]] = {}
    for name, sheet in SHEETS.items():
        found.setdefault(sheet.size, []).append(name)
    return found


def names_of(sheet: str, samples: ScreenSamples) -> tuple[str, ...]:
    """The samples of a sheet: `screens` has the first of each state and each look of a question,
    `variants` all the others.
    """
    names = SHEETS[sheet].names
    if sheet not in {PLAIN, "variants"}:
        return names
    first: dict[tuple[str, str], str] = {}
    for name in names:
        view = samples.view(name)
        first.setdefault((view.state, view.look), name)
    kept = set(first.values())
    return tuple(name for name in names if (name in kept) == (sheet == PLAIN))


def draw(out: Path, size: str, sheets: list[str], only: frozenset[str] = frozenset()) -> int:
    """Draw sheets of one size; how many pictures."""
    width, height = (int(part) for part in size.split("x"))
    look = default_panel(width=width, height=height)
    ui.prepare(width=width, height=height, density=look.density, windowed=False)
    from kiosk.ui.automation.driver import Driver  # noqa: PLC0415 - opens the window

    core, count = FakeCore(), 0
    with default_samples() as samples:
        driver = Driver(core, look)
        for sheet in sheets:
            names = [name for name in names_of(sheet, samples) if not only or name in only]
            for path, view in views_of(samples, sheet, names):
                core.give(view)
                driver.frames(2)
                driver.picture(out / sheet / path)
                count += 1
        driver.close()
    return count


def views_of(samples: ScreenSamples, sheet: str, names: list[str]) -> list[tuple[str, View]]:
    """File name and view of each picture of a sheet."""
    dress = SHEETS[sheet]
    return [
        (
            f"{name}-{language}.png",
            samples.view(
                name,
                language,
                scale=dress.scale,
                theme=dress.theme,
                online=True,
                countdown=dress.countdown,
            ),
        )
        for language in dress.languages
        for name in names
    ]


def main() -> int:
    """Draw what the command line names."""
    parser = argparse.ArgumentParser(description="pictures of every screen")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", required=True)
    parser.add_argument("--only", default="", help="samples, by comma")
    parser.add_argument("sheets", nargs="+")
    arguments = parser.parse_args()
    only = frozenset(part for part in arguments.only.split(",") if part)
    print(draw(arguments.out, arguments.size, arguments.sheets, only))
    return 0


if __name__ == "__main__":
    sys.exit(main())
