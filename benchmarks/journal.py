"""The journal: CPU and wall time of an append, of a commit, of verifying and of rebuilding.

Beside each figure stands SQLite's own: the same row inserted with nothing around it. Writes
`benchmarks/out/journal.json`.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from provisioning.clock import SystemClock
from provisioning.ids import SystemIds
from sync.journal.journal import JOURNAL_TABLES, Entry, Journal
from sync.store.database import MigrationSet, Store, Transaction

ENTRIES = 50_000
COMMITS = 500
BODY = {
    "site": "HC-001",
    "day": "2026-11-23",
    "series": "A",
    "number": 107,
    "service": "NRB-01",
    "class": "normal",
    "agency": "NRB",
    "source": "centre",
}
TABLES = MigrationSet(
    "bench",
    (
        """CREATE TABLE bare (seq INTEGER PRIMARY KEY, body BLOB);
        CREATE TABLE seen (seq INTEGER PRIMARY KEY, number INTEGER)""",
    ),
)


class Seen:
    """The smallest projection: one row an entry."""

    tables = ("seen",)

    def apply(self, tx: Transaction, entry: Entry) -> None:
        tx.execute("INSERT INTO seen VALUES (?, ?)", (entry.seq, entry.body["number"]))


def measure(folder: Path) -> dict[str, float]:
    """Every figure, in milliseconds or seconds as its name says."""
    clock = SystemClock()
    ids = SystemIds(clock)
    store = Store.open(folder / "huduma.db", [JOURNAL_TABLES, TABLES])
    journal = Journal(store, "kiosk-1", clock, [Seen()])
    subjects = [ids.uuid7() for _ in range(ENTRIES)]
    started = time.process_time()
    with store.transaction() as tx:
        for subject in subjects:
            journal.append(tx, "ticket.issued", subject, BODY)
    append_ms = (time.process_time() - started) * 1000 / ENTRIES

    def told(tx: Transaction) -> None:
        journal.append(tx, "ticket.issued", subjects[0], BODY)

    def bare(tx: Transaction) -> None:
        tx.execute("INSERT INTO bare (body) VALUES (?)", (bytes(200),))

    ours, floor = commits(store, told), commits(store, bare)
    started = time.perf_counter()
    assert journal.first_bad() is None
    verify_s = time.perf_counter() - started
    started = time.perf_counter()
    assert all(journal.rebuild().values())
    rebuild_s = time.perf_counter() - started
    size = store.path.stat().st_size + store.path.with_name("huduma.db-wal").stat().st_size
    store.close()
    return {
        "append_cpu_ms": append_ms,
        "commit_p50_ms": statistics.median(ours),
        "commit_p99_ms": statistics.quantiles(ours, n=100)[98],
        "sqlite_commit_p50_ms": statistics.median(floor),
        "sqlite_commit_p99_ms": statistics.quantiles(floor, n=100)[98],
        "verify_50k_s": verify_s,
        "rebuild_50k_s": rebuild_s,
        "bytes_per_entry": size / (ENTRIES + COMMITS),
    }


def commits(store: Store, act: Callable[[Transaction], None]) -> list[float]:
    """Milliseconds of each of `COMMITS` durable transactions that `act`."""
    found = []
    for _ in range(COMMITS):
        started = time.perf_counter()
        with store.transaction() as tx:
            act(tx)
        found.append((time.perf_counter() - started) * 1000)
    return found


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        figures = {name: round(value, 3) for name, value in measure(Path(folder)).items()}
    out = Path(__file__).parent / "out"
    out.mkdir(exist_ok=True)
    (out / "journal.json").write_text(json.dumps(figures, indent=2) + "\n")
    for name, value in figures.items():
        print(f"{name:<22} {value:>10,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
