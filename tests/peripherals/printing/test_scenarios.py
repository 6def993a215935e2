"""The printing stories of the acceptance list (numbers in brackets), in virtual time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from peripherals.printing.document import Document, Item
from peripherals.printing.escpos.encoder import MARKS
from peripherals.printing.jobs import JobState
from peripherals.printing.layout import DUPLICATE_MARK
from peripherals.printing.protocol_port import Proof
from peripherals.printing.spool import SPOOL_TABLES, Job
from peripherals.printing.worker.attempts import PrintAttempts
from peripherals.simulators.printer.faults import FaultInjector
from peripherals.simulators.printer.printer_state import Model
from peripherals.status import Cause, DeviceState
from provisioning.ids import SeededIds
from sync.store.database import Store, StoreFault
from tests.peripherals.printing.campaign import slip_for
from tests.peripherals.printing.rig import FENCE_MODEL, FENCE_ONLY, Rig


@pytest.fixture
def rig():
    rig = Rig()
    yield rig
    rig.close()


def whole(slip: str, number: str) -> bool:
    return f"<{number}" in slip and f"{number}>" in slip


def test_a_slip_is_printed_once_and_proven_by_its_process_id(rig):
    job = rig.order()
    assert rig.go(5, rig.done(job))
    assert (rig.job(job).state, rig.job(job).proof) == (JobState.PRINTED, "process-id")
    assert len(rig.first.slips) == 1
    assert whole(rig.first.slips[0], "A101")
    assert [event["what"] for event in rig.spool.events(job)] == [
        "queued",
        "sending",
        "await-proof",
        "printed",
    ]


def test_paper_out_before_the_job_sends_nothing_and_is_told_within_a_second(rig):  # (2)
    rig.go(1)
    rig.printer.body.paper_out = True
    rig.go(1.0)
    assert (rig.health().state, rig.health().cause) == (DeviceState.BLOCKED, Cause.PAPER)
    assert "paper" in rig.health().words("en")
    assert "Karatasi" in rig.health().words("sw")
    job = rig.order()
    rig.go(5)
    assert rig.job(job).state is JobState.QUEUED
    assert rig.printer.hanging.blank


def test_paper_out_inside_a_ticket_is_held_then_one_unmarked_slip(rig):  # (3)
    rig.go(3)
    rig.printer.out_of_paper_in = 24
    seen = []
    rig.at(15, lambda: seen.append((rig.job(job).state, rig.health().cause)))
    rig.body(20, "paper_out", False)
    job = rig.order()
    assert rig.go(25, rig.done(job))
    assert seen == [(JobState.HELD, Cause.PAPER)]
    assert rig.job(job).state is JobState.PRINTED
    assert rig.job(job).copies == 1
    assert len(rig.first.slips) == 1
    assert DUPLICATE_MARK not in rig.first.slips[0]


def test_citizen_chooses_sms_while_the_slip_is_held_and_nothing_comes_out_later(rig):  # (4)
    rig.go(3)
    rig.printer.out_of_paper_in = 20

    def choose_sms() -> None:
        with rig.store.transaction() as tx:
            assert rig.spool.hand_over(tx, job, "sms")

    rig.at(3, choose_sms)
    job = rig.order()
    rig.go(6)
    assert (rig.job(job).state, rig.job(job).channel) == (JobState.FAILED_OVER, "sms")
    assert b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08" in rig.printer.live_commands
    rig.printer.body.paper_out = False
    rig.go(10)
    assert not any("A101>" in slip for slip in rig.first.slips)
    following = rig.order("A102")
    assert rig.go(5, rig.done(following))
    assert "A101" not in rig.first.slips[-1]


def test_cover_opened_ten_times_in_fifty_tickets(rig):  # (5)
    jobs = []
    for n in range(50):
        if n % 5 == 0:
            rig.printer.later(0.02 * (n % 9), lambda: setattr(rig.printer.body, "cover_open", True))
            rig.printer.later(0.6, lambda: setattr(rig.printer.body, "cover_open", False))
        jobs.append(rig.order(f"A{n + 100}"))
        rig.go(3, rig.done(jobs[-1]))
    assert rig.go(30, rig.done(*jobs))
    for n in range(50):
        copies = [slip for slip in rig.first.slips if whole(slip, f"A{n + 100}")]
        assert len(copies) == 1
        assert DUPLICATE_MARK not in copies[0]


def test_cutter_error_is_recovered_with_enq_2_onto_clean_paper(rig):  # (6)
    rig.go(3)
    seen = []
    rig.body(0.1, "cutter_jam", True)
    rig.at(4, lambda: seen.append((rig.health().cause, rig.health().code)))
    rig.body(5, "cutter_freed", True)
    job = rig.order()
    assert rig.go(20, rig.done(job))
    assert seen == [(Cause.CUTTER, "P33")]
    assert b"\x10\x05\x02" in rig.printer.live_commands
    assert b"\x10\x05\x01" not in rig.printer.live_commands
    assert whole(rig.first.slips[-1], "A101")
    assert rig.first.slips[-1].count("A101") == 2


def test_cable_pulled_inside_a_slip_gives_one_marked_whole_slip(rig):  # (7)
    rig.go(3)
    slip = slip_for("A101")
    long = tuple(Item(f"Leta hati namba {n} ya asili pamoja na nakala yake") for n in range(60))
    slip = Document((*slip.blocks[:3], *long, *slip.blocks[3:]), "sw", "A101")
    rig.at(0.15, lambda: setattr(rig.printer, "connected", False))
    rig.at(3.0, lambda: setattr(rig.printer, "connected", True))
    job = rig.order(slip=slip)
    assert rig.go(30, rig.done(job))
    torn, again = rig.first.slips
    assert not whole(torn, "A101")
    assert whole(again, "A101")
    assert f"{DUPLICATE_MARK} 2" in again


def test_cable_pulled_but_the_slip_came_out_is_proven_by_the_count_of_cuts(rig):
    rig.go(3)
    rig.printer.later(0.2, lambda: setattr(rig.printer, "connected", False))
    rig.printer.later(3.0, lambda: setattr(rig.printer, "connected", True))
    job = rig.order()
    assert rig.go(30, rig.done(job))
    assert (rig.job(job).proof, rig.job(job).copies) == ("counter", 1)
    assert len(rig.first.slips) == 1


def test_power_cycle_inside_a_slip_gives_a_torn_one_and_one_marked_whole_one(rig):  # (8)
    rig.go(3)

    def off() -> None:
        rig.printer.power_off()
        rig.printer.connected = False

    def on() -> None:
        rig.printer.power_on()
        rig.printer.connected = True

    rig.printer.later(0.2, off)
    rig.printer.later(2.0, on)
    job = rig.order()
    assert rig.go(30, rig.done(job))
    torn, again = rig.first.slips
    assert not whole(torn, "A101")
    assert whole(again, "A101")
    assert f"{DUPLICATE_MARK} 2" in again
    notes = [event["note"] for event in rig.spool.events(job)]
    assert "copy 1" in notes
    assert "copy 2" in notes


def test_power_cycle_with_the_buffer_kept_needs_no_copy(rig):
    rig.go(3)

    def off() -> None:
        rig.printer.power_off(keep_buffer=True)
        rig.printer.connected = False

    def on() -> None:
        rig.printer.power_on()
        rig.printer.connected = True

    rig.printer.later(0.2, off)
    rig.printer.later(2.0, on)
    job = rig.order()
    assert rig.go(30, rig.done(job))
    assert rig.job(job).copies == 1
    assert len(rig.first.slips) == 1


def test_a_silent_printer_is_unknown_and_gets_no_ticket(rig):  # (10)
    rig.printer.voice.muted = True
    job = rig.order()
    rig.go(10)
    assert rig.health().state is DeviceState.UNKNOWN
    assert rig.health().as_json()["paper"] == "unknown", "not knowing is never fine"
    assert rig.job(job).state is JobState.QUEUED
    assert rig.first.slips == []


def test_a_late_process_id_proves_its_own_job_only(rig):  # (12)
    print_attempts = PrintAttempts(rig.spool, "printer", rig.clock)
    first, second = rig.order("A101"), rig.order("A102")
    one = print_attempts.begin(rig.job(first), "session-1", None)
    print_attempts.to(first, JobState.UNCERTAIN)
    two = print_attempts.begin(rig.job(second), "session-2", None)
    assert one
    assert two
    assert print_attempts.answered(one.process, "session-2", MARKS) == [first]
    assert rig.job(first).state is JobState.PRINTED
    assert rig.job(second).state is JobState.SENDING


def test_a_later_process_id_proves_the_earlier_slips_of_its_session_only(rig):  # (13)
    print_attempts = PrintAttempts(rig.spool, "printer", rig.clock)
    jobs = [rig.order(f"A10{n}") for n in range(4)]
    sessions = ["old", "now", "now", "now"]
    attempts = [
        print_attempts.begin(rig.job(job), session, None)
        for job, session in zip(jobs, sessions, strict=True)
    ]
    for attempt in attempts[:2]:
        print_attempts.written(attempt, 80)
    # Job 2 was not written whole: a later answer says nothing about it.
    assert print_attempts.answered(attempts[3].process, "now", MARKS) == [jobs[3], jobs[1]]
    assert rig.job(jobs[0]).state is not JobState.PRINTED
    assert rig.job(jobs[2]).state is not JobState.PRINTED


def test_no_byte_is_sent_without_its_committed_row(rig, monkeypatch):  # (15)
    rig.go(3)
    job = rig.order()

    def full(*_: object) -> None:
        raise StoreFault("The disk is full.")

    monkeypatch.setattr(PrintAttempts, "begin", full)
    octets = rig.printer.hanging.octets
    with pytest.raises(StoreFault):
        rig.go(1)
    assert rig.printer.hanging.octets - octets < 20  # status and counters, no slip
    assert rig.printer.hanging.blank
    assert rig.job(job).state is JobState.QUEUED


def test_a_full_disk_and_a_locked_database_send_nothing_and_lose_nothing(rig):  # (15)
    rig.go(3)
    jobs = [rig.order(f"A{n}") for n in range(101, 131)]
    full = rig.store.one("PRAGMA page_count")[0]
    rig.store.one(f"PRAGMA max_page_count = {full}")
    with pytest.raises(StoreFault):
        rig.go(60, rig.done(*jobs))
    # Whatever is on the paper, whole or begun, had its row first.
    begun = {row[0] for row in rig.store.all("SELECT job FROM print_attempt WHERE copy > 0")}
    labels = {rig.job(job).label for job in jobs if job in begun}
    seen = "\n".join([*rig.first.slips, rig.printer.hanging.text])
    assert {f"A{n}" for n in range(101, 131) if f"<A{n}" in seen} <= labels
    assert len(begun) < len(jobs)
    rig.store.one("PRAGMA max_page_count = 1000000")
    rig.first.worker.close()
    rig.first.new_press()  # as the supervisor does with a worker that crashed
    assert rig.go(120, rig.done(*jobs))
    for job in jobs:
        copies = [slip for slip in rig.first.slips if whole(slip, rig.job(job).label)]
        assert copies
        assert sum(DUPLICATE_MARK not in slip for slip in copies) <= 1

    last = rig.order("A999")
    other = Store.open(rig.path, [SPOOL_TABLES])
    with other.transaction(), pytest.raises(StoreFault):
        rig.go(5)
    other.close()
    assert rig.printer.hanging.blank
    assert rig.job(last).state is JobState.QUEUED
    assert rig.go(10, rig.done(last))
    assert sum("<A999" in slip for slip in rig.first.slips) == 1


@pytest.mark.parametrize("after", [0.0, 0.02, 0.04, 0.2])
def test_a_printer_that_stops_reading_ends_every_turn_in_time(rig, after):  # (9)
    rig.go(3)
    long = tuple(Item(f"Leta hati namba {n} ya asili pamoja na nakala yake") for n in range(300))
    slip = Document((*slip_for("A101").blocks, *long), "sw", "A101")
    rig.at(after, lambda: setattr(rig.printer, "stalled", True))
    job = rig.order(slip=slip)
    turns = []
    for _ in range(60):
        start = rig.clock.monotonic()
        rig.first.worker.turn()
        turns.append(rig.clock.monotonic() - start)
        rig.first.cable.wait(0.1)
    assert max(turns) <= 5.0 + 1.0 + 0.1, "five seconds of stalling and one write"
    assert rig.job(job).state is not JobState.PRINTED
    assert rig.health().state is DeviceState.UNKNOWN
    rig.printer.stalled = False
    assert rig.go(60, rig.done(job))
    assert rig.job(job).state is JobState.PRINTED


def test_a_printer_without_process_ids_is_downgraded_to_a_fence_and_says_so():  # (16)
    rig = Rig(model=Model(gsh=False, counter=False))
    job = rig.order()
    assert rig.go(10, rig.done(job))
    assert rig.job(job).proof == "fence"
    assert rig.health().proof == "fence"
    assert "2\u2593" not in "".join(rig.first.slips)  # nothing of our questions on the paper
    rig.close()


def test_a_printer_that_never_answers_leaves_the_slip_to_the_staff():  # (16)
    rig = Rig(model=Model(), voice=False, proof=Proof.NONE, cut_counter=0, buffer_clear=False)
    rig.printer.voice.muted = True
    job = rig.order()
    assert rig.go(5, rig.done(job))
    assert rig.job(job).state is JobState.UNKNOWN
    assert [row.id for row in rig.spool.unsettled()] == [job]
    with rig.store.transaction() as tx:
        rig.spool.settle(tx, job, on_paper=True)
    assert (rig.job(job).state, rig.job(job).proof) == (JobState.PRINTED, "person")
    rig.close()


def test_the_second_printer_takes_over_within_three_seconds_and_the_first_comes_back_clean():  # (17)
    rig = Rig(second=Model(mm_s=200))
    rig.go(4)
    rig.printer.out_of_paper_in = 24
    job = rig.order()
    start = rig.clock.monotonic()
    assert rig.go(20, rig.done(job))
    second = rig.machines[1]
    assert rig.job(job).printer == "printer-2"
    assert rig.clock.monotonic() - start <= 5.0
    assert whole(second.slips[-1], "A101")
    assert DUPLICATE_MARK in second.slips[-1]
    rig.printer.body.paper_out = False
    rig.go(3)
    following = rig.order("A102")
    assert rig.go(20, rig.done(following))
    assert not any(whole(slip, "A101") for slip in rig.first.slips)
    assert "A101" not in next(slip for slip in rig.first.slips if "A102" in slip)
    rig.close()


def test_a_new_job_goes_to_the_second_printer_when_the_first_is_out_of_paper():  # (17)
    rig = Rig(second=Model(mm_s=200))
    rig.go(4)
    rig.printer.body.paper_out = True
    rig.go(1)
    job = rig.order()
    start = rig.clock.monotonic()
    assert rig.go(20, rig.done(job))
    assert rig.clock.monotonic() - start <= 3.5
    assert rig.job(job).copies == 1
    assert DUPLICATE_MARK not in rig.machines[1].slips[-1]
    rig.close()


def test_yesterdays_tickets_do_not_print_at_opening(rig):  # (18)
    rig.printer.body.paper_out = True
    job = rig.order(by=rig.clock.now() + timedelta(minutes=30))
    rig.go(3)
    rig.clock.advance(seconds=12 * 3600)
    rig.printer.body.paper_out = False
    rig.go(10)
    assert rig.job(job).state is JobState.EXPIRED
    assert rig.first.slips == []


def test_a_slip_held_inside_past_its_time_is_cleared_out_before_new_paper(rig):  # (18)
    rig.go(3)
    rig.printer.out_of_paper_in = 24
    job = rig.order(by=rig.clock.now() + timedelta(seconds=60))
    rig.at(5, lambda: rig.clock.advance(seconds=3600))
    rig.go(20, rig.done(job))
    assert rig.job(job).state is JobState.UNKNOWN
    rig.go(5)
    rig.printer.body.paper_out = False
    rig.go(10)
    assert not any("A101>" in slip for slip in rig.first.slips)


def test_another_model_than_the_settings_say_is_refused_and_nothing_is_lost(rig):  # (21)
    box = FaultInjector(rig.printer, SeededIds(1))
    rig.go(3)
    rig.at(0.15, lambda: box.do({"do": "other-model", "name": "TM-T88VI"}))
    inside = rig.order("A101")
    rig.go(6)
    health = rig.health()
    assert (health.state, health.cause, health.code) == (
        DeviceState.FAULT,
        Cause.WRONG_MODEL,
        "P24",
    )
    assert health.model == "TM-T88VI"
    waiting = rig.order("A102")
    rig.go(6)
    assert rig.job(inside).state is JobState.UNCERTAIN
    assert rig.job(waiting).state is JobState.QUEUED
    assert not any(whole(slip, "A101") or "A102" in slip for slip in rig.first.slips)
    since = health.since
    assert rig.health().since == since, "it does not waver between ready and refused"
    assert rig.health().dirty, "what the absent printer may hold is not forgotten"
    box.do({"do": "own-model"})
    assert rig.go(20, rig.done(inside, waiting))
    assert [rig.job(job).state for job in (inside, waiting)] == [JobState.PRINTED] * 2
    assert rig.health().model == "TM-T20SIM"
    for number in ("A101", "A102"):
        copies = [slip for slip in rig.first.slips if whole(slip, number)]
        assert sum(DUPLICATE_MARK not in slip for slip in copies) <= 1
        assert len(copies) == 1


@pytest.mark.parametrize("name", ["", "POS-80 Printer", "TM-T20III", "TM-T82X", "tm-t20 clone"])
def test_a_printer_of_no_name_or_a_clones_name_keeps_working(name):  # (21)
    rig = Rig(model=Model(name=name, mm_s=200))
    job = rig.order()
    assert rig.go(10, rig.done(job))
    assert rig.job(job).state is JobState.PRINTED
    assert len(rig.first.slips) == 1
    rig.close()


def test_a_serial_printer_swapped_while_idle_is_noticed(rig):  # (21)
    rig.go(3)
    rig.printer.power_off()
    rig.at(2.5, lambda: setattr(rig.printer, "model", Model(name="TM-T88V", mm_s=200)))
    rig.at(2.6, rig.printer.power_on)
    rig.go(6)
    assert rig.health().cause is Cause.WRONG_MODEL
    rig.order()
    rig.go(5)
    assert not any("A101" in slip for slip in rig.first.slips)
    # A clone without a name put there instead is no stranger any more.
    rig.printer.power_off()
    rig.at(2.5, lambda: setattr(rig.printer, "model", Model(name="", mm_s=200)))
    rig.at(2.6, rig.printer.power_on)
    assert rig.go(20, lambda: any(whole(slip, "A101") for slip in rig.first.slips))


def test_fence_printers_hold_and_print_one_unmarked_slip_after_paper_out():
    rig = Rig(model=FENCE_MODEL, **FENCE_ONLY)
    rig.go(2)
    rig.printer.out_of_paper_in = 24
    seen = []
    rig.at(3, lambda: seen.append(rig.job(job).state))
    rig.body(4, "paper_out", False)
    job = rig.order()
    assert rig.go(10, rig.done(job))
    assert seen == [JobState.HELD]
    assert (rig.job(job).proof, rig.job(job).copies) == ("fence", 1)
    rig.close()


def test_a_repeat_asked_for_by_the_citizen_is_marked_from_its_first_copy(rig):
    job = Job("ticket", rig.ids.uuid7(), slip_for("A101"), "sw", None, "again")
    with rig.store.transaction() as tx:
        job_id = rig.spool.enqueue(tx, replace(job, repeat=True))
    assert rig.go(5, rig.done(job_id))
    assert DUPLICATE_MARK in rig.first.slips[0]


def test_the_roll_forecast_counts_down(rig):
    jobs = [rig.order(f"A{n}") for n in range(101, 104)]
    assert rig.go(20, rig.done(*jobs))
    left = rig.health().tickets_left
    assert left is not None
    assert 900 < left < 1300


def test_every_printer_refuses_nothing_and_stops_in_time_when_told(rig):
    rig.printer.voice.drop_marks = 99
    rig.printer.model = Model(counter=False)
    stop = []
    rig.first.worker._stopping = lambda: bool(stop)
    job = rig.order()
    rig.printer.later(0.5, lambda: stop.append(1))
    start = rig.clock.monotonic()
    rig.first.worker.turn()
    while rig.job(job).state in {JobState.QUEUED, JobState.SENDING}:
        rig.first.worker.turn()
    assert rig.clock.monotonic() - start < 5


@pytest.mark.parametrize("octet", [0x00, 0x0C, 0x12, 0xFF])
@pytest.mark.parametrize("process_ids", [True, False], ids=["process-id", "fence"])
def test_a_line_that_says_one_byte_for_ever_proves_nothing(octet, process_ids):
    rig = Rig(model=Model(mm_s=200, counter=False, gsh=process_ids), cut_counter=0)
    first = rig.order()
    assert rig.go(10, rig.done(first))
    whole = rig.first.cable.take

    def stuck() -> None:
        rig.printer.body.paper_out = True
        rig.first.cable.take = say_it_again

    def say_it_again() -> bytes:
        whole()
        rig.clock.advance(seconds=0.02)
        return bytes([octet]) * 8

    job = rig.order("A102")
    rig.at(0.05, stuck)
    rig.go(12)
    assert rig.job(job).state is not JobState.PRINTED
    assert not rig.health().state.serves
    rig.first.cable.take = whole
    rig.printer.body.paper_out = False
    rig.go(20, rig.done(job))
    unmarked = [slip for slip in rig.first.slips if "A102" in slip and DUPLICATE_MARK not in slip]
    assert len(unmarked) <= 1
    rig.close()
