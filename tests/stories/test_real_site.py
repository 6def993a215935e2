"""A real site from nothing: three devices enrolled without a network, units as systemd would run
them, the first ticket and the first acknowledged form; then what a watchdog and a revocation do.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from kiosk.simulation.stories.core_driver import CoreDriver
from kiosk.simulation.stories.player import ObservedVisits, StoryPlayer
from kiosk.simulation.stories.script import read
from provisioning.clock import SystemClock
from provisioning.enrolment.site_layout import free_ports
from provisioning.ids import SystemIds
from provisioning.node.site import Site
from sync.protocol import frames
from sync.service.outbox import sent_to
from sync.store.database import Store
from sync.transports.zmq_transport import ZmqClient
from tests.stories.systemd_like import SystemdLike, monotonic

VISIT = """
expect attract
tap start
tap choose.en
tap form
tap form.police_abstract
tap agree
type Rehema Atieno Wafula
tap next
type 27182818
tap next
tap choice.passport
tap next
tap skip
type 3/11/2026
tap next
type Kisumu bus park
tap next
type 0711 828 459
tap next
tap answer
tap next
expect review
tap submit
expect submitted
tap take-ticket
tap class.none
expect ticket
tap done
"""


def huduma(*words: object, given: str = "", code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.cli", *map(str, words)],
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout


def three_ports_in_a_row() -> int:
    ids = SystemIds(SystemClock())
    while True:
        (first,) = free_ports(1, ids)
        import socket

        try:
            for port in (first + 1, first + 2):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first


def lay_out(tmp: Path) -> Path:
    bench = tmp / "wb"
    local = ("--centre-address", "127.0.0.1", "--national-address", "127.0.0.1")
    words = ("--centre", "HC-020", "--kiosks", 2, *local, "--port", three_ports_in_a_row())
    huduma("provision", "site", bench, *words)
    return bench


def card(bench: Path, name: str) -> Path:
    """The device `name` with its card copied onto it, giving tickets at any hour."""
    device = bench.parent / name
    shutil.copytree(bench / "cards" / name, device)
    settings = device / name / "device.toml"
    settings.write_text(settings.read_text().replace("[queue]", "[queue]\nkeep_hours = false"))
    assert "field = true" in settings.read_text()
    return device


def enrol_by_stick(bench: Path, name: str, stick: Path) -> Path:
    device = card(bench, name)
    at = ("--site", device, "--node", name)
    asked = json.loads(huduma("provision", "request", *at, "--to", stick, "--json"))
    words = ("--site", bench, "--from", stick, "--node", name, "--to", stick)
    huduma("provision", "approve", *words, given=asked["fingerprint"])
    huduma("provision", "accept", *at, "--from", stick)
    return device


def enrol_by_qr_text(bench: Path, name: str) -> Path:
    device = card(bench, name)
    at = ("--site", device, "--node", name)
    asked = json.loads(huduma("provision", "request", *at, "--json"))
    scanned = "\n".join(asked["lines"])
    letters = ("--fingerprint", asked["fingerprint"])
    answer = huduma("provision", "approve", "--site", bench, "--from", "-", *letters, given=scanned)
    huduma("provision", "accept", *at, "--from", "-", given=answer)
    return device


@pytest.mark.xdist_group("house")
def test_from_nothing_to_the_first_ticket_and_the_first_acknowledged_form(tmp_path: Path) -> None:
    stick, units = tmp_path / "stick", tmp_path / "units"
    stick.mkdir()
    units.mkdir()
    bench = lay_out(tmp_path)
    devices = {name: enrol_by_stick(bench, name, stick) for name in ("national", "hc-020")}
    devices["hc-020-k1"] = enrol_by_qr_text(bench, "hc-020-k1")
    # The last one knows all; the others get the newest registry from the workbench.
    shutil.copy(bench / "registry.cbor", stick)
    for name, device in devices.items():
        at = ("--site", device, "--node", name)
        huduma("provision", "accept", *at, "--from", stick)
        huduma("provision", "units", *at, "--to", units, "--account", "huduma")
    assert not list(devices["hc-020-k1"].rglob("root.key"))
    assert not [path for each in devices.values() for path in each.rglob("agency.key")]
    system = SystemdLike(tmp_path / "run")
    try:
        for path in sorted(units.iterdir()):
            system.load(path)
        system.start(*system.units)
        serve_and_survive(system, devices, tmp_path)
        revoked_on_open_connections(system, devices, bench, stick)
    finally:
        late = system.stop()
    assert late == []


def serve_and_survive(system: SystemdLike, devices: dict[str, Path], out: Path) -> None:
    kiosk = Site.open(devices["hc-020-k1"]).node("hc-020-k1")
    play(system, kiosk, out)
    system.wait_for(lambda: form_acknowledged(kiosk), 60)
    told = json.loads(
        huduma("sync", "status", "--site", kiosk.dir.parent, "--node", kiosk.name, "--json")
    )
    assert told["segments_acked"] >= 1
    # A service that hangs is killed by its watchdog and started again.
    unit = system.units["huduma-hc-020-k1-core.service"]
    unit.watchdog_s, before = 1.0, len(unit.starts)
    children = Path(f"/proc/{unit.process.pid}/task/{unit.process.pid}/children").read_text()
    for pid in children.split():  # who serves, and its successor in waiting
        os.kill(int(pid), signal.SIGSTOP)
    system.wait_for(lambda: len(unit.starts) > before, 30)
    unit.watchdog_s = 15.0
    system.wait_for(lambda: unit.ready, 30)
    assert all(each.beats for each in system.units.values() if each.process is not None)


def revoked_on_open_connections(
    system: SystemdLike, devices: dict[str, Path], bench: Path, stick: Path
) -> None:
    """Connections of the kiosk that were open before fall silent within five seconds of the new
    registry, at the centre's and the national node's ports.
    """
    kiosk = Site.open(devices["hc-020-k1"]).node("hc-020-k1")
    open_lines = []
    for name in ("hc-020", "national"):
        node = Site.open(devices[name]).node(name)
        endpoint = node.settings.sync.listen_endpoint.replace("*", "127.0.0.1")
        curve = kiosk.registry.nodes[name].curve
        line = ZmqClient(endpoint, kiosk.keys, lambda curve=curve: curve)
        system.wait_for(lambda line=line: answered(line), 30)
        open_lines.append(line)
    huduma("revoke", "hc-020-k1", "--site", bench, "--to", stick)
    (stick / "hc-020-k1.answer.txt").unlink(missing_ok=True)
    for name in ("hc-020", "national"):
        huduma("provision", "accept", "--site", devices[name], "--node", name, "--from", stick)
    began = monotonic()
    for line in open_lines:
        system.wait_for(lambda line=line: not answered(line), 5)
        line.close()
    assert monotonic() - began < 5


def answered(line: ZmqClient) -> bool:
    """Whether a HELLO is answered within half a second."""
    hello = frames.to_bytes(frames.Hello(os.urandom(4), []))
    return line.send(hello, 1.0) and line.receive(0.5) is not None


def play(system: SystemdLike, kiosk, out: Path) -> None:
    """The visit, by a driver at the core's socket."""
    story = out / "visit.story"
    story.write_text(VISIT)
    driver = CoreDriver(f"ipc://{kiosk.socket_path('core')}")
    turn = SimpleNamespace(tick=lambda: system.tick(0))
    runner = SimpleNamespace(supervisor=turn, clock=SystemClock(), breathe=system.tick)
    player = StoryPlayer(runner, kiosk, driver, out, ObservedVisits())
    try:
        assert driver.reach(30)
        player.play(read(story))
    finally:
        driver.close()


def form_acknowledged(kiosk) -> bool:
    """Whether the national node has the first form."""
    store = Store.read_only(kiosk.db_path)
    try:
        (form,) = store.all("SELECT seq FROM journal WHERE kind = 'form.submitted'")
        return sent_to(store) >= form[0]
    finally:
        store.close()
