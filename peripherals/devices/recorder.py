"""Recorder: a citizen's voice as a WAV file, for as long as the citizen wants and 60 s at most.

The microphone runs only between `start` and `finish`; the program that reads it is killed to
stop. Samples are in memory only and wiped with the recording: 16 kHz, one channel, 16 bits
little-endian, which is 1.9 MB for a full minute. `DeviceLine` is any descriptor-like line whose
words are `record` and `stop`, such as `drivers.arecord`.
"""

from __future__ import annotations

import wave
from collections.abc import Callable
from io import BytesIO

from peripherals.drivers.descriptor import DeviceLine
from peripherals.faults import DeviceFault

RATE_HZ = 16_000
SAMPLE_BYTES = 2
SECONDS_MAX = 60
SILENT_S = 2.0
"""Nothing at all heard for this long after the start: the microphone does not answer."""


def wav(samples: bytes, rate_hz: int = RATE_HZ) -> bytes:
    """A WAV file (RIFF, PCM) of one channel of 16-bit little-endian `samples`."""
    file = BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(SAMPLE_BYTES)
        out.setframerate(rate_hz)
        out.writeframes(samples)
    return file.getvalue()


class Recording:
    """One recording after another over lines made by `open_line`."""

    def __init__(self, open_line: Callable[[], DeviceLine]) -> None:
        self._open_line = open_line
        self._line: DeviceLine | None = None
        self._samples = bytearray()
        self._since = 0.0

    @property
    def running(self) -> bool:
        return self._line is not None

    @property
    def seconds(self) -> int:
        """Whole seconds recorded so far."""
        return len(self._samples) // (RATE_HZ * SAMPLE_BYTES)

    def start(self, now: float) -> bool:
        """Begin anew; False when the microphone or its program is not there."""
        self.wipe()
        self._since = now
        try:
            self._line = self._open_line()
            self._line.write(b"record\n")
        except DeviceFault:
            self.finish()
            return False
        return True

    def hear(self, now: float) -> bool:
        """Take what was recorded since; False when nothing comes from the microphone."""
        if self._line is None:
            return bool(self._samples)
        try:
            while chunk := self._line.read():
                self._samples += chunk
        except DeviceFault:
            self.finish()
        most = SECONDS_MAX * RATE_HZ * SAMPLE_BYTES
        if len(self._samples) >= most:
            del self._samples[most:]
            self.finish()
        if not self._samples and now - self._since > SILENT_S:
            self.finish()
            return False
        return True

    def finish(self) -> None:
        """Stop the microphone; what was recorded stays until the next start or wipe."""
        if self._line is not None:
            self._line.close()
        self._line = None

    def take(self) -> bytes:
        """The recording as a WAV file; empty when nothing was recorded."""
        whole = len(self._samples) // SAMPLE_BYTES * SAMPLE_BYTES
        return wav(bytes(self._samples[:whole])) if whole else b""

    def wipe(self) -> None:
        """Stop, and overwrite what was recorded."""
        self.finish()
        self._samples[:] = bytes(len(self._samples))
        self._samples.clear()
