"""Records of kiosks that the centre could not take: kept for a person, bounded, never in the way.

A record that cannot be read, is out of range or contradicts another visit is put here with its
code; the rest of its report goes on. The same bytes again are counted, not kept twice, and of one
kiosk at most `KEPT_MAX` are kept. `huduma queue set-aside` lists them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from provisioning.faults import Fault
from sync.store.database import Store, Transaction

KEPT_MAX = 200
RECORD_BYTES_MAX = 2_048
_WHY_MAX = 200


@dataclass(frozen=True, slots=True)
class SetAsideRecord:
    """What was set aside, from whom, when first, why, and how many times it came."""

    kiosk: str
    at: datetime
    code: int
    why: str
    record: bytes
    times: int


def set_aside(tx: Transaction, kiosk: str, record: bytes, fault: Fault, now: datetime) -> None:
    """Keep `record` for a person; when `kiosk` has too many already, only count it."""
    row = tx.one("SELECT count(*) FROM line_set_aside WHERE kiosk = ?", (kiosk,))
    why = fault.message[:_WHY_MAX].encode("utf-8", "replace").decode()
    kept = record[:RECORD_BYTES_MAX]
    if row is not None and row[0] >= KEPT_MAX:
        kept, why = b"", "More than can be kept; see to this kiosk."
    digest = hashlib.sha256(kiosk.encode() + b"\0" + (record if kept else b"")).digest()
    tx.execute(
        "INSERT INTO line_set_aside VALUES (?, ?, ?, ?, ?, ?, 1)"
        " ON CONFLICT (digest) DO UPDATE SET times = times + 1",
        (digest, kiosk, int(now.timestamp() * 1000), fault.code, why, kept),
    )


def kept_aside(store: Store) -> list[SetAsideRecord]:
    """Everything that waits for a person, newest first."""
    rows = store.all(
        "SELECT kiosk, at, code, why, record, times FROM line_set_aside ORDER BY at DESC, digest"
    )
    return [
        SetAsideRecord(
            row[0], datetime.fromtimestamp(row[1] / 1000, UTC), row[2], row[3], row[4], row[5]
        )
        for row in rows
    ]


def forget(store: Store, kiosk: str | None = None) -> int:
    """A person has seen them; how many were removed."""
    with store.transaction() as tx:
        return tx.execute("DELETE FROM line_set_aside WHERE ?1 IS NULL OR kiosk = ?1", (kiosk,))
