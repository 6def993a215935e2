"""Equipping a real node: the service's own process, its printer and its battery (scenario 26)."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.cli import devices
from kiosk.cli.main import main
from kiosk.node.composition import doorbell
from kiosk.node.device_composition import others_of, printing, try_out
from peripherals.faults import BadDeviceUrl
from peripherals.printing.spool import SPOOL_TABLES
from provisioning.clock import SystemClock
from provisioning.enrolment.site_layout import demo_plan, lay_out
from provisioning.faults import UsageFault
from provisioning.ids import SeededIds
from provisioning.node.site import Node, Site
from sync.store.database import Store

TICKET = json.dumps({"number": "A101", "service": "NRB-02", "language": "sw"})


@pytest.fixture
def site(tmp_path: Path) -> Path:
    target = tmp_path / "site"
    lay_out(target, demo_plan(["NRB"], range(21001, 21005)), SeededIds(7), SystemClock().now())
    return target


def plug(site: Path, **urls: str) -> Node:
    """The van's node with these devices in its settings."""
    place = site / "van-1" / "device.toml"
    text = re.sub(r"(?m)^printer = .*\n", "", place.read_text())
    lines = "".join(f'{name} = "{url}"\n' for name, url in urls.items())
    place.write_text(text.replace("[devices]\n", f"[devices]\n{lines}"))
    return Site.open(site).node("van-1")


def others(node: Node) -> object:
    clock = SystemClock()
    return others_of(node, clock, SeededIds())[0]


def test_a_node_without_other_devices_has_no_unit(site: Path) -> None:
    assert others(plug(site)) is None


def test_what_the_printers_commit_wakes_the_core(site: Path) -> None:
    node = plug(site)
    bell = doorbell(node)
    assert not bell.wait(0)
    store, journal = devices._database_of(node, SystemClock(), SeededIds())()
    bell.wait(0)
    with store.transaction() as tx:
        journal.append(tx, "print.proven", SeededIds().uuid7(), {"kind": "ticket"})
    assert bell.wait(0)
    assert not bell.wait(0)
    store.close()
    bell.close()


def test_a_wrong_url_stops_the_start_and_not_the_middle_of_a_day(site: Path) -> None:
    with pytest.raises(BadDeviceUrl, match="begins with ups"):
        others(plug(site, ups="gnss+gpsd://127.0.0.1"))


def test_a_unit_starts_on_a_node_with_nothing_plugged_in_and_ends(site: Path) -> None:
    make = others(plug(site, scanner="scanner+serial:/dev/nonexistent0", sms="sms+at:/dev/no1"))
    assert callable(make)
    unit = make()
    unit.turn()
    unit.close()


def test_a_trial_needs_a_device(site: Path) -> None:
    with pytest.raises(UsageFault):
        try_out("scanner", None, plug(site), 0.1)
    with pytest.raises(UsageFault):
        try_out("fax", "fax+tone:", None, 0.1)


def test_the_list_shows_printers_and_everything_else(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make = others(plug(site, scanner="scanner+serial:/dev/nonexistent0"))
    assert callable(make)
    unit = make()
    unit.turn()
    unit.close()
    assert main(["devices", "list", "--site", str(site), "--node", "van-1", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["name"], row["state"], row["code"]) for row in rows] == [
        ("scanner", "absent", "E21")
    ]


def test_a_slip_on_its_way_is_seen(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "x.db", [SPOOL_TABLES])
    assert not printing(store)
    store.close()


@contextmanager
def process(*words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A `huduma` process and the first line it says."""
    child = subprocess.Popen(
        [sys.executable, "-m", "kiosk.cli", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdin is not None
    try:
        yield child.stdout.readline().strip(), child
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
        child.stdin.close()


def tell(child: subprocess.Popen[str], order: str) -> None:
    assert child.stdin is not None
    child.stdin.write(order + "\n")
    child.stdin.flush()


def wait_for(what: Callable[[], bool], limit_s: float = 15.0) -> None:
    import select

    clock = SystemClock()
    start = clock.monotonic()
    while not what():
        assert clock.monotonic() - start < limit_s
        select.select([], [], [], 0.1)


@pytest.mark.prove
def test_low_battery_holds_new_slips_asks_once_and_mains_prints_them(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--site", str(site), "--node", "van-1"]

    def rows(*verb: str) -> list[dict[str, str]]:
        capsys.readouterr()
        assert main(["devices", *verb, *place, "--json"]) == 0
        found: list[dict[str, str]] = json.loads(capsys.readouterr().out)
        return found

    with (
        process("devices", "simulate", "printer", "--pty", str(site / "lp")) as (printer, _),
        process("devices", "simulate", "nut", "--tcp", "0") as (address, nut),
    ):
        plug(site, printer=printer, ups=f"ups+nut://{address}/ups")
        with process("devices", "run", *place) as (_, service):
            wait_for(lambda: {row["state"] for row in rows("list")} == {"ready"})
            main(["devices", "print", *place, "--ticket", TICKET])
            wait_for(lambda: [row["state"] for row in rows("jobs")] == ["printed"])
            tell(nut, "status OB LB")
            wait_for(lambda: "E82" in {row["code"] for row in rows("list")})
            main(["devices", "print", *place, "--ticket", TICKET])
            clock = SystemClock()
            until = clock.monotonic() + 2
            wait_for(lambda: clock.monotonic() > until)
            assert [row["state"] for row in rows("jobs")] == ["printed", "queued"]
            tell(nut, "status OL")
            wait_for(lambda: [row["state"] for row in rows("jobs")] == ["printed", "printed"])
            service.send_signal(signal.SIGTERM)
            said, _ = service.communicate(timeout=10)
            assert service.returncode == 0
            assert said.count("would power off") == 1
            assert said.count("mains is back") == 1
