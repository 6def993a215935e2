"""`huduma centre`: the process of a centre that grants numbers to its kiosks and calls people.

Without a further word it serves: kiosks over their link and, with `--http`, the API of
`docs/queue.md`, the staff pages and the hall's display. `token` prints a bearer token for that
API, `staff` keeps the list of those who sign in, `certificate` prints what tablets install,
`explain` says why a ticket was called when it was, `figures` prints the figures of a day, `replay`
calls a day again from its journal and compares, `simulate` plays a day of a centre in virtual time.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import msgspec

from kiosk.centre.api.tokens import StaffRole, make_token, revoke_token
from kiosk.centre.figures.day_figures import as_csv, day_figures
from kiosk.centre.figures.explain import explain, told_in_words, visit_named
from kiosk.centre.figures.replay import replay
from kiosk.centre.promotion import promote
from kiosk.centre.restoring import kiosks_of_centre
from kiosk.centre.service.server import CentreService, centre_lock, kiosks_of
from kiosk.cli.arguments import add_json, add_node, add_place_again, add_site
from kiosk.node.centre_composition import authority, counters_and_rules
from kiosk.node.database import open_node_database
from kiosk.queue.appointments import read_appointments
from kiosk.queue.faults import NoQueueHere, QueueFault
from kiosk.queue.numbering import service_day
from kiosk.queue.priority import PriorityPolicy
from provisioning.faults import UsageFault
from provisioning.node.site import Node, Site
from provisioning.shutdown import StopFlag
from sync.store.database import Store
from sync.store.store_wait import StoreWait
from sync.transports.zmq_transport import ZmqServer

ROLES = ("agent", "supervisor", "manager")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which site, its centre when there are several, and what else it may do."""
    add_site(parser, required=False)
    add_node(parser, required=False, what="the centre's node; default: the first one")
    parser.add_argument(
        "--http", type=int, metavar="PORT", help="serve API and pages here (0: any port)"
    )
    parser.add_argument(
        "--hall", type=int, metavar="PORT", help="also the display and tickets alone, in clear"
    )
    parser.add_argument(
        "--http-name", action="append", default=[], metavar="NAME", help="a name in the certificate"
    )
    parser.add_argument(
        "--http-address", metavar="ADDRESS", help="with --http; default: this machine only"
    )
    parser.add_argument(
        "--kiosk-port", type=int, metavar="PORT", help="of queue.listen_endpoint, another one"
    )
    words = ("token", "staff", "certificate", "explain", "figures", "appointments", "promote")
    acts = parser.add_subparsers(dest="act", metavar="|".join((*words, "replay", "simulate")))
    token = acts.add_parser("token", help="print a bearer token for the HTTP API")
    add_place_again(token)
    token.add_argument("--role", choices=ROLES, default="agent")
    token.add_argument("--name", default="", help="the staff number the journal will name")
    token.add_argument("--counter", type=int, metavar="N", help="the only counter it is for")
    token.add_argument("--days", type=int, default=90, metavar="N", help="how long it lasts")
    token.add_argument("--revoke", action="store_true", help="end the token of --name instead")
    staff = acts.add_parser("staff", help="put somebody on the list of those who sign in")
    add_place_again(staff)
    staff.add_argument("--name", metavar="NUMBER", help="the staff number; none: list everybody")
    staff.add_argument("--role", choices=ROLES, default="agent")
    staff.add_argument("--counter", type=int, metavar="N", help="the only counter it is for")
    staff.add_argument("--remove", action="store_true", help="take --name off the list")
    add_place_again(acts.add_parser("certificate", help="the authority that tablets install"))
    told = acts.add_parser("explain", help="why a ticket was called when it was")
    add_place_again(told)
    add_json(told)
    told.add_argument("ticket", metavar="TICKET", help="a number of today, or a visit's UUID")
    told.add_argument("--day", metavar="YYYY-MM-DD", help="of the number; default: today")
    figures = acts.add_parser("figures", help="the figures of a day")
    add_place_again(figures)
    figures.add_argument("--day", metavar="YYYY-MM-DD", help="default: today")
    figures.add_argument("--format", choices=("json", "csv"), default="json")
    _add_simulate(acts.add_parser("simulate", help="play a day in virtual time, print figures"))
    booked = acts.add_parser("appointments", help="take in the appointments of a day")
    add_place_again(booked)
    booked.add_argument("file", type=Path, help="CSV, or a GovStack Scheduler list (JSON)")
    booked.add_argument("--day", metavar="YYYY-MM-DD", help="default: today")
    promoted = acts.add_parser("promote", help="make this machine's copy the centre from now on")
    add_place_again(promoted)
    promoted.add_argument("--who", default="", help="the staff number the journal names")
    replayed = acts.add_parser("replay", help="call again from the journal and compare")
    add_place_again(replayed)


def _add_simulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kiosks", type=int, default=4, metavar="N")
    parser.add_argument("--counters", type=int, default=17, metavar="M")
    parser.add_argument("--visitors", type=int, default=1_200, metavar="K")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--load", type=float, default=0.88, help="work that comes, of what fits")
    parser.add_argument("--priority", type=float, default=0.12, help="share of priority people")
    parser.add_argument(
        "--faults",
        type=Path,
        metavar="FILE",
        help='JSON: [{"what": "hub", "at": "10:00", "minutes": 30}, ...]; also service, counter',
    )
    add_json(parser, what="print everything as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM, or do what was asked."""
    if arguments.act == "simulate":
        return _simulate(arguments)
    if arguments.site is None:
        raise UsageFault("Name the site: huduma centre --site DIR.")
    acts: dict[str, Callable[[argparse.Namespace, Node], int]] = {
        "token": _token,
        "staff": _staff,
        "certificate": _certificate,
        "explain": _explain,
        "figures": _figures,
        "replay": _replay,
        "appointments": _appointments,
        "promote": _promote,
    }
    return acts.get(arguments.act or "", _serve)(arguments, _centre(arguments))


def _centre(arguments: argparse.Namespace) -> Node:
    site = Site.open(arguments.site)
    node = site.node(arguments.node) if arguments.node else next(iter(site.nodes("centre")), None)
    if node is None or node.role not in {"centre", "van"}:
        raise NoQueueHere("There is no centre here; name one with --node.")
    return node


def _serve(arguments: argparse.Namespace, node: Node) -> int:
    lock = centre_lock(node)
    stop = StopFlag()
    clock = node.clock(service=True)
    database = StoreWait("centre").opened(lambda: open_node_database(node, clock), stop)
    if database is None:
        return 0
    endpoint = node.settings.queue.listen_endpoint
    if arguments.kiosk_port is not None:
        endpoint = re.sub(r":\d+$", f":{arguments.kiosk_port}", endpoint)
    centre = authority(node, database)
    server = ZmqServer(endpoint, node.keys, kiosks_of(node, clock))
    service = CentreService(
        centre,
        database,
        on_call=lambda kiosk: print(f"{kiosk}: a citizen asks for a person", flush=True),
    )
    if arguments.http is None and not node.settings.queue.pages_port:
        service.serve(server, stop)
    else:
        # A centre without pages loads none of their libraries.
        from kiosk.cli.centre_pages import serve_pages

        serve_pages(arguments, node, centre, database, service, server, stop)
    server.close()
    database.store.close()
    lock.release()
    return 0


def _staff(arguments: argparse.Namespace, node: Node) -> int:
    from kiosk.cli.centre_pages import staff

    return staff(arguments, node)


def _certificate(_arguments: argparse.Namespace, node: Node) -> int:
    from kiosk.cli.centre_pages import certificate

    return certificate(node)


def _token(arguments: argparse.Namespace, node: Node) -> int:
    database = open_node_database(node)
    if arguments.revoke:
        if not revoke_token(database, arguments.name):
            raise QueueFault(f"{arguments.name!r} has no token.")
        return 0
    print(
        make_token(
            database,
            StaffRole(arguments.role),
            name=arguments.name,
            counter=arguments.counter,
            lasts=timedelta(days=arguments.days),
        )
    )
    return 0


def _explain(arguments: argparse.Namespace, node: Node) -> int:
    database = open_node_database(node)
    day = arguments.day or service_day(database.clock.now()).isoformat()
    visit = visit_named(database.store, arguments.ticket, day)
    found = explain(database, visit, counters_and_rules(node)[0])
    print(msgspec.json.encode(found).decode() if arguments.json else told_in_words(found))
    return 0


def _figures(arguments: argparse.Namespace, node: Node) -> int:
    day = arguments.day or service_day(node.clock().now()).isoformat()
    store = Store.read_only(node.db_path)
    with store.snapshot():
        found = day_figures(store, day, counters_and_rules(node)[1])
    text = as_csv(found) if arguments.format == "csv" else msgspec.json.encode(found).decode()
    sys.stdout.write(text.rstrip("\n") + "\n")
    return 0


def _replay(_arguments: argparse.Namespace, node: Node) -> int:
    journal = open_node_database(node).journal
    found = replay(journal.entries(), counters_and_rules(node)[0], PriorityPolicy())
    print(f"{found.calls} calls; {len(found.differences)} of them in another order.")
    for each in found.differences:
        print(f"  entry {each.seq}: counter {each.counter} called {each.called}, not {each.first}")
    return 1 if found.differences else 0


def _appointments(arguments: argparse.Namespace, node: Node) -> int:
    database = open_node_database(node)
    centre = authority(node, database)
    day = service_day(database.clock.now())
    try:
        day = date.fromisoformat(arguments.day) if arguments.day else day
        source = arguments.file.read_bytes()
    except ValueError as error:
        raise UsageFault(f"{arguments.day!r} is no day: {error}.") from error
    except OSError as error:
        raise UsageFault(f"{arguments.file} cannot be read ({error.strerror}).") from error
    found = read_appointments(source, day, centre.rules.services, name=arguments.file.name)
    changed = centre.book(day, found)
    print(f"{len(found)} appointments on {day}, {changed} of them new or changed.")
    return 0


def _promote(arguments: argparse.Namespace, node: Node) -> int:
    lock = centre_lock(node)
    database = open_node_database(node, restored=True)
    kiosks = kiosks_of_centre(node)
    term = promote(database, node.settings.node.site, node.keys.signing, kiosks, who=arguments.who)
    database.store.close()
    lock.release()
    print(
        f"{node.name} is the centre from now on (term {term.term}). Start its services; kiosks with"
        f" this address come by themselves: {', '.join(kiosks)}."
    )
    return 0


def _simulate(arguments: argparse.Namespace) -> int:
    from kiosk.simulation.centre_day.centre_run import CentreRun, read_faults, told_of_day
    from kiosk.simulation.centre_day.visitors import DayShape

    if min(arguments.kiosks, arguments.counters, arguments.visitors) < 1:
        raise UsageFault("A day has at least one kiosk, one counter and one visitor.")
    shape = DayShape(
        kiosks=arguments.kiosks,
        counters=arguments.counters,
        visitors=arguments.visitors,
        seed=arguments.seed,
        load=arguments.load,
        priority=arguments.priority,
    )
    faults = () if arguments.faults is None else read_faults(arguments.faults)
    day = CentreRun(shape, faults).play()
    print(msgspec.json.encode(day).decode() if arguments.json else told_of_day(day))
    return 0 if day.holds else 1
