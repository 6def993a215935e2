"""The headphone socket: each change is told once, whatever else the kernel says in between."""

from __future__ import annotations

import pytest

from kiosk.node.device_events import event_of
from kiosk.ui_protocol.view import Headphones
from peripherals.device_loop.loop import NamedEvent
from peripherals.devices.headphones import (
    EV_SW,
    SW_HEADPHONE_INSERT,
    HeadphonesMoved,
    HeadphoneSocket,
)
from peripherals.devices.keyboard_scanner import EVENT
from peripherals.simulators.hid import HidSimulator


def moved(plugged: bool) -> bytes:  # noqa: FBT001 - as the kernel says it
    return EVENT.pack(1, 2, EV_SW, SW_HEADPHONE_INSERT, plugged) + EVENT.pack(1, 2, 0, 0, 0)


@pytest.mark.parametrize("size", [1, 7, 24, 1000])
def test_each_change_is_told_once_however_its_bytes_are_cut(size):
    socket = HeadphoneSocket()
    socket.begin(0)
    stream = moved(True) + moved(True) + EVENT.pack(1, 2, EV_SW, 4, 1) + moved(False)
    told = []
    for at in range(0, len(stream), size):
        told += socket.received(stream[at : at + size], 1.0)
    assert told == [HeadphonesMoved(True), HeadphonesMoved(False)]


def test_half_an_event_before_the_cable_broke_is_forgotten():
    socket = HeadphoneSocket()
    socket.begin(0)
    socket.received(moved(True)[:10], 1.0)
    socket.ended(2.0)
    socket.begin(3.0)
    assert socket.received(moved(True), 4.0) == [HeadphonesMoved(True)]


def test_the_simulator_plugs_and_the_core_hears_of_it():
    simulator, socket = HidSimulator(), HeadphoneSocket()
    socket.begin(0)
    for order, plugged in ((["plug"], True), (["unplug"], False)):
        assert simulator.order(order, 1.0) == ""
        (heard,) = socket.received(simulator.due(2.0), 2.0)
        assert heard == HeadphonesMoved(plugged)
        assert event_of(NamedEvent("headphones", heard)) == Headphones(plugged=plugged)
