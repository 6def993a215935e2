"""Submissions become tables an analyst can open: repeats as child tables, nothing executed."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
import sqlite_utils
from pyarrow import parquet

from sync.agency.openrosa.submission import Submission
from sync.agency.table_export import _harmless, tables, write_csv, write_parquet, write_sqlite

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
    found = tables(both(), REPEATS).by_name
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


def record(xml: str, form: str = "f", instance: str = "uuid:1") -> Submission:
    return Submission(instance, form, "1", xml.encode())


WIDE = "".join(f"<q{at}>{at}</q{at}>" for at in range(1_200))
ODD = {
    "case only": ["<d><Name>1</Name><name>2</name><NAME>3</NAME></d>"],
    "names of SQLite": ["<d><rowid>1</rowid><_rowid_>2</_rowid_><OID>3</OID></d>"],
    "names of keys": ["<d><KEY>1</KEY><key>2</key><_KEY>3</_KEY><PARENT_KEY>4</PARENT_KEY></d>"],
    "300 letters": [f"<d><{'x' * 300}>1</{'x' * 300}><{'x' * 299}y>2</{'x' * 299}y></d>"],
    "a hyphen that is no group": ["<d><a><b-c>1</b-c></a><a-b><c>2</c></a-b></d>"],
    "a number that is no second": ["<d><a>1</a><A>2</A><a_2>3</a_2></d>"],
    "another root": ["<d><a>1</a></d>", "<e><a>2</a></e>"],
    "the same identity": ["<d><a>1</a></d>", "<d><a>2</a></d>"],
    "1,200 questions": [f"<d>{WIDE}</d>"],
    "nothing": ["<d/>"],
}


@pytest.mark.parametrize("records", ODD.values(), ids=ODD)
@pytest.mark.parametrize("form", ["f", 'a"]; drop table x', "sqlite_master", "", "a\x00b", "con"])
def test_any_name_is_a_name_and_no_answer_stands_in_anothers_place(tmp_path, records, form) -> None:
    made = [record(each, form) for each in records]
    answers = sorted(text for each in made for text in re.findall(r">(\d+)<", each.xml.decode()))
    (path,) = write_csv(tables(made, {}), tmp_path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert path.parent == tmp_path
    assert len({row["KEY"] for row in rows}) == len(made)
    assert sorted(v for row in rows for k, v in row.items() if k != "KEY" and v) == answers
    (path,) = write_parquet(tables(made, {}), tmp_path)
    stored = parquet.read_table(path).to_pydict()
    assert sorted(v for k, each in stored.items() if k != "KEY" for v in each if v) == answers
    (path,) = write_sqlite(tables(made, {}), tmp_path)
    database = sqlite_utils.Database(str(path))
    found = [
        value
        for table in database.table_names()
        for row in database[table].rows
        for column, value in row.items()
        if column != "KEY" and value
    ]
    database.close()
    assert sorted(found) == answers


def test_tables_of_equal_names_stay_apart(tmp_path: Path) -> None:
    made = [
        record("<d><m><x>1</x></m><m><x>2</x></m></d>", "h"),
        record("<d><x>3</x></d>", "h-m"),
        record("<d><x>4</x></d>", "H"),
    ]
    found = tables(made, {})
    assert {name: len(table.rows) for name, table in found.by_name.items()} == {
        "h": 1,
        "h-m": 2,
        "h-m_2": 1,
        "H_2": 1,
    }
    assert len(write_csv(found, tmp_path)) == 4
    write_sqlite(found, tmp_path)


@pytest.mark.parametrize(
    "value",
    [
        "=1",
        "=1+1",
        "@SUM(1)",
        "+1+1",
        "-2+3",
        "\uff1d1+1",
        " =1+1",
        "\t=1",
        "\n+cmd|x",
        "-",
        "+1e5x",
    ],
)
def test_no_text_is_run_by_a_spreadsheet(value) -> None:
    assert _harmless(value) == f"'{value}"


@pytest.mark.parametrize("value", ["+254712345678", "-2.5", "+.5", "5", "", " ", "a=b", "1-2"])
def test_numbers_and_words_stay_as_they_are(value) -> None:
    assert _harmless(value) == value


def test_many_names_that_differ_by_case_take_no_time() -> None:
    names = ["".join(c.upper() if at >> n & 1 else c for n, c in enumerate("abcdefghijklmn"))
             for at in range(1 << 14)]  # fmt: skip
    xml = "".join(f"<{name}>1</{name}>" for name in names)
    (table,) = tables([record(f"<d>{xml}</d>")], {}).by_name.values()
    assert len(table.columns) == len(names) + 1
