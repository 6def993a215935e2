"""`huduma desk`: open the forms sealed to an agency, with the agency's key, and only its own;
hand them on to an ODK server; make tables of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.cli.arguments import add_json, add_site

if TYPE_CHECKING:
    from provisioning.node.site import Site
    from sync.agency.inbox import Opened
    from sync.agency.signed_records import SignedRecords
    from sync.faults import SyncRefusal


NOT_OPENED = 44


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-verbs of `desk`."""
    from kiosk.cli import agency_desk, desk_answer

    verbs = parser.add_subparsers(
        dest="act", required=True, metavar="list|open|missing|answer|forward|export"
    )
    agency_desk.add_arguments(verbs)
    desk_answer.add_arguments(verbs)
    verb = verbs.add_parser("open", help="open everything sealed to an agency")
    listing = verbs.add_parser("list", help="what has arrived, and how far it is")
    missing = verbs.add_parser("missing", help="what was signed and is not here, or is forged")
    for each in (verb, listing, missing):
        add_site(each)
        each.add_argument("--agency", required=True, metavar="CODE", help="the agency")
        each.add_argument("--database", metavar="URL", help="the national store; not as set")
    add_json(listing)
    add_json(missing)
    verb.add_argument("--out", type=Path, metavar="DIR", help="write XML and attachments there")
    add_json(verb, what="print the submissions as JSON")


@dataclass(slots=True)
class DeskOpening:
    """What opening an agency's part gave: forms, what is wrong, and how far each case is."""

    opened: list[Opened]
    duplicates: int
    faults: list[SyncRefusal]
    rows: list[dict[str, Any]] = field(default_factory=list)


def run(arguments: argparse.Namespace) -> int:
    """Open; 0, or 44 when something did not open, is forged or missing (it is named)."""
    from kiosk.cli.agency_desk import run_export, run_forward
    from kiosk.cli.desk_answer import run_answer
    from kiosk.cli.desk_list import tell_missing, tell_rows

    if arguments.act == "answer":
        return run_answer(arguments)
    desk = _open(arguments)
    if arguments.act == "missing":
        return tell_missing(arguments, desk.faults)
    for fault in desk.faults:
        print(fault.message, file=sys.stderr)
    acts = {
        "list": lambda: tell_rows(arguments, desk.rows),
        "forward": lambda: run_forward(arguments, desk.opened),
        "export": lambda: run_export(arguments, desk.opened),
        "open": lambda: _tell_open(arguments, desk),
    }
    return acts[arguments.act]() or (NOT_OPENED if desk.faults else 0)


def _open(arguments: argparse.Namespace) -> DeskOpening:
    from kiosk.cli.desk_list import rows
    from kiosk.cli.national import national_node
    from provisioning.ids import SystemIds
    from provisioning.node.site import Site
    from sync.agency.inbox import open_all
    from sync.agency.signed_records import SignedRecords, signing_keys, witnesses
    from sync.national.gateway_service import database_url
    from sync.national.open_store import open_database

    site, agency = Site.open(arguments.site), arguments.agency
    key, node = site.agency_key(agency), national_node(site)
    url = database_url(node, arguments.database)
    with closing(open_database(url, SystemIds(node.clock()))) as store:
        records = SignedRecords(store, signing_keys(site.registry), witnesses(site.registry))
        result = open_all(records, agency, key)
        desk = DeskOpening(result.opened, result.duplicates, [*records.faults])
        if arguments.act == "list":
            desk.rows = rows(result.opened, store.answers(site.registry.answer_signer), agency)
    desk.faults += _look_back(site, agency, records, result.opened)
    desk.faults += [
        type(fault)(f"{entry.stream.node} entry {entry.seq}: {fault.message}")
        for entry, fault in result.failed
    ]
    return desk


def _tell_open(arguments: argparse.Namespace, desk: DeskOpening) -> int:
    from sync.agency.inbox import write_tree

    if arguments.json:
        print(json.dumps([each.as_json() for each in desk.opened], ensure_ascii=False))
    else:
        for each in desk.opened:
            fields = each.as_json()
            print(f"{fields.get('reference', '-')}  {fields.get('form', '-')}  {fields['node']}")
    if arguments.out is not None:
        new = write_tree(desk.opened, arguments.out)
        print(f"{new} new submissions written to {arguments.out}", file=sys.stderr)
    if desk.duplicates:
        print(f"{desk.duplicates} arrived twice and count once", file=sys.stderr)
    return 0


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
