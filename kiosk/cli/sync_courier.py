"""`huduma sync export` and `huduma sync import`: carry a node's batches with a USB stick."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from kiosk.cli.arguments import add_json, add_node, add_site
from provisioning.faults import UsageFault
from provisioning.ids import SystemIds
from provisioning.node.site import Node, Site
from sync.courier.courier_node import CourierNode
from sync.faults import SyncRefusal


def add_arguments(verbs: Any) -> None:
    """The two sub-verbs, into those of `sync`."""
    out = verbs.add_parser("export", help="write what waits onto a stick")
    into = verbs.add_parser("import", help="take in what a stick brings, leave receipts on it")
    for verb in (out, into):
        add_site(verb)
        add_node(verb, required=False, what="default: the only one of the site")
        add_json(verb)
    out.add_argument("--to", type=Path, required=True, metavar="DIR", help="where it is mounted")
    out.add_argument(
        "--since", type=int, metavar="SEGMENT", help="from this own batch on, acknowledged or not"
    )
    into.add_argument(
        "--from", dest="source", type=Path, required=True, metavar="DIR", help="where it is mounted"
    )
    into.add_argument("--database", metavar="URL", help="national node: not as set")


def run_export(arguments: argparse.Namespace) -> int:
    """Write; 0, or 41 when something cannot be had any more (it is named)."""
    node = _node(arguments)
    clock = node.clock(service=True)
    with CourierNode(node, clock, SystemIds(clock)) as courier:
        done = courier.export(arguments.to, arguments.since)
    if arguments.json:
        print(json.dumps(done.as_json()))
    else:
        print(f"{done.written} batches written ({done.bytes} bytes), {done.there} were there")
        _name(done.refused)
    return SyncRefusal.code if done.refused else 0


def run_import(arguments: argparse.Namespace) -> int:
    """Take in; 0, or 41 when something was refused (it is named)."""
    node = _node(arguments)
    clock = node.clock(service=True)
    with CourierNode(node, clock, SystemIds(clock), arguments.database) as courier:
        done = courier.bring_in(arguments.source)
    if arguments.json:
        print(json.dumps(done.as_json()))
    else:
        print(
            f"{done.taken} batches taken, {done.known} were known, {done.aside} wait for others;"
            f" {done.receipts} receipts, {len(done.refused)} refused"
        )
        if done.answers:
            print(f"{done.answers} lists of answers of agencies")
        if done.registry:
            print(f"registry {done.registry} is in force now")
        for each in done.missing:
            print(f"not on this stick: {each}; bring it with another one", file=sys.stderr)
        _name(done.refused)
    return SyncRefusal.code if done.refused else 0


def _name(refused: list[tuple[str, int, str]]) -> None:
    for what, code, why in refused:
        print(f"refused: {what}: {why} (code {code})", file=sys.stderr)


def _node(arguments: argparse.Namespace) -> Node:
    site = Site.open(arguments.site)
    if arguments.node is None and len(site.entries) != 1:
        raise UsageFault(f"Name the node with --node: {', '.join(site.entries)}.")
    return site.node(arguments.node or next(iter(site.entries)))
