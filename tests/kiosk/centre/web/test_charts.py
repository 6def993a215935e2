"""Plots: a scale that holds the highest bar, and nothing for what was not measured."""

from __future__ import annotations

import pytest

from kiosk.centre.web.charts import BOTTOM, HEIGHT, TOP, Bars, bar_chart, scale_top


@pytest.mark.parametrize(
    ("highest", "top"),
    [(0, 4), (4, 4), (4.1, 8), (11, 12), (13, 20), (33, 40), (41, 80), (81, 120), (5_000, 8_000)],
)
def test_the_scale_holds_the_highest(highest: float, top: float) -> None:
    assert scale_top(highest) == top


def test_bars_stand_on_the_ground_and_none_is_drawn_for_none() -> None:
    chart = bar_chart("Waits", [Bars("08", (10.0, 40.0)), Bars("09", (None, 0.0))])
    assert [each.height for each in chart.bars] == [44.5, 178.0, 0.0]
    assert all(round(each.y + each.height, 1) == HEIGHT - BOTTOM for each in chart.bars)
    assert min(each.y for each in chart.bars) == TOP
    assert [text for _, text in chart.labels] == ["08", "09"]
    assert [value for _, value in chart.rules] == ["0", "10", "20", "30", "40"]


def test_an_empty_day_draws_no_bar() -> None:
    assert bar_chart("Waits", []).bars == ()
