"""Screens of captures: a photo, a recording, a place. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from content.catalogue.model import County
from content.faults import NotInPack
from content.search.list_filter import SearchableList
from content.xforms.results import NodeState
from kiosk.filling.capture import TOWN_ACCURACY_M, CapturePhase, CaptureProgress
from kiosk.filling.filling import Filling
from kiosk.ui_protocol.view import Block, Element, Role
from kiosk.visit.screen import ScreenContext, fact, notice, paged, text, tile

COUNTIES_PER_PAGE = 4

Shown = tuple[str, list[Element], tuple[int, int]]
"""A look, its elements, and (this page, of how many)."""


def photo(context: ScreenContext, filling: Filling, asked: NodeState) -> list[Element]:
    """Take, look at it, take again or use it."""
    say, taken = context.translator.say, _taken(context, filling)
    again = tile("take", say("capture.retake"), "replay")
    if done := _done(context, taken, asked, again, "capture.use_photo"):
        return done
    running = taken is not None and taken.phase is CapturePhase.RUNNING
    return [_off(tile("take", say("capture.take_photo"), "photo_camera"), off=running)]


def audio(context: ScreenContext, filling: Filling, asked: NodeState) -> list[Element]:
    """Record, stop, and use it or record again."""
    say, taken = context.translator.say, _taken(context, filling)
    if taken is not None and taken.phase is CapturePhase.RUNNING:
        return [tile("stop-recording", say("capture.stop"), "stop_circle")]
    again = tile("record", say("capture.record_again"), "replay")
    done = _done(context, taken, asked, again, "capture.use_recording")
    return done or [tile("record", say("capture.record"), "mic")]


def _done(
    context: ScreenContext,
    taken: CaptureProgress | None,
    asked: NodeState,
    again: Element,
    use: str,
) -> list[Element]:
    """What can be done with something that is there: used, taken again, removed; else nothing."""
    say = context.translator.say
    if taken is not None and taken.phase is CapturePhase.READY:
        return [again, tile("attach", say(use), "check")]
    if asked.value:
        return [again, tile("remove", say("capture.remove"), "delete")]
    return []


def told(context: ScreenContext, filling: Filling, asked: NodeState) -> list[Block]:
    """How far a capture is, in words, for the frame to show."""
    say, taken = context.translator.say, _taken(context, filling)
    kind = filling.input.look().name
    if taken is None:
        if kind == "attach" and asked.required:
            return [notice(say("capture.attach_needed"), tone="warn", icon="support_agent")]
        key = f"capture.{kind}_attached" if asked.value else f"capture.{kind}_how"
        return [notice(say(key), tone="good" if asked.value else "info")]
    match taken.phase:
        case CapturePhase.FAILED:
            return [notice(say(f"capture.{kind}_failed"), tone="problem", icon="error")]
        case CapturePhase.RUNNING:
            return [notice(say(f"capture.{kind}_running", n=taken.seconds))]
        case CapturePhase.READY:
            return [notice(say(f"capture.{kind}_ready", n=taken.seconds), tone="good")]


def picture(context: ScreenContext, filling: Filling, asked: NodeState) -> bytes:
    """The photo on the screen: the one just taken, else the attached one."""
    taken = _taken(context, filling)
    if taken is not None:
        return taken.content if taken.phase is CapturePhase.READY else b""
    return filling.input.attached.files.get(asked.value, b"") if asked.value else b""


def place(context: ScreenContext, filling: Filling, asked: NodeState) -> Shown:
    """(look, elements, page) of a place: what is known, or the ways to say where it is."""
    say = context.translator.say
    if asked.value:
        return "place", [tile("remove", say("capture.place_change"), "edit")], (1, 1)
    if filling.input.county:
        return "place", _in_county(context, filling.input.county), (1, 1)
    quick = _quick(context)
    if quick and filling.input.filter is None:
        return "place", [*quick, tile("pick-county", say("capture.place_county"), "map")], (1, 1)
    field = Element(
        id="filter",
        role=Role.FIELD,
        label=say("capture.place_which"),
        value=filling.input.filter or "",
        icon="search",
    )
    found = counties_like(context, filling.input.filter or "") or context.catalogue.counties()
    shown, page, paging = paged(context, found, COUNTIES_PER_PAGE)
    return "search", [field, *(_county(each) for each in shown), *paging], page


def counties_like(context: ScreenContext, typed: str) -> Sequence[County]:
    """The counties whose name is what was typed, or begins so."""
    counties = context.catalogue.counties()
    meant = SearchableList((each.code, each.name) for each in counties).find(typed)
    return [counties[at] for at in meant]


def where(context: ScreenContext, filling: Filling, asked: NodeState) -> list[Block]:
    """The answer in words: the place, and how exact; or how exact a choice would be."""
    say = context.translator.say
    parts = asked.value.split()
    if len(parts) < 2:
        return [text(say("capture.place_rough_first"))] if filling.input.county else []
    exact = float(parts[3]) if len(parts) > 3 else 0.0
    key = "capture.place_exact" if exact < 1_000 else "capture.place_rough"
    words = say(key, n=f"{exact:.0f}", km=f"{exact / 1_000:.0f}")
    return [fact(_named(context, float(parts[0]), float(parts[1])), words, "location_on")]


def _named(context: ScreenContext, latitude: float, longitude: float) -> str:
    """A place of the pack by its name ("about here"); any other in degrees."""
    middle = context.catalogue.geography.middle
    for county in context.catalogue.counties():
        if middle(county.code) == (latitude, longitude):
            named = dict.fromkeys((county.headquarters.value or county.name, county.name))
            return context.translator.say("capture.place_about", place=", ".join(named))
    return f"{latitude:.4f}, {longitude:.4f}"


def _quick(context: ScreenContext) -> list[Element]:
    """Here by the receiver; else the town of this centre, where the content knows it."""
    say = context.translator.say
    if context.fix:
        return [tile("here", say("capture.place_here"), "my_location")]
    try:
        centre = context.catalogue.centre(context.place.centre)
    except NotInPack:
        return []
    county = context.catalogue.county(centre.county)
    town = county.headquarters.value
    if not town or centre.town.partition("(")[0].strip() != town:
        return []
    return [_near(context, county, town)]


def _in_county(context: ScreenContext, code: str) -> list[Element]:
    """Two ways of being in a county: in its town, or anywhere else in it."""
    say, county = context.translator.say, context.catalogue.county(code)
    town = county.headquarters.value
    found = [_near(context, county, town)] if town else []
    reach = context.catalogue.geography.reach_m(code) or 0
    rest = tile(
        f"within.{code}",
        say("capture.place_within", county=county.name),
        "map",
        hint=say("capture.place_rough", km=f"{reach / 1_000:.0f}"),
    )
    return [*found, rest, tile("pick-county", say("capture.place_other"), "replay")]


def _near(context: ScreenContext, county: County, town: str) -> Element:
    say = context.translator.say
    return tile(
        f"near.{county.code}",
        say("capture.place_near", place=town),
        "location_on",
        hint=say("capture.place_rough", km=f"{TOWN_ACCURACY_M / 1_000:.0f}"),
    )


def _county(county: County) -> Element:
    return Element(id=f"county.{county.code}", role=Role.CHOICE, label=county.name, icon="map")


def _taken(context: ScreenContext, filling: Filling) -> CaptureProgress | None:
    capture = context.session.capture
    return capture.taken if capture is not None and capture.place == filling.place else None


def _off(element: Element, *, off: bool) -> Element:
    return Element(
        id=element.id,
        role=element.role,
        label=element.label,
        icon=element.icon,
        enabled=not off,
    )
