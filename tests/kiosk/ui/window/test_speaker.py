"""Speech as a port: a child process that is fed, stopped and never waited for."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from kiosk.ui.window.speaker import Espeak, Silent, open_speaker

SCRIPT = """#!{python}
import pathlib, sys, time
text = sys.stdin.read()
pathlib.Path({out!r}).write_text(" ".join(sys.argv[1:]) + "|" + text)
time.sleep(60)
"""


@pytest.fixture
def program(tmp_path: Path) -> tuple[str, Path]:
    out, program = tmp_path / "said", tmp_path / "voice"
    program.write_text(SCRIPT.format(python=sys.executable, out=str(out)))
    program.chmod(0o755)
    return str(program), out


def wait_for(path: Path) -> str:
    for _try in range(200):
        if path.exists() and path.read_text():
            return path.read_text()
        time.sleep(0.02)
    raise AssertionError("nothing was said")


def test_the_text_goes_to_the_voice_of_the_language(program):
    speaker = Espeak(program[0])
    began = time.monotonic()
    speaker.say(["Ada ni shilingi 100", ""], "sw")
    assert time.monotonic() - began < 1.0
    said = wait_for(program[1])
    assert "-v sw" in said
    assert said.endswith("|Ada ni shilingi 100")
    speaker.stop()


def test_a_touch_stops_it_and_nothing_is_left_running(program):
    speaker = Espeak(program[0])
    speaker.say(["one"], "en")
    child = speaker._child
    assert isinstance(child, subprocess.Popen)
    speaker.stop()
    assert child.poll() is not None
    speaker.stop()


def test_saying_something_new_ends_the_old(program):
    speaker = Espeak(program[0])
    speaker.say(["one"], "en")
    first = speaker._child
    speaker.say(["two"], "en")
    assert first is not None
    assert first.poll() is not None
    speaker.stop()


def test_without_a_voice_the_kiosk_is_silent(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert isinstance(open_speaker(), Silent)
    open_speaker().say(["x"], "en")
