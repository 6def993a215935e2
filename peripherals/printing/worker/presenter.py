"""SlipPresenter: the slip that waits to be taken, in a kiosk printer with a presenter.

Such a printer has a full status (`DLE EOT 20`, six bytes) beyond `DLE EOT 1` to `4`; one of its
bits is a slip that nobody has taken yet. That is normal for a while. No other slip is begun
meanwhile, because it would push the first one out or be taken with it. After `take_s` the waiting
slip is reported (P37), and a profile with a retract command pulls it back in, so that nobody finds
a stranger's slip.
"""

from __future__ import annotations

from dataclasses import replace

from peripherals.printing.protocol_port import (
    PresenterMode,
    PresenterStatus,
    PrinterClient,
    PrinterFacts,
)
from peripherals.status import Cause, DeviceState, PrinterStatus
from provisioning.clock import Clock


class SlipPresenter:
    """What the full status of one connected printer says, beyond its ordinary status."""

    def __init__(self, facts: PrinterFacts, clock: Clock) -> None:
        self._facts = facts
        self._retracts = facts.presenter is PresenterMode.RETRACT
        self._clock = clock
        self._since: float | None = None
        self._retracted = False

    @property
    def occupied(self) -> bool:
        """Whether a slip waits to be taken."""
        return self._since is not None

    def look(self, client: PrinterClient, status: PrinterStatus) -> PrinterStatus:
        """`status` with what the full status adds; unchanged where the printer has none."""
        if self._facts.presenter is PresenterMode.NONE or not status.state.serves:
            return status
        full = client.presenter_status()
        if full is None:
            return status
        self._note(full)
        if full.cause is not Cause.NONE:
            return replace(status, state=DeviceState.BLOCKED, cause=full.cause)
        if self._overdue():
            return replace(status, state=DeviceState.BLOCKED, cause=Cause.PRESENTER)
        near = status.near_end or full.near_end
        state = DeviceState.LOW if near else status.state
        return replace(status, state=state, near_end=near)

    def tidy(self, client: PrinterClient) -> None:
        """Pull in a slip nobody took in time, once, where the profile has a command for it."""
        if self._overdue() and self._retracts and not self._retracted:
            self._retracted = True
            client.retract()

    def _overdue(self) -> bool:
        since = self._since
        return since is not None and self._clock.monotonic() - since >= self._facts.take_s

    def _note(self, full: PresenterStatus) -> None:
        if not full.slip_waits:
            self._since, self._retracted = None, False
        elif self._since is None:
            self._since = self._clock.monotonic()
