"""`huduma core`: the visit's process of a kiosk or van."""

from __future__ import annotations

import argparse
from contextlib import suppress

from kiosk.cli.arguments import add_node, add_site
from kiosk.node.composition import kiosk_of, open_catalogue, place_of
from kiosk.node.core_process import ClockAdvance, Core, CoreFault, at_its_place, core_lock
from kiosk.node.standby import Standby
from provisioning.clock import SystemClock
from provisioning.node.memory_lock import keep_memory_private
from provisioning.node.site import FLOOR_FILE, Site
from provisioning.shutdown import StopFlag
from sync.transports.zmq_transport import ZmqServer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which node."""
    add_site(parser)
    add_node(parser, what="a kiosk or van of the site")
    parser.add_argument("--centre", default="", metavar="ENDPOINT", help="ask there, not as set")


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM, also while the database cannot be opened."""
    keep_memory_private()
    site = Site.open(arguments.site)
    node = site.node(arguments.node)
    if node.role not in {"kiosk", "van"}:
        raise CoreFault(f"{node.name} is a {node.role}; the core runs on a kiosk or a van.")
    locked_at, lock = node.lock_path("core"), core_lock(node)
    stop = StopFlag()
    simulated = not node.settings.node.field
    # A story may move this clock by hours: that must not stay behind on the disk.
    clock = SystemClock(node.run_dir / FLOOR_FILE, shared=True, keep=not simulated)
    catalogue = open_catalogue(node)
    server = ZmqServer(f"ipc://{node.socket_path('core')}")
    place = place_of(node, catalogue, site.name, demo=site.demo)
    standby = Standby(server, clock, catalogue, place, node.settings.ui)
    kiosk = standby.opened(
        lambda: kiosk_of(site, node, clock, endpoint=arguments.centre, catalogue=catalogue), stop
    )
    if kiosk is None:
        server.close()
        lock.release()
        return 0
    server = at_its_place(node, server)
    if node.lock_path("core") != locked_at:  # the card takes writes again
        lock.release()
        lock = core_lock(node)

    def advance(seconds: float) -> None:
        clock.advance(seconds=seconds)

    core = Core(kiosk, server, clock, ClockAdvance(advance if simulated else None))
    core.run(stop)
    server.close()
    kiosk.bell.close()
    kiosk.mark.keep(kiosk.database.journal)
    kiosk.database.store.close()
    with suppress(OSError):  # a full disk: the floor of before stays
        clock.keep_floor()
    lock.release()
    return 0
