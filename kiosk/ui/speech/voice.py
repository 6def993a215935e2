"""Voice: says one utterance at a time, in another process, and never waits for it.

`Voice` is the port. A prompt recorded for the pack is played where there is one
(`speech/LANGUAGE/NAME.wav`, NAME from `prompt_name`), espeak-ng says everything else with the voice
of the utterance's language; without espeak-ng the kiosk is silent. Volume and pace have five steps.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import wave
from array import array
from pathlib import Path
from typing import Protocol

from kiosk.ui_protocol.view import Utterance

VOICES = {"en": "en-gb", "sw": "sw"}
WORDS_PER_MINUTE = (90, 120, 150, 190, 240)
AMPLITUDES = (25, 50, 100, 150, 200)  # of espeak-ng: 100 is as recorded
LOUDNESS = (0.15, 0.3, 0.6, 0.8, 1.0)  # of a recorded prompt


class Voice(Protocol):
    """Who speaks."""

    def say(self, what: Utterance, volume: int, pace: int) -> None:
        """Begin; what was being said ends."""

    def busy(self) -> bool:
        """Whether it is still speaking."""

    def stop(self) -> None:
        """Be silent now."""


class Silent:
    """No voice installed, or none wanted."""

    def say(self, what: Utterance, volume: int, pace: int) -> None:
        """Say nothing."""

    def busy(self) -> bool:
        return False

    def stop(self) -> None:
        """Nothing to stop."""


class ChildVoice:
    """The one child process that is speaking."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def busy(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def stop(self) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.kill()
            self._child.wait()
        self._child = None

    def start(self, command: list[str], given: bytes) -> None:
        """Run `command` with `given` on its standard input; a file, so that nothing waits."""
        self.stop()
        held = os.memfd_create("speech")
        try:
            with os.fdopen(os.dup(held), "wb") as file:
                file.write(given)
            os.lseek(held, 0, os.SEEK_SET)
            self._child = subprocess.Popen(
                command, stdin=held, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError:  # no such program any more, no memory: a screen that is silent still works
            self._child = None
        finally:
            os.close(held)


class Espeak:
    """espeak-ng, with the voice of each language."""

    def __init__(self, program: str = "espeak-ng") -> None:
        self._program, self._child = program, ChildVoice()
        self.busy, self.stop = self._child.busy, self._child.stop

    def say(self, what: Utterance, volume: int, pace: int) -> None:
        self._child.start(
            [
                self._program, "-v", VOICES.get(what.language, "en-gb"),
                "-s", str(WORDS_PER_MINUTE[pace - 1]), "-a", str(AMPLITUDES[volume - 1]), "--stdin",
            ],
            what.text.encode(),
        )  # fmt: skip


class Recorded:
    """Prompts recorded for the pack, played by `program`; what is not recorded `otherwise` says."""

    def __init__(self, folder: Path, otherwise: Voice, program: str = "aplay") -> None:
        self._folder, self._otherwise, self._program = folder, otherwise, program
        self._child = ChildVoice()

    def say(self, what: Utterance, volume: int, pace: int) -> None:
        self.stop()
        path = self._folder / what.language / f"{prompt_name(what.text)}.wav"
        sound = louder(path, LOUDNESS[volume - 1]) if path.is_file() else b""
        if sound:
            self._child.start([self._program, "-q", "-"], sound)
        else:
            self._otherwise.say(what, volume, pace)

    def busy(self) -> bool:
        return self._child.busy() or self._otherwise.busy()

    def stop(self) -> None:
        self._child.stop()
        self._otherwise.stop()


def prompt_name(text: str) -> str:
    """The file name of the recording of `text`: 16 hex digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def louder(path: Path, loudness: float) -> bytes:
    """A recording at a loudness from 0 to 1, as the bytes of a WAV file; empty for what is no
    recording of 16 bits.
    """
    try:
        with wave.open(str(path), "rb") as recording:
            parameters, frames = recording.getparams(), recording.readframes(recording.getnframes())
    except (OSError, EOFError, wave.Error):
        return b""
    if parameters.sampwidth != 2:
        return b""
    samples = array("h", frames)
    for at, sample in enumerate(samples):
        samples[at] = int(sample * loudness)
    return _wav(parameters.nchannels, parameters.framerate, samples)


def _wav(channels: int, rate: int, samples: array[int]) -> bytes:
    held = os.memfd_create("prompt")
    with os.fdopen(held, "w+b") as file:
        with wave.open(file, "wb") as out:
            out.setnchannels(channels)
            out.setsampwidth(2)
            out.setframerate(rate)
            out.writeframes(samples.tobytes())
        file.seek(0)
        return file.read()


def open_voice(prompts: Path) -> Voice:
    """The best voice there is on this machine; `prompts` is the pack's folder of recordings."""
    voice: Voice = Espeak() if shutil.which("espeak-ng") else Silent()
    if prompts.is_dir() and shutil.which("aplay"):
        return Recorded(prompts, voice)
    return voice
