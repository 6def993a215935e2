"""SMS (acceptance scenario 25): one message is one message; ĩ and ũ arrive as written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peripherals.line_protocol import DeviceCondition, ProtocolBroken
from peripherals.simulators.modem import ModemSimulator, read_submit
from peripherals.sms.modem import Modem, SmsOutcome, SmsReport
from peripherals.sms.pdu import PARTS_MAX, kenyan_number, parts_of
from peripherals.sms.queue import SMS_TABLES, TRIES_MAX, SmsQueue, SmsRefused, SmsState
from peripherals.status import Cause, DeviceState
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.store.database import Store
from tests.peripherals.printing.bench import Rig

NUMBER = "+254712345678"
TEXT = "Tiketi yako ni A101. Watu 7 wako mbele yako."


def modem() -> Rig:
    bench = Rig(Modem(), ModemSimulator())
    bench.begin()
    bench.run(2.0)
    assert bench.protocol.can_send
    return bench


def send(bench: Rig, text: str = TEXT, seconds: float = 10.0) -> list[SmsReport]:
    bench.protocol.send("job", parts_of(NUMBER, text, 7), bench.now)
    return reports(bench.run(seconds, step_s=0.05))


def reports(events: list[Any]) -> list[SmsReport]:
    return [event for event in events if isinstance(event, SmsReport)]


# -- parts ----------------------------------------------------------------------------------


def test_known_pdus() -> None:
    (part,) = parts_of("+254712345678", "hellohello", 0, valid_minutes=1440)
    assert part.pdu == "0011000C915274214365870000A70AE8329BFD4697D9EC37"
    assert part.length == len(part.pdu) // 2 - 1


@pytest.mark.parametrize(
    ("length", "letter", "count"),
    [
        (160, "a", 1), (161, "a", 2), (306, "a", 2), (307, "a", 3), (612, "a", 4),
        (70, "ĩ", 1), (71, "ĩ", 2), (134, "ĩ", 2), (135, "ĩ", 3), (268, "ĩ", 4),
        (80, "€", 1), (81, "€", 2),
    ],
)  # fmt: skip
def test_the_number_of_parts(length: int, letter: str, count: int) -> None:
    assert len(parts_of(NUMBER, letter * length, 0)) == count


def test_what_cannot_be_sent_is_refused_before_anything_is_queued() -> None:
    for text in ("", "a" * 613, "ĩ" * 269):
        with pytest.raises(ValueError, match="parts"):
            parts_of(NUMBER, text, 0)
    assert PARTS_MAX == 4
    with pytest.raises(ValueError, match="international"):
        parts_of("0712345678", TEXT, 0)


@settings(max_examples=150, deadline=None)
@given(text=st.text(alphabet="abcXYZ 0123 €{}\\ĩũŋɨé😀\n@£", min_size=1, max_size=250))
def test_every_text_is_read_back_from_its_parts(text: str) -> None:
    try:
        parts = parts_of(NUMBER, text, 9)
    except ValueError:
        return
    read = [read_submit(bytes.fromhex(part.pdu)) for part in parts]
    assert "".join(each.text for each in read) == text
    assert {each.number for each in read} == {NUMBER}
    if len(parts) > 1:
        assert [each.joined for each in read] == [
            (9, len(parts), n) for n in range(1, len(parts) + 1)
        ]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0712 345 678", "+254712345678"),
        ("+254 (112) 345-678", "+254112345678"),
        ("254712345678", "+254712345678"),
        ("712345678", None),
        ("0812345678", None),
        ("+255712345678", None),
        ("07123456789", None),
        ("", None),
    ],
)
def test_kenyan_numbers(written: str, number: str | None) -> None:
    assert kenyan_number(written) == number


# -- the modem ------------------------------------------------------------------------------


def test_a_message_is_sent_once_and_proven() -> None:
    bench = modem()
    assert send(bench) == [SmsReport("job", SmsOutcome.SENT, 1)]
    assert [(each.number, each.text) for each in bench.simulator.sent] == [(NUMBER, TEXT)]
    assert bench.protocol.can_send


def test_names_with_tildes_go_as_ucs2_in_joined_parts() -> None:
    text = "Wanjirũ wa Kĩmani, tiketi yako ni A101. " * 3
    bench = modem()
    assert send(bench, text)[-1] == SmsReport("job", SmsOutcome.SENT, 2)
    assert "".join(each.text for each in bench.simulator.sent) == text
    assert [each.joined for each in bench.simulator.sent] == [(7, 2, 1), (7, 2, 2)]


def test_silence_after_the_prompt_is_uncertain_and_nothing_is_sent_again() -> None:
    bench = modem()
    bench.simulator.order(["stall"], bench.now)
    assert send(bench, seconds=300) == [SmsReport("job", SmsOutcome.UNCERTAIN, 0, "no answer")]
    assert len(bench.simulator.sent) == 1
    assert bench.simulator.prompts == 1
    assert bench.protocol.can_send, "the line is fenced and usable again"
    assert send(bench)[-1].outcome is SmsOutcome.SENT


def test_a_late_confirmation_in_front_of_the_fence_still_proves_the_message() -> None:
    bench = modem()
    bench.simulator.order(["late", "63"], bench.now)
    told = send(bench, seconds=120)
    assert [report.outcome for report in told] == [SmsOutcome.UNCERTAIN, SmsOutcome.SENT]
    assert len(bench.simulator.sent) == 1


def test_a_late_confirmation_never_proves_the_next_message() -> None:
    bench = modem()
    bench.simulator.order(["stall"], bench.now)
    assert send(bench, seconds=100)[-1].outcome is SmsOutcome.UNCERTAIN
    assert bench.protocol.received(b"\r\n+CMGS: 77\r\n\r\nOK\r\n", bench.now) == []
    bench.simulator.order(["stall"], bench.now)
    bench.protocol.send("next", parts_of(NUMBER, TEXT, 8), bench.now)
    assert reports(bench.run(100, step_s=0.05))[-1] == SmsReport(
        "next", SmsOutcome.UNCERTAIN, 0, "no answer"
    )


def test_no_prompt_means_nothing_was_handed_over_and_may_be_tried_again() -> None:
    bench = modem()
    bench.simulator.order(["noprompt"], bench.now)
    assert send(bench, seconds=60) == [SmsReport("job", SmsOutcome.RETRY, 0, "no answer")]
    assert bench.simulator.sent == []
    assert send(bench)[-1].outcome is SmsOutcome.SENT


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("38", SmsOutcome.RETRY),
        ("331", SmsOutcome.RETRY),
        ("310", SmsOutcome.RETRY),
        ("332", SmsOutcome.UNCERTAIN),
        ("500", SmsOutcome.UNCERTAIN),
        ("1", SmsOutcome.FAILED),
        ("304", SmsOutcome.FAILED),
    ],
)
def test_what_a_refusal_means(code: str, outcome: SmsOutcome) -> None:
    bench = modem()
    bench.simulator.order(["fail", code], bench.now)
    assert [report.outcome for report in send(bench, seconds=30)] == [outcome]


def test_a_refused_second_part_is_uncertain_because_the_first_one_went() -> None:
    bench = modem()
    bench.protocol.send("job", parts_of(NUMBER, "a" * 300, 1), bench.now)
    while len(bench.simulator.sent) < 1:
        bench.run(0.01)
    bench.simulator.order(["fail", "38"], bench.now)
    assert reports(bench.run(10)) == [SmsReport("job", SmsOutcome.UNCERTAIN, 1, "CMS 38")]


def test_a_line_that_breaks_after_the_prompt_is_uncertain_before_it_is_safe() -> None:
    for submitted, outcome in ((True, SmsOutcome.UNCERTAIN), (False, SmsOutcome.RETRY)):
        bench = modem()
        bench.simulator.order(["stall" if submitted else "noprompt"], bench.now)
        bench.protocol.send("job", parts_of(NUMBER, TEXT, 1), bench.now)
        bench.run(1.0)
        assert reports(bench.protocol.ended(bench.now)) == [
            SmsReport("job", outcome, 0, "line lost")
        ]
        assert reports(bench.begin() + bench.run(60, step_s=0.05)) == []


def test_without_a_network_or_a_sim_it_says_so_and_takes_nothing() -> None:
    bench = modem()
    bench.simulator.order(["network", "off"], bench.now)
    assert DeviceCondition(DeviceState.BLOCKED, "no-signal") in bench.run(15, step_s=0.05)
    assert not bench.protocol.can_send
    bench.simulator.order(["network", "on"], bench.now)
    assert DeviceCondition(DeviceState.READY) in bench.run(15, step_s=0.05)
    bench.simulator.order(["sim", "off"], bench.now)
    assert DeviceCondition(DeviceState.BLOCKED, "no-sim") in bench.run(15, step_s=0.05)
    assert not bench.protocol.can_send


def test_a_deaf_modem_is_given_up_for_a_fresh_line() -> None:
    bench = modem()
    bench.simulator.order(["deaf"], bench.now)
    assert ProtocolBroken("no-answer") in bench.run(120, step_s=0.05)


# -- the queue ------------------------------------------------------------------------------


class Desk:
    """A queue on a real store with a simulated modem."""

    def __init__(self, store: Store, clock: VirtualClock, ids: SeededIds) -> None:
        store.migrate([SMS_TABLES])
        self.store, self.clock, self.ids = store, clock, ids
        self.queue = self.open()
        self.bench = modem()

    def open(self) -> SmsQueue:
        return SmsQueue(self.store, bytes(range(32)), self.clock, self.ids)

    def add(self, key: str = "ticket-1", minutes: int = 30) -> str:
        with self.store.transaction() as tx:
            return self.queue.enqueue(
                tx, key, "0712345678", TEXT, self.clock.now() + timedelta(minutes=minutes)
            )

    def run(self, seconds: float) -> None:
        until = self.bench.now + seconds
        while self.bench.now < until:
            self.queue.pump(self.bench.protocol, self.bench.now)
            for report in reports(self.bench.run(0.5, step_s=0.05)):
                self.queue.report(report)
            self.clock.advance(seconds=0.5)

    def states(self) -> list[SmsState]:
        return [job.state for job in self.queue.jobs()]


@pytest.fixture
def desk(store: Store, clock: VirtualClock, ids: SeededIds) -> Desk:
    return Desk(store, clock, ids)


def test_a_queued_message_goes_once_and_its_text_is_gone(desk: Desk) -> None:
    assert desk.add() == desk.add(), "the same key is the same message"
    desk.run(10)
    assert desk.states() == [SmsState.SENT]
    assert len(desk.bench.simulator.sent) == 1
    assert desk.store.all("SELECT sealed FROM sms_job") == [(None,)]


def test_number_and_text_are_not_readable_at_rest(desk: Desk) -> None:
    desk.add()
    desk.store.checkpoint()
    octets = desk.store.path.read_bytes()
    assert b"712345678" not in octets
    assert b"Tiketi" not in octets


def test_no_signal_waits_and_expires_but_never_fails(desk: Desk) -> None:
    desk.bench.simulator.order(["network", "off"], desk.bench.now)
    desk.run(15)
    desk.add("early", minutes=1)
    desk.add("late", minutes=60)
    desk.run(90)
    assert desk.states() == [SmsState.EXPIRED, SmsState.QUEUED]
    desk.bench.simulator.order(["network", "on"], desk.bench.now)
    desk.run(30)
    assert desk.states() == [SmsState.EXPIRED, SmsState.SENT]
    assert len(desk.bench.simulator.sent) == 1


def test_an_uncertain_message_is_never_sent_again_by_itself(desk: Desk) -> None:
    desk.bench.simulator.order(["stall"], desk.bench.now)
    job = desk.add()
    desk.run(400)
    assert desk.states() == [SmsState.UNCERTAIN]
    assert len(desk.bench.simulator.sent) == 1
    again = desk.queue.resend(job, desk.clock.now() + timedelta(minutes=5))
    assert again is not None
    assert desk.queue.resend(job, desk.clock.now()) is None
    desk.run(20)
    assert desk.states() == [SmsState.CANCELLED, SmsState.SENT]
    assert len(desk.bench.simulator.sent) == 2


def test_a_safe_failure_is_tried_again_with_a_pause(desk: Desk) -> None:
    desk.bench.simulator.order(["fail", "38"], desk.bench.now)
    desk.add()
    desk.run(3)
    assert desk.states() == [SmsState.QUEUED]
    desk.run(20)
    assert desk.states() == [SmsState.SENT]
    assert len(desk.bench.simulator.sent) == 1


def test_a_power_cut_while_sending_makes_it_uncertain(desk: Desk) -> None:
    desk.bench.simulator.order(["stall"], desk.bench.now)
    desk.add()
    desk.run(2)
    assert desk.states() == [SmsState.SENDING]
    desk.queue = desk.open()
    assert desk.queue.recover() == 1
    desk.bench = modem()
    desk.run(60)
    assert desk.states() == [SmsState.UNCERTAIN]
    assert desk.bench.simulator.sent == []


def test_the_sending_state_is_durable_before_the_modem_gets_a_byte(desk: Desk) -> None:
    desk.add()
    before = desk.bench.protocol.outgoing()
    assert desk.queue.pump(desk.bench.protocol, desk.bench.now)
    assert desk.states() == [SmsState.SENDING]
    assert b"CMGS" not in before
    assert desk.bench.protocol.outgoing() == b"AT+CMGF=0\r"


def test_a_wrong_number_is_refused_when_it_is_asked_for(desk: Desk) -> None:
    with pytest.raises(SmsRefused, match="Kenyan mobile"), desk.store.transaction() as tx:
        desk.queue.enqueue(tx, "k", "12345", TEXT, desk.clock.now())
    with pytest.raises(SmsRefused, match="too long"), desk.store.transaction() as tx:
        desk.queue.enqueue(tx, "k", "0712345678", "a" * 700, desk.clock.now())
    assert desk.queue.jobs() == []


def test_a_waiting_message_can_be_cancelled_and_old_ones_are_forgotten(desk: Desk) -> None:
    desk.bench.simulator.order(["network", "off"], desk.bench.now)
    desk.run(12)
    job = desk.add()
    assert desk.queue.cancel(job)
    assert not desk.queue.cancel(job)
    assert desk.states() == [SmsState.CANCELLED]
    assert desk.queue.purge() == 0
    desk.clock.advance(seconds=25 * 3600)
    assert desk.queue.purge() == 1


# -- modems that are not ready, and networks of all kinds --------------------------------------


class Answers:
    """A modem that answers as told; everything else is OK. `echo`: it gives back every command,
    whatever ATE0 says; `noise`: what it says by itself before each answer.
    """

    echo = False
    noise: tuple[str, ...] = ()

    def __init__(self, **answers: str) -> None:
        self.told = {"CPIN": "+CPIN: READY", "CREG": "+CREG: 0,1", "CEREG": "+CEREG: 0,0",
                     "CSQ": "+CSQ: 22,0", "CMEE": "+CMEE: 1", **answers}  # fmt: skip
        self.asked: list[str] = []
        self.pdus = 0
        self.confirms = True
        self._prompt = False
        self._out = b""

    def heard(self, chunk: bytes, now: float) -> None:
        for word in chunk.replace(b"\x1b", b"").replace(b"\x1a", b"\x1a\r").split(b"\r"):
            if self._prompt and word.endswith(b"\x1a"):
                self.pdus += 1
                self._prompt = False
                self.say(*(["+CMGS: 7", "OK"] if self.confirms else ["RDY"]))
            elif word.startswith(b"AT+CMGS"):
                self._prompt = True
                self._out += word + b"\r" if self.echo else b""
                self._out += b"\r\n> "
            elif word and not word.endswith(b"\x1a"):
                self.asked.append(word.decode())
                self._out += word + b"\r" if self.echo else b""
                self.say(*self.noise)
                name = word.decode().removeprefix("AT+").rstrip("?")
                answer = self.told.get(name, "") if word.endswith(b"?") else ""
                self.say(*([] if not answer else [answer]), *([] if answer == "ERROR" else ["OK"]))

    def say(self, *lines: str) -> None:
        self._out += b"".join(b"\r\n" + line.encode() + b"\r\n" for line in lines)

    def due(self, now: float) -> bytes:
        out, self._out = self._out, b""
        return out

    def order(self, words: list[str], now: float) -> str:
        return ""


@pytest.mark.parametrize(
    "pin", ["+CPIN: NOT READY", "+CPIN: SIM PIN", "+CPIN: NOT INSERTED", "+CPIN: PH-NET PIN"]
)
def test_a_sim_that_is_not_ready_is_not_ready(pin: str) -> None:
    bench = Rig(Modem(), Answers(CPIN=pin))
    bench.begin()
    assert DeviceCondition(DeviceState.BLOCKED, Cause.NO_SIM) in bench.run(5, step_s=0.05)
    assert not bench.protocol.can_send


@pytest.mark.parametrize(
    ("circuit", "packet", "registered"),
    [
        ("+CREG: 0,1", "+CEREG: 0,0", True),
        ("+CREG: 0,5", "+CEREG: 0,0", True),
        ("+CREG: 0,6", "+CEREG: 0,0", True),
        ('+CREG: 2,7,"0A1B","00C3",7', "+CEREG: 0,0", True),
        ("+CREG: 0,9", "+CEREG: 0,0", True),
        ("+CREG: 0,10", "+CEREG: 0,0", True),
        ("+CREG: 0, 1", "+CEREG: 0, 0", True),
        ('+CREG: 2 , 5, "00C3", "0001"', "+CEREG: 0,0", True),
        ("+CREG:0,1", "+CEREG:0,0", True),
        ("+CREG: 0,0", "+CEREG: 0,1", True),
        ("ERROR", "+CEREG: 0,5", True),
        ("+CREG: 0,2", "ERROR", False),
        ("+CREG: 0,3", "+CEREG: 0,3", False),
        ("+CREG: 0,8", "+CEREG: 0,8", False),  # emergency calls only
    ],
)
def test_every_way_of_being_registered_carries_messages(
    circuit: str, packet: str, *, registered: bool
) -> None:
    bench = Rig(Modem(), Answers(CREG=circuit, CEREG=packet))
    bench.begin()
    events = bench.run(15, step_s=0.05)
    assert bench.protocol.can_send is registered
    assert (DeviceCondition(DeviceState.BLOCKED, Cause.NO_SIGNAL) in events) is not registered


@pytest.mark.parametrize(
    ("operator", "registered"),
    [('+COPS: 0,0,"Safaricom",7', True), ("+COPS: 0,2,63902", True), ("+COPS: 0", False),
     ("+COPS: 2", False), ('+COPS: 0,0,"",2', False), ("ERROR", False)],
)  # fmt: skip
def test_a_modem_that_cannot_tell_its_registration_is_asked_for_the_operator(
    operator: str, *, registered: bool
) -> None:
    bench = Rig(Modem(), Answers(CREG="ERROR", CEREG="ERROR", COPS=operator))
    bench.begin()
    bench.run(15, step_s=0.05)
    assert bench.protocol.can_send is registered


def test_a_modem_that_never_stops_its_echo_sends_all_the_same() -> None:
    answers = Answers()
    answers.echo = True
    bench = Rig(Modem(), answers)
    bench.begin()
    bench.run(3, step_s=0.05)
    assert [report.outcome for report in send(bench)] == [SmsOutcome.SENT]
    bench.run(60, step_s=0.5)
    assert answers.pdus == 1
    assert answers.asked.count("ATE0") == 1, "it is not set up again and again"


def test_an_echo_that_comes_back_means_that_the_modem_came_up_anew() -> None:
    bench = Rig(Modem(), Answers())
    bench.begin()
    bench.run(3, step_s=0.05)
    bench.simulator.asked.clear()
    bench.simulator.echo = True
    bench.run(15, step_s=0.5)
    assert bench.simulator.asked.count("ATE0") == 1
    assert bench.protocol.can_send


@pytest.mark.parametrize(
    "noise",
    [
        "RING", '+CMTI: "SM",1', "SMS FULL", '+CIEV: "SMSFULL",1', "^RSSI:22", "+CREG: 1",
        "+CREG: 1,00C3,0001", '+CREG: 5,"00C3","0001"', "+CREG: 1, 00C3, 0001", "+CSQ: 20,99",
        "\x00\x01", "NO CARRIER",
    ],
)  # fmt: skip
def test_what_a_modem_says_by_itself_between_answers_changes_nothing(noise: str) -> None:
    answers = Answers()
    answers.noise = (noise,)
    bench = Rig(Modem(), answers)
    bench.begin()
    bench.run(3, step_s=0.05)
    assert [report.outcome for report in send(bench)] == [SmsOutcome.SENT]
    assert answers.pdus == 1


@pytest.mark.parametrize("word", ["RDY", "^SYSSTART", "+CPIN: READY", "SMS Ready"])
def test_a_modem_that_restarts_is_set_up_again_and_nothing_is_sent_as_words(word: str) -> None:
    bench = Rig(Modem(), Answers())
    bench.begin()
    bench.run(2, step_s=0.05)
    bench.simulator.say(word)
    bench.simulator.asked.clear()
    bench.run(3, step_s=0.05)
    assert "AT+CMGF=0" in bench.simulator.asked
    assert "ATE0" in bench.simulator.asked
    assert [report.outcome for report in send(bench)] == [SmsOutcome.SENT]
    assert bench.simulator.pdus == 1


def test_a_restart_with_a_message_on_its_way_leaves_it_to_a_person() -> None:
    bench = Rig(Modem(), Answers())
    bench.begin()
    bench.run(2, step_s=0.05)
    bench.simulator.confirms = False
    assert [report.outcome for report in send(bench)] == [SmsOutcome.UNCERTAIN]
    assert bench.protocol.can_send, "set up again"


def test_a_modem_that_refuses_for_ever_is_a_persons_affair(desk: Desk) -> None:
    desk.add(minutes=600)
    for _ in range(TRIES_MAX):
        desk.clock.advance(seconds=240)
        job = desk.queue.pump(desk.bench.protocol, desk.bench.now)
        assert job is not None
        desk.bench.protocol.ended(desk.bench.now)
        desk.queue.report(SmsReport(job, SmsOutcome.RETRY, 0, "CMS 320"))
        desk.bench.begin()
        desk.bench.run(2.0)
    assert desk.states() == [SmsState.FAILED]


@pytest.mark.parametrize("chunks", [[b"+CMGS: 1\r\n", b"> "], [b"+CMGS: 1\r\n> "]])
def test_a_prompt_after_the_last_part_asks_for_nothing(chunks: list[bytes]) -> None:
    bench = modem()
    bench.protocol.send("job", parts_of(NUMBER, TEXT, 7), bench.now)
    bench.protocol.received(b"OK\r\n", bench.now)
    bench.protocol.received(b"> ", bench.now)
    bench.protocol.outgoing()
    events = [each for chunk in chunks for each in bench.protocol.received(chunk, bench.now)]
    assert [each.outcome for each in reports(events)] == [SmsOutcome.SENT]
    assert bench.protocol.outgoing() == b""
