"""`huduma day`: play a whole day on a demo site and count. The body of `make run` without a
display. Exit codes: 0 everything agrees, 4 it does not, others as `huduma kiosk`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.simulation.audit.reconcile import ReconcileSummary
    from provisioning.node.site import Site

DISAGREEMENT = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where everything goes."""
    parser.add_argument(
        "--out", type=Path, default=Path("out/day"), metavar="DIR", help="site, pictures, summary"
    )


def run(arguments: argparse.Namespace) -> int:
    """Play, print the table, write `summary.json`."""
    from kiosk.simulation.audit.reconcile import table
    from kiosk.simulation.demo_day.run import DemoDay
    from provisioning.clock import SystemClock

    clock = SystemClock()
    began = clock.monotonic()
    out = arguments.out.resolve()
    day = DemoDay(_fresh_site(out), out, _progress(began, clock.monotonic))
    try:
        summary = day.play()
    finally:
        late = day.runner.stop()
        if late:
            print(f"had to be killed: {', '.join(late)}", file=sys.stderr)
    summary.write(out / "summary.json")
    print()
    for what, value in table(summary):
        print(f"  {what:<42} {value}")
    for note in summary.notes:
        print(f"  note: {note}")
    _say_where(out, summary, clock.monotonic() - began)
    return 0 if summary.agrees else DISAGREEMENT


def _fresh_site(out: Path) -> Site:
    """A new demo site in `out`; what an earlier day left there is removed."""
    from kiosk.cli.provision import tell_demo
    from kiosk.simulation.site.demo_site import new_demo_site
    from provisioning.faults import UsageFault
    from provisioning.node.site import Site

    out.mkdir(parents=True, exist_ok=True)
    folder = out / "site"
    if folder.exists():
        if not Site.open(folder).demo:
            raise UsageFault(f"{folder} is no demo site; choose another --out.")
        shutil.rmtree(folder)
    for name in ("screens", "slips"):
        shutil.rmtree(out / name, ignore_errors=True)
    site = new_demo_site(folder)
    tell_demo(site)
    return site


def _progress(began: float, now: Callable[[], float]) -> Callable[[str], None]:
    """One line that changes, or a line each where nobody watches a terminal."""

    def tell(words: str) -> None:
        line = f"[{now() - began:5.0f} s] {words}"
        if sys.stdout.isatty():
            print(f"\r\x1b[2K{line[:100]}", end="", flush=True)
        else:
            print(line, flush=True)

    return tell


def _say_where(out: Path, summary: ReconcileSummary, seconds: float) -> None:
    verdict = "everything agrees" if summary.agrees else "THE COUNTS DO NOT AGREE"
    print(f"\n{verdict}; {seconds:.0f} s. Look at {out}/screens, {out}/slips, {out}/summary.json")
    print(f"The hall of this day: huduma centre --site {out}/site --http 8931, then")
    print(
        "  the display at http://127.0.0.1:8931/display and staff pages at http://127.0.0.1:8931/"
    )
