"""Screens that open, close and interrupt a visit. Pure functions of a `ScreenContext`."""

from __future__ import annotations

from kiosk.language import LANGUAGES, Translator
from kiosk.ui_protocol.view import Element, Region, Role
from kiosk.visit.flow import State
from kiosk.visit.screen import Screen, ScreenContext, ScreenTable, button, notice, step, text, tile
from kiosk.visit.session import SOUND_STEPS

HOME_TILES = (
    ("find", "search"),
    ("ticket", "ticket"),
    ("form", "description"),
    ("status", "fact_check"),
    ("feedback", "sentiment_satisfied"),
    ("help", "help"),
)


def attract(context: ScreenContext) -> Screen:
    """An idle kiosk: welcome in both languages; the whole screen is the button."""
    say = context.translator.say
    start = Element(
        id="start", role=Role.TILE, label=say("attract.touch"), icon="touch_app", primary=True
    )
    other = Translator(
        context.translator.texts, next(x for x in LANGUAGES if x != context.translator.language)
    )
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
        foreign=frozenset({say("attract.other_welcome"), other.say("attract.touch")}),
    )


def language(context: ScreenContext) -> Screen:
    """Choose a language, each in its own name; the title stands in both."""
    other = Translator(
        context.translator.texts, next(x for x in LANGUAGES if x != context.translator.language)
    )
    tiles = [
        Element(
            id=f"choose.{code}",
            role=Role.TILE,
            label=context.translator.say(f"language.{code}"),
            icon="language",
            selected=code == context.session.language,
        )
        for code in LANGUAGES
    ]
    title, also = context.translator.say("language.title"), other.say("language.title")
    return Screen(title, also, [], tiles, home=False, foreign=frozenset({also}))


def home(context: ScreenContext) -> Screen:
    """What do you need today?"""
    say = context.translator.say
    tiles = [
        tile(name, say(f"home.{name}"), icon, hint=say(f"home.{name}_hint"))
        for name, icon in HOME_TILES
    ]
    blocks = []
    place = context.place
    by_hours = place.keeps_hours and not place.mobile
    if by_hours and not context.catalogue.open_at(place.centre, context.now):
        hours = context.translator.hours(context.catalogue.centre(place.centre).hours)
        blocks.append(notice(say("unavailable.closed", hours=hours), icon="schedule"))
    return Screen(say("home.title"), "", blocks, tiles, home=False)


def guide(context: ScreenContext) -> Screen:
    """How this kiosk works, and who helps; staff come in here too."""
    say = context.translator.say
    known = context.pin is not None and context.session.filling is None
    pin_state = [button(context, "staff", "shell.staff", "badge")] if known else []
    steps = [
        step(say(f"help.step{n}"), icon)
        for n, icon in enumerate(("touch_app", "checklist", "ticket", "weekend"), 1)
    ]
    return Screen(
        say("help.title"),
        "",
        [*steps, notice(say("help.call"), icon="call")],
        [*pin_state, button(context, "done", "shell.done", "check", primary=True)],
    )


def sound(context: ScreenContext) -> Screen:
    """Louder, softer, faster, slower, dark, silent; "done" goes back and says that screen again."""
    say, session = context.translator.say, context.session
    tiles = [
        Element(
            id=f"sound.{name}",
            role=Role.TILE,
            label=say(f"sound.{name}"),
            icon=icon,
            enabled=1 <= level + by <= SOUND_STEPS,
        )
        for name, icon, level, by in (
            ("louder", "volume_up", session.volume, 1),
            ("softer", "remove", session.volume, -1),
            ("faster", "bolt", session.pace, 1),
            ("slower", "hourglass_top", session.pace, -1),
        )
    ]
    dark = "shell.show" if session.dark else "shell.hide"
    tiles.append(tile("sound.dark", say(dark), "visibility_off"))
    tiles.append(tile("sound.off", say("sound.off"), "volume_off"))
    levels = say("sound.levels", volume=session.volume, pace=session.pace, most=SOUND_STEPS)
    again = button(context, "done", "sound.again", "replay", primary=True)
    return Screen(say("sound.title"), levels, [], [*tiles, again], home=False)


def staff_called(context: ScreenContext) -> Screen:
    """What calling for a person has set off, and what to do if nobody comes."""
    say, call = context.translator.say, context.session.call
    if context.place.mobile:
        blocks = [notice(say("staff_called.van"), tone="good", icon="support_agent")]
    elif call is None or not call.heard:
        blocks = [notice(say("staff_called.not_heard"), tone="warn", icon="support_agent")]
    else:
        done = [key for key in ("sound", "light", "centre") if getattr(call, key)]
        blocks = [
            notice(say(f"staff_called.{key}"), tone="good", icon="support_agent") for key in done
        ]
        blocks.append(text(say("staff_called.wait")))
    return Screen(
        say("staff_called.title"),
        "",
        blocks,
        [button(context, "done", "shell.done", "check", primary=True)],
        back=False,
        home=False,
    )


def unavailable(context: ScreenContext) -> Screen:
    """Calm: what is wrong and what to do; "back" tries again. The code is for staff."""
    say = context.translator.say
    code = context.session.fault_code
    blocks = [notice(say("unavailable.text"), tone="warn", icon="support_agent")]
    if code:
        blocks.append(text(say("unavailable.code", code=code)))
    return Screen(
        say("unavailable.title"),
        "",
        blocks,
        [button(context, "done", "shell.done", "check", primary=True)],
    )


def goodbye(context: ScreenContext) -> Screen:
    """Everything of the visit is gone already."""
    say = context.translator.say
    return Screen(
        say("goodbye.title"),
        "",
        [notice(say("goodbye.text"), tone="good", icon="verified_user")],
        [button(context, "done", "shell.done", "check", place=Region.ACTIONS, primary=True)],
        back=False,
        home=False,
    )


SCREENS: ScreenTable = {
    State.ATTRACT: attract,
    State.LANGUAGE: language,
    State.HOME: home,
    State.HELP: guide,
    State.SOUND: sound,
    State.STAFF_CALLED: staff_called,
    State.UNAVAILABLE: unavailable,
    State.GOODBYE: goodbye,
}
