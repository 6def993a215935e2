"""The device service (`huduma devices run`): printers and other devices, until asked to stop.

Each printer has a thread with a store connection of its own; the main thread looks at SQLite's
data version 50 times a second (a shared-memory read) and wakes them when somebody has written, so
no message between processes is needed. Only one service works on a spool at a time (a lock file).
A device never makes it exit.
"""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from peripherals.device_loop.unit import PowerHold
from peripherals.faults import DeviceBusy
from peripherals.printing.spool import Spool
from peripherals.printing.worker.attempts import PrintAttempts
from peripherals.printing.worker.printer_session import ProofPolicy
from peripherals.printing.worker.printer_status import enlist, observe, read, retire
from peripherals.printing.worker.printer_url import PrinterAddress
from peripherals.printing.worker.printer_worker import PrinterWorker
from peripherals.service.printer_hotplug import PrinterBindings, SharedHotplugSource
from peripherals.service.thread_supervisor import SupervisedWorker, ThreadSupervisor
from peripherals.status import Cause, DeviceState, PrinterStatus
from provisioning.clock import Clock
from provisioning.ids import Ids
from provisioning.process_lock import ProcessLock
from sync.journal.journal import Journal
from sync.store.database import Store, StoreFault
from sync.store.store_wait import StoreWait

WATCH_S = 0.02
KEEP_UNKNOWN = timedelta(hours=24)
SECOND_AFTER_S = 2.0
_PURGE_EVERY_S = 600.0
_STOP_S = 1.5


@dataclass(frozen=True, slots=True)
class ServiceParts:
    """What the service is made of; built by the command.

    `open_database` opens the spool's store anew (once for each thread), with the node's journal
    when the spool is a node's, which then hears of every slip.
    """

    path: Path
    at_rest_root: bytes
    printers: Sequence[tuple[str, PrinterAddress]]  # first choice first
    clock: Clock
    ids: Ids
    open_database: Callable[[], tuple[Store, Journal | None]]
    policy: ProofPolicy | None = None
    device_loop: Callable[[], SupervisedWorker] | None = None  # every device that is not a printer
    hold: PowerHold = field(default_factory=PowerHold)  # set while the battery is nearly empty
    plugs: SharedHotplugSource | None = (
        None  # hears of cables; without it printers are found by trying
    )


def spool_lock(path: Path) -> ProcessLock:
    """One service per spool; raises `DeviceBusy`."""
    msg = f"Another device service already works on {path}; stop that one first."
    return ProcessLock(path.with_name(path.name + ".devices.lock"), DeviceBusy(msg))


class DeviceService:
    """The main thread's part: watch the store, keep the workers awake, purge, stop."""

    def __init__(self, parts: ServiceParts) -> None:
        self._parts = parts
        with ExitStack() as failed:
            self._lock = spool_lock(parts.path)
            failed.callback(self._lock.release)
            self._store, _ = parts.open_database()
            failed.callback(self._store.close)
            self._enlist()
            failed.pop_all()
        self._spool = Spool(self._store, parts.at_rest_root, parts.clock, parts.ids)
        self._waiting = StoreWait("devices")
        self._supervisor = ThreadSupervisor(parts.clock, self._crashed)
        self._plugs = PrinterBindings(parts.plugs, dict(parts.printers))
        self._purged = -_PURGE_EVERY_S
        self._seen = -1

    def _enlist(self) -> None:
        parts = self._parts
        with self._store.transaction() as tx:
            retire(tx, [name for name, _ in parts.printers])
            for rank, (name, address) in enumerate(parts.printers):
                enlist(tx, name, rank, parts.clock.now(), address.profile)

    def run(self, stop: Callable[[], bool]) -> None:
        """Work until `stop` says so; returns within two seconds of that."""
        for _, address in self._parts.printers:
            address.protocol.warm()
        for rank, (name, address) in enumerate(self._parts.printers):
            self._supervisor.start(name, self._maker(rank, name, address))
        if self._parts.device_loop is not None:
            self._supervisor.start("equipment", self._parts.device_loop)
        while not stop():
            self._waiting.turn(self._look)
            self._wait()
        self.close()

    def _look(self) -> None:
        """Wake the workers when somebody has written; now and then, delete what is over."""
        version = self._version()
        if version != self._seen:
            self._seen = version
            self._supervisor.wake()
        self._purge()

    def close(self) -> None:
        """Stop the workers, then let go of the spool."""
        if not self._supervisor.stop(_STOP_S):
            print("huduma devices: a worker did not stop in time", file=sys.stderr)
        self._plugs.close()
        self._store.close()
        self._lock.release()

    def _wait(self) -> None:
        """Until it is time to look again; a cable that moved ends the wait and wakes everybody."""
        numbers = self._plugs.filenos()
        if not numbers:
            time.sleep(WATCH_S)
        elif select.select(numbers, [], [], WATCH_S)[0] and self._plugs.turn():
            self._supervisor.wake()

    def _crashed(self, name: str, what: str) -> None:
        """A bug in a worker, told from its own thread: the log, and everybody who looks."""
        print(f"huduma devices: {name} crashed and is started again\n{what}", file=sys.stderr)
        sys.stderr.flush()
        now = self._parts.clock.now()
        with suppress(StoreFault):
            store, _ = self._parts.open_database()
            with store.transaction() as tx:
                observe(tx, name, PrinterStatus(DeviceState.FAULT, now, Cause.KEEPS_FAILING))
            store.close()

    def _version(self) -> int:
        row = self._store.one("PRAGMA data_version")
        return int(row[0]) if row else 0

    def _purge(self) -> None:
        now = self._parts.clock.monotonic()
        if now - self._purged >= _PURGE_EVERY_S:
            self._purged = now
            with self._store.transaction() as tx:
                self._spool.purge(tx, self._parts.clock.now() - KEEP_UNKNOWN)

    def _maker(self, rank: int, name: str, address: PrinterAddress) -> Callable[[], _Owning]:
        parts = self._parts

        def make() -> _Owning:
            store, journal = parts.open_database()
            spool = Spool(store, parts.at_rest_root, parts.clock, parts.ids)
            neighbours = OtherPrinters(store, name, rank, parts.clock)
            worker = PrinterWorker(
                PrintAttempts(spool, name, parts.clock, journal),
                address.protocol,
                self._plugs.plugs[name].connect,
                parts.clock,
                parts.ids,
                policy=parts.policy,
                stopping=lambda: self._supervisor.stopping,
                may_take=lambda: not parts.hold.holding and neighbours.all_before_are_helpless(),
                helpless=neighbours.helpless,
                plugged=lambda: self._plugs.plugs[name].times,
            )
            return _Owning(worker, store)

        return make


class _Owning:
    """A press with its store, which is closed with the worker: not with each lost connection."""

    def __init__(self, worker: PrinterWorker, store: Store) -> None:
        self.turn = worker.turn
        self._press = worker
        self._store = store

    def close(self) -> None:
        """Let go of the printer, then of the store."""
        self._press.close()
        self._store.close()


class OtherPrinters:
    """What one printer may know of the others: which of them cannot print just now."""

    def __init__(self, store: Store, name: str, rank: int, clock: Clock) -> None:
        self._store = store
        self._name = name
        self._rank = rank
        self._clock = clock

    def helpless(self) -> list[str]:
        """Other printers that have not been usable for `SECOND_AFTER_S`."""
        now = self._clock.now()
        return [
            printer.name
            for printer in read(self._store).printers
            if printer.name != self._name
            and not printer.state.serves
            and printer.state is not DeviceState.ABSENT
            and (now - printer.since).total_seconds() >= SECOND_AFTER_S
        ]

    def all_before_are_helpless(self) -> bool:
        """Whether no printer of better rank can take the next job."""
        if self._rank == 0:
            return True
        better = [printer.name for printer in read(self._store).printers[: self._rank]]
        return set(better) <= set(self.helpless())
