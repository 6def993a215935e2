"""A service whose database is held, full or damaged waits, says so once, and works on."""

from __future__ import annotations

import errno

import pytest

from sync.store.errors import Conflict, DiskFull, StoreBusy, StoreDamaged
from sync.store.store_wait import PAUSE_S, StoreWait


class Work:
    """Fails with each of `faults` in turn, then works."""

    def __init__(self, *faults):
        self.faults = list(faults)
        self.done = 0

    def __call__(self):
        if self.faults:
            raise self.faults.pop(0)
        self.done += 1
        return self.done


def waiting():
    pauses = []
    return StoreWait("sync", pauses.append), pauses


@pytest.mark.parametrize(
    "fault",
    [
        StoreBusy("It is held."),
        DiskFull("It is full."),
        StoreDamaged("It is damaged."),
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EROFS, "Read-only file system"),
        OSError(errno.EIO, "Input/output error"),
    ],
)
def test_what_the_disk_refuses_is_waited_for_and_told_once(fault, capfd):
    wait, pauses = waiting()
    work = Work(*[fault] * 5)
    assert [wait.turn(work) for _ in range(6)] == [False] * 5 + [True]
    assert pauses == [PAUSE_S] * 5
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 2
    assert "(code 42)" in said[0]
    assert said[1] == "huduma sync: works again"


@pytest.mark.parametrize(
    "bug", [ValueError("a bug"), Conflict("a rule"), OSError(errno.ENOENT, "no file")]
)
def test_what_is_no_matter_of_the_disk_is_raised(bug):
    wait, _ = waiting()
    with pytest.raises(type(bug)):
        wait.turn(Work(bug))


def test_opening_is_tried_until_it_works_or_is_stopped():
    wait, pauses = waiting()
    assert wait.opened(Work(StoreBusy("held"), DiskFull("full")), lambda: False) == 1
    assert len(pauses) == 2
    stops = iter([False, False, True])
    assert wait.opened(Work(*[StoreBusy("held")] * 9), lambda: next(stops)) is None
