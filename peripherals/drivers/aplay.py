"""ALSA loudspeaker through `aplay` (package alsa-utils): the bell with which a kiosk calls staff.

One child process plays the whole call, three strokes and then no more, from memory; nobody waits
for it. Whether it plays is known at once: without a card, or while another program holds it,
`aplay` ends at its start.
"""

from __future__ import annotations

import math
import os
import subprocess
from array import array
from functools import lru_cache

from peripherals.connection.url import read_url
from peripherals.faults import BadDeviceUrl

PARAMETERS = {"bell+alsa": ("program",)}
RATE_HZ = 16_000
STROKES, STROKE_S, EVERY_S = 3, 1.0, 3.0
_TONES_HZ = (880.0, 660.0)
_LOUDNESS = 0.6
_START_S = 0.15
"""A program that still runs after this long plays."""


@lru_cache(maxsize=1)
def call_samples() -> bytes:
    """The whole call: each stroke two falling tones that die away, then silence."""
    half = int(RATE_HZ * STROKE_S / 2)
    stroke = array("h")
    for tone in _TONES_HZ:
        turn = 2 * math.pi * tone / RATE_HZ
        stroke.extend(
            int(32_767 * _LOUDNESS * math.sin(turn * at) * (1 - at / half)) for at in range(half)
        )
    pause = bytes(2 * int(RATE_HZ * (EVERY_S - STROKE_S)))
    return pause.join([stroke.tobytes()] * STROKES)


class Loudspeaker:
    """The loudspeaker of `bell+alsa:DEVICE`. Raises `BadDeviceUrl`."""

    def __init__(self, url: str) -> None:
        parsed = read_url(url, PARAMETERS)
        if parsed.kind != "bell":
            raise BadDeviceUrl("The setting bell takes a URL that begins with bell+.")
        device = parsed.path.strip("/") or parsed.host or "default"
        self._argv = [
            *parsed.text("program", "aplay").split(), "-q", "-D", device, "-t", "raw",
            "-f", "S16_LE", "-c", "1", "-r", str(RATE_HZ),
        ]  # fmt: skip
        self._child: subprocess.Popen[bytes] | None = None

    def ring(self) -> bool:
        """Begin the call, in a fraction of a second; whether it sounds."""
        self.stop()
        try:
            self._child = self._play()
            return self._child.wait(_START_S) == 0
        except subprocess.TimeoutExpired:
            return True
        except OSError:  # there is no such program, or no memory for its sound
            return False

    def stop(self) -> None:
        """Silence."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None

    def _play(self) -> subprocess.Popen[bytes]:
        sound = os.memfd_create("bell")  # a pipe would hold a quarter of it and make us wait
        try:
            with os.fdopen(os.dup(sound), "wb") as file:
                file.write(call_samples())
            os.lseek(sound, 0, os.SEEK_SET)
            return subprocess.Popen(
                self._argv, stdin=sound, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        finally:
            os.close(sound)
