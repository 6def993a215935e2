"""The staff port over the node's tables: the kiosk's report, and what staff do, journalled.

Reads what the device service and the sync engine wrote to the store; opens no device. Each action
is one transaction with its journal entry `staff.acted`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kiosk.adapters.staff_call import called_at
from kiosk.visit.staff_port import Device, KioskReport, LostSlip, PinState, RemedyPage
from peripherals.device_loop import status_table
from peripherals.faults import DeviceLost, SpoolFault
from peripherals.printing.protocol_port import PrinterProtocol
from peripherals.printing.spool import Job, JobRow, JobState, Spool
from peripherals.printing.worker import printer_status
from peripherals.printing.worker.printer_url import parse_printer_url
from peripherals.service.remedies import remedy_of
from provisioning.identity.pin import PinLock, PinResult
from provisioning.node.site import Node
from sync.journal.node_database import NodeDatabase
from sync.service import status
from sync.store.database import Transaction
from sync.store.reserve import free_bytes

PRINT_WITHIN = timedelta(minutes=10)
"""A slip staff asked for is of use while they stand there."""
TYPICAL_SLIP_MM = 160
"""Length of a ticket on a roll that has printed none yet."""
SLIPS_MAX = 40
_NAMED = frozenset({"ticket", "checklist", "test"})
"""Kinds whose label is a queue number or a service, which name nobody."""
_SECRET = frozenset({"draft-code"})
"""Kinds that open something: whoever holds the paper holds the answers. Never printed for staff."""
_WORDED = _NAMED | _SECRET | {"receipt"}


@dataclass(frozen=True, slots=True)
class InstalledVersions:
    """What is in use on this node."""

    content_date: date
    content_version: int
    version: str


class StoredStaffPort:
    """Implements `kiosk.visit.staff_port.StaffPort`. `printers` are the printers, best first; staff
    are told of less free space than `room_mb_min`.
    """

    def __init__(
        self,
        database: NodeDatabase,
        spool: Spool,
        lock: PinLock,
        *,
        site: str,
        printers: Mapping[str, PrinterProtocol],
        installed: InstalledVersions,
        room_mb_min: int = 0,
    ) -> None:
        self._store = database.store
        self._journal = database.journal
        self._clock = database.clock
        self._ids = database.ids
        self._spool = spool
        self._lock = lock
        self._site = site
        self._printers = printers
        self._installed = installed
        self._room_mb_min = room_mb_min

    def pin_state(self) -> PinState:
        return PinState(self._lock.is_set, self._lock.wait_s())

    def attempt(self, pin: str) -> PinResult:
        return self._lock.attempt(pin)

    def report(self, language: str) -> KioskReport:
        """The tables as they stand now; a silent device service shows as devices not known."""
        store, now = self._store, self._clock.now()
        printers = [
            _printer(each, language)
            for each in printer_status.read(store, now).printers
            if each.name in self._printers or not self._printers
        ]
        others = []
        if store.has_table("equipment_state"):
            others = [_other(row, language) for row in status_table.read(store, now)]
        sent, free = status.read(store, now), free_bytes(store.path) // 1_000_000
        kept = self._kept()
        slips = [_slip(job, kept) for job in self._spool.unsettled()[:SLIPS_MAX]]
        return KioskReport(
            (*printers, *others),
            tuple(slips),
            sent.waiting,
            sent.last_ack_at,
            self._installed.content_date,
            self._installed.content_version,
            self._installed.version,
            called_at=called_at(store),
            room_mb=free if free < self._room_mb_min else None,
        )

    def remedy(self, code: str) -> RemedyPage | None:
        found = remedy_of(code)
        return None if found is None else RemedyPage(found.causes, found.actions)

    def print_again(self, job: str) -> None:
        """Only a slip of unknown fate: the spool counted its first copy, so the next is marked."""
        row = self._spool.job(job)
        if row is None or row.state is not JobState.UNKNOWN or row.kind in _SECRET:
            raise SpoolFault("This slip is not one that can be printed again; look at the list.")
        with self._store.transaction() as tx:
            by = self._clock.now() + PRINT_WITHIN
            self._spool.settle(tx, job, on_paper=False, by=by)
            self._tell(tx, row.subject, "reprint", job)

    def seen_on_paper(self, job: str) -> None:
        row = self._spool.job(job)
        if row is None or row.state is not JobState.UNKNOWN:
            raise SpoolFault("This slip is no longer on the list.")
        with self._store.transaction() as tx:
            self._spool.settle(tx, job, on_paper=True)
            self._tell(tx, row.subject, "on-paper", job)

    def test_slip(self, visit: UUID, language: str) -> None:
        """Through the spool like any slip, on whichever printer takes it."""
        first = next(iter(self._printers.values()), None)
        if first is None:
            raise DeviceLost("No printer is in the settings of this kiosk.")
        now = self._clock.now()
        known = next(iter(printer_status.read(self._store).printers), None)
        facts = {"Proof": known.proof or "?" if known else "?", "Dots": first.profile.dots}
        slip = first.test_slip(now, facts)
        key = f"test:{self._ids.uuid7()}"
        with self._store.transaction() as tx:
            job = Job("test", visit, slip, language, now + PRINT_WITHIN, key)
            self._tell(tx, visit, "test-slip", self._spool.enqueue(tx, job))

    def roll_changed(self, visit: UUID, printer: str) -> None:
        """Count the tickets of this roll from its full length (`roll` of the printer's URL)."""
        name = printer or next(iter(self._printers), "")
        protocol = self._printers.get(name)
        if protocol is None:
            raise DeviceLost("There is no such printer in the settings of this kiosk.")
        with self._store.transaction() as tx:
            printer_status.new_roll(tx, name, protocol.profile.roll_mm)
            self._tell(tx, visit, "roll-changed", name)

    def _tell(self, tx: Transaction, subject: UUID, act: str, what: str) -> None:
        body = {"site": self._site, "act": act, "what": what}
        self._journal.append(tx, "staff.acted", subject, body)

    def _kept(self) -> frozenset[str]:
        """Jobs whose slip is still kept and could be printed."""
        rows = self._store.all(
            "SELECT id FROM print_job WHERE state = 'unknown' AND payload IS NOT NULL"
        )
        return frozenset(str(row[0]) for row in rows)


def printer_protocols(node: Node) -> dict[str, PrinterProtocol]:
    """The node's printers as its settings name them, first choice first; raises `BadDeviceUrl`."""
    chosen = node.settings.devices
    urls = {"printer": chosen.printer, "printer-2": chosen.printer_backup}
    found = {name: parse_printer_url(url, node.dir) for name, url in urls.items()}
    return {name: each.protocol for name, each in found.items() if each is not None}


def _printer(printer: printer_status.PrinterHealth, language: str) -> Device:
    left = printer.tickets_left
    if left is None and printer.roll_mm > 0:
        left = printer.roll_mm // TYPICAL_SLIP_MM
    return Device(
        printer.name,
        "printer",
        printer.words(language),
        printer.code,
        printer.since,
        printer.state.serves,
        roll=True,
        left=left if printer.state.serves else None,
    )


def _other(row: status_table.DeviceRow, language: str) -> Device:
    return Device(
        row.name,
        row.name,
        row.words(language),
        row.code,
        row.since,
        row.state.serves,
        row.detail if row.state.serves else "",
    )


def _slip(job: JobRow, kept: frozenset[str]) -> LostSlip:
    return LostSlip(
        job.id,
        job.kind.replace("-", "_") if job.kind in _WORDED else "other",
        job.label if job.kind in _NAMED else "",
        job.updated_at,
        job.id in kept and job.kind not in _SECRET,
    )
