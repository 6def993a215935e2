"""One printer, one spool, one press, in virtual time: the stage of the printing stories."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from peripherals.printing.document import Document
from peripherals.printing.escpos.profiles import PROFILES
from peripherals.printing.escpos.protocol import EscposProtocol
from peripherals.printing.jobs import JobRow
from peripherals.printing.protocol_port import Proof
from peripherals.printing.spool import SPOOL_TABLES, Job, Spool
from peripherals.printing.worker.attempts import PrintAttempts
from peripherals.printing.worker.printer_session import ProofPolicy
from peripherals.printing.worker.printer_status import enlist, read
from peripherals.printing.worker.printer_worker import PrinterWorker
from peripherals.service.device_service import OtherPrinters
from peripherals.simulators.printer.in_memory import MemoryCable
from peripherals.simulators.printer.printer import SimulatedPrinter
from peripherals.simulators.printer.printer_state import Model
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.store.database import Store
from tests.peripherals.printing.campaign import slip_for


class Machine:
    """A simulated printer with the press that serves it."""

    def __init__(
        self, rig: Rig, name: str, rank: int, model: Model, base: str, **profile: object
    ) -> None:
        self.name = name
        self.printer = SimulatedPrinter(rig.clock.monotonic, model)
        self.cable = MemoryCable(self.printer, rig.clock)
        self.profile = replace(PROFILES[base], **profile)
        self.rig = rig
        with rig.store.transaction() as tx:
            enlist(tx, name, rank, rig.clock.now(), self.profile)
        self.rank = rank
        self.worker = self.new_press()

    def new_press(self) -> PrinterWorker:
        rig = self.rig
        neighbours = OtherPrinters(rig.store, self.name, self.rank, rig.clock)
        self.worker = PrinterWorker(
            PrintAttempts(rig.spool, self.name, rig.clock),
            EscposProtocol(self.profile),
            self.cable.connect,
            rig.clock,
            rig.ids,
            policy=rig.policy,
            may_take=neighbours.all_before_are_helpless,
            helpless=neighbours.helpless,
        )
        return self.worker

    @property
    def slips(self) -> list[str]:
        """What left the mouth, white strips left out."""
        return [slip.text for slip in self.printer.slips if not slip.strip.blank]


class Rig:
    def __init__(
        self,
        *,
        policy: ProofPolicy | None = None,
        model: Model | None = None,
        second: Model | None = None,
        base: str = "tm-t20",
        **profile: object,
    ) -> None:
        self.clock = VirtualClock()
        self.ids = SeededIds(5)
        self.policy = policy or ProofPolicy()
        shared = Path("/dev/shm")
        self._folder = tempfile.TemporaryDirectory(dir=shared if shared.exists() else None)
        self.path = Path(self._folder.name) / "spool.db"
        self.store = Store.open(self.path, [SPOOL_TABLES])
        self.spool = Spool(self.store, bytes(32), self.clock, self.ids)
        self.first = Machine(self, "printer", 0, model or Model(mm_s=200), base, **profile)
        self.machines = [self.first]
        if second is not None:
            self.machines.append(Machine(self, "printer-2", 1, second, "tm-t20"))
            self.at(0.2, self._second_works)

    @property
    def printer(self) -> SimulatedPrinter:
        return self.first.printer

    def order(
        self, number: str = "A101", *, by: datetime | None = None, slip: Document | None = None
    ) -> str:
        job = Job("ticket", self.ids.uuid7(), slip or slip_for(number), "sw", by, number)
        with self.store.transaction() as tx:
            return self.spool.enqueue(tx, job)

    def at(self, seconds: float, what: Callable[[], None]) -> None:
        """Let something happen then, also while the press waits inside a turn."""
        self.printer.later(seconds, what)

    def body(self, seconds: float, what: str, value: bool) -> None:  # noqa: FBT001
        self.at(seconds, lambda: setattr(self.printer.body, what, value))

    def go(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Let everything work for so long; True as soon as `until` holds."""
        end = self.clock.monotonic() + seconds
        while self.clock.monotonic() < end and not until():
            self.first.worker.turn()
            self.first.cable.wait(0.05)
        return until()

    def _second_works(self) -> None:
        """The second printer has a thread of its own in the service; here it has a heartbeat."""
        second = self.machines[1]
        second.worker.turn()
        second.cable.pump()
        self.at(0.2, self._second_works)

    def job(self, job_id: str) -> JobRow:
        row = self.spool.job(job_id)
        assert row is not None
        return row

    def done(self, *job_ids: str) -> Callable[[], bool]:
        return lambda: all(self.job(job_id).state.final for job_id in job_ids)

    def health(self, name: str = "printer"):
        return next(row for row in read(self.store).printers if row.name == name)

    def close(self) -> None:
        for machine in self.machines:
            machine.worker.close()
        self.store.close()
        self._folder.cleanup()


FENCE_ONLY = {"proof": Proof.FENCE, "buffer_clear": False, "cut_counter": 0}
FENCE_MODEL = Model(gsh=False, clear=False, counter=False, mm_s=200)
