"""The doctor's device checks: read only, and each says what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from peripherals.device_loop.registry import ROLES
from peripherals.device_loop.status_table import EQUIPMENT_TABLES, DeviceRow, write
from peripherals.service.doctor_checks import checks
from peripherals.status import Cause, DeviceState
from provisioning.clock import VirtualClock
from provisioning.doctor.runner import Finding, examine
from sync.store.database import Store

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def node(folder: Path, *, field: bool = False, **urls: str) -> Any:
    chosen = dict.fromkeys(ROLES, "none:") | urls
    return SimpleNamespace(
        settings=SimpleNamespace(
            devices=SimpleNamespace(**chosen), node=SimpleNamespace(field=field)
        ),
        db_path=folder / "huduma.db",
        clock=lambda: VirtualClock(NOW),
    )


def findings(made: Any) -> dict[str, Finding]:
    return {found.name: found for found in examine(checks(made))}


def keep(folder: Path, *rows: DeviceRow) -> None:
    store = Store.open(folder / "huduma.db", [EQUIPMENT_TABLES])
    with store.transaction() as tx:
        write(tx, rows)
    store.close()


def row(state: DeviceState, cause: Cause = Cause.NONE, age_s: float = 5) -> DeviceRow:
    at = NOW - timedelta(seconds=age_s)
    return DeviceRow(
        name="ups", driver="ups+nut", state=state, cause=cause, since=at, observed_at=at
    )


def test_nothing_configured_is_nothing_to_complain_about(tmp_path: Path) -> None:
    assert [found.ok for found in findings(node(tmp_path)).values()] == [True]


@pytest.mark.parametrize(
    ("kept", "field", "ok", "text"),
    [
        (row(DeviceState.READY), True, True, "ready"),
        (row(DeviceState.BLOCKED, Cause.BATTERY_LOW), True, False, "blocked (E82)"),
        (row(DeviceState.READY, age_s=3_600), True, False, "the device service last spoke"),
        (row(DeviceState.READY, age_s=3_600), False, True, "the device service last spoke"),
    ],
)
def test_how_a_device_stands(
    tmp_path: Path, kept: DeviceRow, *, field: bool, ok: bool, text: str
) -> None:
    keep(tmp_path, kept)
    found = findings(node(tmp_path, field=field, ups="ups+nut://127.0.0.1/ups"))["ups"]
    assert (found.ok, found.text.startswith(text)) == (ok, True)
    assert ok or found.remedy


def test_a_device_the_service_does_not_know_is_told(tmp_path: Path) -> None:
    keep(tmp_path, row(DeviceState.READY))
    assert not findings(node(tmp_path, gnss="gnss+gpsd://127.0.0.1"))["gnss"].ok


@pytest.mark.parametrize(
    ("role", "url"),
    [
        ("scanner", "scanner+usb:/dev/x"),
        ("scanner", "gnss+gpsd://127.0.0.1"),
        ("camera", "camera+v4l:/dev/video0?program=cat"),
    ],
)
def test_wrong_settings_are_told_before_the_service_starts(
    tmp_path: Path, role: str, url: str
) -> None:
    found = findings(node(tmp_path, field=True, **{role: url}))[role]
    assert not found.ok
    assert 20 <= found.code < 30
