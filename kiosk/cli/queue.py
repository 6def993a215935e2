"""`huduma queue`: give numbers and call people from a shell, whether or not services run.

`issue` takes the path of the kiosk's touchscreen: the running centre, else the centre's database
when it is on this machine, else the kiosk's own reserve. A centre tells nobody a number itself: it
has no printer to prove the slip, so `--node` names a kiosk or a van (56). The other actions are
one transaction on the database of the centre (or of the van named with --node): a counter calls
only for the services of its table (57), and there are no more than `queue.counters` (58).
"""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from content.faults import NotInPack
from kiosk.centre.set_aside import forget, kept_aside
from kiosk.cli.arguments import add_json, add_node, add_site
from kiosk.node.centre_composition import authority
from kiosk.node.composition import counter_of
from kiosk.node.database import open_node_database
from kiosk.queue.faults import NoQueueHere, UnknownService
from kiosk.ticketing.issuer import NORMAL
from provisioning.clock import EAT
from provisioning.faults import UsageFault
from provisioning.node.site import Node, Site

if TYPE_CHECKING:
    from kiosk.centre.authority import Authority, CounterResult

SET_ASIDE = "set-aside"
ACTS = ("call", "recall", "complete", "no-show")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The acts, and what was set aside."""
    acts = parser.add_subparsers(
        dest="act", required=True, metavar="|".join(("issue", *ACTS, SET_ASIDE))
    )
    issue = acts.add_parser("issue", help="give a visit its number and print the slip")
    issue.add_argument("--service", required=True, metavar="CODE", help="a service of the pack")
    issue.add_argument(
        "--class",
        dest="priority_class",
        default="normal",
        metavar="KEY",
        help="priority; none is normal",
    )
    issue.add_argument("--visit", metavar="UUID", help="ask again for the same visit's number")
    issue.add_argument("--language", default="en", choices=("en", "sw"), help="of the slip")
    _common(issue, node_required=True)
    aside = acts.add_parser(SET_ASIDE, help="records of kiosks that could not be taken")
    aside.add_argument("--forget", action="store_true", help="remove them: a person has seen them")
    _common(aside, node_required=False)
    for act in ACTS:
        each = acts.add_parser(act, help=f"{act} at a counter")
        each.add_argument("--counter", type=int, required=True, metavar="N", help="the counter")
        if act == "call":
            each.add_argument(
                "--earlier-days", action="store_true", help="also who was left over from before"
            )
        each.add_argument("--key", default="", help="idempotency key of this press")
        _common(each, node_required=False)


def _common(parser: argparse.ArgumentParser, *, node_required: bool) -> None:
    add_site(parser)
    add_node(parser, required=node_required)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do the act; 0, or a code from 50 to 59."""
    site = Site.open(arguments.site)
    if arguments.act == SET_ASIDE:
        return _set_aside(site, arguments)
    found = _issue(site, arguments) if arguments.act == "issue" else _press(site, arguments)
    if arguments.json:
        print(json.dumps(found))
    else:
        print("  ".join(f"{name}: {value}" for name, value in found.items()))
    return 0


def _set_aside(site: Site, arguments: argparse.Namespace) -> int:
    store = open_node_database(_queue_node(site, arguments.node)).store
    kept = [
        {
            "kiosk": each.kiosk,
            "first": each.at.astimezone(EAT).isoformat(timespec="seconds"),
            "code": each.code,
            "times": each.times,
            "why": each.why,
            "record": each.record.hex(),
        }
        for each in kept_aside(store)
    ]
    if arguments.json:
        print(json.dumps(kept))
    else:
        for row in kept:
            print("  ".join(str(row[name]) for name in ("first", "kiosk", "code", "times", "why")))
    if arguments.forget:
        forget(store)
    store.close()
    return 0


def _issue(site: Site, arguments: argparse.Namespace) -> dict[str, Any]:
    node = site.node(arguments.node)
    if node.role not in {"kiosk", "van"}:
        givers = [each.name for each in site.nodes() if each.role in {"kiosk", "van"}]
        raise NoQueueHere(
            f"{node.name} tells nobody a number, for it has no printer; name one that does:"
            f" {', '.join(givers)}."
        )
    counter = counter_of(site, node, centre=_centre_of(site, node))
    try:
        visit = UUID(arguments.visit) if arguments.visit else counter.database.ids.uuid7()
        service = counter.catalogue.service(arguments.service)
    except ValueError as error:
        raise UsageFault(f"{arguments.visit!r} is not a UUID.") from error
    except NotInPack as error:
        raise UnknownService(error.message) from error
    priority_class = NORMAL if arguments.priority_class == "none" else arguments.priority_class
    issued = counter.issuer.issue(visit, service, priority_class, arguments.language)
    return {"number": issued.label, "visit": str(issued.visit), "ahead": issued.ahead}


def _press(site: Site, arguments: argparse.Namespace) -> dict[str, Any]:
    done = _act(_authority(site, arguments.node), arguments)
    found: dict[str, Any] = {
        "number": done.label,
        "visit": str(done.visit),
        "counter": done.counter,
        "service": done.service,
        "class": done.priority_class,
    }
    return found | {name: said for name, said in (("why", done.why), ("note", done.note)) if said}


def _act(authority: Authority, arguments: argparse.Namespace) -> CounterResult:
    if arguments.act == "call":
        return authority.call(
            arguments.counter, arguments.key, of_earlier_days=arguments.earlier_days
        )
    acts = {
        "recall": authority.recall,
        "complete": authority.complete,
        "no-show": authority.no_show,
    }
    return acts[arguments.act](arguments.counter, arguments.key)


def _authority(site: Site, name: str | None) -> Authority:
    node = _queue_node(site, name)
    return authority(node, open_node_database(node))


def _queue_node(site: Site, name: str | None) -> Node:
    """The centre or van that is meant."""
    node = site.node(name) if name else next(iter(site.nodes("centre")), None)
    if node is not None and node.role == "kiosk":
        node = _centre_of(site, node)
    if node is None or node.role not in {"centre", "van"}:
        raise NoQueueHere("There is no queue here; name a centre or a van with --node.")
    return node


def _centre_of(site: Site, node: Node) -> Node | None:
    """The centre of a kiosk, when its folder is in this site."""
    return next(
        (
            each
            for each in site.nodes("centre")
            if each.settings.node.site == node.settings.node.site and each.dir.is_dir()
        ),
        None,
    )
