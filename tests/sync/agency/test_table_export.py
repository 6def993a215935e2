"""Submissions become tables an analyst can open: repeats as child tables, nothing executed."""

from __future__ import annotations

import csv
from pathlib import Path

import sqlite_utils
from pyarrow import parquet

from sync.agency.openrosa.submission import Submission
from sync.agency.table_export import tables, write_csv, write_parquet, write_sqlite

XML = """<data id="house" version="1"><head><name>Wanjirũ</name><phone>+254712345678</phone></head>
<member><name>=SUM(A1)</name><child><age>3</age></child></member>
<member><name>-2.5</name></member>
<meta><instanceID>uuid:1</instanceID></meta></data>"""
ONE = """<data id="house" version="1"><head><name>Otieno</name></head>
<member><name>Akinyi</name></member><note>late column</note><meta><instanceID>uuid:2</instanceID></meta></data>"""
REPEATS = {"house": frozenset({"/data/member", "/data/member/child"})}


def both() -> list[Submission]:
    return [
        Submission("uuid:1", "house", "1", XML.encode()),
        Submission("uuid:2", "house", "1", ONE.encode()),
    ]


def test_repeats_are_child_tables_that_name_their_parent() -> None:
    found = tables(both(), REPEATS)
    assert list(found) == ["house", "house-member", "house-member-child"] or set(found) == {
        "house",
        "house-member",
        "house-member-child",
    }
    assert [row["KEY"] for row in found["house-member"].rows] == [
        "uuid:1/member[1]",
        "uuid:1/member[2]",
        "uuid:2/member[1]",
    ]
    assert found["house-member-child"].rows == [
        {"PARENT_KEY": "uuid:1/member[1]", "KEY": "uuid:1/member[1]/child[1]", "age": "3"}
    ]
    assert found["house"].columns == ["KEY", "head-name", "head-phone", "meta-instanceID", "note"]


def test_csv_reads_back_and_no_text_becomes_a_formula(tmp_path: Path) -> None:
    write_csv(tables(both(), REPEATS), tmp_path)
    with (tmp_path / "house-member.csv").open(encoding="utf-8-sig", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    assert names == ["'=SUM(A1)", "-2.5", "Akinyi"]
    with (tmp_path / "house.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["head-name"] == "Wanjirũ"
    assert rows[0]["head-phone"] == "+254712345678"
    assert rows[0]["note"] == ""


def test_parquet_holds_the_same_rows(tmp_path: Path) -> None:
    write_parquet(tables(both(), REPEATS), tmp_path)
    table = parquet.read_table(tmp_path / "house.parquet").to_pydict()
    assert table["head-name"] == ["Wanjirũ", "Otieno"]
    assert table["note"] == [None, "late column"]


def test_sqlite_holds_the_same_rows_in_one_file(tmp_path: Path) -> None:
    for _ in range(2):
        assert write_sqlite(tables(both(), REPEATS), tmp_path) == [tmp_path / "forms.db"]
    database = sqlite_utils.Database(str(tmp_path / "forms.db"))
    rows = list(database["house"].rows)
    assert [row["head-name"] for row in rows] == ["Wanjirũ", "Otieno"]
    assert [row["note"] for row in rows] == [None, "late column"]
    assert [row["PARENT_KEY"] for row in database["house-member-child"].rows] == [
        "uuid:1/member[1]"
    ]
    assert [each.name for each in tmp_path.iterdir()] == ["forms.db"]
    database.close()
