"""A simulated microphone: a soft tone as raw samples on stdout, in real time, until killed.

Run as a program it stands in for `arecord`; the setting is `recorder+simulated:`.
"""

from __future__ import annotations

import math
import select
import struct
import sys

RATE_HZ = 16_000
_CHUNK_S = 0.1
_TONE_HZ, _LOUD = 440, 8_000


def tone(seconds: float) -> bytes:
    """`seconds` of a tone of 440 Hz, 16-bit little-endian."""
    count = round(seconds * RATE_HZ)
    wave = (round(_LOUD * math.sin(2 * math.pi * _TONE_HZ * at / RATE_HZ)) for at in range(count))
    return struct.pack(f"<{count}h", *wave)


def main() -> int:
    """Write until nobody reads."""
    chunk = tone(_CHUNK_S)
    while True:
        try:
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            return 0
        select.select([], [], [], _CHUNK_S)


if __name__ == "__main__":
    sys.exit(main())
