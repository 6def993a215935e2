"""IPC: the messages between a screen, or a story, and the core process of its node.

Frames are MessagePack of the structs in `kiosk/ui_protocol/view.py`: events up, whole views down.
A view is pushed to everybody who sent `ViewRequest` whenever it changes; the sender of an event
gets the view after it. `CoreClient` never blocks a screen: it sends and polls, and asks for the
view again when the core does not answer (it may have been restarted).
"""

from __future__ import annotations

import msgspec

from kiosk.ui_protocol.view import UiEvent, View, ViewRequest
from provisioning.clock import SystemClock
from provisioning.faults import INPUT_ERRORS
from provisioning.node.site import socket_now
from sync.transports.zmq_transport import ZmqClient

HELLO_S = 1.0
"""Without a view for this long, ask for one."""
SILENCE_S = 3.0
"""Without a view for this long, the screen no longer shows what may be somebody's."""

SILENT_CORE = View(
    number=0,
    state="unavailable",
    language="en",
    title="One moment, please",
    subtitle="Tafadhali subiri kidogo",
)
"""What a screen shows by itself while the core is silent: nothing of any visit, and nothing to
touch. In both languages, since the visit's is unknown to the screen.
"""


class UnreadableFrame(Exception):
    """What a screen, or somebody in its place, sent is no event."""


_encoder = msgspec.msgpack.Encoder()
_events: msgspec.msgpack.Decoder[UiEvent] = msgspec.msgpack.Decoder(UiEvent)
_views = msgspec.msgpack.Decoder(View)


def encode(message: UiEvent | View) -> bytes:
    """The frame of an event or a view."""
    return _encoder.encode(message)


def read_event(frame: bytes) -> UiEvent:
    """An event; raises `UnreadableFrame` for anything else."""
    try:
        return _events.decode(frame)
    except (msgspec.MsgspecError, *INPUT_ERRORS) as error:
        raise UnreadableFrame(
            f"A frame of {len(frame)} bytes is no event; it is dropped."
        ) from error


def read_view(frame: bytes) -> View:
    """A view; raises `msgspec.MsgspecError` for anything else."""
    return _views.decode(frame)


class CoreClient:
    """The screen's end. `endpoint` is `ipc://` and the path of the node's core socket. While the
    core is silent it is looked for here and, in turns, where the socket is while the card is
    read-only.
    """

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._link = ZmqClient(endpoint)
        self._monotonic = SystemClock().monotonic
        self._heard = -HELLO_S
        self._answered = self._monotonic()
        self._looked = 0.0
        self._silent = False

    def poll(self) -> View | None:
        """The newest view that arrived since the last poll; None when there is none. A core that
        is silent for `SILENCE_S` is `SILENT_CORE`, once.
        """
        newest: View | None = None
        moved = self._link.moved
        while (frame := self._link.receive(0)) is not None:
            newest = read_view(frame)
        if self._link.moved != moved:
            self._heard = -HELLO_S  # a fresh core does not know this screen yet
        now = self._monotonic()
        if newest is not None:
            self._heard = self._answered = now
            self._silent = False
        elif now - self._heard >= HELLO_S:
            if self._silent and now - self._looked >= SILENCE_S:
                self._looked = now
                self._look_elsewhere()
            if self._link.send(encode(ViewRequest())):
                self._heard = now
        if newest is None and not self._silent and now - self._answered >= SILENCE_S:
            self._silent = True
            return SILENT_CORE
        return newest

    def _look_elsewhere(self) -> None:
        now = f"ipc://{socket_now(self._endpoint.removeprefix('ipc://'))}"
        wanted = now if self._link.endpoint == self._endpoint else self._endpoint
        if wanted != self._link.endpoint:
            self._link.endpoint = wanted
            self._link.rebuild()

    def send(self, event: UiEvent) -> bool:
        """Send without waiting; False when the core is away (the touch is lost, as it should be:
        nobody may act later on a screen that is gone).
        """
        return self._link.send(encode(event))

    def ask(self, event: UiEvent, deadline_s: float) -> View | None:
        """Send and wait for the view after it; for stories and tests."""
        frame = self._link.request(encode(event), deadline_s)
        return None if frame is None else read_view(frame)

    def close(self) -> None:
        self._link.close()
