"""Witness: a centre writes into its own journal how far the national node has its kiosks' streams.

A stream's segments prove their order and that none is missing between two others, but not that
none was taken off the end. So a centre, whose journal is another stream under another key, says
now and then up to which segment the national node acknowledged each stream it relays. A desk
compares: what a centre saw acknowledged and the national node no longer has is named.
"""

from __future__ import annotations

from sync.batches.chain import short_hash
from sync.journal.node_database import NodeDatabase

WITNESS_S = 900.0
"""How often; one entry of about 60 bytes for each stream that moved."""
WITNESS_KIND = "stream.witnessed"
WITNESS_TABLE = """CREATE TABLE relay_witnessed (
    node TEXT NOT NULL,
    db_epoch BLOB NOT NULL,
    no INTEGER NOT NULL,
    PRIMARY KEY (node, db_epoch)
) WITHOUT ROWID"""
_AT_ONCE_MAX = 64


class Witness:
    """Over a centre's database, which holds its journal and what it relays."""

    def __init__(self, database: NodeDatabase) -> None:
        self._database = database
        self._due = database.clock.monotonic() + WITNESS_S

    def turn(self) -> int:
        """Write what is due; how many streams were named."""
        now = self._database.clock.monotonic()
        if now < self._due:
            return 0
        self._due = now + WITNESS_S
        return self.tell()

    def tell(self) -> int:
        """Name every stream that the national node has further than said before."""
        database = self._database
        moved = database.store.all(
            "SELECT node, db_epoch, up.no, last, hash FROM relay_national AS up"
            " JOIN relay_segment USING (node, db_epoch, no)"
            " LEFT JOIN relay_witnessed AS told USING (node, db_epoch)"
            " WHERE up.no > coalesce(told.no, 0) LIMIT ?",
            (_AT_ONCE_MAX,),
        )
        if not moved:
            return 0
        with database.store.transaction() as tx:
            for node, epoch, no, last, digest in moved:
                body = {
                    "node": node,
                    "epoch": bytes(epoch),
                    "no": no,
                    "last": last,
                    "mark": short_hash(bytes(digest)),
                }
                database.journal.append(tx, WITNESS_KIND, database.ids.uuid7(), body)
                tx.execute(
                    "INSERT INTO relay_witnessed VALUES (?, ?, ?)"
                    " ON CONFLICT (node, db_epoch) DO UPDATE SET no = excluded.no",
                    (node, epoch, no),
                )
        return len(moved)
