"""Opening hours: East Africa Time, Monday to Friday, public holidays, nothing guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from content.catalogue.opening_hours import hours
from provisioning.clock import EAT


def eat(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=EAT)


GPO, KITUI = "HC-001", "HC-020"


@pytest.mark.parametrize(
    ("centre", "moment", "is_open"),
    [
        (KITUI, "2026-11-23T07:59:59", False),
        (KITUI, "2026-11-23T08:00:00", True),
        (KITUI, "2026-11-23T16:59:59", True),
        (KITUI, "2026-11-23T17:00:00", False),
        (GPO, "2026-11-23T07:00:00", True),
        (GPO, "2026-11-23T18:59:59", True),
        (GPO, "2026-11-21T10:00:00", False),  # Saturday
        (GPO, "2026-11-22T10:00:00", False),  # Sunday
        (GPO, "2026-10-20T10:00:00", False),  # Mashujaa Day
        (GPO, "2027-12-13T10:00:00", False),  # Jamhuri Day observed
        (GPO, "2025-06-02T10:00:00", False),  # Madaraka Day observed
        (GPO, "2026-12-28T10:00:00", True),
        (GPO, "2026-05-27T10:00:00", True),  # Idd-ul-Azha is only expected
    ],
)
def test_open_at(catalogue, centre, moment, is_open):
    assert catalogue.open_at(centre, eat(moment)) is is_open
    assert catalogue.open_at(centre, eat(moment).astimezone(UTC)) is is_open


def test_an_expected_holiday_is_told_but_closes_nothing(catalogue):
    day = catalogue.opening_hours.day(catalogue.centre(GPO), date(2026, 5, 27))
    assert day.opens is not None
    assert day.confirm
    assert day.holiday.title("sw") == "Idd-ul-Azha"


def test_a_fixed_holiday_on_a_sunday_is_kept_on_monday(catalogue):
    """The rule, not the row: every fixed holiday of the pack, in every year it is known."""
    for holiday in catalogue.opening_hours.holidays.values():
        if holiday.kind == "fixed" and holiday.day.weekday() == 6:
            monday = holiday.day + timedelta(days=1)
            assert catalogue.opening_hours.day(catalogue.centre(GPO), monday).opens is None


def test_a_moved_holiday_without_a_row_is_still_kept(catalogue):
    from dataclasses import replace

    opening_hours = catalogue.opening_hours
    rows = {d: h for d, h in opening_hours.holidays.items() if h.kind != "observed"}
    bare = replace(opening_hours, holidays=rows)
    assert bare.holiday(date(2027, 12, 13)).title("en") == "Jamhuri Day"
    assert bare.holiday(date(2026, 4, 4)) is None


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-23T06:00:00", "2026-11-23T08:00:00"),
        ("2026-11-23T09:00:00", "2026-11-23T09:00:00"),
        ("2026-11-20T17:00:00", "2026-11-23T08:00:00"),
        ("2026-12-24T17:30:00", "2026-12-28T08:00:00"),
    ],
)
def test_next_open(catalogue, moment, opening):
    found = catalogue.opening_hours.next_open(catalogue.centre(KITUI), eat(moment))
    assert found == eat(opening)


def test_every_centre_has_hours_and_hours_make_sense(catalogue):
    for centre in catalogue.centres():
        opens, closes = hours(centre.hours)
        assert opens < closes
    with pytest.raises(ValueError, match="end before"):
        hours("17:00-08:00")
