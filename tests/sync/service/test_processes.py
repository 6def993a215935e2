"""Real processes on real sockets: kiosk, centre and national node, each killed while it works."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from provisioning.clock import SystemClock
from provisioning.enrolment.site_layout import demo_plan, free_ports, lay_out
from provisioning.ids import SystemIds
from provisioning.node.site import Site
from sync.agency.inbox import open_all
from sync.batches.synthetic_records import SyntheticSource
from sync.journal.journal import Journal
from sync.national.sqlite_store import EmbeddedStore
from sync.sealing.sealer import Sealer
from sync.service.engine import open_node_store
from sync.service.status import read

AGENCIES = ("NRB", "CRS")


@pytest.fixture
def site(tmp_path):
    clock = SystemClock()
    ids = SystemIds(clock)
    lay_out(
        tmp_path / "site",
        demo_plan(
            AGENCIES,
            free_ports(4, ids),
        ),
        ids,
        clock.now(),
    )
    return Site.open(tmp_path / "site")


@pytest.fixture
def processes():
    running = []
    yield running
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait(10)


def huduma(*words):
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen([sys.executable, "-m", "kiosk.cli", *map(str, words)], env=environment)


class Kiosk:
    """The capture side of a kiosk, in this process."""

    def __init__(self, site, name):
        node = site.node(name)
        self.clock = node.clock()
        self.ids = SystemIds(self.clock)
        self.store = open_node_store(node)
        self.journal = Journal(self.store, name, self.clock, db_epoch=self.ids.token(8))
        epoch = self.journal.db_epoch
        self.sealer = Sealer(node.registry, self.ids, self.clock, node=name, db_epoch=epoch)
        self.invention = SyntheticSource(self.ids)
        self.told = []

    def submit(self, agency):
        reference = self.invention.reference(agency)
        made = self.invention.submission(1)
        with self.store.transaction() as tx:
            body = {**made.clear, "reference": reference}
            subject = self.ids.uuid7()
            self.sealer.append(
                tx, self.journal, "form.submitted", subject, agency, body, made.plaintext
            )
        self.told.append(reference)

    def acked(self):
        return read(self.store).segments_acked

    def drained(self):
        return read(self.store).waiting == 0


def wait_until(true, seconds=15.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def test_kills_at_every_party_lose_nothing_and_double_nothing(site, processes):
    def start(*words):
        process = huduma(*words)
        processes.append(process)
        return process

    commands = {
        "national": ("national", "run", "--site", site.dir),
        "centre": ("sync", "run", "--site", site.dir, "--node", "centre"),
        "kiosk": ("sync", "run", "--site", site.dir, "--node", "kiosk-1"),
    }
    kiosk = Kiosk(site, "kiosk-1")
    alive = {name: start(*words) for name, words in commands.items()}
    for victim in ("national", "centre", "kiosk"):
        for agency in AGENCIES * 3:
            kiosk.submit(agency)
        before = kiosk.acked()
        # The kill falls wherever the process happens to be: mid-frame, mid-commit, before an ack.
        assert wait_until(lambda before=before: kiosk.acked() > before or kiosk.drained())
        kiosk.submit("NRB")
        alive[victim].send_signal(signal.SIGKILL)
        alive[victim].wait(10)
        kiosk.submit("CRS")
        alive[victim] = start(*commands[victim])
    assert wait_until(kiosk.drained, 30), read(kiosk.store)
    stopped = time.monotonic()
    for process in alive.values():
        process.terminate()
    assert [process.wait(5) for process in alive.values()] == [0, 0, 0]
    assert time.monotonic() - stopped < 4
    kiosk.store.close()

    store = EmbeddedStore.open(site.node("national").db_path, SystemIds(kiosk.clock))
    opened = []
    for agency in AGENCIES:
        result = open_all(store, agency, site.agency_key(agency))
        assert (result.failed, result.duplicates) == ([], 0)
        opened += [each.entry.body["reference"] for each in result.opened]
    assert sorted(opened) == sorted(kiosk.told)
    assert store.quarantine() == []
    store.close()


def test_the_commands_tell_what_they_did(site, processes, capfd):
    from kiosk.cli.main import main

    place = ["--site", str(site.dir)]
    van = Kiosk(site, "van-1")
    van.submit("NRB")
    van.submit("CRS")
    van.store.close()
    assert main(["sync", "once", *place, "--node", "van-1", "--deadline", "0.5"]) == 47
    assert "nothing is lost" in capfd.readouterr().err
    assert main(["sync", "once", *place, "--node", "national"]) == 2
    processes.append(huduma("national", "run", *place))
    capfd.readouterr()
    assert main(["sync", "once", *place, "--node", "van-1", "--json"]) == 0
    status = json.loads(capfd.readouterr().out)
    assert (status["waiting"], status["segments_acked"], status["online"]) == (0, 1, True)
    assert status["bytes_sent"] > 100
    assert main(["sync", "status", *place, "--node", "van-1", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["segments_acked"] == 1
    assert main(["desk", "open", *place, "--agency", "NRB", "--json"]) == 0
    (form,) = json.loads(capfd.readouterr().out)
    assert form["reference"] == van.told[0]
    assert form["xml"].startswith("<data ")
    assert {"form", "version", "node", "seq", "submitted_at", "subject"} <= set(form)
    assert main(["national", "fleet", *place, "--json"]) == 0
    assert [each["node"] for each in json.loads(capfd.readouterr().out)] == ["van-1"]
    assert main(["national", "quarantine", *place, "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == []
    assert main(["desk", "open", *place, "--agency", "KRA", "--json"]) == 18
