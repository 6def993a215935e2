"""`huduma settings`: the effective settings of a node, secrets masked; or what settings exist."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from kiosk.cli.arguments import add_json, add_node, add_site
from provisioning.faults import UsageFault
from provisioning.node.site import Site
from provisioning.settings.reference_page import as_toml, markdown
from provisioning.settings.schema import effective, load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, and how to print."""
    where = parser.add_mutually_exclusive_group(required=True)
    add_site(where, required=False, what="the site's folder, with --node")
    where.add_argument("--file", type=Path, metavar="PATH", help="a device.toml to check and print")
    where.add_argument("--describe", action="store_true", help="print a table of every setting")
    add_node(parser, required=False)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print; 0, or the code of the fault in the file."""
    if arguments.describe:
        print(markdown(), end="")
        return 0
    if arguments.file:
        path = arguments.file
        settings = load(path)
    else:
        if not arguments.node:
            names = ", ".join(Site.open(arguments.site).entries)
            raise UsageFault(f"Say which node: --node NAME, one of {names}.")
        node = Site.open(arguments.site).node(arguments.node)
        path, settings = node.dir / "device.toml", node.settings
    if arguments.json:
        print(json.dumps(effective(settings), indent=2))
    else:
        print(f"Effective settings of {path}", file=sys.stderr)
        print(as_toml(settings), end="")
    return 0
