"""The screen's tests: one offscreen window per process, one app at a time, virtual time."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from kiosk import ui
from kiosk.node.default_panel import default_panel
from kiosk.tools.screen_samples import ScreenSamples, default_samples
from kiosk.ui.automation.fake_core import FakeCore
from kiosk.ui.panel import PanelSettings
from kiosk.ui_protocol.view import View


@pytest.fixture(scope="session")
def look() -> PanelSettings:
    look = default_panel()
    ui.prepare(width=look.width, height=look.height, density=look.density, windowed=False)
    os.environ["KIVY_GL_BACKEND"] = (
        "mock"  # laid out truly, not drawn; pictures have their own tests
    )
    from kiosk.ui.automation import driver

    assert driver.Window is not None
    del os.environ["KIVY_GL_BACKEND"]  # children of this process draw
    return look


class Stage:
    """A driver over a fake core: `show` a view, act, read what was sent."""

    def __init__(self, look: PanelSettings, samples: ScreenSamples) -> None:
        from kiosk.ui.automation.driver import Driver

        self.samples = samples
        self.fake_core = FakeCore()
        self.driver = Driver(self.fake_core, look)

    def view(self, name: str, language: str = "en", **options) -> View:
        return self.samples.view(name, language, **options)

    def show(self, name: str, language: str = "en", **options):
        return self.give(self.view(name, language, **options))

    def give(self, view):
        numbered = self.fake_core.give(view)
        self.driver.frames(3)
        self.driver.wait_until_touchable()
        return numbered

    def sent(self, kind: type | None = None) -> list:
        events = [e for e in self.fake_core.sent if kind is None or isinstance(e, kind)]
        self.fake_core.sent.clear()
        return events


@pytest.fixture(scope="session")
def only_stage(look: PanelSettings) -> Iterator[Stage]:
    with default_samples() as samples:
        stage = Stage(look, samples)
        yield stage
        stage.driver.close()


@pytest.fixture
def stage(only_stage: Stage) -> Stage:
    """The one stage, as a new visit finds it."""
    only_stage.driver.app.keypad.leave()
    only_stage.driver.advance(1.0)
    only_stage.show("goodbye")
    only_stage.show("attract")
    only_stage.sent()
    only_stage.fake_core._number = 0
    return only_stage
