"""A screen as a function of state. `SCREENS` names one function per state; `view_for` puts header,
footer and overlay around it. Pure; text arrives here already translated.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from kiosk.language import LANGUAGES
from kiosk.ui_protocol.view import Element, Region, Role, View
from kiosk.visit.case_status import screens as case_status
from kiosk.visit.controller import speech
from kiosk.visit.controller.action_table import united
from kiosk.visit.draft import screens as draft
from kiosk.visit.feedback import screens as feedback
from kiosk.visit.find import screens as find
from kiosk.visit.flow import State
from kiosk.visit.form import screens as form
from kiosk.visit.screen import Screen, ScreenContext, button, page_arrows
from kiosk.visit.staff import screens as staff
from kiosk.visit.start import screens as start
from kiosk.visit.ticket import screens as ticket

S = State

SCREENS: Final = MappingProxyType(
    united(
        start.SCREENS,
        find.SCREENS,
        ticket.SCREENS,
        form.SCREENS,
        draft.SCREENS,
        case_status.SCREENS,
        feedback.SCREENS,
        staff.SCREENS,
    )
)

_NO_VISIT = frozenset({S.ATTRACT, S.GOODBYE})
_ON_DUTY = frozenset({S.STAFF_PIN, S.STAFF, S.REMEDY})
_NO_ENTRANCE = frozenset({*_ON_DUTY, S.HELP, S.GOODBYE})
"""Where the site's name is no door: help has a button of its own, and staff are in already."""


def view_for(
    context: ScreenContext, number: int, *, countdown: int = 0, speaking: bool = False
) -> View:
    """The whole screen. `countdown` (seconds) puts the idle warning over it; `speaking` fills
    `speech` with the screen's words in reading order.
    """
    session = context.session
    screen = SCREENS[session.state](context)
    overlay = _overlay(context) if countdown else []
    elements = [
        *_header(context),
        *_nav(context, screen),
        *screen.elements,
        *_footer(context),
        *overlay,
    ]
    turns = page_arrows(context, before=False, after=False)
    say = context.translator.say
    network = context.network
    badge = "shell.online" if network.online else "shell.offline"
    return View(
        number=number,
        state=session.state.value,
        language=session.language,
        title=screen.title,
        subtitle=screen.subtitle,
        blocks=tuple(screen.blocks),
        elements=tuple(elements),
        progress=screen.progress,
        keyboard=screen.keyboard,
        page=screen.page,
        turns=tuple(turns),
        theme=session.theme,
        text_scale=session.text_scale,
        site=_site(context),
        badge=say(badge),
        badge_tone="good" if network.online else "calm",
        countdown=countdown,
        overlay_title=say("idle.title") if countdown else "",
        overlay_text=say("idle.text", n=countdown) if countdown else "",
        listening=session.listening,
        speech=speech.whole(context, screen, overlay, countdown=countdown) if speaking else (),
        spoken=speech.focused(context, [*elements, *turns]) if speaking else {},
        volume=session.volume,
        pace=session.pace,
        dark=session.dark,
        personal=session.personal,
        look=screen.look,
        look_data=screen.look_data,
    )


def _site(context: ScreenContext) -> str:
    """Where this is; a practice site says so on every screen."""
    name = context.place.name
    return f"{context.translator.say('shell.practice')} · {name}" if context.place.demo else name


def _header(context: ScreenContext) -> list[Element]:
    return [
        Element(
            id=f"language.{code}",
            role=Role.BUTTON,
            place=Region.HEADER,
            label=context.translator.say(f"language.{code}"),
            selected=code == context.session.language,
        )
        for code in LANGUAGES
    ] + _staff_entrance(context)


def _staff_entrance(context: ScreenContext) -> list[Element]:
    """The site's name opens the way in for staff, never out of a form somebody is filling."""
    session = context.session
    if context.pin is None or session.filling is not None or session.state in _NO_ENTRANCE:
        return []
    return [button(context, "staff", "shell.staff", place=Region.HEADER)]


def _nav(context: ScreenContext, screen: Screen) -> list[Element]:
    found = []
    if screen.back:
        found.append(button(context, "back", "shell.back", "arrow_back", place=Region.NAV))
    if screen.home:
        found.append(button(context, "home", "shell.home", "home", place=Region.NAV))
    return found


def _footer(context: ScreenContext) -> list[Element]:
    session = context.session
    visiting = session.state not in _NO_VISIT
    calls = session.state not in _ON_DUTY
    say = context.translator.say
    hidden = "shell.show" if session.dark else "shell.hide"
    rows = (
        ("listen", say("shell.listen"), "volume_up", session.listening, True),
        ("text-size", say("shell.text_size"), "text_increase", session.text_scale > 1.0, True),
        ("theme", say("shell.theme"), "contrast", session.theme != "light", True),
        ("call-staff", say("shell.call_staff"), "support_agent", False, calls),
        ("hide", say(hidden), "visibility_off", session.dark, True),
        ("stop", say("shell.stop"), "cancel", False, visiting),
    )
    return [
        Element(
            id=name,
            role=Role.BUTTON,
            place=Region.FOOTER,
            label=label,
            icon=icon,
            selected=selected,
            enabled=enabled,
            value=say(f"theme.{session.theme}") if name == "theme" else "",
            hint=say("shell.hidden") if name == "hide" and session.dark else "",
        )
        for name, label, icon, selected, enabled in rows
    ]


def _overlay(context: ScreenContext) -> list[Element]:
    place = Region.OVERLAY
    return [
        button(context, "more-time", "idle.more_time", "more_time", place=place, primary=True),
        button(context, "end-now", "idle.end_now", "delete_sweep", place=place),
    ]
