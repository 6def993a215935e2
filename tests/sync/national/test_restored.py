"""A national database put back from any earlier moment of a day is filled again from below."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sync.agency.inbox import open_all
from sync.service.status import read
from tests.sync.protocol.test_simulation import NODES, SENDERS, World
from tests.sync.world import AGENCIES, NodeWorld

ROUNDS_MAX = 400


def opened(world: World) -> set[str]:
    store = world.nodes["national"].store
    found = [open_all(store, agency, key) for agency, key in AGENCIES.items()]
    assert all(each.failed == [] and each.duplicates == 0 for each in found)
    return {str(one.entry.body["reference"]) for each in found for one in each.opened}


def restored_from_every_moment(folder: Path, moments: int) -> int:
    """Put each copy back in turn and go on; how many restores were filled again."""
    world, copies = World(folder), []
    national = world.nodes["national"]
    for moment in range(moments):
        for name in SENDERS:
            world.nodes[name].submit(sorted(AGENCIES)[moment % len(AGENCIES)])
        world.heal()
        national.store._store.checkpoint()
        copies.append(folder / f"copy-{moment}.db")
        shutil.copy(national.path, copies[-1])
    for number, copy in enumerate(copies):
        national.store.close()
        for path in folder.glob("national.db*"):
            path.unlink()
        shutil.copy(copy, national.path)
        national.boot()
        national.store.begin_restored(number.to_bytes(8, "big"))
        national.crash()
        for name in SENDERS:
            world.nodes[name].submit()
        told = {reference for name in SENDERS for reference in world.nodes[name].told}
        for _ in range(ROUNDS_MAX):
            for name in NODES:
                world.nodes[name].work()
            world.clock.advance(seconds=4)
            if opened(world) == told:
                break
        assert opened(world) == told, number
        assert national.store.quarantine() == []
    world.close()
    return len(copies)


def test_a_restored_national_node_is_sent_what_it_lacks(tmp_path: Path) -> None:
    assert restored_from_every_moment(tmp_path, 3) == 3


@pytest.mark.prove
def test_a_national_node_restored_from_every_moment_of_a_day(tmp_path: Path) -> None:
    done = restored_from_every_moment(tmp_path, 20)
    assert done == 20
    print(f"{done} restores of a national node: all forms there again, 0 twice")


def put_back(node: NodeWorld, copy: Path) -> None:
    """An older copy in place of a node's database, and what `huduma journal restore` does."""
    node.store.close()
    for path in node.path.parent.glob(f"{node.path.name}*"):
        path.unlink()
    shutil.copy(copy, node.path)
    node.boot()
    with node.store.transaction() as tx:
        node.journal.renew_epoch(tx, node.ids.token(8))
    node.crash()


def put_back_national(world: World, copy: Path, epoch: bytes) -> None:
    national = world.nodes["national"]
    national.store.close()
    for path in national.path.parent.glob("national.db*"):
        path.unlink()
    shutil.copy(copy, national.path)
    national.boot()
    national.store.begin_restored(epoch)
    national.crash()


@pytest.mark.parametrize("name", ["kiosk-1", "van-1"])
@pytest.mark.parametrize("busy", [True, False], ids=["goes on", "is quiet"])
def test_a_restored_node_fills_a_national_one_that_is_restored_after_it(
    tmp_path: Path, name: str, *, busy: bool
) -> None:
    world = World(tmp_path)
    node, national = world.nodes[name], world.nodes["national"]
    copies = []
    for moment in range(5):
        for each in SENDERS:
            world.nodes[each].submit()
        world.heal()
        if moment == 1:
            national.store._store.checkpoint()
            copies.append(tmp_path / "national-copy.db")
            shutil.copy(national.path, copies[0])
    node.store.checkpoint()
    copies.append(tmp_path / "node-copy.db")
    shutil.copy(node.path, copies[1])
    put_back(node, copies[1])
    node.submit()
    world.heal()
    put_back_national(world, copies[0], b"restored")
    if busy:
        for each in SENDERS:
            world.nodes[each].submit()
    told = {reference for each in SENDERS for reference in world.nodes[each].told}
    for _ in range(ROUNDS_MAX):
        for each in NODES:
            world.nodes[each].work()
        world.clock.advance(seconds=4)
        if opened(world) == told:
            break
    assert opened(world) == told
    assert national.store.quarantine() == []
    world.close()


def test_what_upstream_has_of_an_earlier_epoch_beyond_the_copy_is_no_fork(tmp_path: Path) -> None:
    world = World(tmp_path)
    node = world.nodes["van-1"]
    node.submit()
    world.heal()
    node.store.checkpoint()
    shutil.copy(node.path, tmp_path / "copy.db")
    node.submit()
    world.heal()
    put_back(node, tmp_path / "copy.db")
    node.submit()
    world.heal()
    assert len(opened(world)) == 3
    assert read(node.store).fault == 0
    world.close()
