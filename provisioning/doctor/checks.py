"""The doctor's checks of a node's own files: settings, enrolment, keys, clock, disk."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta

from provisioning.clock import EAT, SystemClock
from provisioning.doctor.enrolment_checks import enrolment, next_step, services
from provisioning.doctor.runner import Check, Finding, unwell, well
from provisioning.enrolment.faults import ClockFault
from provisioning.identity.certificates import IdentityFault
from provisioning.identity.keys import NODE_KEYS, KeyFault, fingerprint
from provisioning.identity.pin import PinLock
from provisioning.node.site import Node
from provisioning.settings.toml_reader import SettingsMissing
from provisioning.time_judge import DRIFT, NIGHT

RENEW_BEFORE = timedelta(days=60)
_SET_CLOCK = (
    "set the clock, check its battery, then run: huduma clock confirm --site DIR --node NAME"
)
_WITH_SCREEN = frozenset({"kiosk", "van"})


def checks(node: Node) -> list[Check]:
    """The checks of `node`, whose settings are loaded already. Of a device that is not enrolled yet
    only what matters before, ending with the step that comes next.
    """
    clock = node.clock()
    if next_step(node) is not None:
        return [
            Check("settings", lambda: _settings(node)),
            Check("folder", lambda: _folder(node)),
            Check("clock", lambda: _clock(clock)),
            Check("disk", lambda: _disk(node)),
            Check("enrolment", lambda: enrolment(node)),
        ]
    return [
        Check("settings", lambda: _settings(node)),
        Check("folder", lambda: _folder(node)),
        Check("keys", lambda: _keys(node)),
        *([Check("staff-pin", lambda: _staff_pin(node))] if node.role in _WITH_SCREEN else []),
        Check("registry", lambda: _registry(node)),
        Check("certificate", lambda: _certificate(node, clock)),
        *(_of_the_field(node) if node.settings.node.field else []),
        Check("clock", lambda: _clock(clock)),
        Check("disk", lambda: _disk(node)),
    ]


def _of_the_field(node: Node) -> list[Check]:
    return [
        Check("enrolment", lambda: enrolment(node)),
        Check("services", lambda: services(node)),
    ]


def _settings(node: Node) -> Finding:
    what = node.settings.node
    if node.dir.name != node.name:
        return unwell(
            "settings",
            f"the folder {node.dir.name} holds the settings of {node.name}",
            "put back the device.toml that belongs here",
            SettingsMissing.code,
        )
    mode = "in the field" if what.field else "demo or bench"
    return well(
        "settings", f"{what.name}: {what.role} of {what.site}, county {what.county}, {mode}"
    )


def _folder(node: Node) -> Finding:
    for path in (node.dir, node.run_dir):
        if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            return unwell(
                "folder",
                f"{path} cannot be written by this user",
                "run as the node's own user, or give it the folder",
                SettingsMissing.code,
            )
    return well("folder", f"{node.dir} is writable")


def _staff_pin(node: Node) -> Finding:
    """Without a PIN nobody at the kiosk sees what is wrong with it."""
    if PinLock(node.dir / "keys", node.clock()).is_set:
        return well("staff-pin", "set")
    text = "none: the staff screen is closed"
    if not node.settings.node.field:
        return well("staff-pin", text)
    remedy = f"huduma provision pin --site {node.dir.parent} --node {node.name}"
    return unwell("staff-pin", text, remedy, KeyFault.code)


def _keys(node: Node) -> Finding:
    keys = node.keys
    problems = node.key_store.problems()
    if problems:
        text, _, remedy = problems[0].partition(": ")
        return unwell("keys", text, remedy, KeyFault.code)
    root = node.dir.parent / "root" / "root.key"
    if node.settings.node.field and root.exists():
        text = f"the root's private key lies beside this device ({root})"
        return unwell("keys", text, "move it to the workbench and enrol anew", KeyFault.code)
    return well("keys", f"{len(NODE_KEYS)} keys, private, {fingerprint(keys.signing_public)}")


def _registry(node: Node) -> Finding:
    registry = node.registry
    counts = f"{len(registry.nodes)} nodes, {len(registry.agency_keys)} agencies"
    return well("registry", f"signed by the root: number {registry.number}, {counts}")


def _certificate(node: Node, clock: SystemClock) -> Finding:
    certificate, now = node.certificate, clock.now()
    until = f"{certificate.not_after.astimezone(EAT):%d %B %Y}"
    if not certificate.valid_at(now):
        text = f"valid from {certificate.not_before:%d %B %Y} to {until}, not now"
        renew_it = f"huduma provision renew --site {node.dir.parent} --node {node.name} --to STICK"
        remedy = f"check the clock first, then: {renew_it}"
        return unwell("certificate", text, remedy, IdentityFault.code)
    left = certificate.not_after - now
    renew = "; renew it soon (huduma provision renew)" if left < RENEW_BEFORE else ""
    return well("certificate", f"names this node and its keys, until {until}{renew}")


def _clock(clock: SystemClock) -> Finding:
    found = clock.judgement()
    shown = f"{found.now.astimezone(EAT):%d %B %Y %H:%M} in Nairobi"
    says = f"the machine's clock says {found.wall.astimezone(EAT):%d %B %Y %H:%M}"
    if found.behind > DRIFT:
        text = f"{shown}; {says}, {found.behind} behind a time already seen"
        return unwell("clock", text, _SET_CLOCK, ClockFault.code)
    if found.held:
        text = f"{shown}; {says}, which is held back until somebody says that it is right"
        return unwell("clock", text, _SET_CLOCK, ClockFault.code)
    if not found.trusted:
        text = f"{shown}: more than {NIGHT.total_seconds() / 3600:.0f} hours after the last time"
        return unwell("clock", text, _SET_CLOCK, ClockFault.code)
    return well("clock", shown)


def _disk(node: Node) -> Finding:
    free = shutil.disk_usage(node.dir).free // 1_000_000
    wanted = node.settings.node.disk_free_mb_min
    if free < wanted:
        text = f"{free} MB free, {wanted} MB wanted"
        return unwell("disk", text, "remove what is not the node's, or fit a larger card", 42)
    if not os.statvfs(node.dir).f_favail and os.statvfs(node.dir).f_files:
        return unwell("disk", "no room for another file name", "remove small files", 42)
    return well("disk", f"{free:,} MB free")
