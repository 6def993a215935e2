"""Capture: a photo or recording while it is taken, and the ports to camera and microphone. Pure.

Both run only between a touch and its answer. What was taken is in memory until the citizen
attaches it or takes another; it is never written anywhere in clear. A port never waits: `look`
says how far it is, and is asked again on the next tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

TOWN_ACCURACY_M = 10_000
"""A town named by a person is a point known to about this."""


class CapturePhase(StrEnum):
    """How far a capture is."""

    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, repr=False)
class CaptureProgress:
    """A capture as it stands: `content` (JPEG or WAV) when ready, `seconds` it has lasted."""

    phase: CapturePhase
    content: bytes = b""
    seconds: int = 0

    def __repr__(self) -> str:
        return f"CaptureProgress({self.phase}, {len(self.content)} bytes)"


class Capturer(Protocol):
    """A camera that takes one picture, or a microphone that records until it is stopped."""

    def start(self) -> None:
        """Begin; what was running is thrown away."""
        ...

    def look(self) -> CaptureProgress:
        """How far it is."""
        ...

    def finish(self) -> None:
        """Enough: the next `look` is ready, or failed."""
        ...

    def stop(self) -> None:
        """Throw away what runs; nothing of it stays."""
        ...


@dataclass(slots=True)
class Capturing:
    """A capture of this visit, for the question at `place`; `kind` is photo or audio."""

    kind: str
    place: str
    taken: CaptureProgress
