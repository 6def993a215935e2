"""Answering: one citizen's way through one form, a question at a time. Pure, in memory.

`Filling` keeps the place in the form and what is being typed; the forms engine keeps the record.
What is typed becomes an answer at "next" (or when the place is left): an answer that breaks a
rule is kept and stays on the screen with the reason. Questions appear and vanish with the
answers, so the place is a path, never a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kiosk.forms.faults import AnswerRefused
from kiosk.forms.session import FormSession
from kiosk.forms.states import NodeState, PageKind
from kiosk.visit import wheels
from kiosk.visit.looks import CODE, IDENTITY, PHONE, Look, look_for

TEXT_MAX = 2_000
INVALID = "!"
"""The answer breaks a rule of the form, which has words for it in every language."""

_SQUEEZED = (PHONE, IDENTITY, CODE)


@dataclass(frozen=True, slots=True)
class Step:
    """One screen of the form: a question, or "add another?" of a repeat with `rows` rows."""

    kind: PageKind
    path: str
    titles: tuple[str, ...] = ()
    label: str = ""
    rows: int = 0

    @property
    def name(self) -> str:
        """The question's own name."""
        return self.path.rpartition("/")[2]


class Filling:
    """A form being filled. `problem` is a text key, or `INVALID` for the form's own message."""

    def __init__(self, form_id: str, engine: FormSession) -> None:
        self.form_id = form_id
        self.engine = engine
        self.typed: str | None = None
        self.parts: wheels.Parts = {}
        self.filter: str | None = None
        self.problem = ""
        self.returning = False
        self.strokes: dict[str, bytes] = {}
        self._at = ""
        self._enter(self.steps()[0].path if self.steps() else "")

    @property
    def place(self) -> str:
        """Names the screen of the form that is shown."""
        return self._at

    def speak(self, code: str) -> None:
        """Switch the form's texts to the language whose name ends in "(code)", or is it."""
        for name in self.engine.languages:
            if name == code or name.endswith(f"({code})"):
                self.engine.language = name
                return

    def steps(self) -> list[Step]:
        """Every screen that is to be shown now, in order."""
        found = []
        for page in self.engine.pages():
            if page.kind is PageKind.REPEAT:
                found.append(Step(page.kind, page.path, page.titles, page.label, page.rows))
            else:
                titles = (*page.titles, page.label) if page.label else page.titles
                found += [Step(PageKind.QUESTION, path, titles) for path in page.questions]
        return found

    def step(self) -> Step | None:
        """The screen at the place; None when it vanished."""
        return next((each for each in self.steps() if each.path == self._at), None)

    def question(self) -> NodeState:
        """The question at the place."""
        return self.engine.node(self._at)

    def look(self, question: NodeState | None = None) -> Look:
        """How the question (that at the place) is drawn and answered."""
        asked = question or self.question()
        name = asked.path.rpartition("/")[2].lower()
        return look_for(kind_of(asked), asked.appearance, len(asked.choices or ()), name)

    def progress(self) -> tuple[int, int]:
        """Number of the question at the place, and of how many."""
        asked = [each.path for each in self.steps() if each.kind is PageKind.QUESTION]
        return (asked.index(self._at) + 1 if self._at in asked else len(asked), len(asked))

    def shown(self) -> str:
        """The text of the field: what is being typed, else the answer."""
        return self.question().value if self.typed is None else self.typed

    def write(self, text: str) -> None:
        """The citizen is typing."""
        self.typed = text[:TEXT_MAX]
        self.problem = ""
        if self.look().wheels and "range" not in self.look().wheels:
            self.parts = wheels.parts_of(text, self.look().wheels)
            self.typed = None

    def choose(self, value: str, *, many: bool) -> None:
        """A tap on a choice; in a many-choice it goes on and off. Order of taps is kept."""
        held = self.question().value.split() if many else []
        held = [each for each in held if each != value] if value in held else [*held, value]
        self.problem = ""
        self.engine.set(self._at, " ".join(held) or None)

    def turn(self, part: str, by: int, today: date) -> None:
        """A touch of a wheel's button."""
        self.problem = ""
        if part == "range":
            asked = self.question()
            self.engine.set(self._at, wheels.slide(asked.value, dict(asked.attributes), by))
            return
        birth = "birth" in self._at
        wheels.turn(self.parts, part, by, today, birth=birth)

    def put(self, part: str, text: str) -> None:
        """A wheel's part was typed."""
        self.problem = ""
        if part in self.parts:
            wheels.put(self.parts, part, text)
        elif part == "range":
            self.typed = text

    def draw(self, strokes: bytes, file_name: str) -> None:
        """A finger drew the answer; kept beside the record as an attachment."""
        self.problem = ""
        self.strokes[file_name] = strokes
        self.engine.set(self._at, file_name)

    def settle(self) -> bool:
        """Make what was typed the answer; False (with `problem`) when it cannot be one."""
        asked = self.question()
        value = self._pending(asked)
        if value is None:
            self.problem = "question.bad_date"
            return False
        try:
            if value != asked.value and not asked.readonly:
                self.engine.set(self._at, value or None)
        except AnswerRefused:
            self.problem = "question.bad_number"
            return False
        self.typed = None
        return True

    def forward(self) -> Step | None:
        """On to the next screen; None when there is nothing more to ask. Stays, with `problem`,
        while the answer cannot stand.
        """
        here = self.step()
        if here is None or here.kind is PageKind.QUESTION:
            if not self.settle():
                return here
            asked = self.question()
            if not asked.valid:
                self.problem = INVALID
                return here
        return self.onward()

    def skip(self) -> Step | None:
        """Leave an optional question empty."""
        self.typed, self.problem = None, ""
        self.engine.set(self._at, None)
        return self.onward()

    def back(self) -> Step | None:
        """The screen before; None at the first. What was typed is kept where it can be."""
        steps = self.steps()
        paths = [each.path for each in steps]
        at = paths.index(self._at) if self._at in paths else len(paths)
        if at < len(steps) and steps[at].kind is PageKind.QUESTION:
            self.settle()
        self.returning = False
        if at == 0:
            self.problem = ""
            return None
        return self._go(steps[at - 1])

    def go(self, path: str, *, returning: bool) -> None:
        """To the question at `path`; back to the review after it when `returning`."""
        self.returning = returning
        self._enter(path)

    def last(self) -> Step | None:
        """To the last screen of the form."""
        return self._go(self.steps()[-1]) if self.steps() else None

    def add_row(self) -> Step | None:
        """Add a row of the repeat at the place and go to its first question."""
        row = self.engine.add(self._at)
        inside = [each for each in self.steps() if each.path.startswith(f"{row}/")]
        return self._go(inside[0]) if inside else self.onward()

    def first_problem(self) -> str:
        """The path of the first answer that cannot stand; empty when all can."""
        problems = self.engine.violations()
        return problems[0].path if problems else ""

    def onward(self) -> Step | None:
        """The next screen, whatever is on this one; None at the end or back to the review."""
        if self.returning:
            self.returning = False
            return None
        steps = self.steps()
        paths = [each.path for each in steps]
        at = paths.index(self._at) if self._at in paths else -1
        return self._go(steps[at + 1]) if at + 1 < len(steps) else None

    def _go(self, step: Step) -> Step:
        self._enter(step.path)
        return step

    def _enter(self, path: str) -> None:
        self._at, self.typed, self.problem, self.filter = path, None, "", None
        self.parts = {}
        step = self.step()
        if step is not None and step.kind is PageKind.QUESTION:
            look = self.look()
            if look.wheels and "range" not in look.wheels:
                self.parts = wheels.parts_of(self.question().value, look.wheels)

    def _pending(self, asked: NodeState) -> str | None:
        if self.parts:
            return wheels.value_of(self.parts, kind_of(asked))
        if self.typed is None:
            return asked.value
        if self.look(asked) in _SQUEEZED:
            return "".join(self.typed.split()).replace("-", "").upper()
        return self.typed.strip()


def kind_of(asked: NodeState) -> str:
    """The row of `LOOK_FOR` a question belongs to."""
    if asked.control in {"select1", "select", "rank", "range", "trigger"}:
        return asked.control
    if asked.control == "upload":
        media = dict(asked.attributes).get("mediatype", "").partition("/")[0]
        return media if media in {"image", "audio", "video"} else "file"
    if asked.readonly:
        return "note"
    if asked.control == "textarea":
        return "textarea"
    return asked.type
