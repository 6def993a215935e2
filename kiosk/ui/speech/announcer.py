"""Announcer: what is said when, out of views, focus and typed letters. Pure but for its voice.

A screen is said once, to its end; the same view again says nothing. On the same screen only what is
new is said: a tick, an error, "printed". What comes by itself waits for what is being said; a key
or a touch of the person ends it (EN 301 549, 5.1.3.5 and 5.1.3.6), and nothing else does. On the
welcome screen, while somebody may listen and nobody does anything, the help is said every
15 seconds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from kiosk.ui.speech.voice import Voice
from kiosk.ui_protocol.view import Utterance, UtteranceKind, View

REPEAT_S = 15.0
WELCOME = "attract"


class Announcer:
    """Owns what is waiting to be said. `now` is monotonic, in seconds."""

    def __init__(self, voice: Voice, now: Callable[[], float]) -> None:
        self._voice, self._now = voice, now
        self._waiting: deque[Utterance] = deque()
        self._view: View | None = None
        self._typing = False
        self._silent_since = now()

    @property
    def speaking(self) -> bool:
        """Whether something is being said, or waits to be."""
        return bool(self._waiting) or self._voice.busy()

    def view(self, view: View) -> None:
        """A view came: its screen is said, or what is new on it."""
        before, self._view = self._view, view
        if not view.listening or not view.speech:
            if before is not None and before.listening:
                self.hush()
            return
        if before is None or not before.listening or _screen(before) != _screen(view):
            self._typing = False
            self._add(view.speech)
        elif before.speech != view.speech:
            heard = {each.text for each in before.speech}
            self._add(each for each in view.speech if each.text not in heard and self._tells(each))
        self.tick()

    def _tells(self, new: Utterance) -> bool:
        """Whether it is news: not the seconds that run, not what the person is typing."""
        if new.kind is UtteranceKind.SECONDS:
            return False
        return new.kind is not UtteranceKind.TYPED or not self._typing

    def acted(self) -> None:
        """The person pressed a key or touched the screen: what is being said ends."""
        if self._view is not None and self._view.listening:
            self.hush()

    def focus(self, name: str, otherwise: str = "") -> None:
        """The element or key `name` has the focus; `otherwise` is said where the view has no words
        for it, as for a letter.
        """
        view = self._view
        if view is None or not view.listening:
            return
        words = view.spoken.get(name)
        if words is None and otherwise:
            words = (Utterance(otherwise, view.language),)
        self._add(words or ())
        self.tick()

    def letter(self, key: str, letter: str) -> None:
        """A key wrote or took away a letter: it is said alone."""
        self._typing = True
        self.focus(f"key.{key}", letter)

    def again(self) -> None:
        """Say the screen from its start."""
        if self._view is not None and self._view.listening:
            self.hush()
            self._add(self._view.speech)
            self.tick()

    def hush(self) -> None:
        """Silence."""
        self._waiting.clear()
        self._voice.stop()
        self._silent_since = self._now()

    def tick(self) -> None:
        """Go on with what is waiting; called often."""
        view = self._view
        if view is None or self._voice.busy():
            self._silent_since = self._now()
            return
        if self._waiting:
            self._voice.say(self._waiting.popleft(), view.volume, view.pace)
            self._silent_since = self._now()
        elif self._lonely(view) and self._now() - self._silent_since >= REPEAT_S:
            self._add(view.speech)

    def _lonely(self, view: View) -> bool:
        return view.state == WELCOME and view.listening

    def _add(self, words: Iterable[Utterance]) -> None:
        self._waiting.extend(each for each in words if each.text)


def _screen(view: View) -> tuple[object, ...]:
    """What tells one screen from the next, for somebody who listens."""
    asked = view.progress.step if view.progress else 0
    return view.state, view.title, view.language, asked, view.page, bool(view.countdown)
