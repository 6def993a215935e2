"""Table export: opened submissions as tables for analysts in CSV, Parquet or SQLite. Repeats are
child tables.

The shape is ODK Central's: the main table has `KEY` (the instance id); a repeat is a table of its
own with `KEY` (`uuid:…/household/member[2]`) and `PARENT_KEY`. Groups become `group-name` columns.
Columns come in the order in which they are first met; a missing answer is empty.

Names come in records and may be anything. A table or column is known by where its answers stand,
and gets a name that no other has, whatever the case: what would be equal is numbered (`name_2`).
So no answer stands in another's place, and no name is a file's, a database's or a spreadsheet's.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlite_utils

from provisioning.faults import Fault
from provisioning.xml_reader import Element, local_name
from sync.agency.openrosa.submission import Submission, record_root

Row = dict[str, str]
_KEY, _PARENT = "KEY", "PARENT_KEY"
# What SQLite calls the number of a row: a column of that name would stand in its place.
_OWN_NAMES = frozenset({"key", "parent_key", "rowid", "_rowid_", "oid"})
_NAME_MAX = 120
_COLUMNS_MAX = 900
"""Columns of one SQLite table; a wider form goes on in a second table with the same keys."""
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")
_DEVICE_NAMES = re.compile(r"(?:con|nul|aux|prn|com\d|lpt\d)", re.IGNORECASE)
_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
_NUMBER = re.compile(r"[+-](?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class NoParquet(Fault):
    """Parquet needs the pyarrow package."""

    code = 69


@dataclass(slots=True)
class Table:
    """One table: `columns` in first-seen order, one dict per row."""

    name: str
    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _known: dict[str, str] = field(default_factory=dict)
    _taken: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_OWN_NAMES, 1))

    def add(self, row: Row) -> None:
        """Add a row; its columns by their names here."""
        self.columns += [column for column in row if column not in self._seen]
        self._seen.update(row)
        self.rows.append(row)

    def column(self, path: str, wanted: str) -> str:
        """The column of what stands at `path`: `wanted`, or numbered where that is taken."""
        if path not in self._known:
            self._known[path] = _free(wanted, self._taken)
        return self._known[path]


@dataclass(slots=True)
class TableSet:
    """The tables of an export, each with a name of its own."""

    by_name: dict[str, Table] = field(default_factory=dict)
    _known: dict[tuple[str, str], Table] = field(default_factory=dict)
    _taken: dict[str, int] = field(default_factory=dict)
    _keys: Counter[tuple[str, str]] = field(default_factory=Counter)

    def table(self, form: str, path: str, wanted: str) -> Table:
        """The table of what stands at `path` of `form`."""
        found = self._known.get((form, path))
        if found is None:
            found = Table(_free(wanted, self._taken))
            self._known[form, path] = self.by_name[found.name] = found
        return found

    def key(self, form: str, instance_id: str) -> str:
        """The key of a record; a second record that claims the same identity gets a number."""
        self._keys[form, instance_id] += 1
        times = self._keys[form, instance_id]
        return instance_id if times == 1 else f"{instance_id}#{times}"


def _free(wanted: str, taken: dict[str, int]) -> str:
    """`wanted`, or numbered so that it is in no case equal to one that is `taken` (each with the
    last number it was given).
    """
    plain = _UNSEEN.sub("_", wanted)[:_NAME_MAX] or "table"
    if plain.casefold() in _OWN_NAMES or plain.casefold().startswith("sqlite_"):
        plain = f"_{plain}"
    name, folded = plain, plain.casefold()
    while name.casefold() in taken:
        taken[folded] = taken.get(folded, 1) + 1
        name = f"{plain}_{taken[folded]}"
    taken[name.casefold()] = 1
    return name


def tables(submissions: Iterable[Submission], repeats: Mapping[str, frozenset[str]]) -> TableSet:
    """Every table of `submissions`. `repeats`: form id to its paths (`/data/rep`)."""
    found = TableSet()
    for submission in submissions:
        root = record_root(submission.xml, f"The submission {submission.instance_id}")
        form = submission.form_id
        key = found.key(form, submission.instance_id)
        row: Row = {_KEY: key}
        table = found.table(form, "", form)
        place = _Place(found, table, form, form, key, repeats.get(form, frozenset()))
        _walk(root, local_name(root), "", row, place)
        table.add(row)
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk stands: the tables, the current one and its wished name, the row's key."""

    tables: TableSet
    table: Table
    form: str
    wanted: str
    key: str
    repeats: frozenset[str]


def _walk(element: Element, path: str, prefix: str, row: Row, place: _Place) -> None:
    counts: dict[str, int] = {}
    totals = Counter(local_name(child) for child in element.iterchildren("*"))
    for child in element.iterchildren("*"):
        tag = local_name(child)
        child_path = f"{path}/{tag}"
        where = child_path.partition("/")[2]  # a record's root may have any name
        counts[tag] = counts.get(tag, 0) + 1
        repeated = f"/{child_path}" in place.repeats or totals[tag] > 1
        if repeated:
            key = f"{place.key}/{tag}[{counts[tag]}]"
            wanted = f"{place.wanted}-{tag}"
            table = place.tables.table(place.form, where, wanted)
            inner: Row = {_PARENT: place.key, _KEY: key}
            within = replace(place, table=table, wanted=wanted, key=key)
            _walk(child, child_path, "", inner, within)
            table.add(inner)
        elif len(child):
            _walk(child, child_path, f"{prefix}{tag}-", row, place)
        else:
            column = place.table.column(where, f"{prefix}{tag}")
            row[column] = (child.text or "").strip()


def write_csv(found: TableSet, folder: Path) -> list[Path]:
    """One CSV (UTF-8 with a byte order mark, so that spreadsheets read ĩ and ũ) per table."""

    def write(table: Table, path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.DictWriter(file, table.columns, restval="")
            writer.writeheader()
            writer.writerows({k: _harmless(v) for k, v in row.items()} for row in table.rows)

    return _write(found, folder, "csv", write)


def write_parquet(found: TableSet, folder: Path) -> list[Path]:
    """One Parquet file of text columns per table; raises `NoParquet`."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - 40 MB that only an analyst's desk needs
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError as error:
        raise NoParquet(
            "Parquet needs pyarrow: install huduma-kiosk[desk], or export CSV."
        ) from error

    def write(table: Table, path: Path) -> None:
        columns = {c: [row.get(c) for row in table.rows] for c in table.columns}
        schema = pa.schema([(c, pa.string()) for c in table.columns])
        parquet.write_table(pa.table(columns, schema=schema), path)

    return _write(found, folder, "parquet", write)


def write_sqlite(found: TableSet, folder: Path) -> list[Path]:
    """One SQLite file with every table, for Datasette; made anew each time."""
    folder.mkdir(parents=True, exist_ok=True)
    path, temporary = folder / "forms.db", folder / "forms.tmp"
    temporary.unlink(missing_ok=True)
    with closing(sqlite_utils.Database(str(temporary))) as database:
        taken = {name.casefold(): 1 for name in found.by_name}
        for name, table in found.by_name.items():
            for number, columns in enumerate(_narrow(table), 1):
                part = name if number == 1 else _free(f"{name}_{number}", taken)
                rows = [{column: row.get(column) for column in columns} for row in table.rows]
                made = database.table(part)
                made.create(dict.fromkeys(columns, str), pk=_KEY)
                made.insert_all(rows)
    temporary.replace(path)
    return [path]


def _narrow(table: Table) -> list[list[str]]:
    """The columns of a table in as many parts as SQLite needs, each with the keys."""
    keys = [column for column in table.columns if column in {_KEY, _PARENT}]
    others = [column for column in table.columns if column not in keys]
    parts = [others[at : at + _COLUMNS_MAX] for at in range(0, len(others), _COLUMNS_MAX)]
    return [keys + part for part in parts or [[]]]


def _write(
    found: TableSet, folder: Path, ending: str, write: Callable[[Table, Path], None]
) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    used: set[str] = set()
    for number, (name, table) in enumerate(found.by_name.items(), 1):
        # The name came in a record: it is a file's name only when it can be nothing else.
        odd = _PLAIN_NAME.fullmatch(name) is None or _DEVICE_NAMES.fullmatch(name) is not None
        plain = not odd and name.lower() not in used
        file = name if plain else f"{number}-table"
        used.add(file.lower())
        path = folder / f"{file}.{ending}"
        temporary = path.with_suffix(".tmp")
        write(table, temporary)
        temporary.replace(path)
        written.append(path)
    return written


def _harmless(value: str) -> str:
    """A text that a spreadsheet would run as a formula gets a leading apostrophe; characters that
    are none of a text are left out.
    """
    seen = _UNSEEN.sub("\ufffd", value)
    begins = seen.lstrip()[:1] in _FORMULA if seen.strip() else False
    return f"'{seen}" if begins and not _NUMBER.fullmatch(seen) else seen
