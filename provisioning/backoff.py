"""Backoff: how long to wait before the next attempt. Pure: the chance comes from outside.

Full jitter (each wait is uniform between 0 and a ceiling that doubles) spreads two thousand
nodes that lost the same server at the same moment.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """Waits of one link: ceilings `first_s`, twice that, ... up to `most_s`."""

    first_s: float = 0.5
    most_s: float = 300.0
    failures: int = 0

    def failed(self, chance: float) -> float:
        """Seconds to wait after one more failure; `chance` is uniform in [0, 1)."""
        ceiling = min(self.most_s, self.first_s * 2.0 ** min(self.failures, 32))
        self.failures += 1
        return max(self.first_s / 5, ceiling * chance)

    def succeeded(self) -> None:
        """The next failure is the first again."""
        self.failures = 0
