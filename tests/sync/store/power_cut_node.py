"""A node whose power is cut again and again, and a memory outside it of all it ever told anybody.

The parts are the product's: the store with every commit made as in the field, the journal with the
ticket projection, the ticket issuer, the print spool with its attempts, the outbox. Outside, where
no power is cut, are the citizens (what they were told), the paper (what was printed) and the
national node (what it took in). `check`, at each coming up again, compares the two.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from types import SimpleNamespace
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.ticketing.issuer import KioskIdentity, TicketIssuer
from kiosk.ticketing.ticket_table import TICKET_TABLES, TicketTable, ticket_of
from peripherals.printing.document import Document, TextLine
from peripherals.printing.jobs import Job
from peripherals.printing.protocol_port import Proof
from peripherals.printing.spool import SPOOL_TABLES, Spool
from peripherals.printing.worker.attempts import PrintAttempts
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.batches.batch import Stream
from sync.batches.chain import StreamProgress, short_hash
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.journal.node_database import NodeDatabase
from sync.service.outbox import OUTBOX_TABLES, Outbox
from sync.store.database import Store, StoreFault
from tests.sync.store.power_cut_disk import PowerCutDisk, PowerIsCut

TABLES = (JOURNAL_TABLES, TICKET_TABLES, SPOOL_TABLES, OUTBOX_TABLES)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
SERVICE = SimpleNamespace(code="NRB-01", category="identity", agency="NRB")
CATALOGUE = SimpleNamespace(
    categories=lambda: [SimpleNamespace(key="identity")],
    priority_classes=lambda: [SimpleNamespace(key="normal", rank=9)],
    text=lambda key, language: key,
)
EPOCH = bytes(range(8))
STREAM = Stream("kiosk-1", EPOCH)


class Outcome(Enum):
    """What a run came to; everything but WHOLE is a broken promise."""

    WHOLE = "whole"
    LOST = "told and lost"
    DOUBLED = "doubled"
    DAMAGED = "damaged"


class BrokenPromise(Exception):
    """The node does not stand by what was told."""

    def __init__(self, outcome: Outcome, why: str) -> None:
        super().__init__(f"{outcome.value}: {why}")
        self.outcome = outcome


@dataclass
class Outside:
    """What is known where no power is cut."""

    tickets: dict[UUID, str] = field(default_factory=dict)
    owners: dict[str, UUID] = field(default_factory=dict)
    facts: dict[UUID, int] = field(default_factory=dict)
    paper: dict[str, set[int]] = field(default_factory=dict)
    batches: list[bytes] = field(default_factory=list)

    def hear(self, visit: UUID, label: str) -> None:
        """A citizen reads a number on the screen."""
        if self.tickets.setdefault(visit, label) != label:
            raise BrokenPromise(Outcome.DOUBLED, f"{label} told in place of {self.tickets[visit]}")
        if self.owners.setdefault(label, visit) != visit:
            raise BrokenPromise(Outcome.DOUBLED, f"{label} told to two citizens")

    def print(self, job: str, copy: int) -> None:
        """A slip leaves the printer; only its first copy has no mark."""
        copies = self.paper.setdefault(job, set())
        if copy in copies:
            raise BrokenPromise(Outcome.DOUBLED, f"copy {copy} of {job} is on paper twice")
        copies.add(copy)

    def take_in(self, no: int, raw: bytes) -> None:
        """The national node takes a batch: the next one, or one it has."""
        if no <= len(self.batches):
            if self.batches[no - 1] != raw:
                raise BrokenPromise(Outcome.DOUBLED, f"two batches {no}")
        elif no == len(self.batches) + 1:
            self.batches.append(raw)
        else:
            raise BrokenPromise(Outcome.LOST, f"batch {no} without those before it")


class EarlySpool(Spool):
    """The planted fault: the number is told when it is written, not when it is committed."""

    tell: Callable[[UUID, str], None]

    def enqueue(self, tx, job: Job) -> str:
        made = super().enqueue(tx, job)
        self.tell(job.subject, job.document.label)
        return made


class PowerCutNode:
    """One life of the node, from power on to the next cut."""

    def __init__(
        self, disk: PowerCutDisk, outside: Outside, chance: random.Random, *, early: bool = False
    ) -> None:
        self.disk, self.outside, self.chance = disk, outside, chance
        self.clock = VirtualClock()
        self.ids = SeededIds(chance.getrandbits(64))
        self.store = Store.open(disk.path, TABLES)
        self.journal = Journal(self.store, "kiosk-1", self.clock, [TicketTable()], db_epoch=EPOCH)
        self.spool = (EarlySpool if early else Spool)(self.store, bytes(32), self.clock, self.ids)
        if isinstance(self.spool, EarlySpool):
            self.spool.tell = outside.hear
        self.printer = PrintAttempts(self.spool, "printer", self.clock, self.journal)
        self.outbox = Outbox(self.store, STREAM, KEY)
        self.desk = TicketIssuer(
            database=NodeDatabase(self.store, self.journal, self.clock, self.ids),
            spool=self.spool,
            centre=SimpleNamespace(ask=lambda message: None),
            catalogue=CATALOGUE,
            identity=KioskIdentity("HC-001", 1, 20, KEY),
            slip=lambda issued, service, language: Document(
                (TextLine(issued.label),), language, issued.label
            ),
        )

    def work(self, waiting: list[UUID]) -> None:
        """Do things until the power is cut; `waiting` are citizens who were not told anything."""
        acts = (
            self.take_ticket,
            self.take_ticket,
            self.note,
            self.print_slip,
            self.send,
            self.rest,
        )
        self.printer.reclaim()
        while True:
            self.chance.choice(acts)(waiting)

    def take_ticket(self, waiting: list[UUID]) -> None:
        """A citizen who was cut off comes first, and asks for the same visit."""
        if not waiting:
            waiting.append(self.ids.uuid7())
        issued = self.desk.issue(waiting[0], SERVICE, "normal", "sw")
        self.outside.hear(waiting.pop(), issued.label)

    def note(self, waiting: list[UUID]) -> None:
        """A fact that somebody was told of, alone in its transaction."""
        del waiting
        subject = self.ids.uuid7()
        with self.store.transaction() as tx:
            entry = self.journal.append(tx, "staff.called", subject, {"state": "home"})
        self.outside.facts[subject] = entry.seq

    def print_slip(self, waiting: list[UUID]) -> None:
        """One slip's way, as the printer's worker goes it; after a cut a marked copy."""
        del waiting
        job = self.printer.open_job() or self.printer.next_job()
        attempt = self.printer.begin(job, "session", None) if job else None
        if job is None or attempt is None:
            return
        self.outside.print(job.id, attempt.copy)
        self.printer.written(attempt, 100)
        self.printer.proven(job.id, Proof.FENCE)

    def send(self, waiting: list[UUID]) -> None:
        """Close a batch, send what the national node lacks, hear that it is there."""
        del waiting
        self.outbox.close_segment(entries_max=3, young=None, line_free=True)
        for offer in self.outbox.offers():
            for no in range(offer.national + 1, offer.no + 1):
                raw = self.outbox.raw(STREAM, no)
                if raw is None:
                    raise BrokenPromise(Outcome.LOST, f"batch {no} has no bytes")
                self.outside.take_in(no, raw)
        held = len(self.outside.batches)
        if held:
            mark = short_hash(self._digest(held))
            self.outbox.acked(StreamProgress(STREAM, held, mark, held), self.clock.now())

    def rest(self, waiting: list[UUID]) -> None:
        """What an idle node does: fold the log back into the database."""
        del waiting
        self.store.checkpoint()

    def check(self, *, rebuild: bool) -> None:
        """Whether the node, come up again, stands by all that was told. Raises `BrokenPromise`."""
        problems = self.store.page_problems()
        if problems:
            raise BrokenPromise(Outcome.DAMAGED, problems[0])
        if self.journal.first_bad() is not None:
            raise BrokenPromise(Outcome.DAMAGED, f"journal entry {self.journal.first_bad()}")
        self._check_told()
        self._check_once()
        for no in range(1, len(self.outside.batches) + 1):
            self._digest(no)
        if rebuild and not all(self.journal.rebuild().values()):
            raise BrokenPromise(Outcome.DAMAGED, "a projection says other than the journal")

    def _check_told(self) -> None:
        for visit, label in self.outside.tickets.items():
            ticket = ticket_of(self.store, visit)
            if ticket is None or ticket.label != label:
                raise BrokenPromise(Outcome.LOST, f"ticket {label}")
        for subject, seq in self.outside.facts.items():
            row = self.store.one("SELECT subject FROM journal WHERE seq = ?", (seq,))
            if row != (subject.bytes,):
                raise BrokenPromise(Outcome.LOST, f"journal entry {seq}")
        for job, copies in self.outside.paper.items():
            row = self.store.one("SELECT copies FROM print_job WHERE id = ?", (job,))
            if row is None or row[0] < max(copies):
                raise BrokenPromise(Outcome.LOST, f"slip {job}, printed {len(copies)} times")

    def _check_once(self) -> None:
        twice = (
            "SELECT subject FROM journal WHERE kind = 'ticket.issued' GROUP BY 1 HAVING count(*) > 1"
            " UNION ALL SELECT subject FROM print_job GROUP BY 1 HAVING count(*) > 1"
        )
        half = (
            "SELECT count(*), (SELECT count(*) FROM print_job),"
            " (SELECT count(*) FROM journal WHERE kind = 'ticket.issued') FROM ticket"
        )
        if self.store.one(twice):
            raise BrokenPromise(Outcome.DOUBLED, "a visit has two tickets or slips")
        counts = self.store.one(half)
        assert counts is not None
        if len(set(counts)) != 1:
            raise BrokenPromise(Outcome.DAMAGED, f"tickets, slips and entries: {counts}")

    def _digest(self, no: int) -> bytes:
        """The hash of batch `no`, which the national node has; raises when it is another here."""
        row = self.store.one("SELECT hash FROM outbox_segment WHERE no = ?", (no,))
        taken = hashlib.sha256(self.outside.batches[no - 1]).digest()
        if row is None or bytes(row[0]) != taken:
            raise BrokenPromise(Outcome.LOST, f"batch {no}, which the national node has")
        return taken

    def close(self) -> None:
        """The process is gone; its connection must not reach the disk any more."""
        with suppress(Exception):
            self.store.close()


OPERATIONS_MAX = (20, 60, 60, 250)
"""One of these is drawn for each life; the cut falls on one of the first so many writes and syncs,
those of its start included.
"""


def first_image(disk: PowerCutDisk) -> dict[str, bytes]:
    """The files of a node that was set up and put down properly."""
    disk.reset(0)
    PowerCutNode(disk, Outside(), random.Random(0)).close()
    return disk.image()


@dataclass(frozen=True)
class Run:
    """What became of one node."""

    outcome: Outcome
    why: str
    outside: Outside


def run(
    disk: PowerCutDisk, seed: int, image: dict[str, bytes], *, lives: int, early: bool = False
) -> Run:
    """`lives` power cuts of one node, begun from `image` (empty: a disk never used), and then a
    last coming up at which the projections are made again too.
    """
    chance = random.Random(seed)
    disk.reset(seed, image)
    outside: Outside = Outside()
    waiting: list[UUID] = []
    try:
        for _ in range(lives):
            disk.cut_after(chance.randrange(chance.choice(OPERATIONS_MAX)))
            live(disk, outside, chance, waiting, early=early)
            disk.power_on()
        node = PowerCutNode(disk, outside, chance)
        node.check(rebuild=True)
        node.close()
    except BrokenPromise as broken:
        return Run(broken.outcome, str(broken), outside)
    return Run(Outcome.WHOLE, "", outside)


def live(
    disk: PowerCutDisk,
    outside: Outside,
    chance: random.Random,
    waiting: list[UUID],
    *,
    early: bool,
) -> None:
    """From power on to the cut; raises `BrokenPromise`."""
    node = None
    try:
        node = PowerCutNode(disk, outside, chance, early=early)
        node.check(rebuild=False)
        node.work(waiting)
    except (PowerIsCut, StoreFault) as fault:
        if not disk.dark:
            raise BrokenPromise(Outcome.DAMAGED, str(fault)) from fault
    finally:
        if not disk.dark:
            disk.cut()
        if node is not None:
            node.close()
