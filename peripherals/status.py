"""Status: how a device stands, why, in plain words, with its number; printers and all others.

One enumeration of states; one table of causes, `causes.csv`, where translators find their words. A
cause has one number with two letters: P where it is a printer's, E where it is another device's
(P21 and E21 both say "not plugged in"). Not knowing is a state of its own (`UNKNOWN`) and never
counts as working: knowledge older than `STALE_S` becomes UNKNOWN whatever it said before. Nothing
here holds what a person showed.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Self

from peripherals.faults import (
    BadDeviceUrl,
    DeviceBusy,
    DeviceFault,
    DeviceLost,
    NotAllowed,
    ProgramMissing,
    TwoAlike,
    WrongDevice,
)

REFRESH_S = 15.0
"""A service writes a row when something changed, and so often when nothing did."""

STALE_S = 3 * REFRESH_S


class DeviceState(StrEnum):
    """Where a device stands. UNKNOWN never counts as working."""

    ABSENT = "absent"  # not configured, or not plugged in
    OPENING = "opening"  # its line is being opened
    PROBING = "probing"  # open, not yet heard
    READY = "ready"
    LOW = "low"  # serves, with little left: paper, battery, signal, accuracy
    BLOCKED = "blocked"  # there, and waiting for a person or the world: it says why
    FAULT = "fault"  # a person is needed; tried again slowly, or not at all
    LOST = "lost"  # was there, broke off, being opened again
    DISABLED = "disabled"  # switched off in the settings or refused
    UNKNOWN = "unknown"  # it does not say how it is, or has not for too long

    @property
    def serves(self) -> bool:
        """Whether it can be used now."""
        return self in {DeviceState.READY, DeviceState.LOW}


class Cause(StrEnum):
    """Why a device is not simply ready."""

    NONE = ""
    NOT_PLUGGED = "not-plugged"
    BROKE_OFF = "broke-off"
    NO_ANSWER = "no-answer"
    GARBLED = "garbled"
    IN_USE = "in-use"
    NOT_ALLOWED = "not-allowed"
    WRONG_MODEL = "wrong-model"
    TWO_ALIKE = "two-alike"
    KEEPS_FAILING = "keeps-failing"
    MISSING_PROGRAM = "missing-program"
    BAD_SETTINGS = "bad-settings"
    STUCK_BUTTON = "stuck-button"
    SCANNER_UNREAD = "scanner-unread"
    CARD_MUTE = "card-mute"
    CARD_SERVICE = "card-service"
    NO_READER = "no-reader"
    NO_FIX = "no-fix"
    STALE_FIX = "stale-fix"
    POSITION_JUMPED = "position-jumped"
    NO_SIM = "no-sim"
    NO_SIGNAL = "no-signal"
    WEAK_SIGNAL = "weak-signal"
    ON_BATTERY = "on-battery"
    BATTERY_LOW = "battery-low"
    BATTERY_STALE = "battery-stale"
    BATTERY_WORN = "battery-worn"
    PAPER = "paper"
    COVER = "cover"
    CUTTER = "cutter"
    JAM = "jam"
    HEAT = "heat"
    VOLTAGE = "voltage"
    PRESENTER = "presenter"
    FEED_BUTTON = "feed-button"
    ERROR = "error"

    def code(self, letter: str) -> str:
        """The number staff read out, with `letter` P (a printer) or E (any other device)."""
        return CAUSES[self].codes.get(letter, "") if self is not Cause.NONE else ""

    def words(self, language: str) -> str:
        """What is wrong and what to do ("en" or "sw"); empty when nothing is."""
        if self is Cause.NONE:
            return ""
        return CAUSES[self].sw if language == "sw" else CAUSES[self].en


@dataclass(frozen=True, slots=True)
class CauseRow:
    """One row of the table: its numbers, what is wrong and what to do in both languages."""

    cause: Cause
    printer_code: str
    other_code: str
    en: str
    sw: str

    @property
    def codes(self) -> dict[str, str]:
        """The numbers it has, by letter."""
        both = {"P": self.printer_code, "E": self.other_code}
        return {letter: code for letter, code in both.items() if code}


def _read_causes() -> dict[Cause, CauseRow]:
    with Path(__file__).with_name("causes.csv").open(encoding="utf-8", newline="") as file:
        rows = [CauseRow(Cause(first), *rest) for first, *rest in list(csv.reader(file))[1:]]
    return {row.cause: row for row in rows}


CAUSES: Mapping[Cause, CauseRow] = _read_causes()
"""`docs/device-faults.md` has a page for each number."""

_OF_FAULTS: tuple[tuple[type[DeviceFault], Cause], ...] = (
    (DeviceLost, Cause.NOT_PLUGGED),
    (DeviceBusy, Cause.IN_USE),
    (NotAllowed, Cause.NOT_ALLOWED),
    (ProgramMissing, Cause.MISSING_PROGRAM),
    (BadDeviceUrl, Cause.BAD_SETTINGS),
    (TwoAlike, Cause.TWO_ALIKE),
    (WrongDevice, Cause.WRONG_MODEL),
)

NEEDS_A_PERSON = frozenset(
    {
        Cause.IN_USE,
        Cause.NOT_ALLOWED,
        Cause.MISSING_PROGRAM,
        Cause.BAD_SETTINGS,
        Cause.TWO_ALIKE,
        Cause.WRONG_MODEL,
    }
)
"""Opening again does not help by itself: FAULT from the first failure."""


def cause_of(fault: DeviceFault) -> Cause:
    """The table's cause for what a driver raised."""
    return next((cause for kind, cause in _OF_FAULTS if isinstance(fault, kind)), Cause.NO_ANSWER)


_PLAIN: Mapping[DeviceState, tuple[str, str]] = {
    DeviceState.ABSENT: ("Not there.", "Haipo."),
    DeviceState.OPENING: ("Being opened.", "Inafunguliwa."),
    DeviceState.PROBING: ("Being asked.", "Inaulizwa."),
    DeviceState.READY: ("Working.", "Inafanya kazi."),
    DeviceState.LOW: ("Working, with little left.", "Inafanya kazi, ila imebaki kidogo."),
    DeviceState.BLOCKED: ("Waiting.", "Inasubiri."),
    DeviceState.FAULT: ("Out of order.", "Imeharibika."),
    DeviceState.LOST: ("Broke off.", "Imekatika."),
    DeviceState.DISABLED: ("Switched off.", "Imezimwa."),
    DeviceState.UNKNOWN: ("It is not known how it is.", "Hali yake haijulikani."),
}


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """What a printer said of itself, and when."""

    state: DeviceState
    observed_at: datetime
    cause: Cause = Cause.NONE
    near_end: bool = False


@dataclass(frozen=True, kw_only=True)
class StatusRow:
    """One device as staff see it: the row a printer and any other device have alike."""

    letter: ClassVar[str] = "E"

    name: str
    state: DeviceState
    cause: Cause
    since: datetime
    observed_at: datetime

    @property
    def code(self) -> str:
        """The number staff read out; empty when nothing is wrong."""
        return self.cause.code(self.letter)

    def words(self, language: str) -> str:
        """How it stands and what to do, in plain words ("en" or "sw")."""
        return self.cause.words(language) or _PLAIN[self.state][language == "sw"]

    def as_of(self, now: datetime) -> Self:
        """The row as it may be believed at `now`: UNKNOWN when it is older than `STALE_S`."""
        if (now - self.observed_at).total_seconds() <= STALE_S:
            return self
        return replace(self, state=DeviceState.UNKNOWN, cause=Cause.NO_ANSWER)

    def as_json(self) -> dict[str, Any]:
        """What every row of `huduma devices list --json` has."""
        return {
            "name": self.name,
            "state": self.state.value,
            "cause": self.cause.value,
            "code": self.code,
            "words": {"en": self.words("en"), "sw": self.words("sw")},
            "since": self.since.isoformat(),
            "observed_at": self.observed_at.isoformat(),
        }
