"""What kiosks tell the centre of the tickets they gave: taken in record by record.

A record that cannot be read, is out of range or contradicts another one is set aside for a person
with its code; every other record of the report stands. Two visits with one number both stand in
line, the second one marked. The day of a ticket is the centre's: a person came as long ago as the
kiosk's own clock says, whatever day that clock believes it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from msgspec import Raw
from msgspec.structs import replace

from kiosk.centre.entry import (
    HOUR_MS,
    KIOSK_TICKETS_MAX,
    LEFT_OVER_MS,
    arrival_ms,
    milliseconds,
    numbered,
    standing,
)
from kiosk.centre.line_queries import (
    block_overlapping,
    next_twin,
    seen,
    ticket_of,
    tickets_of_kiosk,
    told,
)
from kiosk.centre.restoring import has_told, missing
from kiosk.centre.set_aside import set_aside
from kiosk.queue.faults import QueueFault
from kiosk.queue.lifecycle import TicketAction, TicketState, allowed
from kiosk.queue.numbering import in_reserve, service_day
from kiosk.queue.protocol import (
    BLOCKS_MAX,
    REPORT_MAX,
    HeldBlock,
    Reported,
    ReportedTicket,
    TicketReport,
    read_block,
    read_ticket,
)
from provisioning.faults import INPUT_ERRORS
from sync.journal.node_database import NodeDatabase
from sync.store.database import Conflict, Transaction

AGE_MAX_MS = 400 * 24 * HOUR_MS


class KioskReports:
    """Takes in the reports of the kiosks of `site`."""

    def __init__(self, database: NodeDatabase, site: str) -> None:
        self._store = database.store
        self._journal = database.journal
        self._clock = database.clock
        self._ids = database.ids
        self._site = site

    def take(self, kiosk: str, report: TicketReport) -> Reported:
        """Make the line agree with what `kiosk` told citizens; how many tickets that changed, and
        how many records were set aside.
        """
        now = self._clock.now()
        changed = aside = 0
        with self._store.transaction() as tx:

            def arrive(record: Raw) -> None:
                nonlocal changed
                changed += self._arrive(tx, kiosk, read_ticket(record), report.now)

            for record in report.blocks[:BLOCKS_MAX]:
                aside += not self._took(tx, kiosk, record, lambda r: self._claim(tx, kiosk, r))
            for record in report.tickets[:REPORT_MAX]:
                aside += not self._took(tx, kiosk, record, arrive)
            if len(report.tickets) > REPORT_MAX or len(report.blocks) > BLOCKS_MAX:
                long = QueueFault(f"A report of {len(report.tickets)} tickets is too long.")
                set_aside(tx, kiosk, b"", long, now)
                aside += 1
            seen(tx, kiosk, report.unit, milliseconds(now))
            if report.last and report.epoch == self._journal.db_epoch.hex():
                has_told(tx, kiosk)
        return Reported(changed, aside)

    def lend(self, tx: Transaction, kiosk: str, block: HeldBlock) -> None:
        """`kiosk` holds `block` from now on."""
        body = {"day": block.day, "first": block.first, "last": block.last}
        body |= {"site": self._site, "series": "*", "to": kiosk}
        self._journal.append(tx, "block.granted", self._ids.uuid7(), body)

    def _took(self, tx: Transaction, kiosk: str, record: Raw, take: Callable[[Raw], None]) -> bool:
        """Whether `take` could take the record; else nothing of it is kept but the record."""
        try:
            with tx.part():
                take(record)
        except QueueFault as fault:
            set_aside(tx, kiosk, bytes(record), fault, self._clock.now())
        except (Conflict, *INPUT_ERRORS) as error:
            other = QueueFault(f"This record contradicts what the centre knows: {error}.")
            set_aside(tx, kiosk, bytes(record), other, self._clock.now())
        else:
            return True
        return False

    def _arrive(self, tx: Transaction, kiosk: str, reported: ReportedTicket, kiosk_ms: int) -> bool:
        """Let a told ticket stand in line; whether that changed anything.

        A grant whose answer came too late for the kiosk is known here and told to nobody: its
        number is cancelled and the visit stands in line with the number the citizen holds.
        """
        stored = ticket_of(tx, reported.visit)
        if stored is not None and stored.kiosk != kiosk:
            raise QueueFault(f"This visit is {stored.kiosk}'s, which told it {stored.label}.")
        told(tx, reported.visit)
        number = (reported.series, reported.number)
        same = stored is not None and (stored.series, stored.number) == number
        if stored is not None and same and stored.state is not TicketState.VOID:
            return False
        if stored and not same and allowed(stored.state, TicketAction.CANCEL):
            body = numbered(self._site, stored) | {"why": "answered too late"}
            self._journal.append(tx, "ticket.cancelled", stored.visit, body)
        here = self._by_our_clock(tx, reported, kiosk_ms)
        if stored is None and tickets_of_kiosk(tx, kiosk, here.day) >= KIOSK_TICKETS_MAX:
            raise QueueFault(f"{kiosk} has {KIOSK_TICKETS_MAX} tickets on {here.day} already.")
        body = standing(self._site, kiosk, here)
        if here.day != reported.day:
            body["told_day"] = reported.day
        if twin := next_twin(tx, self._site, here):
            body["twin"] = twin
        if len(here.series) == 1 and not in_reserve(here.number) and missing(tx, here.day):
            body["granted"] = True
        self._journal.append(tx, "ticket.arrived", here.visit, body)
        return True

    def _by_our_clock(
        self, tx: Transaction, reported: ReportedTicket, kiosk_ms: int
    ) -> ReportedTicket:
        """The ticket with its arrival and its day by the centre's clock."""
        now_ms = arrival_ms(tx, self._clock.now())
        if kiosk_ms:
            since = now_ms - min(max(0, kiosk_ms - reported.since), AGE_MAX_MS)
        else:
            since = reported.since if abs(now_ms - reported.since) <= LEFT_OVER_MS else now_ms
        day = service_day(datetime.fromtimestamp(since / 1000, UTC)).isoformat()
        return replace(reported, day=day, since=since)

    def _claim(self, tx: Transaction, kiosk: str, record: Raw) -> None:
        """A block that `kiosk` holds and a restored database may not know."""
        block = read_block(record)
        if not (in_reserve(block.first) and in_reserve(block.last) and block.first <= block.last):
            raise QueueFault(f"{block.first} to {block.last} is no reserve block.")
        owner = block_overlapping(tx, block)
        if owner is not None and owner != kiosk:
            raise QueueFault(f"{block.first} to {block.last} of {block.day} is {owner}'s.")
        if owner is None and missing(tx, block.day):
            self.lend(tx, kiosk, block)
