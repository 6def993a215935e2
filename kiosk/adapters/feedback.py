"""Feedback: ratings stored in clear, words sealed to the office that answers them. Also facts of a
visit.

What a citizen writes may name a person, so words are sealed like a form: a report of a bribe to
the anti-corruption commission, everything else to the Huduma Kenya Secretariat. The rating, the
kind and the service are counted in clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from kiosk.case_reference import RANDOM_BYTES, make_reference
from kiosk.queue.numbering import service_day
from kiosk.visit.ports import Feedback, KioskLocation
from provisioning.cbor import encode
from sync.journal.node_database import NodeDatabase
from sync.sealing.sealer import Sealer

OFFICES = {"bribe": ("EACC", "CAJ", "HUDUMA")}
"""Who reads what was written, by kind; the first one that has a key."""

OFFICE = ("HUDUMA", "CAJ")


class StoredFeedback:
    """Implements `kiosk.visit.ports.FeedbackPort` over the node's journal."""

    def __init__(
        self,
        database: NodeDatabase,
        sealer: Sealer,
        place: KioskLocation,
        *,
        agencies: Iterable[str],
    ) -> None:
        self._store = database.store
        self._journal = database.journal
        self._clock = database.clock
        self._ids = database.ids
        self._sealer = sealer
        self._place = place
        self._agencies = frozenset(agencies)

    def give(self, visit: UUID, opinion: Feedback) -> str | None:
        """One transaction: the face in clear, the words sealed; their reference, if any."""
        now = self._clock.now()
        reference: str | None = None
        with self._store.transaction() as tx:
            body = {
                "site": self._place.site,
                "day": service_day(now).isoformat(),
                "kind": opinion.kind,
                "face": opinion.face or 0,
                "service": opinion.service,
                "words_sealed": bool(opinion.words),
            }
            self._journal.append(tx, "feedback.given", visit, body)
            if opinion.words:
                agency = self._office(opinion.kind)
                reference = make_reference(agency, self._ids.token(RANDOM_BYTES))
                self._sealer.append(
                    tx,
                    self._journal,
                    "complaint.filed",
                    self._ids.uuid7(),
                    agency,
                    {"kind": opinion.kind, "reference": reference},
                    encode({"words": opinion.words, "submitted_at": int(now.timestamp() * 1000)}),
                )
        return reference

    def _office(self, kind: str) -> str:
        wanted = OFFICES.get(kind, OFFICE)
        return next((code for code in wanted if code in self._agencies), wanted[-1])


class StoredFacts:
    """Implements `kiosk.visit.ports.FactLog`: facts without personal data."""

    def __init__(self, database: NodeDatabase) -> None:
        self._store = database.store
        self._journal = database.journal

    def note(self, kind: str, visit: UUID, body: Mapping[str, Any]) -> None:
        """Append one fact, durably."""
        with self._store.transaction() as tx:
            self._journal.append(tx, kind, visit, body)
