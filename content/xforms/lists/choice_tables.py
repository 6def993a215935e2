"""Choice tables: long choice lists behind a port, so that they never become Python nodes.

`ChoiceTable` is the port; its SQLite adapter is `content/form_library/sqlite_choice_tables.py`.
`TableList` presents a table as a list: rows become nodes only while an expression or a screen
reads them. `cell` and `has_column` read a row without making nodes of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from content.xforms.tree import XmlNode


class ChoiceTable(Protocol):
    """A kept list: rows of text cells under fixed columns, in file order."""

    columns: tuple[str, ...]

    def rows_where(self, column: str, value: str) -> Sequence[tuple[str, ...]]:
        """Rows whose `column` equals `value`, in order."""
        ...

    def all_rows(self) -> Iterator[tuple[str, ...]]:
        """Every row, in order."""
        ...


class ChoiceTables(Protocol):
    """Where long lists are kept."""

    def keep(
        self, name: str, columns: tuple[str, ...], rows: Iterable[Sequence[str]]
    ) -> ChoiceTable:
        """Keep a list under `name` (unique in the form) and give its table."""
        ...


class RowNode(XmlNode):
    """A row of a table; its cells become nodes when first asked for."""

    __slots__ = ("_cells", "_columns", "_opened")

    def __init__(
        self, name: str, columns: tuple[str, ...], cells: Sequence[str], parent: XmlNode
    ) -> None:
        self.name = name
        self.value = ""
        self.parent = parent
        self.attributes = None
        self._columns = columns
        self._cells = cells
        self._opened: XmlNode | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its cells."""
        return self._columns

    def cell(self, column: str) -> str | None:
        """The text of a cell without making nodes; None where the row has no such column."""
        try:
            return self._cells[self._columns.index(column)]
        except ValueError:
            return None

    def _open(self) -> XmlNode:
        opened = self._opened
        if opened is None:
            opened = self._opened = XmlNode(self.name)
            for column, cell in zip(self._columns, self._cells, strict=False):
                opened.append(XmlNode(column, cell))
            for cell_node in opened.children:
                cell_node.parent = self
        return opened

    @property
    def children(self) -> Sequence[XmlNode]:  # type: ignore[override]
        return self._open().children

    @property
    def by_name(self) -> Mapping[str, list[XmlNode]]:  # type: ignore[override]
        return self._open().by_name


def has_column(row: XmlNode, column: str) -> bool:
    """Whether a row has a cell of that name."""
    return column in row.columns if isinstance(row, RowNode) else bool(row.by_name.get(column))


def cell(row: XmlNode, column: str) -> str:
    """The text of a row's column; a path (`a/b`, `@id`) leads further."""
    if isinstance(row, RowNode) and (text := row.cell(column)) is not None:
        return text
    cells = row.by_name.get(column)
    if cells:
        return cells[0].text()
    node: XmlNode | None = row
    for name in column.split("/"):
        if node is None:
            return ""
        if name.startswith("@"):
            node = (node.attributes or {}).get(name[1:])
        elif name != ".":
            below = node.by_name.get(name.rpartition(":")[2])
            node = below[0] if below else None
    return "" if node is None else node.text()


class TableList:
    """A `ChoiceList` over a table."""

    def __init__(self, table: ChoiceTable, path: tuple[str, str]) -> None:
        self._table = table
        self._path = path

    def document(self) -> XmlNode:
        """All rows as nodes: only for expressions no index can answer."""
        document, root = XmlNode("#document"), XmlNode(self._path[0])
        document.append(root)
        name, columns = self._path[1], self._table.columns
        rows: list[XmlNode] = [
            RowNode(name, columns, cells, root) for cells in self._table.all_rows()
        ]
        # All at once: one by one this is most of the time a list of 20,000 rows takes.
        root.children, root.by_name = rows, {name: rows}
        return document

    def columns(self) -> frozenset[str]:
        return frozenset(self._table.columns)

    def rows(self, path: tuple[str, str], column: str, value: str) -> list[XmlNode]:
        if path != self._path:
            return []
        table = self._table
        if column not in table.columns:
            return list(self.document().children[0].children) if value == "" else []
        root = XmlNode(self._path[0])
        return [
            RowNode(self._path[1], table.columns, cells, root)
            for cells in table.rows_where(column, value)
        ]


class MemoryTable:
    """A table in memory, for tests and for tools that run where no store is."""

    def __init__(self, columns: tuple[str, ...], rows: Iterable[Sequence[str]]) -> None:
        self.columns = columns
        self._rows = [tuple(row) for row in rows]
        self._indexes: dict[str, Mapping[str, list[int]]] = {}

    def rows_where(self, column: str, value: str) -> Sequence[tuple[str, ...]]:
        index = self._indexes.get(column)
        if index is None:
            at = self.columns.index(column)
            made: dict[str, list[int]] = {}
            for number, row in enumerate(self._rows):
                made.setdefault(row[at], []).append(number)
            index = self._indexes[column] = made
        return [self._rows[number] for number in index.get(value, ())]

    def all_rows(self) -> Iterator[tuple[str, ...]]:
        return iter(self._rows)


class MemoryTables:
    """Keeps every table in memory."""

    def keep(
        self, name: str, columns: tuple[str, ...], rows: Iterable[Sequence[str]]
    ) -> ChoiceTable:
        del name
        return MemoryTable(columns, rows)
