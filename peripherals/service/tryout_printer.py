"""Tryout of a printer: `huduma devices test printer`, on a printer nobody else is using.

Prints the test slip (widths, styles, every code page, drawn letters, QR, cutter) through the same
printer worker as any slip, from a spool of its own that is gone afterwards, and prints in plain
lines which printer it is, what it can prove and the result. Writing the logo into NV memory is a
separate command, because that memory wears out.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from peripherals.printing.jobs import SPOOL_TABLES, JobState
from peripherals.printing.spool import Job, Spool
from peripherals.printing.worker.attempts import PrintAttempts
from peripherals.printing.worker.printer_status import enlist, read
from peripherals.printing.worker.printer_url import PrinterAddress
from peripherals.printing.worker.printer_worker import PrinterWorker
from peripherals.status import DeviceState
from peripherals.transport_port import Transport
from provisioning.clock import Clock
from provisioning.ids import Ids
from sync.store.database import Store

FAILED = 20
_NAME = "printer"
_PATIENCE_S = 20.0
_GONE_S = 3.0
_PAUSE_S = 0.05
_GONE = {DeviceState.LOST, DeviceState.FAULT}


def test_printer(
    address: PrinterAddress,
    connect: Callable[[], Transport],
    say: Callable[[str], None],
    clock: Clock,
    ids: Ids,
) -> int:
    """Print the test slip; 0 when the printer proved it."""
    with tempfile.TemporaryDirectory(prefix="huduma-trial-") as folder:
        store = Store.open(Path(folder) / "spool.db", [SPOOL_TABLES])
        spool = Spool(store, ids.token(32), clock, ids)
        with store.transaction() as tx:
            enlist(tx, _NAME, 0, clock.now(), address.profile)
        worker = PrinterWorker(
            PrintAttempts(spool, _NAME, clock), address.protocol, connect, clock, ids
        )
        try:
            return _print_and_tell(worker, spool, address, say, clock, ids)
        finally:
            worker.close()
            store.close()


def _print_and_tell(
    worker: PrinterWorker,
    spool: Spool,
    address: PrinterAddress,
    say: Callable[[str], None],
    clock: Clock,
    ids: Ids,
) -> int:
    """Say how it is, print when it is ready, say how that ended."""
    end = clock.monotonic() + _PATIENCE_S
    worker.turn()
    health = read(spool.store).printers[0]
    say(f"{address.profile.title}: {health.state.value} {health.code} {health.words('en')}")
    facts = {"Model": health.model, "Proof": health.proof or "?", "Dots": address.profile.dots}
    slip = address.protocol.test_slip(clock.now(), facts)
    with spool.store.transaction() as tx:
        job_id = spool.enqueue(tx, Job("test", ids.uuid7(), slip, "en", None, "test"))
    state = JobState.QUEUED
    gone_at = clock.monotonic() + _GONE_S
    while clock.monotonic() < end and not state.final:
        time.sleep(min(worker.turn(), _PAUSE_S))
        if read(spool.store).printers[0].state not in _GONE:
            gone_at = clock.monotonic() + _GONE_S
        elif clock.monotonic() >= gone_at:
            break
        job = spool.job(job_id)
        assert job is not None
        state = job.state
    for event in spool.events(job_id):
        say(f"  {event['at'][11:23]} {event['what']} {event['note']}")
    health = read(spool.store).printers[0]
    say(f"The slip is {state.value}; {health.words('en')}.")
    if state not in {JobState.PRINTED, JobState.UNKNOWN}:
        say("Nothing was proven to be on paper.")
        return FAILED
    say("Compare its code pages with the table in docs/printers.md before a page is used,")
    say("and scan its code.")
    return 0 if state is JobState.PRINTED else FAILED


def write_logo(
    address: PrinterAddress,
    connect: Callable[[], Transport],
    picture: Path,
    say: Callable[[str], None],
    clock: Clock,
) -> int:
    """Put the logo HU into the printer's NV memory; 0 when it answers afterwards."""
    transport = connect()
    try:
        client = address.protocol.client(transport, clock)
        if client.status() is None:
            say("The printer does not answer; nothing was written.")
            return FAILED
        client.send(address.protocol.stored_logo("HU", picture))
        done = client.ask_fence(10.0)
        say("The logo is stored." if done else "The printer did not confirm the logo.")
        return 0 if done else FAILED
    finally:
        transport.close_now()
