"""The doctor's checks from a bare device to one that serves: each names the next step."""

from __future__ import annotations

from pathlib import Path

from provisioning.clock import EAT
from provisioning.doctor.runner import Check, Finding, unwell, well
from provisioning.enrolment.device_enrolment import (
    EnrolmentState,
    enrolment_state,
    request_path,
)
from provisioning.enrolment.enrolment_request import read_request
from provisioning.enrolment.faults import StepMissing
from provisioning.enrolment.systemd_units import ROLE_SERVICES, unit_name
from provisioning.enrolment.workbench import Workbench
from provisioning.faults import Fault
from provisioning.node.site import Node

UNIT_FOLDERS = (Path("/etc/systemd/system"), Path("/run/systemd/system"))


def next_step(node: Node) -> str | None:
    """What brings a device that is not enrolled further; None for one that is, also when its keys
    or its registry are damaged: that is another finding.
    """
    try:
        if node.name in node.registry.nodes:
            return None
    except Fault:
        return None
    place = f"--site {node.dir.parent} --node {node.name}"
    match enrolment_state(node):
        case EnrolmentState.NEW:
            return f"put a stick in, then: huduma provision request {place} --to STICK"
        case EnrolmentState.ASKED:
            letters = read_request(request_path(node).read_bytes()).letters
            return (
                f"have the request approved on the workbench (letters {letters}), then:"
                f" huduma provision accept {place} --from STICK"
            )
        case EnrolmentState.ENROLLED | EnrolmentState.RENEWING:
            return None


def enrolment(node: Node) -> Finding:
    """How far the device is."""
    step, state = next_step(node), enrolment_state(node)
    if step is None:
        return well("enrolment", state.value)
    return unwell("enrolment", state.value, step, StepMissing.code)


def services(node: Node) -> Finding:
    """Whether the system starts this device's services, and whether they ever ran."""
    names = [unit_name(node.name, each) for each in ROLE_SERVICES[node.role]]
    missing = [name for name in names if not any((at / name).exists() for at in UNIT_FOLDERS)]
    place = f"--site {node.dir.parent} --node {node.name}"
    if missing:
        text = f"no unit {', '.join(missing)}"
        remedy = f"huduma provision units {place} --to {UNIT_FOLDERS[0]}"
        return unwell("services", text, remedy, StepMissing.code)
    if not node.db_path.exists():
        remedy = f"systemctl daemon-reload; systemctl enable --now {' '.join(names)}"
        return unwell("services", "none has run yet", remedy, StepMissing.code)
    return well("services", f"{len(names)} units are installed")


def workbench_checks(bench: Workbench, name: str) -> list[Check]:
    """The checks of one planned device, as its workbench knows it."""
    return [Check("enrolment", lambda: _planned(bench, name))]


def _planned(bench: Workbench, name: str) -> Finding:
    registry, card = bench.registry, bench.dir / "cards" / name
    found = registry.nodes.get(name)
    if found is not None and found.serial in registry.revoked:
        return well("enrolment", f"revoked by registry {registry.number} or before")
    if found is not None:
        until = f"{found.not_after.astimezone(EAT):%d %B %Y}"
        return well("enrolment", f"enrolled until {until}")
    remedy = (
        f"copy {card} onto the device and run huduma provision request there, then:"
        f" huduma provision approve --site {bench.dir} --from STICK --to STICK"
    )
    return unwell("enrolment", "planned, not approved yet", remedy, StepMissing.code)
