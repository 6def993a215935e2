"""`huduma desk`: open the forms sealed to an agency, with the agency's key, and only its own;
hand them on to an ODK server; make tables of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.cli.arguments import add_json, add_site

if TYPE_CHECKING:
    from provisioning.node.site import Site
    from sync.agency.inbox import Opened
    from sync.agency.signed_records import SignedRecords
    from sync.faults import SyncRefusal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-verbs of `desk`."""
    from kiosk.cli import agency_desk, desk_answer

    verbs = parser.add_subparsers(dest="act", required=True, metavar="open|answer|forward|export")
    agency_desk.add_arguments(verbs)
    desk_answer.add_arguments(verbs)
    verb = verbs.add_parser("open", help="open everything sealed to an agency")
    add_site(verb)
    verb.add_argument("--agency", required=True, metavar="CODE", help="the agency")
    verb.add_argument("--database", metavar="URL", help="the national store; not as set")
    verb.add_argument("--out", type=Path, metavar="DIR", help="write XML and attachments there")
    add_json(verb, what="print the submissions as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Open; 0, or 44 when something did not open, is forged or missing (it is named)."""
    from kiosk.cli.agency_desk import run_export, run_forward
    from kiosk.cli.desk_answer import run_answer
    from kiosk.cli.national import national_node
    from provisioning.ids import SystemIds
    from provisioning.node.site import Site
    from sync.agency.inbox import open_all, write_tree
    from sync.agency.signed_records import SignedRecords, signing_keys, witnesses
    from sync.faults import NotForThisAgency
    from sync.national.gateway_service import database_url
    from sync.national.open_store import open_database

    if arguments.act == "answer":
        return run_answer(arguments)
    site = Site.open(arguments.site)
    key = site.agency_key(arguments.agency)
    node = national_node(site)
    with closing(
        open_database(database_url(node, arguments.database), SystemIds(node.clock()))
    ) as store:
        records = SignedRecords(store, signing_keys(site.registry), witnesses(site.registry))
        result = open_all(records, arguments.agency, key)
    missed = _look_back(site, arguments.agency, records, result.opened)
    for unsigned in (*records.faults, *missed):
        print(unsigned.message, file=sys.stderr)
    for entry, fault in result.failed:
        print(f"{entry.stream.node} entry {entry.seq}: {fault.message}", file=sys.stderr)
    code = NotForThisAgency.code if result.failed or records.faults or missed else 0
    if arguments.act == "forward":
        return run_forward(arguments, result.opened) or code
    if arguments.act == "export":
        return run_export(arguments, result.opened) or code
    if arguments.json:
        print(json.dumps([each.as_json() for each in result.opened], ensure_ascii=False))
    else:
        for each in result.opened:
            fields = each.as_json()
            print(f"{fields.get('reference', '-')}  {fields.get('form', '-')}  {fields['node']}")
    if arguments.out is not None:
        new = write_tree(result.opened, arguments.out)
        print(f"{new} new submissions written to {arguments.out}", file=sys.stderr)
    if result.duplicates:
        print(f"{result.duplicates} arrived twice and count once", file=sys.stderr)
    return code


def _look_back(
    site: Site, agency: str, records: SignedRecords, opened: list[Opened]
) -> list[SyncRefusal]:
    """What this desk saw at an earlier opening and misses now; then remember this one."""
    from sync.agency.desk_memory import DESK_TABLES, DeskMemory
    from sync.store.database import Store

    with closing(Store.open(site.dir / "agencies" / agency / "desk.db", [DESK_TABLES])) as seen:
        memory = DeskMemory(seen)
        missed = memory.compare(records.tails, records.marks)
        memory.remember(records.tails, opened)
    return missed
