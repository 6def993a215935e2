"""Ports of the engine: what it needs of transports, stores and the registry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sync.batches.batch import SignedEnvelope, Stream
from sync.batches.chain import AppendResult, StreamProgress
from sync.batches.claims import Claims


class ClientLink(Protocol):
    """What an uplink needs of a transport: `zmq_transport.ZmqClient`, `memory.MemoryClient`."""

    def send(self, payload: bytes, timeout_s: float = 0.0) -> bool: ...

    def receive(self, timeout_s: float) -> bytes | None: ...

    def rebuild(self) -> None: ...


class Arrived(Protocol):
    """A frame at a server link."""

    @property
    def peer(self) -> str: ...

    @property
    def payload(self) -> bytes: ...


class ServerLink(Protocol):
    """What a gateway needs of a transport: `zmq_transport.ZmqServer`, `memory.MemoryServer`."""

    def poll(self, timeout_s: float) -> Sequence[Arrived]: ...

    def push(self, peer: str, payload: bytes) -> bool: ...


class SegmentSource(Protocol):
    """Segments to send: `outbox.Outbox`, `relay.Relay`."""

    def offers(self) -> list[StreamProgress]: ...

    def settled(self) -> list[StreamProgress]:
        """Streams of which upstream has everything, as far as is known: offered again when its
        database became another one.
        """
        ...

    def raw(self, stream: Stream, no: int) -> bytes | None: ...

    def acked(self, claimed: StreamProgress, at: datetime, *, fresh: bool = False) -> bool:
        """Note what upstream says it has; True when it is news. Raises `Fork` when its segment
        is another than ours of the same number: then it has not got ours. Only a `fresh` word
        that falls behind an older one means that upstream lost something.
        """
        ...


class Intake(Protocol):
    """Where segments go: `relay.Relay`, a `national.store.NationalStore`."""

    def progress(self, stream: Stream) -> StreamProgress: ...

    def take(
        self, envelope: SignedEnvelope, via: str, at: datetime, claims: Claims | None = None
    ) -> AppendResult:
        """Judge and store a segment; one against the `claims` of its node is set aside."""
        ...

    def contradicts(self, stream: Stream, no: int, mark: bytes, at: datetime) -> bool:
        """Whether a sender's segment `no` is another than the stored one; noted if so."""
        ...

    def share_used_up(self, node: str, at: datetime) -> bool:
        """Whether nothing more of `node` is taken for now."""
        ...


class PeerDirectory(Protocol):
    """Who is who: `peer_registry.PeerRegistry`."""

    def signing_key(self, node: str) -> Ed25519PublicKey:
        """The key of `node`; raises `NotSigned` for a stranger or a revoked node."""
        ...

    def claims(self, node: str) -> Claims:
        """What the entries of `node` may say; raises `NotSigned` as `signing_key` does."""
        ...

    def may_send(self, peer: str, node: str) -> bool:
        """Whether `peer` may bring the journal of `node`."""
        ...


class Watcher(Protocol):
    """Who is told how the line is: `status.LinkLog`."""

    def up(self, at: datetime) -> None: ...

    def down(self) -> None: ...

    def sent(self, size: int) -> None: ...

    def blocked(self, stream: Stream, code: int) -> None: ...

    def accepted(self, stream: Stream) -> None: ...
