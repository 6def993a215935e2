"""One node's open database: the store, the journal in it, and the clock and ids of its process.

What keeps a node's facts takes this one value. Its store announces every commit, so whoever writes
does nothing to wake the others.
"""

from __future__ import annotations

from dataclasses import dataclass

from provisioning.clock import Clock
from provisioning.ids import Ids
from sync.journal.journal import Journal
from sync.store.database import Store


@dataclass(frozen=True, slots=True)
class NodeDatabase:
    """A node's open database with its journal."""

    store: Store
    journal: Journal
    clock: Clock
    ids: Ids
