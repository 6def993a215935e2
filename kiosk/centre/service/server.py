"""The centre's process: answers kiosks over CURVE; a kiosk's name is the one its key proves.

Nothing that arrives ends it: what is no request is refused and set aside for a person. Kiosks take
turns, one request each, so that a flood of one costs the others one request's time. Every answer
carries the centre's time and the epoch of its database.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from msgspec.structs import replace

from kiosk.centre.authority import Authority
from kiosk.centre.service.local_client import answer
from kiosk.queue.protocol import Reported, RequestRefused, StaffCall, encode, read_ask
from provisioning.clock import Clock
from provisioning.faults import Fault
from provisioning.node.site import Node
from provisioning.process_lock import ProcessLock
from sync.journal.clock_log import journal_corrections
from sync.journal.node_database import NodeDatabase
from sync.service.peer_registry import PeerRegistry
from sync.transports.zmq_transport import LinkFault, ZmqRequest

POLL_S = 0.5
LAPSE_EVERY_S = 600.0
WAITING_MAX = 32
"""Requests of one kiosk that wait; a kiosk that is well has one."""
_KIOSKS = frozenset({"kiosk", "van"})


def kiosks_of(node: Node, clock: Clock) -> Callable[[bytes], str | None]:
    """Who may ask this centre for numbers: kiosks of its own site, by their CURVE key, as the
    registry and `clock` say at this message.
    """
    site = node.settings.node.site
    peers = PeerRegistry(node.dir / "keys" / "registry.cbor", node.root_public, clock)

    def allowed(public: bytes) -> str | None:
        found = peers.owner(public)
        if found is None or found.role not in _KIOSKS or found.site != site:
            return None
        return found.name

    return allowed


def centre_lock(node: Node) -> ProcessLock:
    """One service of a centre on its database; raises `LinkFault`."""
    msg = f"The centre's service of {node.name} runs already; stop that one first."
    return ProcessLock(node.lock_path("centre"), LinkFault(msg))


class Requests(Protocol):
    """Where requests come from: `sync.transports.zmq_transport.ZmqServer`."""

    def poll(self, timeout_s: float) -> list[ZmqRequest]: ...

    def reply(self, request: ZmqRequest, payload: bytes) -> bool: ...


class CentreService:
    """Answers frames, and between them keeps the journal of the clock and the line in order."""

    def __init__(
        self,
        authority: Authority,
        database: NodeDatabase,
        on_call: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`on_call` is told the kiosk at which a citizen asks for a person."""
        self._authority = authority
        self._database = database
        self._on_call = on_call
        self._lapse_at = 0.0
        self._waiting: dict[str, deque[ZmqRequest]] = {}

    def serve(self, server: Requests, stopped: Callable[[], bool]) -> None:
        """Answer kiosks until `stopped` says so."""
        while not stopped():
            self.turn(server)

    def turn(self, server: Requests, wait_s: float = POLL_S) -> bool:
        """Answer one request of each kiosk that waits, then hear who came meanwhile; whether more
        of them wait.
        """
        self._gather(server, 0.0 if self._waiting else wait_s)
        for kiosk in list(self._waiting):
            request = self._waiting[kiosk].popleft()
            if not self._waiting[kiosk]:
                del self._waiting[kiosk]
            server.reply(request, self.reply(kiosk, request.payload))
        self.tend()
        return bool(self._waiting)

    def _gather(self, server: Requests, timeout_s: float) -> None:
        for request in server.poll(timeout_s):
            queue = self._waiting.setdefault(request.peer, deque())
            if len(queue) < WAITING_MAX:  # what is dropped is asked again
                queue.append(request)

    def reply(self, kiosk: str, frame: bytes) -> bytes:
        """The answer to one frame of `kiosk`, whatever is in it."""
        self._note_clock()
        try:
            message = read_ask(frame)
            found = answer(self._authority, kiosk, message)
            if isinstance(message, StaffCall) and isinstance(found, Reported):
                self._on_call(kiosk)
        except Fault as fault:
            found = RequestRefused(fault.code, fault.message)
            with suppress(Fault):
                self._authority.refuse(kiosk, frame, fault)
        authority = self._authority
        term = authority.term
        found = replace(
            found,
            centre_ms=authority.time_ms(),
            epoch=authority.epoch,
            term=term.term,
            proof=term.proof,
            fenced=bool(term.fenced),
        )
        return encode(found)

    def tend(self) -> None:
        """What is due without being asked."""
        self._note_clock()
        now = self._database.clock.monotonic()
        if now >= self._lapse_at:
            self._lapse_at = now + LAPSE_EVERY_S
            with suppress(Fault):
                self._authority.lapse()

    def _note_clock(self) -> None:
        """Before anything else, so that nobody joins the line between a correction and its entry,
        which moves the arrival times of those who wait.
        """
        self._database.clock.now()
        with suppress(Fault):
            journal_corrections(self._database)
