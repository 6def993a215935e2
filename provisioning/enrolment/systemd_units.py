"""systemd units: what runs on a device of each role, from one table, as unit files.

Every service tells that it is ready and beats its watchdog from its own loop (`shutdown.py`).
What carries data on (sync, the national node) is started again for ever; what citizens see is
started again five times in five minutes, then it rests until a person or the next boot. No service
may gain rights, write outside the device's folder, or load more than it needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from provisioning.durable_files import PUBLIC, replace_file
from provisioning.enrolment.faults import StepMissing
from provisioning.node.site import Node


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service: its verb with the rest of its command line, and what it needs of the system."""

    command: str
    watchdog_s: int
    for_ever: bool = False
    devices: Sequence[str] = ()
    """Kinds of device files it may open."""
    network: bool = True
    memory_lock: bool = False
    """Keeps its memory from being swapped out."""
    after: Sequence[str] = ()


_SERIAL = ("char-ttyUSB", "char-ttyACM", "char-ttyS", "char-ttyAMA", "char-usb_device", "char-lp")
_PARTS = ("char-gpiochip", "char-hidraw", "char-input", "char-alsa", "char-video4linux")
SERVICES: Mapping[str, ServiceRow] = {
    "national": ServiceRow("national run --site {site}", 30, for_ever=True),
    "centre": ServiceRow("centre --site {site} --node {node}", 15),
    "sync": ServiceRow("sync run --site {site} --node {node}", 30, for_ever=True),
    "core": ServiceRow("core --site {site} --node {node}", 15, memory_lock=True),
    "devices": ServiceRow(
        "devices run --site {site} --node {node}", 30, devices=(*_SERIAL, *_PARTS)
    ),
    "ui": ServiceRow(
        "ui --socket {socket} --width {width} --height {height} --fullscreen",
        20,
        devices=("char-drm", "char-input", "char-alsa"),
        network=False,
        memory_lock=True,
        after=("core",),
    ),
}
ROLE_SERVICES: Mapping[str, Sequence[str]] = {
    "national": ("national",),
    "centre": ("centre", "sync"),
    "kiosk": ("core", "devices", "sync", "ui"),
    "van": ("centre", "core", "devices", "sync", "ui"),
}
_NETWORK = "AF_UNIX AF_NETLINK AF_INET AF_INET6"
_HARDENING = """NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
UMask=0077
LimitCORE=0
LockPersonality=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM"""


def unit_name(node: str, service: str) -> str:
    """What the unit of a node's service is called."""
    return f"huduma-{node}-{service}.service"


def write_units(node: Node, folder: Path, program: Path, account: str) -> list[Path]:
    """Write the units of `node` into `folder`; their paths. Raises `StepMissing` when there is no
    such folder.
    """
    if not folder.is_dir():
        msg = f"{folder} is not there; name the folder of the system's units."
        raise StepMissing(msg)
    written = []
    for service in ROLE_SERVICES[node.role]:
        path = folder / unit_name(node.name, service)
        text = unit_text(node, service, program, account)
        replace_file(path, text.encode(), mode=PUBLIC)
        written.append(path)
    return written


def unit_text(node: Node, service: str, program: Path, account: str) -> str:
    """The unit file of one service."""
    row, site = SERVICES[service], node.dir.resolve().parent
    names = {
        "site": site,
        "node": node.name,
        "socket": f"ipc://{node.socket_path('core')}",
        "width": node.settings.ui.width,
        "height": node.settings.ui.height,
    }
    after = [unit_name(node.name, each) for each in row.after]
    lines = [
        "[Unit]",
        f"Description=Huduma {service} of {node.name}",
        f"After={' '.join(['local-fs.target', 'time-set.target', 'network.target', *after])}",
        *(f"Wants={each}" for each in after),
        # Without a limit a service that cannot start would burn the card; with one it would rest.
        f"StartLimitIntervalSec={0 if row.for_ever else 300}",
        *([] if row.for_ever else ["StartLimitBurst=5"]),
        "",
        "[Service]",
        "Type=notify",
        # Some signs of life come from the process that serves, not from the keeper of its place.
        f"NotifyAccess={'all' if service in {'core', 'ui'} else 'main'}",
        f"ExecStart={program} {row.command.format(**names)}",
        f"User={account}",
        f"WatchdogSec={row.watchdog_s}",
        "TimeoutStartSec=90",
        "TimeoutStopSec=10",
        "Restart=always",
        f"RestartSec={5 if row.for_ever else 1}",
        f"ReadWritePaths={site} -/dev/shm",
        *_devices(row),
        f"RestrictAddressFamilies={_NETWORK if row.network else 'AF_UNIX AF_NETLINK'}",
        *(["LimitMEMLOCK=infinity"] if row.memory_lock else []),
        _HARDENING,
        "",
        "[Install]",
        "WantedBy=multi-user.target",
    ]
    return "\n".join(lines) + "\n"


def _devices(row: ServiceRow) -> list[str]:
    if not row.devices:
        return ["PrivateDevices=yes"]
    return ["DevicePolicy=closed", *(f"DeviceAllow={each} rw" for each in row.devices)]
