"""The acts of `huduma provision` that lay out a real site and enrol its devices, and `revoke`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.cli.arguments import add_json, add_node, add_site

if TYPE_CHECKING:
    from datetime import datetime

    from provisioning.enrolment.enrolment_request import EnrolmentRequest
    from provisioning.enrolment.workbench import Workbench
    from provisioning.enrolment.workbench_layout import PlannedPlace
    from provisioning.node.site import Node, Site

_FROM = "the stick (a folder), the file, or - for the lines of QR codes on stdin"
_TO = "the stick (a folder) or a file; without it the lines are printed"
REGISTRY_FILE = "registry.cbor"
REGISTRY_MAX = 64 << 20


def add_arguments(verbs: Any) -> None:
    """The sub-verbs, into those of `provision`."""
    site = verbs.add_parser("site", help="lay out a real site: its authority, a card per device")
    site.add_argument("dir", type=Path, metavar="DIR", help="the workbench; new, or to be extended")
    place = site.add_mutually_exclusive_group(required=True)
    place.add_argument("--centre", metavar="CODE", help="a centre of the pack, such as HC-020")
    place.add_argument("--van", metavar="NAME", help="a van: VAN-7, or a name")
    site.add_argument("--kiosks", type=int, default=1, metavar="N", help="kiosks of the centre")
    site.add_argument("--county", type=int, metavar="N", help="of a van; default: the site's")
    site.add_argument("--centre-address", default="", metavar="HOST", help="on its LAN")
    site.add_argument("--national-address", default="national", metavar="HOST", help="its host")
    site.add_argument("--port", type=int, default=7700, metavar="N", help="and the two after it")
    add_json(site)
    for name, what in (("request", "ask for a certificate"), ("renew", "ask for the next one")):
        verb = verbs.add_parser(name, help=f"on a device: {what}")
        add_site(verb)
        add_node(verb)
        verb.add_argument("--to", type=Path, metavar="PLACE", help=_TO)
        verb.add_argument("--qr", action="store_true", help="draw the codes on the terminal")
        add_json(verb)
    approve = verbs.add_parser("approve", help="on the workbench: answer a request")
    add_site(approve, what="the workbench")
    add_node(approve, required=False, what="whose request, when the stick holds several")
    approve.add_argument("--from", dest="source", required=True, metavar="PLACE", help=_FROM)
    approve.add_argument("--fingerprint", metavar="LETTERS", help="read aloud; else asked for")
    approve.add_argument("--to", type=Path, metavar="PLACE", help=_TO)
    approve.add_argument("--qr", action="store_true", help="draw the codes on the terminal")
    add_json(approve)
    accept = verbs.add_parser("accept", help="on a device: take the answer, or a newer registry")
    add_site(accept)
    add_node(accept)
    accept.add_argument("--from", dest="source", required=True, metavar="PLACE", help=_FROM)
    add_json(accept)
    units = verbs.add_parser("units", help="on a device: write its systemd units")
    add_site(units)
    add_node(units)
    units.add_argument("--to", type=Path, required=True, metavar="DIR", help="/etc/systemd/system")
    units.add_argument(
        "--account", default="huduma", metavar="NAME", help="they run as; default huduma"
    )


def lay_out(arguments: argparse.Namespace) -> int:
    """`provision site`."""
    from content.authoring.build import build_default
    from provisioning.clock import SystemClock
    from provisioning.enrolment.workbench_layout import SiteAddresses, lay_out_site
    from provisioning.ids import SystemIds
    from provisioning.node.site import Site

    clock = SystemClock()
    ids, now, target = SystemIds(clock), clock.now(), arguments.dir
    place = _place(arguments)
    addresses = SiteAddresses(arguments.national_address, arguments.centre_address, arguments.port)
    fresh = lay_out_site(target, place, addresses, _agency_codes(), ids, now)
    site = Site.open(target)
    if not (target / "pack" / "pack.sig").exists():
        build_default(target / "pack", site.root_key(), now)
    for name in site.entries:
        _copy_pack(target / "pack", target / "cards" / name / "pack")
    told = {"dir": str(site.dir), "site": place.code, "name": place.name, "new": fresh}
    if arguments.json:
        print(json.dumps({**told, "devices": list(site.entries)}))
        return 0
    _tell(f"Workbench of {place.name} ({place.code}, county {place.county}) in {site.dir}")
    _tell(f"  its root key stays here: {site.dir}/root; keep a copy in a safe")
    for name in fresh:
        _tell(f"  card of {name:<14} {site.dir}/cards/{name}")
    _tell(f"Next: copy each card onto its device, or: huduma doctor --site {site.dir}")
    return 0


def request(arguments: argparse.Namespace) -> int:
    """`provision request` and `provision renew`."""
    from provisioning.enrolment import device_enrolment
    from provisioning.enrolment.text_parts import REQUEST
    from provisioning.ids import SystemIds

    node, now = _device(arguments)
    ids = SystemIds(node.clock())
    make = (
        device_enrolment.make_request
        if arguments.act == "request"
        else device_enrolment.make_renewal
    )
    made = make(node, ids, now)
    lines = _give(REQUEST, node.name, made.raw, arguments)
    if arguments.json:
        print(json.dumps({"node": node.name, "fingerprint": made.letters, "lines": lines}))
        return 0
    _tell(f"{node.name} asks for its certificate. Read these letters aloud: {made.letters}")
    if arguments.to is not None:
        _tell(f"Next, on the workbench: huduma provision approve --site DIR --from {arguments.to}")
    return 0


def approve(arguments: argparse.Namespace) -> int:
    """`provision approve`."""
    from provisioning.durable_files import PUBLIC, replace_file
    from provisioning.enrolment.text_parts import ANSWER, to_lines
    from provisioning.ids import SystemIds

    bench, now = _bench(arguments)
    asked = _asked(arguments, bench.site)
    letters = arguments.fingerprint
    if letters is None and asked.renews is None:
        _tell(f"{asked.name}, {asked.role} of {asked.site}, county {asked.county}, asks.")
        _tell("Type the eight letters that its screen shows, then Enter:")
        letters = sys.stdin.readline()
    raw = bench.approve(asked, letters, SystemIds(_clock(bench.dir)), now)
    text = "\n".join(to_lines(ANSWER, raw)) + "\n"
    replace_file(bench.answer_path(asked.name), text.encode(), mode=PUBLIC)
    lines = _give(ANSWER, asked.name, raw, arguments)
    if arguments.to is not None and arguments.to.is_dir():
        _write(arguments.to / REGISTRY_FILE, bench.registry_bytes)
    bench.handed(asked)
    if arguments.json:
        print(json.dumps({"node": asked.name, "registry": bench.registry.number, "lines": lines}))
        return 0
    _tell(f"{asked.name} is approved; registry {bench.registry.number} names it.")
    _tell(f"Next, on the device: huduma provision accept --site DIR --node {asked.name} --from ...")
    return 0


def accept(arguments: argparse.Namespace) -> int:
    """`provision accept`."""
    from provisioning.clock import EAT
    from provisioning.enrolment import device_enrolment
    from provisioning.enrolment.faults import EnrolmentFileDamaged
    from provisioning.enrolment.text_parts import ANSWER, find, from_text, read_file

    node, now = _device(arguments)
    place = Path(arguments.source)
    registry = place / REGISTRY_FILE
    told: dict[str, Any] = {"node": node.name}
    if arguments.source == "-":
        raw = from_text(ANSWER, sys.stdin.read(), "What was typed or scanned")
        told["until"] = device_enrolment.accept(node, raw, now).not_after.astimezone(EAT)
    elif find(ANSWER, place, node.name).exists():
        raw = read_file(ANSWER, find(ANSWER, place, node.name))
        told["until"] = device_enrolment.accept(node, raw, now).not_after.astimezone(EAT)
    elif not registry.exists():
        msg = f"{place} holds no answer for {node.name} and no registry; approve its request first."
        raise EnrolmentFileDamaged(msg)
    if place.is_dir() and registry.exists():
        told["registry"] = device_enrolment.bring_registry(node, _read_registry(registry))
    if arguments.json:
        print(json.dumps({**told, "until": str(told.get("until", ""))}))
        return 0
    if "until" in told:
        _tell(f"The certificate of {node.name} is good until {told['until']:%d %B %Y}.")
        _tell(f"Next: huduma doctor --site {arguments.site} --node {node.name}")
    if told.get("registry"):
        _tell(f"{node.name} has registry {told['registry']} now.")
    elif "until" not in told:
        _tell(f"{node.name} had that registry, or a newer one, already.")
    return 0


def units(arguments: argparse.Namespace) -> int:
    """`provision units`."""
    from provisioning.enrolment.systemd_units import write_units
    from provisioning.node.site import Site

    node = Site.open(arguments.site).node(arguments.node)
    program = Path(sys.executable).with_name("huduma")
    written = write_units(node, arguments.to, program, arguments.account)
    for path in written:
        print(path)
    names = " ".join(path.name for path in written)
    _tell(f"Next: systemctl daemon-reload; systemctl enable --now {names}")
    return 0


ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "site": lay_out,
    "request": request,
    "renew": request,
    "approve": approve,
    "accept": accept,
    "units": units,
}


def revoke(site: Site, name: str, to: Path | None) -> int:
    """End the right of `name` to take part; the number of the new registry."""
    from provisioning.enrolment.device_enrolment import require_clock
    from provisioning.enrolment.workbench import Workbench

    bench = Workbench(site)
    number = bench.revoke(name, require_clock(_clock(bench.dir)))
    if to is not None:
        _write(to / REGISTRY_FILE if to.is_dir() else to, bench.registry_bytes)
    return number


def _device(arguments: argparse.Namespace) -> tuple[Node, datetime]:
    """The device and the time, which must be one that can be right."""
    from provisioning.enrolment.device_enrolment import require_clock
    from provisioning.node.site import Site

    node = Site.open(arguments.site).node(arguments.node)
    return node, require_clock(node.clock())


def _bench(arguments: argparse.Namespace) -> tuple[Workbench, datetime]:
    from provisioning.enrolment.device_enrolment import require_clock
    from provisioning.enrolment.workbench import Workbench
    from provisioning.node.site import Site

    bench = Workbench(Site.open(arguments.site))
    clock = _clock(bench.dir)
    now = require_clock(clock)
    clock.keep_floor()
    return bench, now


def _clock(folder: Path) -> Any:
    from provisioning.clock import SystemClock
    from provisioning.node.site import FLOOR_FILE

    return SystemClock(folder / FLOOR_FILE)


def _place(arguments: argparse.Namespace) -> PlannedPlace:
    """What `--centre` or `--van` names; raises `UsageFault`."""
    from provisioning.enrolment.workbench_layout import PlannedPlace, van_place
    from provisioning.faults import UsageFault
    from provisioning.node.site import Site

    if arguments.van is not None:
        known = (arguments.dir / "site.toml").exists()
        site = Site.open(arguments.dir) if known else None
        county = arguments.county or (site.county if site is not None else 47)
        return van_place(arguments.van, site.entries if site is not None else {}, county)
    rows = {row["centre_id"]: row for row in _table("centres.csv")}
    row = rows.get(arguments.centre.upper())
    if row is None:
        msg = f"The pack has no centre {arguments.centre}; it has {min(rows)} to {max(rows)}."
        raise UsageFault(msg)
    return PlannedPlace(row["centre_id"], row["name"], int(row["county_code"]), arguments.kiosks)


def _agency_codes() -> list[str]:
    return [row["code"] for row in _table("agencies.csv")]


def _table(name: str) -> list[dict[str, str]]:
    import csv

    from content.default_sources import DEFAULT_SOURCES

    with (DEFAULT_SOURCES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _copy_pack(pack: Path, target: Path) -> None:
    """The pack on a card: whole or not at all; its files are shared, not copied, where they can."""
    import os
    import shutil

    def link(source: str, goal: str) -> None:
        try:
            os.link(source, goal)
        except OSError:
            shutil.copy2(source, goal)

    if target.exists():
        return
    part = target.with_name("pack.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(pack, part, copy_function=link)
    part.rename(target)


def _asked(arguments: argparse.Namespace, site: Site) -> EnrolmentRequest:
    """The request that was brought; raises `EnrolmentFileDamaged`."""
    from provisioning.enrolment.enrolment_request import read_request
    from provisioning.enrolment.faults import EnrolmentFileDamaged
    from provisioning.enrolment.text_parts import REQUEST, file_name, from_text, read_file

    if arguments.source == "-":
        return read_request(from_text(REQUEST, sys.stdin.read(), "What was typed or scanned"))
    place = Path(arguments.source)
    if not place.is_dir():
        return read_request(read_file(REQUEST, place))
    names = [arguments.node] if arguments.node else list(site.entries)
    found = [path for name in names if (path := place / file_name(REQUEST, name)).exists()]
    if len(found) != 1:
        several = ", ".join(path.name for path in found) or "none"
        msg = f"{place} holds requests of this site's devices: {several}; name one with --node."
        raise EnrolmentFileDamaged(msg)
    return read_request(read_file(REQUEST, found[0]))


def _give(kind: str, name: str, raw: bytes, arguments: argparse.Namespace) -> list[str]:
    """Write or print an object; its lines."""
    from provisioning.enrolment.text_parts import file_name, to_lines

    lines = to_lines(kind, raw)
    if arguments.to is not None:
        path = arguments.to / file_name(kind, name) if arguments.to.is_dir() else arguments.to
        _write(path, ("\n".join(lines) + "\n").encode())
    elif not arguments.json:
        print("\n".join(lines))
    if arguments.qr:
        _draw(lines)
    return lines


def _draw(lines: list[str]) -> None:
    import segno

    for number, line in enumerate(lines, 1):
        _tell(f"Code {number} of {len(lines)}:")
        segno.make(line, error="l", micro=False, boost_error=False).terminal(
            sys.stderr, compact=True
        )


def _write(path: Path, content: bytes) -> None:
    from provisioning.durable_files import write_verified
    from provisioning.faults import UsageFault

    if not path.parent.is_dir():
        msg = f"{path.parent} is not there; put the stick in, or name another place."
        raise UsageFault(msg)
    write_verified(path, content)


def _read_registry(path: Path) -> bytes:
    from provisioning.enrolment.faults import EnrolmentFileDamaged
    from provisioning.foreign_files import read_foreign

    try:
        found = read_foreign(path, REGISTRY_MAX)
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); put the stick in and try again."
        raise EnrolmentFileDamaged(msg) from error
    if len(found) > REGISTRY_MAX:
        raise EnrolmentFileDamaged(f"{path} is no registry; copy it from the workbench again.")
    return found


def _tell(words: str) -> None:
    print(words, file=sys.stderr)
