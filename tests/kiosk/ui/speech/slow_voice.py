"""A voice in virtual time: what was said, for how long, and whether it was cut."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.ui_protocol.view import Utterance

LETTER_S = 0.06


@dataclass
class SlowVoice:
    """Speaks at a pace of letters; the test moves `now`."""

    now: float = 0.0
    began: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    _until: float = 0.0
    _text: str = ""

    def say(self, what: Utterance, volume: int, pace: int) -> None:
        del volume, pace
        self.stop()
        self.began.append(what.text)
        self.languages.append(what.language)
        self._text, self._until = what.text, self.now + max(0.2, len(what.text) * LETTER_S)

    def busy(self) -> bool:
        if self._text and self.now >= self._until:
            self.ended.append(self._text)
            self._text = ""
        return bool(self._text)

    def stop(self) -> None:
        if self.busy():
            self.cut.append(self._text)
            self._text = ""
