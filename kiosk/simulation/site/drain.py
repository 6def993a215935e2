"""Drain: waits until every slip of a simulated site is printed and every batch acknowledged.

`drain` raises when something is not; `drain_what_can` ends a story that may end with the network
down or the printer empty on purpose: then what still waits is named in the summary. It reads the
disks and asks no service.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing

from kiosk.simulation.site.site_runner import SiteRunner, SiteRunnerFault
from peripherals.printing.spool import JobState
from provisioning.node.site import Node
from sync.faults import NotAllSent
from sync.service import status
from sync.store.database import Store

SLIPS_S, SYNC_S = 30.0, 45.0
LAST_SLIPS_S = 8.0
"""How long the end of a story waits for its slips."""


class NotDrained(NotAllSent):
    """Something still waits after the time allowed; nothing is lost."""


def drain(
    runner: SiteRunner, on_message: Callable[[str], None] = lambda _: None, *, slips: bool = True
) -> None:
    """Slips first, then batches, kiosks before their centre; raises `NotDrained`."""
    if slips:
        on_message("waiting for the last slips")
        try:
            runner.wait_for(lambda: not any(slips_waiting(node) for node in runner.nodes), SLIPS_S)
        except SiteRunnerFault as error:
            waiting = sum(slips_waiting(node) for node in runner.nodes)
            raise NotDrained(f"{waiting} slips still wait for their printer.") from error
    if all(_all_sent(node) for node in (*runner.nodes, *runner.site.nodes("centre"))):
        return
    on_message("sending everything")
    for centre in runner.site.nodes("centre"):
        # After a long cut its next attempt may be minutes away; a fresh start dials at once.
        runner.supervisor.halt(f"{centre.name}.sync")
        runner.supervisor.resume(f"{centre.name}.sync")
    for node in (*runner.nodes, *runner.site.nodes("centre")):
        if not _all_sent(node):
            _send_all(runner, node)


def drain_what_can(runner: SiteRunner, on_message: Callable[[str], None]) -> None:
    """Wait for slips, then send everything when the lines are up."""
    try:
        runner.wait_for(lambda: not any(slips_waiting(node) for node in runner.nodes), LAST_SLIPS_S)
        slips = True
    except SiteRunnerFault:
        on_message("some slips wait for their printer")
        slips = False
    if not runner.network_up:
        on_message("the network is down: batches wait")
        return
    try:
        drain(runner, on_message, slips=slips)
    except NotDrained as fault:
        on_message(fault.message)


def slips_waiting(node: Node) -> int:
    """Slips whose fate is open and which the printer may still settle."""
    open_states = [each.value for each in JobState if not each.final]
    marks = ",".join("?" * len(open_states))
    with closing(Store.read_only(node.db_path)) as store:
        row = store.one(
            f"SELECT count(*) FROM print_job WHERE state IN ({marks})",  # noqa: S608 - marks only
            open_states,
        )
    return int(row[0]) if row else 0


def _all_sent(node: Node) -> bool:
    """Whether the national node has acknowledged everything this node has for it."""
    found = sync_status(node)
    return found.segments > 0 and not found.waiting and not found.relayed_waiting


def _send_all(runner: SiteRunner, node: Node) -> None:
    """`huduma sync once` in place of the running service, which keeps small batches for a while."""
    service = f"{node.name}.sync"
    line = runner.lines[f"{node.name}.sync-line"]
    runner.supervisor.halt(service)
    argv = (
        sys.executable, "-m", "kiosk.cli", "sync", "once", "--site", str(runner.site.dir),
        "--node", node.name, "--upstream", line.endpoint, "--deadline", str(int(SYNC_S)),
    )  # fmt: skip
    done = subprocess.run(argv, capture_output=True, text=True, timeout=SYNC_S + 30, check=False)
    runner.supervisor.resume(service)
    if done.returncode:
        raise NotDrained(f"{node.name} could not send everything: {done.stderr.strip()[-300:]}")


def sync_status(node: Node) -> status.SyncStatus:
    """How a node's sync stands, from its database."""
    with closing(Store.read_only(node.db_path)) as store:
        return status.read(store)
