"""Screens of a form: consent, one question at a time, review, receipt. Pure functions."""

from __future__ import annotations

from kiosk.forms.states import Choice, NodeState
from kiosk.view import Block, BlockKind, Element, Keyboard, Place, Progress, Role
from kiosk.visit.answering import INVALID, Filling
from kiosk.visit.answers_shown import answer_text
from kiosk.visit.filling_acts import review_names
from kiosk.visit.looks import SEARCH, Look, Pick
from kiosk.visit.scene import PER_PAGE, Scene, Screen, button, notice, paged, step, text, tile
from kiosk.visit.screens_ticket import paper_notice

FILTERED_PER_PAGE = 4
REVIEW_PER_PAGE = 5


def forms(scene: Scene) -> Screen:
    """Every form that can be filled here."""
    say, language = scene.tongue.say, scene.session.language
    shown, page, paging = paged(scene, scene.catalogue.forms())
    tiles = []
    for each in shown:
        agency = scene.catalogue.agency(each.agency)
        title = each.title.get(language) or each.title["en"]
        hint = say("forms.minutes", n=each.questions)
        tiles.append(tile(f"form.{each.id}", title, agency.icon, hint=hint, colour=agency.colour))
    return Screen(say("forms.title"), "", [], [*tiles, *paging], page=page)


def consent(scene: Scene) -> Screen:
    """Who asks, why, for how long, which rights; and a real choice."""
    say, language = scene.tongue.say, scene.session.language
    asset = scene.catalogue.form(scene.session.form)
    agency = scene.catalogue.agency(asset.agency).title(language)
    service = scene.catalogue.service(asset.service).title(language)
    blocks = [
        step(say("consent.who", agency=agency), "account_balance"),
        step(say("consent.why", service=service), "task_alt"),
        step(say("consent.stays", agency=agency), "lock"),
        step(say("consent.keep", n=scene.keep_days), "delete_sweep"),
        step(say("consent.rights"), "verified_user"),
        notice(say("consent.refusing"), icon="ticket"),
    ]
    actions = [
        button(scene, "refuse", "consent.refuse", "block"),
        button(scene, "agree", "consent.agree", "check", primary=True),
    ]
    title = asset.title.get(language) or asset.title["en"]
    return Screen(say("consent.title"), title, blocks, actions)


def question(scene: Scene) -> Screen:
    """One question: its look, its problem with an example, and the way on."""
    say = scene.tongue.say
    filling = _filling(scene)
    asked, look = filling.question(), filling.look()
    step_here = filling.step()
    titles = step_here.titles if step_here is not None else ()
    number, of = filling.progress()
    problem = _problem(scene, filling)
    blocks = [notice(problem, tone="problem", icon="error")] if problem else []
    if asked.hint:
        blocks.append(text(asked.hint))
    elements, page = _answers(scene, filling, asked, look, problem)
    actions = [button(scene, "next", "shell.next", "arrow_forward", primary=True)]
    if not asked.required and not asked.readonly:
        actions.insert(0, button(scene, "skip", "shell.skip", "skip_next"))
    return Screen(
        asked.label or asked.path.rpartition("/")[2],
        titles[-1] if titles else "",
        blocks,
        [*elements, *actions],
        keyboard=Keyboard.TEXT if filling.filter is not None else look.keyboard,
        progress=Progress(number, of, say("question.progress", n=number, m=of)),
        page=page,
        look=look.name,
        look_data={"required": asked.required, **dict(asked.attributes)},
    )


def repeat(scene: Scene) -> Screen:
    """Add another, or that is all."""
    say = scene.tongue.say
    here = _filling(scene).step()
    rows = here.rows if here is not None else 0
    tiles = [
        tile("repeat.add", say("repeat.add"), "add"),
        tile("repeat.done", say("repeat.done"), "check"),
    ]
    return Screen(
        here.label if here is not None and here.label else say("repeat.title"),
        say("repeat.title"),
        [text(say("repeat.count", n=rows))],
        tiles,
    )


def review(scene: Scene) -> Screen:
    """Every answer with its change button; numbers of persons are masked."""
    say = scene.tongue.say
    filling = _filling(scene)
    rows = []
    for name, each in review_names(filling):
        asked = filling.engine.node(each.path)
        look = filling.look(asked)
        if look.name == "note":
            continue
        rows.append(
            Element(
                id=f"change.{name}",
                role=Role.ROW,
                label=asked.label,
                value=answer_text(scene.tongue, asked, look) or say("review.not_answered"),
                hint=say("review.change"),
                icon="edit",
                error="" if asked.valid else asked.message,
            )
        )
    shown, page, paging = paged(scene, rows, REVIEW_PER_PAGE)
    blocks = [text(say("review.declare"))]
    if filling.first_problem():
        blocks.insert(0, notice(say("review.problem"), tone="problem", icon="error"))
    submit = button(scene, "submit", "review.submit", "send", primary=True)
    return Screen(say("review.title"), "", blocks, [*shown, *paging, submit], page=page)


def submitted(scene: Scene) -> Screen:
    """Reference, "received, not approved", what happens next, whom to ask."""
    say, session = scene.tongue.say, scene.session
    received = session.received
    assert received is not None, "this screen needs a receipt"
    agency = scene.catalogue.agency(received.agency).title(session.language)
    sent = (
        say("submitted.next_sent", agency=agency)
        if scene.network.online
        else say("submitted.next_offline")
    )
    blocks = [
        Block(
            kind=BlockKind.NUMBER,
            text=received.reference,
            value=received.reference,
            label=say("submitted.reference"),
        ),
        notice(say("submitted.not_approved"), tone="good", icon="task_alt"),
        step(sent, "send"),
        step(say("submitted.next_desk"), "ticket"),
        step(say("submitted.ask"), "call"),
        *paper_notice(scene),
    ]
    actions = [
        button(scene, "rate", "ticket.rate", "sentiment_satisfied"),
        button(scene, "take-ticket", "submitted.take_ticket", "ticket"),
        button(scene, "done", "shell.done", "check", primary=True),
    ]
    return Screen(say("submitted.title"), "", blocks, actions, back=False)


def _filling(scene: Scene) -> Filling:
    assert scene.session.filling is not None, "this screen needs a form"
    return scene.session.filling


def _problem(scene: Scene, filling: Filling) -> str:
    if not filling.problem:
        return ""
    if filling.problem == INVALID:
        return filling.question().message
    return scene.tongue.say(filling.problem)


def _answers(
    scene: Scene, filling: Filling, asked: NodeState, look: Look, problem: str
) -> tuple[list[Element], tuple[int, int]]:
    if look.pick is not Pick.NONE:
        return _choices(scene, filling, asked, look)
    if look.wheels:
        return _wheels(scene, filling, look), (1, 1)
    say = scene.tongue.say
    match look.name:
        case "note":
            return [], (1, 1)
        case "sign" | "draw":
            pad = Element(
                id="answer",
                role=Role.PAD,
                label=say("question.sign"),
                value=asked.value,
                error=problem,
            )
            mark = button(scene, "mark", "question.mark", "close", place=Place.MAIN)
            return [pad, mark] if look.name == "sign" else [pad], (1, 1)
        case "attach":
            return [], (1, 1)
        case _:
            field = Element(
                id="answer",
                role=Role.FIELD,
                label=asked.label,
                hint=asked.hint,
                value=filling.shown(),
                error=problem,
            )
            return [field], (1, 1)


def _wheels(scene: Scene, filling: Filling, look: Look) -> list[Element]:
    say = scene.tongue.say
    found = []
    for part in look.wheels:
        if part == "range":
            value, label = filling.question().value, filling.question().label
        else:
            held = filling.parts.get(part)
            value = "" if held is None else str(held)
            label = say(f"question.{part}")
        found.append(Element(id=f"wheel.{part}", role=Role.WHEEL, label=label, value=value))
    return found


def _choices(
    scene: Scene, filling: Filling, asked: NodeState, look: Look
) -> tuple[list[Element], tuple[int, int]]:
    held = asked.value.split() if look.pick is not Pick.ONE else [asked.value]
    options = list(asked.choices or ())
    if look.name == "agree":
        options = [Choice("OK", scene.tongue.say("consent.agree"))]
    found: list[Element] = []
    per_page = PER_PAGE
    if look is SEARCH:
        per_page = FILTERED_PER_PAGE
        found.append(
            Element(
                id="filter",
                role=Role.FIELD,
                label=scene.tongue.say("question.search_list"),
                value=filling.filter or "",
                icon="search",
            )
        )
        options = _filtered(options, filling.filter or "")
    shown, page, paging = paged(scene, options, per_page)
    for option in shown:
        rank = str(held.index(option.value) + 1) if option.value in held else ""
        found.append(
            Element(
                id=f"choice.{option.value}",
                role=Role.CHOICE,
                label=option.label,
                value=rank if look.pick is Pick.RANK else "",
                icon=dict(option.media).get("image", ""),
                selected=option.value in held,
            )
        )
    return [*found, *paging], page


def _filtered(options: list[Choice], typed: str) -> list[Choice]:
    wanted = typed.casefold().strip()
    if not wanted:
        return options
    starts = [each for each in options if each.label.casefold().startswith(wanted)]
    within = [each for each in options if wanted in each.label.casefold() and each not in starts]
    return [*starts, *within]
