"""What the doctor says about a node's content."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from content.catalogue.doctor_checks import checks
from provisioning.clock import Clock, VirtualClock
from provisioning.doctor.runner import examine
from provisioning.settings.schema import NodeSettings, Settings

SETTINGS = Settings(node=NodeSettings(name="centre", role="centre", site="HC-001", county=47))


@dataclass
class Node:
    pack_dir: Path
    root_public: bytes
    now: datetime
    role: str = "kiosk"
    settings: Settings = SETTINGS
    counter_table: Path | None = None

    def clock(self) -> Clock:
        return VirtualClock(self.now)


@pytest.fixture
def node(pack, root, made):
    return Node(pack, root, made + timedelta(days=3))


def findings(node):
    return {finding.name: finding for finding in examine(checks(node))}


def test_a_sound_pack_is_well(node):
    found = findings(node)
    assert all(finding.ok for finding in found.values()), found
    assert "118 services" in found["content.words"].text
    assert "10 forms" in found["content.words"].text


def test_an_old_pack_and_a_calendar_that_ends_are_told(node):
    node.now = datetime(2028, 12, 1, tzinfo=UTC)
    found = findings(node)
    assert not found["content.age"].ok
    assert not found["content.holidays"].ok
    assert found["content.pack"].ok
    assert found["content.age"].remedy


def test_an_altered_pack_is_told_with_its_code_and_file(node, pack, tmp_path):
    node.pack_dir = tmp_path / "pack"
    shutil.copytree(pack, node.pack_dir)
    blob = next(path for path in (node.pack_dir / "blobs").glob("*.csv"))
    blob.write_bytes(b"x" + blob.read_bytes()[1:])
    found = findings(node)
    assert not found["content.pack"].ok
    assert found["content.pack"].code == 30
    assert ".csv" in found["content.pack"].text


def test_no_pack_at_all_is_told(node, tmp_path):
    node.pack_dir = tmp_path
    assert findings(node)["content.pack"].code == 31


def test_a_centre_tells_what_its_counters_serve(node, tmp_path):
    assert "content.counters" not in findings(node), "a kiosk calls nobody"
    node.role = "centre"
    told = findings(node)["content.counters"]
    assert told.ok
    assert told.text == "5 counters; 4: NRB, CRS, 5: KRA, NTSA"
    node.counter_table = tmp_path / "counters.csv"
    told = findings(node)["content.counters"]
    assert (told.ok, told.code) == (False, 33)
    node.counter_table.write_text("centre,counter,agencies,services\n*,6,NRB,\n")
    told = findings(node)["content.counters"]
    assert not told.ok
    assert "names 6, and the centre has 5" in told.text
    assert "queue.counters" in told.remedy
