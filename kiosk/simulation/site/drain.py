"""Draining a simulated site: wait until every slip and every batch is where it belongs.

`drain` raises when something is not; `drain_what_can` ends a story that may end with the network
down or the printer empty on purpose: then what waits, waits, and the summary says so. The disks
are asked, not the services.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

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
    house: SiteRunner, told: Callable[[str], None] = lambda _: None, *, slips: bool = True
) -> None:
    """Slips first, then batches, kiosks before their centre; raises `NotDrained`."""
    if slips:
        told("waiting for the last slips")
        try:
            house.wait_for(lambda: not any(slips_waiting(node) for node in house.nodes), SLIPS_S)
        except SiteRunnerFault as error:
            waiting = sum(slips_waiting(node) for node in house.nodes)
            raise NotDrained(f"{waiting} slips still wait for their printer.") from error
    if all(_all_sent(node) for node in (*house.nodes, *house.site.nodes("centre"))):
        return
    told("sending everything")
    for centre in house.site.nodes("centre"):
        # After a long cut its next attempt may be minutes away; a fresh start dials at once.
        house.supervisor.halt(f"{centre.name}.sync")
        house.supervisor.resume(f"{centre.name}.sync")
    for node in (*house.nodes, *house.site.nodes("centre")):
        if not _all_sent(node):
            _send_all(house, node)


def drain_what_can(house: SiteRunner, told: Callable[[str], None]) -> None:
    """Wait for slips, then send everything when the lines are up."""
    try:
        house.wait_for(lambda: not any(slips_waiting(node) for node in house.nodes), LAST_SLIPS_S)
        slips = True
    except SiteRunnerFault:
        told("some slips wait for their printer")
        slips = False
    if not house.network_up:
        told("the network is down: batches wait")
        return
    try:
        drain(house, told, slips=slips)
    except NotDrained as fault:
        told(fault.message)


def slips_waiting(node: Node) -> int:
    """Slips whose fate is open and which the printer may still settle."""
    open_states = [each.value for each in JobState if not each.final]
    marks = ",".join("?" * len(open_states))
    store = Store.read_only(node.db_path)
    try:
        row = store.one(
            f"SELECT count(*) FROM print_job WHERE state IN ({marks})",  # noqa: S608 - marks only
            open_states,
        )
    finally:
        store.close()
    return int(row[0]) if row else 0


def _all_sent(node: Node) -> bool:
    """Whether the national node has acknowledged everything this node has for it."""
    found = sync_status(node)
    return found.segments > 0 and not found.waiting and not found.relayed_waiting


def _send_all(house: SiteRunner, node: Node) -> None:
    """`huduma sync once` in place of the running service, which keeps small batches for a while."""
    service = f"{node.name}.sync"
    line = house.lines[f"{node.name}.sync-line"]
    house.supervisor.halt(service)
    argv = (
        sys.executable, "-m", "kiosk.cli", "sync", "once", "--site", str(house.site.dir),
        "--node", node.name, "--upstream", line.endpoint, "--deadline", str(int(SYNC_S)),
    )  # fmt: skip
    done = subprocess.run(argv, capture_output=True, text=True, timeout=SYNC_S + 30, check=False)
    house.supervisor.resume(service)
    if done.returncode:
        raise NotDrained(f"{node.name} could not send everything: {done.stderr.strip()[-300:]}")


def sync_status(node: Node) -> status.SyncStatus:
    """How a node's sync stands, from its database."""
    store = Store.read_only(node.db_path)
    try:
        return status.read(store)
    finally:
        store.close()
