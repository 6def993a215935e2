"""`huduma sync`: carry a node's journal to the centre and the national node.

`run` serves until stopped, `once` ends when everything is acknowledged, `status` prints its state;
`export` and `import` carry with a USB stick instead of a line; `load` invents records.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING

from kiosk.cli import sync_courier, sync_load
from kiosk.cli.arguments import add_json, add_node, add_site
from provisioning.faults import UsageFault
from provisioning.ids import SystemIds
from provisioning.node.site import Site
from provisioning.shutdown import StopFlag
from sync.service.engine import SyncEngine, build, engine_lock
from sync.service.status import SyncStatus, read
from sync.store.database import Store
from sync.store.store_wait import StoreWait

if TYPE_CHECKING:
    from provisioning.process_lock import ProcessLock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-verbs of `sync`."""
    verbs = parser.add_subparsers(
        dest="act", required=True, metavar="run|once|status|export|import"
    )
    run_verb = verbs.add_parser("run", help="send, and on a centre take in, until stopped")
    once = verbs.add_parser("once", help="send until everything is acknowledged")
    status = verbs.add_parser("status", help="what waits, and how the line is")
    sync_courier.add_arguments(verbs)
    sync_load.add_arguments(verbs)
    for verb in (run_verb, once, status):
        add_site(verb)
        add_node(verb)
        add_json(verb)
    for verb in (run_verb, once):
        verb.add_argument("--upstream", metavar="ENDPOINT", help="send there, not as set")
        verb.add_argument("--listen", metavar="ENDPOINT", help="take in there, not as set")
    once.add_argument("--deadline", type=float, default=30.0, metavar="S", help="seconds to try")


def run(arguments: argparse.Namespace) -> int:
    """Run, drain once, or tell."""
    others = {
        "status": _status,
        "export": sync_courier.run_export,
        "import": sync_courier.run_import,
        "load": sync_load.run_load,
    }
    if arguments.act in others:
        return others[arguments.act](arguments)
    lock = _service_lock(arguments) if arguments.act == "run" else None
    try:
        with StopFlag() as stop:
            if arguments.act == "run":
                _serve(arguments, stop)
                return 0
            with closing(_engine(arguments)) as engine:
                _print(engine.run_once(stop, arguments.deadline), as_json=arguments.json)
    finally:
        if lock is not None:
            lock.release()
    return 0


def _serve(arguments: argparse.Namespace, stop: StopFlag) -> None:
    engine = StoreWait("sync").opened(lambda: _engine(arguments), stop)
    if engine is not None:
        with closing(engine):
            engine.run(stop)


def _service_lock(arguments: argparse.Namespace) -> ProcessLock:
    return engine_lock(Site.open(arguments.site).node(arguments.node))


def _engine(arguments: argparse.Namespace) -> SyncEngine:
    node = Site.open(arguments.site).node(arguments.node)
    if node.role == "national":
        raise UsageFault("A national node sends nothing up; run: huduma national run.")
    clock = node.clock(service=True)
    return build(
        node,
        clock,
        SystemIds(clock),
        upstream=arguments.upstream,
        listen=arguments.listen,
    )


def _status(arguments: argparse.Namespace) -> int:
    node = Site.open(arguments.site).node(arguments.node)
    with closing(Store.read_only(node.db_path)) as store:
        _print(read(store, node.clock().now()), as_json=arguments.json)
    return 0


def _print(status: SyncStatus, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(status.as_json()))
        return
    line = "answers" if status.online else "does not answer"
    print(
        f"upstream {line}; {status.waiting} entries wait, {status.relayed_waiting} relayed batches"
    )
    print(
        f"{status.segments_acked} of {status.segments} batches acknowledged nationally,"
        f" {status.segments_at_relay} at the relay; {status.bytes_sent} bytes sent",
        file=sys.stdout,
    )
