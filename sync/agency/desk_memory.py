"""Desk memory: what a desk saw of each stream at an earlier opening, kept at the desk.

The national node could take segments off the end of a stream, or a whole stream, and nothing it
still has would say so. What this desk has seen once it expects again: a stream that ends earlier
than before is named, with the references of the forms that are gone with its end. What the
national node never showed to anybody, no desk can miss.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sync.agency.inbox import Opened
from sync.batches.batch import Stream
from sync.batches.chain import Tail, short_hash
from sync.faults import Fork, Gap, SyncRefusal
from sync.store.database import MigrationSet, Store, Transaction

DESK_TABLES = MigrationSet(
    "desk",
    (
        """CREATE TABLE desk_stream (
            node TEXT NOT NULL,
            db_epoch BLOB NOT NULL,
            no INTEGER NOT NULL,
            mark BLOB NOT NULL,
            PRIMARY KEY (node, db_epoch)
        ) WITHOUT ROWID;
        CREATE TABLE desk_form (
            node TEXT NOT NULL,
            db_epoch BLOB NOT NULL,
            seq INTEGER NOT NULL,
            reference TEXT NOT NULL,
            PRIMARY KEY (node, db_epoch, seq)
        ) WITHOUT ROWID""",
    ),
)
_NAMED_MAX = 20


class DeskMemory:
    """The rows of one agency's desk."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def compare(
        self, tails: Mapping[Stream, Tail], marks: Mapping[Stream, Mapping[int, bytes]]
    ) -> list[SyncRefusal]:
        """What the national node had at an earlier opening and has no longer, or otherwise.
        `marks`: those of every segment of a stream, by number.
        """
        found: list[SyncRefusal] = []
        for node, epoch, no, mark in self._store.all(
            "SELECT node, db_epoch, no, mark FROM desk_stream ORDER BY node, db_epoch"
        ):
            stream = Stream(node, bytes(epoch))
            tail = tails.get(stream)
            if tail is None or tail.no < no:
                found.append(self._gone(stream, tail, no))
            elif marks[stream].get(no, bytes(mark)) != bytes(mark):
                found.append(Fork(f"{node} batch {no} is another than this desk saw before."))
        return found

    def remember(
        self,
        tails: Mapping[Stream, Tail],
        opened: Iterable[Opened],
    ) -> None:
        """Keep how far each stream is now, and the references of what opened. Never less than
        before: what is gone stays missed.
        """
        with self._store.transaction() as tx:
            for stream, tail in tails.items():
                tx.execute(
                    "INSERT INTO desk_stream VALUES (?, ?, ?, ?) ON CONFLICT (node, db_epoch)"
                    " DO UPDATE SET no = excluded.no, mark = excluded.mark"
                    " WHERE excluded.no > desk_stream.no",
                    (stream.node, stream.db_epoch, tail.no, short_hash(tail.hash)),
                )
            for each in opened:
                _keep(tx, each)

    def _gone(self, stream: Stream, tail: Tail | None, no: int) -> Gap:
        last, number = (0, 0) if tail is None else (tail.last, tail.no)
        rows = self._store.all(
            "SELECT reference FROM desk_form WHERE node = ? AND db_epoch = ? AND seq > ?"
            " ORDER BY seq",
            (stream.node, stream.db_epoch, last),
        )
        names = [str(row[0]) for row in rows]
        more = f" and {len(names) - _NAMED_MAX} more" if len(names) > _NAMED_MAX else ""
        lost = f"; forms seen before: {', '.join(names[:_NAMED_MAX])}{more}" if names else ""
        return Gap(
            f"{stream.node} batches {number + 1} to {no}, which this desk saw before, are gone"
            f" from the end of its stream{lost}."
        )


def _keep(tx: Transaction, each: Opened) -> None:
    stream, reference = each.entry.stream, each.entry.body.get("reference")
    if isinstance(reference, str):
        tx.execute(
            "INSERT OR IGNORE INTO desk_form VALUES (?, ?, ?, ?)",
            (stream.node, stream.db_epoch, each.entry.seq, reference),
        )
