"""`huduma provision`: lay out sites and enrol devices.

`demo DIR` makes a whole deployment in one folder: root and agency keys, a national node, a
centre, two kiosks and a van, all enrolled with each other, the signed default pack, and a random
PIN for the staff screen of each kiosk. `pin` sets the PIN of one node, read from stdin.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from provisioning.clock import Clock
    from provisioning.ids import Ids
    from provisioning.node.site import Site

_WITH_SCREEN = frozenset({"kiosk", "van"})
_AGENCIES = Path(__file__).resolve().parents[2] / "content" / "default" / "agencies.csv"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-verbs of `provision`."""
    verbs = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    demo = verbs.add_parser("demo", help="lay out a whole demo site in a new folder")
    demo.add_argument("dir", type=Path, metavar="DIR", help="a new or empty folder")
    demo.add_argument("--json", action="store_true", help="print what was made as JSON")
    pin = verbs.add_parser("pin", help="set the PIN of a kiosk's staff screen, read from stdin")
    pin.add_argument("--site", type=Path, required=True, metavar="DIR")
    pin.add_argument("--node", required=True, metavar="NAME")


def run(arguments: argparse.Namespace) -> int:
    """Do the act; 0, or the fault's code."""
    return _set_pin(arguments) if arguments.act == "pin" else _demo(arguments)


def _set_pin(arguments: argparse.Namespace) -> int:
    """Set or replace the PIN; nothing of it is printed or logged."""
    from provisioning.faults import UsageFault
    from provisioning.identity.pin import PinLock
    from provisioning.ids import SystemIds
    from provisioning.node.site import Site

    node = Site.open(arguments.site).node(arguments.node)
    if node.role not in _WITH_SCREEN:
        msg = f"{node.name} is a {node.role}: only a kiosk or a van has a staff screen."
        raise UsageFault(msg)
    clock = node.clock()
    if sys.stdin.isatty():
        print("PIN (6 to 12 digits), then Enter:", file=sys.stderr)
    lock = PinLock(node.dir / "keys", clock)
    lock.set(sys.stdin.readline().strip(), SystemIds(clock))
    print(f"The staff screen of {node.name} opens with the new PIN.", file=sys.stderr)
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    """Lay out the demo site; 0, or the fault's code with nothing left behind."""
    from content.authoring.build import build_default
    from provisioning.clock import SystemClock
    from provisioning.enrolment.site_layout import demo_plan, discard, free_ports, lay_out
    from provisioning.ids import SystemIds
    from provisioning.node.site import Site

    clock, target = SystemClock(), arguments.dir
    ids = SystemIds(clock)
    existed = target.exists()
    plan = demo_plan(_agency_codes(), free_ports(4, ids))
    lay_out(target, plan, ids, clock.now())
    site = Site.open(target)
    try:
        build_default(site.dir / "pack", site.root_key(), clock.now())
        pins = _demo_pins(site, clock, ids)
    except BaseException:
        discard(target, keep=existed)
        raise
    _tell(site, pins, as_json=arguments.json)
    return 0


def _demo_pins(site: Site, clock: Clock, ids: Ids) -> dict[str, str]:
    """A random PIN for each node with a screen, kept for the technician in `pins.txt` (0600)."""
    from provisioning.identity.keys import write_private
    from provisioning.identity.pin import PinLock, random_pin

    pins = {node.name: random_pin(ids) for node in site.nodes() if node.role in _WITH_SCREEN}
    for name, pin in pins.items():
        PinLock(site.node(name).dir / "keys", clock).set(pin, ids)
    lines = "".join(f"{name} {pin}\n" for name, pin in pins.items())
    write_private(site.dir / "pins.txt", lines.encode())
    return pins


def _agency_codes() -> list[str]:
    with _AGENCIES.open(encoding="utf-8", newline="") as file:
        return [row["code"] for row in csv.DictReader(file)]


def _tell(site: Site, pins: dict[str, str], *, as_json: bool) -> None:
    from provisioning.identity.keys import fingerprint

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
        summary = {
            "dir": str(site.dir),
            "nodes": nodes,
            "agencies": list(site.agencies()),
            "pins": pins,
        }
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
    shown = ", ".join(f"{name} {pin}" for name, pin in pins.items())
    print(f"  PINs of the staff screens (pins.txt): {shown}", file=sys.stderr)
    print(f"Next: huduma doctor --site {site.dir} --node kiosk-1", file=sys.stderr)
