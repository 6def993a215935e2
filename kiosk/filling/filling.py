"""Filling: one citizen filling one form, one screen at a time. Pure, in memory.

`Filling` keeps the position in the form, `QuestionInput` what is being typed there, `FieldPage`
the fields of a page of several questions, `FormRecord` the answers. What is typed becomes an
answer at "next" (or when the question is left): an answer that breaks a rule is kept and stays on
the screen with the reason. Questions appear and vanish with the answers, so the position is a
path, never a number.
"""

from __future__ import annotations

from content.catalogue.model import FormAsset
from content.xforms.faults import AnswerRefused
from content.xforms.results import PageKind
from content.xforms.session.session import FormSession
from kiosk.filling.field_page import FieldPage
from kiosk.filling.form_record import FormRecord, FormStep
from kiosk.filling.input_state import INVALID, QuestionInput
from kiosk.filling.normalize import plain_text
from kiosk.filling.question_widgets import is_stop, kind_of


class Filling:
    """A form being filled."""

    def __init__(self, asset: FormAsset, engine: FormSession) -> None:
        self.asset = asset
        self.record = FormRecord(engine)
        self.input = QuestionInput(self.record)
        self.page = FieldPage(self.record)
        self.returning = False
        self.removing = ""
        """The row the citizen was asked about: it goes with the second touch."""
        self._new_row: tuple[str, dict[str, str]] | None = None
        steps = self.steps()
        self._enter(steps[0].path if steps else "")

    @property
    def place(self) -> str:
        """Names the screen of the form that is shown."""
        return self.input.at

    def files(self) -> dict[str, bytes]:
        """The attachments that the record names, by name."""
        named = set(self.record.engine.values().values())
        return {name: part for name, part in self.input.attached.files.items() if name in named}

    @property
    def form_id(self) -> str:
        return self.asset.id

    def speak(self, code: str) -> None:
        """Switch the form's texts to a language."""
        self.record.speak(code)

    def steps(self) -> list[FormStep]:
        """Every screen that is to be shown now, in order."""
        return self.record.steps()

    def step(self) -> FormStep | None:
        """The screen at the place; None when it vanished."""
        return self.record.step_at(self.place)

    def progress(self) -> tuple[int, int]:
        """Number of the question at the place (the first of its page), and of how many."""
        asked = self.record.asked()
        here = self.step()
        first = (here.questions or (here.path,))[0] if here is not None else ""
        return (asked.index(first) + 1 if first in asked else len(asked), len(asked))

    def settle(self) -> bool:
        """Make what was typed the answer; False (with `problem`) when it cannot be one."""
        here = self.step()
        if here is not None and here.kind is PageKind.GROUP:
            return self.page.settle(plain_text)
        asked = self.input.question()
        value = self.input.pending(asked)
        if value is None:
            self.input.problem = "question.bad_date"
            return False
        problem = self.record.accept(asked, value)
        if problem:
            self.input.problem = problem
            return False
        self.input.typed = None
        return True

    def forward(self) -> FormStep | None:
        """On to the next screen; None when there is nothing more to ask. Stays, with `problem`,
        while the answer cannot stand.
        """
        here = self.step()
        if here is not None and here.kind is PageKind.GROUP:
            return self._page_forward(here)
        if here is None or here.kind is PageKind.QUESTION:
            if not self.settle():
                return here
            if not self.input.question().valid:
                self.input.problem = INVALID
                return here
            if is_stop(self.input.question()):
                return here
        return self.onward()

    def skip(self) -> FormStep | None:
        """Leave an optional question empty."""
        self.input.typed, self.input.problem = None, ""
        self.input.detach()
        return self.onward()

    def back(self) -> FormStep | None:
        """The screen before; None at the first. What was typed is kept where it can be."""
        here = self.step()
        if here is not None and here.kind is not PageKind.REPEAT:
            self.settle()
            if self._is_untouched(here):
                return self._drop(self.record.row_beginning_at(here))
        self.returning = False
        page = self.record.page_of(self.place)
        if here is not None and here.kind is PageKind.GROUP and self.page.close():
            return here
        if page is not None:
            return self._go(page)
        steps = self.steps()
        paths = [each.path for each in steps]
        at = paths.index(self.place) if self.place in paths else len(paths)
        if at == 0:
            self.input.problem = ""
            return None
        return self._go(steps[at - 1])

    def go(self, path: str, *, returning: bool) -> None:
        """To the screen at `path`; back to the review after it when `returning`."""
        self.returning = returning
        self._enter(path)

    def open(self, name: str) -> None:
        """From a page of several questions to one of them; "next" leads back to the page."""
        path = self.page.names().get(name)
        if path is None:
            return
        if path in self.page.typed_paths():
            self.page.active = path
        else:
            self.page.settle(plain_text)
            self._enter(path)

    def last(self) -> FormStep | None:
        """To the last screen of the form."""
        steps = self.steps()
        return self._go(steps[-1]) if steps else None

    def first_open(self) -> FormStep | None:
        """To the first question without an answer; None when there is none."""
        for path in self.record.asked():
            asked = self.record.node(path)
            if not asked.value and kind_of(asked) != "note":
                return self._go(self.record.page_of(path) or FormStep(PageKind.QUESTION, path))
        return None

    def add_row(self) -> FormStep | None:
        """Add a row of the repeat at the place and go to its first question."""
        try:
            row = self.record.add(self.place)
        except AnswerRefused:
            return self.step()  # the form cannot take another: the question stays
        self._new_row = (row, self.record.row_values(row))
        for each in self.steps():
            if (each.questions or (each.path,))[0].startswith(f"{row}/"):
                return self._go(each)
        return self.onward()

    def row_here(self) -> str:
        """The row that begins on this screen and may be removed; empty where there is none."""
        here = self.step()
        return "" if here is None else self.record.row_beginning_at(here)

    def remove_row(self) -> FormStep | None:
        """Take the row that begins here out, when the citizen has said so twice; the screen after
        it, None back to the review.
        """
        row = self.row_here()
        if not row or self.removing != row:
            self.removing = row
            return self.step()
        return self._drop(row)

    def _is_untouched(self, here: FormStep) -> bool:
        """Whether this is the first screen of a row just added, with nothing in it yet: who steps
        back from it did not mean to add it.
        """
        row = self.record.row_beginning_at(here)
        typed = self.input.typed or any(self.page.texts.values())
        return bool(row) and not typed and self._new_row == (row, self.record.row_values(row))

    def _drop(self, row: str) -> FormStep | None:
        """Remove a row, and go to where its repeat asks for another."""
        self.input.attached.drop_row(row)
        self.record.remove(row)
        self.removing, self._new_row = "", None
        if self.returning:
            self.returning = False
            return None
        prompt = self.record.step_at(row.rpartition("[")[0])
        steps = self.steps()
        return self._go(prompt or steps[0]) if prompt or steps else None

    def stop(self) -> str:
        """The path of a note at which the form ends unsent; empty while there is none."""
        asked = self.record.asked()
        return next((path for path in asked if is_stop(self.record.node(path))), "")

    def first_problem(self) -> str:
        """The path of the first answer that cannot stand; empty when all can."""
        problems = self.record.engine.violations()
        return problems[0].path if problems else ""

    def _page_forward(self, here: FormStep) -> FormStep | None:
        page = self.page
        settled = page.settle(plain_text)
        if page.close() or not settled:
            self.input.problem = "" if settled else "question.problem"
            return here
        now = self.step()
        if now is None or now.questions != here.questions:
            # An answer brought or took a question of this page: it is shown before it is judged.
            again = self.record.page_of(here.questions[0]) or now
            return self.onward() if again is None else self._go(again)
        self.input.problem = "question.problem" if page.judge(INVALID) else ""
        if self.input.problem:
            return here
        stop = next((path for path in here.questions if is_stop(self.record.node(path))), "")
        return self._go(FormStep(PageKind.QUESTION, stop)) if stop else self.onward()

    def onward(self) -> FormStep | None:
        """The next screen, whatever is on this one; None at the end or back to the review."""
        if self.returning:
            self.returning = False
            return None
        page = self.record.page_of(self.place)
        if page is not None:
            return self._go(page)
        steps = self.steps()
        paths = [each.path for each in steps]
        at = paths.index(self.place) if self.place in paths else -1
        return self._go(steps[at + 1]) if at + 1 < len(steps) else None

    def _go(self, step: FormStep) -> FormStep:
        self._enter(step.path)
        return step

    def _enter(self, path: str) -> None:
        self.removing = ""
        self.input.enter(path)
        step = self.step()
        if step is not None and step.kind is PageKind.GROUP:
            self.page.enter(step.questions)
        if step is not None and step.kind is PageKind.QUESTION:
            self.input.read_parts()
