"""Actions of photo, recording and place.

A capture belongs to the question it was begun at: leaving the question, or the visit, stops the
device and discards the content. A place is never guessed: without a fix the citizen chooses the
county and then its town, and the answer carries the accuracy of that.
"""

from __future__ import annotations

from kiosk.filling.capture import (
    TOWN_ACCURACY_M,
    CapturePhase,
    CaptureProgress,
    Capturer,
    Capturing,
)
from kiosk.visit.actions import Action, ActionContext
from kiosk.visit.flow import Signal, State
from kiosk.visit.open_form import filling_of, keep_draft
from kiosk.visit.ports import Ports

_JPEG, _WAV = b"\xff\xd8", b"RIFF"


def capturer_for(ports: Ports, kind: str) -> Capturer | None:
    """The device for a kind of capture, where this kiosk has it."""
    return {"photo": ports.camera, "audio": ports.recorder}[kind]


def take(context: ActionContext, _tail: str) -> Signal | None:
    """Take a photo or begin a recording; an earlier one that was not attached is gone."""
    filling = filling_of(context)
    kind = filling.input.look().name
    device = capturer_for(context.ports, kind)
    taken = CaptureProgress(CapturePhase.RUNNING if device is not None else CapturePhase.FAILED)
    if device is not None:
        device.start()
    context.session.capture = Capturing(kind, filling.place, taken)
    return None


def finish(context: ActionContext, _tail: str) -> Signal | None:
    """The recording is long enough."""
    capture = context.session.capture
    device = capturer_for(context.ports, "audio")
    if capture is not None and device is not None and capture.taken.phase is CapturePhase.RUNNING:
        device.finish()
        capture.taken = device.look()
    return None


def attach(context: ActionContext, _tail: str) -> Signal | None:
    """What was taken becomes the answer."""
    capture, filling = context.session.capture, filling_of(context)
    if capture is None or capture.taken.phase is not CapturePhase.READY:
        return None
    content = capture.taken.content
    if not filling.input.attached.room_for(content):
        filling.input.problem = "question.too_large"
        return None
    ending = "jpg" if content.startswith(_JPEG) else "wav" if content.startswith(_WAV) else "bin"
    filling.input.attach(content, ending)
    context.session.capture = None
    keep_draft(context)
    return None


def remove(context: ActionContext, _tail: str) -> Signal | None:
    """Throw the photo, the recording or the place away."""
    filling = filling_of(context)
    filling.input.detach()
    filling.input.filter, filling.input.county = None, ""
    keep_draft(context)
    return None


def here(context: ActionContext, _tail: str) -> Signal | None:
    """Where the van stands now, if it still knows."""
    fix = context.ports.position()
    if fix is not None:
        filling = filling_of(context)
        filling.input.problem = filling.record.accept(filling.input.question(), fix)
        keep_draft(context)
    return None


def pick_county(context: ActionContext, _tail: str) -> Signal | None:
    """Name the county instead."""
    filling = filling_of(context)
    filling.input.filter, filling.input.county = "", ""
    context.session.page = 0
    return None


def county(context: ActionContext, tail: str) -> Signal | None:
    """A county: then its town, or anywhere else in it."""
    filling_of(context).input.county = tail
    context.session.page = 0
    return None


def near(context: ActionContext, tail: str) -> Signal | None:
    """In or near the town of a county."""
    return _roughly(context, tail, TOWN_ACCURACY_M)


def within(context: ActionContext, tail: str) -> Signal | None:
    """Somewhere in a county: as rough as the county is wide."""
    return _roughly(context, tail, context.ports.catalogue.geography.reach_m(tail))


def _roughly(context: ActionContext, code: str, accuracy_m: int | None) -> Signal | None:
    filling, where = filling_of(context), context.ports.catalogue.geography.middle(code)
    if where is not None and accuracy_m is not None:
        filling.input.filter, filling.input.county = None, ""
        value = f"{where[0]:.4f} {where[1]:.4f} 0 {accuracy_m}"
        filling.input.problem = filling.record.accept(filling.input.question(), value)
        keep_draft(context)
    return None


def watch(context: ActionContext) -> None:
    """Once a tick: what runs is looked at, and stopped when its question is left."""
    session, capture = context.session, context.session.capture
    if capture is None:
        for device in (context.ports.camera, context.ports.recorder):
            if device is not None:
                device.stop()
        return
    device = capturer_for(context.ports, capture.kind)
    filling = session.filling
    away = session.state is not State.QUESTION or filling is None or filling.place != capture.place
    if away or device is None:
        session.capture = None if away else capture
        if device is not None:
            device.stop()
    elif capture.taken.phase is CapturePhase.RUNNING:
        capture.taken = device.look()


CAPTURE: dict[str, Action] = {
    "take": take,
    "record": take,
    "stop-recording": finish,
    "attach": attach,
    "remove": remove,
    "here": here,
    "pick-county": pick_county,
    "county.": county,
    "near.": near,
    "within.": within,
}
