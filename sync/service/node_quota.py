"""Node quota: how much one node may bring on one day, so that no enrolled node fills a disk.

Counted is what is kept of a segment once it is unpacked, its own bytes included, in the
transaction that stores it. Over the quota a segment is refused "later" (code 70), never set aside:
its node keeps it and offers it again, so no record is lost and the others have their room. One
segment too many is taken rather than one too few: a quota is looked at before a segment, not
within it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from provisioning.clock import EAT
from sync.store.database import Store, Transaction

USAGE_TABLE = """CREATE TABLE node_usage (
    node TEXT NOT NULL,
    day TEXT NOT NULL,
    segments INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    streams INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    PRIMARY KEY (node, day)
) WITHOUT ROWID"""
SEGMENTS_MAX = 20_000
"""Segments of one node and day: a form every two seconds of a day of eleven hours."""
STREAMS_MAX = 8
"""New streams of one node and day: a node begins one when its database was restored."""
ENTRY_BYTES = 200
"""What a row costs beside its body."""
_KEPT_DAYS = 40
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class NodeUsage:
    """What one node brought on one day; `refused`: how often it was told "later"."""

    node: str
    day: str
    segments: int = 0
    bytes: int = 0
    streams: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class NodeQuota:
    """The most one node may bring on one day."""

    bytes_max: int = 512 * _MEGABYTE
    segments_max: int = SEGMENTS_MAX
    streams_max: int = STREAMS_MAX

    @classmethod
    def of_megabytes(cls, number: int) -> NodeQuota:
        """The quota of a setting in megabytes."""
        return cls(number * _MEGABYTE)

    def spent(self, used: NodeUsage, *, new_stream: bool = False) -> bool:
        """Whether nothing more of the node is taken on that day."""
        return (
            used.bytes >= self.bytes_max
            or used.segments >= self.segments_max
            or (new_stream and used.streams >= self.streams_max)
        )


def day_of(at: datetime) -> str:
    """The day that a moment counts to."""
    return at.astimezone(EAT).date().isoformat()


def usage(source: Store | Transaction, node: str, at: datetime) -> NodeUsage:
    """What `node` has brought on the day of `at`."""
    row = source.one(
        "SELECT segments, bytes, streams, refused FROM node_usage WHERE node = ? AND day = ?",
        (node, day_of(at)),
    )
    return NodeUsage(node, day_of(at), *(row or ()))


def count(tx: Transaction, node: str, at: datetime, size: int, *, new_stream: bool) -> None:
    """Count a segment that is stored, of `size` bytes in all."""
    _add(tx, node, at, (1, size, int(new_stream), 0))
    oldest = day_of(at - timedelta(days=_KEPT_DAYS))
    tx.execute("DELETE FROM node_usage WHERE node = ? AND day < ?", (node, oldest))


def refuse(tx: Transaction, node: str, at: datetime) -> None:
    """Count a segment that was told to come later."""
    _add(tx, node, at, (0, 0, 0, 1))


def usages(store: Store, at: datetime) -> list[NodeUsage]:
    """What every node brought on the day of `at`."""
    rows = store.all(
        "SELECT node, day, segments, bytes, streams, refused FROM node_usage WHERE day = ?"
        " ORDER BY node",
        (day_of(at),),
    )
    return [NodeUsage(*row) for row in rows]


def _add(tx: Transaction, node: str, at: datetime, numbers: tuple[int, int, int, int]) -> None:
    tx.execute(
        "INSERT INTO node_usage VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (node, day) DO UPDATE SET"
        " segments = segments + excluded.segments, bytes = bytes + excluded.bytes,"
        " streams = streams + excluded.streams, refused = refused + excluded.refused",
        (node, day_of(at), *numbers),
    )
