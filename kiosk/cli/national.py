"""`huduma national`: take in batches from every node.

`run` serves until stopped; `fleet` and `quarantine` list what was received and what was refused,
`quotas` what each node brought today.
"""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

from kiosk.cli.arguments import add_json, add_site
from provisioning.ids import SystemIds
from provisioning.node.site import Node, Site, SiteFault
from provisioning.shutdown import StopFlag
from sync.national.gateway_service import NationalService, build, database_url
from sync.national.open_store import open_database
from sync.service.node_quota import NodeQuota
from sync.store.store_wait import StoreWait

if TYPE_CHECKING:
    from datetime import datetime


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-verbs of `national`."""
    verbs = parser.add_subparsers(dest="act", required=True, metavar="run|fleet|quarantine|quotas")
    run_verb = verbs.add_parser("run", help="take in batches until stopped")
    fleet = verbs.add_parser("fleet", help="every node and what is stored of it")
    quarantine = verbs.add_parser("quarantine", help="what was kept out, and why")
    quotas = verbs.add_parser("quotas", help="what each node brought today, of its share")
    for verb in (run_verb, fleet, quarantine, quotas):
        add_site(verb)
        verb.add_argument("--database", metavar="URL", help="sqlite:///FILE; not as set")
    run_verb.add_argument("--listen", metavar="ENDPOINT", help="tcp://HOST:PORT; not as set")
    for verb in (fleet, quarantine, quotas):
        add_json(verb)


def run(arguments: argparse.Namespace) -> int:
    """Serve, or tell."""
    node = national_node(Site.open(arguments.site))
    if arguments.act != "run":
        return _tell(arguments, node)
    clock = node.clock(service=True)

    def built() -> NationalService:
        ids, database = SystemIds(clock), arguments.database
        return build(node, clock, ids, listen=arguments.listen, database=database)

    with StopFlag() as stop:
        service = StoreWait("national").opened(built, stop)
        if service is not None:
            with closing(service):
                service.run(stop)
    return 0


def national_node(site: Any) -> Node:
    """The national node of a site on this machine; raises `SiteFault`."""
    for node in site.nodes("national"):
        found: Node = node
        return found
    raise SiteFault("This site has no national node; name the folder of one that has.")


def _tell(arguments: argparse.Namespace, node: Node) -> int:
    clock = node.clock()
    with closing(open_database(database_url(node, arguments.database), SystemIds(clock))) as store:
        if arguments.act == "quotas":
            rows = _quotas(store, clock.now(), node.settings.sync.node_day_mb_max)
        else:
            rows = _fleet(store) if arguments.act == "fleet" else _quarantine(store)
    if arguments.json:
        print(json.dumps(rows))
    else:
        for row in rows:
            print("  ".join(f"{name}={value}" for name, value in row.items()))
    return 0


def _fleet(store: Any) -> list[dict[str, Any]]:
    return [
        {
            "node": each.stream.node,
            "db_epoch": each.stream.db_epoch.hex(),
            "segments": each.segments,
            "entries": each.entries,
            "last_seq": each.last_seq,
            "received_at": each.received_at,
        }
        for each in store.counts()
    ]


def _quotas(store: Any, now: datetime, megabytes: int) -> list[dict[str, Any]]:
    quota = NodeQuota.of_megabytes(megabytes)
    return [
        {
            "node": each.node,
            "day": each.day,
            "segments": f"{each.segments} of {quota.segments_max}",
            "kilobytes": f"{each.bytes >> 10} of {quota.bytes_max >> 10}",
            "new_streams": f"{each.streams} of {quota.streams_max}",
            "told_later": each.refused,
        }
        for each in store.usages(now)
    ]


def _quarantine(store: Any) -> list[dict[str, Any]]:
    return [
        {
            "node": each.stream.node,
            "db_epoch": each.stream.db_epoch.hex(),
            "no": each.no,
            "code": each.code,
            "why": each.why,
            "received_at": each.received_at,
        }
        for each in store.quarantine()
    ]
