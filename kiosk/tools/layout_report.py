"""Runs the layout lint over every screen of the gallery, in both languages and every text size.

`python -m kiosk.tools.layout_report --size 1280x800`; prints one JSON object a problem; exit 1 when
there is any. Needs no graphics: Kivy's mock backend measures text truly and draws nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import Any

from kiosk import ui
from kiosk.node.default_panel import default_panel
from kiosk.tools.gallery import gallery
from kiosk.ui.automation.fake_core import FakeCore
from kiosk.ui.theme.tokens import TEXT_SCALES


def run(
    size: str, names: list[str], scales: tuple[float, ...], longer: float = 1.0
) -> list[dict[str, Any]]:
    """Problems of the gallery at one window size."""
    width, height = (int(part) for part in size.split("x"))
    look = default_panel(width=width, height=height)
    ui.prepare(width=width, height=height, density=look.density, windowed=False)
    from kiosk.ui.automation.driver import Driver  # noqa: PLC0415 - opens the window
    from kiosk.ui.automation.layout_lint import problems  # noqa: PLC0415 - opens the window

    fake_core, found = FakeCore(), []
    driver = Driver(fake_core, look)
    for language in ("en", "sw") if longer == 1 else ("en",):  # the rule: 1.9 times the English
        for scale in scales:
            for name in names or list(gallery.SCREENS):
                fake_core.give(gallery.view(name, language, scale=scale, longer=longer))
                driver.frames(1)
                where = {"screen": name, "language": language, "scale": scale}
                found += [{**where, "problem": each} for each in sorted(set(problems(driver)))]
    driver.close()
    return found


def main() -> int:
    """Lint the gallery."""
    parser = argparse.ArgumentParser(description="layout lint over every screen")
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--longer", type=float, default=1.0, help="stretch every text this much")
    parser.add_argument("--scales", default=",".join(map(str, TEXT_SCALES)))
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    scales = tuple(float(part) for part in arguments.scales.split(","))
    found = run(arguments.size, arguments.names, scales, arguments.longer)
    for each in found:
        print(json.dumps(each, ensure_ascii=False))
    return 1 if found else 0


if __name__ == "__main__":
    os.environ.setdefault("KIVY_GL_BACKEND", "mock")
    sys.exit(main())
