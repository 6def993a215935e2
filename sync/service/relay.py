"""Relay: a centre keeps its kiosks' segments, still sealed, until the national node has them.

It verifies who signed a segment and that it follows the one before, so that nothing useless is
carried; it opens no sealed part, holds no key that could, and never renumbers. What is in clear it
reads for one thing: whether the entries are of the site and unit of the signer's certificate. It is
an intake (what kiosks send to) and a source (what the uplink forwards) over the centre's own
database. Only what it has committed is acknowledged as "stored"; "national" is passed on from
above, never assumed. If the national node lost segments (its database was restored) that were
already deleted here, they count as unknown here too, so that the kiosk, whose journal still has
them, sends them once more.
"""

from __future__ import annotations

from datetime import datetime

from sync.batches.batch import SignedEnvelope, Stream, read_entries
from sync.batches.chain import (
    START,
    AppendCheck,
    AppendResult,
    StreamProgress,
    Tail,
    check_append,
    short_hash,
)
from sync.batches.claims import Claims, contradiction
from sync.faults import BadBatch, Fork, NotSigned
from sync.service.node_quota import (
    ENTRY_BYTES,
    USAGE_TABLE,
    NodeQuota,
    NodeUsage,
    count,
    refuse,
    usage,
)
from sync.service.witness import WITNESS_TABLE
from sync.store.database import MigrationSet, Store, Transaction

_REFUSED_MAX = 64
"""What is noted of one node's refused segments: enough for a person to see."""

RELAY_TABLES = MigrationSet(
    "relay",
    (
        """CREATE TABLE relay_segment (
            node TEXT NOT NULL,
            db_epoch BLOB NOT NULL,
            no INTEGER NOT NULL,
            last INTEGER NOT NULL,
            hash BLOB NOT NULL,
            bytes BLOB,
            via TEXT NOT NULL,
            received_at TEXT NOT NULL,
            PRIMARY KEY (node, db_epoch, no)
        );
        CREATE INDEX relay_waiting ON relay_segment (node, db_epoch) WHERE bytes IS NOT NULL;
        CREATE TABLE relay_national (
            node TEXT NOT NULL,
            db_epoch BLOB NOT NULL,
            no INTEGER NOT NULL,
            PRIMARY KEY (node, db_epoch)
        ) WITHOUT ROWID;
        CREATE TABLE relay_refused (
            node TEXT NOT NULL,
            db_epoch BLOB NOT NULL,
            no INTEGER NOT NULL,
            hash BLOB NOT NULL,
            code INTEGER NOT NULL,
            received_at TEXT NOT NULL,
            PRIMARY KEY (node, db_epoch, no, hash)
        ) WITHOUT ROWID""",
        USAGE_TABLE,
        WITNESS_TABLE,
    ),
)


class Relay:
    """The segments of other nodes at a centre."""

    def __init__(self, store: Store, quota: NodeQuota | None = None) -> None:
        self._store = store
        self._quota = quota or NodeQuota()

    def progress(self, stream: Stream) -> StreamProgress:
        """How far `stream` is here and at the national node."""
        tail = self._tail(stream)
        return StreamProgress(stream, tail.no, short_hash(tail.hash), self._national(stream))

    def take(
        self, envelope: SignedEnvelope, via: str, at: datetime, claims: Claims | None = None
    ) -> AppendResult:
        """Store a verified segment brought by `via`, durably, when it is the next one. One whose
        entries say what `claims` do not is named among the refused and goes up all the same: the
        national node needs every segment of a stream, and sets this one aside.
        """
        stream, key = envelope.stream, (envelope.stream.node, envelope.stream.db_epoch)
        with self._store.transaction() as tx:
            verdict = check_append(self._tail(stream), self._hash(stream, envelope.no), envelope)
            first = verdict is AppendCheck.NEXT and self._tail(stream).no == 0
            if verdict is AppendCheck.NEXT and self._spent(tx, stream.node, at, new_stream=first):
                verdict = AppendCheck.LATER
                refuse(tx, stream.node, at)
            elif verdict is AppendCheck.NEXT:
                tx.execute(
                    "INSERT INTO relay_segment VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        *key,
                        envelope.no,
                        envelope.last,
                        envelope.hash,
                        envelope.raw,
                        via,
                        at.isoformat(),
                    ),
                )
                size = len(envelope.raw) + ENTRY_BYTES
                count(tx, stream.node, at, size, new_stream=first)
                if claims and _against(envelope, claims):
                    _refuse(tx, stream, envelope.no, envelope.hash, at, NotSigned.code)
            elif verdict is AppendCheck.FORK:
                _refuse(tx, stream, envelope.no, envelope.hash, at)
        return AppendResult(verdict, self.progress(stream))

    def bridge(self, envelope: SignedEnvelope, at: datetime) -> None:
        """Go on with a stream right before `envelope`, which a stick brought and whose node signed
        that the national node has all that comes before: as if that had passed here long ago.
        """
        stream, before = envelope.stream, envelope.no - 1
        if before <= self._tail(stream).no:
            return
        key = (stream.node, stream.db_epoch)
        with self._store.transaction() as tx:
            tx.execute(
                "INSERT OR IGNORE INTO relay_segment VALUES (?, ?, ?, ?, ?, NULL, ?, ?)",
                (
                    *key,
                    before,
                    envelope.first - 1,
                    envelope.prev_segment,
                    "stick",
                    at.isoformat(),
                ),
            )
            _note(tx, stream, before)

    def contradicts(self, stream: Stream, no: int, mark: bytes, at: datetime) -> bool:
        """Whether a sender's segment `no` is another than the stored one; noted if so."""
        stored = self._hash(stream, no)
        if stored is None or short_hash(stored) == mark:
            return False
        if not self._full(stream.node):
            with self._store.transaction() as tx:
                _refuse(tx, stream, no, mark, at)
        return True

    def share_used_up(self, node: str, at: datetime) -> bool:
        """Whether nothing more of `node` is taken now: its day's share, or what waits here of it
        for the national node, is as much as a day's share.
        """
        return self._spent(self._store, node, at)

    def _spent(
        self, source: Store | Transaction, node: str, at: datetime, *, new_stream: bool = False
    ) -> bool:
        if self._quota.spent(usage(source, node, at), new_stream=new_stream):
            return True
        row = source.one(
            "SELECT count(*), coalesce(sum(length(bytes)), 0) FROM relay_segment"
            " WHERE node = ? AND bytes IS NOT NULL",
            (node,),
        )
        held = row or (0, 0)
        return self._quota.spent(NodeUsage(node, "", segments=held[0], bytes=held[1]))

    def offers(self) -> list[StreamProgress]:
        """Every stream with something the national node has not acknowledged."""
        found = self._store.all(
            "SELECT DISTINCT node, db_epoch FROM relay_segment WHERE bytes IS NOT NULL"
        )
        streams = [Stream(node, bytes(epoch)) for node, epoch in found]
        return [each for each in map(self.progress, streams) if each.no > each.national]

    def settled(self) -> list[StreamProgress]:
        """The other streams: the national node acknowledged all that is known of them here."""
        streams = [
            Stream(node, bytes(epoch))
            for node, epoch in self._store.all("SELECT node, db_epoch FROM relay_national")
        ]
        return [each for each in map(self.progress, streams) if 0 < each.no <= each.national]

    def raw(self, stream: Stream, no: int) -> bytes | None:
        """The bytes of a stored segment; None once the national node has them."""
        row = self._store.one(
            "SELECT bytes FROM relay_segment WHERE node = ? AND db_epoch = ? AND no = ?",
            (stream.node, stream.db_epoch, no),
        )
        return None if row is None or row[0] is None else bytes(row[0])

    def acked(self, claimed: StreamProgress, at: datetime, *, fresh: bool = False) -> bool:
        """Note what the national node has of a stream; True when it is news. Raises `Fork`. A
        word that was overtaken on its way (not `fresh`) never makes this forget anything.
        """
        del at
        stream, stored = claimed.stream, self._hash(claimed.stream, claimed.no)
        if stored is not None and short_hash(stored) != claimed.mark:
            raise Fork(f"The national node has another batch {claimed.no} of {stream.node}.")
        # It may have more than we do: this database was restored and will be filled from below.
        told, known = min(claimed.national, self._tail(stream).no), self._national(stream)
        if fresh and max(claimed.no, claimed.national) < known:
            self._forget(stream, claimed.no)
        if told <= known:
            return False
        with self._store.transaction() as tx:
            _note(tx, stream, told)
        return True

    def _forget(self, stream: Stream, after: int) -> None:
        """The national node lost what came after segment `after`; what has bytes here is kept."""
        key = (stream.node, stream.db_epoch)
        with self._store.transaction() as tx:
            tx.execute(
                "DELETE FROM relay_segment"
                " WHERE node = ? AND db_epoch = ? AND no > ? AND bytes IS NULL",
                (*key, after),
            )
            _note(tx, stream, after)

    def _full(self, node: str) -> bool:
        row = self._store.one("SELECT count(*) FROM relay_refused WHERE node = ?", (node,))
        return row is not None and row[0] >= _REFUSED_MAX

    def _hash(self, stream: Stream, no: int) -> bytes | None:
        row = self._store.one(
            "SELECT hash FROM relay_segment WHERE node = ? AND db_epoch = ? AND no = ?",
            (stream.node, stream.db_epoch, no),
        )
        return bytes(row[0]) if row else None

    def _tail(self, stream: Stream) -> Tail:
        """The end of what is here without a gap."""
        first = max(1, self._national(stream))
        row = self._store.one(
            "SELECT no, hash, last FROM relay_segment AS one"
            " WHERE node = ? AND db_epoch = ? AND no >= ? AND NOT EXISTS (SELECT 1"
            " FROM relay_segment AS next WHERE next.node = one.node"
            " AND next.db_epoch = one.db_epoch AND next.no = one.no + 1) ORDER BY no LIMIT 1",
            (stream.node, stream.db_epoch, first),
        )
        if row is None or self._hash(stream, first) is None:
            return START
        return Tail(int(row[0]), bytes(row[1]), int(row[2]), None)

    def _national(self, stream: Stream) -> int:
        row = self._store.one(
            "SELECT no FROM relay_national WHERE node = ? AND db_epoch = ?",
            (stream.node, stream.db_epoch),
        )
        return int(row[0]) if row else 0


def _against(envelope: SignedEnvelope, claims: Claims) -> bool:
    """Whether what is in clear of a segment contradicts its signer's certificate."""
    try:
        return bool(contradiction(read_entries(envelope).facts, claims))
    except BadBatch:
        return False  # the national node tells a broken one


def _refuse(
    tx: Transaction, stream: Stream, no: int, digest: bytes, at: datetime, code: int = Fork.code
) -> None:
    tx.execute(
        "INSERT OR IGNORE INTO relay_refused SELECT ?, ?, ?, ?, ?, ?"
        " WHERE (SELECT count(*) FROM relay_refused WHERE node = ?) < ?",
        (stream.node, stream.db_epoch, no, digest, code, at.isoformat(), stream.node, _REFUSED_MAX),
    )


def _note(tx: Transaction, stream: Stream, no: int) -> None:
    key = (stream.node, stream.db_epoch)
    tx.execute(
        "INSERT INTO relay_national VALUES (?, ?, ?)"
        " ON CONFLICT (node, db_epoch) DO UPDATE SET no = excluded.no",
        (*key, no),
    )
    tx.execute(
        "UPDATE relay_segment SET bytes = NULL"
        " WHERE node = ? AND db_epoch = ? AND no <= ? AND bytes IS NOT NULL",
        (*key, no),
    )
