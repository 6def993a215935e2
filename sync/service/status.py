"""Status: what the screen's badge, a technician and the doctor need to know about sync.

`LinkLog` writes what the engine sees of its line; `read` reads it, with what waits, from any
process of the node. "Online" means that the last exchange succeeded.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sync.batches.batch import Stream
from sync.service.outbox import sent_to, waiting_entries
from sync.store.database import Store

_WRITE_S = 10.0
STALE_S = 90.0
"""Without a word from upstream for this long, the line counts as down whatever was noted."""


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """How sync is. `waiting`: entries the national node has not acknowledged."""

    online: bool
    waiting: int
    last_ack_at: datetime | None
    heard_at: datetime | None = None
    segments: int = 0
    segments_acked: int = 0
    segments_at_relay: int = 0
    bytes_sent: int = 0
    fault: int = 0
    relayed_waiting: int = 0
    sent_seq: int = 0
    """The last entry of this node's journal that the national node has acknowledged."""

    def as_json(self) -> dict[str, Any]:
        """Plain values; times in ISO 8601."""
        fields = asdict(self)
        for name in ("last_ack_at", "heard_at"):
            if fields[name] is not None:
                fields[name] = fields[name].isoformat()
        return fields


def read(store: Store, now: datetime | None = None) -> SyncStatus:
    """The status in `store`; with `now`, silence for `STALE_S` counts as offline."""
    if not store.has_table("outbox_link"):
        return SyncStatus(online=False, waiting=0, last_ack_at=None)
    link = store.one("SELECT heard_at, down, bytes_sent, fault FROM outbox_link")
    assert link is not None
    heard = None if link[0] is None else datetime.fromisoformat(link[0])
    stale = heard is None or (now is not None and now - heard > timedelta(seconds=STALE_S))
    epoch = "db_epoch = (SELECT db_epoch FROM journal_node)"
    acks = {
        level: (no, at)
        for level, no, at in store.all(f"SELECT level, no, at FROM outbox_ack WHERE {epoch}")  # noqa: S608 - ours
    }
    made = store.one(f"SELECT coalesce(max(no), 0) FROM outbox_segment WHERE {epoch}")  # noqa: S608 - ours
    national = acks.get("national")
    return SyncStatus(
        online=not link[1] and not stale,
        waiting=waiting_entries(store),
        last_ack_at=None if national is None else datetime.fromisoformat(national[1]),
        heard_at=heard,
        segments=int(made[0]) if made else 0,
        segments_acked=national[0] if national else 0,
        segments_at_relay=acks.get("stored", (0, ""))[0],
        bytes_sent=int(link[2]),
        fault=int(link[3]),
        relayed_waiting=_relayed(store),
        sent_seq=sent_to(store),
    )


class LinkLog:
    """The engine's `Watcher`: keeps the line's state in the store, writing seldom."""

    def __init__(self, store: Store, own: Stream) -> None:
        self._store = store
        self._own = own
        self._is_down: bool | None = None
        self._written: datetime | None = None
        self._sent = 0
        row = store.one("SELECT fault FROM outbox_link")
        self._fault = int(row[0]) if row else 0

    def up(self, at: datetime) -> None:
        """An answer came."""
        due = self._written is None or (at - self._written).total_seconds() >= _WRITE_S
        if self._is_down is not False or due:
            self._write("heard_at = ?, down = 0", at.isoformat())
            self._is_down, self._written = False, at

    def down(self) -> None:
        """The line does not answer."""
        if self._is_down is not True:
            self._write("down = 1")
            self._is_down = True

    def sent(self, size: int) -> None:
        """So many bytes went out."""
        self._sent += size

    def blocked(self, stream: Stream, code: int) -> None:
        """A segment was refused for good."""
        if stream == self._own and self._fault != code:
            self._write("fault = ?", code)
            self._fault = code

    def accepted(self, stream: Stream) -> None:
        """A segment was acknowledged: whatever was wrong with the stream is over."""
        if self._fault:
            self.blocked(stream, 0)
        self.flush()

    def flush(self) -> None:
        """Write what was counted; call when stopping and now and then."""
        if self._sent:
            self._write("down = down")

    def _write(self, what: str, *values: Any) -> None:
        sent = self._sent
        with self._store.transaction() as tx:
            tx.execute(
                f"UPDATE outbox_link SET bytes_sent = bytes_sent + ?, {what}",  # noqa: S608 - ours
                (sent, *values),
            )
        self._sent -= sent  # only now: a transaction that failed counted nothing


def _relayed(store: Store) -> int:
    if not store.has_table("relay_segment"):
        return 0
    row = store.one("SELECT count(*) FROM relay_segment WHERE bytes IS NOT NULL")
    return int(row[0]) if row else 0
