"""`huduma clock`: the time a node uses, and a person's correction of it.

`show` prints the time, what the machine's clock says, and whether a jump is held back. `confirm`
says that the machine's clock is right; `set TIME` says what the time is (in Nairobi, such as
`2026-11-30 08:15`). Both are entries of the node's journal and reach its running services within
a second. Tickets keep their order. A device that is not enrolled yet has no journal to write in.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kiosk.cli.arguments import add_json, add_node, add_site

if TYPE_CHECKING:
    from provisioning.time_judge import Judgement

_FORM = "%Y-%m-%d %H:%M"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The acts of `clock`."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    show = acts.add_parser("show", help="what time the node believes, and why")
    confirm = acts.add_parser("confirm", help="the machine's clock is right: believe it")
    setting = acts.add_parser("set", help="say what the time is")
    setting.add_argument("time", metavar="TIME", help="in Nairobi, such as '2026-11-30 08:15'")
    for act in (show, confirm, setting):
        add_site(act)
        add_node(act)
        add_json(act)


def run(arguments: argparse.Namespace) -> int:
    """Show or correct; 0."""
    from kiosk.node.database import open_node_database
    from provisioning.enrolment.device_enrolment import EnrolmentState, enrolment_state
    from provisioning.node.site import Site
    from provisioning.time_judge import TimeSource
    from sync.journal.clock_log import journal_corrections

    node = Site.open(arguments.site).node(arguments.node)
    clock = node.clock()
    if arguments.act != "show":
        wall = clock.judgement().wall
        clock.hear(TimeSource.PERSON, _typed(arguments.time) if arguments.act == "set" else wall)
        if enrolment_state(node) in {EnrolmentState.ENROLLED, EnrolmentState.RENEWING}:
            database = open_node_database(node, clock)
            journal_corrections(database)
            database.store.close()
    _print(clock.judgement(), as_json=arguments.json)
    return 0


def _typed(text: str) -> datetime:
    from provisioning.clock import EAT
    from provisioning.faults import UsageFault
    from provisioning.time_judge import EPOCH

    try:
        moment = datetime.strptime(text, _FORM).replace(tzinfo=EAT).astimezone(UTC)
    except ValueError as error:
        raise UsageFault(f"{text!r} is no time; write it as '2026-11-30 08:15'.") from error
    if moment < EPOCH:
        raise UsageFault(f"{text} is before this software was made; type today's date and time.")
    return moment


def _print(found: Judgement, *, as_json: bool) -> None:
    from provisioning.clock import EAT

    if as_json:
        print(
            json.dumps(
                {
                    "now": found.now.isoformat(),
                    "machine": found.wall.isoformat(),
                    "trusted": found.trusted,
                    "held": found.held,
                    "behind_s": max(0.0, found.behind.total_seconds()),
                }
            )
        )
        return
    print(f"Time in Nairobi: {found.now.astimezone(EAT):%A %d %B %Y %H:%M:%S}")
    if found.held:
        shown = f"{found.wall.astimezone(EAT):{_FORM}}"
        print(f"The machine's clock says {shown}. It is not believed until somebody says it is so.")
    elif found.behind.total_seconds() > 1:
        print(f"The machine's clock is {found.behind} behind.")
    if not found.trusted:
        print("Not trusted yet: nothing is deleted or expired by this time.")
