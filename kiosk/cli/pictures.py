"""`huduma pictures`: draw every screen in every theme and text size, and every slip. Needs no
display.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

SLIPS = "slips"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--only", default="", help="only these screens, by comma")
    parser.add_argument("--sheet", action="append", help="only this sheet (may be given again)")


def run(arguments: argparse.Namespace) -> int:
    from kiosk.tools.screenshots import SHEETS, sizes
    from kiosk.tools.slip_samples import draw as draw_slips
    from provisioning.faults import UsageFault

    every = (*SHEETS, SLIPS)
    unknown = set(arguments.sheet or ()) - set(every)
    if unknown:
        raise UsageFault(f"There is no sheet {min(unknown)!r}; there are: {', '.join(every)}.")
    total = 0
    if not arguments.only and (not arguments.sheet or SLIPS in arguments.sheet):
        total = draw_slips(arguments.out / SLIPS)
        print(f"{SLIPS}: {total} pictures", file=sys.stderr)
    for size, names in sizes().items():
        wanted = [name for name in names if not arguments.sheet or name in arguments.sheet]
        if not wanted:
            continue
        done = subprocess.run(
            [sys.executable, "-m", "kiosk.tools.screenshots",
             "--out", str(arguments.out), "--size", size, "--only", arguments.only, *wanted],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        total += int(done.stdout.split()[-1])
        print(f"{', '.join(wanted)} at {size}: {done.stdout.split()[-1]} pictures", file=sys.stderr)
    print(f"{total} pictures in {arguments.out}")
    return 0
