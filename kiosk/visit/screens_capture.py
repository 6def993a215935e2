"""Screens of captures: a photo, a recording, a place. Pure functions."""

from __future__ import annotations

from content.model import County
from kiosk.forms.states import NodeState
from kiosk.view import Block, Element, Role
from kiosk.visit.answering import Filling
from kiosk.visit.capture import Stage, Taken
from kiosk.visit.scene import Scene, fact, notice, paged, tile

COUNTIES_PER_PAGE = 4


def photo(scene: Scene, filling: Filling, asked: NodeState) -> list[Element]:
    """Take, look at it, take again or use it."""
    say, taken = scene.tongue.say, _taken(scene, filling)
    if taken is not None and taken.stage is Stage.READY:
        return [
            tile("take", say("capture.retake"), "replay"),
            tile("attach", say("capture.use_photo"), "check"),
        ]
    if asked.value:
        return [
            tile("take", say("capture.retake"), "replay"),
            tile("remove", say("capture.remove"), "delete"),
        ]
    running = taken is not None and taken.stage is Stage.RUNNING
    return [_off(tile("take", say("capture.take_photo"), "photo_camera"), off=running)]


def audio(scene: Scene, filling: Filling, asked: NodeState) -> list[Element]:
    """Record, stop, and use it or record again."""
    say, taken = scene.tongue.say, _taken(scene, filling)
    if taken is not None and taken.stage is Stage.RUNNING:
        return [tile("stop-recording", say("capture.stop"), "stop_circle")]
    if taken is not None and taken.stage is Stage.READY:
        return [
            tile("record", say("capture.record_again"), "replay"),
            tile("attach", say("capture.use_recording"), "check"),
        ]
    if asked.value:
        return [
            tile("record", say("capture.record_again"), "replay"),
            tile("remove", say("capture.remove"), "delete"),
        ]
    return [tile("record", say("capture.record"), "mic")]


def told(scene: Scene, filling: Filling, asked: NodeState) -> list[Block]:
    """How far a capture is, in words, for the frame to show."""
    say, taken = scene.tongue.say, _taken(scene, filling)
    kind = filling.look().name
    if taken is None:
        key = f"capture.{kind}_attached" if asked.value else f"capture.{kind}_how"
        return [notice(say(key), tone="good" if asked.value else "info")]
    match taken.stage:
        case Stage.FAILED:
            return [notice(say(f"capture.{kind}_failed"), tone="problem", icon="error")]
        case Stage.RUNNING:
            return [notice(say(f"capture.{kind}_running", n=taken.seconds))]
        case Stage.READY:
            return [notice(say(f"capture.{kind}_ready", n=taken.seconds), tone="good")]


def picture(scene: Scene, filling: Filling, asked: NodeState) -> bytes:
    """The photo on the screen: the one just taken, else the attached one."""
    taken = _taken(scene, filling)
    if taken is not None:
        return taken.content if taken.stage is Stage.READY else b""
    return filling.attached.files.get(asked.value, b"") if asked.value else b""


def place(scene: Scene, filling: Filling, asked: NodeState) -> tuple[str, list[Element]]:
    """(look, elements) of a place: what is known, or the fix, or the counties."""
    say = scene.tongue.say
    if asked.value:
        return "place", [tile("remove", say("capture.place_change"), "edit")]
    if scene.fix and filling.filter is None:
        return "place", [
            tile("here", say("capture.place_here"), "my_location"),
            tile("pick-county", say("capture.place_county"), "map"),
        ]
    field = Element(
        id="filter",
        role=Role.FIELD,
        label=say("capture.place_which"),
        value=filling.filter or "",
        icon="search",
    )
    wanted = (filling.filter or "").casefold().strip()
    found = [each for each in scene.catalogue.counties() if wanted in each.name.casefold()]
    shown, _, paging = paged(scene, found, COUNTIES_PER_PAGE)
    return "search", [field, *(_county(each) for each in shown), *paging]


def where(scene: Scene, asked: NodeState) -> list[Block]:
    """The answer in words: degrees, and how exact."""
    parts = asked.value.split()
    if len(parts) < 2:
        return []
    exact = float(parts[3]) if len(parts) > 3 else 0.0
    key = "capture.place_exact" if exact < 1_000 else "capture.place_rough"
    words = scene.tongue.say(key, n=f"{exact:.0f}", km=f"{exact / 1_000:.0f}")
    return [fact(f"{float(parts[0]):.4f}, {float(parts[1]):.4f}", words, "location_on")]


def _county(county: County) -> Element:
    return Element(id=f"county.{county.code}", role=Role.CHOICE, label=county.name, icon="map")


def _taken(scene: Scene, filling: Filling) -> Taken | None:
    capture = scene.session.capture
    return capture.taken if capture is not None and capture.place == filling.place else None


def _off(element: Element, *, off: bool) -> Element:
    return Element(
        id=element.id,
        role=element.role,
        label=element.label,
        icon=element.icon,
        enabled=not off,
    )
