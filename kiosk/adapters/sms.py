"""A ticket's number by SMS in place of its slip, over the node's message queue.

One transaction: the message is queued (number and words sealed), the slip's job is cancelled so
that it does not print later, and the journal records it without the phone number.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from kiosk.ticketing.ticket_table import ticket_of
from kiosk.visit.sms_port import SmsTicketState
from peripherals.device_loop import status_table
from peripherals.printing.spool import Spool
from peripherals.sms.queue import SmsQueue, SmsRefused, SmsState
from sync.journal.node_database import NodeDatabase
from sync.store.database import Transaction

SEND_WITHIN = timedelta(minutes=30)
_TEXT = {
    SmsState.QUEUED: SmsTicketState.WAITING,
    SmsState.SENDING: SmsTicketState.WAITING,
    SmsState.SENT: SmsTicketState.SENT,
    SmsState.UNCERTAIN: SmsTicketState.UNKNOWN,
    SmsState.FAILED: SmsTicketState.FAILED,
    SmsState.EXPIRED: SmsTicketState.FAILED,
    SmsState.CANCELLED: SmsTicketState.FAILED,
}


class StoredSms:
    """Implements `kiosk.visit.sms_port.SmsPort`."""

    def __init__(self, database: NodeDatabase, spool: Spool, queue: SmsQueue) -> None:
        self._store = database.store
        self._journal = database.journal
        self._clock = database.clock
        self._spool = spool
        self._queue = queue

    def ready(self) -> bool:
        """As the device service last saw the modem; an old sight is none."""
        if not self._store.has_table("equipment_state"):
            return False
        rows = status_table.read(self._store, self._clock.now())
        return any(row.name == "sms" and row.state.serves for row in rows)

    def state(self, visit: UUID) -> SmsTicketState:
        row = self._store.one("SELECT state FROM sms_job WHERE key = ?", (_key(visit),))
        return _TEXT[SmsState(row[0])] if row else SmsTicketState.NONE

    def send(self, visit: UUID, number: str, words: str) -> bool:
        by = self._clock.now() + SEND_WITHIN
        with self._store.transaction() as tx:
            try:
                self._queue.enqueue(tx, _key(visit), number, words, by)
            except SmsRefused:
                return False
            self._hand_over(tx, visit)
        return True

    def recover(self, print_again: Callable[[UUID, str], None]) -> int:
        """At the start: a message that waited when power went has lost its number; the ticket gets
        a slip (marked as a copy) while that can still be of use. How many messages were lost.
        """
        with self._store.transaction() as tx:
            lost = self._queue.lose_left_behind(tx)
        for key in lost:
            visit = UUID(key.partition(":")[2].partition("+")[0])
            ticket = ticket_of(self._store, visit)
            row = self._store.one(
                "SELECT language FROM print_job WHERE subject = ? ORDER BY seq LIMIT 1",
                (visit.bytes,),
            )
            late = ticket is None or self._clock.now() > ticket.issued_at + SEND_WITHIN
            if row is not None and not late:
                print_again(visit, str(row[0]))
        return len(lost)

    def _hand_over(self, tx: Transaction, visit: UUID) -> None:
        row = tx.one(
            "SELECT id, printer FROM print_job WHERE subject = ? ORDER BY seq DESC LIMIT 1",
            (visit.bytes,),
        )
        if row is None or not self._spool.hand_over(tx, row[0], "sms"):
            return
        body = {"job": row[0], "kind": "ticket", "printer": row[1], "from": row[1], "to": "sms"}
        self._journal.append(tx, "print.failed_over", visit, body)


def _key(visit: UUID) -> str:
    return f"ticket:{visit}"
