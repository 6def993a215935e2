"""SQLite choice tables: the SQLite adapter of the engine's choice tables, through `sync.store`.

A long list is one table with an index per column asked for; rows never become Python objects until
a question shows them. A list is kept as long as its parsed form (`:memory:` or a scratch file);
nothing a citizen answers is ever written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sync.store.database import MigrationSet, Store

_MEMORY = ":memory:"
_SET = MigrationSet("forms.choices", ())
_BATCH = 500


class SqliteTable:
    """A kept list. Column names live here only; in SQL they are c0, c1, ..."""

    def __init__(self, store: Store, table: str, columns: tuple[str, ...]) -> None:
        self.columns = columns
        self._store = store
        self._table = table
        self._selected = ", ".join(f"c{at}" for at in range(len(columns)))
        self._indexed: dict[str, str] = {}

    def rows_where(self, column: str, value: str) -> Sequence[tuple[str, ...]]:
        query = self._indexed.get(column)
        if query is None:
            query = self._indexed[column] = self._index(column)
        return self._store.all(query, (value,))

    def all_rows(self) -> Iterator[tuple[str, ...]]:
        return self._store.each(f"SELECT {self._selected} FROM {self._table} ORDER BY rowid")  # noqa: S608 - names are ours

    def _index(self, column: str) -> str:
        at = self.columns.index(column)
        with self._store.transaction() as tx:
            tx.execute(f"CREATE INDEX {self._table}_{at} ON {self._table} (c{at})")
        return f"SELECT {self._selected} FROM {self._table} WHERE c{at} = ? ORDER BY rowid"  # noqa: S608 - names are ours


class SqliteTables:
    """Keeps long lists in one SQLite database: in memory, or in the scratch file `path`."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._store: Store | None = None
        self._count = 0

    def keep(
        self, name: str, columns: tuple[str, ...], rows: Iterable[Sequence[str]]
    ) -> SqliteTable:
        """Write a list (its `name` is for messages only) and give its table."""
        del name
        if self._store is None:
            self._store = Store.open(_MEMORY if self._path is None else self._path, [_SET])
        table = f"list{self._count}"
        self._count += 1
        cells = ", ".join(f"c{at} TEXT NOT NULL" for at in range(len(columns)))
        marks = ", ".join("?" * len(columns))
        with self._store.transaction() as tx:
            tx.execute(f"CREATE TABLE {table} ({cells})")
            tx.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - names are ours
        return SqliteTable(self._store, table, columns)

    def close(self) -> None:
        """Drop the lists and their database."""
        if self._store is not None:
            self._store.close()
            self._store = None
