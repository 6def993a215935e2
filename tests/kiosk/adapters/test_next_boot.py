"""What waited when power was cut: a thief reads none of it, and the next boot makes it again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kiosk.node.composition import kiosk_of
from peripherals.faults import SpoolFault
from peripherals.printing.jobs import JobState
from peripherals.printing.spool import Job, Spool
from peripherals.printing.worker.attempts import PrintAttempts
from peripherals.sms.queue import SmsQueue, SmsState
from provisioning.node import boot_root
from tests.kiosk.conftest import Visitor

PHONE = "0733141592"


@pytest.fixture(autouse=True)
def boot(tmp_path, monkeypatch):
    """The kernel's boot id: writing into it is a reboot."""
    path = tmp_path / "boot_id"
    path.write_text("first")
    monkeypatch.setattr(boot_root, "_BOOT_ID", path)
    return path


@pytest.fixture
def reboot(boot, site, catalogue, visitor) -> Iterator:
    opened = []

    def again() -> Visitor:
        boot.write_text("second")
        kiosk = kiosk_of(site, visitor.node, visitor.clock, catalogue=catalogue)
        opened.append(kiosk)
        return Visitor(kiosk, visitor.clock, visitor.node)

    yield again
    for kiosk in opened:
        kiosk.bell.close()
        kiosk.database.store.close()


def spool_of(visitor: Visitor) -> Spool:
    return visitor.kiosk.counter.spool


def take_ticket(visitor: Visitor) -> str:
    visitor.tap("start", "choose.en", "ticket")
    visitor.tap(next(name for name in visitor.ids() if name.startswith("category.")))
    visitor.tap(next(name for name in visitor.ids() if name.startswith("service.")))
    visitor.tap("take-ticket", "class.none").wait(0)
    return visitor.number()


def with_sms(visitor: Visitor) -> SmsQueue:
    database = visitor.kiosk.database
    return SmsQueue(database.store, visitor.node.at_rest_root, database.clock, database.ids)


def test_a_ticket_that_waited_is_printed_by_the_next_boot_word_for_word(visitor, reboot):
    number = take_ticket(visitor)
    (before,) = spool_of(visitor).jobs()
    slip = spool_of(visitor).document(before.id)
    after = reboot()
    (job,) = spool_of(after).jobs()
    assert (job.id, job.state, job.copies, job.by) == (
        before.id,
        JobState.QUEUED,
        0,
        before.by,
    )
    assert job.label == number
    assert spool_of(after).document(job.id) == slip
    assert PrintAttempts(spool_of(after), "printer", after.clock).next_job() == job


def test_nothing_on_the_disk_opens_what_waited(visitor, boot):
    take_ticket(visitor)
    (job,) = spool_of(visitor).jobs()
    boot.write_text("the thief's machine")
    database = visitor.kiosk.database
    thief = Spool(database.store, visitor.node.at_rest_root, database.clock, database.ids)
    with pytest.raises(SpoolFault):
        thief.document(job.id)
    assert PrintAttempts(thief, "printer", database.clock).next_job() is None
    assert not [p for p in (visitor.node.dir / "keys").iterdir() if p.name == "spool.key"]


def test_a_key_of_an_earlier_installation_is_removed(visitor, reboot):
    old = visitor.node.dir / "keys" / "spool.key"
    old.write_text("a key beside what it protects")
    reboot()
    assert not old.exists()


def test_what_cannot_be_made_again_ends_and_the_journal_says_so(visitor, reboot):
    take_ticket(visitor)
    spool, database = spool_of(visitor), visitor.kiosk.database
    slip = spool.document(spool.jobs()[0].id)
    assert slip is not None
    subject = database.ids.uuid7()
    with database.store.transaction() as tx:
        spool.enqueue(tx, Job("draft-code", subject, slip, "en", None, f"draft-code:{subject}"))
    after = reboot()
    states = {job.kind: job.state for job in spool_of(after).jobs()}
    assert states == {"ticket": JobState.QUEUED, "draft-code": JobState.CANCELLED}
    told = [e for e in after.kiosk.database.journal.entries() if e.kind == "print.expired"]
    assert [(e.subject, e.body["cause"]) for e in told] == [(subject, "power-cut")]


def test_a_copy_that_was_on_its_way_stays_a_copy(visitor, reboot):
    take_ticket(visitor)
    attempts = PrintAttempts(spool_of(visitor), "printer", visitor.clock)
    job = attempts.next_job()
    assert job is not None
    attempts.begin(job, "session", None)
    after = reboot()
    attempts = PrintAttempts(spool_of(after), "printer", after.clock)
    attempts.reclaim()
    open_job = attempts.open_job()
    assert open_job is not None
    assert (open_job.state, open_job.copies) == (JobState.UNCERTAIN, 1)
    assert attempts.spool.document(open_job.id) is not None


def test_a_message_that_waited_is_lost_with_its_number_and_never_sent(visitor, boot):
    queue, database = with_sms(visitor), visitor.kiosk.database
    by = database.clock.now().replace(year=2099)
    with database.store.transaction() as tx:
        job = queue.enqueue(tx, "ticket:a", PHONE, "A005", by)
    assert not [
        row for row in database.store.all("SELECT sealed FROM sms_job") if PHONE in str(row)
    ]
    boot.write_text("second")
    queue = with_sms(visitor)
    with database.store.transaction() as tx:
        assert queue.lose_left_behind(tx) == ["ticket:a"]
        assert queue.lose_left_behind(tx) == []
    (row,) = queue.jobs()
    assert (row.id, row.state) == (job, SmsState.FAILED)
    assert database.store.all("SELECT sealed FROM sms_job") == [(None,)]
