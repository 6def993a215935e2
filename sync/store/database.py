"""Store: one SQLite file per node, through `apsw`; the only importer of SQLite.

Rules: WAL, `synchronous=FULL`, foreign keys on, every write inside `transaction()` (one `BEGIN
IMMEDIATE`, so two processes of a node never write at once). Nothing is shown to
a citizen before `transaction()` has returned. After each commit the store announces it to the
node's other processes (the doorbell), so that nobody who writes has to. Each package registers its
own named migration set; a step runs once, in order, in the transaction that opens the store.

SQLite 3.7.0 to 3.51.2 can corrupt a WAL database when two connections reset it at once; the
store asks the library for its version and refuses a faulty one where `strict` is set.

What can go wrong on a device (disk full, database locked or damaged, card gone) surfaces as a
`StoreFault` with its remedy; a broken uniqueness or foreign-key rule is a `Conflict`, which the
caller expects or does not; wrong SQL is a bug and crashes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

from sync.store.errors import Conflict, DiskFull, StoreBusy, StoreDamaged, StoreFault, explained
from sync.store.file_lock import one_opens
from sync.store.reserve import give_up_reserve

__all__ = [
    "SAFE_SQLITE",
    "Conflict",
    "DiskFull",
    "MigrationSet",
    "Row",
    "Store",
    "StoreBusy",
    "StoreDamaged",
    "StoreFault",
    "Transaction",
    "version_problem",
]

SAFE_SQLITE = (3, 51, 3)
WAL_PAGES_MAX = 1_000
"""A commit that leaves more pages than this in the WAL folds them back (about 4 MB)."""

PATIENCE_MS = 5_000
"""How long a write waits for another process of the node."""
_IMPATIENCE = 20
"""Who held the database for the whole patience may hold on: until it lets go, each further write
waits only this part of it, so that a service goes on answering."""
_ERRORS = (apsw.Error, UnicodeDecodeError)  # a damaged file may speak in no known letters
_MEMORY = ":memory:"
_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",  # what was deleted is overwritten, not only unlinked
    "temp_store=MEMORY",  # sorting never spills rows into files of its own
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "journal_size_limit=4194304",
    f"wal_autocheckpoint={WAL_PAGES_MAX}",
)

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class MigrationSet:
    """A package's tables: `steps[n]` brings the set from version n to n + 1. Never edit a step."""

    name: str
    steps: tuple[str, ...]


@dataclass(slots=True)
class Transaction:
    """One write transaction. `after_commit` callbacks run only once the commit is durable."""

    _connection: apsw.Connection
    _path: Path
    _after: list[Callable[[], None]] = field(default_factory=list)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run one INSERT, UPDATE or DELETE, or statements that give no rows; how many rows it
        changed. Raises `Conflict` or `StoreFault`.
        """
        try:
            self._connection.execute(sql, parameters)
        except _ERRORS as error:
            raise _explained(error, self._path) from error
        return self._connection.changes()

    def insert(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run one INSERT; the new row's id. Raises `Conflict` or `StoreFault`."""
        self.execute(sql, parameters)
        return self._connection.last_insert_rowid()

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each of `rows`; raises `Conflict` or `StoreFault`."""
        try:
            self._connection.executemany(sql, rows)
        except _ERRORS as error:
            raise _explained(error, self._path) from error

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """First row of a read, or None."""
        try:
            return self._connection.execute(sql, parameters).fetchone()
        except _ERRORS as error:
            raise _explained(error, self._path) from error

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Every row of a read; raises `StoreFault`."""
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except _ERRORS as error:
            raise _explained(error, self._path) from error

    def each(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[Row]:
        """Rows of a read, one by one; do not write to its tables while iterating."""
        try:
            yield from self._connection.execute(sql, parameters)
        except _ERRORS as error:
            raise _explained(error, self._path) from error

    @contextmanager
    def part(self) -> Iterator[None]:
        """Statements that are kept all or none; when the block raises, what came before stays."""
        self.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:  # a full disk rolls everything back by itself
                self.execute("ROLLBACK TO part")
                self.execute("RELEASE part")
            raise
        self.execute("RELEASE part")

    @property
    def path(self) -> Path:
        """The store's file."""
        return self._path

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` once the commit is durable; never when it is rolled back."""
        self._after.append(callback)


class Store:
    """A node's database. One `Store` per process; it is not shared between threads."""

    def __init__(
        self,
        path: Path,
        connection: apsw.Connection,
        notify: Callable[[], None] | None = None,
        patience_ms: int = PATIENCE_MS,
    ) -> None:
        self.path = path
        self._patience_ms = patience_ms
        self._held = False
        self._connection = connection
        self._notify = notify
        self._open: Transaction | None = None

    @classmethod
    def open(
        cls,
        path: Path | str,
        migrations: Sequence[MigrationSet],
        *,
        strict: bool = False,
        notify: Callable[[], None] | None = None,
        patience_ms: int = PATIENCE_MS,
    ) -> Store:
        """Open (and make, and migrate) the database at `path`; raises `StoreFault`.

        `notify` is called after each commit; it must neither wait nor fail.
        """
        problem = version_problem()
        if strict and problem:
            raise StoreFault(problem)
        try:
            return cls._opened(Path(path), migrations, notify, patience_ms)
        except StoreFault:
            if not give_up_reserve(Path(path)):
                raise
        return cls._opened(Path(path), migrations, notify, patience_ms)

    @classmethod
    def _opened(
        cls,
        path: Path,
        migrations: Sequence[MigrationSet],
        notify: Callable[[], None] | None,
        patience_ms: int,
    ) -> Store:
        with ExitStack() as failed:
            connection = _connect(path, failed, patience_ms)
            store = cls(path, connection, notify, patience_ms)
            store.migrate(migrations)
            failed.pop_all()
        return store

    @classmethod
    def read_only(cls, path: Path | str, *, salvage: bool = False) -> Store:
        """Open a database for looking only; `salvage` passes over damaged definitions in it."""
        if not Path(path).is_file():
            raise StoreFault(f"There is no database {path}; start the node's services once.")
        try:
            connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
            connection.set_busy_timeout(PATIENCE_MS)
            connection.execute("PRAGMA query_only=ON")
            connection.execute(f"PRAGMA writable_schema={int(salvage)}")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except _ERRORS as error:
            raise _explained(error, Path(path)) from error
        return cls(Path(path), connection)

    def migrate(self, migrations: Sequence[MigrationSet]) -> None:
        """Run every step not yet applied, each set under its own name."""
        if not self._pending(migrations):
            return  # nothing to do: do not wait for the write lock
        with self.transaction() as tx:
            tx.execute(
                "CREATE TABLE IF NOT EXISTS migration"
                " (name TEXT NOT NULL, step INTEGER NOT NULL, PRIMARY KEY (name, step))"
            )
            for migration in migrations:
                row = tx.one("SELECT count(*) FROM migration WHERE name = ?", (migration.name,))
                assert row is not None
                for step in range(int(row[0]), len(migration.steps)):
                    tx.execute(migration.steps[step])
                    tx.execute("INSERT INTO migration VALUES (?, ?)", (migration.name, step))

    def _pending(self, migrations: Sequence[MigrationSet]) -> bool:
        if not self.has_table("migration"):
            return True
        done: dict[str, int] = dict(self.all("SELECT name, count(*) FROM migration GROUP BY name"))
        for each in migrations:
            if done.get(each.name, 0) > len(each.steps):
                msg = f"{self.path} was written by a newer version ({each.name}); install that one."
                raise StoreFault(msg)
        return any(done.get(each.name, 0) < len(each.steps) for each in migrations)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One durable write: committed when the block ends, rolled back when it raises.

        Raises `StoreFault` when the disk is full, the database locked or damaged: then nothing
        of the block was kept.
        """
        assert self._open is None, "transactions do not nest: pass tx on"
        self._begin()
        tx = self._open = Transaction(self._connection, self.path)
        try:
            yield tx
            self._run("COMMIT")
        except BaseException as error:
            if isinstance(error, DiskFull):
                give_up_reserve(self.path)  # what follows, the fault itself first, finds room
            # A full disk makes SQLite roll back by itself; a second ROLLBACK would be an error.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        finally:
            self._open = None
        for callback in tx._after:
            callback()
        if self._notify is not None:
            self._notify()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Several reads of one moment, whatever other processes commit meanwhile."""
        assert self._open is None, "a transaction is a snapshot already"
        self._run("BEGIN")
        try:
            yield
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """First row of a read, or None."""
        try:
            return self._connection.execute(sql, parameters).fetchone()
        except _ERRORS as error:
            raise _explained(error, self.path) from error

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Every row of a read."""
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except _ERRORS as error:
            raise _explained(error, self.path) from error

    def each(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[Row]:
        """Rows of a read, one by one; do not write while iterating."""
        try:
            yield from self._connection.execute(sql, parameters)
        except _ERRORS as error:
            raise _explained(error, self.path) from error

    def has_table(self, name: str) -> bool:
        """Whether there is a table called `name`."""
        return self.one("SELECT 1 FROM sqlite_schema WHERE name = ?", (name,)) is not None

    def page_problems(self) -> list[str]:
        """What SQLite finds wrong in the pages."""
        found = [str(row[0]) for row in self.all("PRAGMA integrity_check")]
        return [] if found == ["ok"] else found

    def checkpoint(self) -> bool:
        """Fold the WAL into the database and empty it, when the node is idle.

        False when somebody was reading: call it again later. Between calls a commit that leaves
        more than `WAL_PAGES_MAX` pages folds them back, so the WAL stays bounded.
        """
        row = self.one("PRAGMA wal_checkpoint(TRUNCATE)")
        return row is not None and row[0] == 0

    def close(self) -> None:
        self._connection.close()

    def _begin(self) -> None:
        """Take the write lock, with less patience while somebody is known to hold it."""
        try:
            self._run("BEGIN IMMEDIATE")
        except StoreBusy:
            self._wait_for_lock(held=True)
            raise
        self._wait_for_lock(held=False)

    def _wait_for_lock(self, *, held: bool) -> None:
        if held != self._held:
            self._held = held
            patience_ms = self._patience_ms // _IMPATIENCE if held else self._patience_ms
            self._connection.set_busy_timeout(patience_ms)

    def _run(self, sql: str) -> None:
        try:
            self._connection.execute(sql)
        except _ERRORS as error:
            raise _explained(error, self.path) from error


def _connect(path: Path, failed: ExitStack, patience_ms: int) -> apsw.Connection:
    """A connection as the store wants it. `failed` closes it, so that an opening which fails leaves
    no lock behind.
    """
    try:
        with one_opens(path) if str(path) != _MEMORY else nullcontext():
            connection = apsw.Connection(str(path))
            failed.callback(connection.close, True)
            connection.set_busy_timeout(patience_ms)
            mode = connection.pragma("journal_mode", "wal")
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except OSError as error:
        msg = f"{path} cannot be opened ({error.strerror}); check the disk and its owner."
        raise StoreFault(msg) from error
    except _ERRORS as error:
        raise _explained(error, path) from error
    if mode not in {"wal", "memory"}:
        raise StoreFault(f"{path} lies on a disk that cannot lock; move it to a local disk.")
    return connection


def version_problem() -> str:
    """Why this SQLite must not serve a device, in a sentence; empty when it may."""
    version = apsw.sqlite_lib_version()
    if tuple(int(part) for part in version.split(".")) >= SAFE_SQLITE:
        return ""
    return (
        f"SQLite {version} can corrupt the database; install the apsw of setup.cfg (SQLite 3.51.3"
        " or later) and start again."
    )


def _explained(error: Exception, path: Path) -> Exception:
    """What `error` means to a person; a bug (wrong SQL) comes back as it is."""
    code = getattr(error, "result", None)
    return explained(code, str(error), path) or error
