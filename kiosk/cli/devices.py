"""`huduma devices`: run the device service, print, look, try out and simulate."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.cli.arguments import add_json, add_node, add_site

if TYPE_CHECKING:
    from peripherals.printing.spool import Spool
    from peripherals.service.device_service import ServiceParts
    from provisioning.clock import Clock
    from provisioning.ids import Ids
    from provisioning.node.site import Node
    from sync.journal.journal import Journal
    from sync.store.database import Store

_SPOOL = Path("huduma-spool.db")
_SIMULATED = "scanner hid mrz gnss modem nut gpio card camera hotplug"
SIMULATORS = {"printer": "peripherals.simulators.printer.program"} | {
    name: f"peripherals.simulators.{name}" for name in _SIMULATED.split()
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs of `huduma devices`."""
    verbs = parser.add_subparsers(dest="what", required=True, metavar="VERB")
    runner = verbs.add_parser("run", help="run the device service until SIGTERM")
    runner.add_argument("--printer", action="append", metavar="URL", help="first choice first")
    _add_place(runner)
    printing = verbs.add_parser("print", help="ask for a ticket slip; prints the job id")
    _add_place(printing)
    printing.add_argument("--ticket", required=True, metavar="JSON")
    printing.add_argument("--by", metavar="ISO8601", help="useless after this moment")
    printing.add_argument("--key", help="the same key never makes a second slip")
    jobs = verbs.add_parser("jobs", help="every slip and what became of it")
    _add_place(jobs)
    add_json(jobs)
    jobs.add_argument("--unsettled", action="store_true", help="only those nobody can vouch for")
    settle = verbs.add_parser("settle", help="a person looked: is the slip on paper?")
    _add_place(settle)
    settle.add_argument("job", metavar="JOB")
    settle.add_argument("answer", choices=("on-paper", "print-again", "cancel", "screen", "sms"))
    listing = verbs.add_parser("list", help="every device, its state and what to do")
    _add_place(listing)
    add_json(listing)
    test = verbs.add_parser("test", help="try a device: a test slip, a scan, a position")
    _add_place(test)
    test.add_argument("name", metavar="NAME", help="printer, printer-2, scanner, mrz, gnss")
    test.add_argument("--url", metavar="URL", help="a device that is not in the settings")
    test.add_argument("--seconds", type=float, default=20.0, help="how long to listen")
    test.add_argument("--store-logo", type=Path, metavar="PNG", help="write the printer's logo")
    simulate = verbs.add_parser("simulate", help="run a simulated device")
    kinds = simulate.add_subparsers(
        dest="kind", required=True, metavar="KIND", parser_class=_SimulatorParser
    )
    for kind in SIMULATORS:
        chosen = kinds.add_parser(kind, help=f"a simulated {kind}")
        chosen.set_defaults(kind=kind)
        add_site(chosen, required=False, what="refused in the field")


class _SimulatorParser(argparse.ArgumentParser):
    """A simulator's options come from its own module, loaded when it is the one chosen."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        kind = self.get_default("kind")
        if kind is not None:
            importlib.import_module(SIMULATORS[kind]).add_arguments(self)
        return super().parse_known_args(args, namespace)


def _add_place(parser: argparse.ArgumentParser) -> None:
    add_site(parser, required=False)
    add_node(parser, required=False)
    parser.add_argument("--spool", type=Path, metavar="FILE", help="a spool of its own")


def run(arguments: argparse.Namespace) -> int:
    """Run one verb."""
    verbs: dict[str, Callable[[argparse.Namespace], int]] = {
        "run": _run,
        "print": _print,
        "jobs": _jobs,
        "settle": _settle,
        "list": _list,
        "test": _test,
        "simulate": _simulate,
    }
    return verbs[arguments.what](arguments)


def _node(arguments: argparse.Namespace) -> Node | None:
    """The node of --site and --node; None when a spool of its own was named."""
    from provisioning.faults import UsageFault
    from provisioning.node.site import Site

    if arguments.site is not None and arguments.node is not None:
        return Site.open(arguments.site).node(arguments.node)
    if arguments.site is not None or arguments.node is not None:
        raise UsageFault("Name both --site DIR and --node NAME.")
    return None


def _open_spool(arguments: argparse.Namespace) -> Spool:
    from peripherals.printing.spool import SPOOL_TABLES, Spool
    from provisioning.clock import SystemClock
    from provisioning.faults import UsageFault
    from provisioning.ids import SystemIds
    from provisioning.node.boot_root import boot_root
    from sync.store.database import Store

    clock = SystemClock()
    ids = SystemIds(clock)
    node = _node(arguments)
    if node is not None and arguments.spool is None:
        return Spool(Store.open(node.proven_db_path, [SPOOL_TABLES]), node.at_rest_root, clock, ids)
    path = arguments.spool or _SPOOL
    if arguments.what == "settle" and not path.exists():
        raise UsageFault(f"There is no spool {path}.")
    return Spool(Store.open(path, [SPOOL_TABLES]), boot_root(path, ids), clock, ids)


def _run(arguments: argparse.Namespace) -> int:
    from peripherals.service.device_service import DeviceService
    from provisioning.shutdown import StopFlag
    from sync.store.store_wait import StoreWait

    stop = StopFlag()
    parts = _parts(arguments)
    service = StoreWait("devices").opened(lambda: DeviceService(parts), stop)
    if service is not None:
        print("huduma devices: ready", file=sys.stderr, flush=True)
        service.run(stop)
    return 0


def _parts(arguments: argparse.Namespace) -> ServiceParts:
    """From settings or the command line to what the service is made of."""
    from peripherals.printing.spool import SPOOL_TABLES
    from peripherals.printing.worker.printer_url import parse_printer_url
    from peripherals.service.device_service import ServiceParts
    from peripherals.service.hotplug_source import printer_hotplug_source
    from provisioning.clock import SystemClock
    from provisioning.faults import UsageFault
    from provisioning.ids import SystemIds
    from provisioning.node.boot_root import boot_root
    from sync.store.database import Store

    node = _node(arguments)
    urls = list(arguments.printer or [])
    base = Path.cwd()
    if node is not None:
        base = node.dir
        chosen = node.settings.devices
        urls = urls or [chosen.printer, chosen.printer_backup]
    addresses = [found for url in urls if (found := parse_printer_url(url, base)) is not None]
    if node is None and not addresses:
        raise UsageFault("Name a printer with --printer URL, or a node with --site and --node.")
    names = ["printer", *(f"printer-{n}" for n in range(2, len(addresses) + 1))]
    printers = list(zip(names, addresses, strict=False))
    plugs = printer_hotplug_source(node.settings.devices.hotplug if node else "udev:", addresses)
    clock = node.clock(service=True) if node is not None else SystemClock()
    ids = SystemIds(clock)
    if node is not None and arguments.spool is None:
        database, key = _database_of(node, clock, ids), node.at_rest_root
        if not _has_others(node):
            return ServiceParts(
                node.proven_db_path, key, printers, clock, ids, database, plugs=plugs
            )
        from kiosk.node.device_composition import others_of

        others = others_of(node, clock, ids, plugs)
        return ServiceParts(
            node.proven_db_path, key, printers, clock, ids, database, None, *others, plugs
        )
    path = arguments.spool or _SPOOL

    def open_spool() -> tuple[Store, None]:
        return Store.open(path, [SPOOL_TABLES]), None

    key = boot_root(path, ids)
    return ServiceParts(path, key, printers, clock, ids, open_spool, plugs=plugs)


def _has_others(node: Node) -> bool:
    """Whether the node has any device but printers; without one their drivers stay unloaded."""
    from dataclasses import asdict

    own = {"printer", "printer_backup", "hotplug"}
    devices = asdict(node.settings.devices)
    return any(url != "none:" for role, url in devices.items() if role not in own)


def _database_of(node: Node, clock: Clock, ids: Ids) -> Callable[[], tuple[Store, Journal]]:
    """The node's database and journal. Entries `print.*` are folded by no projection, so none
    are handed in and this process stays free of the kiosk's own modules.
    """
    from peripherals.printing.spool import SPOOL_TABLES
    from sync.journal.journal import JOURNAL_TABLES, Journal
    from sync.store.database import Store
    from sync.transports.doorbell import Doorbell

    def open_node() -> tuple[Store, Journal]:
        tables = [JOURNAL_TABLES, SPOOL_TABLES]
        ring = Doorbell(node.socket_path("bell")).ring  # the core shows a proven slip at once
        store = Store.open(
            node.proven_db_path, tables, strict=node.settings.node.field, notify=ring
        )
        return store, Journal(store, node.name, clock, db_epoch=ids.token(8))

    return open_node


def _print(arguments: argparse.Namespace) -> int:
    from peripherals.printing.spool import Job
    from peripherals.printing.ticket_slip import moment_from, ticket_from_json

    document = ticket_from_json(arguments.ticket)
    by = moment_from(arguments.by) if arguments.by is not None else None
    spool = _open_spool(arguments)
    subject = spool._ids.uuid7()
    key = arguments.key or f"cli:{subject}"
    job = Job("ticket", subject, document, document.language, by, key)
    with spool.store.transaction() as tx:
        job_id = spool.enqueue(tx, job)
    spool.store.close()
    print(job_id)
    return 0


def _jobs(arguments: argparse.Namespace) -> int:
    from kiosk.tools.device_report import nothing_yet, show_jobs

    if nothing_yet(arguments, _SPOOL):
        return 0
    spool = _open_spool(arguments)
    show_jobs(
        spool, spool.unsettled() if arguments.unsettled else spool.jobs(), as_json=arguments.json
    )
    spool.store.close()
    return 0


def _settle(arguments: argparse.Namespace) -> int:
    spool = _open_spool(arguments)
    with spool.store.transaction() as tx:
        if arguments.answer == "cancel":
            spool.cancel(tx, arguments.job)
        elif arguments.answer in {"screen", "sms"}:
            spool.hand_over(tx, arguments.job, arguments.answer)
        else:
            spool.settle(tx, arguments.job, on_paper=arguments.answer == "on-paper")
    spool.store.close()
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from kiosk.tools.device_report import nothing_yet, show_devices

    if nothing_yet(arguments, _SPOOL):
        return 0
    spool = _open_spool(arguments)
    show_devices(spool.store, spool._clock.now(), as_json=arguments.json)
    spool.store.close()
    return 0


def _test(arguments: argparse.Namespace) -> int:
    from kiosk.tools.printer_tryout import try_printer

    node = _node(arguments)
    if arguments.name in {"printer", "printer-2"}:
        return try_printer(arguments.name, arguments.url, node, arguments.store_logo)
    from kiosk.node.device_composition import try_out

    return try_out(arguments.name, arguments.url, node, arguments.seconds)


def _simulate(arguments: argparse.Namespace) -> int:
    from kiosk.tools.printer_tryout import refuse_in_the_field

    refuse_in_the_field(vars(arguments).values())
    module: Any = importlib.import_module(SIMULATORS[arguments.kind])
    return int(module.run(arguments))
