"""Device calls: how a visit asks the device service for a photo, a light, a volume.

Messages are MessagePack over the node's own ipc socket (a folder of mode 0700), and are never
stored. A call is answered at once with `Done`; the photo follows as a push to whoever asked last,
or `NoPhoto`. Codes the camera sees are scans like any other and go where scans go. When the device
service does not run there is no answer and the caller goes on: a photo question can be skipped
unless its form requires it.
"""

from __future__ import annotations

import msgspec

from peripherals.device_loop.loop import DeviceLoop, NamedEvent
from peripherals.devices.call_button import Light, SetLight
from peripherals.devices.camera import CameraFrame, NothingSeen, StopCamera, TakeFrame, WatchCodes
from peripherals.devices.levels import SetLevel
from sync.transports.zmq_transport import ZmqClient, ZmqServer

ANSWER_S = 0.3
PHOTO_S = 7.0
PHOTO_BYTES_MAX = 900_000


class TakePhoto(msgspec.Struct, frozen=True, tag="take-photo"):
    """One picture of whoever stands before the kiosk and asked for it."""


class WatchForCodes(msgspec.Struct, frozen=True, tag="watch-for-codes"):
    """Look for a code with the camera, `seconds` at most."""

    seconds: float


class StopWatching(msgspec.Struct, frozen=True, tag="stop-watching"):
    """The camera off, now."""


class ShowLight(msgspec.Struct, frozen=True, tag="show-light"):
    """The light on the case: off, on, blink or flash."""

    light: Light


class SetVolume(msgspec.Struct, frozen=True, tag="set-volume"):
    """The voice, in percent."""

    percent: int


class SetBrightness(msgspec.Struct, frozen=True, tag="set-brightness"):
    """The screen, in percent."""

    percent: int


Call = TakePhoto | WatchForCodes | StopWatching | ShowLight | SetVolume | SetBrightness


class Done(msgspec.Struct, frozen=True, tag="done"):
    """Whether a device took the call."""

    ok: bool


class Photo(msgspec.Struct, frozen=True, tag="photo"):
    """The picture, a JPEG."""

    jpeg: bytes

    def __repr__(self) -> str:
        return f"Photo({len(self.jpeg)} bytes)"


class NoPhoto(msgspec.Struct, frozen=True, tag="no-photo"):
    """There will be no picture."""


Answer = Done | Photo | NoPhoto

_encoder = msgspec.msgpack.Encoder()
_calls: msgspec.msgpack.Decoder[Call] = msgspec.msgpack.Decoder(Call)
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def order_of(call: Call) -> tuple[str, object]:
    """The device a call is for, and what it is told."""
    match call:
        case TakePhoto():
            return "camera", TakeFrame()
        case WatchForCodes(seconds):
            return "camera", WatchCodes(seconds)
        case StopWatching():
            return "camera", StopCamera()
        case ShowLight(light):
            return "gpio", SetLight(light)
        case SetVolume(percent):
            return "audio", SetLevel(percent)
        case SetBrightness(percent):
            return "brightness", SetLevel(percent)


class DeviceCallServer:
    """The service's end; the equipment unit polls it every turn."""

    def __init__(self, endpoint: str) -> None:
        self._server = ZmqServer(endpoint)
        self._asked: str | None = None

    def fileno(self) -> int:
        return int(self._server.sockets()[0].fileno())

    def serve(self, device_loop: DeviceLoop) -> None:
        """Answer every call that waits."""
        for request in self._server.poll(0):
            try:
                call = _calls.decode(request.payload)
            except msgspec.MsgspecError:
                continue
            name, order = order_of(call)
            ok = device_loop.tell(name, order)
            if isinstance(call, TakePhoto):
                self._asked = request.peer if ok else None
            self._server.reply(request, _encoder.encode(Done(ok)))

    def heard(self, heard: NamedEvent) -> None:
        """Pass a picture, or that there is none, to whoever asked for it."""
        if self._asked is None:
            return
        match heard.event:
            case CameraFrame(jpeg):
                answer = Photo(jpeg) if len(jpeg) <= PHOTO_BYTES_MAX else NoPhoto()
            case NothingSeen():
                answer = NoPhoto()
            case _:
                return
        self._server.push(self._asked, _encoder.encode(answer))
        self._asked = None

    def close(self) -> None:
        self._server.close()


class DeviceCaller:
    """The visit's end."""

    def __init__(self, endpoint: str) -> None:
        self._client = ZmqClient(endpoint)

    def call(self, call: Call) -> bool:
        """Whether a device took it; False also when the service is away."""
        frame = self._client.request(_encoder.encode(call), ANSWER_S)
        answer = None if frame is None else _read(frame)
        return isinstance(answer, Done) and answer.ok

    def photo(self, timeout_s: float = 0.0) -> Photo | NoPhoto | None:
        """The picture asked for, when it has arrived; None while it has not.

        `PHOTO_S` after the call without either, there will be none.
        """
        frame = self._client.receive(timeout_s)
        answer = None if frame is None else _read(frame)
        return answer if isinstance(answer, Photo | NoPhoto) else None

    def close(self) -> None:
        self._client.close()


def _read(frame: bytes) -> Answer | None:
    try:
        return _answers.decode(frame)
    except msgspec.MsgspecError:
        return None
