"""GNSS: where the van is, or None. A position is never guessed and never 0, 0.

Rules: a report counts only with mode 2 or 3, both coordinates and a plausible value; 0.0, 0.0
(which receivers and libraries send without a fix) is no fix. A fix older than 30 s is flagged
stale. A fix further from the last trusted one than the van could have driven (50 km at most,
or 180 km/h, whichever is nearer) is flagged as a jump and not used until five agree.
Estimated, typed-in and simulated positions are no fix. Two sources, one tracker: gpsd's JSON
socket, or NMEA 0183 sentences from a serial receiver.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, cast

from peripherals.line_protocol import (
    DeviceCondition,
    DeviceEvent,
    ProtocolBroken,
    TextLineProtocol,
)
from peripherals.status import Cause, DeviceState
from provisioning.distance import great_circle_km

STALE_S = 30.0
JUMP_KM = 50.0
SPEED_KMH_MAX = 180.0
AGREE_NEEDED = 5
_SLACK_KM = 0.5
_GPSD_LINE_MAX = 16_384
_NMEA_LINE_MAX = 96  # NMEA 0183 allows 82
_SILENT_S = 10.0
_SILENCES_MAX = 3
_HDOP_MAX = 20.0
"""Worse than this a receiver measures nothing; 99.99 is what many write for "none"."""
_ACCURACY_M_MAX = 1_000.0
"""A position that may be a kilometre off names no place."""

_MEASURED = frozenset("12345")
"""GGA quality: GPS, differential, PPS, RTK, RTK float. 6 is estimated, 7 typed in, 8 simulated."""

_NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?")
_FIX_MODES = (2, 3)
_NOT_MEASURED = (5, 6, 7, 8)
"""gpsd's TPV status: dead reckoning, mixed with it, surveyed (typed in), simulated."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One trusted report: degrees, metres (None: unknown), `at` on the monotonic clock."""

    latitude: float
    longitude: float
    accuracy_m: float | None
    at: float


@dataclass(frozen=True, slots=True)
class GnssPosition:
    """What a form may use. `fix` is None until there is one; `stale` and `jumped` are warnings."""

    fix: Fix | None
    stale: bool = False
    jumped: bool = False

    @property
    def usable(self) -> Fix | None:
        """The fix, only when nothing speaks against it."""
        return None if self.stale or self.jumped else self.fix


def distance_km(a: Fix, b: Fix) -> float:
    """Kilometres between two fixes."""
    return great_circle_km((a.latitude, a.longitude), (b.latitude, b.longitude))


def plausible(latitude: object, longitude: object) -> tuple[float, float] | None:
    """Both coordinates as numbers on Earth and not 0, 0; else None."""
    if isinstance(latitude, bool) or isinstance(longitude, bool):
        return None
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    # Nobody surveys 0, 0 in the Gulf of Guinea; within 100 m of it is a receiver without a fix.
    if abs(latitude) < 0.001 and abs(longitude) < 0.001:
        return None
    return float(latitude), float(longitude)


class Tracker:
    """Folds reports into a `GnssPosition`; pure."""

    def __init__(self) -> None:
        self._fix: Fix | None = None
        self._suspect: Fix | None = None
        self._agreed = 0

    def report(self, fix: Fix | None, now: float) -> GnssPosition:
        """Take a report (None: the receiver says it has no fix)."""
        if fix is not None:
            if self._fix is None or self._reachable(self._fix, fix):
                self._fix, self._suspect, self._agreed = fix, None, 0
            else:
                self._doubt(fix)
        return self.position(now)

    def withdraw(self, fix: Fix) -> None:
        """The receiver takes back the report it just made."""
        if self._fix is fix:
            self._fix = None

    def position(self, now: float) -> GnssPosition:
        if self._fix is None:
            return GnssPosition(None)
        return GnssPosition(self._fix, now - self._fix.at > STALE_S, self._suspect is not None)

    def _reachable(self, last: Fix, fix: Fix) -> bool:
        by_time = SPEED_KMH_MAX * max(0.0, fix.at - last.at) / 3600 + _SLACK_KM
        return distance_km(last, fix) <= min(JUMP_KM, by_time)

    def _doubt(self, fix: Fix) -> None:
        """A jump: trusted only after several reports in a row agree with each other."""
        agrees = self._suspect is not None and self._reachable(self._suspect, fix)
        self._agreed = self._agreed + 1 if agrees else 1
        self._suspect = fix
        if self._agreed >= AGREE_NEEDED:
            self._fix, self._suspect, self._agreed = fix, None, 0


class _Receiver(TextLineProtocol):
    """What both dialogues share: the tracker, silence, and the condition it means."""

    def __init__(self, line_max: int) -> None:
        super().__init__(line_max)
        self._tracker = Tracker()
        self._last: GnssPosition | None = None
        self._silences = 0

    def begin(self, now: float) -> list[DeviceEvent]:
        self.wipe()
        self._silences = 0
        self._wakes_at = now + _SILENT_S
        return []

    def received(self, chunk: bytes, now: float) -> list[DeviceEvent]:
        events: list[DeviceEvent] = []
        for line in self._lines.feed(chunk):
            heard, fix = self._line(line, now)
            if heard:
                self._wakes_at, self._silences = now + _SILENT_S, 0
                events += self._told(self._tracker.report(fix, now))
        return events

    def elapsed(self, now: float) -> list[DeviceEvent]:
        if self._wakes_at is None or now < self._wakes_at:
            return []
        self._wakes_at = now + _SILENT_S
        self._silences += 1
        position = self._tracker.position(now)
        told = self._told(position) if position.fix else []
        deaf = self._silences % _SILENCES_MAX == 0  # open and deaf: a fresh line may hear
        broken = [ProtocolBroken(self._silence().cause)] if deaf else []
        return [*(told or [self._silence()]), *broken]

    def position(self, now: float) -> GnssPosition:
        """The position as it stands `now`."""
        return self._tracker.position(now)

    def _silence(self) -> DeviceCondition:
        """What it means that nothing usable was heard for a while."""
        return DeviceCondition(DeviceState.UNKNOWN, Cause.NO_ANSWER)

    def _line(self, line: str, now: float) -> tuple[bool, Fix | None]:
        raise AssertionError(line, now)

    def _told(self, position: GnssPosition) -> list[DeviceEvent]:
        if position == self._last:
            return []
        self._last = position
        if position.fix is None:
            condition = DeviceCondition(DeviceState.BLOCKED, Cause.NO_FIX)
        elif position.jumped:
            condition = DeviceCondition(DeviceState.BLOCKED, Cause.POSITION_JUMPED)
        elif position.stale:
            condition = DeviceCondition(DeviceState.BLOCKED, Cause.STALE_FIX)
        else:
            condition = DeviceCondition(DeviceState.READY)
        return [condition, position]


class Gpsd(_Receiver):
    """gpsd's JSON protocol: WATCH once, then one TPV object per report (gpsd_json(5))."""

    def __init__(self) -> None:
        super().__init__(_GPSD_LINE_MAX)

    def begin(self, now: float) -> list[DeviceEvent]:
        self._out = b'?WATCH={"enable":true,"json":true};\n'
        return super().begin(now)

    def _line(self, line: str, now: float) -> tuple[bool, Fix | None]:
        try:
            report: Any = json.loads(line)
        except (ValueError, RecursionError):
            return False, None
        if not isinstance(report, dict) or report.get("class") != "TPV":
            return False, None
        report = cast("dict[str, object]", report)
        mode, status = report.get("mode"), report.get("status")
        # By equality, not by look-up: what is told may be a list.
        if mode not in _FIX_MODES or status in _NOT_MEASURED:
            return True, None
        # A TPV can say mode 3 and carry no latitude.
        place = plausible(report.get("lat"), report.get("lon"))
        if place is None:
            return True, None
        error = report.get("eph", report.get("epx"))
        if isinstance(error, int | float) and error > _ACCURACY_M_MAX:  # also what is no float
            return True, None
        accuracy = float(error) if isinstance(error, int | float) else None
        return True, _accurate(Fix(*place, accuracy, now))


class Nmea(_Receiver):
    """NMEA 0183 from a serial receiver: GGA, GNS and RMC of any talker, checksum required.

    GGA or GNS says where; RMC says whether that is valid, and where too when it is the only
    sentence there is (its accuracy is then unknown).

    Nothing but spoilt sentences for a while means a wrong speed or a bad cable, and says so.
    """

    def __init__(self) -> None:
        super().__init__(_NMEA_LINE_MAX)
        self._spoilt = 0
        self._last_full: tuple[str, Fix | None] = ("", None)
        self._void_until = 0.0  # an RMC sentence said so; it holds while such are heard
        self._full_at: float | None = None  # when a GGA or GNS was heard last

    def _silence(self) -> DeviceCondition:
        spoilt = self._spoilt + self._lines.overlong
        return DeviceCondition(
            DeviceState.UNKNOWN, Cause.GARBLED if spoilt > 3 else Cause.NO_ANSWER
        )

    def _line(self, line: str, now: float) -> tuple[bool, Fix | None]:
        fields = sentence(line)
        if fields is None:
            self._spoilt += 1
            return False, None
        self._spoilt = 0
        kind = fields[0][2:]
        if kind in {"GGA", "GNS"} and len(fields) >= 9:
            self._full_at = now
            fix = None if now < self._void_until else _full(kind, fields, now)
            self._last_full = (fields[1], fix)
            return True, fix
        if kind == "RMC" and len(fields) >= 10:
            mode = fields[12] if len(fields) > 12 else "A"  # since NMEA 2.3
            if fields[2] != "A" or mode not in set("ADFPR"):
                self._void_until = now + _SILENT_S
                time, fix = self._last_full
                if fix is not None and time == fields[1]:  # of the very same moment
                    self._tracker.withdraw(fix)
                return True, None
            self._void_until = 0.0
            if self._full_at is None or now - self._full_at > _SILENT_S:
                place = _place(fields, 3)
                return True, Fix(*place, None, now) if place else None
        return False, None


def sentence(line: str) -> list[str] | None:
    """The fields of `$...*hh` when its checksum (XOR between `$` and `*`) is right."""
    body, star, told = line.strip().removeprefix("$").partition("*")
    if not line.isascii() or not line.strip().startswith("$") or not star or len(told) != 2:
        return None
    total = 0
    for character in body:
        total ^= ord(character)
    return body.split(",") if f"{total & 0xFF:02X}" == told.upper() else None


def _full(kind: str, fields: list[str], now: float) -> Fix | None:
    """The fix of a GGA or GNS sentence, when it was measured."""
    quality, satellites = fields[6], fields[7]
    if kind == "GGA":
        measured = quality in _MEASURED
    else:  # one letter a constellation; N is none, and none may be estimated
        measured = bool(set(quality) & set("ADFPR")) and not set(quality) & set("EMS")
    if not measured or (satellites.isdigit() and int(satellites) == 0):
        return None
    place = _place(fields, 2)
    if place is None:
        return None
    if not fields[8]:
        return Fix(*place, None, now)
    hdop = float(fields[8]) if _NUMBER.fullmatch(fields[8]) else _HDOP_MAX + 1
    # HDOP times a typical 5 m user range error: an order of magnitude, not a promise.
    return Fix(*place, hdop * 5, now) if hdop <= _HDOP_MAX else None


def _place(fields: list[str], first: int) -> tuple[float, float] | None:
    """Latitude, N or S, longitude, E or W, from field `first` on."""
    latitude = _degrees(fields[first], fields[first + 1], "NS")
    longitude = _degrees(fields[first + 2], fields[first + 3], "EW")
    return plausible(latitude, longitude)


def _accurate(fix: Fix) -> Fix | None:
    """The fix, unless it says itself that it is good for nothing; what is no number says so too."""
    good = fix.accuracy_m is None or 0 <= fix.accuracy_m <= _ACCURACY_M_MAX
    return fix if good else None


def _degrees(text: str, side: str, sides: str) -> float | None:
    """`ddmm.mmmm` or `dddmm.mmmm` with its hemisphere, in degrees."""
    point = text.find(".") if "." in text else len(text)
    if point < 3 or not _NUMBER.fullmatch(text):
        return None
    degrees, minutes = int(text[: point - 2]), float(text[point - 2 :])
    if len(side) != 1 or side not in sides or not 0 <= minutes < 60:
        return None
    return (degrees + minutes / 60) * (-1 if side == sides[1] else 1)
