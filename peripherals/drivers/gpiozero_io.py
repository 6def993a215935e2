"""The call button and the light through gpiozero; edges come out of a pipe.

gpiozero calls back on a thread of its own; the callback writes one byte to a pipe and nothing
else, so the rest of the service stays single-threaded. The factory is handed in: the real one
in service, gpiozero's mock factory in tests.
"""

from __future__ import annotations

import contextlib
import os
from typing import Any

from peripherals.drivers.descriptor import DescriptorLine
from peripherals.faults import DeviceLost


class GpioLine(DescriptorLine):
    """Out: `1` and `0`, edges of the button. In: `1` and `0` the light, `R` and `r` the bell."""

    def __init__(
        self, button: int, light: int | None, factory: Any = None, bell: int | None = None
    ) -> None:
        from gpiozero import LED, Button  # noqa: PLC0415 - looks for pins when imported
        from gpiozero.exc import GPIOZeroError  # noqa: PLC0415

        reading, self._edges = os.pipe()
        os.set_blocking(self._edges, False)
        super().__init__(reading, f"GPIO {button}")
        self._parts: list[Any] = []
        try:
            self._button = Button(button, pin_factory=factory)
            self._parts.append(self._button)
            self._light = None if light is None else LED(light, pin_factory=factory)
            self._parts.append(self._light)
            self._bell = None if bell is None else LED(bell, pin_factory=factory)
            self._parts.append(self._bell)
        except (GPIOZeroError, OSError, ImportError) as error:
            self.close()
            raise DeviceLost(f"GPIO {button} cannot be used on this machine.") from error
        self._button.when_pressed = lambda: self._edge(b"1")
        self._button.when_released = lambda: self._edge(b"0")

    def write(self, chunk: bytes) -> int:
        for byte in chunk.decode("ascii", "replace"):
            if byte in "01" and self._light is not None:
                self._light.value = int(byte)
            elif byte in "Rr" and self._bell is not None:
                self._bell.value = int(byte == "R")
        return len(chunk)

    def close(self) -> None:
        for part in self._parts:
            if part is not None:
                part.close()
        self._parts = []
        edges, self._edges = self._edges, -1
        if edges >= 0:
            os.close(edges)
        super().close()

    def _edge(self, level: bytes) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            os.write(self._edges, level)
