"""Input state: what is being typed, chosen or attached at one question. Pure, in memory.

What is typed becomes an answer only when the citizen goes on; a tap on a choice is one at once.
"""

from __future__ import annotations

from datetime import date

from content.xforms.results import NodeState
from kiosk.filling import date_entry
from kiosk.filling.attachments import Attachments
from kiosk.filling.form_record import FormRecord
from kiosk.filling.normalize import plain_text, read_back
from kiosk.filling.question_widgets import QuestionWidget, kind_of, look_of

TEXT_MAX = 2_000
INVALID = "!"
"""The answer breaks a rule of the form, which has words for it in every language."""


class QuestionInput:
    """The question at `at`. `problem` is a text key, or `INVALID` for the form's own words."""

    def __init__(self, record: FormRecord) -> None:
        self.record = record
        self.attached = Attachments()
        self.at = ""
        self.typed: str | None = None
        self.parts: date_entry.Parts = {}
        self.filter: str | None = None
        self.county = ""  # of a place being chosen: the county, before the place in it
        self.problem = ""

    def enter(self, path: str) -> None:
        """Begin at another question or page: nothing is typed there yet."""
        self.at, self.typed, self.problem, self.filter, self.county = path, None, "", None, ""
        self.parts = {}

    def read_parts(self) -> None:
        """Show the answer of the question on its wheels, where it has some."""
        wheels = self.look().wheels
        if wheels and "range" not in wheels:
            self.parts = date_entry.parts_of(self.question().value, wheels)

    def question(self) -> NodeState:
        """Its state."""
        return self.record.node(self.at)

    def look(self) -> QuestionWidget:
        """How the question is drawn and answered."""
        return look_of(self.question())

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
        self.problem = self.record.accept(asked, " ".join(held))

    def turn(self, part: str, by: int, today: date) -> None:
        """A touch of a wheel's button."""
        self.problem = ""
        if part != "range":
            date_entry.turn(self.parts, part, by, today, birth="birth" in self.at)
        elif not self.question().readonly:
            asked = self.question()
            value = date_entry.slide(asked.value, dict(asked.attributes), by)
            self.problem = self.record.accept(asked, value)

    def put(self, part: str, text: str) -> None:
        """A wheel's part was typed, or a mark of a range was touched."""
        self.problem = ""
        if part in self.parts:
            date_entry.put(self.parts, part, text)
        elif part == "range" and not self.question().readonly:
            value = date_entry.nearest(text, dict(self.question().attributes))
            self.problem = self.record.accept(self.question(), value or "")

    def attach(self, content: bytes, ending: str, strokes: str = "") -> None:
        """The answer is a file, kept beside the record; an earlier one is forgotten."""
        self.problem = ""
        name = self.attached.put(self.at, content, ending, strokes)
        self.record.set(self.at, name)

    def detach(self) -> None:
        """Throw the file of the question at the place away."""
        self.problem = ""
        self.attached.drop(self.at)
        self.record.set(self.at, None)

    def pending(self, asked: NodeState) -> str | None:
        """What was typed or turned, as it is stored; None when it makes no date or time."""
        if self.parts:
            return date_entry.value_of(self.parts, kind_of(asked))
        if self.typed is None:
            return asked.value
        return plain_text(asked, self.typed)
