"""`huduma provision`: lay out sites and enrol devices.

`demo DIR` makes a whole deployment in one folder: root and agency keys, a national node, a
centre, two kiosks and a van, all enrolled with each other, and the signed default pack.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioning.site import Site

_AGENCIES = Path(__file__).resolve().parents[2] / "content" / "default" / "agencies.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-verbs of `provision`."""
    verbs = parser.add_subparsers(dest="act", required=True, metavar="demo")
    demo = verbs.add_parser("demo", help="lay out a whole demo site in a new folder")
    demo.add_argument("dir", type=Path, metavar="DIR", help="a new or empty folder")
    demo.add_argument("--json", action="store_true", help="print what was made as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Lay out the demo site; 0, or the fault's code with nothing left behind."""
    from content.build import build_default
    from provisioning.clock import SystemClock
    from provisioning.enrol import demo_plan, discard, free_ports, lay_out
    from provisioning.ids import SystemIds
    from provisioning.site import Site

    clock, target = SystemClock(), arguments.dir
    ids = SystemIds(clock)
    existed = target.exists()
    plan = demo_plan(_agency_codes(), free_ports(4, ids))
    lay_out(target, plan, ids, clock.now())
    site = Site.open(target)
    try:
        build_default(site.dir / "pack", site.root_key(), clock.now())
    except BaseException:
        discard(target, keep=existed)
        raise
    _tell(site, as_json=arguments.json)
    return 0


def _agency_codes() -> list[str]:
    with _AGENCIES.open(encoding="utf-8", newline="") as file:
        return [row["code"] for row in csv.DictReader(file)]


def _tell(site: Site, *, as_json: bool) -> None:
    from provisioning.keys import fingerprint

    nodes = [
        {
            "name": node.name,
            "role": node.role,
            "site": node.certificate.site,
            "fingerprint": fingerprint(node.certificate.signing),
        }
        for node in site.nodes()
    ]
    if as_json:
        summary = {"dir": str(site.dir), "nodes": nodes, "agencies": list(site.agencies())}
        print(json.dumps(summary, indent=2))
        return
    print(f"Demo site in {site.dir}", file=sys.stderr)
    for each in nodes:
        print(
            f"  {each['name']:<10} {each['role']:<9} {each['site']:<8} key {each['fingerprint']}",
            file=sys.stderr,
        )
    print(
        f"  {len(site.agencies())} agencies; content pack in {site.dir / 'pack'}", file=sys.stderr
    )
    print(f"Next: huduma doctor --site {site.dir} --node kiosk-1", file=sys.stderr)
