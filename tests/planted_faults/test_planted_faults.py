"""The tests notice small faults: 300 of them planted one at a time where a fault would cost most."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.planted_faults.faults import faults_of, sample
from tests.planted_faults.run import NEAR, ROOT, SEED

COUNT, NOTICED_MIN = 300, 0.95
TABLE = Path(__file__).with_name("reviewed.csv")


def reviewed() -> dict[str, str]:
    """Faults that no test need notice, each with its reason."""
    with TABLE.open(newline="") as file:
        return {row["fault"]: row["reason"] for row in csv.DictReader(file)}


def all_faults() -> dict[str, str]:
    paths = [path for patterns, _ in NEAR for each in patterns for path in sorted(ROOT.glob(each))]
    return {
        fault.key: path.as_posix()
        for path in paths
        for fault in faults_of(path.relative_to(ROOT).as_posix(), path.read_text())
    }


SOURCE = '''
LIMIT: int = 5
class Shelf:
    def find(self, wanted, last=False):
        """Not 7."""
        for each in self.kept:
            if each == wanted and len(each) < LIMIT:
                return each
        if last:
            self.flush()
        raise ValueError(f"{9} of {10}", 11)
'''


def test_what_is_planted() -> None:
    found = faults_of("shelf.py", SOURCE)
    assert [fault.key.removeprefix("shelf.py ") for fault in found] == [
        "- off by one: 5",
        "Shelf switched: False",
        "Shelf.find negated: each == wanted and len(each) < LIMIT",
        "Shelf.find and-or: each == wanted and len(each) < LIMIT",
        "Shelf.find turned: each == wanted",
        "Shelf.find turned: len(each) < LIMIT",
        "Shelf.find boundary: len(each) < LIMIT",
        "Shelf.find returned: return each",
        "Shelf.find negated: last",
        "Shelf.find dropped: self.flush()",
    ]
    for fault in found:
        planted = fault.planted(SOURCE.encode()).decode()
        compile(planted, "shelf.py", "exec")
        assert planted != SOURCE
    assert [fault.at_import for fault in found[:3]] == [True, True, False]
    assert found[0].uses == (7,)
    assert [fault.durable for fault in found] == [False] * 9 + [True]


def test_the_sample_is_the_same_whatever_is_written_beside_it() -> None:
    found = faults_of("shelf.py", SOURCE)
    moved = faults_of("shelf.py", "import os\n\n" + SOURCE)
    chosen = {fault.key for fault in sample(found, "seed", 4)}
    assert {fault.key for fault in sample(moved, "seed", 4)} == chosen
    assert "shelf.py Shelf.find dropped: self.flush()" in chosen, "always tried"
    assert {fault.key for fault in sample(found, "other", 4)} != chosen


def test_the_table_names_faults_that_can_be_planted_and_says_why_they_stay() -> None:
    known = all_faults()
    assert not [fault for fault in reviewed() if fault not in known]
    assert all(len(reason) > 20 for reason in reviewed().values())


@pytest.mark.prove
def test_the_tests_notice_small_faults(tmp_path: Path) -> None:
    out = tmp_path / "faults.jsonl"
    subprocess.run(
        [sys.executable, "-m", "tests.planted_faults.run", str(out), f"--count={COUNT}"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
    )
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    shaky = [row["failed without a fault"] for row in rows if "key" not in row]
    print(f"left out, for they fail while lines are noted: {shaky}")
    rows = [row for row in rows if "key" in row]
    missed = {row["key"] for row in rows if not row["noticed"]}
    print(f"{len(rows) - len(missed)} of {len(rows)} planted faults noticed (seed {SEED})")
    assert len(rows) == COUNT
    assert not missed - reviewed().keys(), "\n".join(sorted(missed - reviewed().keys()))
    assert len(rows) - len(missed) >= NOTICED_MIN * COUNT
