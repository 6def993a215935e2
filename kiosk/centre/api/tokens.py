"""Who may use the centre's HTTP API: bearer tokens with a role, and a limit on wrong ones.

A token is 24 random bytes; only its SHA-256 is kept, so the database opens nothing. It names a
role, what its holder is called in the journal (a staff number, no personal name), maybe one
counter, and the day it ends. Making and revoking one is in the journal. Wrong tokens from one
address are counted; after `WRONG_MAX` a minute further wrong ones from there are answered with 429.
"""

from __future__ import annotations

import base64
import hashlib
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from kiosk.queue.faults import QueueFault
from sync.journal.node_database import NodeDatabase
from sync.store.database import MigrationSet, Store

TOKEN_TABLES = MigrationSet(
    "centre-tokens",
    (
        """CREATE TABLE centre_token (
            digest BLOB PRIMARY KEY,
            role TEXT NOT NULL,
            name TEXT NOT NULL UNIQUE,
            counter INTEGER,
            until INTEGER NOT NULL
        ) WITHOUT ROWID""",
    ),
)

TOKEN_BYTES = 24
DAYS = 90
WRONG_MAX, WRONG_WITHIN_S = 10, 60.0
_ADDRESSES_MAX = 4_096


class StaffRole(StrEnum):
    """What its holder may do; each role may do what the one before may."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"

    def may(self, needed: StaffRole) -> bool:
        """Whether this role is at least `needed`."""
        order = list(StaffRole)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token stands for. `counter`: the only one its holder may act at."""

    role: StaffRole
    name: str
    counter: int | None = None


def make_token(
    database: NodeDatabase,
    role: StaffRole,
    *,
    name: str = "",
    counter: int | None = None,
    lasts: timedelta = timedelta(days=DAYS),
) -> str:
    """A new token; raises `QueueFault` when `name` has one already."""
    secret = base64.urlsafe_b64encode(database.ids.token(TOKEN_BYTES)).decode()
    until = int((database.clock.now() + lasts).timestamp() * 1000)
    called = name or f"{role}-{database.ids.token(3).hex()}"
    with database.store.transaction() as tx:
        if tx.one("SELECT 1 FROM centre_token WHERE name = ?", (called,)) is not None:
            raise QueueFault(f"{called} has a token already; revoke that one first.")
        tx.execute(
            "INSERT INTO centre_token VALUES (?, ?, ?, ?, ?)",
            (_digest(secret), role.value, called, counter, until),
        )
        body: dict[str, object] = {"role": role.value, "name": called, "until": until}
        if counter is not None:
            body["counter"] = counter
        database.journal.append(tx, "access.granted", database.ids.uuid7(), body)
    return secret


def revoke_token(database: NodeDatabase, name: str) -> bool:
    """End the token of `name`; whether there was one."""
    with database.store.transaction() as tx:
        gone = tx.execute("DELETE FROM centre_token WHERE name = ?", (name,)) > 0
        if gone:
            database.journal.append(tx, "access.revoked", database.ids.uuid7(), {"name": name})
    return gone


def bearer_of(store: Store, secret: str, now_ms: int) -> Bearer | None:
    """Whom the token stands for now; None for one that is wrong, ended or revoked."""
    row = store.one(
        "SELECT role, name, counter FROM centre_token WHERE digest = ? AND until > ?",
        (_digest(secret), now_ms),
    )
    return None if row is None else Bearer(StaffRole(row[0]), row[1], row[2])


def page_token(secret: str) -> str:
    """What a page with this session's cookie puts beside every act: no other site's page knows it,
    and it opens nothing by itself.
    """
    return hashlib.sha256(b"huduma page 1|" + secret.encode()).hexdigest()[:32]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


class AttemptLimit:
    """Counts failed attempts by address, in memory."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()

    def blocked(self, address: str) -> bool:
        """Whether `address` failed too often within the last minute."""
        times = self._failed.get(address)
        if times is None:
            return False
        while times and times[0] <= self._monotonic() - WRONG_WITHIN_S:
            times.popleft()
        if not times:
            del self._failed[address]
        return len(times) >= WRONG_MAX

    def failed(self, address: str) -> None:
        """One more wrong attempt from `address`."""
        times = self._failed.setdefault(address, deque(maxlen=WRONG_MAX))
        times.append(self._monotonic())
        self._failed.move_to_end(address)
        while len(self._failed) > _ADDRESSES_MAX:
            self._failed.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """A right attempt: what failed before is forgotten."""
        self._failed.pop(address, None)
