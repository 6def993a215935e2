"""Faults of devices: the only errors that leave this package; 20-29 are their codes.

A port raises `DeviceFault` and its kind, never an error of the library under it.
"""

from __future__ import annotations

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


class NotSetUp(DeviceFault):
    """The system is not set up for this device: a permission or a program is missing."""


class NotAllowed(NotSetUp):
    """The system does not let this program open the device."""


class ProgramMissing(NotSetUp):
    """A program the driver runs is not installed."""
