"""Clock log: journals every correction of the time: its source, its size, whether it was accepted.

Called by a service's loop and never inside a transaction, because reading the time must not write.
"""

from __future__ import annotations

from provisioning.clock import SystemClock
from provisioning.ids import Ids
from provisioning.time_judge import Correction
from sync.journal.journal import Journal
from sync.store.database import Store


def journal_corrections(clock: object, store: Store, journal: Journal, ids: Ids) -> int:
    """Write what the clock has corrected or held back since the last call; how many entries."""
    found = clock.take_corrections() if isinstance(clock, SystemClock) else []
    if found:
        with store.transaction() as tx:
            for each in found:
                journal.append(tx, "clock.moved", ids.uuid7(), _body(each))
    return len(found)


def _body(found: Correction) -> dict[str, object]:
    moved_ms = round((found.said - found.before).total_seconds() * 1000)
    return {
        "back_ms": max(0, -moved_ms),
        "ahead_ms": max(0, moved_ms),
        "source": found.source.value,
        "believed": found.believed,
    }
