"""`huduma sync load`: invented records through the real path, to see what a line or a stick takes.

Each record is sealed, journalled and given a reference in one transaction, as a citizen's form is.
What is in them follows from the seed; identities and keys are always fresh. Never on a device of
the field: nobody could tell an invented form from a citizen's.
"""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from typing import Any

from kiosk.adapters.references import References
from kiosk.case_reference import origin_of
from kiosk.cli.arguments import add_json, add_node, add_site
from kiosk.node.database import open_node_database
from provisioning.clock import EAT, SystemClock
from provisioning.faults import UsageFault
from provisioning.ids import SeededIds
from provisioning.node.site import Node, Site
from sync.batches.synthetic_records import SyntheticSource
from sync.journal.node_database import NodeDatabase
from sync.sealing.sealer import Sealer

MIXES = ("forms", "national")


def add_arguments(verbs: Any) -> None:
    """The sub-verb, into those of `sync`."""
    verb = verbs.add_parser("load", help="invent records, for tests and measurements")
    add_site(verb)
    add_node(verb, what="a kiosk or van of a practice site")
    verb.add_argument("--records", type=int, required=True, metavar="N", help="how many forms")
    verb.add_argument("--seed", type=int, default=1, metavar="S", help="what is in them")
    verb.add_argument(
        "--mix", choices=MIXES, default="forms", help="national: with the facts of their visits"
    )
    add_json(verb)


def run_load(arguments: argparse.Namespace) -> int:
    """Invent; 0."""
    node = Site.open(arguments.site).node(arguments.node)
    if node.settings.node.field:
        raise UsageFault(f"{node.name} is a device of the field; invent records on a demo site.")
    if node.role not in {"kiosk", "van"}:
        raise UsageFault(f"{node.name} is a {node.role}; forms come from a kiosk or a van.")
    clock = node.clock(service=True)
    database = open_node_database(node, clock)
    with closing(database.store):
        began = clock.monotonic()
        last = _invent(node, database, arguments)
        took = clock.monotonic() - began
    told = {"records": arguments.records, "seconds": round(took, 3), "last_reference": last}
    if arguments.json:
        print(json.dumps(told))
    else:
        print(f"{arguments.records} records in {took:.1f} s; the last is {last}")
    return 0


def _invent(node: Node, database: NodeDatabase, arguments: argparse.Namespace) -> str:
    invention = SyntheticSource(SeededIds(arguments.seed))
    what, clock = node.settings.node, SystemClock()
    epoch = database.journal.db_epoch
    sealer = Sealer(node.registry, database.ids, database.clock, node=node.name, db_epoch=epoch)
    references, reference = References(database, origin_of(what.site, what.unit)), ""
    for _ in range(arguments.records):
        now = clock.now()
        one = invention.submission(int(now.timestamp() * 1000))
        place = {"site": what.site, "day": f"{now.astimezone(EAT):%Y-%m-%d}"}
        visit = database.ids.uuid7()
        with database.store.transaction() as tx:
            if arguments.mix == "national":
                database.journal.append(tx, "visit.started", visit, {**place, "language": "sw"})
            reference = references.give(tx, one.agency)
            body = {**one.clear, "reference": reference}
            sealer.append(
                tx,
                database.journal,
                "form.submitted",
                database.ids.uuid7(),
                one.agency,
                body,
                one.plaintext,
            )
            if arguments.mix == "national":
                ended = {**place, "outcome": "finished", "language": "sw"}
                database.journal.append(tx, "visit.ended", visit, ended)
    return reference
