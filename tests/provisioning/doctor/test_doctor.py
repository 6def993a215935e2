"""Doctor: each thing broken alone is named, with what to do, and the exit code says it too."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

import provisioning.doctor.checks
from kiosk.cli import doctor as command
from kiosk.cli.main import main
from provisioning.clock import SystemClock
from provisioning.doctor.runner import Check, examine, exit_code, from_fault, unwell, well
from provisioning.enrolment.site_layout import demo_plan, lay_out
from provisioning.faults import Fault
from provisioning.ids import SeededIds
from provisioning.node.site import Site
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.store.database import Store

AGENCIES, PORTS = ["NRB", "KRA"], [20001, 20002, 20003, 20004]
OURS = ("provisioning.doctor.checks", "sync.service.store_checks")


@pytest.fixture(autouse=True)
def only_ours(monkeypatch):
    monkeypatch.setattr(command, "CHECKS", OURS)


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory) -> Path:
    """A site made now: the doctor looks at the machine's own clock."""
    target = tmp_path_factory.mktemp("doctor") / "site"
    lay_out(target, demo_plan(AGENCIES, PORTS), SeededIds(7), SystemClock().now())
    return target


@pytest.fixture
def site(laid_out: Path, tmp_path: Path) -> Site:
    shutil.copytree(laid_out, tmp_path / "site")
    return Site.open(tmp_path / "site")


@pytest.fixture
def ran(site, clock, ids):
    """The site after kiosk-1 has run: a database with a few entries."""
    node = site.node("kiosk-1")
    store = Store.open(node.db_path, [JOURNAL_TABLES])
    journal = Journal(store, "kiosk-1", clock)
    with store.transaction() as tx:
        for count in range(20):
            journal.append(tx, "node.fault", ids.uuid7(), {"count": count})
    store.close()
    return site


def report(site, capsys, *options):
    code = main(["doctor", "--site", str(site.dir), "--node", "kiosk-1", "--json", *options])
    return code, json.loads(capsys.readouterr().out)


def test_a_good_node_is_well(ran, capsys):
    code, found = report(ran, capsys)
    assert code == 0
    assert found["ok"]
    assert [each["name"] for each in found["checks"]] == [
        *("settings", "folder", "keys", "staff-pin", "registry", "certificate", "clock", "disk"),
        *("sqlite", "database", "journal"),
    ]
    assert all(each["ok"] and each["text"] for each in found["checks"])


def test_a_node_that_never_ran_is_well(site, capsys):
    assert report(site, capsys)[0] == 0


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def break_journal(site):
    store = Store.open(site.dir / "kiosk-1" / "huduma.db", [])
    with store.transaction() as tx:
        tx.execute("UPDATE journal SET body = x'a0' WHERE seq = 7")
    store.close()


def run_ahead(site):
    clock = SystemClock(site.dir / "kiosk-1" / "run" / "clock-floor", offset_s=90 * 86_400)
    clock.now()
    clock.keep_floor()


KIOSK = "kiosk-1"
BREAKS = {
    # what is broken: (how, check, code, words of the remedy)
    "settings gone": (lambda s: (s.dir / KIOSK / "device.toml").unlink(), "settings", 10, "put"),
    "unknown setting": (
        lambda s: edit(s.dir / KIOSK / "device.toml", "[devices]", "[devises]"),
        *("settings", 12, "did you mean [devices]?"),
    ),
    "another node's settings": (
        lambda s: (s.dir / KIOSK / "device.toml").write_text(
            (s.dir / "kiosk-2" / "device.toml").read_text()
        ),
        *("settings", 10, "put back"),
    ),
    "key gone": (lambda s: (s.dir / KIOSK / "keys" / "hpke.key").unlink(), "keys", 16, "provision"),
    "key damaged": (
        lambda s: (s.dir / KIOSK / "keys" / "curve.key").write_text("x"),
        *("keys", 16, "restore it"),
    ),
    "key open to others": (
        lambda s: (s.dir / KIOSK / "keys" / "signing.key").chmod(0o644),
        *("keys", 16, "chmod 600"),
    ),
    "root key on a device in the field": (
        lambda s: (
            edit(s.dir / KIOSK / "device.toml", "field = false", "field = true"),
            edit(s.dir / KIOSK / "device.toml", 'printer = "sim:"', 'printer = "none:"'),
        ),
        *("keys", 16, "workbench"),
    ),
    "registry altered": (
        lambda s: (s.dir / KIOSK / "keys" / "registry.cbor").write_bytes(b"\xd2\x84"),
        *("registry", 17, "altered or is foreign"),
    ),
    "certificate of another place": (
        lambda s: edit(s.dir / KIOSK / "device.toml", "county = 47", "county = 46"),
        *("certificate", 17, "correct device.toml"),
    ),
    "clock behind": (run_ahead, "clock", 19, "battery"),
    "database open to others": (
        lambda s: (s.dir / KIOSK / "huduma.db").chmod(0o644),
        *("database", 42, "chmod 600"),
    ),
    "another node's database": (
        lambda s: (s.dir / KIOSK / "huduma.db").replace(s.dir / "kiosk-2" / "huduma.db"),
        *("database", 40, "own database"),
    ),
    "database is no database": (
        lambda s: (s.dir / KIOSK / "huduma.db").write_bytes(b"hello" * 1_000),
        *("database", 42, "restore a backup"),
    ),
    "journal altered": (break_journal, "journal", 40, "keep its database"),
    "no room wanted so much": (
        lambda s: edit(
            s.dir / KIOSK / "device.toml",
            "field = false",
            "field = false\ndisk_free_mb_min = 1000000",
        ),
        *("disk", 42, "larger card"),
    ),
}


@pytest.mark.parametrize("what", BREAKS)
def test_each_break_is_named_with_its_remedy_and_code(ran, capsys, what):
    how, check, code, remedy = BREAKS[what]
    how(ran)
    node = "kiosk-2" if what == "another node's database" else KIOSK
    assert main(["doctor", "--site", str(ran.dir), "--node", node, "--json"]) == code
    found = json.loads(capsys.readouterr().out)
    failed = [each for each in found["checks"] if not each["ok"]]
    assert failed[0]["name"] == check
    assert remedy in failed[0]["remedy"]
    assert failed[0]["text"]
    assert not found["ok"]


def test_a_certificate_out_of_its_dates_and_a_clock_far_ahead(site):
    node = site.node("kiosk-1")
    late = SystemClock(node.run_dir / "clock-floor", offset_s=timedelta(days=1_000).total_seconds())
    finding = provisioning.doctor.checks._certificate(node, late)
    assert (finding.ok, finding.code) == (False, 17)
    assert "check the clock first" in finding.remedy
    (node.run_dir / "clock-floor").write_text("2026-01-02T00:00:00+00:00")
    far = SystemClock(node.run_dir / "clock-floor", offset_s=timedelta(days=500).total_seconds())
    assert provisioning.doctor.checks._clock(far).code == 19


def test_no_room_for_another_file(site, monkeypatch):
    room = {"f_frsize": 4096, "f_blocks": 10**9, "f_bfree": 10**9, "f_bavail": 10**9}
    full = SimpleNamespace(**room, f_favail=0, f_files=1_000)
    monkeypatch.setattr(provisioning.doctor.checks.os, "statvfs", lambda _: full)
    finding = provisioning.doctor.checks._disk(site.node("kiosk-1"))
    assert (finding.ok, finding.code) == (False, 42)


def test_for_people_there_is_one_line_a_check_and_one_with_what_to_do(ran, capsys):
    (ran.dir / KIOSK / "keys" / "curve.key").chmod(0o604)
    assert main(["doctor", "--site", str(ran.dir)]) == 16
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5 * 10 + 3 + 1, "two kiosks and the van have a staff screen"
    (place,) = [number for number, line in enumerate(lines) if line.startswith("FAULT")]
    assert lines[place].split()[:3] == ["FAULT", "kiosk-1", "keys"]
    assert "do: chmod 600" in lines[place + 1]
    assert "(code 16)" in lines[place + 1]


def test_a_fault_stops_no_other_check_and_the_first_code_is_the_exit_code():
    class Jammed(Fault):
        code = 21

    def jam():
        raise Jammed("The printer is jammed; open it.")

    findings = examine(
        [
            Check("a", lambda: well("a", "fine")),
            Check("b", jam),
            Check("c", lambda: unwell("c", "gone", "fetch it", 33)),
        ]
    )
    assert [(each.name, each.ok, each.code) for each in findings] == [
        ("a", True, 0),
        ("b", False, 21),
        ("c", False, 33),
    ]
    assert (findings[1].text, findings[1].remedy) == ("The printer is jammed", "open it.")
    assert exit_code(findings) == 21
    assert exit_code(findings[:1]) == 0
    assert from_fault("d", Jammed("Just jammed.")).remedy == "Just jammed."


def test_a_package_that_is_not_there_is_skipped(site, monkeypatch, capsys):
    monkeypatch.setattr(command, "CHECKS", (*OURS, "sync.not_written"))
    assert report(site, capsys)[0] == 0
