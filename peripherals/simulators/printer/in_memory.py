"""The simulated printer in the same process, in virtual time: for campaigns of thousands of slips.

`MemoryCable` simulates the wire and the kernel's buffer, and outlives the host program: bytes
handed over and not yet taken by the printer wait in it, as they do behind a pseudo-terminal, and
are lost when the plug is pulled. Waiting moves the clock, so nothing sleeps.
"""

from __future__ import annotations

from peripherals.faults import DeviceLost
from peripherals.simulators.printer.printer import SimulatedPrinter
from provisioning.clock import VirtualClock

_STEP_S = 0.005
_WIRE_BYTES = 16_384


class MemoryCable:
    """One wire to one printer. `connect` gives a transport; it dies with the plug."""

    def __init__(
        self, printer: SimulatedPrinter, clock: VirtualClock, *, baud: int = 115_200
    ) -> None:
        self.printer = printer
        self.clock = clock
        self.plugged_in = 0  # how often: a transport of an earlier time is dead
        self._bytes_s = baud / 10
        self._wire = bytearray()
        self._heard = bytearray()
        self._was_connected = True

    def connect(self) -> MemoryTransport:
        """A fresh transport; raises `DeviceLost` while unplugged."""
        self.pump()
        if not self.printer.connected:
            raise DeviceLost("The simulated printer is unplugged.")
        return MemoryTransport(self)

    def pump(self) -> None:
        """Let the printer take, print and answer what is due now."""
        printer = self.printer
        printer.step()
        if not printer.connected:
            if self._was_connected:
                self.plugged_in += 1
                self._wire.clear()
                self._heard.clear()
            self._was_connected = False
            printer.speak()  # nobody hears it
            return
        self._was_connected = True
        while self._wire and (taken := printer.receive(bytes(self._wire[:512]))):
            del self._wire[:taken]
            printer.step()
        self._heard += printer.speak()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        end = self.clock.monotonic() + seconds
        while (left := end - self.clock.monotonic()) > 1e-9:
            event = self.printer.next_event_s()
            self.clock.advance(seconds=min(left, max(event or _STEP_S, 0.0005), _STEP_S))
            self.pump()

    def put(self, octets: bytes) -> int:
        """How many bytes the wire takes; they take their time at the baud rate."""
        room = max(0, _WIRE_BYTES - len(self._wire))
        taken = octets[:room]
        self._wire += taken
        self.clock.advance(seconds=len(taken) / self._bytes_s)
        self.pump()
        return len(taken)

    def take(self) -> bytes:
        """What the printer has said."""
        heard = bytes(self._heard)
        self._heard.clear()
        return heard

    def forget(self) -> None:
        """The host discards what is still on the wire."""
        self._wire.clear()


class MemoryTransport:
    """Implements `peripherals.transport_port.Transport` over a `MemoryCable`."""

    def __init__(self, cable: MemoryCable, *, survives_power_cut: bool = True) -> None:
        self.survives_power_cut = survives_power_cut
        self._cable = cable
        self._time_of = cable.plugged_in

    @property
    def identity(self) -> str:
        return "simulated printer"

    def write(self, octets: bytes, deadline_s: float) -> int:
        self._check()
        clock, taken = self._cable.clock, 0
        end = clock.monotonic() + deadline_s
        while taken < len(octets):
            taken += self._cable.put(octets[taken:])
            self._check()
            if taken < len(octets):
                if clock.monotonic() >= end:
                    break
                self._cable.wait(_STEP_S)
        return taken

    def read(self, deadline_s: float) -> bytes:
        end = self._cable.clock.monotonic() + deadline_s
        self._cable.pump()
        while True:
            self._check()
            if heard := self._cable.take():
                return heard
            left = end - self._cable.clock.monotonic()
            if left <= 1e-6:
                self._cable.clock.advance(seconds=1e-6)  # past the deadline, not just up to it
                return b""
            self._cable.wait(min(_STEP_S, left))

    def discard_output(self) -> None:
        self._cable.forget()

    def close_now(self) -> None:
        """Nothing to let go of."""

    def _check(self) -> None:
        if not self._cable.printer.connected or self._time_of != self._cable.plugged_in:
            raise DeviceLost("The simulated printer hung up.")
