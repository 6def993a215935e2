"""Screens that find a service and show its charter. Pure functions of the scene."""

from __future__ import annotations

from collections.abc import Sequence

from content.catalogue import charter
from content.catalogue.model import Service
from kiosk.charter_text import cost_words, time_words
from kiosk.queue.numbering import service_day
from kiosk.ui_protocol.view import Block, Element, KeyboardKind, Role
from kiosk.visit.flow import State
from kiosk.visit.ports import SlipState
from kiosk.visit.screen import (
    Screen,
    ScreenContext,
    ScreenTable,
    button,
    fact,
    notice,
    paged,
    text,
    tile,
)

RESULTS = {1.0: 4, 1.25: 3, 1.5: 2}
"""Search results that fit above the keyboard, by text size."""

TICKS = {1.0: 4, 1.25: 3, 1.5: 2}
"""Lines of "what to bring" that fit beside the charter, by text size."""


def find(scene: ScreenContext) -> Screen:
    """Categories, six a page; by office; by word."""
    say, language = scene.tongue.say, scene.session.language
    shown, page, paging = paged(scene, scene.catalogue.categories())
    tiles = [tile(f"category.{each.key}", each.title(language), each.icon) for each in shown]
    ways = [
        button(scene, "by-office", "find.by_office", "account_balance"),
        button(scene, "search", "find.search", "search"),
    ]
    return Screen(say("find.title"), "", [], [*tiles, *ways, *paging], page=page)


def offices(scene: ScreenContext) -> Screen:
    """Agencies that serve here, each with its colour."""
    language = scene.session.language
    serving = [a for a in scene.catalogue.agencies() if services_here(scene, agency=a.code)]
    shown, page, paging = paged(scene, serving)
    tiles = [
        tile(f"agency.{each.code}", each.title(language), each.icon, colour=each.colour)
        for each in shown
    ]
    return Screen(scene.tongue.say("offices.title"), "", [], [*tiles, *paging], page=page)


def search(scene: ScreenContext) -> Screen:
    """Results live, as the citizen types."""
    say, session = scene.tongue.say, scene.session
    field = Element(
        id="query",
        role=Role.FIELD,
        label=say("search.prompt"),
        hint=say("search.example"),
        value=session.query,
        icon="search",
    )
    found: Sequence[Service] = ()
    blocks: list[Block] = []
    if session.query.strip():
        found = scene.catalogue.search(
            session.query, session.language, RESULTS[session.text_scale], county=county(scene)
        )
        if not found:
            blocks.append(notice(say("search.none"), icon="search"))
    rows = [_service_row(scene, each, Role.ROW) for each in found]
    return Screen(say("search.title"), "", blocks, [field, *rows], keyboard=KeyboardKind.TEXT)


def services(scene: ScreenContext) -> Screen:
    """The services of a category or an office."""
    session, language = scene.session, scene.session.language
    if session.category:
        subtitle = scene.catalogue.category(session.category).title(language)
    else:
        subtitle = scene.catalogue.agency(session.agency).title(language)
    listed = services_here(scene, category=session.category or None, agency=session.agency or None)
    shown, page, paging = paged(scene, listed)
    tiles = [_service_row(scene, each, Role.TILE) for each in shown]
    return Screen(scene.tongue.say("services.title"), subtitle, [], [*tiles, *paging], page=page)


def service(scene: ScreenContext) -> Screen:
    """The charter: what to bring as a tick list, cost, time, who, where."""
    say, session, language = scene.tongue.say, scene.session, scene.session.language
    shown = scene.catalogue.service(session.service)
    shown_needs, page, paging = paged(
        scene, scene.catalogue.requirements(shown), TICKS[session.text_scale]
    )
    ticks = [
        Element(
            id=f"need.{each.key}",
            role=Role.TICK,
            label=each.title(language),
            icon=each.icon,
            selected=each.key in session.ticked,
        )
        for each in shown_needs
    ]
    blocks = [*_charter(scene, shown), *_where_else(scene, shown), *_missing(scene, shown)]
    if session.checklist is not None and scene.paper in {SlipState.PRINTING, SlipState.PRINTED}:
        blocks.append(notice(say("service.list_printing"), tone="good", icon="print"))
    elif session.checklist is not None:
        blocks.append(notice(say("unavailable.printer"), tone="warn", icon="print"))
    actions = [button(scene, "print-list", "service.print_list", "print")]
    if scene.catalogue.forms_for(shown):
        actions.append(button(scene, "fill-form", "service.fill_form", "description"))
    actions.append(button(scene, "take-ticket", "service.take_ticket", "ticket", primary=True))
    agency = scene.catalogue.agency(shown.agency)
    return Screen(
        shown.title(language),
        agency.title(language),
        blocks,
        [*ticks, *paging, *actions],
        page=page,
    )


def services_here(
    scene: ScreenContext, *, category: str | None = None, agency: str | None = None
) -> list[Service]:
    """The services of a list that this county's people may use."""
    return scene.catalogue.services(category=category, agency=agency, county=county(scene))


def county(scene: ScreenContext) -> str:
    """The code of this centre's county."""
    return scene.catalogue.centre(scene.place.centre).county


def _service_row(scene: ScreenContext, each: Service, role: Role) -> Element:
    agency = scene.catalogue.agency(each.agency)
    language = scene.session.language
    return Element(
        id=f"service.{each.code}",
        role=role,
        label=each.title(language),
        hint=agency.title(language),
        icon=agency.icon,
        colour=agency.colour,
    )


def _charter(scene: ScreenContext, shown: Service) -> list[Block]:
    say, language = scene.tongue.say, scene.session.language
    agency = scene.catalogue.agency(shown.agency).title(language)
    bring = say("service.not_known")
    if shown.requirements.known:
        bring = say("service.confirm" if shown.requirements.confirm else "service.bring_hint")
    where = charter.where(scene.catalogue, shown, language)
    # The words carry "confirm at the desk" themselves, so that it is read aloud with the value.
    cost = cost_words(scene.catalogue, service_day(scene.now), scene.tongue, shown)
    return [
        fact(say("service.bring"), bring, "checklist"),
        fact(say("service.cost"), cost, "payments", say("service.no_money_here")),
        fact(say("service.time"), time_words(scene.catalogue, scene.tongue, shown), "schedule"),
        fact(say("service.who"), agency, "account_balance"),
        fact(say("service.where"), where, "place"),
    ]


def _where_else(scene: ScreenContext, shown: Service) -> list[Block]:
    if scene.catalogue.offered_at(shown, scene.place.centre) is not False:
        return []
    say = scene.tongue.say
    nearest = scene.catalogue.nearest(shown, scene.place.centre)
    blocks = [notice(say("service.not_here"), tone="warn", icon="place")]
    if nearest is not None:
        blocks.append(text(say("service.nearest", centre=nearest.name)))
    return blocks


def _missing(scene: ScreenContext, shown: Service) -> list[Block]:
    needs = {each.key for each in scene.catalogue.requirements(shown)}
    if not scene.session.ticked:
        return []
    left = len(needs - scene.session.ticked)
    say = scene.tongue.say
    if left == 0:
        return [notice(say("service.all_ready"), tone="good", icon="check_circle")]
    return [notice(say("service.missing", n=left), icon="checklist")]


SCREENS: ScreenTable = {
    State.FIND: find,
    State.OFFICES: offices,
    State.SEARCH: search,
    State.SERVICES: services,
    State.SERVICE: service,
}
