"""`huduma national`: take in batches from every node.

`run` takes in until stopped; `serve` shows the fleet in a browser; `fleet` and `quarantine` list
what was received and what was refused, `quotas` what each node brought today, `silent` who was not
heard of for a while. `verify` reads every batch again: signatures, chains, what the tables say
beyond them, what a centre saw and is gone.
"""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kiosk.cli.arguments import add_json, add_site
from provisioning.ids import SystemIds
from provisioning.node.site import Node, Site, SiteFault
from provisioning.shutdown import StopFlag
from sync.agency.signed_records import SignedRecords, signing_keys, witnesses
from sync.faults import SyncRefusal
from sync.national.gateway_service import NationalService, build, database_url
from sync.national.open_store import open_database
from sync.service.node_quota import NodeQuota
from sync.store.store_wait import StoreWait

if TYPE_CHECKING:
    from provisioning.identity.certificates import Registry


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-verbs of `national`."""
    verbs = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    run_verb = verbs.add_parser("run", help="take in batches until stopped")
    serve_verb = verbs.add_parser("serve", help="the fleet in a browser, and OpenMetrics")
    serve_verb.add_argument("--http", type=int, default=8090, metavar="PORT", help="default 8090")
    serve_verb.add_argument("--bind", default="127.0.0.1", metavar="HOST", help="this machine only")
    fleet = verbs.add_parser("fleet", help="every node and what is stored of it")
    quarantine = verbs.add_parser("quarantine", help="what was kept out, and why")
    quotas = verbs.add_parser("quotas", help="what each node brought today, of its share")
    silent = verbs.add_parser("silent", help="enrolled nodes that were not heard of for a while")
    silent.add_argument("--hours", type=float, default=24.0, metavar="H", help="default 24")
    verify = verbs.add_parser("verify", help="read every batch again and name what does not hold")
    for verb in (run_verb, serve_verb, fleet, quarantine, quotas, silent, verify):
        add_site(verb)
        verb.add_argument("--database", metavar="URL", help="sqlite:///FILE; not as set")
    run_verb.add_argument("--listen", metavar="ENDPOINT", help="tcp://HOST:PORT; not as set")
    for verb in (fleet, quarantine, quotas, silent, verify):
        add_json(verb)


def run(arguments: argparse.Namespace) -> int:
    """Serve, or tell."""
    node = national_node(Site.open(arguments.site))
    if arguments.act == "serve":
        return _serve(arguments, node)
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


def _serve(arguments: argparse.Namespace, node: Node) -> int:
    from kiosk.fleet.fleet_report import FleetReport, fleet_report
    from kiosk.fleet.fleet_server import fleet_app, serve
    from sync.service.peer_registry import PeerRegistry

    clock = node.clock(service=True)
    peers = PeerRegistry(node.dir / "keys" / "registry.cbor", node.root_public, clock)
    url = database_url(node, arguments.database)
    with closing(open_database(url, SystemIds(clock))) as store:

        def look() -> FleetReport:
            answers = store.answers(peers.answer_signer)
            return fleet_report(store, peers.registry, answers, clock.now())

        print(f"http://{arguments.bind}:{arguments.http}/ and /metrics", flush=True)
        serve(fleet_app(look, clock.monotonic), arguments.bind, arguments.http)
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
        match arguments.act:
            case "quotas":
                rows = _quotas(store, clock.now(), node.settings.sync.node_day_mb_max)
            case "silent":
                rows = _silent(store, node.registry, clock.now(), arguments.hours)
            case "verify":
                rows = _faults(store, node.registry)
            case "fleet":
                rows = _fleet(store)
            case _:
                rows = _quarantine(store)
    if arguments.json:
        print(json.dumps(rows))
    else:
        for row in rows:
            print("  ".join(f"{name}={value}" for name, value in row.items()))
    return SyncRefusal.code if arguments.act == "verify" and rows else 0


def _silent(store: Any, registry: Registry, now: datetime, hours: float) -> list[dict[str, Any]]:
    """Enrolled nodes of which nothing came for `hours`, those never heard of first."""
    heard: dict[str, str] = {}
    for each in store.counts():
        node = each.stream.node
        heard[node] = max(heard.get(node, ""), each.received_at)
    rows = []
    for name, certificate in registry.nodes.items():
        last = heard.get(name, "")
        age = (now - datetime.fromisoformat(last)).total_seconds() / 3600 if last else None
        out = certificate.role == "national" or certificate.serial in registry.revoked
        if not out and (age is None or age >= hours):
            shown = None if age is None else round(age, 1)
            site = {"node": name, "role": certificate.role, "site": certificate.site}
            rows.append({**site, "heard_at": last or None, "hours": shown})
    return sorted(rows, key=lambda row: (row["heard_at"] or "", row["node"]))


def _faults(store: Any, registry: Registry) -> list[dict[str, Any]]:
    """What does not hold of what is stored; empty when all does."""
    records = SignedRecords(store, signing_keys(registry), witnesses(registry))
    for _ in records.entries_for("national"):
        pass
    return [{"code": each.code, "what": each.message} for each in records.faults]


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
