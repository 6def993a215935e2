"""ZAP: which keys may connect to a CURVE server (ZeroMQ RFC 27).

libzmq asks over an inproc socket of the server's own context; the server's loop answers, so no
thread is needed. The User-Id of an accepted connection is the key itself, in hex: the server
looks it up again for every frame, which is how revocation reaches an open connection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import zmq
from zmq.utils import z85

_ENDPOINT = "inproc://zeromq.zap.01"

Allowed = Callable[[bytes], str | None]
"""The name that owns a CURVE public key (32 bytes), or None when nobody known does."""


class CurveKeys(Protocol):
    """A node's CURVE key pair: 32 raw bytes each, or their Z85 text."""

    @property
    def curve_secret(self) -> bytes: ...

    @property
    def curve_public(self) -> bytes: ...


def raw_key(key: bytes | str) -> bytes:
    """32 raw bytes of a CURVE key given raw or as Z85 text."""
    text = key.encode() if isinstance(key, str) else bytes(key)
    return z85.decode(text) if len(text) == 40 else text


class ZapAuthenticator:
    """Guards one server socket; make it before the socket is bound."""

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        guarded: zmq.Socket[bytes],
        keys: CurveKeys,
        allowed: Allowed,
    ) -> None:
        self._allowed = allowed
        self.refused = 0
        self.socket: zmq.Socket[bytes] = context.socket(zmq.REP)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.bind(_ENDPOINT)
        guarded.setsockopt(zmq.CURVE_SERVER, 1)
        guarded.setsockopt(zmq.CURVE_SECRETKEY, raw_key(keys.curve_secret))
        guarded.setsockopt(zmq.ZAP_DOMAIN, b"huduma")

    def answer(self) -> None:
        """One request of seven frames (version, id, domain, address, route, mechanism, key)."""
        frames = self.socket.recv_multipart()
        version, request_id, mechanism = frames[0], frames[1], frames[5]
        key = frames[6] if len(frames) > 6 else b""
        known = mechanism == b"CURVE" and len(key) == 32 and self._allowed(key) is not None
        status, text = (b"200", b"OK") if known else (b"400", b"unknown key")
        self.refused += 0 if known else 1
        user = key.hex().encode() if known else b""
        self.socket.send_multipart([version, request_id, status, text, user, b""])

    def peer(self, frame: zmq.Frame) -> str | None:
        """The name behind an accepted connection's frame, as of now."""
        name = self._allowed(bytes.fromhex(str(frame.get("User-Id"))))
        self.refused += 0 if name is not None else 1
        return name
