"""Core: the process of a kiosk that owns the visit. One loop, one thread, no window.

After a visit in which something was typed, a fresh process takes its place (ADR 0013).
Events come in over ipc, views go out; the doorbell wakes it when a slip was proven. Reports to the
centre are sent only while nobody touches the screen, so that no citizen waits for them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from kiosk.node.composition import KioskParts
from kiosk.node.handover import Handover
from kiosk.ui_protocol.ipc import UnreadableFrame, encode, read_event
from kiosk.ui_protocol.view import Advance, Edited, Scanned, UiEvent, ViewRequest
from kiosk.visit.flow import State
from provisioning.clock import Clock
from provisioning.faults import INPUT_ERRORS, Fault
from provisioning.node.site import Node
from provisioning.process_lock import ProcessLock
from sync.faults import SyncRefusal
from sync.journal.clock_log import journal_corrections
from sync.store.errors import StoreFault
from sync.store.reserve import keep_reserve
from sync.transports.zmq_transport import ZmqRequest, ZmqServer, point_at, ready

TICK_S = 0.25
REST_TICK_S = 1.0
QUIET_S = 2.0
"""Without a touch for this long, paperwork may take its 300 ms."""
SETTLE_S, SETTLE_S_MAX = 1.0, 30.0
STORE_RETRY_S = 5.0
"""When paperwork is tried again after the disk did not take it."""
CHECKPOINT_S = 300.0
EXPIRE_S = 3_600.0
"""How often what was kept long enough is looked for."""
SCREENS_MAX = 16
REFUSED_TOLD_MAX = 20
"""So many refused events of one process are journalled."""


class CoreFault(Fault):
    """The core cannot be started as asked."""

    code = 59


def core_lock(node: Node) -> ProcessLock:
    """One core a node; raises `CoreFault`. A second one would take the socket over."""
    msg = f"A core of {node.name} runs already; stop that one first."
    return ProcessLock(node.lock_path("core"), CoreFault(msg))


def core_server(node: Node, number: int) -> ZmqServer:
    """The server of the core that is the node's `number`th since its start: the one before still
    listens at the other of two sockets, and whoever connects comes to this one.
    """
    path = node.socket_path(f"core-{number % 2}")
    server = ZmqServer(f"ipc://{path}")
    point_at(node.socket_path("core"), path)
    return server


def at_its_place(node: Node, server: ZmqServer, number: int) -> ZmqServer:
    """The server at the node's socket as it is now: a card that was read-only may take writes
    again, and then everybody else looks in `run/`.
    """
    if server.endpoint == f"ipc://{node.socket_path(f'core-{number % 2}')}":
        return server
    server.close()
    return core_server(node, number)


class ClockAdvance:
    """Moves a simulated site's clock; None in the field."""

    def __init__(self, advance: Callable[[float], None] | None) -> None:
        self._advance = advance

    def by(self, seconds: float) -> None:
        """Move on, where that is allowed; ignored in the field."""
        if self._advance is not None and 0 < seconds <= timedelta(days=2).total_seconds():
            self._advance(seconds)


class Core:
    """Serves one kiosk's screens until told to stop."""

    def __init__(
        self,
        kiosk: KioskParts,
        server: ZmqServer,
        clock: Clock,
        advancing: ClockAdvance,
        handed: Handover | None = None,
    ) -> None:
        self._kiosk = kiosk
        self._controller = kiosk.controller
        self._server = server
        self._clock = clock
        self._advancing = advancing
        self._screens: dict[str, None] = {}
        self._settle_at = 0.0
        self._settle_s = SETTLE_S
        self._touched = 0.0
        self._checkpoint_at = clock.monotonic() + CHECKPOINT_S
        self._expire_at = 0.0
        self._refused = 0
        if handed is not None:
            now = clock.monotonic()
            self._settle_at = now + SETTLE_S
            self._checkpoint_at = now + handed.checkpoint_in_s
            self._expire_at = now + handed.expire_in_s

    def run(self, stopped: Callable[[], bool]) -> bool:
        """Serve until `stopped` says so, or until a visit is over of which this process still
        holds words: True then, and a fresh process is to serve.
        """
        while not stopped():
            if self._controller.spent:
                return True
            self.turn()
        return False

    def handover(self, *, clock_offset_s: float) -> Handover:
        """What the fresh process goes on with; this one seals no more."""
        now = self._clock.monotonic()
        return Handover(
            screen=self._controller.screen_state(),
            heard=self._kiosk.issuer.heard_so_far(),
            capsules=self._kiosk.sealer.open_capsules(),
            clock_offset_s=clock_offset_s,
            expire_in_s=self._expire_at - now,
            checkpoint_in_s=self._checkpoint_at - now,
        )

    def turn(self) -> None:
        """One round: wait for something, serve it, let time pass."""
        resting = self._controller.session.state is State.ATTRACT
        ready([self._server, self._kiosk.bell], REST_TICK_S if resting else TICK_S)
        self._kiosk.bell.wait(0)
        for request in self._server.poll(0):
            self._serve(request)
        if self._controller.tick():
            self._show(None)
        self._paperwork()

    def _serve(self, request: ZmqRequest) -> None:
        try:
            event: UiEvent = read_event(request.payload)
        except UnreadableFrame:
            return
        if not isinstance(event, ViewRequest):
            self._touched = self._clock.monotonic()
        if isinstance(event, Advance):
            self._advancing.by(event.seconds)
            self._controller.tick()
        changed = self._taken(event)
        self._server.reply(request, encode(self._controller.view))
        if isinstance(event, ViewRequest):
            self._screens[request.peer] = None
            while len(self._screens) > SCREENS_MAX:
                self._screens.pop(next(iter(self._screens)))
        if changed or isinstance(event, Advance):
            self._show(request.peer)

    def _taken(self, event: UiEvent) -> bool:
        """Whether the view changed. What was typed or scanned never ends the process."""
        try:
            return self._controller.send(event)
        except INPUT_ERRORS:
            if not isinstance(event, Edited | Scanned):
                raise
            self._refused += 1
            if self._refused <= REFUSED_TOLD_MAX:
                self._note_refused(f"{type(event).__name__} on {self._controller.session.state}")
            return False

    def _note_refused(self, what: str) -> None:
        """For people who look for the cause; without what was typed."""
        body = {"service": "core", "code": SyncRefusal.code, "text": f"{what} cannot be taken"}
        self._kiosk.facts.note("node.fault", self._kiosk.database.ids.uuid7(), body)

    def _show(self, answered: str | None) -> None:
        """Push the view to every screen but the one that has it already."""
        frame = encode(self._controller.view)
        for peer in list(self._screens):
            if peer != answered and not self._server.push(peer, frame):
                self._screens.pop(peer, None)

    def _paperwork(self) -> None:
        now = self._clock.monotonic()
        resting = self._controller.session.state is State.ATTRACT
        if now < self._settle_at or not (resting or now - self._touched >= QUIET_S):
            return
        try:
            self._do_paperwork(now)
        except StoreFault as fault:
            # A full or held disk: citizens are told when it matters to them; here it waits.
            self._settle_at = self._clock.monotonic() + STORE_RETRY_S
            body = {"service": "core", "code": fault.code, "text": fault.message}
            self._kiosk.facts.note("node.fault", self._kiosk.database.ids.uuid7(), body)

    def _do_paperwork(self, now: float) -> None:
        database = self._kiosk.database
        self._kiosk.facts.catch_up()
        self._kiosk.mark.keep(database.journal)
        keep_reserve(database.store.path)
        answered = self._kiosk.issuer.settle()
        if answered:
            self._kiosk.cases.report()
        self._settle_s = SETTLE_S if answered else min(self._settle_s * 2, SETTLE_S_MAX)
        self._settle_at = self._clock.monotonic() + self._settle_s
        journal_corrections(database)
        if now >= self._expire_at:
            self._kiosk.retention.run()
            self._expire_at = now + EXPIRE_S
        if now >= self._checkpoint_at:
            database.store.checkpoint()
            self._checkpoint_at = now + CHECKPOINT_S
