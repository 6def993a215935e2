"""Several processes on one centre's database, and processes that are killed in the middle.

The quick forms run always; the campaigns of the same code are marked `prove`. Each child is forked
from this process and opens the database itself, as a service and a command in a shell would.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.centre.authority import Authority
from kiosk.centre.waiting_line import LINE_TABLES, WaitingLine
from kiosk.queue.faults import NobodyWaiting
from kiosk.queue.priority import PriorityPolicy
from kiosk.queue.skills import CentreCounters
from provisioning.clock import SystemClock
from provisioning.ids import SystemIds
from sync.journal.audit import rebuild, verify
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.journal.node_database import NodeDatabase
from sync.store.database import Store
from tests.kiosk.centre.centre_bench import RULES

DONE, FAILED = 0, 3


def opened(path: Path) -> Authority:
    """The authority of the centre whose database lies there, as a process of its own has it."""
    clock = SystemClock()
    store = Store.open(path, [JOURNAL_TABLES, LINE_TABLES], patience_ms=60_000)
    journal = Journal(store, "centre", clock, [WaitingLine()])
    database = NodeDatabase(store, journal, clock, SystemIds(clock))
    return Authority(
        database,
        site="HC-001",
        policy=PriorityPolicy(),
        counters=CentreCounters(16),
        rules=RULES,
    )


def forked(work: Callable[[], None]) -> int:
    """The process id of a child that does `work` and ends."""
    child = os.fork()
    if child:
        return child
    status = FAILED
    try:
        work()
        status = DONE
    finally:
        os._exit(status)


def call_and_complete(path: Path, counter: int, rounds: int, said: int) -> None:
    """A counter that calls, says whom, and completes."""
    authority = opened(path)
    for _ in range(rounds):
        try:
            called = authority.counters.call(counter)
        except NobodyWaiting:
            break
        os.write(said, f"{called.label}\n".encode())
        authority.counters.complete(counter)


def race(path: Path, counters: int, rounds: int) -> Counter[str]:
    """Whom `counters` processes called, each as often as anybody waited."""
    authority = opened(path)
    for number in range(counters * rounds):
        authority.issue(f"kiosk-{number % 4}", "NRB-02")
    authority._store.close()
    hear, said = os.pipe()
    children = [
        forked(lambda n=counter: call_and_complete(path, n, rounds, said))  # type: ignore[misc]
        for counter in range(1, counters + 1)
    ]
    os.close(said)
    with os.fdopen(hear) as lines:
        called = Counter(line.strip() for line in lines)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * counters
    return called


def check(path: Path) -> Store:
    """The tables are what the journal says, and no calls overlap."""
    authority = opened(path)
    store = authority._store
    assert verify(store, "centre").first_bad is None
    assert all(rebuild(store, "centre", [WaitingLine()]).values())
    twice = store.one(
        "SELECT count(*) FROM line_call a JOIN line_call b ON a.seq < b.seq"
        " AND (a.visit = b.visit OR a.counter = b.counter)"
        " AND b.called_at < coalesce(a.ended_at, 1 << 50)"
    )
    assert twice == (0,), "two calls of one ticket or counter overlap"
    return store


def test_processes_that_call_at_once_never_call_one_person_twice(tmp_path: Path) -> None:
    called = race(tmp_path / "centre.db", counters=4, rounds=10)
    assert (len(called), set(called.values())) == (40, {1})
    check(tmp_path / "centre.db").close()


@pytest.mark.prove
def test_eight_counters_race_for_400_calls_each(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    began = time.monotonic()
    called = race(tmp_path / "centre.db", counters=8, rounds=400)
    assert (len(called), set(called.values())) == (3_200, {1})
    check(tmp_path / "centre.db").close()
    with capsys.disabled():
        print(f"\n8 x 400 calls: 0 double calls, {time.monotonic() - began:.0f} s")


def work_until_killed(path: Path, counter: int, said: int) -> None:
    """Give numbers and call people for ever; say each number and call once it is durable."""
    authority = opened(path)
    while True:
        ticket, _ = authority.issue("kiosk-1", "NRB-02", key=f"{os.getpid()}-{time.monotonic_ns()}")
        os.write(said, json.dumps(["told", str(ticket.visit), ticket.label]).encode() + b"\n")
        called = authority.counters.call(counter)
        os.write(said, json.dumps(["called", str(called.visit), called.label]).encode() + b"\n")
        authority.counters.complete(counter)


def kills(path: Path, times: int, seed: int) -> tuple[list[list[str]], int]:
    """What two processes said that were killed `times` times at random moments."""
    chance = random.Random(seed)
    hear, said = os.pipe()
    heard = b""
    os.set_blocking(hear, False)
    for _ in range(times):
        children = [
            forked(lambda n=counter: work_until_killed(path, n, said))  # type: ignore[misc]
            for counter in (1, 2)
        ]
        time.sleep(chance.uniform(0.005, 0.08))
        for child in children:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)
        while True:
            try:
                heard += os.read(hear, 1 << 16)
            except BlockingIOError:
                break
        after = opened(path)
        for counter in (1, 2):  # an officer ends what was open
            if after._store.one(
                "SELECT 1 FROM line_call WHERE counter = ? AND ended_at IS NULL", (counter,)
            ):
                after.counters.complete(counter)
        after._store.close()
    os.close(hear)
    os.close(said)
    whole = heard.split(b"\n")
    return [json.loads(line) for line in whole[:-1]], len(whole)


def check_kills(path: Path, times: int) -> str:
    told, _ = kills(path, times, seed=times)
    store = check(path)
    numbers = Counter(label for what, _, label in told if what == "told")
    assert set(numbers.values()) <= {1}, "a number was told twice"
    for what, visit, label in told:
        row = store.one(
            "SELECT series || number, turn FROM line_ticket WHERE visit = ?",
            (bytes.fromhex(visit.replace("-", "")),),
        )
        assert row is not None, f"{label} was told and is lost"
        assert row[0] == label
        assert what == "told" or row[1] in {"called", "served"}
    store.close()
    return f"{times} kills of two processes, {len(numbers)} numbers told, 0 lost, 0 twice"


def test_what_was_told_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    check_kills(tmp_path / "centre.db", 6)


@pytest.mark.prove
def test_five_hundred_kills_lose_and_double_nothing(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    found = check_kills(tmp_path / "centre.db", 500)
    with capsys.disabled():
        print(f"\n{found}")
