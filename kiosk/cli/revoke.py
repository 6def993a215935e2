"""`huduma revoke NODE`: on the workbench, end a device's right to take part.

A new registry is signed; every device that gets it (by stick with `--to`, `huduma sync import` or
`huduma provision accept`) refuses the device at its next message and takes no older registry again.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kiosk.cli.arguments import add_site


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whom, and where the new registry is written."""
    parser.add_argument("node", metavar="NODE", help="the device")
    add_site(parser, what="the workbench")
    parser.add_argument("--to", type=Path, metavar="PLACE", help="the stick (a folder) or a file")


def run(arguments: argparse.Namespace) -> int:
    """Revoke; 0."""
    from kiosk.cli.enrolment_actions import revoke
    from provisioning.node.site import Site

    site = Site.open(arguments.site)
    number = revoke(site, arguments.node, arguments.to)
    print(f"{arguments.node} is revoked by registry {number}.", file=sys.stderr)
    where = arguments.to or site.dir / "registry.cbor"
    print(f"Next: bring {where} to every device of the site, first to the centre.", file=sys.stderr)
    return 0
