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


# -- each act on a slip, and what it leaves of the slip and of its printer


@pytest.fixture
def attempts(spool, clock):
    with spool.store.transaction() as tx:
        enlist(tx, "printer", 0, clock.now(), PROFILES["tm-t20"])
        enlist(tx, "other", 0, clock.now(), PROFILES["tm-t20"])
        tx.execute("UPDATE printer_state SET dirty = 0")
    return PrintAttempts(spool, "printer", clock)


def dirty(spool):
    rows = spool.store.all("SELECT name FROM printer_state WHERE dirty = 1 ORDER BY name")
    return [row[0] for row in rows]


def test_an_attempt_is_read_back_as_it_was_begun(spool, attempts, ids):
    job = order(spool, wish(ids))
    assert attempts.last_attempt(spool.job(job)) is None
    begun = attempts.begin(spool.job(job), "session", 7)
    assert attempts.last_attempt(spool.job(job)) == begun
    assert (begun.copy, begun.printer, begun.session, begun.cuts) == (1, "printer", "session", 7)
    assert not begun.written
    written = attempts.written(begun, 90)
    found = attempts.last_attempt(spool.job(job))
    assert (found.written, found.process) == (True, written.process)
    attempts.to(job, JobState.UNCERTAIN)
    again = attempts.begin(spool.job(job), "later", None)
    assert attempts.last_attempt(spool.job(job)) == again
    assert (again.copy, again.cuts, again.written) == (2, None, False)
    assert again.process > begun.process
    assert attempts.begin(spool.job(job), "later", None) is None, "it is on its way"


def test_a_test_slip_that_is_wanted_is_known_by_its_number(spool, attempts, ids):
    assert attempts.tests_wanted() == 0
    order(spool, wish(ids))
    assert attempts.tests_wanted() == 0
    for number, key in ((2, "a"), (3, "b")):
        order(spool, replace(wish(ids, key), kind="test"))
        assert attempts.tests_wanted() == number


def test_an_answer_proves_what_was_written_before_it_in_its_session(spool, attempts, ids):
    jobs = [order(spool, wish(ids, key)) for key in "abcd"]
    for job, session in zip(jobs, ("s", "s", "t", "s"), strict=True):
        begun = attempts.begin(spool.job(job), session, None)
        if job != jobs[1]:
            attempts.written(begun, 90)
    probe = attempts.probe(None, "s")
    assert attempts.answered(probe + 1, "s", 1_000) == [], "nobody asked that"
    assert attempts.answered(probe, "t", 1_000) == [], "of another session"
    assert sorted(attempts.answered(probe, "s", 1_000)) == sorted([jobs[0], jobs[3]])
    assert [spool.job(job).state for job in jobs] == [
        JobState.PRINTED, JobState.SENDING, JobState.AWAIT_PROOF, JobState.PRINTED
    ]  # fmt: skip
    assert attempts.proofs == 2
    (third,) = [attempts.last_attempt(spool.job(jobs[2])).process]
    assert attempts.answered(third % 100, "u", 100) == [jobs[2]], "its own number, whenever"
    assert attempts.answered(third, "u", 1_000) == [jobs[2]]
    assert attempts.proofs == 3, "proven once"


@pytest.mark.parametrize("begun", [False, True])
def test_a_slip_given_another_way_is_not_printed_and_its_printer_cleared(
    spool, attempts, ids, begun
):
    job = order(spool, wish(ids))
    if begun:
        attempts.begin(spool.job(job), "s", None)
        with spool.store.transaction() as tx:
            tx.execute("UPDATE printer_state SET dirty = 0")
    with spool.store.transaction() as tx:
        assert spool.hand_over(tx, job, "sms")
        assert not spool.hand_over(tx, job, "screen"), "it has ended"
    assert spool.job(job).state is JobState.FAILED_OVER
    assert spool.document(job) is None
    assert dirty(spool) == (["printer"] if begun else [])
    assert spool.store.one("SELECT channel FROM print_job")[0] == "sms"
    assert attempts.next_job() is None


@pytest.mark.parametrize("begun", [False, True])
def test_a_cancelled_slip_clears_the_printer_that_may_hold_it(spool, attempts, ids, begun):
    job = order(spool, wish(ids))
    if begun:
        attempts.begin(spool.job(job), "s", None)
        attempts.to(job, JobState.UNCERTAIN)
        with spool.store.transaction() as tx:
            tx.execute("UPDATE printer_state SET dirty = 0")
    with spool.store.transaction() as tx:
        spool.cancel(tx, job, note="why")
    assert spool.job(job).state is JobState.CANCELLED
    assert dirty(spool) == (["printer"] if begun else [])
    assert spool.events(job)[-1]["note"] == "why"
    assert set(spool.events(job)[-1]) == {"at", "what", "printer", "note"}


def unknown(spool, attempts, ids, by=None):
    job = order(spool, wish(ids, by=by))
    attempts.begin(spool.job(job), "s", None)
    attempts.give_up(spool.job(job), "no answer")
    return job


def test_a_person_saw_the_slip(spool, attempts, ids):
    job = unknown(spool, attempts, ids)
    assert dirty(spool) == ["printer"]
    with spool.store.transaction() as tx:
        spool.settle(tx, job, on_paper=True)
    assert spool.job(job).state is JobState.PRINTED
    assert spool.store.one("SELECT proof FROM print_job")[0] == "person"
    assert spool.document(job) is None


@pytest.mark.parametrize(
    ("own_h", "new_h", "holds_h"),
    [(1, 2, 2), (2, 1, 2), (1, None, 1), (None, 1, None), (None, None, None), (1, 1, 1)],
)
def test_asked_again_its_print_by_time_only_moves_on(
    spool, attempts, ids, clock, own_h, new_h, holds_h
):
    def at(hours):
        return None if hours is None else clock.now() + timedelta(hours=hours)

    job = unknown(spool, attempts, ids, by=at(own_h))
    with spool.store.transaction() as tx:
        spool.settle(tx, job, on_paper=False, by=at(new_h))
    assert spool.job(job).state is JobState.QUEUED
    assert spool.job(job).by == at(holds_h)
    assert attempts.next_job().id == job


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.UNKNOWN, JobState.PRINTED])
def test_a_slip_of_an_earlier_boot_that_cannot_be_made_again(spool, attempts, clock, ids, state):
    job = order(spool, wish(ids))
    if state is not JobState.QUEUED:
        attempts.begin(spool.job(job), "s", None)
        attempts.give_up(spool.job(job), "no answer")
    if state is JobState.PRINTED:
        with spool.store.transaction() as tx:
            spool.settle(tx, job, on_paper=True)
    later = Spool(spool.store, bytes(32), clock, ids)
    kept = [key for key, _ in later.left_behind()]
    assert kept == ([] if state is JobState.PRINTED else ["visit-1:ticket"])
    with spool.store.transaction() as tx:
        ended = later.give_up_unreadable(tx, job, "power-cut")
    assert ended is (state is JobState.QUEUED)
    assert spool.job(job).state is (JobState.CANCELLED if ended else state)
    assert later.left_behind() == []
    assert later.document(job) is None
    assert spool.store.one("SELECT payload FROM print_job")[0] is None


def test_what_ended_meanwhile_is_not_moved(spool, attempts, ids):
    job = order(spool, wish(ids))
    attempts.begin(spool.job(job), "s", None)
    attempts.proven(job, Proof.FENCE)
    before = spool.events(job)
    attempts.to(job, JobState.UNCERTAIN)
    attempts.give_up(spool.job(job), "no answer")
    attempts.proven(job, Proof.FENCE)
    assert spool.events(job) == before
    assert attempts.proofs == 1
    assert attempts.reclaim() == 0


def test_a_slip_whose_time_has_passed_expires_once(spool, attempts, clock, ids):
    order(spool, wish(ids, "in time", by=clock.now() + timedelta(seconds=1)))
    late = order(spool, wish(ids, "late", by=clock.now()))
    assert attempts.expire() == 1
    assert spool.job(late).state is JobState.EXPIRED
    assert attempts.expire() == 0


def test_the_copy_that_was_proven_is_told(store, spool, clock, ids):
    journal = Journal(store, "kiosk-1", clock)
    attempts = PrintAttempts(spool, "printer", clock, journal)
    first, second = (order(spool, wish(ids, key)) for key in "ab")
    attempts.begin(spool.job(first), "s", None)
    attempts.proven(first, Proof.FENCE)
    attempts.begin(spool.job(second), "s", None)
    attempts.to(second, JobState.UNCERTAIN)
    attempts.begin(spool.job(second), "s", None)
    attempts.proven(second, Proof.PROCESS_ID)
    told = [each.body for each in journal.entries() if each.kind == "print.proven"]
    assert [(each["job"], each["copy"]) for each in told] == [(first, 1), (second, 2)]
    assert [each["proof"] for each in told] == [Proof.FENCE.value, Proof.PROCESS_ID.value]
