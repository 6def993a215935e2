"""Form record: the forms engine for a visit, with node states cached until a change.

A screen asks for the same question many times while it is drawn, and a list of 20,000 choices or a
form of 1,000 questions must not be computed each time. The cache is cleared when an answer, a row
or the language changes; nothing else may change the engine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from content.i18n.plain_words import has_markup, plain_words
from content.search.list_filter import SearchableList
from content.xforms.faults import AnswerRefused, AnswerUnusable
from content.xforms.results import Choice, NodeState, PageKind
from content.xforms.session.session import FormSession
from kiosk.filling.page_layout import chunks
from kiosk.filling.question_widgets import is_heading, look_of

_GROUP = "group:"
_ROW = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class FormStep:
    """One screen of the form: a question, several on one page (`questions`), or "add another?"
    of a repeat with `rows` rows.
    """

    kind: PageKind
    path: str
    titles: tuple[str, ...] = ()
    label: str = ""
    rows: int = 0
    questions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The question's own name."""
        return self.path.rpartition("/")[2]


def _in_plain_words(state: NodeState) -> NodeState:
    """A question as it is shown: words without the signs its author styled them with."""
    choices = state.choices
    if choices is not None and any(has_markup(choice.label) for choice in choices):
        choices = tuple(replace(each, label=plain_words(each.label)) for each in choices)
    words = (plain_words(state.label), plain_words(state.hint), plain_words(state.message))
    if words == (state.label, state.hint, state.message) and choices is state.choices:
        return state
    label, hint, message = words
    return replace(state, label=label, hint=hint, message=message, choices=choices)


def _first_path(step: FormStep) -> str:
    return (step.questions or (step.path,))[0]


class FormRecord:
    """One form being answered."""

    def __init__(self, engine: FormSession) -> None:
        self.engine = engine
        self._states: dict[str, NodeState] = {}
        self._steps: list[FormStep] | None = None
        self._found: tuple[str, str, list[Choice]] | None = None
        self._list: tuple[str, SearchableList] | None = None

    def speak(self, code: str) -> None:
        """Switch the form's texts to the language whose name ends in "(code)", or is it."""
        for name in self.engine.languages:
            if name == code or name.endswith(f"({code})"):
                self.engine.language = name
                self._forget()
                return

    def set(self, path: str, value: str | None) -> None:
        """Answer a question; raises `AnswerRefused`."""
        self.engine.set(path, value)
        self._forget()

    def accept(self, asked: NodeState, value: str) -> str:
        """Make `value` the answer of `asked`, unless it is; the text key of why it cannot be one,
        empty where it can.
        """
        try:
            if value != asked.value and not asked.readonly:
                self.set(asked.path, value or None)
        except AnswerUnusable as fault:
            return "question.unusable" if fault.most is None else "question.too_many"
        except AnswerRefused:
            return "question.bad_number"
        return ""

    def add(self, path: str) -> str:
        """Add a row to the repeat at `path`; the row's path."""
        row = self.engine.add(path)
        self._forget()
        return row

    def remove(self, row: str) -> None:
        """Take a row out, with its answers."""
        self.engine.remove(row)
        self._forget()

    def row_values(self, row: str) -> dict[str, str]:
        """The answers of a row, by path."""
        found = self.engine.values()
        return {path: value for path, value in found.items() if path.startswith(f"{row}/")}

    def row_beginning_at(self, step: FormStep) -> str:
        """The row of an open repeat whose first screen `step` is; empty where there is none."""
        if step.kind is PageKind.REPEAT:
            return ""
        path = _first_path(step)
        open_repeats = {each.path for each in self.steps() if each.kind is PageKind.REPEAT}
        for mark in reversed(list(_ROW.finditer(path))):
            row = path[: mark.end()]
            if path[: mark.start()] in open_repeats:
                inside = (e for e in self.steps() if _first_path(e).startswith(f"{row}/"))
                first = next(inside, None)
                return row if first is not None and first.path == step.path else ""
        return ""

    def node(self, path: str) -> NodeState:
        """The state of the question at `path`."""
        found = self._states.get(path)
        if found is None:
            found = self._states[path] = _in_plain_words(self.engine.node(path))
        return found

    def steps(self) -> list[FormStep]:
        """Every screen that is to be shown now, in order."""
        if self._steps is None:
            self._steps = list(self._walk())
        return self._steps

    def asked(self) -> list[str]:
        """The path of every question that is to be asked now, in order."""
        return [
            path
            for step in self.steps()
            if step.kind is not PageKind.REPEAT
            for path in step.questions or (step.path,)
        ]

    def step_at(self, path: str) -> FormStep | None:
        """The screen at `path`: one of `steps`, or a question opened from its page."""
        for step in self.steps():
            if step.path == path:
                return step
            if path in step.questions:
                titles = (*step.titles, step.label) if step.label else step.titles
                return FormStep(PageKind.QUESTION, path, titles)
        return None

    def page_of(self, path: str) -> FormStep | None:
        """The page of several questions that holds the question at `path`."""
        return next((step for step in self.steps() if path in step.questions), None)

    def search(self, path: str, typed: str) -> list[Choice]:
        """The choices of `path` that match: those that begin so first."""
        choices = list(self.node(path).choices or ())
        if not typed.strip():
            return choices
        if self._found is not None and self._found[:2] == (path, typed):
            return self._found[2]
        if self._list is None or self._list[0] != path:
            self._list = (path, SearchableList((each.value, each.label) for each in choices))
        self._found = (path, typed, [choices[at] for at in self._list[1].find(typed)])
        return self._found[2]

    def _walk(self) -> list[FormStep]:
        found: list[FormStep] = []
        for page in self.engine.pages():
            around, label = tuple(map(plain_words, page.titles)), plain_words(page.label)
            if page.kind is PageKind.REPEAT:
                found.append(FormStep(page.kind, page.path, around, label, page.rows))
                continue
            if page.kind is PageKind.QUESTION:
                found += [FormStep(PageKind.QUESTION, path, around) for path in page.questions]
                continue
            titles = (*around, label) if label else around
            asked = [self.node(path) for path in page.questions]
            for part in chunks((e.path, look_of(e)) for e in asked if not is_heading(e)):
                if len(part) == 1:
                    found.append(FormStep(PageKind.QUESTION, part[0], titles))
                else:
                    place = _GROUP + part[0]
                    found.append(FormStep(PageKind.GROUP, place, around, label, questions=part))
        return found

    def _forget(self) -> None:
        self._states.clear()
        self._steps = self._found = self._list = None
