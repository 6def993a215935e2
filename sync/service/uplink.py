"""Uplink: the sending half of the engine; connects stores, sender and transport.

Works in short turns that never wait, so that one loop can run it beside a gateway. It keeps no
state that it did not read from a store in the same turn, so it may be killed at any line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from provisioning.backoff import Backoff
from provisioning.clock import Clock
from provisioning.ids import Ids
from sync.answers.downlink import Downlink, is_downlink
from sync.batches.batch import Stream
from sync.batches.chain import StreamProgress
from sync.faults import BadBatch, Fork, Gap
from sync.protocol import sender
from sync.protocol.frames import STREAMS_MAX, Offer, RegistryPart
from sync.protocol.registry_parts import RegistryParts
from sync.protocol.sender_states import SenderState
from sync.service.ports import ClientLink, SegmentSource, Watcher

BLOCKED_S = 900.0
"""A stream whose segment was refused is offered again after this long: the reason may be gone."""
FORKED_S = 60.0
_CONNECTED_LOOK_S, _ASK_S = 1.0, 0.2
_FRAMES_PER_TURN = 256


class Uplink:
    """Sends the segments of `sources` through `link`; `on_acknowledged` hears of every new
    acknowledgement.
    """

    def __init__(
        self,
        sources: Sequence[SegmentSource],
        link: ClientLink,
        clock: Clock,
        ids: Ids,
        watcher: Watcher,
        *,
        retry_s_max: float = 300.0,
        on_acknowledged: Callable[[Stream, int], None] = lambda *_: None,
        connect_wait_s: float = 0.0,
        registry: RegistryParts | None = None,
        on_registry: Callable[[bytes], None] = lambda _: None,
        downlink: Downlink | None = None,
    ) -> None:
        self._registry = registry
        self._on_registry = on_registry
        self._sources = sources
        self._link = link
        self._clock = clock
        self._ids = ids
        self._watcher = watcher
        self._on_acknowledged = on_acknowledged
        self._connect_wait_s = connect_wait_s
        self._downlink = downlink
        self._sender = sender.Sender()
        self._backoff = Backoff(most_s=retry_s_max)
        self._dial_at = 0.0
        self._asked = 0.0
        self._blocked: dict[Stream, float] = {}
        self._upstream_epoch: bytes | None = None
        # Whether upstream may lack what it once had: at the start, and when its database is another
        self._doubtful = True
        self._offered_all = False

    @property
    def flowing(self) -> bool:
        """Whether the other end has answered and takes segments."""
        return self._sender.state is SenderState.FLOWING

    @property
    def busy(self) -> bool:
        """Whether a segment is under way: then no other is closed, so the store is left alone."""
        return self._sender.busy

    @property
    def due_s(self) -> float:
        """Seconds until there is something to do although nothing arrives."""
        if self._sender.state is SenderState.OFFLINE:
            return max(0.0, self._dial_at - self._clock.monotonic())
        return 1.0

    def turn(self) -> None:
        """Read what has come, note it, send what may be sent. Never waits."""
        now = self._clock.monotonic()
        for _ in range(_FRAMES_PER_TURN):
            frame = self._link.receive(0)
            if frame is None:
                break
            self._receive(frame, now)
        self._do(self._sender.tick(now), now)
        ready = self._sender.state is SenderState.OFFLINE and now >= self._dial_at
        doubt = self._doubtful and not self._offered_all
        if ready or (self.flowing and (doubt or self._grown(now) or self._sender.idle(now))):
            self._dial(now)
        self._ask_registry(now)
        self._pump(now)
        self._ask_for_answers(now)

    def _ask_for_answers(self, now: float) -> None:
        """What agencies said comes down the same line, when it is up and has room."""
        if self._downlink is not None and self.flowing:
            question = self._downlink.ask(now)
            if question is not None:
                self._send(question, now)

    def interrupted(self) -> None:
        """A turn broke off because the store did not take it: what the session has heard may be
        noted nowhere, so it begins anew and is told again.
        """
        self._sender.lost()
        self._link.rebuild()
        self._dial_at = self._clock.monotonic() + _CONNECTED_LOOK_S

    def _ask_registry(self, now: float) -> None:
        if self._registry is None or not self.flowing:
            return
        asked = self._registry.due(now)
        if asked is not None:
            self._send(self._sender.ask(*asked).frame, now)

    def _receive(self, frame: bytes, now: float) -> None:
        if self._downlink is not None and is_downlink(frame):
            self._downlink.receive(frame)
            return
        try:
            actions = self._sender.receive(frame, now)
        except BadBatch:
            # The other end talks nonsense: a new session is the only thing to try.
            self._fail(now)
            return
        self._do(actions, now)
        if self.flowing:
            self._backoff.succeeded()
            self._watcher.up(self._clock.now())
            self._look_at_upstream()

    def _look_at_upstream(self) -> None:
        """Whether every stream must be offered once more: the database above is another one."""
        changed = self._sender.server_epoch != self._upstream_epoch
        self._upstream_epoch = self._sender.server_epoch
        self._doubtful = (self._doubtful or changed) and not self._offered_all

    def _do(self, actions: Sequence[sender.Action], now: float) -> None:
        for action in actions:
            match action:
                case sender.Send(frame):
                    self._send(frame, now)
                case sender.Acked(stream, no, mark, national, fresh):
                    self._note(StreamProgress(stream, no, mark, national), now, fresh=fresh)
                case sender.Blocked(stream, _, code):
                    self._block(stream, code, now)
                case sender.SessionEnded(at_once):
                    self._fail(now, at_once=at_once)
                case sender.Informed(part):
                    self._take_registry(part, now)

    def _take_registry(self, part: RegistryPart, now: float) -> None:
        whole = None if self._registry is None else self._registry.take(part, now)
        if whole is not None:
            self._on_registry(whole)

    def _note(self, claimed: StreamProgress, now: float, *, fresh: bool) -> None:
        at = self._clock.now()
        for source in self._sources:
            try:
                news = source.acked(claimed, at, fresh=fresh)
            except Fork as fault:
                self._sender.block(claimed.stream)
                self._block(claimed.stream, fault.code, now)
                continue
            if news:
                self._watcher.accepted(claimed.stream)
                self._on_acknowledged(claimed.stream, claimed.national)

    def _block(self, stream: Stream, code: int, now: float) -> None:
        # A fork shows in a HELLO, and what is missing here may come back from below, so asking
        # again is cheap; other refusals cost a segment.
        cheap = code in {Fork.code, Gap.code}
        self._blocked[stream] = now + (FORKED_S if cheap else BLOCKED_S)
        self._watcher.blocked(stream, code)

    def _offers(self, now: float) -> list[Offer]:
        for stream in [each for each, until in self._blocked.items() if now >= until]:
            del self._blocked[stream]
        offers = [each for source in self._sources for each in source.offers()]
        open_ = [each for each in offers if each.stream not in self._blocked]
        return [Offer(each.stream, each.no, each.mark) for each in open_[:STREAMS_MAX]]

    def _grown(self, now: float) -> bool:
        """Tell the session what is new; True when a stream is new to it. With chunks under way
        the sources are not asked at every turn.
        """
        if self._sender.busy and now - self._asked < _ASK_S:
            return False
        self._asked = now
        offers = self._offers(now)
        known = [self._sender.offer(each.stream, each.last) for each in offers]
        return not all(known)

    def _dial(self, now: float) -> None:
        self._offered_all = self._doubtful
        offers = self._offers(now)
        if self._doubtful:
            settled = [each for source in self._sources for each in source.settled()]
            offers += [Offer(each.stream, each.no, each.mark) for each in settled]
        greeting = self._sender.dial(self._ids.token(4), offers[:STREAMS_MAX], now)
        self._do(greeting, now)

    def _pump(self, now: float) -> None:
        while (wanted := self._sender.wants()) is not None or self.flowing:
            if wanted is not None:
                raw = self._raw(*wanted)
                if raw is None:  # pruned, and it cannot be made again as it was: a person must look
                    self._sender.block(wanted[0])
                    self._block(wanted[0], Gap.code, now)
                    continue
                self._sender.feed(*wanted, raw)
            chunk = self._sender.chunk()
            if chunk is None or not self._send(chunk.frame, now):
                return

    def _raw(self, stream: Stream, no: int) -> bytes | None:
        found = (source.raw(stream, no) for source in self._sources)
        return next((raw for raw in found if raw is not None), None)

    def _send(self, frame: bytes, now: float) -> bool:
        greeting = self._sender.state is SenderState.GREETING
        if self._link.send(frame, self._connect_wait_s if greeting else 0.0):
            self._watcher.sent(len(frame))
            return True
        # Not connected (yet): the socket goes on trying by itself and asking it costs no byte, so
        # a line that comes back is used within seconds; only silence makes the waits grow.
        self._sender.lost()
        self._watcher.down()
        self._dial_at = now + _CONNECTED_LOOK_S * (0.5 + self._chance())
        return False

    def _fail(self, now: float, *, at_once: bool = False) -> None:
        self._sender.lost()
        self._link.rebuild()
        if at_once:
            self._dial_at = now
        else:
            self._wait(now)

    def _wait(self, now: float) -> None:
        self._dial_at = now + self._backoff.failed(self._chance())
        self._watcher.down()

    def _chance(self) -> float:
        return int.from_bytes(self._ids.token(4), "big") / 2**32
