"""Drive: a story's hands over a real Unix socket, whatever the other side does to it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kiosk.ui.panel import PanelSettings

PATIENCE = 2_000  # frames


class Screen:
    """A driver without a window: it lets the other side do its next thing at every frame."""

    view = None
    replaced = False

    def __init__(self) -> None:
        self.script: Iterator[None] = iter(())
        self.frames_drawn = 0

    def frames(self, _count: int) -> None:
        self.frames_drawn += 1
        assert self.frames_drawn < PATIENCE, "the other side was never answered"
        next(self.script, None)

    def settle(self) -> None:
        """What has arrived is on the screen."""

    def picture(self, path: Path) -> None:
        path.write_bytes(b"drawn")

    def __getattr__(self, name: str) -> Any:
        def done(*_: object) -> None:
            raise AssertionError(f"no order of these reaches the screen: {name}")

        return done


def client(path: Path) -> socket.socket:
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.settimeout(0.01)
    link.connect(str(path))
    return link


def order(link: socket.socket, *orders: Any) -> None:
    for each in orders:
        line = each if isinstance(each, bytes) else json.dumps(each).encode()
        link.sendall(line + b"\n")


def replies(link: socket.socket, count: int, into: list[dict[str, Any]]) -> Iterator[None]:
    """Wait, a frame at a time, until `count` answers are in."""
    pending = b""
    while pending.count(b"\n") < count:
        try:
            pending += link.recv(65_536)
        except TimeoutError:
            yield
    into += [json.loads(line) for line in pending.splitlines()]


def end(path: Path) -> Iterator[None]:
    with client(path) as link:
        order(link, {"do": "end"})
        yield from replies(link, 1, [])


Play = Callable[[Callable[[Path], Iterator[None]]], Screen]


@pytest.fixture
def play(tmp_path: Path, look: PanelSettings) -> Play:
    from kiosk.ui.automation.socket_server import (
        serve,  # a window opens with it, as `look` wants it
    )

    assert look.width

    def played(script: Callable[[Path], Iterator[None]]) -> Screen:
        path, screen = tmp_path / "drive.sock", Screen()

        def whole() -> Iterator[None]:
            yield from script(path)
            yield from end(path)

        screen.script = whole()
        serve(screen, path)  # type: ignore[arg-type] # a driver without a window
        assert not path.exists()
        return screen

    return played


def test_a_client_that_hangs_up_in_the_middle_of_an_order(play: Play) -> None:
    def script(path: Path) -> Iterator[None]:
        for part in (b'{"do": "vi', b"", b'{"do": "view"}\n{"do"'):
            with client(path) as link:
                link.sendall(part)
                yield
            yield
        answers: list[dict[str, Any]] = []
        with client(path) as link:
            order(link, {"do": "view"})
            yield from replies(link, 1, answers)
        assert [each["ok"] for each in answers] == [True]

    play(script)


def test_a_client_that_hangs_up_before_its_answer(play: Play) -> None:
    def script(path: Path) -> Iterator[None]:
        for _ in range(3):
            link = client(path)
            order(link, *[{"do": "view"}] * 50)
            link.close()
            yield
        answers: list[dict[str, Any]] = []
        with client(path) as link:
            order(link, {"do": "view"})
            yield from replies(link, 1, answers)
        assert answers[0]["ok"]

    play(script)


def test_what_is_no_order_is_answered_and_the_talk_goes_on(play: Play, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "no" / "such" / "folder.png")
    wrong = [
        b"\xff\xfe not text", b"[]", b"null", b'"view"', {}, {"do": "dance"}, {"do": "tap"},
        {"do": "key", "code": "a"}, {"do": "picture", "path": nowhere},
        {"do": "draw", "id": "answer", "points": 7},
    ]  # fmt: skip

    def script(path: Path) -> Iterator[None]:
        answers: list[dict[str, Any]] = []
        with client(path) as link:
            order(link, *wrong, {"do": "view"})
            yield from replies(link, len(wrong) + 1, answers)
        assert [each["ok"] for each in answers] == [False] * len(wrong) + [True]
        assert all(each["error"] for each in answers[:-1])

    play(script)


def test_a_client_without_an_end_is_cut_off(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.ui.automation.socket_server.LINE_MAX", 1_000)

    def script(path: Path) -> Iterator[None]:
        with client(path) as link:
            link.sendall(b"x" * 5_000)
            for _ in range(PATIENCE):
                try:
                    assert link.recv(1) == b"", "it was cut off"
                    break
                except TimeoutError:
                    yield

    play(script)


def test_a_client_that_takes_no_answer_does_not_stop_the_screen(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.ui.automation.socket_server.SEND_S", 0.05)

    def script(path: Path) -> Iterator[None]:
        with client(path) as link:
            link.sendall(b'{"do": "view"}\n' * asked)
            yield  # nothing is taken until the screen draws again
            answered = b""
            while part := link.recv(65_536):  # TimeoutError: the screen still waits for us
                answered += part
        assert 0 < answered.count(b"\n") < asked

    asked = 3_000
    play(script)


def test_nobody_else_on_the_machine_may_drive(play: Play) -> None:
    seen = SimpleNamespace(mode=0)

    def script(path: Path) -> Iterator[None]:
        seen.mode = path.stat().st_mode & 0o777
        yield

    play(script)
    assert seen.mode == 0o600
