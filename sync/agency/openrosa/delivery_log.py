"""DeliveryLog: which submission was delivered to which server; durable at the agency desk.

One row per (server, instance id). The bytes to post are fixed the first time (an envelope's random
key would make other bytes next time, which servers refuse as a conflict) and dropped once
accepted; the SHA-256 stays. `posts_done` makes a forward of many posts continue where it stopped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from provisioning.cbor import decode_own, encode
from sync.agency.openrosa.responses import DeliveryDecision
from sync.agency.openrosa.submission import Submission
from sync.store.database import MigrationSet, Store

LEDGER_TABLES = MigrationSet(
    "openrosa",
    (
        """CREATE TABLE openrosa_forward (
            server TEXT NOT NULL,
            instance_id TEXT NOT NULL,
            state TEXT NOT NULL,
            limit_bytes INTEGER NOT NULL DEFAULT 0,
            posts_done INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0,
            status INTEGER NOT NULL DEFAULT 0,
            sha256 BLOB NOT NULL,
            frozen BLOB,
            PRIMARY KEY (server, instance_id)
        )""",
    ),
)

WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class DeliveryProgress:
    """How far one submission is at one server; `limit_bytes` 0: not begun."""

    state: str
    limit_bytes: int
    posts_done: int
    attempts: int
    status: int


class DeliveryLog:
    """The rows of one server address."""

    def __init__(self, store: Store, server: str) -> None:
        self._store = store
        self._server = server

    def freeze(
        self, submission: Submission, prepare: Callable[[Submission], Submission]
    ) -> Submission:
        """The exact submission to post: `prepare`d once, the same bytes ever after."""
        row = self._store.one(
            "SELECT frozen FROM openrosa_forward WHERE server = ? AND instance_id = ?",
            (self._server, submission.instance_id),
        )
        if row is not None and row[0] is not None:
            xml, files = decode_own(bytes(row[0]))
            return Submission(
                submission.instance_id, submission.form_id, submission.version, xml, files
            )
        prepared = prepare(submission)
        frozen = encode([prepared.xml, dict(prepared.attachments)])
        with self._store.transaction() as tx:
            tx.execute(
                "INSERT INTO openrosa_forward (server, instance_id, state, sha256, frozen)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET frozen = excluded.frozen",
                (
                    self._server,
                    submission.instance_id,
                    WAITING,
                    hashlib.sha256(prepared.xml).digest(),
                    frozen,
                ),
            )
        return prepared

    def progress(self, instance_id: str) -> DeliveryProgress | None:
        """How far this submission is, or None when the ledger has never seen it."""
        row = self._store.one(
            "SELECT state, limit_bytes, posts_done, attempts, status FROM openrosa_forward"
            " WHERE server = ? AND instance_id = ?",
            (self._server, instance_id),
        )
        return DeliveryProgress(*row) if row else None

    def begin(self, instance_id: str, limit_bytes: int) -> None:
        """Fix the split for this submission; a changed limit starts its posts again."""
        with self._store.transaction() as tx:
            tx.execute(
                "UPDATE openrosa_forward SET posts_done = CASE limit_bytes WHEN ?1 THEN posts_done"
                " ELSE 0 END, limit_bytes = ?1 WHERE server = ?2 AND instance_id = ?3",
                (limit_bytes, self._server, instance_id),
            )

    def posted(self, instance_id: str, posts_done: int, status: int) -> None:
        """One more post is safely at the server."""
        with self._store.transaction() as tx:
            tx.execute(
                "UPDATE openrosa_forward SET posts_done = ?, attempts = attempts + 1, status = ?"
                " WHERE server = ? AND instance_id = ?",
                (posts_done, status, self._server, instance_id),
            )

    def settle(self, instance_id: str, verdict: DeliveryDecision, status: int) -> None:
        """Keep a verdict; bytes of an accepted submission are dropped."""
        state = (
            WAITING
            if verdict in {DeliveryDecision.RETRY, DeliveryDecision.PORTAL, DeliveryDecision.ASK}
            else verdict.value
        )
        with self._store.transaction() as tx:
            tx.execute(
                "UPDATE openrosa_forward SET state = ?, attempts = attempts + 1, status = ?,"
                " frozen = CASE WHEN ? = 'accepted' THEN NULL ELSE frozen END"
                " WHERE server = ? AND instance_id = ?",
                (state, status, state, self._server, instance_id),
            )
