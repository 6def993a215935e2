"""Screens that find a service and show its charter. Pure functions of a `ScreenContext`."""

from __future__ import annotations

from collections.abc import Sequence

from content.catalogue import charter
from content.catalogue.model import Service
from kiosk.charter_text import cost_notes, cost_words, sentence, time_words
from kiosk.queue.numbering import service_day
from kiosk.ui_protocol.view import Block, BlockKind, Element, KeyboardKind, Role
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
    ticket_button,
    tile,
)
from kiosk.visit.ticket_offer import NoTicket

RESULTS = 6
"""Most results of a search; the screen pages what its panel has no room for."""


def find(context: ScreenContext) -> Screen:
    """Categories, six a page; by office; by word."""
    say, language = context.translator.say, context.session.language
    shown, page, paging = paged(context, context.catalogue.categories())
    tiles = [tile(f"category.{each.key}", each.title(language), each.icon) for each in shown]
    ways = [
        button(context, "by-office", "find.by_office", "account_balance"),
        button(context, "search", "find.search", "search"),
    ]
    return Screen(say("find.title"), "", [], [*tiles, *ways, *paging], page=page)


def offices(context: ScreenContext) -> Screen:
    """Agencies that serve here, each with its colour."""
    language = context.session.language
    serving = [a for a in context.catalogue.agencies() if services_here(context, agency=a.code)]
    shown, page, paging = paged(context, serving)
    tiles = [
        tile(f"agency.{each.code}", each.title(language), each.icon, colour=each.colour)
        for each in shown
    ]
    return Screen(context.translator.say("offices.title"), "", [], [*tiles, *paging], page=page)


def search(context: ScreenContext) -> Screen:
    """Results live, as the citizen types."""
    say, session = context.translator.say, context.session
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
        found = context.catalogue.search(
            session.query, session.language, RESULTS, county=county(context)
        )
        if not found:
            blocks.append(notice(say("search.none"), icon="search"))
    rows = [_service_row(context, each, Role.ROW) for each in found]
    return Screen(say("search.title"), "", blocks, [field, *rows], keyboard=KeyboardKind.TEXT)


def services(context: ScreenContext) -> Screen:
    """The services of a category or an office."""
    session, language = context.session, context.session.language
    if session.category:
        subtitle = context.catalogue.category(session.category).title(language)
    else:
        subtitle = context.catalogue.agency(session.agency).title(language)
    listed = services_here(
        context, category=session.category or None, agency=session.agency or None
    )
    shown, page, paging = paged(context, listed)
    tiles = [_service_row(context, each, Role.TILE) for each in shown]
    about = []
    if not session.category and context.catalogue.agency_page(session.agency):
        about = [button(context, "about-office", "services.about_office", "info")]
    title = context.translator.say("services.title")
    return Screen(title, subtitle, [], [*tiles, *about, *paging], page=page)


def office(context: ScreenContext) -> Screen:
    """What the office's charter says of it, one part a page."""
    say, language = context.translator.say, context.session.language
    told = context.catalogue.agency_page(context.session.agency)
    assert told is not None, "only an office with a page has a way here"
    parts = [
        (say("office.vision"), [told.vision]),
        (say("office.mission"), [told.mission]),
        (say("office.values"), told.values),
        (say("office.standards"), told.standards),
        (say("office.complaint"), [told.complaint]),
        *((say("office.address"), [told.office, each]) for each in told.addressees),
    ]
    [(title, texts)], page, paging = paged(context, parts, 1)
    blocks = [text(line) for each in texts for line in each.say(language).splitlines()]
    name = context.catalogue.agency(context.session.agency).title(language)
    return Screen(title, name, blocks, paging, page=page)


def service(context: ScreenContext) -> Screen:
    """The charter: what to bring as a tick list, cost, time, who, where."""
    say, session, language = context.translator.say, context.session, context.session.language
    shown = context.catalogue.service(session.service)
    shown_needs, page, paging = paged(context, context.catalogue.requirements(shown))
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
    blocks = [*_charter(context, shown), *_where_else(context, shown), *_missing(context, shown)]
    if session.checklist is not None and context.paper in {SlipState.PRINTING, SlipState.PRINTED}:
        blocks.append(notice(say("service.list_printing"), tone="good", icon="print"))
    elif session.checklist is not None:
        blocks.append(notice(say("unavailable.printer"), tone="warn", icon="print"))
    blocks.append(_bring(context, shown))
    actions = [button(context, "print-list", "service.print_list", "print")]
    if context.catalogue.forms_for(shown):
        actions.append(button(context, "fill-form", "service.fill_form", "description"))
    actions.append(ticket_button(context, shown, "service.take_ticket", primary=True))
    agency = context.catalogue.agency(shown.agency)
    return Screen(
        shown.title(language),
        agency.title(language),
        blocks,
        [*ticks, *paging, *actions],
        page=page,
    )


def services_here(
    context: ScreenContext, *, category: str | None = None, agency: str | None = None
) -> list[Service]:
    """The services of a list that this county's people may use."""
    return context.catalogue.services(category=category, agency=agency, county=county(context))


def county(context: ScreenContext) -> str:
    """The code of this centre's county."""
    return context.catalogue.centre(context.place.centre).county


def _service_row(context: ScreenContext, each: Service, role: Role) -> Element:
    agency = context.catalogue.agency(each.agency)
    language = context.session.language
    return Element(
        id=f"service.{each.code}",
        role=role,
        label=each.title(language),
        hint=agency.title(language),
        icon=agency.icon,
        colour=agency.colour,
    )


def _charter(context: ScreenContext, shown: Service) -> list[Block]:
    say, language = context.translator.say, context.session.language
    agency = context.catalogue.agency(shown.agency).title(language)
    where = _where(context, shown)
    # The words carry "confirm at the desk" themselves, so that it is read aloud with the value.
    asked = (context.catalogue, service_day(context.now), context.translator, shown)
    notes = cost_notes(*asked)
    if not shown.fee_note and context.catalogue.fee(shown, asked[1]).value:
        notes += f" {sentence(say('service.no_money_here'))}"
    return [
        fact(say("service.cost"), cost_words(*asked), "payments", notes),
        fact(say("service.time"), time_words(*asked), "schedule"),
        *([] if agency in where else [fact(say("service.who"), agency, "account_balance")]),
        fact(say("service.where"), where, "place"),
    ]


def _bring(context: ScreenContext, shown: Service) -> Block:
    """The heading of the boxes to tick, which follow it."""
    say = context.translator.say
    bring = say("service.not_known")
    if shown.requirements.known:
        bring = say("service.confirm" if shown.requirements.confirm else "service.bring_hint")
    return Block(kind=BlockKind.TEXT, label=say("service.bring"), text=bring, icon="checklist")


def _where(context: ScreenContext, shown: Service) -> str:
    """Which desk, or on which channel; a van has no desk and is no centre."""
    if context.place.mobile and shown.channels[0] == "desk":
        return context.translator.say("service.where_van")
    return charter.where(context.catalogue, shown, context.session.language)


def _where_else(context: ScreenContext, shown: Service) -> list[Block]:
    if context.no_ticket(shown) is not NoTicket.NOT_HERE:
        return []
    say = context.translator.say
    nearest = context.catalogue.nearest(shown, context.place.centre)
    blocks = [notice(say("service.not_here"), tone="warn", icon="place")]
    if nearest is not None:
        blocks.append(text(say("service.nearest", centre=nearest.name)))
    return blocks


def _missing(context: ScreenContext, shown: Service) -> list[Block]:
    needs = {each.key for each in context.catalogue.requirements(shown)}
    if not context.session.ticked:
        return []
    left = len(needs - context.session.ticked)
    say = context.translator.say
    if left == 0:
        return [notice(say("service.all_ready"), tone="good", icon="check_circle")]
    return [notice(say("service.missing", n=left), icon="checklist")]


SCREENS: ScreenTable = {
    State.FIND: find,
    State.OFFICES: offices,
    State.SEARCH: search,
    State.SERVICES: services,
    State.OFFICE: office,
    State.SERVICE: service,
}
