"""A database put back from any earlier moment of a day: noticed, and nothing is given twice."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from content.catalogue.catalogue import Catalogue
from kiosk.centre.service.local_client import LocalCentre
from kiosk.cli.main import main
from kiosk.node.centre_composition import authority
from kiosk.node.composition import KioskParts, kiosk_of
from kiosk.node.database import open_node_database
from kiosk.node.restoring import begin_restored_kiosk, restore
from kiosk.queue.protocol import Answer, Ask
from kiosk.visit.ports import Feedback
from provisioning.clock import VirtualClock
from provisioning.ids import SystemIds
from provisioning.node.site import Site
from sync.batches.batch import Stream, read_envelope
from sync.faults import Fork
from sync.journal.audit import rebuild
from sync.national.sqlite_store import EmbeddedStore
from sync.service.engine import SYNC_TABLES
from sync.service.node_quota import NodeQuota
from sync.service.outbox import Outbox

SERVICE = "NRB-02"


class Line:
    """The way to the centre; it can be cut."""

    def __init__(self, centre: LocalCentre) -> None:
        self.centre, self.up = centre, True

    def ask(self, message: Ask) -> Answer | None:
        return self.centre.ask(message) if self.up else None


class Day:
    """A kiosk, its centre and the national node on one virtual day, and what citizens were told."""

    def __init__(self, site: Site, catalogue: Catalogue, seed: int = 1) -> None:
        self.site, self.catalogue = site, catalogue
        self.clock, self.chance = VirtualClock(), random.Random(seed)
        self.node = site.node("kiosk-1")
        self.labels: list[str] = []
        self.references: list[str] = []
        self.slips: dict[str, int] = {}
        self.copies: list[bytes] = []
        self.centre = open_node_database(site.node("centre"), self.clock)
        self.line = Line(LocalCentre(authority(site.node("centre"), self.centre), "kiosk-1"))
        quota = NodeQuota(streams_max=1_000)  # no day has so many restores but this campaign's
        self.national = EmbeddedStore.open(site.dir / "national.db", SystemIds(self.clock), quota)
        self.open()

    def open(self) -> None:
        self.kiosk: KioskParts = kiosk_of(
            self.site, self.node, self.clock, catalogue=self.catalogue
        )
        for remote in self.kiosk.issuer._centre._clients:  # type: ignore[attr-defined]
            remote._link.close()  # left to the garbage collector it would wait for its socket
        self.kiosk.issuer._centre = self.line
        database = self.kiosk.database
        database.store.migrate(SYNC_TABLES)
        stream = Stream("kiosk-1", database.journal.db_epoch)
        self.outbox = Outbox(database.store, stream, self.node.keys.signing)

    def close_kiosk(self) -> None:
        self.kiosk.bell.close()
        self.kiosk.database.store.close()

    def close(self) -> None:
        self.close_kiosk()
        self.centre.store.close()
        self.national.close()

    def ticket(self) -> None:
        service = self.catalogue.service(SERVICE)
        visit = self.kiosk.database.ids.uuid7()
        self.labels.append(self.kiosk.issuer.issue(visit, service, "normal", "en").label)

    def form(self) -> None:
        given = self.kiosk.controller._ports.feedback.give(
            self.kiosk.database.ids.uuid7(), Feedback("idea", None, "Chairs", ""), "en"
        )
        assert given is not None
        self.references.append(given.reference)

    def settle(self) -> None:
        self.kiosk.issuer.settle()

    def cut(self) -> None:
        self.line.up = not self.line.up

    def send(self) -> None:
        """What the session does: from where the receiver says it is, then its word is believed."""
        while self.outbox.close_segment(entries_max=50, young=None, line_free=True):
            pass
        for offer in self.outbox.offers():
            there = self.national.progress(offer.stream)
            self.outbox.acked(there, self.clock.now())
            for no in range(there.no + 1, offer.no + 1):
                raw = self.outbox.raw(offer.stream, no)
                assert raw is not None
                done = self.national.take(read_envelope(raw), "kiosk-1", self.clock.now())
                self.outbox.acked(done.progress, self.clock.now())

    def keep_copy(self) -> None:
        assert self.kiosk.database.store.checkpoint()
        self.copies.append(self.node.db_path.read_bytes())

    def put_back(self, copy: bytes) -> None:
        self.close_kiosk()
        for path in self.node.dir.glob("huduma.db-*"):
            path.unlink()
        self.node.db_path.write_bytes(copy)

    def live(self, steps: int) -> None:
        acts: list[Callable[[], None]] = [self.ticket] * 4 + [self.form] * 3
        acts += [self.settle, self.settle, self.send, self.cut]
        for _ in range(steps):
            self.chance.choice(acts)()
            self.clock.advance(seconds=self.chance.choice((15, 60, 600)))
            self.keep_copy()

    def arrived(self) -> list[str]:
        found = self.national.entries_for("agency:HUDUMA")
        return [str(each.body["reference"]) for each in found if "reference" in each.body]

    def waiting(self) -> set[str]:
        rows = self.centre.store.all(
            "SELECT series || number FROM line_ticket WHERE turn = 'waiting'"
        )
        return {str(row[0]).replace("-0", "-") for row in rows}


@pytest.fixture
def day(site: Site, catalogue: Catalogue) -> Iterator[Day]:
    opened = Day(site, catalogue)
    yield opened
    opened.close()


def a_day_restored_from_every_moment(day: Day, step: int) -> int:
    """Play, put each copy back in turn, go on; how many restores stood the checks."""
    day.live(20)
    day.line.up = True
    day.settle()
    copies = day.copies[::step]
    for copy in copies:
        in_line = day.waiting()
        day.put_back(copy)
        day.open()
        begin_restored_kiosk(day.kiosk.database)
        day.close_kiosk()
        day.open()
        before, told = len(day.references), len(day.labels)
        day.line.up = day.chance.random() < 0.5
        day.live(6)
        day.ticket()
        day.line.up = True
        for _ in range(3):
            day.settle()
        day.send()
        assert len(set(day.labels)) == len(day.labels), "a number was given twice"
        assert len(set(day.references)) == len(day.references)
        assert set(day.references[before:]) <= set(day.arrived()), "a form did not arrive"
        assert in_line <= day.waiting(), "somebody was dropped from the line"
        assert len(day.labels) > told
        projections = day.kiosk.database.journal.projections
        equal = rebuild(day.kiosk.database.store, "kiosk-1", projections)
        assert all(equal.values())
    return len(copies)


def test_a_kiosk_restored_gives_nothing_twice(day: Day) -> None:
    assert a_day_restored_from_every_moment(day, step=5) == 4


def test_slips_that_wait_are_printed_as_copies(day: Day) -> None:
    day.ticket()
    day.keep_copy()
    day.put_back(day.copies[0])
    day.open()
    assert begin_restored_kiosk(day.kiosk.database).slips == 1
    (job,) = day.kiosk.counter.spool.jobs()
    assert job.copies == 1, "the next one is marked"


def test_an_older_copy_is_noticed_and_the_command_mends_it(
    day: Day, capsys: pytest.CaptureFixture[str]
) -> None:
    day.ticket()
    day.keep_copy()
    day.ticket()
    day.kiosk.mark.keep(day.kiosk.database.journal)
    day.put_back(day.copies[0])
    with pytest.raises(Fork, match=r"huduma journal restore --site .* --node kiosk-1") as caught:
        day.open()
    assert caught.value.code == 46
    where = ["--site", str(day.site.dir), "--node", "kiosk-1"]
    assert main(["doctor", *where]) == 46
    assert "run huduma journal restore --site" in capsys.readouterr().out
    assert main(["journal", "restore", *where]) == 0
    assert "new epoch" in capsys.readouterr().out
    main(["doctor", *where])
    assert "older copy" not in capsys.readouterr().out
    day.open()
    day.ticket()
    assert len(set(day.labels)) == 3


def test_a_copy_as_new_as_the_mark_is_no_restore(day: Day) -> None:
    day.ticket()
    day.kiosk.mark.keep(day.kiosk.database.journal)
    day.keep_copy()
    day.put_back(day.copies[0])
    day.open()
    day.ticket()
    assert len(set(day.labels)) == 2


def test_a_van_restored_gives_numbers_of_its_own(site: Site, catalogue: Catalogue) -> None:
    clock, node = VirtualClock(), site.node("van-1")

    def labels(number: int) -> list[str]:
        van = kiosk_of(site, node, clock, catalogue=catalogue)
        service, ids = catalogue.service(SERVICE), van.database.ids
        told = [van.issuer.issue(ids.uuid7(), service, "normal", "en").label for _ in range(number)]
        van.issuer.settle()
        van.database.store.checkpoint()
        van.bell.close()
        van.database.store.close()
        return told

    told = labels(2)
    shutil.copy(node.db_path, site.dir / "copy.db")
    told += labels(3)
    shutil.copy(site.dir / "copy.db", node.db_path)
    restore(node, clock)
    told += labels(3)
    assert len(set(told)) == 8
    clock.advance(seconds=timedelta(days=1).total_seconds())
    assert labels(1) == ["A101"]


@pytest.mark.prove
def test_a_kiosk_restored_from_every_moment_of_many_days(
    site: Site, catalogue: Catalogue, tmp_path: Path
) -> None:
    restores = 0
    for seed in range(4):
        folder = tmp_path / f"site-{seed}"
        shutil.copytree(site.dir, folder, symlinks=True)
        day = Day(Site.open(folder), catalogue, seed)
        restores += a_day_restored_from_every_moment(day, step=1)
        day.close()
    assert restores == 80
    print(f"{restores} restores of a kiosk: 0 numbers or references twice, all forms arrived")
