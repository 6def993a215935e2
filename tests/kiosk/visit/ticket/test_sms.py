"""Stories of a ticket without paper: the number by SMS, and what becomes of the phone number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from content.catalogue.catalogue import Catalogue
from kiosk.node.composition import kiosk_of
from peripherals.device_loop import status_table
from peripherals.device_loop.status_table import DeviceRow
from peripherals.printing.escpos.profiles import PROFILES
from peripherals.printing.spool import JobState, Spool
from peripherals.printing.worker import printer_status
from peripherals.sms.modem import SmsOutcome, SmsReport
from peripherals.sms.queue import SmsQueue, SmsState
from peripherals.status import Cause, DeviceState, PrinterStatus
from provisioning.clock import VirtualClock
from provisioning.node import boot_root
from provisioning.node.site import Site
from tests.kiosk.conftest import Visitor

PHONE = "0733 141 592"


@pytest.fixture
def visitor(site: Site, catalogue: Catalogue) -> Iterator[Visitor]:
    """At a van with a modem."""
    settings = site.dir / "van-1" / "device.toml"
    text = settings.read_text().replace("[devices]", '[devices]\nsms = "sms+at:run/modem"')
    assert "sms+at" in text
    settings.write_text(text)
    clock, node = VirtualClock(), site.node("van-1")
    kiosk = kiosk_of(site, node, clock, catalogue=catalogue)
    yield Visitor(kiosk, clock, node)
    kiosk.bell.close()
    kiosk.database.store.close()


def stand(visitor, printer: DeviceState, modem: DeviceState) -> None:
    now = visitor.clock.now()
    with visitor.kiosk.database.store.transaction() as tx:
        printer_status.enlist(tx, "printer", 0, now, PROFILES["tm-t20"])
        cause = Cause.PAPER if printer is DeviceState.BLOCKED else Cause.NONE
        printer_status.observe(tx, "printer", PrinterStatus(printer, now, cause))
        row = DeviceRow(
            name="sms", driver="at", state=modem, cause=Cause.NONE, since=now, observed_at=now
        )
        status_table.write(tx, [row])


def ticket(visitor) -> str:
    visitor.tap("start", "choose.en", "ticket")
    visitor.tap(next(name for name in visitor.ids() if name.startswith("category.")))
    visitor.tap(next(name for name in visitor.ids() if name.startswith("service.")))
    visitor.tap("take-ticket", "class.none").wait(0)
    return visitor.number()


def queue_of(visitor) -> SmsQueue:
    database = visitor.kiosk.database
    return SmsQueue(database.store, visitor.node.at_rest_root, database.clock, database.ids)


def last_job(visitor):
    database = visitor.kiosk.database
    return Spool(database.store, visitor.node.at_rest_root, database.clock, database.ids).jobs()[-1]


@pytest.mark.parametrize(
    ("printer", "modem", "offered"),
    [
        (DeviceState.BLOCKED, DeviceState.READY, True),
        (DeviceState.BLOCKED, DeviceState.LOW, True),
        (DeviceState.BLOCKED, DeviceState.BLOCKED, False),
        (DeviceState.READY, DeviceState.READY, False),
    ],
)
def test_offered_only_without_paper_and_with_a_modem(visitor, printer, modem, offered):
    stand(visitor, printer, modem)
    ticket(visitor)
    assert ("sms" in visitor.ids()) is offered


def test_the_number_goes_by_sms_in_place_of_the_slip_and_is_sent_only_when_proven(visitor):
    stand(visitor, DeviceState.BLOCKED, DeviceState.READY)
    number = ticket(visitor)
    visitor.tap("sms").type(PHONE).tap("send")
    assert visitor.state == "ticket"
    assert visitor.number() == number
    assert "on its way" in visitor.words()
    assert "sms" not in visitor.ids(), "one message a ticket"
    assert (last_job(visitor).state, last_job(visitor).channel) == (JobState.FAILED_OVER, "sms")
    entry = list(visitor.kiosk.database.journal.entries())[-1]
    assert (entry.kind, entry.body["to"]) == ("print.failed_over", "sms")
    queue = queue_of(visitor)
    job = queue.jobs()[0].id
    with visitor.kiosk.database.store.transaction() as tx:
        tx.execute("UPDATE sms_job SET state = 'sending'")
    queue.report(SmsReport(job, SmsOutcome.SENT, ""))
    visitor.wait(1)
    assert "message was sent" in visitor.words()


def test_the_phone_number_is_sealed_and_gone_after_sending(visitor):
    stand(visitor, DeviceState.BLOCKED, DeviceState.READY)
    ticket(visitor)
    visitor.tap("sms").type(PHONE).tap("send")
    assert visitor.kiosk.controller.session.phone.typed == ""
    for path in visitor.node.dir.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"733141592" not in content
            assert PHONE.encode() not in content
    store, queue = visitor.kiosk.database.store, queue_of(visitor)
    with store.transaction() as tx:
        tx.execute("UPDATE sms_job SET state = 'sending'")
    queue.report(SmsReport(queue.jobs()[0].id, SmsOutcome.SENT, ""))
    assert store.one("SELECT sealed FROM sms_job")[0] is None


@pytest.mark.parametrize(("minutes", "slips"), [(1, 2), (40, 1)])
def test_a_message_lost_with_the_power_becomes_a_slip_while_it_is_of_use(
    visitor, site, catalogue, tmp_path, monkeypatch, minutes, slips
):
    stand(visitor, DeviceState.BLOCKED, DeviceState.READY)
    number = ticket(visitor)
    visitor.tap("sms").type(PHONE).tap("send")
    (tmp_path / "boot_id").write_text("another boot")
    monkeypatch.setattr(boot_root, "_BOOT_ID", tmp_path / "boot_id")
    visitor.clock.advance(seconds=60 * minutes)
    after = kiosk_of(site, visitor.node, visitor.clock, catalogue=catalogue)
    assert [job.state for job in queue_of(visitor).jobs()] == [SmsState.FAILED]
    assert after.database.store.all("SELECT sealed FROM sms_job") == [(None,)]
    jobs = after.counter.spool.jobs()
    assert [job.label for job in jobs] == [number] * slips
    assert jobs[0].state is JobState.FAILED_OVER
    if slips > 1:
        assert (jobs[1].state, jobs[1].copies) == (JobState.QUEUED, 1)  # a copy, marked
    after.bell.close()
    after.database.store.close()


def test_a_number_that_is_none_is_told_and_nothing_is_queued(visitor):
    stand(visitor, DeviceState.BLOCKED, DeviceState.READY)
    ticket(visitor)
    visitor.tap("sms").type("0812 345 678").tap("send")
    assert visitor.state == "ticket-sms"
    assert "for example" in visitor.words()
    assert queue_of(visitor).jobs() == []
    assert last_job(visitor).state is JobState.QUEUED
    assert visitor.tap("back").state == "ticket"


@pytest.mark.parametrize("language", ["en", "sw"])
def test_the_longest_site_fits_one_message(catalogue, language):
    longest = max((centre.name for centre in catalogue.centres()), key=len)
    words = catalogue.text("sms.ticket", language, number="A-1234", site=longest)
    assert len(words) <= 160
