"""`huduma core`: the visit's process of a kiosk or van.

It keeps the place of the process that serves, and after a visit in which something was typed a
fresh one serves (ADR 0013).
"""

from __future__ import annotations

import argparse
import gc
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from content.catalogue.catalogue import Catalogue
from kiosk.cli.arguments import add_node, add_site
from kiosk.node.composition import (
    KioskParts,
    kiosk_of,
    open_catalogue,
    place_of,
    program_version,
)
from kiosk.node.core_process import (
    ClockAdvance,
    Core,
    CoreFault,
    at_its_place,
    core_lock,
    core_server,
)
from kiosk.node.handover import Handover
from kiosk.node.standby import Standby
from provisioning.clock import SystemClock
from provisioning.node.memory_lock import keep_memory_private
from provisioning.node.site import FLOOR_FILE, Node, Site
from provisioning.node.succession import HANDED_OVER, Succession, keep_place
from provisioning.process_lock import ProcessLock
from provisioning.shutdown import StopFlag
from sync.transports.zmq_transport import ZmqServer

BOUND_S = 2.0
"""So long at most a core waits for its successor's socket before it lets go of its screens."""


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
    lock = core_lock(node)
    locked_at = node.lock_path("core")
    catalogue = open_catalogue(node)
    # Read here, once, what every process that serves needs.
    _ = node.proven_db_path, node.registry, node.at_rest_root, node.keys.curve_public
    program_version()
    gc.collect()
    gc.freeze()  # what is loaded is shared with every process that serves
    place = keep_place()
    if isinstance(place, int):
        lock.release()
        return place
    keep_memory_private()  # a lock of memory is not inherited
    return _ServingCore(site, node, catalogue, place, locked_at).serve(arguments.centre)


@dataclass(frozen=True, slots=True)
class _ServingCore:
    site: Site
    node: Node
    catalogue: Catalogue
    place: Succession
    locked_at: Path

    def serve(self, centre: str) -> int:
        """From the visit handed over, or the first one, until a fresh core is needed."""
        handed = None
        if self.place.number:
            message = self.place.inherited()
            if message is None:
                return 0
            handed = Handover.from_bytes(message)
        stop = StopFlag()
        server = core_server(self.node, self.place.number)
        self.place.answer(b"bound")
        clock = self._clock(handed)
        kiosk = self._opened(server, clock, handed, centre, stop)
        if kiosk is None:
            server.close()
            return 0
        server = at_its_place(self.node, server, self.place.number)
        lock = self._lock_again()
        self.place.call()  # forked ahead: it waits, and is then quicker

        def advance(seconds: float) -> None:
            clock.advance(seconds=seconds)

        moves = ClockAdvance(None if self.node.settings.node.field else advance)
        core = Core(kiosk, server, clock, moves, handed)
        spent = core.run(stop)
        del lock
        kiosk.bell.close()
        kiosk.mark.keep(kiosk.database.journal)
        handover = core.handover(clock_offset_s=clock.offset_s)
        kiosk.database.store.close()
        with suppress(OSError):  # a full disk: the floor of before stays
            clock.keep_floor()
        if spent:
            return self._hand_over(handover, server)
        server.close()
        return 0

    def _lock_again(self) -> ProcessLock | None:
        """The lock where others look for it, on a card that takes writes again."""
        if self.node.lock_path("core") == self.locked_at:
            return None
        with suppress(CoreFault):  # the core before this one has it for a moment
            return core_lock(self.node)
        return None

    def _clock(self, handed: Handover | None) -> SystemClock:
        return SystemClock(
            self.node.run_dir / FLOOR_FILE,
            offset_s=handed.clock_offset_s if handed else 0.0,
            shared=True,
            # A story may move this clock by hours: that must not stay behind on the disk.
            keep=self.node.settings.node.field,
        )

    def _opened(
        self,
        server: ZmqServer,
        clock: SystemClock,
        handed: Handover | None,
        centre: str,
        stop: StopFlag,
    ) -> KioskParts | None:
        site, node, catalogue = self.site, self.node, self.catalogue
        where = place_of(node, catalogue, site.name, demo=site.demo)

        def attempt() -> KioskParts:
            return kiosk_of(site, node, clock, endpoint=centre, catalogue=catalogue, handed=handed)

        return Standby(server, clock, catalogue, where, node.settings.ui).opened(attempt, stop)

    def _hand_over(self, handover: Handover, server: ZmqServer) -> int:
        self.place.hand(handover.to_bytes())
        self.place.call()  # nothing when there is one
        self.place.heard(BOUND_S)
        server.move_on()
        return HANDED_OVER
