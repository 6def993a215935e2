"""`huduma case`: everything a node knows of one reference. Only reads; names nobody."""

from __future__ import annotations

import argparse
import json
from contextlib import closing

from kiosk.adapters.case_timeline import CaseTimeline, national_timeline, node_timeline
from kiosk.case_reference import read_reference
from kiosk.cli.arguments import add_json, add_node, add_site
from provisioning.clock import EAT
from provisioning.faults import UsageFault
from provisioning.ids import SystemIds
from provisioning.node.site import Node, Site
from sync.national.gateway_service import database_url
from sync.national.open_store import open_database
from sync.store.database import Store

UNKNOWN = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-verb `show`."""
    verbs = parser.add_subparsers(dest="act", required=True, metavar="show")
    show = verbs.add_parser("show", help="its timeline, who holds it and until when")
    add_site(show)
    add_node(show)
    show.add_argument("--reference", required=True, metavar="REF", help="as on the slip")
    show.add_argument("--factor", default="", metavar="DIGITS", help="the second factor")
    show.add_argument("--database", metavar="URL", help="national node: not as set")
    add_json(show)


def run(arguments: argparse.Namespace) -> int:
    """Tell; 0, or 1 when this node knows nothing of it beyond who gave the reference."""
    reference = read_reference(arguments.reference)
    if reference is None:
        raise UsageFault(f"{arguments.reference} is no reference: a character is wrong or missing.")
    node = Site.open(arguments.site).node(arguments.node)
    found = _timeline(node, reference, arguments)
    if arguments.json:
        print(json.dumps(found.as_json()))
    else:
        _tell(found)
    return 0 if found.held or len(found.events) > 1 else UNKNOWN


def _timeline(node: Node, reference: str, arguments: argparse.Namespace) -> CaseTimeline:
    if node.role == "national":
        url = database_url(node, arguments.database)
        with closing(open_database(url, SystemIds(node.clock()))) as store:
            return national_timeline(store, node.name, reference, arguments.factor)
    with closing(Store.read_only(node.db_path)) as own:
        keep_days = node.settings.ui.keep_days
        return node_timeline(own, node.name, reference, keep_days, arguments.factor)


def _tell(found: CaseTimeline) -> None:
    print(found.reference)
    for event in sorted(found.events, key=lambda each: each.at):
        when = event.at.astimezone(EAT)
        print(f"  {when:%Y-%m-%d %H:%M}  {event.what}  by {event.by}  {event.more}".rstrip())
    for held in found.held:
        until = f"until {held.until}" if held.until else held.why
        print(f"  held at {held.where}: {held.record_class}, {until}")
