"""Screens of a form: consent, one question at a time, review, receipt. Pure functions."""

from __future__ import annotations

import re

from content.catalogue.model import FormAsset
from content.faults import NotInPack
from content.xforms.results import PageKind
from kiosk.charter_text import say_of
from kiosk.complaint_office import COMPLAINT_FORM
from kiosk.filling.answer_text import answer_text
from kiosk.filling.filling import Filling
from kiosk.filling.question_widgets import look_of
from kiosk.ui_protocol.view import Block, BlockKind, Element, FormProgress, Role
from kiosk.visit.flow import State
from kiosk.visit.form import question_screens
from kiosk.visit.form.review_rows import review_names
from kiosk.visit.screen import (
    Screen,
    ScreenContext,
    ScreenTable,
    button,
    notice,
    paged,
    paper_notice,
    step,
    text,
    tile,
)

REVIEW_PER_PAGE = 5


def forms(context: ScreenContext) -> Screen:
    """Every form that can be filled here."""
    say, language = context.translator.say, context.session.language
    shown, page, paging = paged(context, context.catalogue.forms())
    tiles = []
    for each in shown:
        agency = context.catalogue.agency(each.agency)
        title = each.title.get(language) or each.title["en"]
        hint = say("forms.minutes", n=each.questions)
        tiles.append(tile(f"form.{each.id}", title, agency.icon, hint=hint, colour=agency.colour))
    resume = button(context, "resume", "forms.resume", "history")
    return Screen(say("forms.title"), "", [], [*tiles, *paging, resume], page=page)


def consent(context: ScreenContext) -> Screen:
    """Who asks, why, for how long, which rights; and a real choice."""
    say = context.translator.say
    filling = context.session.filling
    asset = filling.asset if filling is not None else context.catalogue.form(context.session.form)
    agency = context.catalogue.agency(asset.agency)
    service = _service_of(context, asset)
    stays = "consent.stays_complaint" if asset.id == COMPLAINT_FORM else "consent.stays"
    blocks = [
        step(say_of(context.translator, "consent.who", agency), "account_balance"),
        step(say("consent.why", service=service), "task_alt"),
        step(say_of(context.translator, stays, agency), "lock"),
        step(say("consent.keep", n=context.keep_days), "delete_sweep"),
        step(say("consent.rights"), "verified_user"),
        notice(say("consent.refusing"), icon="ticket"),
    ]
    actions = [
        button(context, "refuse", "consent.refuse", "block"),
        button(context, "agree", "consent.agree", "check", primary=True),
    ]
    title = asset.title.get(context.session.language) or asset.title["en"]
    return Screen(say("consent.title"), title, blocks, actions)


def question(context: ScreenContext) -> Screen:
    """One question, or several of a page: look, problems with an example, and the way on."""
    filling = _filling(context)
    here = filling.step()
    number, of = filling.progress()
    progress = FormProgress(number, of, context.translator.say("question.progress", n=number, m=of))
    if here is not None and here.kind is PageKind.GROUP:
        return question_screens.together(context, filling, here, progress)
    return question_screens.alone(context, filling, progress)


def repeat(context: ScreenContext) -> Screen:
    """Add another, or that is all."""
    say = context.translator.say
    here = _filling(context).step()
    rows = here.rows if here is not None else 0
    tiles = [tile("repeat.done", say("repeat.done"), "check")]
    if rows < _filling(context).record.engine.rows_max:
        tiles.insert(0, tile("repeat.add", say("repeat.add"), "add"))
    return Screen(
        here.label if here is not None and here.label else say("repeat.title"),
        say("repeat.title"),
        [text(say("repeat.count", n=rows))],
        tiles,
    )


def review(context: ScreenContext) -> Screen:
    """Every answer with its change button; numbers of persons are masked."""
    say = context.translator.say
    filling = _filling(context)
    rows = []
    for name, path in review_names(filling):
        asked = filling.record.node(path)
        look = look_of(asked)
        if look.name == "note":
            continue
        rows.append(
            Element(
                id=f"change.{name}",
                role=Role.ROW,
                label=_row_title(filling, path, asked.label),
                value=answer_text(context.translator, asked, look) or say("review.not_answered"),
                hint=say("review.change"),
                icon="edit",
                error="" if asked.valid else asked.message,
            )
        )
    shown, page, paging = paged(context, rows, REVIEW_PER_PAGE)
    blocks = [text(say("review.declare"))]
    if filling.first_problem():
        blocks.insert(0, notice(say("review.problem"), tone="problem", icon="error"))
    submit = button(context, "submit", "review.submit", "send", primary=True)
    # A correction is sent or not: the form it corrects is safe already.
    keep = (
        [button(context, "keep", "question.keep", "save")] if not context.session.correcting else []
    )
    return Screen(say("review.title"), "", blocks, [*shown, *paging, *keep, submit], page=page)


def submitted(context: ScreenContext) -> Screen:
    """Reference, "received, not approved", what happens next, whom to ask."""
    say, session = context.translator.say, context.session
    received = session.received
    assert received is not None, "this screen needs a receipt"
    agency = context.catalogue.agency(received.agency)
    sent = (
        say_of(context.translator, "submitted.next_sent", agency)
        if context.network.online
        else say("submitted.next_offline")
    )
    blocks = [
        Block(
            kind=BlockKind.NUMBER,
            text=received.reference,
            value=received.reference,
            label=say("submitted.reference"),
        ),
        *_not_approved(context),
        step(sent, "send"),
        *([step(say("submitted.next_desk"), "ticket")] if _ticket(context) else []),
        step(say("submitted.ask_van" if context.place.mobile else "submitted.ask"), "call"),
        *paper_notice(context),
    ]
    actions = [
        button(context, "rate", "ticket.rate", "sentiment_satisfied"),
        *_ticket(context),
        button(context, "done", "shell.done", "check", primary=True),
    ]
    if context.assisted and session.sent is not None and context.pin is not None:
        actions.insert(0, button(context, "correct", "submitted.correct", "edit_document"))
    return Screen(say("submitted.title"), "", blocks, actions, back=False)


def _ticket(context: ScreenContext) -> list[Element]:
    """The way to a ticket for the service of the form just sent; none where there is no queue."""
    try:
        service = context.catalogue.service(context.session.service)
    except NotInPack:
        return []  # a form kept from an older pack
    if context.no_ticket(service) is not None:
        return []
    return [button(context, "take-ticket", "submitted.take_ticket", "ticket")]


def _not_approved(context: ScreenContext) -> list[Block]:
    """Said only of what an office decides: a complaint or a comment is not approved by anybody."""
    received = context.session.received
    assert received is not None
    if not context.catalogue.decided(received.form):
        return []
    words = context.translator.say("submitted.not_approved")
    return [notice(words, tone="good", icon="task_alt")]


def _filling(context: ScreenContext) -> Filling:
    assert context.session.filling is not None, "this screen needs a form"
    return context.session.filling


def _service_of(context: ScreenContext, asset: FormAsset) -> str:
    """The service's name; a form kept from an older pack may start one that is gone."""
    try:
        return context.catalogue.service(asset.service).title(context.session.language)
    except NotInPack:
        return asset.title.get(context.session.language) or asset.title["en"]


def _row_title(filling: Filling, path: str, label: str) -> str:
    """The question with the group it stands in, so that two rows of a repeat are told apart."""
    row = re.search(r"\[(\d+)\][^\[]*$", path)
    if row is None:
        return label
    here = filling.record.step_at(path)
    titles = here.titles if here is not None else ()
    return f"{titles[-1]} {row[1]}: {label}" if titles else f"{row[1]}. {label}"


SCREENS: ScreenTable = {
    State.FORMS: forms,
    State.CONSENT: consent,
    State.QUESTION: question,
    State.REPEAT: repeat,
    State.REVIEW: review,
    State.SUBMITTED: submitted,
}
