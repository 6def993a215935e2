"""Samples of the staff's screens: the PIN, a report with faults, a report without, a remedy for
every fault code.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from kiosk.visit.flow import State
from kiosk.visit.sample import Build, Sample, SampleContent
from kiosk.visit.session import PinOpens, StaffInput
from kiosk.visit.staff_port import Device, KioskReport, LostSlip, PinState

S = State


def pin(sample: Sample, typed: str = "1234", wait_s: int = 0, **staff: Any) -> Sample:
    """The PIN on its pad."""
    state = PinState(has_pin=True, wait_s=wait_s)
    return sample.at(S.STAFF_PIN, staff_input=StaffInput(typed=typed, **staff)).beside(pin=state)


def well(sample: Sample) -> Sample:
    """Everything works; 1,204 entries wait for a line."""
    devices = (_printer(sample), _device(sample, "gpio"), _device(sample, "scanner"))
    return _reported(sample, devices, ())


def faults(sample: Sample) -> Sample:
    """The two longest faults there are, a lost slip, and a kind word about the last act."""
    pages = {code: page for code, page in sample.content.remedies.items() if code[0] == "E"}
    longest = sorted(pages, key=lambda code: -sum(map(len, pages[code].wrong.values())))[:2]
    devices = [_device(sample, "scanner", longest[0]), _device(sample, "gnss", longest[1])]
    slip = LostSlip("7", "ticket", "A101", sample.now, again=True)
    _reported(sample, (_printer(sample, "P31"), *devices), (slip,))
    sample.session.staff_input.said = "staff.printing"
    return sample


def _printer(sample: Sample, code: str = "") -> Device:
    since = sample.now - timedelta(hours=2)
    words = _words(sample, code)
    return Device("printer", "printer", words, code, since, not code, roll=True, left=140)


def _device(sample: Sample, kind: str, code: str = "") -> Device:
    since = sample.now - timedelta(hours=2)
    return Device(kind, kind, _words(sample, code), code, since, not code)


def _words(sample: Sample, code: str) -> str:
    return sample.content.remedies[code].wrong[sample.language] if code else "OK"


def _reported(sample: Sample, devices: tuple[Device, ...], slips: tuple[LostSlip, ...]) -> Sample:
    catalogue = sample.content.catalogue
    report = KioskReport(
        devices,
        slips,
        1_204,
        sample.now - timedelta(hours=3),
        catalogue.content_date,
        catalogue.version,
        "0.1.0",
    )
    return sample.at(S.STAFF).beside(report=report)


def remedy(sample: Sample, code: str) -> Sample:
    """What to do about `code`."""
    return sample.at(S.REMEDY, staff_input=StaffInput(code=code))


SAMPLES: dict[str, Build] = {
    "staff-pin": pin,
    "staff-pin-wrong": lambda s: pin(s, problem="staff_pin.wrong"),
    "staff-pin-waiting": lambda s: pin(s, "", 3_600),
    "staff-pin-closed": lambda s: s.at(S.STAFF_PIN).beside(pin=PinState(has_pin=False)),
    "staff-pin-to-correct": lambda s: pin(s, opens=PinOpens.CORRECTION),
    "staff": faults,
    "staff-well": well,
    "remedy": lambda s: remedy(s, "P31"),
    "remedy-unknown": lambda s: remedy(s, "X99"),
}


def every(content: SampleContent) -> Iterator[tuple[str, Build]]:
    """The page of every fault code."""
    for code in content.remedies:
        yield f"remedy-{code}", _remedy(code)


def _remedy(code: str) -> Build:
    return lambda s: remedy(s, code)
