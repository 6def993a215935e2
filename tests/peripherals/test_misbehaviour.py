"""670 misbehaviours at random moments of a busy day: printers, modem, receiver, scanner, UPS."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from peripherals.devices.gnss import Gpsd, Nmea
from peripherals.devices.scanner import Scan, SerialScanner
from peripherals.devices.ups import Nut
from peripherals.simulators.gnss import GnssSimulator
from peripherals.simulators.modem import ModemSimulator
from peripherals.simulators.nut import NutSimulator
from peripherals.sms.modem import Modem, SmsReport
from peripherals.sms.queue import SMS_TABLES, SmsQueue, SmsState
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds
from sync.store.database import Store
from tests.peripherals.misbehaviour import PRINTER, Findings, PrinterDay, check_conditions
from tests.peripherals.printing.bench import Rig

pytestmark = pytest.mark.prove

MODEM = ["sim off", "network off", "deaf", "stall", "noprompt", "late 70", "fail 310", "fail 500",
         "fail 38", "signal 2", "restart"]  # fmt: skip
UNDO = {"sim off": "sim on", "network off": "network on", "deaf": "hear", "signal 2": "signal 20"}
RECEIVER = ["nofix", "zero", "garble", "halffix", "silent", "jump 80"]
UPS = ["status OB LB", "status OB", "stale", "mute", "charge 3"]


@pytest.mark.parametrize("seed", range(4))
def test_printers_of_a_busy_day(seed: int) -> None:
    findings = Findings()
    day = PrinterDay(seed, findings, counter=seed % 2 == 0)
    chance = Random(seed)
    names = [*PRINTER] * 5
    chance.shuffle(names)
    for name in names:
        day.trouble(name)
    day.close()
    print(
        f"\n  printers: {sum(findings.happened.values())} misbehaviours, tickets"
        f" {dict(findings.ended)}, most pieces of paper for one {findings.cuts_most}, codes"
        f" {dict(findings.named)}"
    )
    assert not findings.wrong


def test_messages_of_a_busy_day(tmp_path: Path) -> None:
    findings, chance = Findings(), Random(7)
    clock, ids = VirtualClock(), SeededIds(7)
    store = Store.open(tmp_path / "sms.db", [SMS_TABLES])
    queue = SmsQueue(store, bytes(32), clock, ids)
    rig = Rig(Modem(), ModemSimulator(), now=clock.monotonic())
    events = rig.begin()

    def go(seconds: float) -> None:
        while seconds > 0:
            events.extend(rig.run(0.5, step_s=0.05))
            clock.advance(seconds=rig.now - clock.monotonic())
            for event in events:
                if isinstance(event, SmsReport):
                    queue.report(event)
            check_conditions(events, "modem", findings)
            events.clear()
            queue.pump(rig.protocol, rig.now)
            seconds -= 0.5

    go(5)
    for n in range(150):
        trouble = chance.choice(MODEM)
        findings.happened[trouble] += 1
        with store.transaction() as tx:
            text = f"A{n}: tiketi yako"
            queue.enqueue(tx, f"t{n}", "0712345678", text, clock.now() + timedelta(minutes=20))
        go(chance.uniform(0, 2))
        if trouble == "restart":
            events.extend(rig.protocol.received(b"\r\nRDY\r\n", rig.now))
        else:
            rig.simulator.order(trouble.split(), rig.now)
        go(chance.uniform(5, 90))
        rig.simulator.order(UNDO.get(trouble, "hear").split(), rig.now)
        events.extend(rig.protocol.ended(rig.now))  # a person moved its plug
        events.extend(rig.begin())
        go(10)
    go(1500)
    states = [job.state for job in queue.jobs()]
    texts = [sent.text for sent in rig.simulator.sent]
    print(f"\n  messages: {len(states)}, sent {len(texts)}, codes {dict(findings.named)}")
    assert not findings.wrong
    assert len(texts) == len(set(texts)), "nobody gets a message twice"
    assert not {SmsState.QUEUED, SmsState.SENDING} & set(states)
    store.close()


@pytest.mark.parametrize("gpsd", [True, False], ids=["gpsd", "nmea"])
def test_positions_of_a_busy_day(*, gpsd: bool) -> None:
    findings, chance = Findings(), Random(11)
    rig = Rig(Gpsd() if gpsd else Nmea(), GnssSimulator(gpsd=gpsd))
    events = rig.begin()
    for _ in range(60):
        trouble = chance.choice(RECEIVER)
        findings.happened[trouble] += 1
        events += rig.run(chance.uniform(1, 20), step_s=0.2)
        rig.simulator.order(trouble.split(), rig.now)
        events += rig.run(chance.uniform(10, 90), step_s=0.2)
        rig.simulator.order(["fix", "-1.2864", "36.8172"], rig.now)
        events += rig.run(20, step_s=0.2)
        place = rig.protocol.position(rig.now).usable
        assert place is not None, trouble
        assert abs(place.latitude + 1.2864) < 0.001
    check_conditions(events, "receiver", findings)
    assert not findings.wrong


def test_scans_of_a_busy_day() -> None:
    findings, chance = Findings(), Random(13)
    scanner = SerialScanner()
    events = list(scanner.begin(0.0))
    now, whole = 0.0, set()
    for n in range(60):
        code = f"{n:03d}" + "".join(chance.choice("0123456789") for _ in range(8))
        whole.add(code.encode())
        cut = chance.randrange(1, len(code))
        pause = chance.choice([0.05, 0.3, 0.5, 0.7])
        events += scanner.received(code[:cut].encode(), now)
        if chance.random() < 0.2:
            scanner.wipe()  # the visit ended in the middle
        events += scanner.elapsed(now + pause) if pause > 0.25 else []
        events += scanner.received(
            code[cut:].encode() + chance.choice([b"\r", b"\r\n"]), now + pause
        )
        now += pause + chance.uniform(1.0, 30.0)
        events += scanner.elapsed(now)
    heard = [event.payload for event in events if isinstance(event, Scan)]
    assert set(heard) <= whole, "half a code is never a code"
    assert len(heard) == len(set(heard))
    check_conditions(events, "scanner", findings)
    assert not findings.wrong


def test_power_of_a_busy_day() -> None:
    findings, chance = Findings(), Random(17)
    rig = Rig(Nut("ups"), NutSimulator())
    events = rig.begin()
    for _ in range(40):
        trouble = chance.choice(UPS)
        events += rig.run(chance.uniform(1, 20), step_s=0.2)
        rig.simulator.order(trouble.split(), rig.now)
        events += rig.run(chance.uniform(5, 60), step_s=0.2)
        for mend in ("status OL", "charge 100", "fresh"):
            rig.simulator.order(mend.split(), rig.now)
        events += rig.begin()
    check_conditions(events, "UPS", findings)
    print(f"\n  power: codes {dict(findings.named)}")
    assert not findings.wrong
