"""Doctor: runs checks and reports for each what it found and what to do about it.

A package brings its own checks as `checks(node) -> list[Check]` in a module the `huduma doctor`
command lists. A check returns a `Finding`; a `Fault` it raises is turned into one, because its
sentence says what to do. Nothing here repairs anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from provisioning.faults import Fault

WELL = 0
"""The code of a finding that needs nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `remedy` and `code` are empty and 0 when all is well."""

    name: str
    ok: bool
    text: str
    remedy: str = ""
    code: int = WELL


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at, by name."""

    name: str
    run: Callable[[], Finding]


def well(name: str, text: str) -> Finding:
    """All is well."""
    return Finding(name, ok=True, text=text)


def unwell(name: str, text: str, remedy: str, code: int) -> Finding:
    """Something is wrong: what, what to do, and its code."""
    assert code != WELL
    return Finding(name, ok=False, text=text, remedy=remedy, code=code)


def examine(checks: Iterable[Check]) -> list[Finding]:
    """Run every check, in order; a failing one does not stop the next."""
    findings = []
    for check in checks:
        try:
            findings.append(check.run())
        except Fault as fault:
            findings.append(from_fault(check.name, fault))
    return findings


def from_fault(name: str, fault: Fault) -> Finding:
    """A fault as a finding; its sentence ends with what to do."""
    text, _, remedy = fault.message.partition("; ")
    return unwell(name, text, remedy or fault.message, fault.code)


def exit_code(findings: Iterable[Finding]) -> int:
    """The code of the first failed check; 0 when all is well."""
    return next((each.code for each in findings if not each.ok), WELL)
