"""Sender: the sending end of a session. What to send next, and what the answers mean. Pure.

Takes frames, segment bytes and `now` (monotonic seconds) and returns actions; it owns no socket,
no store and no clock. One table says what may happen in which state; anything else is a fault of
the other end and starts the session anew.

- At most `credit` bytes are unacknowledged, over all streams, in turn.
- Only the receiver's CURSOR and ACK set the position, so a restarted or restored receiver is sent
  what it lacks.
- Silence with something outstanding ends the session; then a new socket, a new HELLO, and
  everything not acknowledged is sent again.
- A segment refused for good stops its stream and no other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from sync.batches.batch import Stream
from sync.faults import BadBatch
from sync.protocol.frames import (
    STREAMS_MAX,
    Ack,
    Again,
    AskRegistry,
    Chunk,
    Cursor,
    Frame,
    Hello,
    Nack,
    Offer,
    RegistryPart,
    StreamPosition,
    from_bytes,
    to_bytes,
)
from sync.protocol.sender_states import SENDER, SenderEvent, SenderState

CHUNK_BYTES = 4 << 10
SILENCE_S = 12.0
"""Without an answer for this long the line is taken for dead (measured on a 2G link: shorter
ends living lines, longer wastes dead ones)."""
IDLE_HELLO_S = 30.0
"""An idle sender says HELLO this often, so that both ends know the other is there."""


@dataclass(frozen=True, slots=True)
class Send:
    """Put this frame on the line."""

    frame: bytes


@dataclass(frozen=True, slots=True)
class Acked:
    """The receiver says it has durably stored `stream` up to segment `no`, which has `mark`, and
    the national node up to `national`. Believe it only if our segment `no` has that mark.
    `fresh`: said after our last HELLO, so nothing we heard from it before is newer; any other
    may have been overtaken on its way.
    """

    stream: Stream
    no: int
    mark: bytes
    national: int
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Blocked:
    """The receiver refused segment `no` for good with fault `code`."""

    stream: Stream
    no: int
    code: int


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The session is over (silence, or the receiver was restarted): new socket, then `dial`."""

    at_once: bool


@dataclass(frozen=True, slots=True)
class Informed:
    """The receiver gives a part of a newer registry than was asked with."""

    part: RegistryPart


Action = Send | Acked | Blocked | SessionEnded | Informed


@dataclass(slots=True)
class _StreamWindow:
    """One stream on the line: `no`, `offset` is the next byte to send."""

    stream: Stream
    last: int
    no: int = 1
    offset: int = 0
    raw: bytes | None = None
    blocked: bool = False
    outstanding: deque[tuple[int, int, int]] = field(default_factory=deque)
    """(segment, end offset, bytes) of every chunk not yet acknowledged."""

    def go_to(self, position: StreamPosition) -> None:
        if position.no + 1 != self.no:
            self.raw = None
        self.no, self.offset = position.no + 1, position.offset
        self.outstanding.clear()

    def acknowledge(self, position: StreamPosition) -> None:
        arrived = (position.no + 1, position.offset)
        while self.outstanding and self.outstanding[0][:2] <= arrived:
            self.outstanding.popleft()
        if position.no >= self.no:  # another path has brought it further than we have
            self.go_to(position)

    @property
    def wants(self) -> bool:
        return not self.blocked and self.no <= self.last


class Sender:
    """One link's sending session."""

    def __init__(self) -> None:
        self.state = SenderState.OFFLINE
        self.server_epoch: bytes | None = None
        self._session = b""
        self._credit = 0
        self._windows: list[_StreamWindow] = []
        self._turn = 0
        self._heard = 0.0

    def dial(self, session: bytes, offers: Sequence[Offer], now: float) -> list[Action]:
        """Begin (or begin again) with these offers."""
        self._step(SenderEvent.DIAL)
        self._session = session
        offers = offers[:STREAMS_MAX]
        self._windows = [_StreamWindow(each.stream, each.last) for each in offers]
        self._turn = 0
        self._heard = now
        return [Send(to_bytes(Hello(session, offers)))]

    def offer(self, stream: Stream, last: int) -> bool:
        """A stream has grown to `last`; False when it is new and needs a new `dial`."""
        for window in self._windows:
            if window.stream == stream:
                window.last = max(window.last, last)
                return True
        return False

    def block(self, stream: Stream) -> None:
        """Send nothing more of `stream` in this session."""
        for window in self._windows:
            if window.stream == stream:
                window.blocked = True
                window.outstanding.clear()

    def receive(self, raw: bytes, now: float) -> list[Action]:
        """A frame arrived; raises `BadBatch` when it makes no sense."""
        frame = from_bytes(raw)
        if frame.session != self._session or self.state is SenderState.OFFLINE:
            return []
        self._heard = now
        return self._answer(frame)

    def tick(self, now: float) -> list[Action]:
        """Time has passed."""
        waiting = self.state is SenderState.GREETING or self.busy
        if self.state is SenderState.OFFLINE or not waiting or now - self._heard < SILENCE_S:
            return []
        return self._end(SenderEvent.SILENCE, at_once=False)

    @property
    def busy(self) -> bool:
        """Whether chunks are under way."""
        return self.state is not SenderState.OFFLINE and any(
            window.outstanding for window in self._windows
        )

    def idle(self, now: float) -> bool:
        """Whether it is time to say HELLO again, only to be heard."""
        flowing = self.state is SenderState.FLOWING and not self.busy
        return flowing and now - self._heard >= IDLE_HELLO_S

    def lost(self) -> None:
        """The line itself says that it is down."""
        self.state = SenderState.OFFLINE

    def wants(self) -> tuple[Stream, int] | None:
        """The next segment whose bytes `feed` should give, if the credit allows any."""
        window = self._next_window()
        return None if window is None or window.raw is not None else (window.stream, window.no)

    def feed(self, stream: Stream, no: int, raw: bytes) -> None:
        """The bytes of the segment that `wants` named."""
        for window in self._windows:
            if window.stream == stream and window.no == no:
                window.raw = raw

    def chunk(self) -> Send | None:
        """The next chunk to send, once; None when there is none to send now."""
        window = self._next_window()
        if window is None or window.raw is None:
            return None
        raw, no, offset = window.raw, window.no, window.offset
        payload = raw[offset : offset + min(CHUNK_BYTES, self._room())]
        place = self._windows.index(window)
        window.offset += len(payload)
        window.outstanding.append((no, window.offset, len(payload)))
        if window.offset >= len(raw):
            window.no, window.offset, window.raw = no + 1, 0, None
            self._turn = place + 1
        return Send(to_bytes(Chunk(self._session, place, no, offset, len(raw), payload)))

    def ask(self, number: int, offset: int) -> Send:
        """Ask for a newer registry than `number`."""
        return Send(to_bytes(AskRegistry(self._session, number, offset)))

    def _next_window(self) -> _StreamWindow | None:
        room = self._room()
        if self.state is not SenderState.FLOWING or room <= 0 or (self.busy and room < CHUNK_BYTES):
            return None
        for step in range(len(self._windows)):
            window = self._windows[(self._turn + step) % len(self._windows)]
            if window.wants:
                return window
        return None

    def _room(self) -> int:
        sent = sum(size for window in self._windows for _, _, size in window.outstanding)
        return self._credit - sent

    def _answer(self, frame: Frame) -> list[Action]:
        match frame:
            case Cursor():
                return self._on_cursor(frame)
            case Ack(_, place, position, rewind):
                self._step(SenderEvent.ACK)
                window = self._window(place)
                window.acknowledge(position)
                if rewind:
                    window.go_to(position)
                return [_acked(window, position)]
            case Nack(_, place, no, code):
                self._step(SenderEvent.NACK)
                window = self._window(place)
                self.block(window.stream)
                return [Blocked(window.stream, no, code)]
            case Again():
                return self._end(SenderEvent.AGAIN, at_once=True)
            case RegistryPart():
                return [Informed(frame)]
            case Hello() | Chunk() | AskRegistry():
                raise BadBatch("The other end sends where it should receive; check the addresses.")

    def _on_cursor(self, cursor: Cursor) -> list[Action]:
        fresh = self.state is SenderState.GREETING
        self._step(SenderEvent.CURSOR)
        if len(cursor.positions) != len(self._windows):
            raise BadBatch("The other end answers for other streams than it was offered.")
        self._credit = cursor.credit
        self.server_epoch = cursor.server_epoch
        actions: list[Action] = []
        for window, position in zip(self._windows, cursor.positions, strict=True):
            window.go_to(position)
            actions.append(_acked(window, position, fresh=fresh))
        return actions

    def _window(self, place: int) -> _StreamWindow:
        if place >= len(self._windows):
            raise BadBatch("The other end answers for a stream it was not offered.")
        return self._windows[place]

    def _end(self, event: SenderEvent, *, at_once: bool) -> list[Action]:
        self._step(event)
        return [SessionEnded(at_once)]

    def _step(self, event: SenderEvent) -> None:
        following = SENDER[self.state].get(event)
        if following is None:
            msg = f"The other end answers {event.name} while {self.state.name}; start anew."
            raise BadBatch(msg)
        self.state = following


def _acked(window: _StreamWindow, position: StreamPosition, *, fresh: bool = False) -> Acked:
    return Acked(window.stream, position.no, position.mark, position.national, fresh)
