"""The simulated printer keeps the vendor's rules, also those that hurt."""

from __future__ import annotations

import json
import threading
from types import SimpleNamespace

import pytest

from kiosk.tools import printer_tryout
from peripherals.faults import BadDeviceUrl, DeviceLost, SimulatorRefused
from peripherals.simulators.control_socket import ControlServer, send
from peripherals.simulators.printer.faults import UNDO, FaultInjector, FaultScript
from peripherals.simulators.printer.printer import SimulatedPrinter
from peripherals.simulators.printer.printer_state import Model
from peripherals.simulators.printer.tokenizer import next_token, tokens
from provisioning.clock import VirtualClock
from provisioning.ids import SeededIds

CUT = b"\x1dVB\x00"


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def printer(clock):
    return SimulatedPrinter(clock.monotonic, Model())


def feed(printer, octets):
    printer.receive(octets)
    printer.step()
    return printer.speak()


@pytest.mark.parametrize(
    ("octets", "kinds"),
    [
        (b"Hello\nWorld", ["text", "control", "text"]),
        (b"\x1b@\x1ba\x01", ["esc", "esc"]),
        (b"\x1dv0\x00\x01\x00\x02\x00\xff\xff\n", ["gs", "control"]),
        (b"\x1d(k\x03\x001C\x06", ["gs"]),
        (b"\x1dk\x04CODE\x00X", ["gs", "text"]),
        (b"\x1b*\x21\x01\x00abc", ["esc"]),
        (b"\x1b\x7f", ["unknown"]),
        (b"\x1d(k\x03\x001C", ["unknown"]),
    ],
)
def test_commands_are_cut_at_their_ends(octets, kinds):
    assert [token.kind for token in tokens(octets)] == kinds
    assert b"".join(token.octets for token in tokens(octets)) == octets


def test_a_command_waits_for_its_rest():
    assert next_token(b"\x1dv0\x00\x01\x00\x02\x00\xff") is None
    assert next_token(b"") is None


def test_real_time_questions_are_answered_while_everything_else_waits(printer):
    printer.body.paper_out = True
    assert feed(printer, b"A101\n" + CUT + b"\x1d(H\x06\x0000ABCD\x10\x04\x04") == b"\x7e"
    assert printer.slips == []
    printer.body.paper_out = False
    assert feed(printer, b"") == b"\x37\x22ABCD\x00"
    assert printer.slips[0].text == "A101"


def test_enq_2_clears_only_after_an_error_was_put_right(printer):
    printer.body.paper_out = True
    feed(printer, b"A101\n" + CUT + b"\x10\x05\x02")
    printer.body.paper_out = False
    feed(printer, b"")
    assert printer.slips[0].text == "A101"
    printer.body.cutter_jam = True
    feed(printer, b"A102\n" + CUT + b"\x10\x05\x02")
    printer.body.cutter_freed = True
    feed(printer, b"\x10\x05\x02" + CUT)
    assert "A102" not in printer.slips[-1].text
    assert not printer.body.cutter_jam


def test_enq_1_goes_on_with_the_old_tail(printer):
    printer.body.cutter_jam = printer.body.cutter_freed = True
    feed(printer, b"A103\n" + CUT)
    feed(printer, b"\x10\x05\x01")
    assert printer.slips[-1].text == "A103"


def test_dc4_8_clears_even_out_of_the_middle_of_a_picture_and_answers(printer):
    half = b"\x1dv0\x00\x48\x00\x18\x00" + bytes(100)
    assert feed(printer, half + b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08") == b"\x37\x25\x00"
    feed(printer, b"A104\n" + CUT)
    assert printer.slips[0].text == "A104"
    assert printer.unknown == []


def test_a_power_cut_leaves_the_printed_half_in_the_mouth(printer, clock):
    slow = SimulatedPrinter(clock.monotonic, Model(mm_s=100))
    slow.receive(b"HEAD\nTAIL\n" + CUT)
    slow.step()
    slow.power_off()
    slow.power_on()
    slow.receive(b"NEXT\n" + CUT)
    for _ in range(40):
        clock.advance(seconds=0.05)
        slow.step()
    assert slow.slips[0].strip.lines == ["HEAD", "NEXT"]


def test_an_unlike_machine_prints_questions_it_does_not_know():
    clone = SimulatedPrinter(lambda: 0.0, Model(gsh=False, counter=False))
    assert feed(clone, b"\x1d(H\x06\x0000ABCD") == b""
    assert feed(clone, b"\x1dg2\x00\xb2\x00" + b"A\n" + CUT) == b""
    assert clone.slips[0].text == "2\u2593A"


def test_automatic_status_ends_with_esc_at(printer):
    feed(printer, b"\x1da\xff")
    assert printer.voice.automatic == 0xFF
    feed(printer, b"\x1b@")
    assert printer.voice.automatic == 0


def test_every_fault_can_be_put_right(printer, clock):
    box = FaultInjector(printer, SeededIds())
    for fault, undo in UNDO.items():
        assert box.do({"do": fault, "for": 1.0}) == {"ok": True}
        assert undo in box.actions
        clock.advance(seconds=1.5)
        printer.step()
        box.do({"do": "ready"})
        box.do({"do": "cutter-free"})
        feed(printer, b"\x10\x05\x02")
    clock.advance(seconds=1.5)
    printer.step()
    state = box.do({"do": "state"})
    assert not any(state[key] for key in ("paper_out", "cover_open", "hot", "stalled", "muted"))
    assert state["powered"]
    assert state["connected"]
    assert not box.do({"do": "explode"})["ok"]


def test_a_fault_file_is_played_at_its_times_slips_and_chances(printer, tmp_path):
    path = tmp_path / "faults"
    path.write_text(
        '# a comment\n{"at": 2.0, "do": "cover-open"}\n{"slip": 3, "do": "paper-out"}\n'
        '{"chance": 0.5, "do": "near-end"}\n'
    )
    script = FaultScript(path, FaultInjector(printer, SeededIds()), SeededIds(3))
    script.tick(1.0, 0)
    assert not printer.body.cover_open
    script.tick(2.0, 1)
    assert printer.body.cover_open
    assert not printer.body.paper_out
    script.tick(2.1, 2)
    assert printer.body.paper_out
    for _ in range(20):
        script.at_slip()
    assert printer.body.near_end


def test_a_wrong_fault_file_names_its_line(printer, tmp_path):
    path = tmp_path / "faults"
    path.write_text('{"at": 1, "do": "cover-open"}\n{"at": 1, "do": "nonsense"}\n')
    with pytest.raises(BadDeviceUrl, match="line 2"):
        FaultScript(path, FaultInjector(printer, SeededIds()), SeededIds())


def test_the_control_socket_answers_and_says_what_it_cannot_do(tmp_path):
    path = tmp_path / "control"
    server = ControlServer(path, lambda request: {"ok": True, "echo": request["do"]})
    stop = []

    def serve():
        while not stop:
            server.tend()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        assert send(path, {"do": "paper-out"}) == {"ok": True, "echo": "paper-out"}
        assert send(path, {"what": 1})["ok"] is False
    finally:
        stop.append(1)
        thread.join()
        server.close()
    with pytest.raises(DeviceLost):
        send(path, {"do": "ready"}, deadline_s=0.2)
    assert not path.exists()


def test_simulators_are_refused_beside_a_field_node(tmp_path, monkeypatch):
    (tmp_path / "kiosk-1" / "run").mkdir(parents=True)
    (tmp_path / "kiosk-1" / "device.toml").write_text("")

    field = SimpleNamespace(node=SimpleNamespace(field=True))
    monkeypatch.setattr(printer_tryout, "load", lambda path: field)
    for place in (tmp_path / "kiosk-1" / "run" / "printer", tmp_path / "kiosk-1", tmp_path):
        with pytest.raises(SimulatorRefused):
            printer_tryout.refuse_in_the_field([json, place])
    printer_tryout.refuse_in_the_field([json, tmp_path / "elsewhere"])
