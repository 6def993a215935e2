"""Store: one SQLite file per node, and the only importer of SQLite.

Rules: WAL, `synchronous=FULL`, foreign keys on, every write inside `transaction()` (one
`BEGIN IMMEDIATE`, so two processes of a node can never both believe they write next). What a
citizen is told is told after `transaction()` has returned. Each package registers its own named
migration set; a step runs once, in order, in the transaction that opens the store.

SQLite 3.7.0 to 3.51.2 can corrupt a WAL database when two connections reset it at once; the
store asks the library for its version and refuses a faulty one where `strict` is set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite

from provisioning.faults import Fault

SAFE_SQLITE = (3, 51, 3)
_BUSY_TIMEOUT_MS = 5_000

Row = tuple[Any, ...]


class StoreFault(Fault):
    """The node's database cannot be opened or written."""

    code = 42


@dataclass(frozen=True, slots=True)
class MigrationSet:
    """A package's tables: `steps[n]` brings the set from version n to n + 1. Never edit a step."""

    name: str
    steps: tuple[str, ...]


@dataclass(slots=True)
class Transaction:
    """One write transaction. `after_commit` callbacks run only once the commit is durable."""

    _connection: sqlite.Connection
    _after: list[Callable[[], None]] = field(default_factory=list)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite.Cursor:
        return self._connection.execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> sqlite.Cursor:
        return self._connection.executemany(sql, rows)

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        row: Row | None = self._connection.execute(sql, parameters).fetchone()
        return row

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        return list(self._connection.execute(sql, parameters).fetchall())

    def after_commit(self, callback: Callable[[], None]) -> None:
        self._after.append(callback)


class Store:
    """A node's database. One `Store` per process; it is not shared between threads."""

    def __init__(self, path: Path, connection: sqlite.Connection) -> None:
        self.path = path
        self._connection = connection
        self._open: Transaction | None = None

    @classmethod
    def open(
        cls, path: Path | str, migrations: Sequence[MigrationSet], *, strict: bool = False
    ) -> Store:
        """Open (and migrate) the database at `path`; raises `StoreFault`."""
        version = sqlite.sqlite_version_info
        if strict and version < SAFE_SQLITE:
            found = ".".join(map(str, version))
            msg = (
                f"SQLite {found} can corrupt the database; install the pysqlite3 of setup.cfg "
                "(SQLite 3.51.3 or later) and start again."
            )
            raise StoreFault(msg)
        try:
            connection = sqlite.connect(str(path), isolation_level=None, check_same_thread=False)
            connection.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("PRAGMA journal_size_limit=4194304")
        except sqlite.Error as error:
            msg = f"The database {path} cannot be opened ({error}); check the disk and its owner."
            raise StoreFault(msg) from error
        store = cls(Path(path), connection)
        store.migrate(migrations)
        return store

    def migrate(self, migrations: Sequence[MigrationSet]) -> None:
        """Run every step not yet applied, each set under its own name."""
        with self.transaction() as tx:
            tx.execute(
                "CREATE TABLE IF NOT EXISTS migration"
                " (name TEXT NOT NULL, step INTEGER NOT NULL, PRIMARY KEY (name, step))"
            )
            for migration in migrations:
                row = tx.one("SELECT count(*) FROM migration WHERE name = ?", (migration.name,))
                assert row is not None
                for step in range(int(row[0]), len(migration.steps)):
                    for statement in _statements(migration.steps[step]):
                        tx.execute(statement)
                    tx.execute("INSERT INTO migration VALUES (?, ?)", (migration.name, step))

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One durable write: committed when the block ends, rolled back when it raises."""
        assert self._open is None, "transactions do not nest: pass tx on"
        self._connection.execute("BEGIN IMMEDIATE")
        tx = self._open = Transaction(self._connection)
        try:
            yield tx
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        else:
            self._connection.execute("COMMIT")
        finally:
            self._open = None
        for callback in tx._after:
            callback()

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """First row of a read, or None."""
        row: Row | None = self._connection.execute(sql, parameters).fetchone()
        return row

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Every row of a read."""
        return list(self._connection.execute(sql, parameters).fetchall())

    def each(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[Row]:
        """Rows of a read, one by one; do not write while iterating."""
        yield from self._connection.execute(sql, parameters)

    def checkpoint(self) -> None:
        """Fold the WAL into the database and empty it; called when the node is idle."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._connection.close()


def _statements(script: str) -> Iterator[str]:
    """Split a step into statements; a trigger's inner semicolons are kept together."""
    pending = ""
    for piece in script.split(";"):
        pending = f"{pending};{piece}" if pending else piece
        if sqlite.complete_statement(pending + ";"):
            if pending.strip():
                yield pending
            pending = ""
