"""`huduma provision`: lay out sites and enrol devices, without any network.

`demo DIR` makes a whole practice deployment in one folder, with everybody's keys: not for citizens.
`site DIR` makes the workbench of a real one: its authority and a card for each device. A device
asks (`request`), the workbench answers (`approve`), the device takes the answer (`accept`); `renew`
asks for the next certificate. Each gives and takes a stick (a folder), a file, or the lines of QR
codes (`-`: stdin). `units` writes the systemd units of a device. `pin` sets the PIN of its staff
screen, read from stdin. What to do with them: docs/guides/technician.md.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from kiosk.cli import enrolment_actions
from kiosk.cli.arguments import add_json, add_node, add_site
from kiosk.simulation.site.demo_site import ROLES_WITH_SCREEN, demo_pins, new_demo_site
from provisioning.faults import UsageFault
from provisioning.identity.keys import fingerprint
from provisioning.identity.pin import PinLock
from provisioning.ids import SystemIds
from provisioning.node.site import Site


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-verbs of `provision`."""
    verbs = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    demo = verbs.add_parser("demo", help="lay out a practice site, not for citizens")
    demo.add_argument("dir", type=Path, metavar="DIR", help="a new or empty folder")
    add_json(demo, what="print what was made as JSON")
    enrolment_actions.add_arguments(verbs)
    pin = verbs.add_parser("pin", help="set the PIN of a kiosk's staff screen, read from stdin")
    add_site(pin)
    add_node(pin)


def run(arguments: argparse.Namespace) -> int:
    """Do the act; 0, or the fault's code."""
    acts = {"pin": _set_pin, "demo": _demo, **enrolment_actions.ACTIONS}
    return acts[arguments.act](arguments)


def _set_pin(arguments: argparse.Namespace) -> int:
    """Set or replace the PIN; nothing of it is printed or logged."""
    node = Site.open(arguments.site).node(arguments.node)
    if node.role not in ROLES_WITH_SCREEN:
        raise UsageFault(f"{node.name} is a {node.role}: only a kiosk or a van has a staff screen.")
    clock = node.clock()
    if sys.stdin.isatty():
        print("PIN (6 to 12 digits), then Enter:", file=sys.stderr)
    lock = PinLock(node.dir / "keys", clock)
    lock.set(sys.stdin.readline().strip(), SystemIds(clock))
    print(f"The staff screen of {node.name} opens with the new PIN.", file=sys.stderr)
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    """Lay out the demo site; 0, or the fault's code with nothing left behind."""
    tell_demo(new_demo_site(arguments.dir), as_json=arguments.json)
    return 0


def tell_demo(site: Site, *, as_json: bool = False) -> None:
    """Print what a demo site consists of, with the PINs of its staff screens."""
    pins = demo_pins(site)
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
    print(f"Demo site in {site.dir}: for practice, every key lies in it", file=sys.stderr)
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
