"""Measures the screens of one panel, and gathers the panels.

`python -m kiosk.tools.screen_meter.run --panel N` measures one panel in a process of its own (Kivy
has one window a process) and prints its worst readings as JSON; `measure` starts them one after
another.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from kiosk import ui
from kiosk.node.default_panel import default_panel
from kiosk.tools.layout_report import fullest, views
from kiosk.tools.screen_meter.criteria import ELSEWHERE, MEASURED, PANELS
from kiosk.tools.screen_samples import NAMED, ScreenSamples, default_samples
from kiosk.ui.automation.fake_core import FakeCore
from kiosk.ui_protocol.view import View
from kiosk.visit.session import TEXT_SCALES, THEMES

PICTURED = ("home", "service-ticked", "ticket", "question-text", "question-many", "feedback",
            "review", "submitted")  # fmt: skip
"""Whose pixels are read, in every theme: between them they have every kind of widget."""
Row = dict[str, Any]


def measure(panels: Sequence[int], words: Sequence[str]) -> dict[str, list[Row]]:
    """Rows by the name of the panel."""
    found = {}
    for at in panels:
        argv = [sys.executable, "-m", "kiosk.tools.screen_meter.run", "--panel", str(at), *words]
        done = subprocess.run(argv, capture_output=True, text=True, check=True)
        found[PANELS[at].name] = json.loads(done.stdout)
    return found


class ScreenSelection(NamedTuple):
    """Which views are read: `worst` of each kind (0: all), or of the named samples alone."""

    languages: tuple[str, ...]
    scales: tuple[float, ...]
    themes: tuple[str, ...]
    worst: int
    named: bool


def rows(at: int, chosen: ScreenSelection) -> list[Row]:
    """The worst reading of each criterion on panel `at`."""
    panel = PANELS[at]
    look = default_panel(width=panel.width, height=panel.height, mm_per_px=panel.mm_per_px)
    ui.prepare(width=look.width, height=look.height, density=look.density, windowed=False)
    from kiosk.ui.automation.driver import Driver  # noqa: PLC0415 - opens a window
    from kiosk.ui.automation.readings import Meter, MeterReading  # noqa: PLC0415 - opens a window

    core = FakeCore()
    driver = Driver(core, look)
    meter = Meter(driver, panel.mm_per_px, lower=look.lower_buttons)
    bars = {each.name: each for each in MEASURED}
    kept: dict[str, tuple[float, str, str]] = {}
    counts = min(len(TEXT_SCALES), len(THEMES))
    kept["U11"] = (counts, "sizes and themes", "")
    with default_samples() as samples:
        for name, view, pictured in _shown(samples, chosen):
            core.give(view)
            driver.frames(2)
            found: list[MeterReading] = [*meter.read(view)]
            found += meter.pixels(view) if pictured else []
            where = f"{name} {view.language} {view.text_scale:g} {view.theme}"
            for each in found:
                before = kept.get(each.criterion)
                if before is None or bars[each.criterion].worse(each.value, before[0]):
                    kept[each.criterion] = (each.value, each.element, where)
    driver.close()
    return [_row(name, kept.get(name)) for name in bars]


def _row(name: str, kept: tuple[float, str, str] | None) -> Row:
    criterion = next(each for each in MEASURED if each.name == name)
    row: Row = {"criterion": name, "about": criterion.about, "bar": criterion.bar,
                "unit": criterion.unit}  # fmt: skip
    if kept is None:
        return {**row, "value": None, "holds": None, "element": "", "screen": "not measured"}
    value, element, where = kept
    return {**row, "value": round(value, 2), "holds": criterion.holds(value),
            "element": element, "screen": where}  # fmt: skip


def _shown(samples: ScreenSamples, chosen: ScreenSelection) -> Iterator[tuple[str, View, bool]]:
    """The fullest views of each kind in the first theme, and the pictured ones in every theme."""
    names = list(NAMED) if chosen.named else []
    every = views(samples, names, chosen.scales, 1.0, 0)
    drawn = [each for each in every if each.view.language in chosen.languages]
    for name, view in fullest(drawn, chosen.worst) if chosen.worst else drawn:
        yield name, view, False
    for language in chosen.languages:
        for theme in chosen.themes:
            for name in PICTURED:
                yield name, samples.view(name, language, theme=theme), True


def lines(panel: str, found: list[Row]) -> Iterator[str]:
    """The rows as a person reads them."""
    yield panel
    for row in found:
        verdict = {True: "PASS", False: "FAIL", None: "----"}[row["holds"]]
        value = "" if row["value"] is None else f"{row['value']:g} {row['unit']}".strip()
        yield (f"  {verdict} {row['criterion']:<11} {value:<12} {row['bar']:<7} {row['about']}"
               f" [{row['element']} · {row['screen']}]")  # fmt: skip


def elsewhere() -> Iterator[str]:
    """The criteria that no window shows."""
    for name, (about, how) in ELSEWHERE.items():
        yield f"  {'test' if how == 'tests' else 'NO  '} {name:<11} {about}"


def main() -> int:
    """Measure one panel."""
    parser = argparse.ArgumentParser(description="the meter of one panel")
    parser.add_argument("--panel", type=int, required=True)
    parser.add_argument("--languages", default="en,sw")
    parser.add_argument("--scales", default=",".join(map(str, TEXT_SCALES)))
    parser.add_argument("--themes", default=",".join(THEMES))
    parser.add_argument("--worst", type=int, default=1)
    parser.add_argument("--named", action="store_true", help="not what the content multiplies")
    chosen = parser.parse_args()
    selection = ScreenSelection(
        tuple(chosen.languages.split(",")),
        tuple(float(part) for part in chosen.scales.split(",")),
        tuple(chosen.themes.split(",")), chosen.worst, chosen.named,
    )  # fmt: skip
    found = rows(chosen.panel, selection)
    print(json.dumps(found, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
