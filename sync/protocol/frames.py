"""Frames: the messages of the sync protocol and their bytes.

Deterministic CBOR arrays `[verb, session, ...]`. A session is four bytes the sender chose at its
HELLO: whatever belongs to an older one is not looked at. A stream is named by its place in the
HELLO. See PROTOCOL.md, "Session".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from provisioning.cbor import encode
from sync.batches.batch import SEGMENT_MAX, Stream
from sync.batches.chain import MARK_BYTES
from sync.faults import BadBatch, decode_arrived

VERSION = 1
STREAMS_MAX = 256
CHUNK_MAX = 64 << 10
_SESSION_BYTES, _EPOCH_BYTES, _NAME_MAX = 4, 8, 64
_HELLO, _CURSOR, _DATA, _ACK, _NACK, _AGAIN, _ASK, _REGISTRY = range(1, 9)


@dataclass(frozen=True, slots=True)
class Offer:
    """A stream up to segment `last`, which has `mark` (zeros for segment 0)."""

    stream: Stream
    last: int
    mark: bytes


@dataclass(frozen=True, slots=True)
class Hello:
    """Sender: I have these streams."""

    session: bytes
    offers: Sequence[Offer]


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """How far a stream has come at the receiver: segments up to `no` (which has `mark`) are
    durably stored there, `offset` bytes of the next are in its memory, and the national node has
    stored up to `national`.
    """

    no: int
    mark: bytes
    offset: int
    national: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """Receiver: send from these positions, at most `credit` bytes ahead of my acknowledgements.
    A changed `server_epoch` means that my database was restored: look at the positions anew.
    """

    session: bytes
    credit: int
    server_epoch: bytes
    positions: Sequence[StreamPosition]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Sender: bytes of segment `no` (of `total` bytes) from `offset`."""

    session: bytes
    place: int
    no: int
    offset: int
    total: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Ack:
    """Receiver: the stream's position now. `rewind`: bytes were lost, go on from here."""

    session: bytes
    place: int
    position: StreamPosition
    rewind: bool


@dataclass(frozen=True, slots=True)
class Nack:
    """Receiver: segment `no` is refused for good; `code` is the fault's number."""

    session: bytes
    place: int
    no: int
    code: int


@dataclass(frozen=True, slots=True)
class Again:
    """Receiver: I do not know your session (I was restarted); say HELLO."""

    session: bytes


@dataclass(frozen=True, slots=True)
class AskRegistry:
    """Sender: I have registry `number`; is there a newer one? Go on from byte `offset` of it."""

    session: bytes
    number: int
    offset: int


@dataclass(frozen=True, slots=True)
class RegistryPart:
    """Receiver: bytes of registry `number` (of `total` bytes) from `offset`."""

    session: bytes
    number: int
    offset: int
    total: int
    payload: bytes


Frame = Hello | Cursor | Chunk | Ack | Nack | Again | AskRegistry | RegistryPart


def to_bytes(frame: Frame) -> bytes:
    """The frame as it travels."""
    fields: list[Any]
    match frame:
        case Hello(session, offers):
            named = [[at.stream.node, at.stream.db_epoch, at.last, at.mark] for at in offers]
            fields = [_HELLO, session, VERSION, named]
        case Cursor(session, credit, epoch, positions):
            fields = [_CURSOR, session, credit, epoch, [_plain(at) for at in positions]]
        case Chunk(session, place, no, offset, total, payload):
            fields = [_DATA, session, place, no, offset, total, payload]
        case Ack(session, place, position, rewind):
            fields = [_ACK, session, place, _plain(position), rewind]
        case Nack(session, place, no, code):
            fields = [_NACK, session, place, no, code]
        case Again(session):
            fields = [_AGAIN, session]
        case AskRegistry(session, number, offset):
            fields = [_ASK, session, number, offset]
        case RegistryPart(session, number, offset, total, payload):
            fields = [_REGISTRY, session, number, offset, total, payload]
    return encode(fields)


def from_bytes(raw: bytes) -> Frame:
    """The frame in `raw`; raises `BadBatch` for anything else."""
    fields = decode_arrived(raw, "frame")
    if not isinstance(fields, list) or len(fields) < 2 or not _session(fields[1]):
        raise _bad()
    frame = _sender_frame(fields) or _receiver_frame(fields)
    if frame is None:
        raise _bad()
    return frame


def _sender_frame(fields: list[Any]) -> Hello | Chunk | AskRegistry | None:
    match fields:
        case [1, session, 1, list(named)] if len(named) <= STREAMS_MAX:
            offers = [_offer(each) for each in named]
            if len({each.stream for each in offers}) == len(offers):  # a stream has one end
                return Hello(session, offers)
        case [3, session, place, no, offset, total, bytes(payload)]:
            _numbers(place, no, offset, total)
            if place < STREAMS_MAX and len(payload) <= CHUNK_MAX and total <= SEGMENT_MAX:
                return Chunk(session, place, no, offset, total, payload)
        case [7, session, number, offset]:
            _numbers(number, offset)
            return AskRegistry(session, number, offset)
    return None


def _receiver_frame(fields: list[Any]) -> Cursor | Ack | Nack | Again | RegistryPart | None:
    match fields:
        case [2, session, credit, bytes(epoch), list(triples)] if len(triples) <= STREAMS_MAX:
            _numbers(credit)
            return Cursor(session, credit, epoch, [_position(each) for each in triples])
        case [4, session, place, triple, bool(rewind)]:
            _numbers(place)
            return Ack(session, place, _position(triple), rewind)
        case [5, session, place, no, code]:
            _numbers(place, no, code)
            return Nack(session, place, no, code)
        case [6, session]:
            return Again(session)
        case [8, session, number, offset, total, bytes(payload)] if len(payload) <= CHUNK_MAX:
            _numbers(number, offset, total)
            return RegistryPart(session, number, offset, total, payload)
    return None


def _plain(position: StreamPosition) -> list[Any]:
    return [position.no, position.mark, position.offset, position.national]


def _position(plain: Any) -> StreamPosition:
    match plain:
        case [no, bytes(mark), offset, national] if len(mark) == MARK_BYTES:
            _numbers(no, offset, national)
            return StreamPosition(no, mark, offset, national)
    raise _bad()


def _offer(named: Any) -> Offer:
    match named:
        case [str(node), bytes(epoch), last, bytes(mark)] if 0 < len(node) <= _NAME_MAX:
            _numbers(last)
            if len(epoch) == _EPOCH_BYTES and len(mark) == MARK_BYTES:
                return Offer(Stream(node, epoch), last, mark)
    raise _bad()


def _session(session: Any) -> bool:
    return isinstance(session, bytes) and len(session) == _SESSION_BYTES


def _numbers(*numbers: Any) -> None:
    if not all(type(number) is int and 0 <= number < 1 << 53 for number in numbers):
        raise _bad()


def _bad() -> BadBatch:
    return BadBatch("A frame is not what the protocol describes; update the older of both ends.")
