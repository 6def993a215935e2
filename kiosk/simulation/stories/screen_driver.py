"""ScreenDriver: plays a story at the real screen, and opens the window of a demo.

The screen runs as a process of its own (`huduma ui`), as on a kiosk; its driver puts real touches
on real widgets and types on the real on-screen keyboard. What is on the screen is read from the
core, so that a story sees the same words whoever plays it. Starting the screen is done here.
"""

from __future__ import annotations

import json
import select
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from kiosk.filling.date_entry import parts_of
from kiosk.node.supervisor import ServiceProcess
from kiosk.simulation.site.site_runner import SiteRunner, SiteRunnerFault
from kiosk.simulation.stories.core_driver import CoreDriver, StoryDriver, on_screen, reachable
from kiosk.simulation.stories.script import StoryFailed
from kiosk.ui_protocol.view import KeyboardKind, Role, View
from provisioning.clock import SystemClock
from provisioning.node.site import Node

PAUSE_S = 0.02
READY_S, ORDER_S, AGREE_S = 60.0, 180.0, 20.0
KEY_S = 2.0
"""A key on the screen may take this long on a busy machine without a graphics card."""
_DIGITS = {"year": 4}
_PADS = frozenset({KeyboardKind.NUMBER, KeyboardKind.PHONE, KeyboardKind.DECIMAL})
_SIGNATURE = [[0.2, 0.3], [0.35, 0.7], [0.5, 0.3], [0.65, 0.7], [0.8, 0.4]]


class ScreenRefused(StoryFailed):
    """The screen understood an order and could not do it."""


class ScreenDriver:
    """Implements `kiosk.simulation.stories.core_driver.StoryDriver` with a screen process."""

    def __init__(self, core_driver: CoreDriver, path: Path, leave: Callable[[], None]) -> None:
        self._core_driver = core_driver
        self._leave = leave
        self._path = path
        self._link: socket.socket | None = None
        self._pending = b""
        self._monotonic = SystemClock().monotonic

    @property
    def view(self) -> View:
        """The view as last seen."""
        return self._core_driver.view

    def look(self) -> View:
        """Look at the screen now."""
        return self._core_driver.look()

    def tap(self, name: str) -> None:
        """Touch a widget; raises `StoryFailed` when no finger could reach it."""
        reachable(self._core_driver.look(), name)
        self._agree()
        self._order({"do": "tap", "id": name})

    def type(self, text: str) -> None:
        """Type with the on-screen keyboard; dates with the digit pad beside the wheels. What
        stood in the field before is rubbed out, as somebody does who corrects an answer.
        """
        view = self._agree()
        fields = [each for each in view.elements if each.role is Role.FIELD]
        pads = [each for each in view.elements if each.role is Role.PAD]
        if fields:
            if view.keyboard is KeyboardKind.NONE:
                self.tap(fields[0].id)
                view = self._agree()
            self._keys(view, text)
        elif pads:
            self._order({"do": "draw", "id": pads[0].id, "points": _SIGNATURE})
        else:
            self._turn_wheels(view, text)

    def scan(self, text: str) -> None:
        """Hold a code before the scanner."""
        self._core_driver.scan(text)

    def wait(self, seconds: float) -> None:
        """Let virtual time pass at the core; the screen follows."""
        self._core_driver.wait(seconds)
        self._agree()

    def picture(self, path: Path) -> bool:
        """Keep a picture of the screen."""
        self._agree()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._order({"do": "picture", "path": str(path)})
        return True

    def close(self) -> None:
        """Let go of the screen and end it."""
        self._leave()
        if self._link is not None:
            self._link.close()
        self._core_driver.close()

    def reach(self, seconds: float) -> bool:
        """Whether the core answers and the screen takes orders."""
        if not self._core_driver.reach(seconds):
            return False
        try:
            self._order({"do": "view"})
        except StoryFailed:
            return False
        return True

    def _keys(self, view: View, text: str) -> None:
        """What the keyboard on the screen has no key for (the spaces in a phone number) a person
        leaves out; a letter no key has at all comes from a keyboard that is plugged in.
        """
        if view.keyboard in _PADS:
            text = "".join(text.split()).replace("-", "")
        try:
            self._order({"do": "clear"})
            self._order({"do": "type", "text": text}, ORDER_S + len(text) * KEY_S)
        except ScreenRefused:
            self._core_driver.type(text)

    def _turn_wheels(self, view: View, text: str) -> None:
        wheels = tuple(each.id for each in view.elements if each.role is Role.WHEEL)
        if not wheels:
            raise StoryFailed(f"There is no field to type {text!r} into; {on_screen(view)}")
        names = tuple(each.removeprefix("wheel.") for each in wheels)
        parts = parts_of(text, names)
        missing = [name for name in names if parts.get(name) is None]
        if missing:
            raise StoryFailed(f"{text!r} has no {missing[0]}; write it as 27/3/1990.")
        digits = "".join(f"{parts[name] or 0:0{_DIGITS.get(name, 2)}d}" for name in names)
        self._order({"do": "type", "text": digits})
        view = self._agree()
        held = {each.id: each.value for each in view.elements if each.role is Role.WHEEL}
        if any(held.get(f"wheel.{name}", "").lstrip("0") != str(parts[name]) for name in names):
            self._core_driver.type(text)  # another wheel was chosen before: as with a keyboard

    def _agree(self) -> View:
        """Wait until the screen shows the core's newest view."""
        end = self._monotonic() + AGREE_S
        while self._monotonic() < end:
            wanted = self._core_driver.look()
            shown = self._order({"do": "view"})
            # A core that was killed counts its views anew: the state must be the same as well.
            if shown.get("number", 0) >= wanted.number and shown.get("state") == wanted.state:
                return wanted
            select.select([], [], [], PAUSE_S)
        raise StoryFailed(
            f"The screen does not follow the core; {on_screen(self._core_driver.view)}"
        )

    def _order(self, order: dict[str, Any], patience_s: float = ORDER_S) -> dict[str, Any]:
        try:
            reply = self._converse(json.dumps(order).encode() + b"\n", patience_s)
        except (OSError, ValueError) as error:
            self._link = None
            raise StoryFailed(f"The screen does not answer ({error}); see its log.") from error
        if not reply.get("ok"):
            raise ScreenRefused(str(reply.get("error", "the screen refused an order")))
        view: dict[str, Any] = reply.get("view", {})
        return view

    def _converse(self, line: bytes, patience_s: float) -> dict[str, Any]:
        if self._link is None:
            link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            link.connect(str(self._path))
            self._link, self._pending = link, b""
        self._link.settimeout(patience_s)
        with suppress(ConnectionError):  # what it said before it hung up is read below
            self._link.sendall(line)
        while b"\n" not in self._pending:
            part = self._link.recv(65_536)
            if not part:
                raise OSError("it hung up")
            self._pending += part
        answer, _, self._pending = self._pending.partition(b"\n")
        found: dict[str, Any] = json.loads(answer)
        if "moved" in found:  # a fresh process draws now
            self._link.close()
            self._link = None
            return self._converse(line, patience_s)
        return found


def somebody_at(runner: SiteRunner, node: Node, on_message: Callable[[str], None]) -> StoryDriver:
    """A person at the screen; where no screen can be drawn on this machine, at the core."""
    try:
        return at_the_screen(runner, node)
    except SiteRunnerFault:
        on_message("the screen does not start here (see its log): playing straight at the core")
        runner.supervisor.cut(f"{node.name}.ui")
        return CoreDriver(runner.core_socket(node))


def at_the_screen(runner: SiteRunner, node: Node) -> ScreenDriver:
    """Start the node's screen without a window, and a person before it."""
    path = Path(node.socket_path("screen"))
    path.unlink(missing_ok=True)
    name = _start(runner, node, "--drive", str(path), "--silent")
    driver = ScreenDriver(
        CoreDriver(runner.core_socket(node)), path, lambda: runner.supervisor.cut(name)
    )
    runner.wait_for(lambda: driver.reach(1.0), READY_S)
    return driver


def open_window(runner: SiteRunner, node: Node) -> str:
    """Start the node's screen in a window; the name of its service."""
    ui = node.settings.ui
    return _start(runner, node, *(["--fullscreen"] if ui.fullscreen else []))


def _start(runner: SiteRunner, node: Node, *words: str) -> str:
    name, ui = f"{node.name}.ui", node.settings.ui
    argv = (
        sys.executable, "-m", "kiosk.cli", "ui", "--socket", runner.core_socket(node),
        "--width", str(ui.width), "--height", str(ui.height),
        "--panel-mm-per-px", str(ui.panel_mm_per_px), "--panel-floor-mm", str(ui.panel_floor_mm),
        *words,
    )  # fmt: skip
    runner.supervisor.add(ServiceProcess(name, argv, runner.logs / f"{name}.log"))
    return name
