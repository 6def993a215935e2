"""Repeat limit: how often one printer may be cleared and cut before a slip is proven.

Each clearing feeds and cuts paper. A printer whose power dips at the cut, or whose proof never
comes, would be cleared, fed and cut without end; after `most` clearings in a row without one slip
proven it rests: nothing that moves paper is sent until a person has acted. A person has acted who
settled the slip it was left with, asked for a test slip, entered a new roll, moved its plug, or
opened its cover or changed its paper.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from peripherals.printing.jobs import JobRow, JobState
from peripherals.printing.worker.attempts import PrintAttempts
from peripherals.status import Cause, DeviceState, PrinterStatus

_BY_HAND = frozenset({Cause.PAPER, Cause.COVER, Cause.JAM, Cause.PRESENTER})
"""Only a person ends these."""


@dataclass(slots=True)
class _Left:
    """What there was when the printer was left alone."""

    job: str
    tests: int
    roll_mm: int
    plugged: int


class RepeatLimit:
    """The clearings of one printer in a row. `plugged` counts what its plug has done."""

    def __init__(
        self, print_attempts: PrintAttempts, most: int, plugged: Callable[[], int]
    ) -> None:
        self._print_attempts = print_attempts
        self._most = most
        self._plugged = plugged
        self._clearings = 0
        self._proofs = 0
        self._left: _Left | None = None
        self._touched = False

    @property
    def resting(self) -> bool:
        """Whether the printer is left alone."""
        return self._left is not None

    def clearing(self) -> bool:
        """Whether one more clearing may be sent; it counts at once."""
        if self._proofs != self._print_attempts.proofs:
            self._proofs, self._clearings = self._print_attempts.proofs, 0
        if self._clearings >= self._most:
            self._leave()
            return False
        self._clearings += 1
        return True

    def saw(self, status: PrinterStatus) -> None:
        """The printer said how it is: somebody may be standing before it."""
        if status.state is DeviceState.BLOCKED and status.cause in _BY_HAND:
            self._touched = True
        elif status.state.serves and self._touched:
            self._forgive()
        if self._left is not None and self._acted(self._left):
            self._forgive()

    def _leave(self) -> None:
        """Nobody will know of the slip inside; staff look at the paper."""
        job = self._print_attempts.open_job()
        if job is not None:
            self._print_attempts.give_up(job, "the printer keeps failing")
        self._touched = False
        self._left = _Left(
            job.id if job else "",
            self._print_attempts.tests_wanted(),
            self._print_attempts.row.roll_mm(),
            self._plugged(),
        )

    def _acted(self, left: _Left) -> bool:
        job: JobRow | None = self._print_attempts.job(left.job) if left.job else None
        return (
            (job is not None and job.state is not JobState.UNKNOWN)
            or self._print_attempts.tests_wanted() > left.tests
            or self._print_attempts.row.roll_mm() > left.roll_mm
            or self._plugged() != left.plugged
        )

    def _forgive(self) -> None:
        self._clearings, self._left, self._touched = 0, None, False
