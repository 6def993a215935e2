"""Cases: what this kiosk honestly knows of a reference, and how its line to upstream is."""

from __future__ import annotations

from kiosk.reference import is_reference
from kiosk.stored.forms import receipt_at
from kiosk.visit.ports import Knowledge, Network
from provisioning.clock import Clock
from sync import status
from sync.store import Store


class StoredCases:
    """Implements `kiosk.visit.ports.Cases`.

    The second factor is asked for because an agency's answer may need it; what this kiosk itself
    can say of a reference (saved, sent) names nobody.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def find(self, reference: str, last4: str) -> Knowledge | None:
        """Saved here or sent on; None for a reference this kiosk never gave."""
        del last4
        if not is_reference(reference):
            return None
        found = receipt_at(self._store, reference)
        if found is None:
            return None
        agency, seq, at = found
        sent = seq <= status.read(self._store).sent_seq
        return Knowledge("sent" if sent else "saved", agency, at)

    def network(self) -> Network:
        """For the badge."""
        now = status.read(self._store, self._clock.now())
        return Network(now.online, now.waiting)
