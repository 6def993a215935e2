"""Promotion: another machine becomes the centre, and the one before may call nobody any more.

The other machine holds a copy of the centre's node (its keys and its database). Promoting it begins
a new epoch, as after a restore, and a new term: a number that only grows, signed by the centre's
key. Every answer carries the term. A kiosk that knows a newer one takes no answer of an older term
and shows the older centre the signed term; that one writes it into its journal and from then on
gives no number and calls nobody, also after a restart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.centre.entry import milliseconds
from kiosk.centre.restoring import expect_kiosks
from kiosk.queue.faults import QueueFault
from kiosk.queue.numbering import service_day
from sync.journal.node_database import NodeDatabase
from sync.store.database import Store, Transaction


class Fenced(QueueFault):
    """Another machine was promoted: this one gives no number and calls nobody."""

    reason = "fenced"


@dataclass(frozen=True, slots=True)
class CentreTerm:
    """The newest term of this database (0: nobody was ever promoted) and its signature; `fenced`:
    the newer term that ended it, 0 for none.
    """

    term: int = 0
    proof: bytes = b""
    fenced: int = 0


def term_of(reader: Store | Transaction) -> CentreTerm:
    """What this database knows of terms."""
    row = reader.one("SELECT term, proof, fenced FROM line_term")
    return CentreTerm() if row is None else CentreTerm(row[0], bytes(row[1]), row[2])


def promote(
    database: NodeDatabase, site: str, key: Ed25519PrivateKey, kiosks: Iterable[str], who: str = ""
) -> CentreTerm:
    """Make this database the centre's from now on; its new term. The services are stopped."""
    now = database.clock.now()
    with database.store.transaction() as tx:
        term = max(milliseconds(now) // 1000, term_of(tx).term + 1, term_of(tx).fenced + 1)
        proof = key.sign(_statement(site, term))
        expect_kiosks(tx, kiosks, service_day(now).isoformat())
        database.journal.renew_epoch(tx, database.ids.token(8))
        body: dict[str, object] = {"site": site, "term": term, "proof": proof}
        if who:
            body["who"] = who
        database.journal.append(tx, "centre.promoted", database.ids.uuid7(), body)
    return CentreTerm(term, proof)


def fence(
    database: NodeDatabase, site: str, public: Ed25519PublicKey, term: int, proof: bytes
) -> bool:
    """A kiosk shows a newer term: end this one's, when the centre's own key signed it."""
    try:
        public.verify(proof, _statement(site, term))
    except InvalidSignature:
        return False
    with database.store.transaction() as tx:
        known = term_of(tx)
        if term <= max(known.term, known.fenced):
            return False
        body = {"site": site, "term": term}
        database.journal.append(tx, "centre.fenced", database.ids.uuid7(), body)
    return True


def refuse_fenced(tx: Transaction) -> None:
    """Raise `Fenced` when another machine was promoted since."""
    if term_of(tx).fenced:
        raise Fenced("Another machine is the centre now; use that one. This one calls nobody.")


def _statement(site: str, term: int) -> bytes:
    return f"huduma centre term 1|{site}|{term}".encode()
