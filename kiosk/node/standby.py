"""Standby: what a kiosk's screens show while its database cannot be opened: the disk is full or
read-only, the file is damaged, or an older copy was put back.

Every event is answered at once with one calm screen and the fault's code; nothing that is sent is
kept or acted on. Opening is tried again every few seconds, so the kiosk comes up by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

import msgspec

from content.catalogue.catalogue import Catalogue
from kiosk.language import Translator
from kiosk.ui_protocol.ipc import UnreadableFrame, encode, read_event
from kiosk.ui_protocol.view import View
from kiosk.visit.controller.shell import view_for
from kiosk.visit.flow import State
from kiosk.visit.ports import KioskLocation, NetworkStatus
from kiosk.visit.screen import ScreenContext
from kiosk.visit.session import Session
from provisioning.clock import Clock
from provisioning.faults import DISK_ERRORS, Fault
from provisioning.ids import SystemIds
from provisioning.settings.schema import UiSettings
from sync.faults import Fork
from sync.store.errors import DiskFull, StoreFault
from sync.transports.zmq_transport import ZmqServer, ready

RETRY_S = 2.0
T = TypeVar("T")


class Standby:
    """Answers a kiosk's screens until the database opens."""

    def __init__(
        self,
        server: ZmqServer,
        clock: Clock,
        catalogue: Catalogue,
        place: KioskLocation,
        ui: UiSettings,
    ) -> None:
        self._server = server
        self._clock = clock
        self._catalogue = catalogue
        self._place = place
        self._ui = ui
        self._said = ""

    def opened(self, attempt: Callable[[], T], stopped: Callable[[], bool]) -> T | None:
        """What `attempt` gives as soon as it raises no fault of the database; None when stopped."""
        while not stopped():
            try:
                return attempt()
            except (StoreFault, Fork) as fault:
                self._wait(fault, stopped)
            except OSError as error:
                if error.errno not in DISK_ERRORS:
                    raise
                self._wait(DiskFull(f"{error}; free some space or check the card."), stopped)
        return None

    def _wait(self, fault: Fault, stopped: Callable[[], bool]) -> None:
        self._say(fault)
        self._serve(encode(self._view(fault)), stopped)

    def _serve(self, frame: bytes, stopped: Callable[[], bool]) -> None:
        end = self._clock.monotonic() + RETRY_S
        while not stopped() and (left := end - self._clock.monotonic()) > 0:
            ready([self._server], left)
            for request in self._server.poll(0):
                try:
                    read_event(request.payload)
                except UnreadableFrame:
                    continue
                self._server.reply(request, frame)

    def _say(self, fault: Fault) -> None:
        """Once, to the service's log: the journal is what cannot be written."""
        if fault.message != self._said:
            self._said = fault.message
            print(f"huduma core: {fault.message} (code {fault.code})", file=sys.stderr, flush=True)

    def _view(self, fault: Fault) -> View:
        language = self._ui.language
        session = Session(SystemIds(self._clock).uuid7(), language, 0.0, theme=self._ui.theme)
        session.state, session.fault_code = State.UNAVAILABLE, fault.code
        context = ScreenContext(
            session=session,
            catalogue=self._catalogue,
            translator=Translator(self._catalogue, language),
            place=self._place,
            now=self._clock.now(),
            network=NetworkStatus(online=False, waiting=0),
        )
        number = int(self._clock.now().timestamp() * 10)
        return msgspec.structs.replace(view_for(context, number), elements=())
