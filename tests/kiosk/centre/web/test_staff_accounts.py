"""Who may sign in: the list, PINs and badges, and what a damaged line does."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kiosk.centre.api.tokens import StaffRole
from kiosk.centre.web.staff_accounts import ACCOUNTS_FILE, StaffAccounts
from kiosk.queue.faults import QueueFault
from provisioning.ids import SeededIds


def test_a_pin_and_a_badge_open_and_nothing_near_them(tmp_path: Path) -> None:
    accounts = StaffAccounts(tmp_path)
    pin, badge = accounts.enrol("A1", StaffRole.AGENT, 3, SeededIds())
    found = accounts.by_pin("A1", pin)
    assert found is not None
    assert (found.role, found.counter) == (StaffRole.AGENT, 3)
    assert accounts.by_badge(badge) == found
    assert accounts.by_pin("A2", pin) is None
    assert accounts.by_pin("A1", pin[:-1]) is None
    for wrong in (badge[:-1], badge.replace("A1", "A2"), "HB1.A1.", "", "HB1", badge + ".x"):
        assert accounts.by_badge(wrong) is None
    text = accounts.path.read_text()
    assert pin not in text
    assert badge.rpartition(".")[2] not in text
    assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600


def test_new_secrets_end_the_old_ones_and_who_is_removed_stays_out(tmp_path: Path) -> None:
    accounts, ids = StaffAccounts(tmp_path), SeededIds()
    pin, badge = accounts.enrol("A1", StaffRole.AGENT, None, ids)
    again = accounts.enrol("A1", StaffRole.SUPERVISOR, None, ids, pin="738162")
    assert accounts.by_badge(badge) is None
    assert accounts.by_pin("A1", pin) is None
    assert accounts.by_pin("A1", "738162") == accounts.by_badge(again[1])
    assert accounts.remove("A1")
    assert not accounts.remove("A1")
    assert accounts.by_pin("A1", "738162") is None


def test_a_role_changed_by_hand_counts_at_once(tmp_path: Path) -> None:
    accounts = StaffAccounts(tmp_path)
    accounts.enrol("A1", StaffRole.AGENT, 3, SeededIds())
    assert accounts.members()["A1"].counter == 3
    path = tmp_path / ACCOUNTS_FILE
    path.write_text(path.read_text().replace("agent,3", "supervisor,"))
    assert accounts.members()["A1"].role is StaffRole.SUPERVISOR


@pytest.mark.parametrize(
    "line",
    ["A1,king,,,", "A1,agent,0,,", "A1,agent,x,,", ",agent,1,,", "A 1,agent,1,,", "A1,agent,1,,,,"],
)
def test_a_line_that_makes_no_sense_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / ACCOUNTS_FILE).write_text(f"name,role,counter,pin,badge\n{line}\n")
    with pytest.raises(QueueFault, match="line 2"):
        StaffAccounts(tmp_path).members()


@pytest.mark.parametrize("name", ["", "-", "a b", "x" * 21, "../x"])
def test_a_staff_number_is_short_and_plain(tmp_path: Path, name: str) -> None:
    with pytest.raises(QueueFault, match="staff number"):
        StaffAccounts(tmp_path).enrol(name, StaffRole.AGENT, None, SeededIds())


def test_a_weak_pin_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QueueFault, match="among the first"):
        StaffAccounts(tmp_path).enrol("A1", StaffRole.AGENT, None, SeededIds(), pin="123456")
