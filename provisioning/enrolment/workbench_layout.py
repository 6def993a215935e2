"""Laying out a real site: the authority's folder and one card for each device of the plan.

A card is the folder that is copied onto a device: its settings, the public root key, the registry
as it is, the floor of its clock. No private key lies on a card: a device makes its own. Laying out
the same folder again with another centre, another van or more kiosks adds cards and changes none.
Each step is done only when it is not done yet, so a lay-out that was cut off goes on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from provisioning.clock import EAT
from provisioning.durable_files import PUBLIC, replace_file
from provisioning.enrolment.site_layout import NodePlan, device_toml, toml_value
from provisioning.enrolment.workbench import Workbench
from provisioning.faults import UsageFault
from provisioning.identity.keys import (
    AGENCY_KEYS,
    KEY_BYTES,
    FileKeyStore,
    KeyFault,
    agency_public,
    signing_key,
)
from provisioning.ids import Ids
from provisioning.node.site import FLOOR_FILE, Site, SiteFault

NATIONAL = "national"
UNITS_MAX = 99
_UNFINISHED = "laying-out"
_FOLDERS = ("root", "agencies", "approvals", "answers", "handed", "revoked", "registries", "cards")
_VAN = re.compile(r"van-?(\d{1,3})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PlannedPlace:
    """A centre of the pack, or a van, with what stands there."""

    code: str
    name: str
    county: int
    kiosks: int
    van: bool = False


@dataclass(frozen=True, slots=True)
class SiteAddresses:
    """Where the centre and the national node are reached; `port` and the two after it."""

    national: str
    centre: str = ""
    port: int = 7700


def van_place(given: str, entries: Mapping[str, Mapping[str, Any]], county: int) -> PlannedPlace:
    """The van called `given`: `VAN-7` is its code; one with another name keeps the code it has, or
    gets the next free number.
    """
    found = _VAN.fullmatch(given)
    known = entries.get(node_name(given))
    codes = [str(entry["site"]) for entry in entries.values() if entry["role"] == "van"]
    if known is not None:
        return PlannedPlace(str(known["site"]), given, int(known["county"]), 1, van=True)
    taken = [int(code.removeprefix("VAN-")) for code in codes]
    number = int(found[1]) if found else max(taken, default=0) + 1
    if not 0 < number < 1_000:
        msg = f"A van has a number from 1 to 999, not {number}; references are made of it."
        raise UsageFault(msg)
    return PlannedPlace(f"VAN-{number}", given, county, 1, van=True)


def node_name(text: str) -> str:
    """A device's name made of a code or of what a person calls it."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,27}", name):
        msg = f"{text} makes no device name; begin with a letter and use letters, digits and -."
        raise UsageFault(msg)
    return name


def lay_out_site(
    target: Path,
    place: PlannedPlace,
    addresses: SiteAddresses,
    agencies: Sequence[str],
    ids: Ids,
    now: datetime,
) -> list[str]:
    """Lay out `place` in `target`, a new folder or a workbench; the names of the devices that are
    new. Raises `SiteFault` for a folder of something else.
    """
    if not 0 <= place.kiosks <= UNITS_MAX:
        msg = f"A centre has up to {UNITS_MAX} kiosks, not {place.kiosks}."
        raise UsageFault(msg)
    site = _open_or_begin(target, agencies, ids)
    before = dict(site.entries) if site is not None else {}
    plans = {node.name: node for node in _plans(place, addresses)}
    entries = {**{name: _entry(node, place) for name, node in plans.items()}, **before}
    codes = site.agencies() if site is not None else tuple(agencies)
    first = _head(site.name, site.code, site.county) if site is not None else _head_of(place)
    text = _site_toml(first, entries, codes, workbench=True)
    replace_file(target / "site.toml", text.encode(), mode=PUBLIC)
    (target / _UNFINISHED).unlink(missing_ok=True)
    workbench = Workbench(Site.open(target))
    for name, entry in entries.items():
        _write_card(workbench, name, entry, plans.get(name), now)
    workbench.settle(now)
    return [name for name in plans if name not in before]


def _open_or_begin(target: Path, agencies: Sequence[str], ids: Ids) -> Site | None:
    """The workbench in `target`; None when it is begun now (or goes on being begun)."""
    if (target / "site.toml").exists():
        site = Site.open(target)
        if not site.workbench:
            msg = f"{target} is a demo or a device; name a new folder for the workbench."
            raise SiteFault(msg)
        return site
    fresh = not target.exists() or (target.is_dir() and not any(target.iterdir()))
    if not fresh and not (target / _UNFINISHED).exists():
        msg = f"{target} is not an empty folder; name a new one (nothing was changed)."
        raise SiteFault(msg)
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(target / _UNFINISHED, b"")
    for name in _FOLDERS:
        (target / name).mkdir(mode=0o700, exist_ok=True)
    root = _key(FileKeyStore(target / "root"), "root", ids)
    public = signing_key(root).public_key().public_bytes_raw().hex()
    replace_file(target / "root" / "root.pub", f"{public}\n".encode(), mode=PUBLIC)
    for code in agencies:
        store = FileKeyStore(target / "agencies" / code)
        for name in AGENCY_KEYS:
            _key(store, name, ids)
        public_path = target / "agencies" / f"{code}.pub"
        replace_file(public_path, agency_public(store), mode=PUBLIC)
    return None


def _key(store: FileKeyStore, name: str, ids: Ids) -> bytes:
    """The key called `name`; made when it is not there, or only in part. Nothing was signed with
    it yet: the folder is being laid out.
    """
    try:
        return store.read(name)
    except KeyFault:
        store.path(name).unlink(missing_ok=True)
        store.write(name, ids.token(KEY_BYTES))
        return store.read(name)


def _plans(place: PlannedPlace, addresses: SiteAddresses) -> list[NodePlan]:
    """Every device of `place`, and the national node."""
    queue_port, sync_port, national_port = range(addresses.port, addresses.port + 3)
    national = f"tcp://{addresses.national}:{national_port}"
    upper = NodePlan(
        NATIONAL, "national", "HQ", 0, {"sync": {"listen_endpoint": f"tcp://*:{national_port}"}}
    )
    name = node_name(place.name if place.van else place.code)
    if place.van:
        queue = f"tcp://127.0.0.1:{queue_port}"
        van: dict[str, Mapping[str, Any]] = {
            "queue": {"centre_endpoint": queue, "listen_endpoint": queue, "counters": 1},
            "sync": {"upstream_endpoint": national},
            "devices": {"printer": "none:"},
        }
        nodes = [NodePlan(name, "van", place.code, 1, van)]
    else:
        host = addresses.centre or name
        centre = {
            "queue": {"listen_endpoint": f"tcp://*:{queue_port}"},
            "sync": {
                "listen_endpoint": f"tcp://*:{sync_port}",
                "upstream_endpoint": national,
            },
        }
        kiosk = {
            "queue": {"centre_endpoint": f"tcp://{host}:{queue_port}"},
            "sync": {"upstream_endpoint": f"tcp://{host}:{sync_port}"},
            "devices": {"printer": "none:"},
        }
        kiosks = [
            NodePlan(f"{name}-k{unit}", "kiosk", place.code, unit, kiosk)
            for unit in range(1, place.kiosks + 1)
        ]
        nodes = [NodePlan(name, "centre", place.code, 0, centre), *kiosks]
    return [upper, *nodes]


def _entry(node: NodePlan, place: PlannedPlace) -> dict[str, Any]:
    named = "National node" if node.role == NATIONAL else place.name
    return {
        "role": node.role,
        "site": node.site,
        "county": place.county,
        "unit": node.unit,
        "place": named,
    }


def _head(name: str, code: str, county: int) -> list[str]:
    return [f"name = {toml_value(name)}", f"code = {toml_value(code)}", f"county = {county}"]


def _head_of(place: PlannedPlace) -> list[str]:
    return _head(place.name, place.code, place.county)


def _site_toml(
    head: Sequence[str],
    entries: Mapping[str, Mapping[str, Any]],
    agencies: Sequence[str],
    *,
    workbench: bool,
) -> str:
    lines = [
        "# Made by: huduma provision site",
        *head,
        "demo = false",
        f"workbench = {toml_value(workbench)}",
        "agencies = [" + ", ".join(toml_value(code) for code in agencies) + "]",
    ]
    for name, entry in entries.items():
        lines += ["", f"[nodes.{name}]", *(f"{key} = {toml_value(entry[key])}" for key in entry)]
    return "\n".join(lines) + "\n"


def _write_card(
    workbench: Workbench,
    name: str,
    entry: Mapping[str, Any],
    planned: NodePlan | None,
    now: datetime,
) -> None:
    """What is copied onto the device `name`; settings that are there stay."""
    card, site = workbench.dir / "cards" / name, workbench.site
    node = card / name
    for folder in (node / "keys", node / "run"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = node / "device.toml"
    if planned is not None and not settings.exists():
        text = device_toml(planned, entry["county"], field=True)
        replace_file(settings, text.encode(), mode=PUBLIC)
    replace_file(node / "keys" / "root.pub", f"{site.root_public.hex()}\n".encode(), mode=PUBLIC)
    replace_file(node / "run" / FLOOR_FILE, now.astimezone(EAT).isoformat().encode())
    head = _head(entry["place"], entry["site"], entry["county"])
    text = _site_toml(head, {name: entry}, site.agencies(), workbench=False)
    replace_file(card / "site.toml", text.encode(), mode=PUBLIC)
