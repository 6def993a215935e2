"""A simulated camera: drawn JPEG pictures, one after another, with a code or a face-like shape.

Run as a program it stands in for `v4l2-ctl`: `python -m peripherals.simulators.camera`
writes pictures to stdout, and the setting is
`camera+v4l:/dev/null?program=python+-m+peripherals.simulators.camera`.
The environment variable HUDUMA_CAMERA_SHOWS holds the text of the code it sees.
"""

from __future__ import annotations

import argparse
import io
import os
import select
import sys

import segno
from PIL import Image, ImageDraw

_FRAME_S = 0.1


def picture(shows: str = "", number: int = 0, size: tuple[int, int] = (640, 480)) -> bytes:
    """One JPEG: a QR code of `shows`, or a head and shoulders in grey."""
    image = Image.new("RGB", size, (200 + number % 20, 205, 210))
    draw = ImageDraw.Draw(image)
    if shows:
        code = io.BytesIO()
        segno.make(shows, error="m").save(code, kind="png", scale=6, border=4)
        with Image.open(code) as drawn:
            square = drawn.convert("RGB")
            image.paste(square, ((size[0] - square.width) // 2, (size[1] - square.height) // 2))
    else:
        middle = size[0] // 2
        draw.ellipse((middle - 70, 90, middle + 70, 270), fill=(120, 100, 90))
        draw.ellipse((middle - 150, 290, middle + 150, 640), fill=(90, 110, 140))
    octets = io.BytesIO()
    image.save(octets, "JPEG", quality=80)
    return octets.getvalue()


class CameraSimulator:
    """Pictures at ten a second while running."""

    def __init__(self, shows: str = "") -> None:
        self.shows = shows
        self.running = False
        self._next = 0.0
        self._number = 0
        self._drawn: tuple[str, bytes] | None = None

    def heard(self, chunk: bytes, now: float) -> None:
        for word in chunk.split():
            self.running = word == b"frames"
            self._next = now

    def due(self, now: float) -> bytes:
        octets = b""
        while self.running and self._next <= now:
            self._next += _FRAME_S
            self._number += 1
            octets += self._picture()
        return octets

    def order(self, words: list[str], now: float) -> str:
        del now
        if words[:1] != ["show"]:
            return "orders: show TEXT (nothing after it: a person)"
        self.shows = " ".join(words[1:])
        return ""

    def _picture(self) -> bytes:
        if self._drawn is None or self._drawn[0] != self.shows:
            self._drawn = (self.shows, picture(self.shows))
        return self._drawn[1]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--shows", default="", help="text of the code it sees")
    parser.add_argument("--frames", type=int, default=50)


def run(arguments: argparse.Namespace) -> int:
    """Write pictures to stdout until there were enough or nobody reads."""
    shown = picture(arguments.shows)
    for _ in range(arguments.frames):
        try:
            sys.stdout.buffer.write(shown)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            break
        select.select([], [], [], _FRAME_S)
    return 0


def main() -> int:
    """Called with the arguments of v4l2-ctl, which are read by nobody."""
    shows = os.environ.get("HUDUMA_CAMERA_SHOWS", "")
    return run(argparse.Namespace(shows=shows, frames=300))


if __name__ == "__main__":
    sys.exit(main())
