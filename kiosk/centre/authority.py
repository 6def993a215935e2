"""Authority: who gets which number and who is called next. One per centre, or van.

Every act is one write transaction on the centre's database; nothing is kept in memory, so the
centre's service, a second one by mistake and a command in a shell cannot disagree. Idempotent:
a grant by its visit, a press by its key. Time and ids come in; sockets are `service.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kiosk.centre import waiting_line
from kiosk.queue.faults import CounterBusy, CounterUnknown, NobodyWaiting, NothingCalled
from kiosk.queue.lifecycle import TicketAction, TicketState, allowed
from kiosk.queue.numbering import label, next_block, next_granted, service_day
from kiosk.queue.priority import PriorityPolicy, choose
from kiosk.queue.protocol import Granted, GrantRequest, Leased, LeaseRequest, ReportedTicket
from sync.journal.node_database import NodeDatabase
from sync.store.database import Row, Transaction

COUNTERS_MAX = 200
GHOSTS_MAX = 50


@dataclass(frozen=True, slots=True)
class CounterResult:
    """What a counter's press did: the ticket, and for a call why this one."""

    visit: UUID
    label: str
    service: str
    priority_class: str
    counter: int
    why: str = ""


class Authority:
    """The centre's queue. Methods raise the faults of `kiosk/queue/faults.py`."""

    def __init__(self, database: NodeDatabase, *, site: str, policy: PriorityPolicy) -> None:
        self._store = database.store
        self._journal = database.journal
        self._clock = database.clock
        self._ids = database.ids
        self._site = site
        self._policy = policy

    def grant(self, kiosk: str, wish: GrantRequest) -> Granted:
        """The next number of the wish's series; the same one again for the same visit."""
        now = self._clock.now()
        day = service_day(now).isoformat()
        with self._store.transaction() as tx:
            row = tx.one(
                "SELECT day, series, number, since FROM line_ticket WHERE visit = ?",
                (wish.visit.bytes,),
            )
            if row is None:
                last = tx.one(
                    "SELECT last FROM line_series WHERE day = ? AND series = ?", (day, wish.series)
                )
                number = next_granted(last[0] if last else None)
                since = _ms(now.timestamp())
                told = ReportedTicket(
                    wish.visit,
                    day,
                    wish.series,
                    number,
                    wish.service,
                    wish.priority_class,
                    wish.rank,
                    since,
                )
                body = self._standing(kiosk, told)
                self._append(tx, "ticket.granted", wish.visit, body)
                row = (day, wish.series, number, since)
            ahead = waiting_line.ahead(tx, row[0], wish.rank, row[3])
            wait = waiting_line.wait(tx, row[0], ahead, _ms(now.timestamp()))
        return Granted(row[0], row[1], row[2], ahead, wait)

    def lease(self, kiosk: str, wish: LeaseRequest) -> Leased:
        """The block of `kiosk` after the one it holds; made when there is none yet."""
        with self._store.transaction() as tx:
            row = tx.one(
                "SELECT first, last FROM line_block WHERE day = ? AND kiosk = ? AND first > ?"
                " ORDER BY first LIMIT 1",
                (wish.day, kiosk, wish.held),
            )
            if row is None:
                last = tx.one("SELECT max(last) FROM line_block WHERE day = ?", (wish.day,))
                day = service_day(self._clock.now()).fromisoformat(wish.day)
                block = next_block(day, last[0] if last else None, wish.size)
                if block is None:
                    return Leased(wish.day, 0, 0)
                row = (block.first, block.last)
                body = {
                    "site": self._site,
                    "day": wish.day,
                    "series": "*",
                    "first": block.first,
                    "last": block.last,
                    "to": kiosk,
                }
                self._append(tx, "block.granted", self._ids.uuid7(), body)
        return Leased(wish.day, row[0], row[1])

    def report(self, kiosk: str, tickets: Sequence[ReportedTicket]) -> int:
        """Make the line agree with what `kiosk` told citizens; how many tickets changed.

        A grant that came too late for the kiosk left a ghost: its number is cancelled and the
        visit stands in line with the number the citizen holds.
        """
        changed = 0
        with self._store.transaction() as tx:
            for told in tickets:
                row = tx.one(
                    "SELECT series, number, turn FROM line_ticket WHERE visit = ?",
                    (told.visit.bytes,),
                )
                same = row is not None and (row[0], row[1]) == (told.series, told.number)
                if row is None or not same or row[2] == TicketState.VOID:
                    changed += 1
                    self._admit(
                        tx, kiosk, told, ghost=row if row is not None and not same else None
                    )
                tx.execute("INSERT OR IGNORE INTO line_told VALUES (?)", (told.visit.bytes,))
        return changed

    def unreported(self, kiosk: str, day: str) -> tuple[UUID, ...]:
        """Visits of `kiosk` that wait with a number nobody has confirmed was told."""
        rows = self._store.all(
            "SELECT visit FROM line_ticket WHERE day = ? AND turn = 'waiting' AND kiosk = ?"
            " AND visit NOT IN (SELECT visit FROM line_told) ORDER BY since DESC LIMIT ?",
            (day, kiosk, GHOSTS_MAX),
        )
        return tuple(UUID(bytes=bytes(row[0])) for row in rows)

    def disown(self, kiosk: str, visits: Sequence[UUID]) -> int:
        """Cancel the numbers of `visits` that `kiosk` never told anybody."""
        cancelled = 0
        with self._store.transaction() as tx:
            for visit in visits:
                row = tx.one(
                    "SELECT day, series, number, turn FROM line_ticket WHERE visit = ?"
                    " AND kiosk = ? AND visit NOT IN (SELECT visit FROM line_told)",
                    (visit.bytes, kiosk),
                )
                if row is not None and allowed(TicketState(row[3]), TicketAction.CANCEL):
                    self._cancel(tx, visit, row, "never told")
                    cancelled += 1
        return cancelled

    def call(self, counter: int, key: str = "") -> CounterResult:
        """Call the next ticket to `counter`: one winner, whoever else presses."""
        _known(counter)
        now_ms = _ms(self._clock.now().timestamp())
        with self._store.transaction() as tx:
            if key and (again := _pressed(tx, key, counter)) is not None:
                return again
            if (busy := waiting_line.at_counter(tx, counter)) is not None:
                msg = (
                    f"Counter {counter} still has {label(busy[1], busy[2])}:"
                    " complete it or mark it as no-show first."
                )
                raise CounterBusy(msg)
            day = service_day(self._clock.now()).isoformat()
            choice = choose(waiting_line.waiting(tx, day), now_ms, self._policy)
            if choice is None:
                raise NobodyWaiting("Nobody is waiting.")
            ticket = choice.ticket
            self._turn(
                tx, "ticket.called", ticket.visit, day, ticket.series, ticket.number, counter,
                key=key, why=choice.say(),
            )  # fmt: skip
        return CounterResult(
            ticket.visit, ticket.label, ticket.service, ticket.priority_class, counter, choice.say()
        )

    def recall(self, counter: int, key: str = "") -> CounterResult:
        """Call the counter's ticket once more."""
        return self._press(counter, "ticket.recalled", key)

    def complete(self, counter: int, key: str = "") -> CounterResult:
        """The counter's ticket is served."""
        return self._press(counter, "ticket.served", key)

    def no_show(self, counter: int, key: str = "") -> CounterResult:
        """Nobody came for the counter's ticket."""
        return self._press(counter, "ticket.no-show", key)

    def _press(self, counter: int, kind: str, key: str) -> CounterResult:
        _known(counter)
        with self._store.transaction() as tx:
            if key and (again := _pressed(tx, key, counter)) is not None:
                return again
            row = waiting_line.at_counter(tx, counter)
            if row is None:
                raise NothingCalled(f"Counter {counter} has called nobody: call first.")
            visit, series, number, service, priority_class, day = row
            self._turn(tx, kind, UUID(bytes=bytes(visit)), day, series, number, counter, key=key)
        return CounterResult(
            UUID(bytes=bytes(visit)), label(series, number), service, priority_class, counter
        )

    def _turn(
        self, tx: Transaction, kind: str, visit: UUID, day: str, series: str, number: int,
        counter: int, *, key: str, why: str = "",
    ) -> None:  # fmt: skip
        body = {"site": self._site, "day": day, "series": series, "number": number}
        body |= {"counter": counter, "key": key}
        self._append(tx, kind, visit, body | ({"why": why} if why else {}))

    def _admit(
        self, tx: Transaction, kiosk: str, told: ReportedTicket, *, ghost: Row | None
    ) -> None:
        if ghost is not None and allowed(TicketState(ghost[2]), TicketAction.CANCEL):
            self._cancel(tx, told.visit, (told.day, ghost[0], ghost[1]), "answered too late")
        body = self._standing(kiosk, told)
        self._append(tx, "ticket.arrived", told.visit, body)

    def _standing(self, kiosk: str, told: ReportedTicket) -> dict[str, object]:
        """What the line keeps of a ticket."""
        return {
            "site": self._site,
            "day": told.day,
            "series": told.series,
            "number": told.number,
            "service": told.service,
            "class": told.priority_class,
            "rank": told.rank,
            "kiosk": kiosk,
            "since": told.since,
        }

    def _cancel(self, tx: Transaction, visit: UUID, row: Row, why: str) -> None:
        day, series, number = row[0], row[1], row[2]
        body = {"site": self._site, "day": day, "series": series, "number": number, "why": why}
        self._append(tx, "ticket.cancelled", visit, body)

    def _append(self, tx: Transaction, kind: str, subject: UUID, body: dict[str, object]) -> None:
        self._journal.append(tx, kind, subject, body)


def _known(counter: int) -> None:
    if not 1 <= counter <= COUNTERS_MAX:
        msg = f"Counters are numbered 1 to {COUNTERS_MAX}; there is no counter {counter}."
        raise CounterUnknown(msg)


def _pressed(tx: Transaction, key: str, counter: int) -> CounterResult | None:
    """What the press with this key did, when it was counted before."""
    row = tx.one(
        "SELECT t.visit, t.series, t.number, t.service, t.class FROM line_press p"
        " JOIN line_ticket t USING (visit) WHERE p.key = ?",
        (key,),
    )
    if row is None:
        return None
    return CounterResult(UUID(bytes=bytes(row[0])), label(row[1], row[2]), row[3], row[4], counter)


def _ms(timestamp: float) -> int:
    return int(timestamp * 1000)
