"""SlipPresenter: the slip that waits to be taken, in a kiosk printer with a presenter.

Such a printer has a full status (`DLE EOT 20`, six bytes) beyond `DLE EOT 1` to `4`; one of its
bits is a slip that nobody has taken yet. That is normal for a while. No other slip is begun
meanwhile, because it would push the first one out or be taken with it. After `take_s` the waiting
slip is reported (P37), and a profile with a retract command pulls it back in, so that nobody finds
a stranger's slip.

Source of the bits: Custom Engineering, command manuals of KPM210/216, KPM150 and KPM300 (`DLE
EOT n`, n = 20); the same layout in Pyramid Technologies' Reliance command reference.
"""

from __future__ import annotations

from dataclasses import replace

from peripherals.printing.escpos.client import PrinterClient
from peripherals.printing.escpos.profiles import Profile
from peripherals.printing.escpos.replies import FullStatus
from peripherals.status import Cause, DeviceState, PrinterStatus
from provisioning.clock import Clock

_TROUBLES = (
    # (byte of the four, bit, cause), the first that is set speaks
    (1, 0x03, Cause.COVER),  # head up, cover open
    (0, 0x41, Cause.PAPER),  # none there; or none left by its own reckoning
    (3, 0x03, Cause.CUTTER),  # cutter, cutter's cover
    (2, 0x40, Cause.JAM),
    (2, 0x01, Cause.HEAT),
    (2, 0x08, Cause.VOLTAGE),
    (3, 0x4C, Cause.ERROR),  # its memories
)
_NEAR_END, _TICKET = 0x04, 0x20


class SlipPresenter:
    """What the full status of one connected printer says, beyond its ordinary status."""

    def __init__(self, profile: Profile, clock: Clock) -> None:
        self._profile = profile
        self._clock = clock
        self._since: float | None = None
        self._retracted = False

    @property
    def occupied(self) -> bool:
        """Whether a slip waits to be taken."""
        return self._since is not None

    def look(self, client: PrinterClient, status: PrinterStatus) -> PrinterStatus:
        """`status` with what the full status adds; unchanged where the printer has none."""
        if not self._profile.full_status or not status.state.serves:
            return status
        full = client.full_status()
        if full is None:
            return status
        self._note(full)
        for place, bits, cause in _TROUBLES:
            if full.octets[place] & bits:
                return replace(status, state=DeviceState.BLOCKED, cause=cause)
        if self._overdue():
            return replace(status, state=DeviceState.BLOCKED, cause=Cause.PRESENTER)
        near = status.near_end or bool(full.octets[0] & _NEAR_END)
        state = DeviceState.LOW if near else status.state
        return replace(status, state=state, near_end=near)

    def tidy(self, client: PrinterClient) -> None:
        """Pull in a slip nobody took in time, once, where the profile has a command for it."""
        if self._overdue() and self._profile.retract and not self._retracted:
            self._retracted = True
            client.send(self._profile.retract)

    def _overdue(self) -> bool:
        since = self._since
        return since is not None and self._clock.monotonic() - since >= self._profile.take_s

    def _note(self, full: FullStatus) -> None:
        if not full.octets[0] & _TICKET:
            self._since, self._retracted = None, False
        elif self._since is None:
            self._since = self._clock.monotonic()
