"""No printer is cleared, fed and cut without end; a person makes it go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from peripherals.printing.jobs import JobState
from peripherals.printing.spool import Job
from peripherals.printing.worker.printer_session import ProofPolicy
from peripherals.printing.worker.printer_status import new_roll
from peripherals.simulators.printer.in_memory import MemoryTransport
from peripherals.simulators.printer.printer_state import Model
from peripherals.status import Cause, DeviceState
from tests.peripherals.printing.campaign import slip_for
from tests.peripherals.printing.rig import Rig

MOST = ProofPolicy().clearings_max


def drops_at_the_cut(rig: Rig) -> None:
    """The power dips when the cutter moves: the connection is gone, and back a second later."""
    cut = rig.printer.cut

    def back() -> None:
        rig.printer.power_on()
        rig.printer.connected = True

    def dip(strip) -> None:
        cut(strip)
        rig.printer.connected = False
        rig.printer.power_off()
        rig.printer.later(1.0, back)

    rig.printer.cut = dip


def never_proves(rig: Rig) -> None:
    """It prints and says that it is well, and no proof ever comes."""
    rig.go(3)
    rig.printer.voice.drop_marks = 1_000_000


TROUBLES = [drops_at_the_cut, never_proves]


@pytest.fixture
def rig():
    made = Rig(model=Model(counter=False), cut_counter=0)
    yield made
    made.close()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_it_is_left_alone_after_a_few_clearings(rig, trouble):
    trouble(rig)
    jobs = [rig.order(f"A{n}") for n in range(101, 104)]
    rig.go(300)
    cuts = len(rig.printer.slips)
    assert cuts <= 2 * MOST + 2
    rig.go(600)
    assert len(rig.printer.slips) == cuts, "nothing moves any more"
    assert (rig.health().state, rig.health().cause) == (DeviceState.FAULT, Cause.KEEPS_FAILING)
    assert rig.health().code == "P40"
    assert rig.job(jobs[0]).state is JobState.UNKNOWN, "on the staff's list"
    assert [rig.job(job).state for job in jobs[1:]] == [JobState.QUEUED] * 2


def settled(rig: Rig, job: str) -> None:
    with rig.store.transaction() as tx:
        rig.spool.settle(tx, job, on_paper=True)


def a_test_slip(rig: Rig, job: str) -> None:
    wanted = Job("test", rig.ids.uuid7(), slip_for("TEST"), "en", None, "test")
    with rig.store.transaction() as tx:
        rig.spool.enqueue(tx, wanted)


def roll(rig: Rig, job: str) -> None:
    with rig.store.transaction() as tx:
        new_roll(tx, "printer", 999_000)


def cover(rig: Rig, job: str) -> None:
    rig.printer.body.cover_open = True
    rig.go(4)
    assert rig.health().cause is Cause.COVER
    rig.printer.body.cover_open = False


@pytest.mark.parametrize("act", [settled, a_test_slip, roll, cover])
def test_a_person_makes_it_go_on(rig, act: Callable[[Rig, str], None]):
    rig.go(3)
    whole = rig.printer.cut
    drops_at_the_cut(rig)
    first, second = rig.order("A101"), rig.order("A102")
    rig.go(200)
    assert rig.health().cause is Cause.KEEPS_FAILING
    rig.printer.cut = whole  # another power supply
    act(rig, first)
    assert rig.go(60, rig.done(second))
    assert rig.job(second).state is JobState.PRINTED
    assert rig.health().state is DeviceState.READY


def test_clearings_between_proven_slips_are_no_trouble(rig):
    rig.go(3)
    for n in range(2 * MOST):
        rig.at(0.3, lambda: setattr(rig.printer, "connected", False))
        rig.at(1.5, lambda: setattr(rig.printer, "connected", True))
        job = rig.order(f"A{n}")
        assert rig.go(60, rig.done(job))
        assert rig.job(job).state is JobState.PRINTED


def test_clearings_take_paper_from_the_roll(rig):
    rig.go(3)
    before = rig.health().roll_mm
    drops_at_the_cut(rig)
    rig.order("A101")
    rig.go(200)
    assert rig.health().roll_mm <= before - MOST * 20


def test_a_connection_that_is_open_and_deaf_is_opened_anew():
    made, times = Rig(), []

    def connect() -> MemoryTransport:
        times.append(made.clock.monotonic())
        return MemoryTransport(made.first.cable, survives_power_cut=False)

    made.first.worker._connect = connect
    made.go(3)
    made.printer.voice.muted = True
    made.go(40)
    assert len(times) >= 2
    assert made.health().state in {DeviceState.UNKNOWN, DeviceState.LOST}
    made.printer.voice.muted = False
    job = made.order("A101")
    assert made.go(60, made.done(job))
    made.close()
