"""Question screens: the elements of every question widget, alone or several on a page. Pure
functions.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from content.xforms.results import Choice, NodeState, PageKind
from kiosk.filling.answer_text import answer_text
from kiosk.filling.filling import Filling
from kiosk.filling.form_record import FormStep
from kiosk.filling.input_state import INVALID
from kiosk.filling.question_widgets import QuestionWidget, TapEffect, is_stop, look_of
from kiosk.ui_protocol.view import (
    Block,
    BlockKind,
    Element,
    FormProgress,
    KeyboardKind,
    Region,
    Role,
)
from kiosk.visit.form import capture_screens
from kiosk.visit.form.given_answers import offered
from kiosk.visit.screen import PER_PAGE, Screen, ScreenContext, button, notice, paged, text

FILTERED_PER_PAGE = 4

EXAMPLES = frozenset(
    {"text", "multiline", "phone", "identity", "number", "decimal", "date", "time", "range",
     "choose", "many", "agree", "sign", "photo", "audio", "place", "scan"}
)  # fmt: skip
"""Questions for which the pack has an example (`example.NAME`), should the form give none."""

Shown = tuple[list[Element], tuple[int, int]]
"""Elements, and (this page, of how many)."""


def alone(context: ScreenContext, filling: Filling, progress: FormProgress) -> Screen:
    """One question: its look, its problem with an example, and the way on."""
    asked, look = filling.input.question(), filling.input.look()
    here = filling.step()
    titles = here.titles if here is not None else ()
    problem = _words(context, filling, filling.input.problem, asked)
    example = asked.hint or _example(context, asked, look)
    blocks = [*_told(problem, example if problem else asked.hint), *_about_row(context, filling)]
    drawn, data = look.name, {"required": asked.required, **dict(asked.attributes)}
    if look.name in {"photo", "audio", "attach"}:
        blocks += capture_screens.told(context, filling, asked)
        if look.name == "photo":
            data["content"] = capture_screens.picture(context, filling, asked)
    if look.name == "place":
        blocks += capture_screens.where(context, filling, asked)
        drawn, elements, page = capture_screens.place(context, filling, asked)
    else:
        elements, page = _answers(context, filling, asked, look, problem)
    if drawn == "search":
        blocks += _unmatched(context, filling, asked, look)
    if is_stop(asked):
        actions = _stopped(context)
    elif look.name == "attach" and asked.required:
        actions = _beyond(context)
    else:
        actions = _ways(context, filling, skip=not asked.required and not asked.readonly)
    searching = drawn == "search" and filling.input.filter is not None
    return Screen(
        asked.label or asked.path.rpartition("/")[2],
        titles[-1] if titles else "",
        blocks,
        [*elements, *actions],
        keyboard=KeyboardKind.TEXT if searching else look.keyboard,
        progress=progress,
        page=page,
        look=drawn,
        look_data=data,
    )


def together(
    context: ScreenContext, filling: Filling, here: FormStep, progress: FormProgress
) -> Screen:
    """Several questions: a line each, or the fields being typed into over the keyboard. Every
    problem stands in the summary and at its own place.
    """
    page = filling.page
    shown, summary = [], []
    keyboard, required = KeyboardKind.NONE, False
    fields = page.fields()
    for name, path in page.names().items():
        asked = filling.record.node(path)
        look = look_of(asked)
        problem = _words(context, filling, page.problems.get(path, ""), asked)
        required = required or asked.required
        if problem:
            problem = _with_example(problem, asked.hint or _example(context, asked, look))
            summary.append(f"{asked.label}: {problem}")
        if path in fields:
            active = path == page.active
            keyboard = look.keyboard if active else keyboard
            field = Element(
                id=f"answer.{name}",
                role=Role.FIELD,
                label=asked.label,
                value=page.shown(path),
                selected=active,
                error=problem,
                masked=look.masked and path not in page.texts,
            )
            shown.append(field)
        elif not fields:
            shown.append(_line(context, f"open.{name}", asked, look, problem))
    blocks = [notice(" ".join(summary), tone="problem", icon="error")] if summary else []
    blocks += _about_row(context, filling)
    return Screen(
        here.label or context.translator.say("question.together"),
        here.titles[-1] if here.titles else "",
        blocks,
        [*shown, *_ways(context, filling, skip=False)],
        keyboard=keyboard,
        progress=progress,
        look="fields" if fields else "group",
        look_data={"required": required},
    )


def _line(
    context: ScreenContext, name: str, asked: NodeState, look: QuestionWidget, problem: str
) -> Element:
    answer = "" if look.name == "note" else answer_text(context.translator, asked, look)
    icon = "error" if problem else "check_circle" if answer else "edit"
    return Element(
        id=name,
        role=Role.ROW,
        label=asked.label,
        value=problem or answer or context.translator.say("question.open"),
        icon="info" if look.name == "note" else icon,
        selected=bool(answer),
        error=problem,
    )


def _ways(context: ScreenContext, filling: Filling, *, skip: bool) -> list[Element]:
    ways = [button(context, "next", "shell.next", "arrow_forward", primary=True)]
    if skip:
        ways.insert(0, button(context, "skip", "shell.skip", "skip_next"))
    ways[:0] = _as_before(context, filling)
    if filling.row_here():
        words = "repeat.remove_yes" if filling.removing else "repeat.remove"
        ways.insert(0, button(context, "remove-row", words, "delete"))
    if context.session.correcting is None:
        ways.insert(0, button(context, "keep", "shell.keep", "save", place=Region.NAV))
    return ways


def _as_before(context: ScreenContext, filling: Filling) -> list[Element]:
    """What an earlier form of this visit was told is offered, and not asked again."""
    here = filling.step()
    if here is None or here.kind is not PageKind.QUESTION or filling.input.typed:
        return []
    asked = filling.input.question()
    value = "" if asked.value else offered(context.session.given, asked)
    if not value:
        return []
    words = answer_text(context.translator, replace(asked, value=value), filling.input.look())
    label = context.translator.say("question.as_before", answer=words)
    return [Element(id="as-before", role=Role.BUTTON, place=Region.ACTIONS, label=label,
                    icon="replay")]  # fmt: skip


def _about_row(context: ScreenContext, filling: Filling) -> list[Block]:
    """Before a row and its answers are removed, the citizen is asked."""
    if not filling.removing:
        return []
    return [notice(context.translator.say("repeat.remove_ask"), tone="warn", icon="delete")]


def _stopped(context: ScreenContext) -> list[Element]:
    """The form ends here and is not sent: the queue is open all the same."""
    return [
        button(context, "take-ticket", "submitted.take_ticket", "ticket"),
        button(context, "done", "shell.done", "check", primary=True),
    ]


def _told(problem: str, hint: str) -> list[Block]:
    """What is wrong, in bold, over the example; the example alone while nothing is."""
    if problem and hint:
        block = Block(kind=BlockKind.NOTICE, label=problem, text=hint, tone="problem", icon="error")
        return [block]
    if problem:
        return [notice(problem, tone="problem", icon="error")]
    return [text(hint)] if hint else []


def _with_example(problem: str, example: str) -> str:
    """The problem in one line with its example, unless it has one."""
    return problem if any(char.isdigit() for char in problem) else f"{problem}. {example}"


def _example(context: ScreenContext, asked: NodeState, look: QuestionWidget) -> str:
    """What an answer may look like, for a question whose author gave no example."""
    name = {"pictures": "choose", "search": "choose", "likert": "choose", "rank": "many",
            "draw": "sign"}.get(look.name, look.name)  # fmt: skip
    if name not in EXAMPLES:
        return ""
    say = context.translator.say
    first = asked.choices[0].label if asked.choices else say("consent.agree")
    return say(f"example.{name}", choice=first)


def _beyond(context: ScreenContext) -> list[Element]:
    """A file no kiosk can take, without which the form cannot be sent: staff help at the desk,
    and the answers wait there under their code.
    """
    ways = [button(context, "desk", "submitted.take_ticket", "ticket", primary=True)]
    if context.session.correcting is None:
        ways.insert(0, button(context, "keep", "question.keep", "save"))
    return ways


def _words(context: ScreenContext, filling: Filling, problem: str, asked: NodeState) -> str:
    if not problem or problem == INVALID:
        return asked.message if problem else ""
    return context.translator.say(problem, most=filling.record.engine.rows_max)


def _answers(
    context: ScreenContext, filling: Filling, asked: NodeState, look: QuestionWidget, problem: str
) -> Shown:
    if look.pick is not TapEffect.NONE:
        return _choices(context, filling, asked, look)
    if look.wheels:
        return _wheels(context, filling, look), (1, 1)
    match look.name:
        case "note" | "attach":
            found = []
        case "photo":
            found = capture_screens.photo(context, filling, asked)
        case "audio":
            found = capture_screens.audio(context, filling, asked)
        case "sign" | "draw":
            found = _pad(context, filling, asked, look, problem)
        case _:
            found = [
                Element(
                    id="answer",
                    role=Role.FIELD,
                    label=asked.label,
                    hint=asked.hint,
                    value=filling.input.shown(),
                    error=problem,
                    masked=look.masked and filling.input.typed is None,
                )
            ]
    return found, (1, 1)


def _pad(
    context: ScreenContext, filling: Filling, asked: NodeState, look: QuestionWidget, problem: str
) -> list[Element]:
    pad = Element(
        id="answer",
        role=Role.PAD,
        label=context.translator.say("question.sign"),
        value=filling.input.attached.strokes(asked.path),
        error=problem,
    )
    if look.name == "draw":
        return [pad]
    return [pad, button(context, "mark", "question.mark", "close", place=Region.MAIN)]


def _wheels(context: ScreenContext, filling: Filling, look: QuestionWidget) -> list[Element]:
    say = context.translator.say
    found = []
    for part in look.wheels:
        hint = ""
        if part == "range":
            value, label = filling.input.question().value, filling.input.question().label
        else:
            held = filling.input.parts.get(part)
            value = "" if held is None else str(held)
            label = say(f"question.{part}")
            hint = _wheel_hint(context, filling, part)
        found.append(
            Element(id=f"wheel.{part}", role=Role.WHEEL, label=label, value=value, hint=hint)
        )
    return found


def _unmatched(
    context: ScreenContext, filling: Filling, asked: NodeState, look: QuestionWidget
) -> list[Block]:
    """Said when nothing of a list is what was typed: the whole list is offered then."""
    typed = filling.input.filter or ""
    if look.name == "place":
        matched = bool(capture_screens.counties_like(context, typed))
    else:
        matched = bool(filling.record.search(asked.path, typed))
    return [] if matched else [notice(context.translator.say("question.none_found"), icon="search")]


def _wheel_hint(context: ScreenContext, filling: Filling, part: str) -> str:
    """The month's name; under the hour the time as it is said, which Kiswahili counts from dawn."""
    parts = filling.input.parts
    held = parts.get(part)
    if held is None or part not in {"month", "hour"}:
        return ""
    if part == "month":
        return context.translator.month(held)
    return context.translator.clock(time(held, parts.get("minute") or 0))


def _choices(
    context: ScreenContext, filling: Filling, asked: NodeState, look: QuestionWidget
) -> Shown:
    held = asked.value.split() if look.pick is not TapEffect.ONE else [asked.value]
    found: list[Element] = []
    per_page = PER_PAGE
    if look.name == "agree":
        options = [Choice("OK", context.translator.say("consent.agree"))]
    elif look.name == "search":
        per_page = FILTERED_PER_PAGE
        field = Element(
            id="filter",
            role=Role.FIELD,
            label=context.translator.say("question.search_list"),
            value=filling.input.filter or "",
            icon="search",
        )
        found.append(field)
        found_ones = filling.record.search(asked.path, filling.input.filter or "")
        options = found_ones or list(asked.choices or ())  # nothing so: the whole list
    else:
        options = list(asked.choices or ())
    shown, page, paging = paged(context, options, per_page)
    for option in shown:
        rank = str(held.index(option.value) + 1) if option.value in held else ""
        found.append(
            Element(
                id=f"choice.{option.value}",
                role=Role.CHOICE,
                label=option.label,
                value=rank if look.pick is TapEffect.RANK else "",
                media=_picture(context, filling, option),
                icon="" if look.name == "search" else option.icon,
                selected=option.value in held,
            )
        )
    return [*found, *paging], page


def _picture(context: ScreenContext, filling: Filling, option: Choice) -> str:
    """Where the picture of a choice lies in the pack; empty when it has none there."""
    name = dict(option.media).get("image", "").rpartition("/")[2]
    return context.picture(filling.asset.id, name) if name else ""
