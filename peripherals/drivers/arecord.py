"""ALSA microphone through `arecord` (package alsa-utils): raw samples on its stdout.

The program runs only while a recording is wanted and is killed to stop.
"""

from __future__ import annotations

import sys

from peripherals.connection.url import read_url
from peripherals.drivers.subprocess_line import CommandLine
from peripherals.faults import BadDeviceUrl

PARAMETERS = {"recorder+alsa": ("program",), "recorder+simulated": ()}


def open_microphone(url: str, rate_hz: int, seconds_max: int) -> CommandLine:
    """A line whose words are `record` and `stop`; `recorder+alsa:DEVICE` or
    `recorder+simulated:`. Raises `BadDeviceUrl`.
    """
    parsed = read_url(url, PARAMETERS)
    if parsed.kind != "recorder":
        raise BadDeviceUrl("The setting recorder takes a URL that begins with recorder+.")
    if parsed.driver == "simulated":
        argv = [sys.executable, "-m", "peripherals.simulators.recorder"]
    else:
        program = parsed.text("program", "arecord").split()
        device = parsed.path.strip("/") or parsed.host or "default"
        argv = [
            *program, "-q", "-D", device, "-t", "raw", "-f", "S16_LE", "-c", "1",
            "-r", str(rate_hz), "-d", str(seconds_max),
        ]  # fmt: skip
    return CommandLine(lambda word: argv if word == "record" else None)
