"""Stories of the staff screen: who gets in, what they see, what they may do, and what is told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from kiosk.language import LANGUAGES
from peripherals.printing.escpos.profiles import PROFILES
from peripherals.printing.jobs import move
from peripherals.printing.spool import JobState, Spool
from peripherals.printing.worker import printer_status
from peripherals.status import Cause, DeviceState, PrinterStatus
from provisioning.identity.pin import PinLock
from provisioning.ids import SeededIds

PIN = "730146"


def with_pin(visitor):
    PinLock(visitor.node.dir / "keys", visitor.clock).set(PIN, SeededIds(9))
    return visitor


def inside(visitor):
    with_pin(visitor).tap("staff").type(PIN).tap("next")
    assert visitor.state == "staff"
    return visitor


def spool_of(visitor) -> Spool:
    database = visitor.kiosk.database
    return Spool(database.store, visitor.node.at_rest_root, database.clock, database.ids)


def printer(visitor, state=DeviceState.READY, cause=Cause.NONE, *, roll_mm: int = 22_400) -> None:
    with visitor.kiosk.database.store.transaction() as tx:
        profile = PROFILES["tm-t20"]
        printer_status.enlist(tx, "printer", 0, visitor.clock.now(), profile)
        tx.execute("UPDATE printer_state SET roll_mm = ?, slip_mm = 160", (roll_mm,))
        printer_status.observe(tx, "printer", PrinterStatus(state, visitor.clock.now(), cause))


def take_ticket(visitor) -> str:
    visitor.tap("start", "choose.en", "ticket")
    category = next(name for name in visitor.ids() if name.startswith("category."))
    visitor.tap(category)
    visitor.tap(next(name for name in visitor.ids() if name.startswith("service.")))
    visitor.tap("take-ticket", "class.none")
    return visitor.number()


def lose(visitor) -> str:
    """The newest slip was sent, and nobody knows whether it is on paper."""
    spool = spool_of(visitor)
    job = spool.jobs()[-1]
    with spool.store.transaction() as tx:
        for state in (JobState.SENDING, JobState.UNKNOWN):
            row = spool._row(tx, job.id)
            move(tx, row, state, visitor.clock.now())
        tx.execute("UPDATE print_job SET copies = 1 WHERE id = ?", (job.id,))
    return job.id


def acts(visitor) -> list[tuple[str, str]]:
    return [
        (entry.kind, entry.body.get("act", ""))
        for entry in visitor.kiosk.database.journal.entries()
        if entry.kind.startswith("staff.")
    ]


def shown_lines(visitor) -> str:
    """All pages of the staff screen."""
    words = [visitor.words()]
    while "page.next" in visitor.ids():
        words.append(visitor.tap("page.next").words())
    return "\n".join(words)


def test_a_kiosk_without_a_pin_stays_closed_and_says_so(visitor):
    (visitor.node.dir / "keys" / "staff.pin").unlink()
    visitor.tap("staff")
    assert visitor.state == "staff-pin"
    assert "technician" in visitor.words()
    assert "answer" not in visitor.ids()
    visitor.tap("back")
    assert visitor.state == "attract"


def test_the_door_is_on_the_welcome_and_on_help(visitor):
    visitor.tap("start", "choose.en", "help")
    assert visitor.ids().count("staff") == 1
    assert with_pin(visitor).tap("staff").state == "staff-pin"
    assert visitor.tap("back").state == "help"


def test_the_right_pin_opens_and_is_nowhere_in_the_journal(visitor):
    inside(visitor)
    assert acts(visitor) == [("staff.entered", "")]
    assert PIN.encode() not in visitor.node.db_path.read_bytes()
    assert visitor.kiosk.controller.session.staff_input.typed == ""


def test_five_wrong_pins_and_the_pad_is_closed_for_a_while(visitor):
    with_pin(visitor).tap("staff")
    for _ in range(5):
        visitor.type("999999").tap("next")
    assert "30" in visitor.words()
    assert {"answer", "next"}.isdisjoint(visitor.ids())
    assert [kind for kind, _ in acts(visitor)] == ["staff.refused"] * 5
    visitor.wait(31)
    visitor.type(PIN).tap("next")
    assert visitor.state == "staff"


def test_staff_come_in_and_the_visit_of_the_citizen_is_over(visitor):
    number = take_ticket(visitor)
    inside(visitor)
    assert number not in visitor.words()
    kinds = [entry.kind for entry in visitor.kiosk.database.journal.entries()]
    assert kinds.count("visit.ended") == 1
    visitor.tap("staff-done")
    assert visitor.state == "attract"


def test_there_is_no_door_out_of_a_form_in_hand(visitor):
    visitor.tap("start", "choose.en", "form")
    visitor.tap(next(name for name in visitor.ids() if name.startswith("form.")), "agree")
    assert visitor.state == "question"
    assert "staff" not in visitor.ids()


def test_the_screen_leaves_by_itself_after_a_minute(visitor):
    inside(visitor).wait(59)
    assert visitor.state == "staff"
    assert visitor.wait(2).state == "attract"


def test_every_device_and_the_roll_in_plain_words(visitor):
    printer(visitor)
    inside(visitor)
    words = shown_lines(visitor)
    assert "About 140 tickets left" in words
    assert "Working" in words
    assert "0.1.0" in words
    assert "None yet" in words


def test_a_fault_stands_first_with_its_code_and_its_page(visitor):
    printer(visitor, DeviceState.BLOCKED, Cause.PAPER)
    inside(visitor)
    row = next(each for each in visitor.view.elements if each.id == "remedy.P31")
    assert "P31" in row.hint
    visitor.tap("remedy.P31")
    assert visitor.state == "remedy"
    assert "new roll" in visitor.words()
    assert visitor.tap("done").state == "staff"


def test_a_card_that_is_nearly_full_stands_first(visitor):
    visitor.kiosk.controller._ports.staff._room_mb_min = 10**12
    inside(visitor)
    first = next(block for block in visitor.view.blocks if block.label)
    assert "42" in first.label
    assert "MB" in f"{first.text} {first.value}"


def test_a_new_roll_is_counted_from_its_full_length_and_journalled(visitor):
    printer(visitor, roll_mm=3_200)
    inside(visitor)
    assert "About 20 tickets left" in shown_lines(visitor)
    visitor.tap("roll-changed")
    assert ("staff.acted", "roll-changed") in acts(visitor)
    assert printer_status.read(spool_of(visitor).store).printers[0].roll_mm == 80_000


def test_a_new_roll_without_a_device_service_says_what_to_do(visitor):
    printer(visitor)
    inside(visitor)
    with visitor.kiosk.database.store.transaction() as tx:
        tx.execute("DELETE FROM printer_state")
    visitor.tap("roll-changed")
    assert "start the device service" in visitor.words()
    assert "roll-changed" not in visitor.ids()


def test_an_unknown_slip_is_printed_again_marked_even_when_its_time_has_passed(visitor):
    take_ticket(visitor)
    job = lose(visitor)
    visitor.wait(timedelta(hours=12).total_seconds())
    printer(visitor)
    inside(visitor)
    assert f"reprint.{job}" in visitor.ids()
    visitor.tap(f"reprint.{job}")
    assert f"reprint.{job}" not in visitor.ids(), "one touch, one copy"
    row = spool_of(visitor).job(job)
    assert row.state is JobState.QUEUED
    assert row.copies == 1, "the next copy is the second: the press marks it"
    assert row.by is None or row.by > visitor.clock.now()
    assert ("staff.acted", "reprint") in acts(visitor)


def test_a_slip_somebody_holds_leaves_the_list(visitor):
    take_ticket(visitor)
    job = lose(visitor)
    printer(visitor)
    inside(visitor).tap(f"on-paper.{job}")
    assert spool_of(visitor).job(job).state is JobState.PRINTED
    assert ("staff.acted", "on-paper") in acts(visitor)


def test_a_purged_slip_cannot_be_printed_again(visitor):
    take_ticket(visitor)
    job = lose(visitor)
    spool = spool_of(visitor)
    with spool.store.transaction() as tx:
        spool.purge(tx, visitor.clock.now() + timedelta(seconds=1))
    printer(visitor)
    inside(visitor)
    assert f"reprint.{job}" not in visitor.ids()
    assert f"on-paper.{job}" in visitor.ids()


def test_the_code_of_a_draft_is_never_printed_for_staff(visitor):
    take_ticket(visitor)
    job = lose(visitor)
    with visitor.kiosk.database.store.transaction() as tx:
        tx.execute("UPDATE print_job SET kind = 'draft-code' WHERE id = ?", (job,))
    printer(visitor)
    inside(visitor)
    assert f"reprint.{job}" not in visitor.ids()
    assert "Code of a form" in visitor.words()


def test_the_test_slip_goes_through_the_spool(visitor):
    printer(visitor)
    inside(visitor).tap("test-slip")
    job = spool_of(visitor).jobs()[-1]
    assert (job.kind, job.state) == ("test", JobState.QUEUED)
    assert ("staff.acted", "test-slip") in acts(visitor)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing_in_either_language(visitor, language):
    printer(visitor, DeviceState.BLOCKED, Cause.COVER)
    take_ticket(visitor)
    lose(visitor)
    inside(visitor).tap(f"language.{language}")
    words = shown_lines(visitor)
    assert not re.search(r"\b(staff|device|remedy)\.[a-z_]+", words)
