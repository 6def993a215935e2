"""Stories of the staff PIN: never a default, no free guesses, nothing readable at rest."""

from __future__ import annotations

import errno
import io
import json
import re
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.cli.main import main
from provisioning.clock import VirtualClock
from provisioning.doctor.checks import checks as node_checks
from provisioning.identity.pin import FREE_TRIES, PAUSE_S, PinFault, PinLock, random_pin, weakness
from provisioning.ids import SeededIds

PIN = "730146"


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def lock(tmp_path, clock):
    lock = PinLock(tmp_path, clock)
    lock.set(PIN, SeededIds(3))
    return lock


def test_a_node_without_a_pin_is_closed(tmp_path, clock):
    lock = PinLock(tmp_path, clock)
    assert lock.is_set is False
    lock.set(PIN, SeededIds(3))
    assert lock.is_set is True


def test_the_right_pin_opens_and_a_wrong_one_does_not(lock):
    assert lock.attempt("730147").opened is False
    assert lock.attempt(PIN).opened is True


@pytest.mark.parametrize(
    "pin",
    ["", "12345", "1234567890123", "12345a", "111111", "123456", "987654", "112112", "١٢٣٤٥٦"],
)
def test_a_weak_pin_is_refused(lock, pin):
    assert weakness(pin)
    with pytest.raises(PinFault):
        lock.set(pin, SeededIds(1))
    assert lock.attempt(PIN).opened


DAMAGED_TRIES = (
    "{",
    "[" * 100_000,
    "[]",
    '{"count": 1e400, "last": "2026-11-23T05:00:00+00:00"}',
    '{"count": 1, "last": "2026-11-23T05:00:00"}',  # of no zone: it cannot be compared
    '{"count": 1, "last": 5}',
    '{"count": [], "last": "2026-11-23T05:00:00+00:00"}',
)


def test_five_wrong_tries_and_each_next_waits_longer(lock, clock):
    for _ in range(FREE_TRIES - 1):
        assert lock.attempt("999000").wait_s == 0
    waits = []
    for _ in range(9):
        verdict = lock.attempt("999000")
        assert not verdict.opened
        waits.append(verdict.wait_s)
        assert lock.attempt(PIN).opened is False, "the right PIN waits too"
        clock.advance(seconds=verdict.wait_s)
    assert waits == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert lock.attempt(PIN).opened
    assert lock.wait_s() == 0


def test_tries_outlive_a_restart_and_a_damaged_count_is_a_full_one(lock, clock, tmp_path):
    for _ in range(FREE_TRIES):
        lock.attempt("999000")
    again = PinLock(tmp_path, clock)
    assert again.wait_s() == PAUSE_S
    for damaged in DAMAGED_TRIES:
        (tmp_path / "staff.tries").write_text(damaged)
        assert PinLock(tmp_path, clock).wait_s() == PAUSE_S, damaged


def test_a_clock_put_back_cannot_make_the_pause_longer(lock, clock, tmp_path):
    for _ in range(FREE_TRIES):
        lock.attempt("999000")
    kept = json.loads((tmp_path / "staff.tries").read_text())
    kept["last"] = (clock.now() + timedelta(days=400)).isoformat()
    (tmp_path / "staff.tries").write_text(json.dumps(kept))
    assert lock.wait_s() == PAUSE_S


def test_files_are_private_and_hold_no_pin(lock, tmp_path):
    lock.attempt("999000")
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert PIN.encode() not in path.read_bytes()
        assert b"999000" not in path.read_bytes()


def test_a_damaged_hash_says_what_to_do(lock, tmp_path):
    (tmp_path / "staff.pin").write_text("x")
    with pytest.raises(PinFault, match="provision pin"):
        lock.attempt(PIN)


def test_random_pins_are_never_weak():
    ids = SeededIds(5)
    pins = {random_pin(ids) for _ in range(200)}
    assert len(pins) > 190
    assert not any(weakness(pin) for pin in pins)


def test_the_command_sets_a_pin_and_refuses_a_centre(site, monkeypatch, clock):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PIN}\n"))
    assert main(["provision", "pin", "--site", str(site.dir), "--node", "kiosk-1"]) == 0
    assert PinLock(site.node("kiosk-1").dir / "keys", clock).attempt(PIN).opened
    assert main(["provision", "pin", "--site", str(site.dir), "--node", "centre"]) == 2


@pytest.mark.parametrize(("field", "well"), [(False, True), (True, False)])
def test_the_doctor_misses_a_pin_in_the_field(site, field, well):
    settings = site.node("kiosk-1").dir / "device.toml"
    if field:
        text = settings.read_text()
        assert "field = false" in text
        text = re.sub(r"(printer = ).*", r"\1'none:'", text)
        settings.write_text(text.replace("field = false", "field = true"))
    checks = {check.name: check for check in node_checks(site.node("kiosk-1"))}
    finding = checks["staff-pin"].run()
    assert finding.ok is well
    assert "closed" in finding.text
    if field:
        assert "provision pin" in finding.remedy
    assert "staff-pin" not in {check.name for check in node_checks(site.node("centre"))}


class FullDisk:
    """A key folder that takes no write while `full`."""

    def __init__(self, monkeypatch):
        self.full = True
        monkeypatch.setattr("provisioning.identity.pin.replace_file", self.replace)
        unlink = Path.unlink

        def refusing(path, *, missing_ok=False):
            if self.full and path.exists():
                raise OSError(errno.EROFS, "Read-only file system", str(path))
            unlink(path, missing_ok=missing_ok)

        monkeypatch.setattr(Path, "unlink", refusing)

    def replace(self, path, content):
        if self.full:
            raise OSError(errno.EROFS, "Read-only file system", str(path))
        path.write_bytes(content)


def test_a_disk_that_takes_nothing_keeps_no_staff_out_and_gives_no_free_guesses(
    lock, clock, monkeypatch, tmp_path
):
    disk = FullDisk(monkeypatch)
    assert lock.attempt(PIN).opened
    assert not lock.attempt("999000").opened
    waits = []
    for _ in range(4):
        waits.append(lock.attempt("999000").wait_s)
        assert not lock.attempt(PIN).opened, "the right PIN waits too"
        clock.advance(seconds=waits[-1])
    assert waits == [30, 60, 120, 240]
    assert lock.attempt(PIN).opened
    assert lock.wait_s() == 0
    assert not lock.attempt("999000").opened
    disk.full = False
    assert lock.attempt(PIN).opened
    assert not (tmp_path / "staff.tries").exists()


def test_tries_counted_on_disk_count_on_in_memory_when_it_fills(lock, clock, monkeypatch):
    for _ in range(FREE_TRIES):
        lock.attempt("999000")
    disk = FullDisk(monkeypatch)
    assert lock.wait_s() == PAUSE_S
    clock.advance(seconds=PAUSE_S)
    assert lock.attempt("999000").wait_s == 2 * PAUSE_S
    clock.advance(seconds=2 * PAUSE_S)
    assert lock.attempt(PIN).opened, "although the count of before cannot be deleted"
    assert lock.wait_s() == 0
    disk.full = False
    assert lock.attempt("999000").wait_s == 0


@pytest.mark.parametrize(
    "kept", ["{", "[]", '{"count": 2}', '{"count": 9, "last": "2026-11-23T05:00:00"}', "\x00\xff"]
)
def test_a_damaged_count_waits_once_and_keeps_nobody_out_for_good(lock, clock, tmp_path, kept):
    (tmp_path / "staff.tries").write_text(kept)
    assert lock.attempt(PIN).wait_s == PAUSE_S
    clock.advance(seconds=PAUSE_S)
    assert lock.attempt(PIN).opened


def test_the_sixth_try_is_the_first_that_waits(lock):
    assert [lock.attempt("999000").wait_s for _ in range(4)] == [0, 0, 0, 0]
    assert lock.attempt("999000").wait_s == 30
    assert not lock.attempt(PIN).opened
