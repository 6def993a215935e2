"""OpeningHours: when centres are open, in East Africa Time.

Monday to Friday, the centre's own hours (18 centres 7 to 7, others 8 to 5), closed on public
holidays; a fixed holiday on a Sunday is kept on the Monday. A holiday that is only expected (it
follows the moon and the gazette) never closes a centre by itself: tickets refused on a wrong guess
would harm people. It is shown as "may be closed" (`DayHours.confirm`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from content.catalogue.model import Centre, Holiday
from provisioning.clock import EAT

_SUNDAY = 6
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DayHours:
    """One day at one centre; `opens` is None on a closed day, `holiday` says why."""

    day: date
    opens: time | None
    closes: time | None
    holiday: Holiday | None

    @property
    def confirm(self) -> bool:
        """Whether it may be closed after all: the holiday is expected, not yet gazetted."""
        return self.opens is not None and self.holiday is not None


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The holidays of the pack."""

    holidays: Mapping[date, Holiday]

    def holiday(self, day: date) -> Holiday | None:
        """The holiday kept on `day`, also one moved from the Sunday before."""
        found = self.holidays.get(day)
        if found is None and day.weekday() == 0:
            sunday = self.holidays.get(day - timedelta(days=1))
            if sunday is not None and sunday.kind == "fixed":
                return sunday
        return found

    def day(self, centre: Centre, day: date) -> DayHours:
        """Hours of `centre` on `day`."""
        holiday = self.holiday(day)
        if day.weekday() in {_SATURDAY, _SUNDAY} or (holiday is not None and holiday.sure):
            return DayHours(day, None, None, holiday)
        opens, closes = hours(centre.hours)
        return DayHours(day, opens, closes, holiday)

    def open_at(self, centre: Centre, moment: datetime) -> bool:
        """Whether `centre` serves at `moment` (aware); the closing minute is closed."""
        local = moment.astimezone(EAT)
        today = self.day(centre, local.date())
        if today.opens is None or today.closes is None:
            return False
        return today.opens <= local.time() < today.closes

    def next_open(self, centre: Centre, moment: datetime) -> datetime:
        """When `centre` next opens at or after `moment`; `moment` itself if open then."""
        if self.open_at(centre, moment):
            return moment
        local = moment.astimezone(EAT)
        for ahead in range(31):
            today = self.day(centre, local.date() + timedelta(days=ahead))
            if today.opens is not None:
                opening = datetime.combine(today.day, today.opens, tzinfo=EAT)
                if opening >= local:
                    return opening
        raise AssertionError("no centre is closed for a month")

    def opens_again(self, centre: Centre, moment: datetime) -> datetime:
        """When `centre` next opens after `moment`, at which it does not serve whatever its hours
        say: a day that was closed early is over.
        """
        local = moment.astimezone(EAT)
        today = self.day(centre, local.date())
        if today.closes is not None and self.open_at(centre, moment):
            local = datetime.combine(today.day, today.closes, tzinfo=EAT)
        return self.next_open(centre, local)


def hours(text: str) -> tuple[time, time]:
    """Opening and closing time of "08:00-17:00"; raises ValueError."""
    opens, _, closes = text.partition("-")
    first, last = time.fromisoformat(opens), time.fromisoformat(closes)
    if first >= last:
        raise ValueError(f"hours {text!r} end before they begin")
    return first, last
