"""The centre's process: answers kiosks over CURVE; a kiosk's name is the one its key proves."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kiosk.centre.authority import Authority
from kiosk.centre.local_client import answer
from kiosk.queue.protocol import StaffCall, encode, read_ask
from provisioning.node.site import Node
from sync.transports.zmq_transport import ZmqServer

POLL_S = 0.5
_KIOSKS = frozenset({"kiosk", "van"})


def kiosks_of(node: Node) -> Callable[[bytes], str | None]:
    """Who may ask this centre for numbers: kiosks of its own site, by their CURVE key."""
    site = node.settings.node.site

    def allowed(public: bytes) -> str | None:
        found = node.registry.by_curve(public)
        if found is None or found.role not in _KIOSKS or found.site != site:
            return None
        return found.name

    return allowed


def serve(
    authority: Authority,
    server: ZmqServer,
    stopped: Callable[[], bool],
    on_call: Callable[[str], None] = lambda _: None,
) -> None:
    """Answer kiosks until `stopped` says so; what is no request is dropped. `on_call` is told the
    kiosk at which a citizen asks for a person.
    """
    while not stopped():
        for request in server.poll(POLL_S):
            try:
                message = read_ask(request.payload)
            except msgspec.MsgspecError:
                continue
            server.reply(request, encode(answer(authority, request.peer, message)))
            if isinstance(message, StaffCall):
                on_call(request.peer)
