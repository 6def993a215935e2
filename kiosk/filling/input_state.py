"""QuestionInput: what is being typed, turned, chosen or attached at one question. Pure, in memory.

What is typed becomes an answer only when the citizen goes on; a tap on a choice is one at once.
`Filling` adds the way through the form.
"""

from __future__ import annotations

from datetime import date

from content.xforms.results import NodeState
from content.xforms.session.session import FormSession
from kiosk.filling import date_entry
from kiosk.filling.attachments import Attachments
from kiosk.filling.field_page import FieldPage
from kiosk.filling.form_record import FormRecord
from kiosk.filling.normalize import plain_text, read_back
from kiosk.filling.question_widgets import QuestionWidget, kind_of, look_of

TEXT_MAX = 2_000


class QuestionInput:
    """The question at the place. `problem` is a text key, or `INVALID` for the form's own words."""

    def __init__(self, engine: FormSession) -> None:
        self.record = FormRecord(engine)
        self.together = FieldPage(self.record)
        self.attached = Attachments()
        self.typed: str | None = None
        self.parts: date_entry.Parts = {}
        self.filter: str | None = None
        self.county = ""  # of a place being chosen: the county, before the place in it
        self.problem = ""
        self.returning = False
        self._at = ""

    @property
    def engine(self) -> FormSession:
        """The form's engine, for what is kept and what is sent; answers go through `record`."""
        return self.record.engine

    @property
    def place(self) -> str:
        """Names the screen of the form that is shown."""
        return self._at

    def question(self) -> NodeState:
        """The question at the place."""
        return self.record.node(self._at)

    def look(self, question: NodeState | None = None) -> QuestionWidget:
        """How the question (that at the place) is drawn and answered."""
        return look_of(question or self.question())

    def shown(self) -> str:
        """The text of the field: what is being typed, else the answer."""
        return read_back(self.question()) if self.typed is None else self.typed

    def write(self, text: str) -> None:
        """The citizen is typing."""
        self.typed = text[:TEXT_MAX]
        self.problem = ""
        if self.look().wheels and "range" not in self.look().wheels:
            self.parts = date_entry.parts_of(text, self.look().wheels)
            self.typed = None

    def choose(self, value: str, *, many: bool) -> None:
        """A tap on a choice; in a many-choice it goes on and off. Order of taps is kept."""
        asked = self.question()
        self.problem = ""
        if asked.readonly:
            return
        held = asked.value.split() if many else []
        held = [each for each in held if each != value] if value in held else [*held, value]
        self.record.set(self._at, " ".join(held) or None)

    def turn(self, part: str, by: int, today: date) -> None:
        """A touch of a wheel's button."""
        self.problem = ""
        if part != "range":
            date_entry.turn(self.parts, part, by, today, birth="birth" in self._at)
        elif not self.question().readonly:
            asked = self.question()
            self.record.set(self._at, date_entry.slide(asked.value, dict(asked.attributes), by))

    def put(self, part: str, text: str) -> None:
        """A wheel's part was typed, or a mark of a range was touched."""
        self.problem = ""
        if part in self.parts:
            date_entry.put(self.parts, part, text)
        elif part == "range" and not self.question().readonly:
            self.record.set(self._at, date_entry.nearest(text, dict(self.question().attributes)))

    def attach(self, content: bytes, ending: str, strokes: str = "") -> None:
        """The answer is a file, kept beside the record; an earlier one is forgotten."""
        self.problem = ""
        name = self.attached.put(self._at, content, ending, strokes)
        self.record.set(self._at, name)

    def detach(self) -> None:
        """Throw the file of the question at the place away."""
        self.problem = ""
        self.attached.drop(self._at)
        self.record.set(self._at, None)

    def files(self) -> dict[str, bytes]:
        """The attachments that the record names, by name."""
        named = set(self.engine.values().values())
        return {name: part for name, part in self.attached.files.items() if name in named}

    def pending(self, asked: NodeState) -> str | None:
        """What was typed or turned, as it is stored; None when it makes no date or time."""
        if self.parts:
            return date_entry.value_of(self.parts, kind_of(asked))
        if self.typed is None:
            return asked.value
        return plain_text(asked, self.typed)
