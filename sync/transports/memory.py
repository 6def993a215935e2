"""Memory transport: links of simulations, with the losses a test asks for.

`MemoryNet` joins clients to one server without sockets or time. What happens to a frame on its way
is decided by `outcome`, which tests drive: deliver, drop, double or hold back. Like ZeroMQ it
guarantees no delivery.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum


class FrameOutcome(Enum):
    """What becomes of a frame."""

    DELIVER = "deliver"
    DROP = "drop"
    DOUBLE = "double"
    HOLD = "hold"
    """Overtaken by the next frame that is not held."""


@dataclass(frozen=True, slots=True)
class MemoryRequest:
    """A frame at the server."""

    peer: str
    payload: bytes


def _kind(_: bytes) -> FrameOutcome:
    return FrameOutcome.DELIVER


@dataclass(slots=True)
class MemoryNet:
    """One server and its clients. `up` False: nobody is connected, sends fail."""

    outcome: Callable[[bytes], FrameOutcome] = _kind
    up: bool = True
    to_server: deque[MemoryRequest] = field(default_factory=deque)
    to_client: dict[str, deque[bytes]] = field(default_factory=dict)
    carried: int = 0
    _held: list[Callable[[], None]] = field(default_factory=list)

    def carry(self, frame: bytes, deliver: Callable[[], None]) -> None:
        """Let `frame` meet its fate."""
        self.carried += len(frame)
        match self.outcome(frame):
            case FrameOutcome.DROP:
                return
            case FrameOutcome.HOLD:
                self._held.append(deliver)
                return
            case FrameOutcome.DOUBLE:
                deliver()
                deliver()
            case FrameOutcome.DELIVER:
                deliver()
        held, self._held = self._held, []
        for late in held:
            late()

    def cut(self) -> None:
        """The line drops with everything on it."""
        self.to_server.clear()
        self.to_client.clear()
        self._held.clear()


class MemoryClient:
    """The end that connects, as `peer`."""

    def __init__(self, net: MemoryNet, peer: str) -> None:
        self._net = net
        self._peer = peer

    def send(self, payload: bytes, timeout_s: float = 0.0) -> bool:
        """Send; False when the net is down."""
        del timeout_s  # nothing here takes time
        if not self._net.up:
            return False
        request = MemoryRequest(self._peer, payload)
        self._net.carry(payload, lambda: self._net.to_server.append(request))
        return True

    def receive(self, timeout_s: float) -> bytes | None:
        """The next frame, or None."""
        del timeout_s
        waiting = self._net.to_client.get(self._peer)
        return waiting.popleft() if waiting else None

    def rebuild(self) -> None:
        """A new connection: what was on the old one is gone."""
        self._net.to_client.pop(self._peer, None)


class MemoryServer:
    """The end that binds."""

    def __init__(self, net: MemoryNet) -> None:
        self._net = net

    def poll(self, timeout_s: float) -> list[MemoryRequest]:
        """Every frame that has come."""
        del timeout_s
        requests = list(self._net.to_server)
        self._net.to_server.clear()
        return requests

    def push(self, peer: str, payload: bytes) -> bool:
        """Send to `peer`; False when the net is down."""
        if not self._net.up:
            return False
        waiting = self._net.to_client.setdefault(peer, deque())
        self._net.carry(payload, lambda: waiting.append(payload))
        return True
