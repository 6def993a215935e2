"""Receiver: the receiving end of sessions with many senders. Pure.

Chunks become whole segments in memory (a bounded amount), whole segments become `Ingest` actions,
and only what the engine reports as committed is acknowledged. What was lost on the way shows as a
jump in the offset: the sender is asked once to continue from there. A sender whose session is
unknown (this end was restarted) is told to say HELLO.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from sync.batches.batch import SEGMENT_MAX, Stream
from sync.batches.chain import StreamProgress
from sync.faults import BadBatch, Fork, NotSigned, ShareUsedUp
from sync.protocol.frames import (
    Ack,
    Again,
    AskRegistry,
    Chunk,
    Cursor,
    Hello,
    Nack,
    Offer,
    StreamPosition,
    from_bytes,
    to_bytes,
)

CREDIT_BYTES = 24 << 10
"""Measured on the 2G link: less idles the line, more makes an urgent segment wait longer."""
_PARTIALS_BYTES_MAX = 64 << 20
_SENDERS_MAX = 4_096


@dataclass(frozen=True, slots=True)
class Reply:
    """Send this frame to `peer`."""

    peer: str
    frame: bytes


@dataclass(frozen=True, slots=True)
class Greet:
    """Look up how far the offered streams are, then call `greet`."""

    peer: str
    session: bytes
    offers: Sequence[Offer]


@dataclass(frozen=True, slots=True)
class Ingest:
    """A whole segment is here: store it, then call `stored` or `refused`."""

    peer: str
    stream: Stream
    no: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Inform:
    """`peer` has registry `number`: give it a newer one, from byte `offset`, if there is one."""

    peer: str
    session: bytes
    number: int
    offset: int


Action = Reply | Greet | Ingest | Inform


@dataclass(slots=True)
class _Partial:
    no: int
    total: int
    data: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class _StreamWindow:
    """One stream of one sender; `rewinding`: a rewind was asked for and is not yet obeyed."""

    at: StreamProgress
    rewinding: bool = False
    unacked: int = 0
    blocked: bool = False

    @property
    def stream(self) -> Stream:
        return self.at.stream


@dataclass(slots=True)
class _ReceiverSession:
    session: bytes
    windows: list[_StreamWindow]


class Receiver:
    """All receiving sessions of one listening node.

    `may_send(peer, node)` says whether `peer` may bring the journal of `node`.
    """

    def __init__(
        self,
        server_epoch: bytes,
        may_send: Callable[[str, str], bool],
        *,
        credit: int = CREDIT_BYTES,
    ) -> None:
        self._epoch = server_epoch
        self._may_send = may_send
        self._credit = credit
        self._talks: OrderedDict[str, _ReceiverSession] = OrderedDict()
        self._partials: OrderedDict[Stream, _Partial] = OrderedDict()

    def receive(self, peer: str, raw: bytes) -> list[Action]:
        """A frame from `peer`; raises `BadBatch` when it makes no sense."""
        match from_bytes(raw):
            case Hello(session, offers):
                return [Greet(peer, session, offers)]
            case Chunk() as chunk:
                return self._on_chunk(peer, chunk)
            case AskRegistry(session, number, offset):
                return [Inform(peer, session, number, offset)]
            case _:
                raise BadBatch("A sender sends what only receivers say; check the addresses.")

    def greet(
        self,
        peer: str,
        session: bytes,
        stored: Sequence[StreamProgress],
        forks: Collection[Stream],
        later: Collection[Stream] = (),
    ) -> list[Reply]:
        """Answer a HELLO: how far each stream is, those that contradict what is stored, and those
        of which nothing more is taken for now.
        """
        talk = _ReceiverSession(session, [_StreamWindow(each) for each in stored])
        self._talks[peer] = talk
        self._talks.move_to_end(peer)
        if len(self._talks) > _SENDERS_MAX:
            self._talks.popitem(last=False)
        positions = [self._position(window) for window in talk.windows]
        cursor = Cursor(session, self._credit, self._epoch, positions)
        replies = [Reply(peer, to_bytes(cursor))]
        for each in stored:
            if not self._may_send(peer, each.stream.node):
                replies += self.refused(peer, each.stream, each.no + 1, NotSigned.code)
            elif each.stream in forks:
                replies += self.refused(peer, each.stream, each.no, Fork.code)
            elif each.stream in later:
                replies += self.refused(peer, each.stream, each.no + 1, ShareUsedUp.code)
        return replies

    def stored(self, progress: StreamProgress) -> list[Reply]:
        """A stream has come further, here or at the national node: tell who sent it."""
        replies = []
        for peer, talk in self._talks.items():
            for place, window in enumerate(talk.windows):
                if window.stream == progress.stream and window.at != progress:
                    window.at = progress
                    replies.append(self._ack(peer, talk, place, rewind=False))
        return replies

    def repeat(self, peer: str, progress: StreamProgress) -> list[Reply]:
        """A segment arrived a second time: acknowledge it once more, to the one who sent it."""
        return self._tell(peer, progress, rewind=False)

    def behind(self, peer: str, progress: StreamProgress) -> list[Reply]:
        """A segment arrived before the one it follows: ask for what comes next."""
        return self._tell(peer, progress, rewind=True)

    def refused(self, peer: str, stream: Stream, no: int, code: int) -> list[Reply]:
        """Segment `no` was turned away for good."""
        talk = self._talks.get(peer)
        replies = []
        for place, window in enumerate(talk.windows if talk else []):
            if window.stream == stream and talk is not None:
                window.blocked = True
                replies.append(Reply(peer, to_bytes(Nack(talk.session, place, no, code))))
        return replies

    def _tell(self, peer: str, progress: StreamProgress, *, rewind: bool) -> list[Reply]:
        talk = self._talks.get(peer)
        replies = []
        for place, window in enumerate(talk.windows if talk else []):
            if window.stream == progress.stream and talk is not None:
                window.at = progress
                replies.append(self._ack(peer, talk, place, rewind=rewind))
        return replies

    def _on_chunk(self, peer: str, chunk: Chunk) -> list[Action]:
        talk = self._talks.get(peer)
        if talk is None or talk.session != chunk.session:
            return [Reply(peer, to_bytes(Again(chunk.session)))]
        if chunk.place >= len(talk.windows) or not 0 < chunk.total <= SEGMENT_MAX:
            msg = "A chunk belongs to no stream of its session, or to no possible segment."
            raise BadBatch(msg)
        window = talk.windows[chunk.place]
        if window.blocked or chunk.no <= window.at.no:
            return []
        return self._join(peer, talk, chunk)

    def _join(self, peer: str, talk: _ReceiverSession, chunk: Chunk) -> list[Action]:
        window = talk.windows[chunk.place]
        partial = self._partials.get(window.stream)
        stale = partial is not None and partial.no == chunk.no and partial.total != chunk.total
        if partial is None or partial.no != window.at.no + 1 or stale:
            self._partials.pop(window.stream, None)
            partial = _Partial(window.at.no + 1, chunk.total)
        if (chunk.no, chunk.offset) != (partial.no, len(partial.data)):
            if window.rewinding:
                return []
            window.rewinding = True
            return [self._ack(peer, talk, chunk.place, rewind=True)]
        window.rewinding = False
        partial.data += chunk.payload
        if len(partial.data) > partial.total or not chunk.payload:
            self._partials.pop(window.stream, None)
            raise BadBatch("A chunk does not fit its segment.")
        if len(partial.data) == partial.total:
            self._partials.pop(window.stream, None)
            window.unacked = 0
            return [Ingest(peer, window.stream, partial.no, bytes(partial.data))]
        self._keep(window.stream, partial)
        window.unacked += len(chunk.payload)
        if window.unacked * 2 >= self._credit:
            return [self._ack(peer, talk, chunk.place, rewind=False)]
        return []

    def _keep(self, stream: Stream, partial: _Partial) -> None:
        self._partials[stream] = partial
        self._partials.move_to_end(stream)
        while sum(len(each.data) for each in self._partials.values()) > _PARTIALS_BYTES_MAX:
            held: Counter[str] = Counter()
            for at, each in self._partials.items():
                held[at.node] += len(each.data)
            most = held.most_common(1)[0][0]  # whoever fills the room makes room
            del self._partials[next(at for at in self._partials if at.node == most)]

    def _ack(self, peer: str, talk: _ReceiverSession, place: int, *, rewind: bool) -> Reply:
        window = talk.windows[place]
        window.unacked = 0
        return Reply(
            peer, to_bytes(Ack(talk.session, place, self._position(window), rewind=rewind))
        )

    def _position(self, window: _StreamWindow) -> StreamPosition:
        partial = self._partials.get(window.stream)
        offset = len(partial.data) if partial is not None and partial.no == window.at.no + 1 else 0
        return StreamPosition(window.at.no, window.at.mark, offset, window.at.national)
