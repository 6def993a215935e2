"""A national database put back from any earlier moment of a day is filled again from below."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sync.agency.inbox import open_all
from tests.sync.protocol.test_simulation import NODES, SENDERS, World
from tests.sync.world import AGENCIES

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
    print(f"{done} restores of a national node: all forms there again, 0 twice")
