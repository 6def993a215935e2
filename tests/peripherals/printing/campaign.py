"""A fault campaign in virtual time: many slips, a fault armed on half of them, then the count.

The host is killed by an exception at a random transport call or around a random commit, which is
what SIGKILL leaves behind: committed rows, bytes on the wire, nothing else. Real SIGKILLs of real
processes are in test_service.py.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from peripherals.printing.document import Align, Document, Qr, TextLine
from peripherals.printing.escpos.profiles import PROFILES, Profile
from peripherals.printing.escpos.protocol import EscposProtocol
from peripherals.printing.layout import DUPLICATE_MARK
from peripherals.printing.protocol_port import Proof
from peripherals.printing.spool import SPOOL_TABLES, Job, JobState, Spool
from peripherals.printing.worker.attempts import PrintAttempts
from peripherals.printing.worker.printer_session import ProofPolicy
from peripherals.printing.worker.printer_status import enlist
from peripherals.printing.worker.printer_worker import PrinterWorker
from peripherals.simulators.printer.in_memory import MemoryCable, MemoryTransport
from peripherals.simulators.printer.printer import SimulatedPrinter
from peripherals.simulators.printer.printer_state import Model
from peripherals.simulators.printer.responses import automatic_status
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.store.database import Store

FAULTS = (
    "paper",
    "cover",
    "cutter",
    "power",
    "power-dark",
    "power-kept",
    "cable",
    "stall",
    "mute",
    "garbage",
    "asb",
    "late",
    "drop-id",
    "drop-any",
    "kill",
    "kill-after",
)


class Killed(BaseException):
    """SIGKILL, here."""


@dataclass
class Reaper:
    """Counts transport calls and commits down to a killing."""

    left: int | None = None

    def tick(self) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            self.left = None
            raise Killed


class MortalTransport(MemoryTransport):
    reaper: Reaper

    def write(self, octets: bytes, deadline_s: float) -> int:
        self.reaper.tick()
        taken = super().write(octets, deadline_s)
        self.reaper.tick()
        return taken

    def read(self, deadline_s: float) -> bytes:
        self.reaper.tick()
        return super().read(deadline_s)


@dataclass
class Report:
    """What the paper and the spool say at the end."""

    jobs: int
    faults: Counter[str]
    lost: list[str] = field(default_factory=list)
    unmarked: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    extra: Counter[str] = field(default_factory=Counter)
    torn: int = 0
    proofs: Counter[str] = field(default_factory=Counter)
    unknown_commands: int = 0

    @property
    def clean(self) -> bool:
        bad = self.lost or self.unmarked or self.early or self.merged or self.unsettled
        return not bad and not self.unknown_commands

    def lines(self) -> str:
        return (
            f"jobs {self.jobs}, faults {sum(self.faults.values())}; lost {len(self.lost)}, "
            f"unmarked duplicates {len(self.unmarked)}, claimed early {len(self.early)}, "
            f"merged {len(self.merged)}, unsettled {len(self.unsettled)}, torn slips {self.torn}, "
            f"extra marked copies {sum(self.extra.values())} {dict(self.extra)}, "
            f"proofs {dict(self.proofs)}"
        )


def slip_for(number: str) -> Document:
    return Document(
        (
            TextLine("HUDUMA CENTRE GPO", Align.CENTRE, bold=True),
            TextLine(f"<{number}", Align.CENTRE, scale=3, bold=True),
            TextLine("Kubadilisha kitambulisho kilichopotea"),
            Qr(f"HUDUMA/{number}/9F3K7Q2M"),
            TextLine("Waliotangulia: 12. Muda: dakika 20 hadi 40. Tafadhali subiri nambari yako."),
            TextLine(f"{number}>", Align.CENTRE),
        ),
        "sw",
        number,
    )


class Campaign:
    def __init__(
        self,
        seed: int,
        *,
        proof: Proof = Proof.PROCESS_ID,
        counter: bool = True,
        clear: bool = True,
        ask_again: bool = True,
        faults: tuple[str, ...] = FAULTS,
        density: float = 0.5,
        mm_s: float = 250.0,
        serial: bool = True,
    ) -> None:
        self.serial = serial
        self.chance = random.Random(seed)
        self.clock = VirtualClock()
        self.ids = SeededIds(seed)
        self.faults, self.density = faults, density
        model = Model(gsh=proof is Proof.PROCESS_ID, counter=counter, clear=clear, mm_s=mm_s)
        self.printer = SimulatedPrinter(self.clock.monotonic, model)
        self.cable = MemoryCable(self.printer, self.clock)
        self.profile = self._profile(proof, counter=counter, clear=clear)
        self.policy = ProofPolicy(ask_again=ask_again, use_counter=counter)
        self.reaper = Reaper()
        shared = Path("/dev/shm")
        self._folder = tempfile.TemporaryDirectory(dir=shared if shared.exists() else None)
        self.path = Path(self._folder.name) / "spool.db"
        self.early: list[str] = []
        self.armed: dict[str, str] = {}
        self.counts: Counter[str] = Counter()
        self.worker: PrinterWorker | None = None
        self.start()

    def _profile(self, proof: Proof, *, counter: bool, clear: bool) -> Profile:
        base = PROFILES["tm-t20"]
        return replace(base, proof=proof, cut_counter=178 if counter else 0, buffer_clear=clear)

    # -- the host program

    def start(self) -> None:
        self.store = Store.open(self.path, [SPOOL_TABLES])
        self.spool = Spool(self.store, bytes(32), self.clock, self.ids)
        with self.store.transaction() as tx:
            enlist(tx, "printer", 0, self.clock.now(), self.profile)
        self.worker = PrinterWorker(
            WatchedLedger(self.spool, "printer", self.clock, self),
            EscposProtocol(self.profile),
            self._connect,
            self.clock,
            self.ids,
            policy=self.policy,
        )

    def _connect(self) -> MemoryTransport:
        self.cable.connect()
        transport = MortalTransport(self.cable, survives_power_cut=self.serial)
        transport.reaper = self.reaper
        return transport

    def kill(self) -> None:
        self.counts["killings"] += 1
        self.store.close()
        self.cable.wait(self.chance.uniform(0.0, 0.6))  # until the supervisor starts it again
        self.start()

    def turn(self) -> None:
        try:
            delay = self.worker.turn()
        except Killed:
            self.kill()
            return
        self.cable.wait(min(delay, 0.4))

    # -- the world

    def arm(self, number: str) -> None:
        if self.chance.random() >= self.density:
            return
        kind = self.chance.choice(self.faults)
        self.armed[number] = kind
        self.counts[kind] += 1
        begin, length = self.chance.uniform(0.0, 0.35), self.chance.uniform(0.1, 2.5)
        getattr(self, "_arm_" + kind.replace("-", "_"))(begin, length)

    def _arm_paper(self, begin: float, length: float) -> None:
        self.printer.out_of_paper_in = self.chance.randint(1, 30)
        self.printer.later(begin + length, self._new_roll)

    def _arm_cover(self, begin: float, length: float) -> None:
        self._during(begin, length, self.printer.body, "cover_open")

    def _arm_cutter(self, begin: float, length: float) -> None:
        body = self.printer.body
        self.printer.later(begin, lambda: setattr(body, "cutter_jam", True))
        self.printer.later(begin + length, lambda: setattr(body, "cutter_freed", True))

    def _arm_power(self, begin: float, length: float) -> None:
        self._power("power", begin, max(length, 1.2))

    def _arm_power_kept(self, begin: float, length: float) -> None:
        self._power("power-kept", begin, max(length, 1.2))

    def _arm_power_dark(self, begin: float, length: float) -> None:
        self._power("power-dark", begin, max(length, 1.2))

    def _arm_cable(self, begin: float, length: float) -> None:
        self.printer.later(begin, lambda: setattr(self.printer, "connected", False))
        self.printer.later(begin + length, lambda: setattr(self.printer, "connected", True))

    def _arm_stall(self, begin: float, length: float) -> None:
        self._during(begin, length, self.printer, "stalled")

    def _arm_mute(self, begin: float, length: float) -> None:
        self._during(begin, length, self.printer.voice, "muted")

    def _arm_garbage(self, begin: float, length: float) -> None:
        self._during(begin, length, self.printer.voice, "noise", self._garbage, None)

    def _arm_asb(self, begin: float, length: float) -> None:
        self._during(begin, length, self.printer.voice, "noise", self._asb, None)

    def _arm_late(self, begin: float, length: float) -> None:
        late_s = self.chance.uniform(0.1, 1.5)
        self._during(begin, length, self.printer.voice, "late_s", late_s, 0.0)

    def _arm_drop_id(self, begin: float, length: float) -> None:
        self.printer.voice.drop_marks = self.chance.randint(1, 2)

    def _arm_drop_any(self, begin: float, length: float) -> None:
        count = self.chance.randint(1, 6)
        self.printer.later(begin, lambda: setattr(self.printer.voice, "drop_next", count))

    def _arm_kill(self, begin: float, length: float) -> None:
        self.reaper.left = self.chance.randint(1, 30)

    def _arm_kill_after(self, begin: float, length: float) -> None:
        self.printer.later(begin, lambda: setattr(self.reaper, "left", 1))

    def _power(self, kind: str, begin: float, length: float) -> None:
        p = self.printer

        def off() -> None:
            p.power_off(keep_buffer=kind == "power-kept")
            p.connected = kind == "power-dark" and self.serial

        def on() -> None:
            p.power_on()
            p.connected = True

        p.later(begin, off)
        p.later(begin + length, on)

    def _during(
        self,
        begin: float,
        length: float,
        whom: Any,
        what: str,
        on: object = 1,
        off: object = 0,
    ) -> None:
        self.printer.later(begin, lambda: setattr(whom, what, on))
        self.printer.later(begin + length, lambda: setattr(whom, what, off))

    def _new_roll(self) -> None:
        self.printer.out_of_paper_in = None
        self.printer.body.paper_out = False

    def _garbage(self) -> bytes:
        return self.chance.randbytes(self.chance.randint(0, 6))

    def _asb(self) -> bytes:
        return automatic_status(self.printer.body)

    def calm(self) -> None:
        """Everything is put right, for the last jobs."""
        p = self.printer
        self._new_roll()
        p._later.clear()
        p.body.cover_open = p.body.hot = False
        p.body.cutter_freed = p.body.cutter_jam
        p.voice.muted, p.voice.noise, p.voice.late_s = False, None, 0.0
        p.voice.drop_marks = p.voice.drop_next = 0
        p.stalled = False
        if not p.body.powered:
            p.power_on()
        p.connected = True
        self.reaper.left = None

    # -- the run

    def run(self, jobs: int) -> Report:
        for n in range(1, jobs + 1):
            number = f"T{n:05d}"
            self.arm(number)
            job = Job("ticket", self.ids.uuid7(), slip_for(number), "sw", None, number)
            with self.store.transaction() as tx:
                job_id = self.spool.enqueue(tx, job)
            for _ in range(self.chance.choice((1, 2, 8))):
                self.turn()
            if self.chance.random() < 0.7:
                self.until(job_id)
        self.calm()
        for _ in range(4000):
            if all(row.state.final for row in self.spool.jobs()):
                break
            self.turn()
        self.cable.wait(5.0)
        self.turn()
        return self.report(jobs)

    def until(self, job_id: str) -> None:
        for _ in range(400):
            job = self.spool.job(job_id)
            assert job is not None
            if job.state.final:
                return
            self.turn()

    def wholes(self) -> tuple[dict[str, list[bool]], int, list[str]]:
        """number -> marked? of each whole copy; torn slips; slips with two numbers."""
        found: dict[str, list[bool]] = {}
        torn, merged = 0, []
        for slip in self.printer.slips:
            heads = re.findall(r"<(T\d{5})", slip.text)
            tails = re.findall(r"(T\d{5})>", slip.text)
            codes = re.findall(r"HUDUMA/(T\d{5})/", " ".join(slip.strip.codes))
            numbers = {*heads, *tails, *codes}
            if len(numbers) > 1:
                merged.append(slip.text)
            elif heads and tails and codes:
                found.setdefault(heads[0], []).append(DUPLICATE_MARK in slip.text)
            elif numbers:
                torn += 1
        return found, torn, merged

    def report(self, jobs: int) -> Report:
        found, torn, merged = self.wholes()
        report = Report(jobs, Counter(self.counts), early=self.early)
        report.torn, report.merged = torn, merged
        report.unknown_commands = len(self.printer.unknown)
        for row in self.spool.jobs():
            copies = found.get(row.label, [])
            report.proofs[row.proof] += 1
            if row.state is not JobState.PRINTED:
                report.unsettled.append(f"{row.label} {row.state} {self.armed.get(row.label)}")
            if not copies:
                report.lost.append(f"{row.label} {row.proof} {self.armed.get(row.label)}")
            if copies.count(False) > 1:
                report.unmarked.append(f"{row.label} {self.armed.get(row.label)}")
            if len(copies) > 1:
                report.extra[self.armed.get(row.label, "none")] += 1
        return report

    def close(self) -> None:
        self.worker.close()
        self.store.close()
        self._folder.cleanup()


class WatchedLedger(PrintAttempts):
    """Looks at the paper at the moment a slip is called printed; dies around commits."""

    def __init__(self, spool: Spool, printer: str, clock: Any, campaign: Campaign) -> None:
        super().__init__(spool, printer, clock)
        self._campaign = campaign

    def begin(self, *arguments: Any, **named: Any) -> Any:
        self._campaign.reaper.tick()
        attempt = super().begin(*arguments, **named)
        self._campaign.reaper.tick()
        return attempt

    def written(self, attempt: Any, slip_mm: int) -> Any:
        self._campaign.reaper.tick()
        return super().written(attempt, slip_mm)

    def _prove(self, tx: Any, job_id: str, proof: Proof, *, direct: bool) -> None:
        label = self.job(job_id).label
        if label not in self._campaign.wholes()[0]:
            self._campaign.early.append(f"{label} {proof} {self._campaign.armed.get(label)}")
        super()._prove(tx, job_id, proof, direct=direct)
