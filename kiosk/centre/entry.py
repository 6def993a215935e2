"""What the centre writes into its journal about a ticket, and the limits of its line.

The moments here are Unix milliseconds of the centre's own clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from types import MappingProxyType
from typing import Any
from uuid import UUID

from kiosk.centre.line_queries import KeyUse, LineTicket, press_of
from kiosk.queue.faults import KeyUsed
from kiosk.queue.numbering import service_day
from kiosk.queue.priority import PriorityPolicy
from kiosk.queue.protocol import ReportedTicket
from kiosk.queue.rules import CentreRules
from kiosk.queue.skills import CentreCounters
from provisioning.cbor import decode_own
from provisioning.clock import EAT
from sync.journal.hlc import COUNTER_BITS
from sync.journal.node_database import NodeDatabase
from sync.store.database import Transaction

HOUR_MS = 3_600_000
LEFT_OVER_MS = 12 * HOUR_MS
"""Who has waited longer, and came on an earlier day, is left over."""
FLOOR_BEHIND_MS = 90_000
KIOSK_TICKETS_MAX = 2_000
"""Tickets a kiosk may have on one day; more than four a minute for eight hours."""


@dataclass(frozen=True, slots=True)
class CentreParts:
    """What every act of a centre needs: its database and its rules."""

    database: NodeDatabase
    site: str
    policy: PriorityPolicy
    counters: CentreCounters
    rules: CentreRules = field(default_factory=CentreRules)


def pressed(
    tx: Transaction,
    key: str,
    kind: str,
    *,
    counter: int | None = None,
    visit: UUID | None = None,
    said: Mapping[str, str] = MappingProxyType({}),
) -> KeyUse | None:
    """The press with this key when it was counted; raises `KeyUsed` when it was another one: of
    another act, counter or `visit`, or where the entry it made does not say what is `said` now.
    """
    found = press_of(tx, key) if key else None
    if found is None:
        return None
    subject, body = entry_of_press(tx, found)
    same = (found.kind, found.counter) == (kind, counter) and visit in {None, subject}
    if not same or any(body.get(name, "") != word for name, word in said.items()):
        where = "" if found.counter is None else f", at counter {found.counter}"
        raise KeyUsed(
            f"The key {key!r} belongs to another press{where}: every press has a key of its own."
        )
    return found


def entry_of_press(tx: Transaction, press: KeyUse) -> tuple[UUID, Mapping[str, Any]]:
    """Subject and body of the entry that the press made."""
    row = tx.one("SELECT subject, body FROM journal WHERE seq = ?", (press.seq,))
    assert row is not None, "a press without its entry"
    return UUID(bytes=bytes(row[0])), decode_own(bytes(row[1]))


def named(**optional: object) -> dict[str, object]:
    """The fields that say something: an empty key or name is left out of an entry."""
    return {name: value for name, value in optional.items() if value is not None and value != ""}


def numbered(site: str, ticket: LineTicket | ReportedTicket) -> dict[str, object]:
    """The number of a ticket, as every entry about it has it."""
    return {
        "site": site,
        "day": ticket.day,
        "series": ticket.series,
        "number": ticket.number,
    }


def standing(site: str, kiosk: str, told: ReportedTicket) -> dict[str, object]:
    """What the line keeps of a ticket."""
    return numbered(site, told) | {
        "service": told.service,
        "class": told.priority_class,
        "rank": told.rank,
        "kiosk": kiosk,
        "since": told.since,
    }


def milliseconds(moment: datetime) -> int:
    """Unix milliseconds."""
    return int(moment.timestamp() * 1000)


def arrival_ms(tx: Transaction, now: datetime) -> int:
    """The moment of who arrives now: after everybody in the journal, also when the clock begins
    again at its floor, which is written once a minute, after a power cut.
    """
    head = tx.one("SELECT hlc FROM journal_head")
    last = 0 if head is None else int(head[0]) >> COUNTER_BITS
    moment = milliseconds(now)
    return last + 1 if 0 <= last - moment <= FLOOR_BEHIND_MS else moment


def cutoff(now: datetime) -> int:
    """Who came before this is left over from an earlier day: not of this service day, and not
    of the last hours either, so that those who wait at midnight wait on.
    """
    midnight = datetime.combine(service_day(now), time(), EAT)
    return min(milliseconds(midnight), milliseconds(now) - LEFT_OVER_MS)
