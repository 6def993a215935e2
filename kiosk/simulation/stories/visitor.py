"""Visitor: plays a visit to any service and answers every question of its form, by reading each
screen. For demo days and campaigns; needs no script per form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kiosk.simulation.stories.player import StoryPlayer
from kiosk.simulation.stories.script import StoryFailed
from kiosk.ui_protocol.view import Element, Region, Role, View

QUESTIONS_MAX = 80
_FIRST = ("Amina", "Baraka", "Chebet", "Daudi", "Esther", "Fatuma", "Gitau", "Halima", "Imani")
_MIDDLE = ("Wanjiku", "Otieno", "Mutua", "Naliaka", "Kiprono", "Achieng", "Mwende", "Barasa")
_LAST = ("Kamau", "Odhiambo", "Kilonzo", "Wekesa", "Cheruiyot", "Abdi", "Njoroge", "Mwangi")
_PLACES = ("Gikomba", "Kongowea", "Kibuye", "Machakos stage", "Eastleigh", "Githurai")


@dataclass(frozen=True, slots=True)
class VisitorDetails:
    """What somebody types; no two visitors of a day share a value."""

    number: int

    @property
    def name(self) -> str:
        n = self.number
        return f"{_FIRST[n % 9]} {_MIDDLE[n // 9 % 8]} {_LAST[(n // 2 + n // 72) % 8]}"

    @property
    def id_number(self) -> str:
        return f"{31_415_926 + self.number * 7_919:08d}"

    @property
    def phone(self) -> str:
        digits = f"{712_345_678 + self.number * 104_729:09d}"
        return f"0{digits[:3]} {digits[3:6]} {digits[6:]}"

    @property
    def place(self) -> str:
        return f"{_PLACES[self.number % 6]} {_LAST[self.number % 8]}"


class Visitor:
    """One visitor at a player's kiosk."""

    def __init__(self, player: StoryPlayer, who: VisitorDetails, language: str) -> None:
        self._player = player
        self._who = who
        self._language = language
        self.before_last: Callable[[], None] = lambda: None
        """Called just before the touch that issues or submits."""

    def arrive(self) -> None:
        """Wake the screen and choose a language; whoever was there before is shown out."""
        self._player.end_visit()
        self._taps("start", f"choose.{self._language}")

    def find(self, service: str, category: str) -> None:
        """By category, to the service's page."""
        self._taps("find", f"category.{category}", f"service.{service}")

    def look_up(self, service: str, words: str) -> None:
        """By typing, to the service's page."""
        self._taps("find", "search")
        self._player.do("type", words)
        self._taps(f"service.{service}")

    def tick_and_print(self) -> None:
        """Tick what one has and print the list."""
        needs = [each.id for each in self._seen().elements if each.role is Role.TICK]
        self._taps(*needs[: 1 + self._who.number % 3], "print-list")

    def take_ticket(self, priority_class: str = "none") -> None:
        """From a page with `take-ticket` to the number."""
        self._taps("take-ticket")
        if self._seen().state == "priority":
            self.before_last()
            self._taps(f"class.{priority_class}")

    def fill(self, form: str) -> None:
        """From home through a whole form to its reference."""
        self._taps("form", f"form.{form}", "agree")
        for _ in range(QUESTIONS_MAX):
            state = self._seen().state
            if state == "question":
                self._answer()
            elif state == "repeat":
                self._taps("repeat.done")
            else:
                break
        self.before_last()
        self._taps("submit")

    def start_form_and_leave(self, form: str) -> None:
        """Answer two questions and walk away."""
        self._taps("form", f"form.{form}", "agree")
        self._answer()
        self._answer()

    def rate(self, face: int, words: str = "") -> None:
        """From a ticket or a reference to thank you."""
        self._taps("rate", f"face.{face}")
        self._write(words)

    def complain(self, kind: str, words: str) -> None:
        """From home to thank you."""
        self._taps("feedback", f"kind.{kind}")
        self._write(words)

    def ask_status(self, number: int) -> None:
        """A reference this kiosk cannot know."""
        self._taps("status")
        self._player.do("type", f"NRB-{number:06d}-00")
        self._taps("next")
        self._player.do("type", self._who.phone[-4:])
        self._taps("next")

    def walk_away(self, seconds: float) -> None:
        """Leave everything on the screen; time passes."""
        self._player.do("wait", str(seconds))

    def leave(self) -> None:
        """Done."""
        if _has(self._seen(), "done"):
            self._taps("done")
        self._player.end_visit()

    def _write(self, words: str) -> None:
        if words:
            self._taps("words")
            self._player.do("type", words)
        self._taps("send")

    def _taps(self, *names: str) -> None:
        for name in names:
            self._player.do("tap", name)

    def _seen(self) -> View:
        return self._player.look()

    def _answer(self) -> None:
        """Try answers until the form goes on, as people do."""
        before = self._seen()
        required = bool(before.look_data.get("required"))
        if not required and self._who.number % 3 == 0 and _has(before, "skip"):
            self._taps("skip")
            return
        for attempt in self._attempts(before):
            attempt()
            self._taps("next")
            after = self._seen()
            if after.state == "question" and not _has(after, "next"):
                self._taps("back")  # the form ends here for who answers so: another answer
                continue
            if (after.state, after.title, after.progress) != (
                before.state,
                before.title,
                before.progress,
            ):
                return
        if _has(before, "skip"):
            self._taps("skip")
            return
        raise StoryFailed(f"No answer fits {before.title!r}.")

    def _attempts(self, view: View) -> Iterator[Callable[[], None]]:
        choices = [e.id for e in view.elements if e.role is Role.CHOICE]
        if choices:
            yield lambda: self._pick(choices, self._who.number)
            for number in range(len(choices)):
                yield lambda number=number: self._pick(choices, number)  # type: ignore[misc]
        elif any(each.role is Role.PAD for each in view.elements):
            yield lambda: self._taps("answer")
        elif any(each.id == "wheel.range" for each in view.elements):
            yield lambda: self._taps("wheel.range.up")
        elif any(each.role is Role.WHEEL for each in view.elements):
            for text in ("27/3/1990", "2/11/2026", "14/2/1949"):
                yield lambda text=text: self._player.do("type", text)  # type: ignore[misc]
        elif any(each.role is Role.FIELD for each in view.elements):
            for text in self._texts(view.look):
                yield lambda text=text: self._player.do("type", text)  # type: ignore[misc]
        else:
            yield lambda: None

    def _pick(self, choices: Sequence[str], number: int) -> None:
        chosen = choices[number % len(choices)]
        held = [e for e in self._seen().elements if e.id == chosen and e.selected]
        if not held:
            self._taps(chosen)

    def _texts(self, look: str) -> tuple[str, ...]:
        who = self._who
        match look:
            case "phone":
                return (who.phone,)
            case "identity":
                return (who.id_number, who.phone)
            case "number" | "decimal":
                return ("12", "4", "0", "20")
            case "multiline":
                return (f"Ombi la {who.name} kuhusu {who.place}",)
            case _:
                return (who.name, who.place, who.phone, who.id_number, "B 042")


def _has(view: View, name: str) -> bool:
    def found(element: Element) -> bool:
        return element.id == name and element.enabled and element.place is not Region.OVERLAY

    return any(found(element) for element in view.elements)
