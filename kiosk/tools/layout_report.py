"""Runs the layout lint over every screen of the content: languages, text sizes, pages, panels.

`python -m kiosk.tools.layout_report --size 1280x800` prints one JSON object a problem; exit 1 when
there is any. Needs no graphics: Kivy's mock backend measures text truly and draws nothing.
`--worst N` looks only at the N fullest views of each kind of screen and at as many by lot: what
overlaps on one page of a kind overlaps first where its texts are longest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from kiosk import ui
from kiosk.node.default_panel import default_panel
from kiosk.tools.screen_samples import NAMED, ScreenSamples, default_samples
from kiosk.ui.automation.fake_core import FakeCore
from kiosk.ui.theme.tokens import TEXT_SCALES
from kiosk.ui_protocol.view import View


class Drawn(NamedTuple):
    """One page of one sample."""

    name: str
    view: View

    @property
    def kind(self) -> tuple[object, ...]:
        """Views of one kind are laid out by the same widgets, with other texts."""
        view = self.view
        return view.state, view.look, view.language, view.text_scale, bool(view.keyboard)

    def lot(self) -> str:
        """A number for it, drawn by its name."""
        return hashlib.sha256(f"{self.name} {self.view.page}".encode()).hexdigest()

    @property
    def fullness(self) -> int:
        """Letters on the screen."""
        view = self.view
        texts = [view.title, view.subtitle]
        texts += [t for b in view.blocks for t in (b.label, b.text, b.value, b.hint)]
        texts += [t for e in view.elements for t in (e.label, e.hint, e.value, e.error)]
        return sum(map(len, texts))


def views(
    samples: ScreenSamples, names: list[str], scales: tuple[float, ...], longer: float, worst: int
) -> Iterator[Drawn]:
    """Every page of the samples called so, or of all there are; only the `worst` where that is
    asked for: chosen at the first size, and drawn at each.
    """
    for language in ("en", "sw") if longer == 1 else ("en",):  # the rule: 1.9 times the English
        builds = {name: NAMED[name] for name in names} or samples.every()
        for scale in scales:
            drawn = [
                Drawn(name, view)
                for name, build in builds.items()
                for view in samples.pages(build, language, scale=scale, longer=longer)
            ]
            if worst:
                drawn = fullest(drawn, worst)
                builds = {each.name: builds[each.name] for each in drawn}
            yield from drawn


def fullest(drawn: list[Drawn], most: int) -> list[Drawn]:
    """Of each kind the `most` fullest views, and as many others by a lot that stays the same."""
    kinds: dict[tuple[object, ...], list[Drawn]] = {}
    for each in drawn:
        kinds.setdefault(each.kind, []).append(each)
    found: list[Drawn] = []
    for kind in kinds.values():
        kind.sort(key=lambda each: -each.fullness)
        found += kind[:most]
        found += sorted(kind[most:], key=Drawn.lot)[:most]
    return found


def run(size: str, drawn: list[Drawn], mm: float = 0.0, floor: int = 0) -> list[dict[str, Any]]:
    """Problems of these views on one panel."""
    width, height = (int(part) for part in size.split("x"))
    look = default_panel(width=width, height=height, mm_per_px=mm, floor_mm=floor)
    ui.prepare(width=width, height=height, density=look.density, windowed=False)
    from kiosk.ui.automation.driver import Driver  # noqa: PLC0415 - opens the window
    from kiosk.ui.automation.layout_lint import problems  # noqa: PLC0415 - opens the window

    core, found = FakeCore(), []
    driver = Driver(core, look)
    for name, view in drawn:
        core.give(view)
        driver.frames(1)
        where = {"screen": name, "page": view.page[0], "language": view.language,
                 "scale": view.text_scale}  # fmt: skip
        found += [{**where, "problem": each} for each in sorted(set(problems(driver)))]
    driver.close()
    return found


def main() -> int:
    """Lint what the command line names."""
    parser = argparse.ArgumentParser(description="layout lint over every screen")
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--mm", type=float, default=0.0, help="mm a pixel")
    parser.add_argument("--floor", type=int, default=0, help="mm from the floor to the picture")
    parser.add_argument("--longer", type=float, default=1.0, help="stretch every text this much")
    parser.add_argument("--scales", default=",".join(map(str, TEXT_SCALES)))
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="only the N fullest")
    parser.add_argument("names", nargs="*", help="only these named samples")
    arguments = parser.parse_args()
    scales = tuple(float(part) for part in arguments.scales.split(","))
    with default_samples() as samples:
        drawn = list(views(samples, arguments.names, scales, arguments.longer, arguments.worst))
    found = run(arguments.size, drawn, arguments.mm, arguments.floor)
    for each in found:
        print(json.dumps(each, ensure_ascii=False))
    print(f"{len(drawn)} views at {arguments.size}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    os.environ.setdefault("KIVY_GL_BACKEND", "mock")
    sys.exit(main())
