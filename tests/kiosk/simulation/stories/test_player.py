"""Playing: a story's person leafs through the pages of a screen as people do."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kiosk.simulation.stories.core_driver import on_screen, reachable
from kiosk.simulation.stories.player import ObservedVisits, StoryPlayer
from kiosk.simulation.stories.script import StoryFailed, parse
from kiosk.ui_protocol.view import Element, Role, View

PAGES = (("apple", "bean"), ("carrot", "dill"), ("endive", "fig"))


class Leafing:
    """A person before a screen of three pages."""

    def __init__(self, page: int = 0) -> None:
        self.page = page
        self.touched: list[str] = []

    def look(self) -> View:
        buttons = (("page.previous", self.page > 0), ("page.next", self.page < len(PAGES) - 1))
        return View(
            number=1,
            state="services",
            language="en",
            title="Greens",
            elements=(
                *(Element(id=name, role=Role.BUTTON, label=name) for name in PAGES[self.page]),
                *(Element(id=n, role=Role.BUTTON, label=n, enabled=on) for n, on in buttons),
            ),
        )

    def tap(self, name: str) -> None:
        reachable(self.look(), name)
        self.touched.append(name)
        self.page += {"page.next": 1, "page.previous": -1}.get(name, 0)

    def picture(self, path: Path) -> bool:
        return False


def play(driver: Any, *lines: str) -> list[str]:
    times = iter(range(0, 1_000, 2))
    runner: Any = SimpleNamespace(
        supervisor=SimpleNamespace(tick=lambda: None),
        clock=SimpleNamespace(monotonic=lambda: next(times)),
        breathe=lambda: None,
    )
    node: Any = SimpleNamespace(name="kiosk-1")
    said: list[str] = []
    StoryPlayer(runner, node, driver, Path(), ObservedVisits(), said.append).play(
        parse("\n".join(lines))
    )
    return said


@pytest.mark.parametrize("begin", range(3))
@pytest.mark.parametrize("wanted", ["apple", "dill", "fig"])
def test_what_is_on_another_page_is_found_onward_and_back(begin: int, wanted: str) -> None:
    driver = Leafing(begin)
    play(driver, f"tap {wanted}", f"expect {wanted}", f"expect-text {wanted}")
    assert [each for each in driver.touched if not each.startswith("page.")] == [wanted]


@pytest.mark.parametrize("begin", range(3))
def test_what_is_on_no_page_leaves_the_page_as_it_was(begin: int) -> None:
    driver = Leafing(begin)
    with pytest.raises(StoryFailed, match="did you mean carrot"):
        reachable(Leafing(1).look(), "carot")
    with pytest.raises(StoryFailed, match=rf"Line 1 .*{PAGES[begin][0]}"):
        play(driver, "expect-text leek")
    assert driver.page == begin
    assert PAGES[begin][0] in on_screen(driver.look())


def test_expect_no_looks_at_this_page() -> None:
    play(Leafing(), "expect-no fig")
    with pytest.raises(StoryFailed, match="should not be there"):
        play(Leafing(), "expect-no bean")


def test_a_picture_that_cannot_be_taken_is_said() -> None:
    assert "no picture greens: nothing is drawn at the core" in play(Leafing(), "picture greens")
