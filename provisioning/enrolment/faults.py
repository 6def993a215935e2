"""Enrolment faults: what can go wrong between a new device and its certificate, one code each.

19 a clock, 71 a file, 72 the letters, 73 too old, 74 of somewhere else, 75 used already, 76 two
clocks, 77 of another device, 78 a step that comes first.
"""

from __future__ import annotations

from provisioning.faults import Fault


class ClockFault(Fault):
    """The machine's clock cannot be right."""

    code = 19


class EnrolmentFileDamaged(Fault):
    """What was given is no request or answer of an enrolment, only a part of one, or altered."""

    code = 71


class FingerprintDiffers(Fault):
    """The letters read aloud are not those of the request that lies on the workbench."""

    code = 72


class EnrolmentExpired(Fault):
    """A request or answer of an enrolment is older than it may be."""

    code = 73


class OtherSite(Fault):
    """A request or answer belongs to another county, site, role, unit or root key."""

    code = 74


class UsedTwice(Fault):
    """A request was answered before, or its name is taken by another device or was revoked."""

    code = 75


class ClocksDisagree(Fault):
    """The clocks of the device and of the workbench differ by more than a day."""

    code = 76


class OtherDevice(Fault):
    """An answer was made for another device, or for another request of this one."""

    code = 77


class StepMissing(Fault):
    """A step of the enrolment that comes before this one has not been done."""

    code = 78
