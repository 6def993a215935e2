"""Units: one for every service of each role, from one table, as systemd itself reads them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from provisioning.enrolment.faults import StepMissing
from provisioning.enrolment.systemd_units import ROLE_SERVICES, SERVICES, write_units
from provisioning.enrolment.workbench_layout import PlannedPlace, lay_out_site
from tests.provisioning.enrolment.bench import ADDRESSES, NOW, Bench

PROGRAM = Path(sys.executable)
ALL = {"national": "national", "hc-020": "centre", "hc-020-k1": "kiosk", "wajir": "van"}


@pytest.fixture
def units(tmp_path) -> dict[str, list[Path]]:
    bench = Bench(tmp_path)
    van = PlannedPlace("VAN-1", "wajir", 8, 1, van=True)
    lay_out_site(tmp_path / "bench", van, ADDRESSES, ["NRB", "KRA"], bench.ids, NOW)
    folder = tmp_path / "units"
    folder.mkdir()
    return {name: write_units(bench.device(name), folder, PROGRAM, "root") for name in ALL}


def test_every_service_of_every_role_has_a_unit_with_watchdog_limits_and_hardening(units):
    for name, role in ALL.items():
        assert len(units[name]) == len(ROLE_SERVICES[role])
        for path in units[name]:
            lines = path.read_text().splitlines()
            service = path.stem.rsplit("-", 1)[1]
            assert any(line.startswith(f"ExecStart={PROGRAM} {service}") for line in lines)
            wanted = {
                "Type=notify",
                "Restart=always",
                "NoNewPrivileges=yes",
                "ProtectSystem=strict",
            }
            assert wanted <= set(lines)
            assert any(line.startswith("WatchdogSec=") for line in lines)
            forever = SERVICES[service].for_ever
            assert ("StartLimitBurst=5" in lines) is not forever
    assert {service for role in ROLE_SERVICES.values() for service in role} == set(SERVICES)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StepMissing, match="units"):
        write_units(Bench(tmp_path).device("hc-020"), tmp_path / "nowhere", PROGRAM, "root")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_systemd_finds_nothing_wrong_with_them(units):
    paths = [str(path) for each in units.values() for path in each]
    done = subprocess.run(
        ["systemd-analyze", "verify", *paths], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")
