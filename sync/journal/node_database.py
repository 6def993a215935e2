"""One node's open database: the store, the journal in it, and the clock and ids of its process.

Adapters that store facts take this one value. The store announces every commit, so writers need
not wake other processes.
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
