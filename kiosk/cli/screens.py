"""`huduma screens`: every state of a visit with the ids a story can touch there; `huduma screens
measure`: the meter of the 42 criteria on each panel.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from content.catalogue.catalogue import Catalogue
from kiosk.cli.arguments import add_json, add_site
from kiosk.tools.screen_meter import run as meter
from kiosk.tools.screen_meter.criteria import ELSEWHERE, PANELS
from kiosk.tools.screen_samples import ScreenSamples, default_samples
from provisioning.node.site import Site


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A site's own pack, or the default one."""
    parser.add_argument("act", nargs="?", choices=("list", "measure"), default="list")
    add_site(parser, required=False, what="use this site's content pack")
    add_json(parser)
    parser.add_argument(
        "--panel", type=int, action="append", choices=range(len(PANELS)),
        help="measure this panel: " + ", ".join(f"{n} {p.name}" for n, p in enumerate(PANELS)),
    )  # fmt: skip
    for name, what in (("language", "en"), ("size", "1.55"), ("theme", "sunlight")):
        parser.add_argument(f"--{name}", help=f"measure this {name} alone, such as {what}")
    parser.add_argument("--named", action="store_true", help="measure the named samples alone")
    parser.add_argument("--all", action="store_true", help="every page, not the fullest of a kind")


def run(arguments: argparse.Namespace) -> int:
    """Print; 0, or 1 where a criterion fails."""
    if arguments.act == "measure":
        return _measure(arguments)
    if arguments.site is None:
        with default_samples() as samples:
            states = samples.states()
    else:
        states = ScreenSamples(_catalogue(arguments.site)).states()
    if arguments.json:
        print(json.dumps({"states": states}, ensure_ascii=False, indent=1))
        return 0
    for row in states:
        print(f"{row['state']:<14} {' '.join(row['elements'])}")
    return 0


def _measure(arguments: argparse.Namespace) -> int:
    chosen = {"--languages": arguments.language, "--scales": arguments.size,
              "--themes": arguments.theme}  # fmt: skip
    words = [word for name, value in chosen.items() if value for word in (name, value)]
    words += ["--worst", "0"] if arguments.all else ["--named"] if arguments.named else []
    found = meter.measure(arguments.panel or range(len(PANELS)), words)
    if arguments.json:
        print(json.dumps({"panels": found, "elsewhere": ELSEWHERE}, ensure_ascii=False))
    else:
        for panel, rows in found.items():
            print("\n".join(meter.lines(panel, rows)))
        print("shown elsewhere\n" + "\n".join(meter.elsewhere()))
    return int(any(row["holds"] is False for rows in found.values() for row in rows))


def _catalogue(site: Path) -> Catalogue:
    found = Site.open(site)
    return Catalogue.open(found.dir / "pack", found.root_public)
