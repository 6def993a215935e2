"""The sync service and the national node's gateway go on when their databases refuse a write:
nothing is lost, nothing doubled, nothing acknowledged that was not stored.
"""

from __future__ import annotations

import random
from contextlib import contextmanager

import pytest

from provisioning.clock import VirtualClock
from sync.service.engine import SyncEngine
from sync.service.status import read
from sync.store.errors import DiskFull, StoreBusy, StoreFault
from sync.store.store_wait import StoreWait
from sync.transports.memory import MemoryNet
from tests.sync.world import CentreWorld, NationalWorld, NodeWorld


class Refusals:
    """What a disk says to the next writes: with `chance`, before the first or at the last
    statement of a transaction.
    """

    def __init__(self, fault, seed):
        self.fault, self.chance, self.count = fault, 0.0, 0
        self.draw = random.Random(seed)

    def meet(self):
        if self.draw.random() < self.chance:
            self.count += 1
            raise self.fault("The disk of huduma.db does not take it.")

    def stand_before(self, store):
        real = store.transaction

        @contextmanager
        def transaction():
            self.meet()
            with real() as tx:
                yield tx
                self.meet()

        store.transaction = transaction


def engine(node, clock):
    wait = StoreWait(node.name, lambda seconds: clock.advance(seconds=seconds))
    gateway = getattr(node, "gateway", None)
    return SyncEngine(
        node.store, node.outbox, node.uplink, gateway, node.log, [], clock, 3, 60, waiting=wait
    )


def service(national, clock):
    """The loop of the national node, one round a call; its pauses move the clock."""
    wait = StoreWait("national", lambda seconds: clock.advance(seconds=seconds))
    return lambda: wait.turn(national.gateway.turn)


@pytest.mark.parametrize("fault", [StoreBusy, DiskFull, StoreFault])
@pytest.mark.parametrize("seed", range(4))
def test_disks_that_refuse_at_any_write_end_no_service_and_lose_nothing(tmp_path, fault, seed):
    clock, upper, lower = VirtualClock(), MemoryNet(), MemoryNet()
    national = NationalWorld(tmp_path, clock, upper)
    centre = CentreWorld("centre", tmp_path, clock, upper, 1, lower)
    kiosk = NodeWorld("kiosk-1", tmp_path, clock, lower, 2)
    refusals = Refusals(fault, seed)
    for each in (kiosk.store, centre.store, national.store._store):
        refusals.stand_before(each)
    rounds = [engine(kiosk, clock).try_turn, engine(centre, clock).try_turn]
    rounds.append(service(national, clock))
    for at in range(400):
        if at < 40:
            refusals.chance = 0.0
            kiosk.submit(text=b"<data>%d</data>" % at)
        refusals.chance = 0.2 if at < 200 else 0.0
        for each in rounds:
            each()
        clock.advance(seconds=1)
    assert refusals.count > 20
    assert read(kiosk.store).waiting == 0
    found = list(national.store.entries_for("agency:NRB"))
    assert len({each.seq for each in found}) == len(found)
    assert sum(each.kind == "form.submitted" for each in found) == 40
    assert not national.store.quarantine()
    for each in (kiosk, centre, national):
        each.store.close()


def test_a_national_service_whose_database_is_held_answers_when_it_is_free(tmp_path):
    clock, net = VirtualClock(), MemoryNet()
    national = NationalWorld(tmp_path, clock, net)
    kiosk = NodeWorld("van-1", tmp_path, clock, net, 1)
    kiosk.submit()
    refusals = Refusals(StoreBusy, 0)
    refusals.stand_before(national.store._store)
    refusals.chance = 1.0
    running = service(national, clock)
    for at in range(60):
        refusals.chance = float(at < 10)
        kiosk.work()
        running()
        clock.advance(seconds=1)
    assert refusals.count
    assert read(kiosk.store).waiting == 0
    kiosk.store.close()
    national.store.close()
