"""Backoff: how long to wait before the next attempt. Pure: the chance comes from outside.

Each wait has a ceiling that doubles up to a limit. With a `chance` the wait is uniform between 0
and that ceiling ("full jitter"), which spreads two thousand nodes that lost the same server at
the same moment; without one it is the ceiling itself, for what only this machine waits for.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """Waits of one link, device or service: ceilings `first_s`, twice that, ... up to `most_s`."""

    first_s: float = 0.5
    most_s: float = 300.0
    failures: int = 0

    def failed(self, chance: float = 1.0) -> float:
        """Seconds to wait after one more failure, at least a fifth of `first_s`.

        `chance` is uniform in [0, 1) where others wait for the same thing, else left out.
        """
        ceiling = min(self.most_s, self.first_s * 2.0 ** min(self.failures, 32))
        self.failures += 1
        return max(self.first_s / 5, ceiling * chance)

    def succeeded(self) -> None:
        """The next failure is the first again."""
        self.failures = 0
