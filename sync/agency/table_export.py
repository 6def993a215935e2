"""Table export: opened submissions as tables for analysts in CSV, Parquet or SQLite. Repeats are
child tables.

The shape is ODK Central's: the main table has `KEY` (the instance id); a repeat is a table of its
own with `KEY` (`uuid:…/household/member[2]`) and `PARENT_KEY`. Groups become `group-name` columns.
Columns come in the order in which they are first met; a missing answer is empty.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import sqlite_utils

from provisioning.faults import Fault
from provisioning.xml_reader import Element, local_name
from sync.agency.openrosa.submission import Submission, record_root

Row = dict[str, str]
_KEYS = frozenset({"KEY", "PARENT_KEY"})
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")


class NoParquet(Fault):
    """Parquet needs the pyarrow package."""

    code = 69


@dataclass(slots=True)
class Table:
    """One table: `columns` in first-seen order, one dict per row."""

    name: str
    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        known = set(self.columns)
        self.columns += [column for column in row if column not in known]
        self.rows.append(row)


def tables(
    submissions: Iterable[Submission], repeats: Mapping[str, frozenset[str]]
) -> dict[str, Table]:
    """Every table of `submissions`, by name. `repeats`: form id to its paths (`/data/rep`)."""
    found: dict[str, Table] = {}
    for submission in submissions:
        root = record_root(submission.xml, f"The submission {submission.instance_id}")
        name = submission.form_id
        row: Row = {"KEY": submission.instance_id}
        table = found.setdefault(name, Table(name))
        _walk(
            root,
            local_name(root),
            "",
            row,
            _Place(found, name, submission.instance_id, repeats.get(name, frozenset())),
        )
        table.add(row)
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk stands: the tables, the current table's name, the key of the current row."""

    tables: dict[str, Table]
    table: str
    key: str
    repeats: frozenset[str]


def _walk(element: Element, path: str, prefix: str, row: Row, place: _Place) -> None:
    counts: dict[str, int] = {}
    totals = Counter(local_name(child) for child in element.iterchildren("*"))
    for child in element.iterchildren("*"):
        tag = local_name(child)
        child_path = f"{path}/{tag}"
        counts[tag] = counts.get(tag, 0) + 1
        repeated = f"/{child_path}" in place.repeats or totals[tag] > 1
        if repeated:
            key = f"{place.key}/{tag}[{counts[tag]}]"
            name = f"{place.table}-{tag}"
            inner: Row = {"PARENT_KEY": place.key, "KEY": key}
            _walk(child, child_path, "", inner, _Place(place.tables, name, key, place.repeats))
            place.tables.setdefault(name, Table(name)).add(inner)
        elif len(child):
            _walk(child, child_path, f"{prefix}{tag}-", row, place)
        else:
            column = f"{prefix}{tag}"
            # A record's own names never stand for the keys that tie the tables together.
            row[f"_{column}" if column.upper() in _KEYS else column] = (child.text or "").strip()


def write_csv(found: Mapping[str, Table], folder: Path) -> list[Path]:
    """One CSV (UTF-8 with a byte order mark, so that spreadsheets read ĩ and ũ) per table."""

    def write(table: Table, path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.DictWriter(file, table.columns, restval="")
            writer.writeheader()
            writer.writerows({k: _harmless(v) for k, v in row.items()} for row in table.rows)

    return _write(found, folder, "csv", write)


def write_parquet(found: Mapping[str, Table], folder: Path) -> list[Path]:
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


def write_sqlite(found: Mapping[str, Table], folder: Path) -> list[Path]:
    """One SQLite file with every table, for Datasette; made anew each time."""
    folder.mkdir(parents=True, exist_ok=True)
    path, temporary = folder / "forms.db", folder / "forms.tmp"
    temporary.unlink(missing_ok=True)
    database = sqlite_utils.Database(str(temporary))
    try:
        for name, table in found.items():
            empty = dict.fromkeys(table.columns)
            rows = ({**empty, **row} for row in table.rows)
            database.table(name).insert_all(rows, pk="KEY", columns=dict.fromkeys(empty, str))
    finally:
        database.close()
    temporary.replace(path)
    return [path]


def _write(
    found: Mapping[str, Table], folder: Path, ending: str, write: Callable[[Table, Path], None]
) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    used: set[str] = set()
    for number, (name, table) in enumerate(found.items(), 1):
        # The name came in a record: it is a file's name only when it can be nothing else.
        plain = _PLAIN_NAME.fullmatch(name) is not None and name.lower() not in used
        file = name if plain else f"{number}-table"
        used.add(file.lower())
        path = folder / f"{file}.{ending}"
        temporary = path.with_suffix(".tmp")
        write(table, temporary)
        temporary.replace(path)
        written.append(path)
    return written


def _harmless(value: str) -> str:
    """A text that a spreadsheet would run as a formula gets a leading apostrophe."""
    return f"'{value}" if value[:1] in {"=", "+", "-", "@"} and not _number(value) else value


def _number(value: str) -> bool:
    return value[1:].replace(".", "", 1).isdigit()
