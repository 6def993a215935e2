"""A person at the five keys, or at two switches, in front of a core in this process.

The focus is moved by the product's own `FiveKeys`, letters are written by its keyboard's tables.
The person takes the shortest way to what they want; every press counts. Somebody who listens has an
announcer, and chooses nothing whose words were not begun to be said.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from kiosk.ui.keyboard_layouts import LETTERS_PAGE, PAGES, Typing, begin, press, steps_to_type
from kiosk.ui.navigation.five_keys import (
    KEY,
    FiveKeys,
    PadKey,
    Reach,
    reach_of,
    screen_of,
    stops_of,
)
from kiosk.ui.speech.announcer import Announcer
from kiosk.ui_protocol.view import Activated, Edited, Role, Touched, View
from kiosk.visit.controller.controller import VisitController
from provisioning.clock import VirtualClock
from tests.kiosk.ui.speech.slow_voice import SlowVoice

PAD = (PadKey.DOWN, PadKey.UP, PadKey.RIGHT, PadKey.LEFT)
SWITCH = (PadKey.ON,)
PRESS_S = 0.5
WIDE = {"year": 4}


class KeyedPerson:
    """Implements what `kiosk.simulation.stories.visitor.Visitor` wants of a player."""

    def __init__(
        self,
        controller: VisitController,
        clock: VirtualClock,
        moves: Sequence[PadKey] = PAD,
        *,
        listens: bool = False,
    ) -> None:
        self._controller, self._clock, self._moves = controller, clock, moves
        self.keys, self.presses = FiveKeys(), 0
        self.voice = SlowVoice()
        self.announcer = Announcer(self.voice, lambda: self.voice.now)
        self.hasty = False  # chooses before it was named, as a child would
        self._listens = listens
        self._board = Typing("abc", shift=False)
        self._opened: object = None
        self._wheel, self._digits = "", ""
        self._seen()

    @property
    def view(self) -> View:
        return self._controller.view

    def look(self) -> View:
        return self.view

    def do(self, act: str, what: str) -> None:
        """`tap NAME`, `type TEXT`, `wait SECONDS`, as a story has them."""
        if act == "tap":
            self.choose(what)
        elif act == "type":
            self.write(what)
        else:
            self._clock.advance(seconds=float(what))
            self._controller.tick()
            self._seen()
            self.hear(max(0.5, min(20, float(what))))

    def end_visit(self) -> None:
        """Whoever was there before is gone."""
        assert self.view.state in {"attract", "goodbye"}, self.view.state
        if self.view.state == "goodbye":
            self.choose("done")

    def press(self, key: PadKey) -> None:
        """One press: half a second passes, the core is asked, the screen is read."""
        self.presses += 1
        self.voice.now += PRESS_S
        self._clock.advance(seconds=PRESS_S)
        self._controller.tick()
        self._seen()
        self.announcer.acted()
        reach = self.reach()
        chosen = self.keys.press(key, reach)
        patient = self._listens and not self.hasty
        if patient and key is PadKey.SELECT and self.view.listening:
            self._must_have_heard(chosen)
        self._controller.send(Touched())
        if not chosen:
            focus = self.keys.focus
            self.announcer.focus(focus, focus.removeprefix(KEY))
        elif chosen.startswith(KEY):
            self._hit(chosen.removeprefix(KEY), reach)
        else:
            self._controller.send(Activated(self.view.number, chosen))
        self._seen()

    def _must_have_heard(self, chosen: str) -> None:
        """Nobody chooses what was never named: by its focus, or with the whole screen."""
        if not chosen.startswith(KEY):
            heard = {each.text for each in self.view.speech} | set(self.voice.began)
            words = self.view.spoken[chosen]
            assert any(each.text in heard for each in words), f"{chosen} was not named"

    def choose(self, name: str) -> None:
        """Go to an element the shortest way and press select; to another page where it is there."""
        while not name.startswith(KEY) and name not in self.reach().stops:
            assert "page.next" in self.reach().stops, f"{name}: {self.reach().stops}"
            for key in self._route("page.next"):
                self.press(key)
        for key in self._route(name):
            self.press(key)

    def hear(self, seconds: float) -> None:
        """Listen and do nothing."""
        for _ in range(round(seconds * 2)):
            self.voice.now += PRESS_S
            self.announcer.tick()

    def write(self, text: str) -> None:
        """Type into the field, or digit by digit into the wheels."""
        reach = self.reach()
        assert reach.rows, f"{self.view.state} {self.view.title!r} has no keyboard: {reach.stops}"
        if self._wheel:
            self._write_parts(text)
            return
        while self._text():
            self.choose(f"{KEY}BACK")
        if not any("SPACE" in row for row in reach.rows):
            text = text.replace(" ", "")  # a pad of digits has none
        for letter in text:
            for key in steps_to_type(letter, self._board, self._text()):
                self.choose(f"{KEY}{key}")

    def reach(self) -> Reach:
        """What the keys reach now."""
        view = self.view
        field, page = self._field(view)
        rows = PAGES[page].rows if page else ()
        return reach_of(view, stops_of(view), field, rows, page)

    def _write_parts(self, text: str) -> None:
        parts = [int(part) for part in text.split("/")]
        wheels = [e.id for e in self.view.elements if e.role is Role.WHEEL]
        assert len(parts) == len(wheels), text
        for wheel, part in zip(wheels, parts, strict=True):
            if self._wheel != wheel:
                self.choose(wheel)
            for digit in f"{part:0{WIDE.get(wheel.rpartition('.')[2], 2)}d}":
                self.choose(f"{KEY}{digit}")

    def _route(self, name: str) -> list[PadKey]:
        """The fewest presses to `name`, select included."""
        reach = self.reach()
        seen, edge = {self.keys.focus}, deque([(self.keys.focus, [])])
        while edge:
            focus, path = edge.popleft()
            if focus == name:
                return [*path, PadKey.SELECT]
            for key in self._moves:
                trial = FiveKeys()
                trial.focus = focus
                if trial.press(key, reach) == name:
                    return [*path, key]
                if trial.focus not in seen:
                    seen.add(trial.focus)
                    edge.append((trial.focus, [*path, key]))
        raise AssertionError(f"no key reaches {name} from {self.keys.focus}: {reach.stops}")

    def _field(self, view: View) -> tuple[str, str]:
        """The field the keyboard writes into, and the keyboard's page."""
        if view.countdown:
            return "", ""
        fields = [e for e in view.elements if e.role is Role.FIELD and e.enabled]
        wheels = [e for e in view.elements if e.role is Role.WHEEL and e.id != "wheel.range"]
        if view.keyboard and fields:
            chosen = next((each for each in fields if each.selected), fields[0])
            return chosen.id, self._board.page
        return (self._wheel or wheels[0].id, "number") if wheels else ("", "")

    def _text(self) -> str:
        name, _ = self._field(self.view)
        return next(each.value for each in self.view.elements if each.id == name)

    def _hit(self, key: str, reach: Reach) -> None:
        if self._wheel:
            self._turn(key)
        elif key == "ENTER":
            ready = [n for n in ("next", "send", "submit") if n in reach.stops]
            self._controller.send(Activated(self.view.number, ready[0]))
            return
        else:
            board, text = press(key, self._board, self._text())
            self._board = by_keys(board)
            self._controller.send(Edited(self.view.number, reach.field, text))
        self.announcer.letter(key, key)
        self.keys.typed(self.reach(), key)

    def _turn(self, digit: str) -> None:
        """A digit into a wheel; a full one hands on to the next, as `Wheel.typed` does."""
        self._digits += digit
        self._controller.send(Edited(self.view.number, self._wheel, self._digits))
        if len(self._digits) == WIDE.get(self._wheel.rpartition(".")[2], 2):
            wheels = [e.id for e in self.view.elements if e.role is Role.WHEEL]
            at = wheels.index(self._wheel)
            self._wheel, self._digits = wheels[min(at + 1, len(wheels) - 1)], ""

    def _seen(self) -> None:
        view = self.view
        place = screen_of(view)
        name, _ = self._field(view)
        if (place, name) != self._opened:
            if self._opened is None or self._opened[0] != place:
                wheels = [e.id for e in view.elements if e.role is Role.WHEEL]
                self._wheel = wheels[0] if wheels and "wheel.range" not in wheels else ""
                self._digits = ""
            if name and not self._wheel:
                self._board = by_keys(begin(view.keyboard, self._text()))
            self._opened = (place, self._field(view)[0])
        self.keys.follow(place, self.reach(), warned=bool(view.countdown))
        self.announcer.view(view)


def by_keys(board: Typing) -> Typing:
    """The keyboard as it is for five keys: letters by their frequency."""
    return Typing(LETTERS_PAGE if board.page == "abc" else board.page, board.shift)
