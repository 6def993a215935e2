"""The national store on SQLite: the default, for one process and a demo or a county."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from provisioning.ids import Ids
from sync.answers.answer_store import ANSWER_TABLES, AgencySigner, AnswerStore
from sync.batches.batch import SegmentContents, SignedEnvelope, Stream, read_entries
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
from sync.national.store import (
    QUARANTINE_MAX,
    NodeCount,
    Quarantined,
    SegmentBytes,
    Stored,
    stored_entry,
)
from sync.service.node_quota import (
    ENTRY_BYTES,
    USAGE_TABLE,
    NodeQuota,
    NodeUsage,
    count,
    refuse,
    usage,
    usages,
)
from sync.store.database import MigrationSet, Store, Transaction

NATIONAL_TABLES = MigrationSet(
    "national",
    (
        """CREATE TABLE national_segment (
            node TEXT NOT NULL,
            db_epoch BLOB NOT NULL,
            no INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            hash BLOB NOT NULL,
            head BLOB,
            entries INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            via TEXT NOT NULL,
            received_at TEXT NOT NULL,
            PRIMARY KEY (node, db_epoch, no)
        );
        CREATE TABLE national_entry (
            node TEXT NOT NULL,
            db_epoch BLOB NOT NULL,
            seq INTEGER NOT NULL,
            hlc INTEGER NOT NULL,
            kind TEXT NOT NULL,
            subject BLOB NOT NULL,
            audience TEXT NOT NULL,
            body BLOB NOT NULL,
            hash BLOB NOT NULL,
            PRIMARY KEY (node, db_epoch, seq)
        );
        CREATE INDEX national_entry_audience ON national_entry (audience, node, db_epoch, seq);
        CREATE TABLE national_quarantine (
            node TEXT NOT NULL,
            db_epoch BLOB NOT NULL,
            no INTEGER NOT NULL,
            hash BLOB NOT NULL,
            code INTEGER NOT NULL,
            why TEXT NOT NULL,
            bytes BLOB NOT NULL,
            received_at TEXT NOT NULL,
            PRIMARY KEY (node, db_epoch, no, hash)
        );
        CREATE TABLE national_server (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            server_epoch BLOB NOT NULL
        )""",
        USAGE_TABLE,
    ),
)

_QUARANTINE = (
    "INSERT OR IGNORE INTO national_quarantine SELECT ?, ?, ?, ?, ?, ?, ?, ?"
    " WHERE (SELECT count(*) FROM national_quarantine WHERE node = ?) < ?"
)
_CONTRADICTS = "contradicts what is stored: a copied or wrongly restored node"


class EmbeddedStore:
    """`NationalStore` over one SQLite file."""

    def __init__(self, store: Store, ids: Ids, quota: NodeQuota | None = None) -> None:
        """Over a store opened with `NATIONAL_TABLES`; `ids` makes the epoch of a new one."""
        self._store = store
        self._quota = quota or NodeQuota()
        with self._store.transaction() as tx:
            tx.execute("INSERT OR IGNORE INTO national_server VALUES (1, ?)", (ids.token(8),))
        row = self._store.one("SELECT server_epoch FROM national_server")
        assert row is not None
        self._epoch = bytes(row[0])

    @classmethod
    def open(cls, path: Path | str, ids: Ids, quota: NodeQuota | None = None) -> EmbeddedStore:
        """Open or create the database at `path`; raises `StoreFault`."""
        return cls(Store.open(path, [NATIONAL_TABLES, ANSWER_TABLES]), ids, quota)

    @property
    def server_epoch(self) -> bytes:
        return self._epoch

    def begin_restored(self, epoch: bytes) -> None:
        with self._store.transaction() as tx:
            tx.execute("UPDATE national_server SET server_epoch = ?", (epoch,))
        self._epoch = epoch

    def progress(self, stream: Stream) -> StreamProgress:
        tail = self._tail(stream)
        return StreamProgress(stream, tail.no, short_hash(tail.hash), tail.no)

    def take(
        self, envelope: SignedEnvelope, via: str, at: datetime, claims: Claims | None = None
    ) -> AppendResult:
        verdict = self._verdict(envelope, self._store, at)
        # Unpacked before the transaction, which is short; and only when it will be stored.
        inside = _contents(envelope, claims) if verdict is AppendCheck.NEXT else None
        with self._store.transaction() as tx:
            verdict = self._verdict(envelope, tx, at)
            if verdict is AppendCheck.NEXT and inside is None:
                verdict = AppendCheck.GAP  # another gateway stored what was missing: ask again
            elif verdict is AppendCheck.NEXT and inside is not None:
                contents, code, why = inside
                _insert(tx, envelope, contents, via, at)
                count(
                    tx,
                    envelope.stream.node,
                    at,
                    _size(envelope, contents),
                    new_stream=envelope.no == 1,
                )
                if contents is None:
                    _set_aside(tx, envelope, code, why, at)
            elif verdict is AppendCheck.FORK:
                _set_aside(tx, envelope, Fork.code, _CONTRADICTS, at)
            elif verdict is AppendCheck.LATER:
                refuse(tx, envelope.stream.node, at)
        return AppendResult(verdict, self.progress(envelope.stream))

    def _verdict(
        self, envelope: SignedEnvelope, source: Store | Transaction, at: datetime
    ) -> AppendCheck:
        stream = envelope.stream
        verdict = check_append(self._tail(stream), self._hash(stream, envelope.no), envelope)
        used = usage(source, stream.node, at)
        if verdict is AppendCheck.NEXT and self._quota.spent(used, new_stream=envelope.no == 1):
            return AppendCheck.LATER
        return verdict

    def share_used_up(self, node: str, at: datetime) -> bool:
        return self._quota.spent(usage(self._store, node, at))

    def usages(self, at: datetime) -> list[NodeUsage]:
        return usages(self._store, at)

    def contradicts(self, stream: Stream, no: int, mark: bytes, at: datetime) -> bool:
        stored = self._hash(stream, no)
        if stored is None or short_hash(stored) == mark:
            return False
        if self._full(stream.node):
            return True
        row = (
            *_key(stream),
            no,
            mark,
            Fork.code,
            _CONTRADICTS,
            b"",
            at.isoformat(),
            stream.node,
            QUARANTINE_MAX,
        )
        with self._store.transaction() as tx:
            tx.execute(_QUARANTINE, row)
        return True

    def entries_for(self, audience: str) -> Iterator[Stored]:
        for row in self._store.each(
            # Casts: the table is believed by nobody, not even in its types.
            "SELECT node, CAST(db_epoch AS BLOB), CAST(seq AS INTEGER), CAST(hlc AS INTEGER),"
            " kind, CAST(subject AS BLOB), CAST(body AS BLOB) FROM national_entry"
            " WHERE audience = ? ORDER BY node, db_epoch, seq",
            (audience,),
        ):
            node, epoch, seq, stamp, kind, subject, body = row
            stream, about = (
                Stream(node, bytes(epoch)),
                UUID(bytes=bytes(subject)[:16].ljust(16, b"\0")),
            )
            yield stored_entry(stream, seq, stamp, kind, about, audience, bytes(body))

    def segments(self) -> Iterator[SegmentBytes]:
        for node, epoch, no, raw, head in self._store.each(
            "SELECT node, CAST(db_epoch AS BLOB), no, CAST(bytes AS BLOB), head"
            " FROM national_segment ORDER BY node, db_epoch, no"
        ):
            yield SegmentBytes(Stream(node, bytes(epoch)), no, bytes(raw), head is None)

    def counts(self) -> list[NodeCount]:
        rows = self._store.all(
            "SELECT node, db_epoch, count(*), sum(entries), max(last), max(received_at)"
            " FROM national_segment GROUP BY node, db_epoch ORDER BY node, db_epoch"
        )
        return [NodeCount(Stream(row[0], bytes(row[1])), *row[2:]) for row in rows]

    def quarantine(self) -> list[Quarantined]:
        rows = self._store.all(
            "SELECT node, db_epoch, no, code, why, received_at FROM national_quarantine"
            " ORDER BY received_at, node, no"
        )
        return [Quarantined(Stream(row[0], bytes(row[1])), *row[2:]) for row in rows]

    def answers(self, signer: AgencySigner) -> AnswerStore:
        return AnswerStore(self._store, signer)

    def close(self) -> None:
        self._store.close()

    def _full(self, node: str) -> bool:
        row = self._store.one("SELECT count(*) FROM national_quarantine WHERE node = ?", (node,))
        return row is not None and row[0] >= QUARANTINE_MAX

    def _hash(self, stream: Stream, no: int) -> bytes | None:
        row = self._store.one(
            "SELECT hash FROM national_segment WHERE node = ? AND db_epoch = ? AND no = ?",
            (*_key(stream), no),
        )
        return bytes(row[0]) if row else None

    def _tail(self, stream: Stream) -> Tail:
        row = self._store.one(
            "SELECT no, hash, last, head FROM national_segment"
            " WHERE node = ? AND db_epoch = ? ORDER BY no DESC LIMIT 1",
            _key(stream),
        )
        if row is None:
            return START
        return Tail(int(row[0]), bytes(row[1]), int(row[2]), bytes(row[3]) if row[3] else None)


def _contents(
    envelope: SignedEnvelope, claims: Claims | None
) -> tuple[SegmentContents | None, int, str]:
    """The inside of a segment, or the code and why it is kept whole and unread."""
    try:
        contents = read_entries(envelope)
        why = contradiction(contents.facts, claims) if claims else ""
    except BadBatch as fault:
        return None, fault.code, fault.message
    return (None, NotSigned.code, why) if why else (contents, 0, "")


def _size(envelope: SignedEnvelope, contents: SegmentContents | None) -> int:
    """What is kept of a segment; one that is not understood is kept twice."""
    if contents is None:
        return 2 * len(envelope.raw)
    bodies = sum(len(fact.body) + ENTRY_BYTES for fact in contents.facts)
    return len(envelope.raw) + ENTRY_BYTES + bodies


def _key(stream: Stream) -> tuple[str, bytes]:
    return stream.node, stream.db_epoch


def _insert(
    tx: Transaction,
    envelope: SignedEnvelope,
    contents: SegmentContents | None,
    via: str,
    at: datetime,
) -> None:
    key = _key(envelope.stream)
    facts = contents.facts if contents else []
    head = contents.head if contents else None
    tx.execute(
        "INSERT INTO national_segment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *key,
            envelope.no,
            envelope.first,
            envelope.last,
            envelope.hash,
            head,
            len(facts),
            envelope.raw,
            via,
            at.isoformat(),
        ),
    )
    tx.executemany(
        "INSERT INTO national_entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *key,
                fact.seq,
                fact.hlc,
                fact.kind,
                fact.subject.bytes,
                fact.audience,
                fact.body,
                fact.hash,
            )
            for fact in facts
        ],
    )


def _set_aside(
    tx: Transaction, envelope: SignedEnvelope, code: int, why: str, at: datetime
) -> None:
    row = (
        *_key(envelope.stream),
        envelope.no,
        envelope.hash,
        code,
        why,
        envelope.raw,
        at.isoformat(),
        envelope.stream.node,
        QUARANTINE_MAX,
    )
    tx.execute(_QUARANTINE, row)
