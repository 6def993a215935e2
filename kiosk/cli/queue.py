"""`huduma queue`: give numbers and call people from a shell, whether or not services run.

`issue` takes the path of the kiosk's touchscreen: the running centre, else the centre's database
when it is on this machine, else the kiosk's own reserve. A centre tells nobody a number itself: it
has no printer to prove the slip, so `--node` names a kiosk or a van (56). The other actions are
one transaction on the database of the centre (or of the van named with --node), the same ones as
of the HTTP API: a counter calls only for the services of its table (57), and there are no more
than `queue.counters` (58).
"""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from content.faults import NotInPack
from kiosk.centre.api.live import queue_now
from kiosk.centre.set_aside import forget, kept_aside
from kiosk.cli.arguments import add_json, add_node, add_site
from kiosk.node.centre_composition import authority
from kiosk.node.composition import counter_of
from kiosk.node.database import open_node_database
from kiosk.queue.faults import NoQueueHere, UnknownService
from kiosk.queue.rules import NORMAL
from provisioning.clock import EAT
from provisioning.faults import UsageFault
from provisioning.node.site import Node, Site

if TYPE_CHECKING:
    from kiosk.centre.authority import Authority
    from kiosk.centre.counter_actions import CounterResult
    from kiosk.centre.ticket_actions import TicketResult

SET_ASIDE = "set-aside"
ACTS = (
    "call",
    "recall",
    "arrive",
    "start",
    "park",
    "unpark",
    "transfer",
    "add-service",
    "complete",
    "no-show",
    "undo",
)
TICKET_ACTS = ("priority", "void", "return")
COUNTER_STATES = {"open": "open", "break": "break", "close": "closed"}
CENTRE_ACTS = ("suspend", "resume", "open-day", "close-day")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The acts, and what was set aside."""
    acts = parser.add_subparsers(
        dest="act",
        required=True,
        metavar="|".join(
            ("issue", *ACTS, *TICKET_ACTS, *COUNTER_STATES, *CENTRE_ACTS, "show", SET_ASIDE)
        ),
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
        _press_arguments(each, counter=True)
        if act == "call":
            each.add_argument(
                "--earlier-days", action="store_true", help="also who was left over from before"
            )
        if act in {"transfer", "add-service"}:
            each.add_argument("--service", required=True, metavar="CODE")
        if act == "unpark":
            each.add_argument("--visit", metavar="UUID", help="default: who was parked first")
    _add_centre_acts(acts)


def _add_centre_acts(acts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for act in TICKET_ACTS:
        each = acts.add_parser(act, help=f"{act} of a ticket, wherever it is")
        _press_arguments(each, counter=False)
        each.add_argument("--visit", required=True, metavar="UUID")
        if act == "priority":
            each.add_argument("--class", dest="priority_class", required=True, metavar="KEY")
        if act != "return":
            each.add_argument("--reason", required=True, help="kept in the journal")
    for act in COUNTER_STATES:
        each = acts.add_parser(act, help=f"{act} a counter" if act != "break" else "a break")
        _press_arguments(each, counter=True)
        if act == "break":
            each.add_argument("--minutes", type=int, default=0, metavar="N")
    for act in CENTRE_ACTS:
        each = acts.add_parser(act, help=f"{act.replace('-', ' ')}")
        _press_arguments(each, counter=False)
        if act in {"suspend", "resume"}:
            each.add_argument("--service", required=True, metavar="CODE")
        if act == "suspend":
            each.add_argument("--reason", default="", help="as citizens may read it")
    _common(acts.add_parser("show", help="the queue now"), node_required=False)


def _press_arguments(parser: argparse.ArgumentParser, *, counter: bool) -> None:
    if counter:
        parser.add_argument("--counter", type=int, required=True, metavar="N", help="the counter")
    parser.add_argument("--key", default="", help="idempotency key of this press")
    parser.add_argument("--who", default="", help="the staff number the journal names")
    _common(parser, node_required=False)


def _common(parser: argparse.ArgumentParser, *, node_required: bool) -> None:
    add_site(parser)
    add_node(parser, required=node_required)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do the act; 0, or a code from 50 to 59."""
    site = Site.open(arguments.site)
    if arguments.act == SET_ASIDE:
        return _set_aside(site, arguments)
    if arguments.act == "show":
        return _show(site, arguments)
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
    visit = _uuid(arguments.visit) if arguments.visit else counter.database.ids.uuid7()
    try:
        service = counter.catalogue.service(arguments.service)
    except NotInPack as error:
        raise UnknownService(error.message) from error
    priority_class = NORMAL if arguments.priority_class == "none" else arguments.priority_class
    issued = counter.issuer.issue(visit, service, priority_class, arguments.language)
    return {"number": issued.label, "visit": str(issued.visit), "ahead": issued.ahead}


def _show(site: Site, arguments: argparse.Namespace) -> int:
    node = _queue_node(site, arguments.node)
    database = open_node_database(node)
    found = queue_now(authority(node, database), database)
    if arguments.json:
        print(msgspec.json.encode(found).decode())
        return 0
    for each in found.waiting:
        print(f"{each.place:4}  {each.number:8}  {each.service:10}  {each.waited_s // 60} min")
    for counter in found.counters:
        here = counter.ticket.number if counter.ticket else "-"
        print(f"counter {counter.counter}  {counter.state:6}  {here}")
    return 0


def _press(site: Site, arguments: argparse.Namespace) -> dict[str, Any]:
    authority = _authority(site, arguments.node)
    act = arguments.act
    if act in ACTS:
        return _counter_answer(_at_counter(authority, arguments))
    if act in TICKET_ACTS:
        return _ticket_answer(_on_ticket(authority, arguments))
    day, key, who = authority.day, arguments.key, arguments.who
    if act in COUNTER_STATES:
        minutes = arguments.minutes if act == "break" else 0
        state = COUNTER_STATES[act]
        found = day.set_counter(arguments.counter, state, key, who=who, minutes=minutes)
        return {"counter": found.counter, "state": found.state}
    if act == "suspend":
        return {"service": day.suspend(arguments.service, arguments.reason, key, who=who)}
    if act == "resume":
        return {"service": day.resume(arguments.service, key, who=who)}
    ended = (day.open_day if act == "open-day" else day.close_day)(key, who=who)
    return {
        "day": ended.day,
        "open": ended.is_open,
        "unserved": ended.unserved,
        "carried": ended.carried,
        "open_timers": ended.open_timers,
    }


def _at_counter(authority: Authority, arguments: argparse.Namespace) -> CounterResult:
    counters, counter, key = authority.counters, arguments.counter, arguments.key
    who = arguments.who
    match arguments.act:
        case "call":
            return counters.call(counter, key, of_earlier_days=arguments.earlier_days, who=who)
        case "unpark":
            visit = None if arguments.visit is None else _uuid(arguments.visit)
            return counters.unpark(counter, visit, key, who=who)
        case "transfer":
            return counters.transfer(counter, arguments.service, key, who=who)
        case "add-service":
            return counters.add_service(counter, arguments.service, key, who=who)
    plain = {
        "recall": counters.recall,
        "arrive": counters.arrive,
        "start": counters.start,
        "park": counters.park,
        "complete": counters.complete,
        "no-show": counters.no_show,
        "undo": counters.undo,
    }
    return plain[arguments.act](counter, key, who=who)


def _on_ticket(authority: Authority, arguments: argparse.Namespace) -> TicketResult:
    visit, key, who = _uuid(arguments.visit), arguments.key, arguments.who
    tickets = authority.tickets
    if arguments.act == "priority":
        chosen, why = arguments.priority_class, arguments.reason
        return tickets.prioritise(visit, chosen, why, key, who=who)
    if arguments.act == "void":
        return tickets.withdraw(visit, arguments.reason, key, who=who)
    return tickets.come_back(visit, key, who=who)


def _counter_answer(done: CounterResult) -> dict[str, Any]:
    found: dict[str, Any] = {
        "number": done.label,
        "visit": str(done.visit),
        "counter": done.counter,
        "service": done.service,
        "class": done.priority_class,
        "state": done.state.value,
    }
    return found | {name: said for name, said in (("why", done.why), ("note", done.note)) if said}


def _ticket_answer(done: TicketResult) -> dict[str, Any]:
    ticket = done.ticket
    return {
        "number": ticket.label,
        "visit": str(ticket.visit),
        "service": ticket.service,
        "class": ticket.priority_class,
        "state": ticket.state.value,
        "ahead": done.ahead,
    }


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise UsageFault(f"{text!r} is not a UUID.") from error


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
