"""A kiosk printer with a presenter: slips wait in its mouth until somebody takes them."""

from __future__ import annotations

import pytest

from peripherals.faults import BadDeviceUrl
from peripherals.printing.document import Document, Item
from peripherals.printing.escpos.profiles import PROFILES, profile_named
from peripherals.printing.escpos.replies import (
    Automatic,
    FullStatus,
    RealTime,
    ReplyReader,
    Sensor,
    judge_full,
)
from peripherals.printing.jobs import JobState
from peripherals.printing.worker.presenter import SlipPresenter
from peripherals.simulators.printer.faults import FaultInjector
from peripherals.simulators.printer.printer_state import MachineState, Model
from peripherals.simulators.printer.responses import full_status
from peripherals.status import Cause, DeviceState, PrinterStatus
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from tests.peripherals.printing.campaign import slip_for
from tests.peripherals.printing.rig import Rig

CUSTOM = PROFILES["custom-kiosk"]
KIOSK = Model(gsh=False, clear=False, counter=False, presenter=True, name="", mm_s=200)


@pytest.fixture
def rig():
    rig = Rig(model=KIOSK, second=Model(mm_s=200), base="custom-kiosk")
    yield rig
    rig.close()


@pytest.fixture
def box(rig):
    return FaultInjector(rig.printer, SeededIds(1))


def test_each_slip_is_taken_before_the_next_one_is_begun(rig):
    jobs = [rig.order(f"A10{n}") for n in range(1, 4)]
    begun = []
    begin = rig.printer.cut

    def cut(strip):
        begun.append((rig.printer.body.in_presenter, strip.blank))
        begin(strip)

    rig.printer.cut = cut
    assert rig.go(40, rig.done(*jobs))
    assert [rig.job(job).state for job in jobs] == [JobState.PRINTED] * 3
    assert [rig.job(job).printer for job in jobs] == ["printer"] * 3
    assert [in_presenter for in_presenter, blank in begun if not blank] == [False] * 3
    assert rig.printer.body.retracted == 0
    assert rig.printer.unknown == []


def test_a_slip_nobody_takes_is_named_pulled_in_and_the_next_goes_to_the_second_printer(rig, box):
    rig.go(4)
    box.do({"do": "nobody-takes"})
    first = rig.order("A101")
    assert rig.go(5, rig.done(first))
    assert rig.job(first).state is JobState.PRINTED, "it is on paper, whoever takes it"
    rig.go(5)
    assert rig.health().state is DeviceState.READY, "waiting a while is no fault"
    second = rig.order("A102")
    rig.go(8)
    assert rig.job(second).state is JobState.QUEUED
    seen = []
    rig.go(15, lambda: seen.append(rig.health().as_json()) or rig.done(second)())
    blocked = next(row for row in seen if row["state"] == "blocked")
    assert (blocked["cause"], blocked["code"]) == ("presenter", "P37")
    assert "slip waits in the mouth" in blocked["words"]["en"]
    assert "mdomoni" in blocked["words"]["sw"]
    rig.go(5)
    assert rig.printer.body.retracted == 1
    assert rig.health().state is DeviceState.READY
    assert rig.go(10, rig.done(second))
    assert rig.job(second).copies == 1


def test_with_hold_it_waits_for_a_person(box):
    rig = Rig(model=KIOSK, base="custom-kiosk", retract=b"")
    held = FaultInjector(rig.printer, SeededIds(1))
    held.do({"do": "nobody-takes"})
    rig.go(1)
    jobs = [rig.order("A101"), rig.order("A102")]
    rig.go(60)
    assert rig.health().cause is Cause.PRESENTER
    assert rig.printer.body.retracted == 0
    assert rig.job(jobs[1]).state is JobState.QUEUED
    held.do({"do": "take"})
    assert rig.go(10, rig.done(*jobs))
    rig.close()


def test_a_torn_slip_is_pushed_out_before_its_copy_is_printed():
    rig = Rig(model=KIOSK, base="custom-kiosk")
    rig.printer.nobody_takes = True
    rig.go(4)
    printer = rig.printer
    rig.at(0.15, lambda: setattr(printer, "connected", False))
    rig.at(1.5, lambda: setattr(printer, "connected", True))
    occupied = {}
    begin = printer.cut

    def cut(strip):
        occupied[strip.text] = printer.body.in_presenter
        begin(strip)

    printer.cut = cut
    slip = slip_for("A101")
    long = tuple(Item(f"Leta hati namba {n} ya asili pamoja na nakala yake") for n in range(60))
    slip = Document((*slip.blocks[:3], *long, *slip.blocks[3:]), "sw", "A101")
    job = rig.order("A101", slip=slip)
    assert rig.go(30, rig.done(job))
    assert rig.job(job).state is JobState.PRINTED
    copies = {text: busy for text, busy in occupied.items() if "A101>" in text}
    assert len(occupied) > len(copies), "there was a torn piece"
    assert list(copies.values()) == [False], "nothing of it was in the mouth any more"
    assert printer.body.retracted == 0
    rig.close()


@pytest.mark.parametrize(
    ("octets", "state", "cause"),
    [
        (b"\x00\x00\x00\x00", DeviceState.READY, Cause.NONE),
        (
            b"\x80\x0c\x20\x00",
            DeviceState.READY,
            Cause.NONE,
        ),  # notch, motor, unknown command
        (b"\x04\x00\x00\x00", DeviceState.LOW, Cause.NONE),
        (b"\x20\x00\x00\x00", DeviceState.READY, Cause.NONE),  # taken in time
        (b"\x01\x00\x00\x00", DeviceState.BLOCKED, Cause.PAPER),
        (b"\x40\x00\x00\x00", DeviceState.BLOCKED, Cause.PAPER),
        (b"\x00\x01\x00\x00", DeviceState.BLOCKED, Cause.COVER),
        (b"\x00\x02\x00\x00", DeviceState.BLOCKED, Cause.COVER),
        (b"\x00\x00\x01\x00", DeviceState.BLOCKED, Cause.HEAT),
        (b"\x00\x00\x08\x00", DeviceState.BLOCKED, Cause.VOLTAGE),
        (b"\x00\x00\x40\x00", DeviceState.BLOCKED, Cause.JAM),
        (b"\x00\x00\x00\x01", DeviceState.BLOCKED, Cause.CUTTER),
        (b"\x00\x00\x00\x08", DeviceState.BLOCKED, Cause.ERROR),
    ],
)
def test_every_bit_of_the_full_status_has_its_meaning(octets, state, cause):
    clock = VirtualClock()

    class Talk:
        def presenter_status(self):
            return judge_full(FullStatus(octets))

    found = SlipPresenter(CUSTOM, clock).look(Talk(), PrinterStatus(DeviceState.READY, clock.now()))
    assert (found.state, found.cause) == (state, cause)
    assert found.near_end is (octets[0] & 0x04 > 0)


def test_a_full_status_is_no_automatic_one_and_no_fence():
    body = MachineState(in_presenter=True)
    octets = full_status(body)
    whole = FullStatus(octets[2:])
    assert ReplyReader(full_status=True).feed(octets) == [whole]
    split = ReplyReader(full_status=True)
    assert [reply for octet in octets for reply in split.feed(bytes((octet,)))] == [whole]
    assert ReplyReader(full_status=True).feed(b"\x12" + octets + b"\x00") == [
        RealTime(0x12),
        whole,
        Sensor(0),
    ]
    assert ReplyReader(full_status=True).feed(b"\x10\x00\x00\x00") == [Automatic(b"\x10\0\0\0")]
    assert FullStatus not in {type(reply) for reply in ReplyReader().feed(octets)}


def test_a_kiosk_printer_without_a_full_status_still_prints():
    rig = Rig(model=Model(gsh=False, clear=False, counter=False), base="custom-kiosk")
    job = rig.order()
    assert rig.go(10, rig.done(job))
    assert rig.job(job).state is JobState.PRINTED
    rig.close()


def test_the_policy_is_an_option_of_printers_with_a_presenter_only():
    assert profile_named("custom-kiosk", {"presenter": "hold"}).retract == b""
    assert not profile_named("custom-kiosk", {"presenter": "none"}).full_status
    assert profile_named("custom-kiosk", {"presenter": "retract"}).retract == CUSTOM.retract
    for name, word in (("tm-t20", "hold"), ("custom-kiosk", "throw")):
        with pytest.raises(BadDeviceUrl):
            profile_named(name, {"presenter": word})
