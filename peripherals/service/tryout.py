"""Tryout of a scanner or GNSS receiver: `huduma devices test scanner`, `huduma devices test gnss`.

Each opens one device by its URL, prints in plain lines what it reports for a while, and returns
the exit code: 0 when the device did its work. A scan is echoed by its shape only: enough to see a
wrong suffix, prefix or layout, and nothing of the person whose card was used for the test.
"""

from __future__ import annotations

from collections.abc import Callable

from peripherals.device_loop.loop import DeviceLoop, NamedEvent
from peripherals.devices.gnss import GnssPosition
from peripherals.devices.mrz import MrzError
from peripherals.devices.mrz_reader import MrzRead
from peripherals.devices.scanner import Scan, ScanRefused, masked
from peripherals.line_protocol import DeviceCondition
from peripherals.status import Cause
from provisioning.clock import Clock
from provisioning.ids import Ids

NOTHING = 20
"""Exit code: the device said nothing useful in the time it had."""

Say = Callable[[str], None]


def test_scanner(url: str, seconds: float, say: Say, clock: Clock, ids: Ids) -> int:
    """Echo the shape of each scan for `seconds`; 0 when there was at least one."""
    return _listen("scanner", url, seconds, say, clock, ids, _scan_line)


def test_mrz(url: str, seconds: float, say: Say, clock: Clock, ids: Ids) -> int:
    """Say which document was swiped and which fields to confirm; 0 when one was read."""
    return _listen("mrz", url, seconds, say, clock, ids, _mrz_line)


def test_gnss(url: str, seconds: float, say: Say, clock: Clock, ids: Ids) -> int:
    """Show fix, accuracy, staleness and jumps for `seconds`; 0 when there was a usable fix."""
    return _listen("gnss", url, seconds, say, clock, ids, _gnss_line)


def _listen(
    name: str,
    url: str,
    seconds: float,
    say: Say,
    clock: Clock,
    ids: Ids,
    line_of: Callable[[NamedEvent], tuple[str, bool] | None],
) -> int:
    device_loop = DeviceLoop({name: url}, clock, ids)
    good = False
    end = clock.monotonic() + seconds
    try:
        while clock.monotonic() < end:
            for heard in device_loop.turn(0.2):
                line = _condition_line(heard) or line_of(heard)
                if line is not None:
                    say(line[0])
                    good = good or line[1]
    finally:
        device_loop.close()
    return 0 if good else NOTHING


def _condition_line(heard: NamedEvent) -> tuple[str, bool] | None:
    event = heard.event
    if not isinstance(event, DeviceCondition):
        return None
    cause = event.cause
    if cause is Cause.NONE:
        return event.state.value, False
    words = f"{cause.words('en')} / {cause.words('sw')}"
    return f"{event.state.value} {cause.code('E')}: {words}", False


def _scan_line(heard: NamedEvent) -> tuple[str, bool] | None:
    match heard.event:
        case Scan() as scan:
            return masked(scan), True
        case ScanRefused(why):
            return f"not taken: {why.value}", False
        case _:
            return None


def _mrz_line(heard: NamedEvent) -> tuple[str, bool] | None:
    match heard.event:
        case MrzRead(MrzError() as error):
            return f"not taken: {error.problem.value} in {error.field}, line {error.line}", False
        case MrzRead(document):
            assert not isinstance(document, MrzError)
            kind = type(document).__name__
            return f"{kind} read; to be confirmed: {', '.join(document.confirm)}", True
        case _:
            return None


def _gnss_line(heard: NamedEvent) -> tuple[str, bool] | None:
    if not isinstance(heard.event, GnssPosition):
        return None
    position = heard.event
    if position.fix is None:
        return "no position", False
    fix = position.fix
    accuracy = "unknown" if fix.accuracy_m is None else f"{fix.accuracy_m:.0f} m"
    flags = (" stale" if position.stale else "") + (" jumped" if position.jumped else "")
    place = f"{fix.latitude:.5f}, {fix.longitude:.5f}, accuracy {accuracy}{flags}"
    return place, position.usable is not None
