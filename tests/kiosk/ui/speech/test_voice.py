"""The voice as a port: a child process that is fed, stopped and never waited for."""

from __future__ import annotations

import sys
import time
import wave
from array import array
from pathlib import Path

import pytest

from kiosk.ui.speech.voice import Espeak, Recorded, Silent, louder, open_voice, prompt_name
from kiosk.ui_protocol.view import Utterance

SCRIPT = """#!{python}
import pathlib, sys, time
text = sys.stdin.buffer.read()
pathlib.Path({out!r}).write_bytes(" ".join(sys.argv[1:]).encode() + b"|" + text)
time.sleep(60)
"""


@pytest.fixture
def program(tmp_path: Path) -> tuple[str, Path]:
    out, program = tmp_path / "said", tmp_path / "voice"
    program.write_text(SCRIPT.format(python=sys.executable, out=str(out)))
    program.chmod(0o755)
    return str(program), out


def wait_for(path: Path) -> bytes:
    for _try in range(400):
        if path.exists() and path.read_bytes():
            return path.read_bytes()
        time.sleep(0.02)
    raise AssertionError("nothing was said")


def test_the_text_goes_to_the_voice_of_its_language_as_loud_and_fast_as_wanted(program):
    voice = Espeak(program[0])
    began = time.monotonic()
    voice.say(Utterance("Ada ni shilingi 100", "sw"), 5, 1)
    assert time.monotonic() - began < 1.0
    assert wait_for(program[1]) == b"-v sw -s 90 -a 200 --stdin|Ada ni shilingi 100"
    assert voice.busy()
    voice.stop()
    assert not voice.busy()


def test_saying_something_new_ends_the_old_and_nothing_is_left_running(program):
    voice = Espeak(program[0])
    voice.say(Utterance("one", "en"), 3, 3)
    first = voice._child._child
    voice.say(Utterance("two", "en"), 3, 3)
    assert first is not None
    assert first.poll() is not None
    voice.stop()
    voice.stop()


def test_a_voice_that_is_gone_leaves_a_silent_screen(tmp_path):
    voice = Espeak(str(tmp_path / "nothing"))
    voice.say(Utterance("one", "en"), 3, 3)
    assert not voice.busy()


def record(path: Path, *samples: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(array("h", samples).tobytes())


def test_a_recorded_prompt_is_played_and_everything_else_is_spoken(program, tmp_path):
    class Other(Silent):
        said: tuple[str, ...] = ()

        def say(self, what: Utterance, volume: int, pace: int) -> None:
            self.said += (what.text,)

    other = Other()
    voice = Recorded(tmp_path / "speech", other, program[0])
    record(tmp_path / "speech" / "sw" / f"{prompt_name('Karibu')}.wav", 1000, -1000)
    voice.say(Utterance("Karibu", "en"), 5, 3)
    voice.say(Utterance("Kwaheri", "sw"), 5, 3)
    assert other.said == ("Karibu", "Kwaheri"), "a prompt is of one language"
    voice.say(Utterance("Karibu", "sw"), 5, 3)
    assert wait_for(program[1]).startswith(b"-q -|RIFF")
    assert voice.busy()
    voice.stop()
    assert not voice.busy()


def test_a_recording_is_made_softer_and_what_is_none_is_not_played(tmp_path):
    record(tmp_path / "a.wav", 1000, -1000)
    softer = louder(tmp_path / "a.wav", 0.5)
    assert array("h", softer[-4:]).tolist() == [500, -500]
    (tmp_path / "b.wav").write_bytes(b"RIFF")
    assert louder(tmp_path / "b.wav", 0.5) == b""
    assert louder(tmp_path / "c.wav", 0.5) == b""


def test_without_a_voice_the_kiosk_is_silent(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "/nonexistent")
    voice = open_voice(tmp_path)
    assert isinstance(voice, Silent)
    voice.say(Utterance("x", "en"), 3, 3)
    assert not voice.busy()
