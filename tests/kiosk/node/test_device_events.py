"""DeviceEventSender: what devices heard reaches the core as a visit's event, and nothing more of it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from kiosk.node.device_events import ANSWER_S, DeviceEventSender, event_of, press_of
from kiosk.ui_protocol.ipc import encode, read_event
from kiosk.ui_protocol.view import Activated, Element, Region, Role, Scanned, View, ViewRequest
from peripherals.device_loop.loop import NamedEvent
from peripherals.devices.call_button import Pressed
from peripherals.devices.mrz import parse
from peripherals.devices.mrz_reader import MrzRead
from peripherals.devices.scanner import Scan, ScanRefusal, ScanRefused, Symbology
from peripherals.simulators.mrz import kenyan_id, passport
from sync.transports.zmq_transport import ZmqServer

TODAY = date(2026, 11, 23)


def zone(lines: list[str]) -> MrzRead:
    return MrzRead(parse("\n".join(lines), TODAY))


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Scan(Symbology.QR, b"A101"), Scanned("A101")),
        (Scan(Symbology.QR, b"\xff"), None),
        (ScanRefused(ScanRefusal.CUT), None),
        (zone(kenyan_id(id_number="022745326")), Scanned("22745326")),
        (zone(passport(number="AK0123456")), Scanned("AK0123456")),
        (zone(["X" * 30] * 3), None),
        (Pressed(), None),
    ],
)
def test_only_what_a_field_can_take_is_passed_on(event: object, expected: object) -> None:
    assert event_of(NamedEvent("scanner", event)) == expected


def screen(*elements: Element) -> View:
    return View(number=7, state="home", language="sw", title="x", elements=elements)


CALL = Element(id="call-staff", role=Role.BUTTON, label="Mwite mhudumu", place=Region.FOOTER)


def test_the_button_on_the_case_is_the_button_on_the_screen() -> None:
    assert press_of(screen(CALL)) == Activated(7, "call-staff")
    assert press_of(screen()) is None


@pytest.fixture
def core() -> Iterator[ZmqServer]:
    with tempfile.TemporaryDirectory() as folder:
        server = ZmqServer(f"ipc://{Path(folder) / 'core'}")
        yield server
        server.close()


def serve(core: ZmqServer, limit: int = 100) -> list[object]:
    """Answer Hello like a core; the other events."""
    events: list[object] = []
    for _ in range(limit):
        for request in core.poll(0.02):
            event = read_event(request.payload)
            if isinstance(event, ViewRequest):
                core.reply(request, encode(screen(CALL)))
            else:
                events.append(event)
        if events:
            break
    return events


def test_a_scan_crosses_the_socket(core: ZmqServer) -> None:
    event_sender = DeviceEventSender(core.endpoint)
    for _ in range(100):
        event_sender(NamedEvent("scanner", Scan(Symbology.QR, b"A101")))
        if got := serve(core, 1):
            break
    assert got[0] == Scanned("A101")
    event_sender.close()


def test_a_core_that_is_away_holds_nobody_up() -> None:
    event_sender = DeviceEventSender("ipc:///nonexistent/core")
    start = time.monotonic()
    for _ in range(3):
        event_sender(NamedEvent("scanner", Scan(Symbology.QR, b"A101")))
        event_sender(NamedEvent("gpio", Pressed()))
    event_sender.close()
    # A scan is let go, the button waits its short while, and closing waits for nothing.
    assert time.monotonic() - start <= 3 * (ANSWER_S + 0.5)


def test_a_scan_that_nobody_took_is_not_delivered_later(core: ZmqServer) -> None:
    """Nobody may act later on a code held up earlier: the core starts after the scan."""
    endpoint = f"{core.endpoint}-late"
    event_sender = DeviceEventSender(endpoint)
    event_sender(NamedEvent("scanner", Scan(Symbology.QR, b"OLD")))
    late = ZmqServer(endpoint)
    events = serve(late, 20)
    event_sender.close()
    late.close()
    assert events == []
