"""Screens that open, close and interrupt a visit. Pure functions of the scene."""

from __future__ import annotations

from kiosk.language import LANGUAGES, Translator
from kiosk.ui_protocol.view import Element, Region, Role
from kiosk.visit.flow import State
from kiosk.visit.screen import Screen, ScreenContext, ScreenTable, button, notice, step, text, tile

HOME_TILES = (
    ("find", "search"),
    ("ticket", "ticket"),
    ("form", "description"),
    ("status", "fact_check"),
    ("feedback", "sentiment_satisfied"),
    ("help", "help"),
)


def attract(scene: ScreenContext) -> Screen:
    """An idle kiosk: welcome in both languages; the whole screen is the button."""
    say = scene.tongue.say
    start = Element(
        id="start", role=Role.TILE, label=say("attract.touch"), icon="touch_app", primary=True
    )
    other = Translator(scene.tongue.texts, next(x for x in LANGUAGES if x != scene.tongue.language))
    return Screen(
        say("attract.welcome"),
        say("attract.other_welcome"),
        [
            text(other.say("attract.touch")),
            text(say("attract.slogan")),
            notice(say("attract.offline"), tone="good", icon="wifi_off"),
        ],
        [start],
        back=False,
        home=False,
    )


def language(scene: ScreenContext) -> Screen:
    """Choose a language, each in its own name; the title stands in both."""
    other = Translator(scene.tongue.texts, next(x for x in LANGUAGES if x != scene.tongue.language))
    tiles = [
        Element(
            id=f"choose.{code}",
            role=Role.TILE,
            label=scene.tongue.say(f"language.{code}"),
            icon="language",
            selected=code == scene.session.language,
        )
        for code in LANGUAGES
    ]
    return Screen(
        scene.tongue.say("language.title"), other.say("language.title"), [], tiles, home=False
    )


def home(scene: ScreenContext) -> Screen:
    """What do you need today?"""
    say = scene.tongue.say
    tiles = [
        tile(name, say(f"home.{name}"), icon, hint=say(f"home.{name}_hint"))
        for name, icon in HOME_TILES
    ]
    blocks = []
    if not scene.catalogue.open_at(scene.place.centre, scene.now):
        hours = scene.catalogue.centre(scene.place.centre).hours
        blocks.append(notice(say("unavailable.closed", hours=hours), icon="schedule"))
    return Screen(say("home.title"), "", blocks, tiles, home=False)


def guide(scene: ScreenContext) -> Screen:
    """How this kiosk works, and who helps; staff come in here too."""
    say = scene.tongue.say
    known = scene.pin is not None and scene.session.filling is None
    door = [button(scene, "staff", "shell.staff", "badge")] if known else []
    steps = [
        step(say(f"help.step{n}"), icon)
        for n, icon in enumerate(("touch_app", "checklist", "ticket", "weekend"), 1)
    ]
    return Screen(
        say("help.title"),
        "",
        [*steps, notice(say("help.call"), icon="call")],
        [*door, button(scene, "done", "shell.done", "check", primary=True)],
    )


def staff_called(scene: ScreenContext) -> Screen:
    """Somebody is coming."""
    say = scene.tongue.say
    return Screen(
        say("staff_called.title"),
        "",
        [notice(say("staff_called.text"), tone="good", icon="support_agent")],
        [button(scene, "done", "shell.done", "check", primary=True)],
        back=False,
        home=False,
    )


def unavailable(scene: ScreenContext) -> Screen:
    """Calm: what is wrong and what to do. The code is for staff."""
    say = scene.tongue.say
    code = scene.session.fault_code
    blocks = [notice(say("unavailable.text"), tone="warn", icon="support_agent")]
    if code:
        blocks.append(text(say("unavailable.code", code=code)))
    return Screen(
        say("unavailable.title"),
        "",
        blocks,
        [button(scene, "done", "shell.done", "check", primary=True)],
        back=False,
    )


def goodbye(scene: ScreenContext) -> Screen:
    """Everything of the visit is gone already."""
    say = scene.tongue.say
    return Screen(
        say("goodbye.title"),
        "",
        [notice(say("goodbye.text"), tone="good", icon="verified_user")],
        [button(scene, "done", "shell.done", "check", place=Region.ACTIONS, primary=True)],
        back=False,
        home=False,
    )


SCREENS: ScreenTable = {
    State.ATTRACT: attract,
    State.LANGUAGE: language,
    State.HOME: home,
    State.HELP: guide,
    State.STAFF_CALLED: staff_called,
    State.UNAVAILABLE: unavailable,
    State.GOODBYE: goodbye,
}
