"""Video4Linux camera through `v4l2-ctl` (package v4l-utils): motion JPEG on its stdout.

The program runs only while pictures are wanted and is killed to stop; a driver that hangs in
the kernel hangs there and not here.
"""

from __future__ import annotations

from collections.abc import Sequence

from peripherals.drivers.descriptor import must_exist
from peripherals.drivers.subprocess_line import CommandLine

_FRAMES_MAX = 900  # 30 s at 30 frames a second; a forgotten camera stops by itself


def open_camera(
    device: str, width: int, height: int, program: Sequence[str] = ("v4l2-ctl",)
) -> CommandLine:
    """A line whose words are `frames` and `stop`. `program` is replaced in simulations."""
    must_exist(device)
    argv = [
        *program,
        f"--device={device}",
        f"--set-fmt-video=width={width},height={height},pixelformat=MJPG",
        "--stream-mmap",
        f"--stream-count={_FRAMES_MAX}",
        "--stream-to=-",
    ]
    return CommandLine(lambda word: argv if word == "frames" else None)
