"""DeviceEventSender: sends what scanners, readers and the call button report to the visit as
events.

Runs in the device service and uses the core's ipc socket as a screen does, so what a person
scanned is never stored on the way. A scan is lost while the core does not run, on purpose: a code
must not take effect later.
"""

from __future__ import annotations

from kiosk.ui_protocol.ipc import CoreClient
from kiosk.ui_protocol.view import Activated, Headphones, Scanned, UiEvent, View, ViewRequest
from peripherals.device_loop.loop import NamedEvent
from peripherals.devices.call_button import Pressed
from peripherals.devices.headphones import HeadphonesMoved
from peripherals.devices.mrz import IdCard, MrzError, Passport
from peripherals.devices.mrz_reader import MrzRead
from peripherals.devices.scanner import Scan

ANSWER_S = 0.3
CALL_STAFF = "call-staff"


class DeviceEventSender:
    """The outlet of the equipment unit. `endpoint` is the core's socket."""

    def __init__(self, endpoint: str) -> None:
        self._client = CoreClient(endpoint)

    def __call__(self, heard: NamedEvent) -> None:
        """Pass an event on, if the visit has a use for it."""
        if isinstance(heard.event, Pressed):
            self._call_staff()
            return
        event = event_of(heard)
        if event is not None:
            self._client.send(event)

    def close(self) -> None:
        self._client.close()

    def _call_staff(self) -> None:
        """The button on the case does what the button on the screen does."""
        view = self._client.ask(ViewRequest(), ANSWER_S)
        if view is not None and (press := press_of(view)) is not None:
            self._client.send(press)


def event_of(heard: NamedEvent) -> UiEvent | None:
    """A code, a document number or a plug as the core takes it; None for anything else."""
    match heard.event:
        case Scan() as scan:
            text = scan.text()
        case MrzRead(IdCard(id_number=number)) | MrzRead(Passport(number=number)):
            # Only the number is passed on. It goes into a field the citizen sees before Next,
            # which is the confirmation that fields without a check digit need.
            text = number
        case HeadphonesMoved(plugged=plugged):
            return Headphones(plugged)
        case MrzRead(MrzError()):
            return None
        case _:
            return None
    return Scanned(text) if text else None


def press_of(view: View) -> Activated | None:
    """The touch on "call staff", when this screen has it."""
    there = any(element.id == CALL_STAFF and element.enabled for element in view.elements)
    return Activated(view.number, CALL_STAFF) if there else None
