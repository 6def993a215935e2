"""Language: texts, dates, times, money and waiting times in the citizen's language.

`Translator` binds the pack's texts to one language, so that nothing else in the visit passes a
language code around. Written forms follow Kenyan use: dd/mm/yyyy, 24-hour clock, "KES 1,000".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Protocol

from content.i18n.kenyan_formats import MONTHS, date_short, spoken_time
from provisioning.clock import EAT

LANGUAGES = ("en", "sw")
"""Languages a citizen may choose, in the order of their buttons."""


class TextSource(Protocol):
    """The pack, as far as this module needs it."""

    def text(self, key: str, language: str, /, **values: object) -> str: ...


@dataclass(frozen=True, slots=True)
class Translator:
    """One language of the pack."""

    texts: TextSource
    language: str

    def say(self, key: str, /, **values: object) -> str:
        """The text of `key` with its placeholders filled."""
        return self.texts.text(key, self.language, **values)

    def day(self, day: date) -> str:
        """dd/mm/yyyy."""
        return date_short(day)

    def month(self, number: int) -> str:
        """The name of month 1 to 12."""
        return MONTHS[self.language][number - 1]

    def clock(self, moment: time) -> str:
        """A time of day as it is said, with the clock time: "saa mbili asubuhi (08:00)"."""
        written = f"{moment:%H:%M}"
        if self.language != "sw":
            return written
        return f"{spoken_time(moment, self.language)} ({written})"

    def day_and_clock(self, moment: datetime) -> str:
        """Local day of an aware `moment`, and its time of day as it is said."""
        local = moment.astimezone(EAT)
        return f"{date_short(local.date())} {self.clock(local.time())}"

    def hours(self, opening: str) -> str:
        """Opening hours of "08:00-17:00"."""
        first, _, last = opening.partition("-")
        if self.language != "sw":
            return opening
        ends = (spoken_time(time.fromisoformat(each), self.language) for each in (first, last))
        return f"{' hadi '.join(ends)} ({opening})"

    def duration(self, seconds: int) -> str:
        """How long something takes in plain words: "45 seconds", "2 minutes", "1 hour"."""
        if seconds < 60:
            return self.say("wait.seconds", n=seconds)
        unit, number = (
            ("minute", -(-seconds // 60)) if seconds < 3600 else ("hour", -(-seconds // 3600))
        )
        return self.say(f"wait.{unit}" if number == 1 else f"wait.{unit}s", n=number)

    def moment(self, moment: datetime) -> str:
        """Local day and clock time of an aware `moment`."""
        local = moment.astimezone(EAT)
        return f"{local:%d/%m/%Y %H:%M}"

    def wait(self, minutes: tuple[int, int] | None) -> str:
        """An estimate as a range in words, or that it is not known."""
        if minutes is None:
            return self.say("ticket.wait_unknown")
        return self.say("ticket.wait", a=minutes[0], b=minutes[1])

    def ahead(self, people: int | None) -> str:
        """How many people are ahead, or that it is not known."""
        if people is None:
            return self.say("ticket.ahead_unknown")
        return self.say("ticket.first") if people == 0 else self.say("ticket.ahead", n=people)
