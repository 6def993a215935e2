"""The spool: promises that survive, secrets that do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from peripherals.faults import SpoolFault
from peripherals.printing.document import Document, TextLine
from peripherals.printing.escpos.profiles import PROFILES
from peripherals.printing.jobs import TRANSITIONS, JobState, move
from peripherals.printing.protocol_port import Proof
from peripherals.printing.spool import SPOOL_TABLES, Job, Spool
from peripherals.printing.worker.attempts import PrintAttempts
from peripherals.printing.worker.printer_session import StatusNotice
from peripherals.printing.worker.printer_status import DeviceHealth, enlist, observe, read
from peripherals.status import Cause, DeviceState, PrinterStatus
from sync.journal.journal import JOURNAL_TABLES, Journal
from sync.store.database import Store

SECRET = "Wanjiru wa Kimani 12345678"


@pytest.fixture
def store(tmp_path):
    store = Store.open(tmp_path / "spool.db", [JOURNAL_TABLES, SPOOL_TABLES])
    yield store
    store.close()


@pytest.fixture
def spool(store, clock, ids):
    return Spool(store, bytes(range(32)), clock, ids)


def wish(ids, key="visit-1:ticket", by=None, label="A101"):
    slip = Document((TextLine(SECRET),), "sw", label)
    return Job("ticket", ids.uuid7(), slip, "sw", by, key)


def order(spool, job):
    with spool.store.transaction() as tx:
        return spool.enqueue(tx, job)


def test_the_same_key_never_makes_a_second_job(spool, ids):
    first = order(spool, wish(ids))
    assert order(spool, wish(ids)) == first
    assert [job.id for job in spool.jobs()] == [first]


def test_a_job_exists_only_with_the_fact_it_tells_of(spool, ids):
    def fail_after_enqueue():
        with spool.store.transaction() as tx:
            spool.enqueue(tx, wish(ids))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_enqueue()
    assert spool.jobs() == []


def test_nothing_of_a_slip_is_readable_in_any_file(spool, ids, tmp_path):
    order(spool, wish(ids))
    for path in tmp_path.iterdir():
        assert b"Wanjiru" not in path.read_bytes()
        assert b"12345678" not in path.read_bytes()


def test_another_key_does_not_open_the_spool(spool, store, clock, ids):
    job = order(spool, wish(ids))
    assert SECRET in spool.document(job).text()
    with pytest.raises(SpoolFault):
        Spool(store, bytes(32), clock, ids).document(job)


def test_a_slip_is_wiped_when_its_job_ends(spool, store, clock, ids):
    print_attempts = PrintAttempts(spool, "printer", clock)
    job = order(spool, wish(ids))
    print_attempts.begin(spool.job(job), "session", None)
    print_attempts.proven(job, Proof.PROCESS_ID)
    assert spool.document(job) is None
    assert store.one("SELECT payload FROM print_job")[0] is None


def test_unknown_slips_are_kept_for_staff_and_wiped_in_time(spool, clock, ids):
    print_attempts = PrintAttempts(spool, "printer", clock)
    job = order(spool, wish(ids))
    print_attempts.begin(spool.job(job), "session", None)
    print_attempts.give_up(spool.job(job), "no answer")
    assert spool.document(job) is not None
    with spool.store.transaction() as tx:
        assert spool.purge(tx, clock.now() - timedelta(hours=1)) == 0
    clock.advance(seconds=7200)
    with spool.store.transaction() as tx:
        assert spool.purge(tx, clock.now() - timedelta(hours=1)) == 1
    assert spool.document(job) is None


def test_state_is_that_of_the_newest_slip_of_a_subject(spool, clock, ids):
    wanted = wish(ids)
    assert spool.state(wanted.subject) is None
    order(spool, wanted)
    assert spool.state(wanted.subject) is JobState.QUEUED


@pytest.mark.parametrize("state", JobState)
def test_every_state_has_its_moves_and_no_other(spool, clock, ids, state):
    assert state in TRANSITIONS
    job = order(spool, wish(ids))
    with spool.store.transaction() as tx:
        tx.execute("UPDATE print_job SET state = ? WHERE id = ?", (state.value, job))
    for target in JobState:
        row = replace(spool.job(job), state=state)
        with spool.store.transaction() as tx:
            if target in TRANSITIONS[state] or target is state:
                move(tx, row, target, clock.now())
            else:
                with pytest.raises(SpoolFault):
                    move(tx, row, target, clock.now())


def test_a_printed_job_came_from_sending():
    """No path leads to PRINTED without a byte having been sent, but a late proof or a person."""
    sources = {state for state, targets in TRANSITIONS.items() if JobState.PRINTED in targets}
    assert JobState.QUEUED not in sources
    assert JobState.CANCELLED not in sources


def test_every_end_is_told_to_the_journal(store, spool, clock, ids):
    journal = Journal(store, "kiosk-1", clock)
    print_attempts = PrintAttempts(spool, "printer", clock, journal)
    with store.transaction() as tx:
        enlist(tx, "printer", 0, clock.now(), PROFILES["tm-t20"])
    proven, lost, late = (order(spool, wish(ids, key)) for key in ("proven", "lost", "late"))
    print_attempts.begin(spool.job(proven), "s", None)
    print_attempts.proven(proven, Proof.FENCE)
    print_attempts.begin(spool.job(lost), "s", None)
    print_attempts.to(lost, JobState.UNCERTAIN)
    print_attempts.begin(spool.job(lost), "s", None)
    print_attempts.give_up(spool.job(lost), "no answer")
    with store.transaction() as tx:
        tx.execute("UPDATE print_job SET print_by = ? WHERE id = ?", ("2020-01-01", late))
    assert print_attempts.expire() == 1
    kinds = [entry.kind for entry in journal.entries()]
    assert kinds == ["print.proven", "print.reprinted", "print.unknown", "print.expired"]
    assert journal.first_bad() is None


def test_a_trouble_staff_were_shown_is_told_once_in_ten_minutes(store, spool, clock):
    journal = Journal(store, "kiosk-1", clock)
    with store.transaction() as tx:
        enlist(tx, "printer", 0, clock.now(), PROFILES["tm-t20"])
    notice = StatusNotice(PrintAttempts(spool, "printer", clock, journal))
    for _ in range(5):
        notice.show(PrinterStatus(DeviceState.BLOCKED, clock.now(), Cause.PAPER))
        notice.show(PrinterStatus(DeviceState.READY, clock.now()))
        clock.advance(seconds=150)
    told = [entry.body for entry in journal.entries() if entry.kind == "node.fault"]
    assert [body["code"] for body in told] == ["P31", "P31"]
    assert "paper" in told[0]["text"]


def test_process_numbers_are_never_used_twice(spool, clock, ids):
    print_attempts = PrintAttempts(spool, "printer", clock)
    numbers = [print_attempts.probe(None, "s") for _ in range(3)]
    with spool.store.transaction() as tx:
        tx.execute("DELETE FROM print_attempt")
    numbers.append(print_attempts.probe(None, "s"))
    assert numbers == sorted(set(numbers))


def test_old_knowledge_of_a_printer_is_no_knowledge(store, spool, clock):
    assert read(store) == DeviceHealth(())
    assert read(store).printer is DeviceState.ABSENT
    with store.transaction() as tx:
        enlist(tx, "printer", 0, clock.now(), PROFILES["tm-t20"])
        observe(tx, "printer", PrinterStatus(DeviceState.READY, clock.now()))
    assert read(store, clock.now()).printer is DeviceState.READY
    clock.advance(seconds=60)
    assert read(store, clock.now()).printer is DeviceState.UNKNOWN
    assert read(store, clock.now()).cause is Cause.NO_ANSWER


def test_the_best_printer_speaks_for_the_node(store, clock):
    with store.transaction() as tx:
        for rank, name in enumerate(("printer", "printer-2")):
            enlist(tx, name, rank, clock.now(), PROFILES["tm-t20"])
        blocked = PrinterStatus(DeviceState.BLOCKED, clock.now(), Cause.PAPER)
        observe(tx, "printer", blocked)
        observe(tx, "printer-2", PrinterStatus(DeviceState.READY, clock.now()))
    assert read(store).printer is DeviceState.READY
    with store.transaction() as tx:
        observe(tx, "printer-2", blocked)
    assert (read(store).printer, read(store).cause) == (DeviceState.BLOCKED, Cause.PAPER)
