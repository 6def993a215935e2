"""Erasing: the sealed content of old entries, once the national node has them.

The chain stays whole: an erased entry keeps its place, its hash and the hash before it, and only
its body is gone. Nobody can tell any more that the body was not another one; the batch that
carried it, signed and stored at the national node, still can. Which entries, and when, is decided
by whoever calls (`kiosk/adapters/retention.py`), in the transaction that also says so in the
journal.
"""

from __future__ import annotations

from provisioning.cbor import encode
from sync.store.database import Store, Transaction

ERASED = encode({})
"""The body of an erased entry; no kind that may be erased is ever written without fields."""

ERASABLE = frozenset({"form.submitted", "complaint.filed"})
"""Kinds that hold what a citizen wrote, sealed to an agency."""


def erase(tx: Transaction, kind: str, through: int) -> int:
    """Take away the bodies of entries of `kind` up to entry `through`; how many there were."""
    assert kind in ERASABLE
    return tx.execute(
        "UPDATE journal SET body = ? WHERE kind = ? AND seq <= ? AND body <> ?",
        (ERASED, kind, through, ERASED),
    )


def erased_between(store: Store, first: int, last: int) -> bool:
    """Whether any entry from `first` to `last` has lost its body."""
    row = store.one(
        "SELECT 1 FROM journal WHERE seq BETWEEN ? AND ? AND body = ? AND kind IN (?, ?)",
        (first, last, ERASED, *sorted(ERASABLE)),
    )
    return row is not None
