"""Device ports: what a byte transport must guarantee, and the faults and states of printers.

Rules every port keeps:
- each read and write has a deadline and returns or raises within it;
- a port raises only `DeviceFault` and its kind, never an error of the library under it;
- a device that went away is never reopened: a new object is made (a serial object of pyserial
  stays broken for ever after an unplug);
- not knowing is a state of its own (`UNKNOWN`), and it never means "fine".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from provisioning.faults import Fault


class DeviceFault(Fault):
    """A device does not do what it should. 20-29 are the devices' codes."""

    code = 20


class DeviceLost(DeviceFault):
    """The device is not there: unplugged, switched off, or its port does not exist."""

    code = 21


class DeviceBusy(DeviceFault):
    """Another program holds the port."""

    code = 22


class DeviceTimeout(DeviceFault):
    """The device did not take or give bytes within the deadline; how many it took is unknown."""

    code = 23


class WrongDevice(DeviceFault):
    """What answers on the port is not what the settings say."""

    code = 24


class TwoAlike(WrongDevice):
    """Two devices fit one place of the settings; neither is taken."""


class BadDeviceUrl(DeviceFault):
    """The URL of a device in the settings or on the command line cannot be read."""

    code = 25


class SimulatorRefused(DeviceFault):
    """Simulators never run on a device provisioned for the field."""

    code = 26


class SpoolFault(DeviceFault):
    """The spool cannot do what was asked."""

    code = 28


class Transport(Protocol):
    """Bytes to and from one device. Not shared between threads."""

    @property
    def identity(self) -> str:
        """What the device is, by port path or serial number, never by ttyUSBn alone."""
        ...

    @property
    def survives_power_cut(self) -> bool:
        """Whether this connection can outlive the printer's power unnoticed (a serial line)."""
        ...

    def write(self, octets: bytes, deadline_s: float) -> int:
        """How many of `octets` were taken before the deadline; raises `DeviceLost`."""
        ...

    def read(self, deadline_s: float) -> bytes:
        """What arrived, at least one byte; empty when nothing came in time. `DeviceLost`."""
        ...

    def discard_output(self) -> None:
        """Forget bytes not yet on the line, so they cannot print after a power cut."""
        ...

    def close_now(self) -> None:
        """Close without waiting for anything; never raises."""
        ...


class PrinterState(StrEnum):
    """What a printer is to a citizen."""

    ABSENT = "absent"  # no printer is configured
    LOST = "lost"  # configured, not reachable
    UNKNOWN = "unknown"  # reachable, but it does not say how it is
    READY = "ready"
    LOW = "low"  # ready, the roll ends soon
    BLOCKED = "blocked"  # it says why: see Cause
    FAULT = "fault"  # a technician is needed
    DISABLED = "disabled"  # switched off by staff

    @property
    def usable(self) -> bool:
        """Whether a slip may be sent now."""
        return self in {PrinterState.READY, PrinterState.LOW}


class PrinterCause(StrEnum):
    """Why a printer is blocked or at fault."""

    NONE = ""
    PAPER = "paper"
    COVER = "cover"
    CUTTER = "cutter"
    JAM = "jam"
    HEAT = "heat"
    VOLTAGE = "voltage"
    PRESENTER = "presenter"
    FEED_BUTTON = "feed-button"
    ERROR = "error"
    SILENT = "silent"
    UNPLUGGED = "unplugged"
    BUSY = "busy"
    WRONG_MODEL = "wrong-model"
    TWO_ALIKE = "two-alike"
    RESTARTS = "restarts"


CAUSE_CODES: Mapping[PrinterCause, str] = {
    PrinterCause.NONE: "",
    PrinterCause.UNPLUGGED: "P21",
    PrinterCause.BUSY: "P22",
    PrinterCause.SILENT: "P23",
    PrinterCause.WRONG_MODEL: "P24",
    PrinterCause.TWO_ALIKE: "P28",
    PrinterCause.PAPER: "P31",
    PrinterCause.COVER: "P32",
    PrinterCause.CUTTER: "P33",
    PrinterCause.JAM: "P34",
    PrinterCause.HEAT: "P35",
    PrinterCause.VOLTAGE: "P36",
    PrinterCause.PRESENTER: "P37",
    PrinterCause.FEED_BUTTON: "P38",
    PrinterCause.ERROR: "P39",
    PrinterCause.RESTARTS: "P40",
}
"""The number on the staff screen for each cause; `docs/device-faults.md` has a page for each."""

CAUSE_WORDS: Mapping[PrinterCause, tuple[str, str]] = {
    PrinterCause.NONE: ("Working", "Inafanya kazi"),
    PrinterCause.PAPER: (
        "The paper is finished: put in a new roll",
        "Karatasi imeisha: weka karatasi mpya",
    ),
    PrinterCause.COVER: ("The cover is open: close it", "Kifuniko kiko wazi: kifunge"),
    PrinterCause.CUTTER: ("The cutter is stuck: free it", "Kikata karatasi kimekwama: kikwamue"),
    PrinterCause.JAM: ("Paper is jammed: take it out", "Karatasi imekwama: itoe"),
    PrinterCause.HEAT: ("Too hot: wait two minutes", "Ina joto sana: subiri dakika mbili"),
    PrinterCause.VOLTAGE: ("The power is not steady", "Umeme si thabiti"),
    PrinterCause.PRESENTER: (
        "A slip waits in the mouth: take it",
        "Kuna karatasi mdomoni: ichukue",
    ),
    PrinterCause.FEED_BUTTON: ("The feed button is pressed", "Kitufe cha karatasi kimebonyezwa"),
    PrinterCause.ERROR: ("The printer reports an error", "Printa inaripoti hitilafu"),
    PrinterCause.SILENT: ("The printer does not answer", "Printa haijibu"),
    PrinterCause.UNPLUGGED: ("The printer is not connected", "Printa haijaunganishwa"),
    PrinterCause.BUSY: ("Another program holds the printer", "Programu nyingine inatumia printa"),
    PrinterCause.WRONG_MODEL: (
        "Another model is connected than the settings say",
        "Printa iliyounganishwa si ile iliyowekwa",
    ),
    PrinterCause.TWO_ALIKE: (
        "Two printers fit this place: name the port in the settings",
        "Printa mbili zinafaa hapa: taja mlango kwenye mipangilio",
    ),
    PrinterCause.RESTARTS: (
        "The printer keeps failing: call the technician",
        "Printa inashindwa kila mara: mwite fundi",
    ),
}
"""Plain words for staff, (English, Kiswahili): what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """What a printer said of itself, and when."""

    state: PrinterState
    observed_at: datetime
    cause: PrinterCause = PrinterCause.NONE
    near_end: bool = False
