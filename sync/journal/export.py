"""Journal export: a node's journal as one SQLite file that people and their tools can query.

For auditors and analysts: table `entry` with times as text, bodies as JSON and full-text search,
table `kind` with what each kind means. A copy, made by sqlite-utils; the node's own database is
only read. Sealed bytes stay sealed: they are left out, their length stands in their place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlite_utils

from sync.journal.entry import Entry
from sync.journal.kinds import KINDS
from sync.store.errors import StoreFault

_BATCH = 1_000


def export(entries: Iterable[Entry], target: Path) -> int:
    """Write `entries` to a new file `target`; how many. Raises `StoreFault` when it exists."""
    if target.exists():
        raise StoreFault(f"{target} exists already; name a new file.")
    with closing(sqlite_utils.Database(str(target))) as database:
        table = database.table("entry")
        count = table.insert_all(_rows(entries), pk="seq", batch_size=_BATCH).count
        if count:
            table.create_index(["kind"])
            table.create_index(["subject"])
            table.enable_fts(["kind", "body"])
        database.table("kind").insert_all(
            {"kind": kind.name, "audience": kind.audience, "meaning": kind.meaning}
            for kind in KINDS.values()
        )
        return int(count)


def _rows(entries: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        moment = datetime.fromtimestamp((entry.hlc >> 16) / 1000, UTC)
        yield {
            "seq": entry.seq,
            "time": moment.isoformat(timespec="milliseconds"),
            "kind": entry.kind,
            "subject": str(entry.subject),
            "audience": entry.audience,
            "body": json.dumps(
                {name: _plain(value) for name, value in entry.body.items()}, ensure_ascii=False
            ),
            "hash": entry.hash.hex(),
        }


def _plain(value: Any) -> Any:
    return f"{len(value)} sealed bytes" if isinstance(value, bytes) else value
