"""Registry parts: how a node gets the newest registry from whom it sends to. Pure.

It asks now and then with the number it has; the answer is the next part of a newer one, or silence.
What is put together is not believed here: its signature and number are looked at where it is kept.
"""

from __future__ import annotations

from collections.abc import Callable

from sync.protocol.frames import RegistryPart

ASK_S = 30.0
REGISTRY_MAX = 16 << 20


class RegistryParts:
    """One node's side; `have` is the number of the registry in force here."""

    def __init__(self, have: Callable[[], int]) -> None:
        self._have = have
        self._number = 0
        self._parts = bytearray()
        self._due = 0.0

    def due(self, now: float) -> tuple[int, int] | None:
        """What to ask for now: the number had, and the byte to go on from."""
        if now < self._due:
            return None
        self._due = now + ASK_S
        have = self._have()
        if self._number <= have:
            self._parts.clear()
        return have, len(self._parts)

    def take(self, part: RegistryPart, now: float) -> bytes | None:
        """A part has come; the whole registry when it was the last one."""
        if part.number <= self._have() or part.total > REGISTRY_MAX:
            return None
        if part.number != self._number:
            self._number = part.number
            self._parts.clear()
        if part.offset != len(self._parts) or len(self._parts) + len(part.payload) > part.total:
            self._parts.clear()
            return None
        self._parts += part.payload
        if len(self._parts) < part.total:
            self._due = now  # the next part at once
            return None
        whole = bytes(self._parts)
        self._parts.clear()
        return whole
