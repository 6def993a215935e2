"""Demo sites: laying out a whole deployment, with every node's keys, certificate and settings.

`lay_out` makes a whole deployment in one empty folder, for demos, tests and training. Each node's
keys are made in that node's own folder and only their public halves are read to certify it, so the
same steps serve a technician who carries a USB stick between two machines. A folder that is not
empty is refused and nothing is changed; a lay-out that fails half-way leaves nothing behind.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provisioning.enrolment.workbench import BACKDATED, CERTIFICATE_DAYS
from provisioning.identity.certificates import Certificate, issue, sign_registry
from provisioning.identity.keys import (
    AGENCY_KEYS,
    KEY_BYTES,
    FileKeyStore,
    NodeKeys,
    agency_public,
    signing_key,
    write_private,
)
from provisioning.ids import Ids
from provisioning.node.site import SiteFault

_PORTS_FIRST, _PORTS_END = 20_000, 32_000  # below Linux's ephemeral range


@dataclass(frozen=True, slots=True)
class NodePlan:
    """A node to lay out: its name, role, site and the rest of its `device.toml`."""

    name: str
    role: str
    site: str
    unit: int = 0
    sections: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A deployment to lay out."""

    name: str
    code: str
    county: int
    nodes: Sequence[NodePlan]
    agencies: Sequence[str]


def demo_plan(agencies: Sequence[str], ports: Sequence[int]) -> SitePlan:
    """One national node, one centre, two kiosks and a van on loopback; `ports` are free ones."""
    code = "HC-001"
    endpoints = [f"tcp://127.0.0.1:{port}" for port in ports]
    centre_queue, centre_sync, national_sync, van_queue = endpoints[:4]
    printer = {"printer": "sim:"}
    upstream = {"upstream_endpoint": centre_sync}
    kiosk: dict[str, Mapping[str, Any]] = {
        "queue": {"centre_endpoint": centre_queue, "keep_hours": False},
        "sync": upstream,
        "devices": printer,
    }
    centre: dict[str, Mapping[str, Any]] = {
        "queue": {"listen_endpoint": centre_queue, "keep_hours": False},
        "sync": {"listen_endpoint": centre_sync, "upstream_endpoint": national_sync},
    }
    van: dict[str, Mapping[str, Any]] = {
        "queue": {
            "centre_endpoint": van_queue,
            "listen_endpoint": van_queue,
            "counters": 1,
            "keep_hours": False,
        },
        "sync": {"upstream_endpoint": national_sync},
        "devices": printer,
    }
    nodes = (
        NodePlan("national", "national", "HQ", 0, {"sync": {"listen_endpoint": national_sync}}),
        NodePlan("centre", "centre", code, 0, centre),
        NodePlan("kiosk-1", "kiosk", code, 1, kiosk),
        NodePlan("kiosk-2", "kiosk", code, 2, kiosk),
        NodePlan("van-1", "van", "VAN-1", 1, van),
    )
    return SitePlan("Huduma Centre Nairobi GPO (demo)", code, 47, nodes, agencies)


def free_ports(count: int, ids: Ids) -> list[int]:
    """`count` different TCP ports that nobody listens on at this moment."""
    with ExitStack() as held:
        found: list[int] = []
        while len(found) < count:
            span = _PORTS_END - _PORTS_FIRST
            port = _PORTS_FIRST + int.from_bytes(ids.token(4), "big") % span
            probe = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue  # taken: try another
            found.append(port)
        return found


def lay_out(target: Path, plan: SitePlan, ids: Ids, now: datetime) -> None:
    """Make the site of `plan` in `target`; raises `SiteFault` when that is not an empty folder."""
    existed = target.exists()
    if existed and (not target.is_dir() or any(target.iterdir())):
        raise SiteFault(f"{target} is not an empty folder; name a new one (nothing was changed).")
    try:
        target.mkdir(mode=0o755, parents=True, exist_ok=True)
        _write(target, plan, ids, now)
    except OSError as error:
        discard(target, keep=existed)
        msg = f"{target} cannot be written ({error.strerror}); check the disk and its owner."
        raise SiteFault(msg) from error
    except BaseException:
        discard(target, keep=existed)
        raise


def _write(target: Path, plan: SitePlan, ids: Ids, now: datetime) -> None:
    root = _make_root(target / "root", ids)
    agencies = {}
    for code in plan.agencies:
        store = FileKeyStore(target / "agencies" / code)
        for name in AGENCY_KEYS:
            store.write(name, ids.token(KEY_BYTES))
        agencies[code] = agency_public(store)
    certificates = [
        _make_node(target / node.name, node, plan, root, ids, now) for node in plan.nodes
    ]
    registry = sign_registry(
        root, number=1, issued=now, certificates=certificates, agencies=agencies
    )
    (target / "registry.cbor").write_bytes(registry)
    root_public = (root.public_key().public_bytes_raw().hex() + "\n").encode()
    for node in plan.nodes:
        write_private(target / node.name / "keys" / "registry.cbor", registry)
        write_private(target / node.name / "keys" / "root.pub", root_public)
    # Written last: a folder without it is no site.
    (target / "site.toml").write_text(_site_toml(plan), "utf-8")


def _make_root(folder: Path, ids: Ids) -> Ed25519PrivateKey:
    store = FileKeyStore(folder)
    store.write("root", ids.token(KEY_BYTES))
    root = signing_key(store.read("root"))
    (folder / "root.pub").write_text(root.public_key().public_bytes_raw().hex() + "\n", "ascii")
    return root


def _make_node(
    folder: Path,
    node: NodePlan,
    plan: SitePlan,
    root: Ed25519PrivateKey,
    ids: Ids,
    now: datetime,
) -> bytes:
    """Settings and fresh keys in `folder`; the node's signed certificate."""
    keys = NodeKeys.create(FileKeyStore(folder / "keys"), ids)
    (folder / "run").mkdir(mode=0o700)
    (folder / "device.toml").write_text(device_toml(node, plan.county), "utf-8")
    return issue(
        root,
        Certificate(
            serial=ids.token(16),
            name=node.name,
            role=node.role,
            site=node.site,
            county=plan.county,
            unit=node.unit,
            signing=keys.signing_public,
            hpke=keys.hpke.public,
            curve=keys.curve_public,
            not_before=now - BACKDATED,
            not_after=now + timedelta(days=CERTIFICATE_DAYS),
        ),
    )


def device_toml(node: NodePlan, county: int, *, field: bool = False) -> str:
    """The settings of a planned node as its `device.toml`."""
    head = {
        "name": node.name,
        "role": node.role,
        "site": node.site,
        "county": county,
        "unit": node.unit,
        "field": field,
    }
    lines = [
        "# Settings of this node. Every setting: docs/settings.md, or: huduma settings --describe"
    ]
    for section, values in {"node": head, **node.sections}.items():
        lines += [
            "",
            f"[{section}]",
            *(f"{key} = {toml_value(each)}" for key, each in values.items()),
        ]
    return "\n".join(lines) + "\n"


def _site_toml(plan: SitePlan) -> str:
    lines = [
        "# A whole deployment in one folder, made by: huduma provision demo",
        f"name = {toml_value(plan.name)}",
        f"code = {toml_value(plan.code)}",
        f"county = {plan.county}",
        "demo = true",
        "agencies = [" + ", ".join(toml_value(code) for code in plan.agencies) + "]",
    ]
    for node in plan.nodes:
        lines += [
            "",
            f"[nodes.{node.name}]",
            f"role = {toml_value(node.role)}",
            f"site = {toml_value(node.site)}",
            f"settings = {toml_value(node.name + '/device.toml')}",
            *(
                f"{section}_{key} = {toml_value(each)}"
                for section, values in node.sections.items()
                for key, each in values.items()
                if key.endswith("_endpoint")
            ),
        ]
    return "\n".join(lines) + "\n"


def toml_value(value: object) -> str:
    """A TOML value; our own texts hold neither quotes nor control characters."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    text = str(value)
    assert text.isprintable()
    assert '"' not in text
    assert "\\" not in text
    return f'"{text}"'


def discard(target: Path, *, keep: bool) -> None:
    """Remove what a failed lay-out left in `target`, and the folder too unless `keep`."""
    for path in target.iterdir() if target.is_dir() else ():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    if not keep and target.is_dir():
        target.rmdir()
