"""ZeroMQ links that carry frames; with zap.py the only importer of zmq.

`ZmqServer` (ROUTER) and `ZmqClient` (DEALER) carry whole frames between two processes, in a node
over ipc and between nodes over TCP with CURVE. Rules:
- A link guarantees no delivery: a frame may be lost at any moment without notice; senders keep it
  in a store and send it again (measured: raw ZeroMQ loses a quarter of what it holds when a line
  drops). So there are no heartbeats and no waiting queues here: LINGER 0, small high-water marks,
  IMMEDIATE 1, and a client that got no answer builds a new socket.
- With keys, the server accepts only public keys that `allowed` knows (`zap.ZapAuthenticator`,
  served from `poll`) and asks `allowed` again for every frame, so a revoked key is cut off at once
  although its connection is open. A frame's `peer` is the name `allowed` gave for the key, never
  what the client claims.
- A client that was given a `ServerKey` asks it once a second: a server that is revoked, out of its
  dates or enrolled anew is spoken to no longer than that.
- A server whose process is replaced by the next one tells its clients (`move_on`): they connect
  anew at once, and a request it has not answered, which it then never took, is sent again.
- Frames larger than `FRAME_MAX` end the connection that sent them.
- A link that nobody closed is closed, sockets first, when it is forgotten: a context that ends
  before its sockets waits for them for ever, in the middle of whatever the process was doing.
"""

from __future__ import annotations

import os
import select
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import zmq

from provisioning.clock import SystemClock
from provisioning.faults import Fault
from sync.transports.doorbell import Doorbell
from sync.transports.zap import Allowed, CurveKeys, ZapAuthenticator, raw_key

__all__ = ["CurveKeys", "Doorbell", "LinkFault", "ZmqClient", "ZmqRequest", "ZmqServer", "ready"]

FRAME_MAX = 1 << 20
_HIGH_WATER = 64
_DRAIN_MAX = 256
_PEERS_MAX = 4_096
_HANDSHAKE_MS = 20_000
_LOOK_S = 1.0
_ASK, _ANSWER, _PUSH, _MOVED = b"?", b"=", b"!", b"~"
_HEAR_S = 0.3
"""So long a server that moves on stays for its clients to read so: a connection that closes takes
along what its client has not read.
"""

ServerKey = Callable[[], bytes | None]
"""The server's CURVE key (32 raw bytes) as of now, or None when there is nobody to speak to."""

# Deadlines of real sockets are kept on the machine's own monotonic clock, never a virtual one.
_monotonic = SystemClock().monotonic


class LinkFault(Fault):
    """A link cannot be opened: the address is taken, wrong or out of reach."""

    code = 45


@dataclass(frozen=True, slots=True)
class ZmqRequest:
    """A frame that arrived at a server. `peer` is authenticated when the server has keys."""

    peer: str
    payload: bytes
    route: bytes
    tag: bytes


def _limits(socket: zmq.Socket[bytes]) -> None:
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.SNDHWM, _HIGH_WATER)
    socket.setsockopt(zmq.RCVHWM, _HIGH_WATER)
    socket.setsockopt(zmq.MAXMSGSIZE, FRAME_MAX)
    socket.setsockopt(zmq.HANDSHAKE_IVL, _HANDSHAKE_MS)
    socket.setsockopt(zmq.TCP_KEEPALIVE, 1)
    socket.setsockopt(zmq.TCP_KEEPALIVE_IDLE, 60)


def _milliseconds(deadline: float) -> int:
    return max(0, int((deadline - _monotonic()) * 1000 + 0.999))


class _Ending:
    """Ends a link in the right order: when told to, else when its `owner` is forgotten."""

    def __init__(self, owner: object, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        self.sockets: list[zmq.Socket[bytes]] = []
        # It holds context and sockets itself, so that none of them is forgotten before it has run.
        self.now = weakref.finalize(owner, _end, context, self.sockets)
        self.now.atexit = False


def _end(context: zmq.Context[zmq.Socket[bytes]], sockets: list[zmq.Socket[bytes]]) -> None:
    for socket in sockets:
        socket.close(linger=0)
    context.term()


def point_at(path: str, serving: str) -> None:
    """Let whoever connects to `path` come to the socket `serving`, in one step."""
    fresh = Path(f"{path}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path(serving).name)
    fresh.replace(path)


class ZmqServer:
    """The end that binds. Poll it often: handshakes of new clients are answered in `poll`.

    `endpoint` is `tcp://HOST:PORT` (port 0: any; read it back) or `ipc://PATH`. Raises
    `LinkFault` when the address cannot be bound.
    """

    def __init__(
        self, endpoint: str, keys: CurveKeys | None = None, allowed: Allowed | None = None
    ) -> None:
        assert keys is None or allowed is not None, "a keyed server must say whom it allows"
        self._routes: OrderedDict[str, bytes] = OrderedDict()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._authenticator: ZapAuthenticator | None = None
        self._socket: zmq.Socket[bytes] = self._context.socket(zmq.ROUTER)
        self._ending = _Ending(self, self._context)
        self._ending.sockets.append(self._socket)
        _limits(self._socket)
        self._socket.setsockopt(zmq.ROUTER_MANDATORY, 1)
        if keys is not None and allowed is not None:
            self._authenticator = ZapAuthenticator(self._context, self._socket, keys, allowed)
            self._ending.sockets.append(self._authenticator.socket)
        try:
            self._socket.bind(endpoint)
        except zmq.ZMQError as error:
            self.close()
            msg = f"The address {endpoint} cannot be used ({error}); free it or set another."
            raise LinkFault(msg) from error
        self.endpoint = self._socket.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0")

    @property
    def refused(self) -> int:
        """Handshakes and frames turned away because their key is not (or no longer) known."""
        return 0 if self._authenticator is None else self._authenticator.refused

    def poll(self, timeout_s: float) -> list[ZmqRequest]:
        """Every frame that is waiting, or that arrives first within `timeout_s`."""
        deadline = _monotonic() + timeout_s
        poller = zmq.Poller()
        for each in self.sockets():
            poller.register(each, zmq.POLLIN)
        while True:
            events = dict(poller.poll(_milliseconds(deadline)))
            if self._authenticator is not None and self._authenticator.socket in events:
                self._authenticator.answer()
            requests = self._drain() if self._socket in events else []
            if requests or _monotonic() >= deadline:
                return requests

    def sockets(self) -> list[zmq.Socket[bytes]]:
        """What `ready` waits on."""
        return (
            [self._socket]
            if self._authenticator is None
            else [self._socket, self._authenticator.socket]
        )

    def descriptors(self) -> list[int]:
        """File descriptors that become readable when `poll` may have something to do."""
        return [int(each.getsockopt(zmq.FD)) for each in self.sockets()]

    def reply(self, request: ZmqRequest, payload: bytes) -> bool:
        """Answer `request`; False when its sender is gone or not reading."""
        tag = _ANSWER + request.tag[1:] if request.tag[:1] == _ASK else _PUSH
        return self._send(request.route, tag, payload)

    def push(self, peer: str, payload: bytes) -> bool:
        """Send to the newest connection of `peer`; False when it has none or is not reading."""
        route = self._routes.get(peer)
        return route is not None and self._send(route, _PUSH, payload)

    def move_on(self) -> None:
        """Tell every client that the next process serves now, and close. What has arrived and
        was not polled is not taken: its senders send it again.
        """
        for route in self._routes.values():
            self._send(route, _MOVED, b"")
        select.select([], [], [], _HEAR_S)
        self.close()

    def close(self) -> None:
        self._ending.now()

    def _send(self, route: bytes, tag: bytes, payload: bytes) -> bool:
        try:
            self._socket.send_multipart([route, tag, payload], zmq.DONTWAIT)
        except zmq.ZMQError:  # EHOSTUNREACH (gone) or EAGAIN (its queue is full)
            return False
        return True

    def _drain(self) -> list[ZmqRequest]:
        requests: list[ZmqRequest] = []
        for _ in range(_DRAIN_MAX):
            try:
                frames = self._socket.recv_multipart(zmq.DONTWAIT, copy=False)
            except zmq.Again:
                break
            if len(frames) != 3 or not frames[1].bytes:
                continue
            route = frames[0].bytes
            peer = (
                route.hex() if self._authenticator is None else self._authenticator.peer(frames[2])
            )
            if peer is None:
                continue
            self._routes[peer] = route
            self._routes.move_to_end(peer)
            if len(self._routes) > _PEERS_MAX:
                self._routes.popitem(last=False)
            requests.append(ZmqRequest(peer, frames[2].bytes, route, frames[1].bytes))
        return requests


class ZmqClient:
    """The end that connects; it connects again by itself, and after silence with a new socket."""

    def __init__(
        self,
        endpoint: str,
        keys: CurveKeys | None = None,
        server_public: bytes | str | ServerKey | None = None,
    ) -> None:
        assert (keys is None) == (server_public is None), "CURVE needs both our keys and theirs"
        self.endpoint = endpoint
        self._keys = keys
        self._ask_key = server_public if callable(server_public) else None
        self._asked_at = _monotonic()
        known = self._ask_key() if self._ask_key is not None else server_public
        self._server_public = None if known is None else raw_key(known)  # type: ignore[arg-type]
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._pushes: deque[bytes] = deque(maxlen=_HIGH_WATER)
        self.moved = 0
        """How often the server's next process took over."""
        self._count = 0
        self._ending = _Ending(self, self._context)
        self._socket = self._connect()

    def request(self, payload: bytes, deadline_s: float) -> bytes | None:
        """Send and wait for the answer; None when none came within `deadline_s`."""
        deadline = _monotonic() + deadline_s
        self._count += 1
        number = self._count.to_bytes(8, "big")
        if self._post(_ASK + number, payload, deadline):
            while (frames := self._next(deadline)) is not None:
                if frames[0] == _ANSWER + number:
                    return frames[1]
                self._take(frames)
                if frames[0] == _MOVED and not self._post(_ASK + number, payload, deadline):
                    break
        self.rebuild()
        return None

    def send(self, payload: bytes, timeout_s: float = 0.0) -> bool:
        """Send without waiting for an answer; False when the line is down or full."""
        return self._post(_PUSH, payload, _monotonic() + timeout_s)

    def receive(self, timeout_s: float) -> bytes | None:
        """The next pushed frame, or None after `timeout_s`."""
        deadline = _monotonic() + timeout_s
        while not self._pushes:
            frames = self._next(deadline)
            if frames is None:
                return None
            self._take(frames)
        return self._pushes.popleft()

    def _take(self, frames: tuple[bytes, bytes]) -> None:
        if frames[0] == _PUSH:
            self._pushes.append(frames[1])
        elif frames[0] == _MOVED:
            self.moved += 1
            self.rebuild()

    def rebuild(self) -> None:
        """Drop the connection and everything in it; connect anew."""
        self._socket.close(linger=0)
        self._ending.sockets.clear()
        self._socket = self._connect()

    def sockets(self) -> list[zmq.Socket[bytes]]:
        """What `ready` waits on."""
        return [self._socket]

    def close(self) -> None:
        self._ending.now()

    def _connect(self) -> zmq.Socket[bytes]:
        socket: zmq.Socket[bytes] = self._context.socket(zmq.DEALER)
        self._ending.sockets.append(socket)
        _limits(socket)
        socket.setsockopt(zmq.IMMEDIATE, 1)
        socket.setsockopt(zmq.RECONNECT_IVL, 50)
        socket.setsockopt(zmq.RECONNECT_IVL_MAX, 2_000)
        if self._keys is not None and self._server_public is not None:
            socket.setsockopt(zmq.CURVE_SECRETKEY, raw_key(self._keys.curve_secret))
            socket.setsockopt(zmq.CURVE_PUBLICKEY, raw_key(self._keys.curve_public))
            socket.setsockopt(zmq.CURVE_SERVERKEY, self._server_public)
        elif self._keys is not None:
            return socket  # nobody to speak to now: a socket that is not connected sends nothing
        try:
            socket.connect(self.endpoint)
        except zmq.ZMQError as error:
            msg = f"The address {self.endpoint} makes no sense ({error}); correct the setting."
            raise LinkFault(msg) from error
        return socket

    def _look(self) -> None:
        """Once a second: who the server is now. Another key, or none, ends the connection."""
        if self._ask_key is None or _monotonic() - self._asked_at < _LOOK_S:
            return
        self._asked_at = _monotonic()
        now = self._ask_key()
        if now != self._server_public:
            self._server_public = now
            self._pushes.clear()
            self.rebuild()

    def _post(self, tag: bytes, payload: bytes, deadline: float) -> bool:
        self._look()
        if not self._socket.poll(_milliseconds(deadline), zmq.POLLOUT):
            return False
        while (frames := self._next(0)) is not None:  # it may have moved: not to be taken for later
            self._take(frames)
            if frames[0] == _MOVED:
                return self._post(tag, payload, deadline)
        try:
            self._socket.send_multipart([tag, payload], zmq.DONTWAIT)
        except zmq.Again:
            return False
        return True

    def _next(self, deadline: float) -> tuple[bytes, bytes] | None:
        self._look()
        while self._socket.poll(_milliseconds(deadline), zmq.POLLIN):
            frames = self._socket.recv_multipart(zmq.DONTWAIT)
            if len(frames) == 2:
                return frames[0], frames[1]
        return None


Link = ZmqServer | ZmqClient | Doorbell


def ready(links: Sequence[Link], timeout_s: float) -> list[Link]:
    """The links with something to read, waiting up to `timeout_s` for the first: one loop for
    a process that has several. Then call `poll(0)`, `receive(0)` or `wait(0)` on each.
    """
    poller = zmq.Poller()
    owners: dict[object, Link] = {}
    for link in links:
        if isinstance(link, ZmqClient) and link._pushes:
            timeout_s = 0.0
        for source in [link.fileno()] if isinstance(link, Doorbell) else link.sockets():
            poller.register(source, zmq.POLLIN)
            owners[source] = link
    found = {id(owners[source]) for source, _ in poller.poll(int(timeout_s * 1000 + 0.999))}
    return [
        link
        for link in links
        if id(link) in found or (isinstance(link, ZmqClient) and link._pushes)
    ]
