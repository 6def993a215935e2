"""A demo site for the courier: real folders, keys, registry and databases; a clock that stands."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from provisioning.clock import VirtualClock
from provisioning.enrolment.site_layout import demo_plan, lay_out
from provisioning.ids import SeededIds
from provisioning.node.site import Node, Site
from sync.batches.batch import Stream
from sync.courier.carry_in import CarriedIn
from sync.courier.carry_out import CarriedOut
from sync.courier.courier_node import CourierNode
from sync.journal.journal import Journal
from sync.national.sqlite_store import EmbeddedStore
from sync.service.engine import open_node_store
from sync.service.outbox import Outbox
from sync.service.status import SyncStatus, read


class Couriers:
    """The nodes of a site, and sticks."""

    def __init__(self, folder: Path, pristine: Path) -> None:
        shutil.copytree(pristine, folder / "site")
        self.folder, self.site = folder, Site.open(folder / "site")
        self.clock = VirtualClock()
        self.seeds = 0

    def stick(self, name: str = "stick") -> Path:
        path = self.folder / name
        path.mkdir(exist_ok=True)
        return path

    def node(self, name: str) -> Node:
        return self.site.node(name)

    def ids(self, name: str) -> SeededIds:
        self.seeds += 1
        return SeededIds(self.seeds * 1_000 + sum(name.encode()))

    def happen(self, name: str, count: int) -> None:
        """`count` facts at a node, each in a segment of its own."""
        node = self.node(name)
        ids = self.ids(name)
        with closing(open_node_store(node)) as store:
            journal = Journal(store, name, self.clock, db_epoch=ids.token(8))
            outbox = Outbox(store, Stream(name, journal.db_epoch), node.keys.signing)
            for number in range(count):
                with store.transaction() as tx:
                    body = {"site": node.settings.node.site, "language": "sw", "day": str(number)}
                    journal.append(tx, "visit.started", ids.uuid7(), body)
                outbox.close_segment(entries_max=1, young=None, line_free=False, carried=True)

    def export(self, name: str, stick: Path, since: int | None = None) -> CarriedOut:
        with CourierNode(self.node(name), self.clock, self.ids(name)) as courier:
            return courier.export(stick, since)

    def bring(self, name: str, stick: Path) -> CarriedIn:
        with CourierNode(self.node(name), self.clock, self.ids(name)) as courier:
            return courier.bring_in(stick)

    def status(self, name: str) -> SyncStatus:
        with closing(open_node_store(self.node(name))) as store:
            return read(store)

    def national(self) -> dict[str, tuple[int, int]]:
        """Segments and entries of each node at the national node."""
        path = self.node("national").db_path
        with closing(EmbeddedStore.open(path, SeededIds(1))) as store:
            return {each.stream.node: (each.segments, each.entries) for each in store.counts()}


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("couriers") / "site"
    plan = demo_plan(["NRB", "KRA"], [20001, 20002, 20003, 20004])
    lay_out(target, plan, SeededIds(7), VirtualClock().now())
    return target


@pytest.fixture
def couriers(tmp_path: Path, laid_out: Path) -> Couriers:
    return Couriers(tmp_path, laid_out)
