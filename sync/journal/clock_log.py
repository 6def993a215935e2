"""Clock log: journals every correction of the time: its source, its size, whether it was accepted.

Called by a service's loop and never inside a transaction, because reading the time must not write.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.cbor import decode
from provisioning.time_judge import Correction
from sync.journal.node_database import NodeDatabase
from sync.store.database import Store


def journal_corrections(database: NodeDatabase) -> int:
    """Write what the clock has corrected or held back since the last call; how many entries."""
    found = database.clock.take_corrections()
    if found:
        with database.store.transaction() as tx:
            for each in found:
                database.journal.append(tx, "clock.moved", database.ids.uuid7(), _body(each))
    return len(found)


def moves_after(store: Store, seq: int) -> list[tuple[int, int]]:
    """(seq, milliseconds forward) of every believed correction after entry `seq`, in order."""
    rows = store.all(
        "SELECT seq, body FROM journal WHERE seq > ? AND kind = 'clock.moved' ORDER BY seq", (seq,)
    )
    bodies = [(int(row[0]), decode(bytes(row[1]))) for row in rows]
    return [(at, moved_ms(body)) for at, body in bodies if body.get("believed")]


def moved_ms(body: Mapping[str, Any]) -> int:
    """How far forward (negative: back) a `clock.moved` entry says that the time went."""
    return int(body.get("ahead_ms", 0)) - int(body.get("back_ms", 0))


def _body(found: Correction) -> dict[str, object]:
    moved_ms = round((found.said - found.before).total_seconds() * 1000)
    return {
        "back_ms": max(0, -moved_ms),
        "ahead_ms": max(0, moved_ms),
        "source": found.source.value,
        "believed": found.believed,
    }
