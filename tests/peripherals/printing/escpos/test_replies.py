"""What printers say, through noise: sorted, never misread as a proof."""

from __future__ import annotations

import random

import pytest

from peripherals.printing.escpos.client import EscposClient
from peripherals.printing.escpos.profiles import PROFILES
from peripherals.printing.escpos.replies import (
    Automatic,
    Cleared,
    PowerOn,
    ProcessId,
    RealTime,
    ReplyReader,
    Sensor,
    TextReply,
    judge,
)
from peripherals.simulators.printer.printer_state import MachineState
from peripherals.simulators.printer.responses import automatic_status, status_byte
from peripherals.status import Cause, DeviceState
from provisioning.clock import VirtualClock


@pytest.mark.parametrize(
    ("octets", "wanted"),
    [
        (b"\x12\x12\x12\x12", [RealTime(0x12)] * 4),
        (b"\x10\x00\x00\x00\x12", [Automatic(b"\x10\x00\x00\x00"), RealTime(0x12)]),
        (b"\x37\x220A9z\x00", [ProcessId(b"0A9z")]),
        (b"\x37\x25\x00", [Cleared()]),
        (b"\x5fTM-T20II\x00", [TextReply("TM-T20II")]),
        (b"\x3b\x31\x00", [PowerOn()]),
        (b"\x00\x0c", [Sensor(0), Sensor(12)]),
        (b"\x13\x11\xff\x93", []),
        (
            b"\x37\x22\x01\x02\x03\x04\x00\x12",
            [Sensor(0x22), *(Sensor(n) for n in (1, 2, 3, 4, 0)), RealTime(0x12)],
        ),
    ],
)
def test_each_kind_of_reply(octets, wanted):
    assert ReplyReader().feed(octets) == wanted


def test_replies_may_arrive_byte_by_byte():
    reader = ReplyReader()
    stream = b"\x12\x37\x22ABCD\x00\x10\x00\x00\x00\x5f178\x00"
    found = [reply for octet in stream for reply in reader.feed(bytes((octet,)))]
    assert found == [
        RealTime(0x12),
        ProcessId(b"ABCD"),
        Automatic(b"\x10\x00\x00\x00"),
        TextReply("178"),
    ]


def test_ten_thousand_seeds_of_noise_never_crash_nor_prove_a_slip():
    for seed in range(10_000):
        chance = random.Random(seed)
        reader = ReplyReader()
        stream = b"".join(
            chance.choice(
                (
                    chance.randbytes(chance.randint(1, 9)),
                    b"\x12",
                    b"\x10\x00\x00\x00",
                    b"\x37\x22",
                    b"\x37\x22AAA",
                    b"\x5f",
                )
            )
            for _ in range(12)
        )
        found = reader.feed(stream) + reader.quiet()
        assert ProcessId(b"k7Qx") not in found


def test_a_true_answer_is_heard_among_automatic_status_bytes():
    heard = 0
    for seed in range(500):
        chance = random.Random(seed)
        reader = ReplyReader()
        around = b"\x10\x00\x00\x00" * chance.randint(0, 3) + b"\x12" * chance.randint(0, 3)
        heard += ProcessId(b"k7Qx") in reader.feed(around + b"\x37\x22k7Qx\x00" + around)
    assert heard == 500


BODIES = [
    (MachineState(), DeviceState.READY, Cause.NONE),
    (MachineState(near_end=True), DeviceState.LOW, Cause.NONE),
    (MachineState(paper_out=True), DeviceState.BLOCKED, Cause.PAPER),
    (MachineState(cover_open=True), DeviceState.BLOCKED, Cause.COVER),
    (MachineState(cutter_jam=True), DeviceState.BLOCKED, Cause.CUTTER),
    (MachineState(hot=True), DeviceState.BLOCKED, Cause.HEAT),
]


@pytest.mark.parametrize(("body", "state", "cause"), BODIES)
def test_every_trouble_has_its_name(body, state, cause):
    four = [status_byte(body, n) for n in (1, 2, 3, 4)]
    assert judge(*four)[:2] == (state, cause)


class Tape:
    """A transport that says what it was given, whatever it is asked."""

    identity, survives_power_cut = "tape", True

    def __init__(self, clock, octets):
        self.clock, self.octets = clock, octets

    def write(self, octets, deadline_s):
        return len(octets)

    def read(self, deadline_s):
        octets, self.octets = self.octets, b""
        if not octets:
            self.clock.advance(seconds=deadline_s + 1e-6)
        return octets

    def discard_output(self):
        self.octets = b""

    def close_now(self):
        self.octets = b""


@pytest.mark.parametrize(
    "octets",
    [
        b"\x00\x00\x00",  # the torso of one automatic status
        b"\x00\x00\x00\x12\x00",
        b"\x00\x0c\x00\x0c\x00\x0c",
        automatic_status(MachineState()) * 3,
        b"\xff" * 20,
        b"",
    ],
)
def test_a_fence_is_not_believed_for_less(octets):
    clock = VirtualClock()
    client = EscposClient(Tape(clock, octets), PROFILES["generic-80"], clock)
    client.put_fence()
    assert not client.wait_fence(0.5)


def test_the_late_name_of_an_older_question_is_no_barrier():
    """It would say that everything before was printed, and the fence behind it proves a slip."""
    clock = VirtualClock()
    tape = Tape(clock, b"")
    client = EscposClient(tape, PROFILES["tm-t20"], clock)
    assert client.model() == ""
    tape.octets = b"\x5fTM-T20\x00"
    assert not client.barrier(0.5)
    tape.octets = b"\x5fTM-T20\x00" * 2
    assert client.barrier(0.5), "two answers to two questions: the second is its own"


def test_a_printer_that_says_three_of_four_things_is_not_ready():
    clock = VirtualClock()
    client = EscposClient(Tape(clock, b"\x12\x12\x12"), PROFILES["tm-t20"], clock)
    assert client.status() is None


class Terse(Tape):
    """Answers only the question whether it is on-line, and only when it is asked alone."""

    def write(self, octets, deadline_s):
        if octets == b"\x10\x04\x01":
            self.octets = b"\x1a"
        elif len(octets) > 3:
            self.octets = b"\x1a\x12"
        return len(octets)


def test_a_printer_that_only_says_whether_it_is_on_line_is_understood():
    clock = VirtualClock()
    client = EscposClient(Terse(clock, b""), PROFILES["generic-80"], clock)
    status = client.status()
    assert status is not None
    assert (status.state, status.cause) == (DeviceState.BLOCKED, Cause.ERROR)


def test_silence_is_noticed_at_once():
    clock = VirtualClock()
    client = EscposClient(Tape(clock, b""), PROFILES["tm-t20"], clock)
    clock.advance(seconds=1)
    assert client.status() is None
    assert client.voice_broken
