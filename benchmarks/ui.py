"""The screen, measured: first frame, screen changes, touch to redraw, idle CPU, memory.

`python -m benchmarks.ui` writes benchmarks/out/ui.json and prints the table. Offscreen, software
OpenGL (llvmpipe), one process a measurement; on a loaded machine read times as a size. The views
are those of every named sample, made by this process: the measured ones have a window and no
content, as on a kiosk. `python -m benchmarks.ui --views FILE` measures the views of another run,
so that two versions of the screen are compared over the same views.
"""

# ruff: noqa: PLC0415 - each part imports in a process of its own
from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from kiosk.ui_protocol.view import View

OUT = Path(__file__).with_name("out") / "ui.json"
IDLE_S = 5.0
VIEWS: dict[str, View] = {}
"""Filled from a file in each measured process: the core's work is not measured here."""


def rss_mb() -> float:
    """Resident memory now, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def start() -> dict[str, float]:
    """From the first import to the first view drawn."""
    began = time.perf_counter()
    from kiosk import ui
    from kiosk.node.default_panel import default_panel

    look = default_panel()
    ui.prepare(width=look.width, height=look.height, density=look.density, windowed=False)
    from kiosk.ui.automation.driver import Driver
    from kiosk.ui.automation.fake_core import FakeCore

    fake_core = FakeCore()
    fake_core.give(VIEWS["attract-en"])
    Driver(fake_core, look)
    return {"first_view_s": time.perf_counter() - began, "rss_first_mb": rss_mb()}


def changes() -> dict[str, float]:
    """Screen changes (all screens, twice: built, then reused) and touch to the next frame."""
    from kivy.base import EventLoop

    from kiosk import ui
    from kiosk.node.default_panel import default_panel

    look = default_panel()
    ui.prepare(width=look.width, height=look.height, density=look.density, windowed=False)
    from kiosk.ui.automation.driver import Driver, SimulatedTouch
    from kiosk.ui.automation.fake_core import FakeCore

    fake_core = FakeCore()
    driver = Driver(fake_core, look)
    rounds: list[list[float]] = [[], []]
    for times in rounds:
        for name in [each for each in VIEWS if each.endswith("-sw")]:
            fake_core.give(VIEWS[name])
            began = time.perf_counter()
            driver.frames(1)
            times.append(time.perf_counter() - began)
    fake_core.give(VIEWS["home-en"])
    driver.frames(3)
    touches = []
    for target in [t for t in driver.targets().values() if t.element.role == "tile"] * 4:
        finger = SimulatedTouch(*target.center)
        began = time.perf_counter()
        EventLoop.post_dispatch_input("begin", finger)
        driver.frames(1)
        touches.append(time.perf_counter() - began)
        EventLoop.post_dispatch_input("end", finger)
        driver.frames(2)
    fake_core.give(VIEWS["question-text-en"])
    driver.frames(3)
    keys = []
    for _letter in range(20):
        began = time.perf_counter()
        driver._tap_key("key.a")
        keys.append(time.perf_counter() - began)
    ms = 1000
    return {
        "screen_built_median_ms": statistics.median(rounds[0]) * ms,
        "screen_built_worst_ms": max(rounds[0]) * ms,
        "screen_reused_median_ms": statistics.median(rounds[1]) * ms,
        "screen_reused_worst_ms": max(rounds[1]) * ms,
        "touch_to_redraw_median_ms": statistics.median(touches) * ms,
        "touch_to_redraw_worst_ms": max(touches) * ms,
        "key_to_redraw_median_ms": statistics.median(keys) * ms,
        "rss_all_screens_mb": rss_mb(),
    }


def idle() -> dict[str, float]:
    """CPU of a window left alone, in real time: at rest on attract, and on a question."""
    from kiosk import ui
    from kiosk.node.default_panel import default_panel

    look = default_panel()
    ui.prepare(width=look.width, height=look.height, density=look.density, windowed=False)
    from kiosk.ui.automation.fake_core import FakeCore
    from kiosk.ui.window.app import HudumaApp
    from kiosk.ui.window.bridge import later

    fake_core, found = FakeCore(), {}
    app = HudumaApp(fake_core, look)
    marks: list[tuple[float, float]] = []

    def mark() -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        marks.append((time.perf_counter(), used.ru_utime + used.ru_stime))

    fake_core.give(VIEWS["attract-en"])
    later(mark, 3)
    later(mark, 3 + IDLE_S)
    later(lambda: fake_core.give(VIEWS["question-text-en"]), 3.1 + IDLE_S)
    later(mark, 6 + IDLE_S)
    later(mark, 6 + 2 * IDLE_S)
    later(app.stop, 6.2 + 2 * IDLE_S)
    app.run()
    for name, (first, second) in (("attract", marks[:2]), ("question", marks[2:])):
        found[f"idle_cpu_{name}_percent"] = (second[1] - first[1]) / (second[0] - first[0]) * 100
    return found


def soak() -> dict[str, float]:
    """200 visits over six screens in mock graphics: memory at the 20th and at the last."""
    from kiosk import ui
    from kiosk.node.default_panel import default_panel

    look = default_panel()
    ui.prepare(width=look.width, height=look.height, density=look.density, windowed=False)
    os.environ["KIVY_GL_BACKEND"] = "mock"
    from kiosk.ui.automation.driver import Driver
    from kiosk.ui.automation.fake_core import FakeCore

    fake_core = FakeCore()
    driver = Driver(fake_core, look)
    after_20 = 0.0
    for visit in range(200):
        for name in ("home", "services", "service", "ticket", "question-text", "review", "attract"):
            fake_core.give(VIEWS[f"{name}-{'sw' if visit % 2 else 'en'}"])
            driver.frames(1)
        if visit == 20:
            after_20 = rss_mb()
    return {"soak_rss_after_20_mb": after_20, "soak_rss_after_200_mb": rss_mb()}


PARTS = {"start": start, "changes": changes, "idle": idle, "soak": soak}


def make_views(path: Path) -> None:
    """Every named sample in both languages, drawn by the core's own function."""
    from kiosk.tools.screen_samples import NAMED, default_samples, write_views

    with default_samples() as samples:
        views = {
            f"{name}-{language}": samples.view(name, language)
            for name in NAMED
            for language in ("en", "sw")
        }
    write_views(path, views)


def main() -> int:
    """One part (`PART FILE`), or all of them over the views of `--views FILE`."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("part", nargs="?", choices=PARTS)
    parser.add_argument("--views", type=Path, help="measure these views")
    arguments = parser.parse_args()
    if arguments.part:
        views = msgspec.msgpack.decode(arguments.views.read_bytes(), type=dict[str, View])
        VIEWS.update(views)
        print(json.dumps(PARTS[arguments.part]()))
        return 0
    OUT.parent.mkdir(exist_ok=True)
    views_file = arguments.views or OUT.with_name("ui-views.bin")
    if arguments.views is None:
        make_views(views_file)
    found: dict[str, float] = {"load_average": os.getloadavg()[0]}
    for part in PARTS:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.ui", part, "--views", str(views_file)],
            capture_output=True,
            text=True,
            check=True,
        )
        found |= json.loads(done.stdout.strip().splitlines()[-1])
    OUT.write_text(json.dumps(found, indent=1) + "\n")
    for name, value in found.items():
        print(f"{name:<28} {value:10.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
