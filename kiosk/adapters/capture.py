"""The camera and the microphone of this kiosk as the visit's ports.

They belong to the core, not to the device service, so that a picture of a person reaches the
sealed form without passing through another process. A device is opened when a citizen asks and
closed with the answer; nothing here waits, and nothing is written to disk.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.filling.capture import CapturePhase, CaptureProgress
from peripherals.device_loop.loop import DeviceLoop
from peripherals.device_loop.status_table import read_position
from peripherals.devices.camera import CameraFrame, NothingSeen, TakeFrame
from peripherals.devices.recorder import RATE_HZ, SECONDS_MAX, Recording
from peripherals.drivers.arecord import open_microphone
from peripherals.faults import DeviceFault, SimulatorRefused
from peripherals.service.hotplug_source import hotplug_of
from provisioning.clock import Clock
from provisioning.ids import Ids
from provisioning.node.site import Node
from sync.store.database import Store

OPEN_S = 3.0
"""A camera that does not serve after this long is not there."""
_NONE = "none:"


class CameraCapturer:
    """Implements `Capturer`: one picture. `open_device_loop` gives a loop with the camera alone."""

    def __init__(self, open_device_loop: Callable[[], DeviceLoop], clock: Clock) -> None:
        self._open_device_loop = open_device_loop
        self._clock = clock
        self._device_loop: DeviceLoop | None = None
        self._asked = False
        self._until = 0.0

    def start(self) -> None:
        self.stop()
        try:
            self._device_loop = self._open_device_loop()
        except DeviceFault:
            return
        self._until = self._clock.monotonic() + OPEN_S

    def look(self) -> CaptureProgress:
        if self._device_loop is None:
            return CaptureProgress(CapturePhase.FAILED)
        heard = self._device_loop.turn(0)
        if not self._asked:
            self._asked = self._device_loop.tell("camera", TakeFrame())
            if not self._asked and self._clock.monotonic() > self._until:
                return self._end(CaptureProgress(CapturePhase.FAILED))
        for each in heard:
            if isinstance(each.event, CameraFrame):
                return self._end(CaptureProgress(CapturePhase.READY, each.event.jpeg))
            if isinstance(each.event, NothingSeen):
                return self._end(CaptureProgress(CapturePhase.FAILED))
        return CaptureProgress(CapturePhase.RUNNING)

    def finish(self) -> None:
        """A picture is finished by itself."""

    def stop(self) -> None:
        self._end(CaptureProgress(CapturePhase.FAILED))

    def _end(self, taken: CaptureProgress) -> CaptureProgress:
        if self._device_loop is not None:
            self._device_loop.close()
        self._device_loop, self._asked = None, False
        return taken


class MicrophoneCapturer:
    """Implements `Capturer`: a recording until it is finished, a minute at most."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._clock = clock
        self._recording = Recording(lambda: open_microphone(url, RATE_HZ, SECONDS_MAX))
        self._failed = False

    def start(self) -> None:
        self._failed = not self._recording.start(self._clock.monotonic())

    def look(self) -> CaptureProgress:
        heard = not self._failed and self._recording.hear(self._clock.monotonic())
        if not heard:
            return CaptureProgress(CapturePhase.FAILED)
        seconds = self._recording.seconds
        if self._recording.running:
            return CaptureProgress(CapturePhase.RUNNING, seconds=seconds)
        return CaptureProgress(CapturePhase.READY, self._recording.take(), seconds)

    def finish(self) -> None:
        self._recording.hear(self._clock.monotonic())
        self._recording.finish()

    def stop(self) -> None:
        self._recording.wipe()


def position_in(store: Store, clock: Clock) -> Callable[[], str | None]:
    """Where the kiosk stands, from the table the device service keeps fresh."""

    def position() -> str | None:
        place = read_position(store, clock.now())
        if place is None:
            return None
        return f"{place.latitude:.6f} {place.longitude:.6f} 0 {place.accuracy_m or 0:.1f}"

    return position


def camera_of(node: Node, clock: Clock, ids: Ids) -> CameraCapturer | None:
    """The node's camera; None when it has none. Raises `BadDeviceUrl`, `SimulatorRefused`."""
    chosen, field = node.settings.devices, node.settings.node.field
    if chosen.camera == _NONE:
        return None
    urls = {"camera": chosen.camera}
    DeviceLoop(urls, clock, ids, field=field).close()  # a wrong URL stops the start
    return CameraCapturer(
        lambda: DeviceLoop(urls, clock, ids, hotplug=hotplug_of(chosen.hotplug), field=field), clock
    )


def recorder_of(node: Node, clock: Clock) -> MicrophoneCapturer | None:
    """The node's microphone; None when it has none. Raises `BadDeviceUrl`, `SimulatorRefused`."""
    url = node.settings.devices.recorder
    if url == _NONE:
        return None
    if node.settings.node.field and ("simulated" in url or "program=" in url):
        raise SimulatorRefused("The setting recorder names a simulator; name the real device.")
    open_microphone(url, RATE_HZ, SECONDS_MAX).close()
    return MicrophoneCapturer(url, clock)
