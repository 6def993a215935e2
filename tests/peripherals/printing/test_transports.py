"""Ports with deadlines: pseudo-terminal, TCP, file. Real descriptors, no sleeping."""

from __future__ import annotations

import contextlib
import os
import socket
import termios
import threading
import time
import tty
from pathlib import Path

import pytest

from peripherals.drivers.device_file import FileLine, UsblpLine
from peripherals.drivers.serial_line import SerialLine
from peripherals.drivers.tcp_socket import TcpLine
from peripherals.drivers.transport import DeadlineTransport
from peripherals.faults import BadDeviceUrl, DeviceBusy, DeviceLost
from peripherals.printing.protocol_port import Proof
from peripherals.printing.worker.printer_url import parse_printer_url
from peripherals.service.tryout_printer import test_printer as try_it
from peripherals.simulators.harness import PtyPort
from peripherals.simulators.printer.line_server import LineServer
from peripherals.simulators.printer.printer import SimulatedPrinter
from provisioning.clock import SystemClock
from provisioning.ids import SystemIds


def open_serial(path):
    return DeadlineTransport(SerialLine(path, 115_200, keep_waiting=True))


def open_usblp(path):
    return DeadlineTransport(UsblpLine(path))


def open_file(path):
    return DeadlineTransport(FileLine(path))


def open_tcp(host, port):
    line = TcpLine(host, port)
    line.wait_open(2.0)
    return DeadlineTransport(line)


@pytest.fixture
def terminal():
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, slave
    for descriptor in (master, slave):
        with contextlib.suppress(OSError):
            os.close(descriptor)


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_bytes_go_both_ways_on_a_serial_line(terminal):
    master, slave = terminal
    line = open_serial(os.ttyname(slave))
    assert line.write(b"\x1b@", 1.0) == 2
    assert os.read(master, 10) == b"\x1b@"
    os.write(master, b"\x12")
    assert line.read(1.0) == b"\x12"
    line.close_now()


def test_what_the_printer_said_before_we_opened_is_kept(terminal):
    master, slave = terminal
    os.write(master, b"\x37\x22ABCD\x00")
    line = open_serial(os.ttyname(slave))
    assert line.read(1.0) == b"\x37\x22ABCD\x00"
    line.close_now()


def test_an_xoff_in_the_answers_does_not_silence_us(terminal):
    master, slave = terminal
    line = open_serial(os.ttyname(slave))
    os.write(master, b"\x13")
    assert line.read(1.0) == b"\x13"
    assert line.write(b"hello", 1.0) == 5
    assert os.read(master, 10) == b"hello"
    line.close_now()


def test_two_programs_cannot_share_a_port(terminal):
    _, slave = terminal
    line = open_serial(os.ttyname(slave))
    with pytest.raises(DeviceBusy):
        open_serial(os.ttyname(slave))
    line.close_now()
    open_serial(os.ttyname(slave)).close_now()


@pytest.mark.parametrize("deadline", [0.05, 0.3])
def test_a_stalled_printer_takes_what_it_takes_within_the_deadline(terminal, deadline):
    _, slave = terminal
    line = open_serial(os.ttyname(slave))
    start = time.monotonic()
    taken = line.write(bytes(200_000), deadline)
    assert taken < 200_000
    assert time.monotonic() - start <= deadline + 0.1
    start = time.monotonic()
    assert line.write(b"more", deadline) == 0
    assert line.read(deadline) == b""
    assert time.monotonic() - start <= 2 * deadline + 0.1
    line.discard_output()
    start = time.monotonic()
    line.close_now()
    assert time.monotonic() - start <= 0.1


def test_a_pulled_cable_is_a_lost_device_and_a_new_object_works(tmp_path):
    line = PtyPort(tmp_path / "printer")
    transport = open_serial(str(tmp_path / "printer"))
    line.unplug()
    with pytest.raises(DeviceLost):
        transport.read(0.1)
    with pytest.raises(DeviceLost):
        transport.write(b"x", 0.1)
    transport.close_now()
    with pytest.raises(DeviceLost):
        open_serial(str(tmp_path / "printer"))
    line.plug()
    again = open_serial(str(tmp_path / "printer"))
    assert again.write(b"x", 0.1) == 1
    again.close_now()
    line.unplug()


def test_opening_and_losing_a_thousand_times_leaves_no_descriptor(tmp_path, terminal):
    _, slave = terminal
    before = descriptors()
    for _ in range(300):
        open_serial(os.ttyname(slave)).close_now()
    for _ in range(300):
        with pytest.raises(DeviceLost):
            open_serial(str(tmp_path / "nothing"))
    for _ in range(50):
        with pytest.raises(DeviceLost):
            open_tcp("127.0.0.1", 1)
    assert descriptors() == before


class TestPrinterClassDevice:
    """The usblp transport on a real character device: a raw terminal opened as a plain file."""

    @pytest.fixture
    def device(self, terminal):
        master, slave = terminal
        transport = open_usblp(os.ttyname(slave))
        yield master, slave, transport
        transport.close_now()

    def test_bytes_go_both_ways_and_the_device_has_one_owner(self, device):
        master, slave, transport = device
        assert transport.write(b"\x10\x04\x01\x0a\x0d\x03\x04", 1.0) == 7
        assert os.read(master, 20) == b"\x10\x04\x01\x0a\x0d\x03\x04", "nothing is cooked"
        os.write(master, b"\x12\x13\x11")
        assert transport.read(1.0) == b"\x12\x13\x11"
        with pytest.raises(DeviceBusy):
            open_usblp(os.ttyname(slave))

    @pytest.mark.parametrize("deadline", [0.0, 0.05, 0.3])
    def test_silence_and_a_full_buffer_end_at_the_deadline(self, device, deadline):
        master, _, transport = device
        start = time.monotonic()
        assert transport.read(deadline) == b""
        assert time.monotonic() - start <= deadline + 0.1
        start = time.monotonic()
        taken = transport.write(bytes(200_000), deadline)
        assert time.monotonic() - start <= deadline + 0.1
        assert 0 < taken < 200_000
        start = time.monotonic()
        assert transport.write(b"more", deadline) == 0, "full, and it says so"
        assert time.monotonic() - start <= deadline + 0.1
        drained = 0
        while drained < taken:
            drained += len(os.read(master, 65_536))
        assert drained == taken, "what was counted as taken was delivered, and nothing twice"
        assert transport.write(b"more", 1.0) == 4

    def test_an_empty_packet_is_silence_and_no_hang_up(self, device):
        master, slave, transport = device
        settings = termios.tcgetattr(slave)
        settings[3] |= termios.ICANON  # then an end-of-file character is a read of no bytes
        termios.tcsetattr(slave, termios.TCSANOW, settings)
        os.write(master, b"\x04")
        start = time.monotonic()
        assert transport.read(0.2) == b""
        assert time.monotonic() - start <= 0.3
        os.write(master, b"\x04ok\n")
        assert transport.read(0.5) == b"ok\n", "what comes behind an empty packet is heard"

    def test_a_pulled_cable_is_a_lost_device(self, device):
        master, _, transport = device
        os.close(master)
        for use in (lambda: transport.read(0.1), lambda: transport.write(b"x", 0.1)):
            start = time.monotonic()
            with pytest.raises(DeviceLost):
                use()
            assert time.monotonic() - start <= 0.2


def test_a_slip_is_proven_over_a_printer_class_device(tmp_path):
    """The whole way: spool, press and `escpos+usblp` on a character device with a printer."""
    line = PtyPort(tmp_path / "lp0")
    printer = SimulatedPrinter(time.monotonic)
    done = threading.Event()
    serving = threading.Thread(target=LineServer(printer, line).run, args=(done.is_set,))
    serving.start()
    address = parse_printer_url(f"escpos+usblp://{tmp_path}/lp0?profile=tm-t20")
    assert address is not None
    said: list[str] = []
    try:
        clock = SystemClock()
        assert try_it(address, address.open, said.append, clock, SystemIds(clock)) == 0
    finally:
        done.set()
        serving.join(2)
        line.unplug()
    assert len(printer.slips) == 1
    assert any("printed process-id" in line for line in said)
    assert printer.unknown == []


def test_a_network_printer_that_never_reads_does_not_hold_us():
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = open_tcp("127.0.0.1", server.getsockname()[1])
        start = time.monotonic()
        assert transport.write(bytes(40_000_000), 0.2) < 40_000_000
        assert transport.read(0.2) == b""
        assert time.monotonic() - start <= 0.6
        transport.close_now()


def test_a_network_printer_that_closes_is_lost():
    with socket.create_server(("127.0.0.1", 0)) as server:
        transport = open_tcp("127.0.0.1", server.getsockname()[1])
        server.accept()[0].close()
        with pytest.raises(DeviceLost):
            transport.read(1.0)
        transport.close_now()


def test_a_file_takes_and_never_answers(tmp_path):
    transport = open_file(str(tmp_path / "slips.bin"))
    assert transport.write(b"abc", 1.0) == 3
    assert transport.read(0.01) == b""
    with pytest.raises(DeviceBusy):
        open_file(str(tmp_path / "slips.bin"))
    transport.close_now()
    assert (tmp_path / "slips.bin").read_bytes() == b"abc"
    with pytest.raises(DeviceLost):
        open_usblp(str(tmp_path / "missing" / "lp0"))


@pytest.mark.parametrize(
    ("url", "profile", "proof"),
    [
        ("escpos+serial:///dev/pts/5?profile=tm-t20&baud=115200", "tm-t20", Proof.PROCESS_ID),
        ("escpos+tcp://127.0.0.1:9100?profile=tm-t88", "tm-t88", Proof.PROCESS_ID),
        ("escpos+tcp://127.0.0.1:9100", "generic-80", Proof.FENCE),
        ("escpos+usblp:///dev/usb/lp0?profile=tm-t20&proof=fence", "tm-t20", Proof.FENCE),
        ("escpos+file:///tmp/x", "write-only", Proof.NONE),
        ("sim:", "tm-t20", Proof.PROCESS_ID),
    ],
)
def test_printer_urls(url, profile, proof):
    address = parse_printer_url(url)
    assert (address.profile.name, address.profile.proof) == (profile, proof)


@pytest.mark.parametrize(
    "url",
    [
        "cups://x",
        "escpos+serial:///dev/x?profile=nobody",
        "escpos+serial:///dev/x?flow=xonxoff",
        "escpos+serial:///dev/x?baud=fast",
        "escpos+serial:///dev/x?proof=hope",
        "escpos+tcp://127.0.0.1:9100?colour=red",
        "escpos+serial:///dev/x?pages=one",
    ],
)
def test_a_wrong_printer_url_is_refused(url):
    with pytest.raises(BadDeviceUrl):
        parse_printer_url(url)


def test_relative_paths_start_at_the_node(tmp_path):
    (tmp_path / "run").mkdir()
    line = PtyPort(tmp_path / "run" / "printer")
    for url in ("escpos+serial://run/printer?profile=tm-t20", "escpos+serial:run/printer", "sim:"):
        transport = parse_printer_url(url, tmp_path).open()
        assert Path(transport.identity) == tmp_path / "run" / "printer"
        transport.close_now()
    line.unplug()
    assert parse_printer_url("none:") is None


def test_the_simulator_reads_no_more_than_it_has_room_for():
    printer = SimulatedPrinter(time.monotonic)
    printer.body.paper_out = True
    assert printer.receive(b"x" * 10_000) == 4096
    assert printer.receive(b"x") == 0
