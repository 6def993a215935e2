"""Backlight through sysfs (`/sys/class/backlight/*`): `brightness` of `max_brightness`."""

from __future__ import annotations

import os
from pathlib import Path

from peripherals.drivers.descriptor import DescriptorLine
from peripherals.faults import DeviceLost, NotAllowed


class BacklightLine(DescriptorLine):
    """Words `?` and a percentage in; the level read back out, as `NN%`."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._max = self._number("max_brightness")
        if not self._max:
            raise DeviceLost(f"{folder} has no levels.")
        reading, self._answers = os.pipe()
        super().__init__(reading, folder)

    def write(self, chunk: bytes) -> int:
        for word in chunk.decode("ascii", "replace").split():
            if word.isdigit():
                self._set(min(100, int(word)))
            level = round(self._number("brightness") * 100 / self._max)
            os.write(self._answers, f"{level}%\n".encode("ascii"))
        return len(chunk)

    def close(self) -> None:
        super().close()
        if self._answers >= 0:
            os.close(self._answers)
        self._answers = -1

    def _set(self, percent: int) -> None:
        try:
            (self._folder / "brightness").write_text(f"{round(self._max * percent / 100)}\n")
        except PermissionError as error:
            raise NotAllowed(
                f"{self._folder} may not be written; install the udev rule."
            ) from error
        except OSError as error:
            raise DeviceLost(f"{self._folder} is not there.") from error

    def _number(self, name: str) -> int:
        try:
            return max(0, int((self._folder / name).read_text()))
        except (OSError, ValueError) as error:
            raise DeviceLost(f"{self._folder} is not a backlight.") from error
