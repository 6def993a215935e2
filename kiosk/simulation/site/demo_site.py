"""A demo site: a whole deployment in one folder, with keys and a PIN for everybody in it.

Root and agency keys, a national node, a centre, two kiosks and a van, all enrolled with each
other, the default pack signed by the site's own root, and a random PIN for each staff screen
(`pins.txt`, 0600). For stories, demonstrations and development: keys of all parties lie together.
"""

from __future__ import annotations

import csv
from pathlib import Path

from content.authoring.build import build_default
from content.default_sources import DEFAULT_SOURCES
from provisioning.clock import Clock, SystemClock
from provisioning.enrolment.site_layout import demo_plan, discard, free_ports, lay_out
from provisioning.identity.keys import write_private
from provisioning.identity.pin import PinLock, random_pin
from provisioning.ids import Ids, SystemIds
from provisioning.node.site import Site

ROLES_WITH_SCREEN = frozenset({"kiosk", "van"})
PINS_FILE = "pins.txt"


def new_demo_site(folder: Path) -> Site:
    """A demo site in the new or empty `folder`.

    Raises `SiteFault` for a folder in use. A fault leaves nothing behind.
    """
    clock = SystemClock()
    ids = SystemIds(clock)
    existed = folder.exists()
    lay_out(folder, demo_plan(agency_codes(), free_ports(4, ids)), ids, clock.now())
    site = Site.open(folder)
    try:
        build_default(site.dir / "pack", site.root_key(), clock.now())
        _set_pins(site, clock, ids)
        for node in site.nodes():
            node.clock().keep_floor()
    except BaseException:
        discard(folder, keep=existed)
        raise
    return site


def demo_pins(site: Site) -> dict[str, str]:
    """The PIN of each node with a screen, by the node's name."""
    return dict(line.split() for line in (site.dir / PINS_FILE).read_text().splitlines())


def _set_pins(site: Site, clock: Clock, ids: Ids) -> None:
    pins = {node.name: random_pin(ids) for node in site.nodes() if node.role in ROLES_WITH_SCREEN}
    for name, pin in pins.items():
        PinLock(site.node(name).dir / "keys", clock).set(pin, ids)
    lines = "".join(f"{name} {pin}\n" for name, pin in pins.items())
    write_private(site.dir / PINS_FILE, lines.encode())


def agency_codes() -> list[str]:
    with (DEFAULT_SOURCES / "agencies.csv").open(encoding="utf-8", newline="") as file:
        return [row["code"] for row in csv.DictReader(file)]
