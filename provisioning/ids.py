"""Ids and randomness: the only place that reads the machine's random bytes.

Identities are UUIDv7 (RFC 9562 section 5.7): 48 bits of Unix milliseconds, then random bits,
so they sort by time. Every id of one generator is greater than the one before it.
"""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID, uuid4

from provisioning.clock import Clock


class Ids(Protocol):
    """Fresh identities and secrets; tests hand in `SeededIds`."""

    def uuid7(self) -> UUID:
        """A new sortable identity."""
        ...

    def uuid4(self) -> UUID:
        """A new random identity (OpenRosa wants version 4 for an instanceID)."""
        ...

    def token(self, length: int) -> bytes:
        """`length` unpredictable bytes."""
        ...


def make_uuid7(milliseconds: int, randomness: bytes) -> UUID:
    """Pack a UUIDv7 from Unix `milliseconds` and 10 bytes of `randomness`."""
    assert len(randomness) == 10
    head = milliseconds.to_bytes(6, "big")
    rand_a = 0x7000 | (int.from_bytes(randomness[:2], "big") & 0x0FFF)
    rand_b = (0b10 << 62) | (int.from_bytes(randomness[2:], "big") & ((1 << 62) - 1))
    return UUID(bytes=head + rand_a.to_bytes(2, "big") + rand_b.to_bytes(8, "big"))


class SystemIds:
    """Ids from the operating system's randomness and the given clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_ms = 0

    def uuid7(self) -> UUID:
        milliseconds = int(self._clock.now().timestamp() * 1000)
        # Two ids within one millisecond would sort by chance: step the time part instead.
        self._last_ms = max(milliseconds, self._last_ms + 1)
        return make_uuid7(self._last_ms, os.urandom(10))

    def uuid4(self) -> UUID:
        return uuid4()

    def token(self, length: int) -> bytes:
        return os.urandom(length)


class SeededIds:
    """The same ids every run, for tests and golden files; never used by a service."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._ms = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp() * 1000)

    def uuid7(self) -> UUID:
        self._ms += 1
        return make_uuid7(self._ms, self._random.randbytes(10))

    def uuid4(self) -> UUID:
        return UUID(bytes=self._random.randbytes(16), version=4)

    def token(self, length: int) -> bytes:
        return self._random.randbytes(length)
