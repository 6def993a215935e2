"""The doctor's checks of devices: their settings, the programs they need, their state.

They read only: the settings, the programs on the path, and the tables the device service keeps.
A device is never opened here, because the service holds it.
"""

from __future__ import annotations

import importlib.util
import shutil
from datetime import datetime

from peripherals.device_loop import status_table
from peripherals.device_loop.loop import simulated
from peripherals.device_loop.registry import ROLES, read_device_url
from peripherals.faults import BadDeviceUrl, DeviceFault, DeviceLost, NotSetUp, SimulatorRefused
from peripherals.printing.worker import printer_status
from peripherals.status import STALE_S
from provisioning.clock import EAT
from provisioning.doctor.runner import Check, Finding, unwell, well
from provisioning.node.site import Node
from sync.store.database import Store

PROGRAMS = {"audio+alsa": "amixer", "camera+v4l": "v4l2-ctl"}
MODULES = {"card+pcsc": "smartcard", "gpio+gpiozero": "gpiozero"}


def checks(node: Node) -> list[Check]:
    """One check for each printer the service knows and each configured device."""
    chosen = node.settings.devices
    urls = {role: str(getattr(chosen, role)) for role in ROLES}
    found = [
        Check(role, lambda role=role, url=url: _device(node, role, url))  # type: ignore[misc]
        for role, url in urls.items()
        if url != "none:"
    ]
    return [Check("printers", lambda: _printers(node)), *found]


def _printers(node: Node) -> Finding:
    store = _table(node, "printer_state")
    if store is None:
        return well("printers", "none yet: the device service of this node has not run")
    try:
        printers = printer_status.read(store).printers
    finally:
        store.close()
    seen = max((printer.observed_at for printer in printers), default=None)
    if stopped := _stopped(node, "printers", seen):
        return stopped
    bad = [printer for printer in printers if not printer.state.serves]
    if bad:
        text = f"{bad[0].name} is {bad[0].state.value} ({bad[0].code})"
        return unwell("printers", text, bad[0].words("en"), DeviceFault.code)
    return well("printers", ", ".join(f"{each.name} {each.state.value}" for each in printers))


def _device(node: Node, role: str, url: str) -> Finding:
    parsed, _ = read_device_url(url)
    if parsed.kind != role:
        text = f"{url} is no URL of a {role}"
        return unwell(role, text, f"begin it with {role}+", BadDeviceUrl.code)
    if node.settings.node.field and simulated(parsed):
        return unwell(role, "a simulator", "name the real device", SimulatorRefused.code)
    driver = f"{parsed.kind}+{parsed.driver}"
    program, module = PROGRAMS.get(driver), MODULES.get(driver)
    if program and not parsed.parameters.get("program") and shutil.which(program) is None:
        return unwell(role, f"{program} is missing", f"install {program}", NotSetUp.code)
    if module and importlib.util.find_spec(module) is None:
        return unwell(role, f"{module} is missing", f"install {module}", NotSetUp.code)
    return _standing(node, role)


def _standing(node: Node, role: str) -> Finding:
    store = _table(node, "equipment_state")
    if store is None:
        return well(role, "configured; the device service of this node has not run")
    try:
        rows = {row.name: row for row in status_table.read(store)}
    finally:
        store.close()
    row = rows.get(role)
    if row is not None and (stopped := _stopped(node, role, row.observed_at)):
        return stopped
    if row is None:
        remedy = "start the device service again"
        return unwell(role, "configured, and not in service", remedy, DeviceFault.code)
    if row.state.serves:
        return well(role, f"{row.state.value} {row.detail}".strip())
    return unwell(role, f"{row.state.value} ({row.code})", row.words("en"), DeviceLost.code)


def _stopped(node: Node, name: str, seen: datetime | None) -> Finding | None:
    """What to say when the device service has not been at work for a while; None when it is.

    On a demo site or a bench nothing runs between two tries, and that is no fault.
    """
    if seen is None or (node.clock().now() - seen).total_seconds() <= STALE_S:
        return None
    text = f"the device service last spoke on {seen.astimezone(EAT):%d/%m/%Y at %H:%M}"
    if not node.settings.node.field:
        return well(name, text)
    return unwell(name, text, "start the device service", DeviceFault.code)


def _table(node: Node, name: str) -> Store | None:
    """The node's store opened for reading, when it has that table."""
    if not node.db_path.exists():
        return None
    store = Store.read_only(node.db_path)
    if store.one("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)):
        return store
    store.close()
    return None
