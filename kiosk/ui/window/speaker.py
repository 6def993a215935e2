"""Speaker: reads a screen aloud through espeak-ng, in another process, and never waits for it.

Owns the voice of each language and the starting and stopping of the speaker. The texts come from
the core as they are to be spoken: numbers, dates and references in words. Silent where espeak-ng
is not installed.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from typing import Protocol

VOICES = {"en": "en-gb", "sw": "sw"}
WORDS_PER_MINUTE = 145


class Speaker(Protocol):
    """A voice. Saying something new ends what was being said."""

    def say(self, texts: Sequence[str], language: str) -> None: ...

    def stop(self) -> None: ...


class Silent:
    """No voice installed, or none wanted."""

    def say(self, texts: Sequence[str], language: str) -> None:
        """Say nothing."""

    def stop(self) -> None:
        """Nothing to stop."""


class Espeak:
    """espeak-ng as a child process fed on its standard input."""

    def __init__(self, program: str = "espeak-ng", *options: str) -> None:
        self._command = (program, *options)
        self._child: subprocess.Popen[bytes] | None = None

    def say(self, texts: Sequence[str], language: str) -> None:
        self.stop()
        words = "\n".join(text for text in texts if text)
        command = [*self._command, "-v", VOICES.get(language, "en-gb"), "-s", str(WORDS_PER_MINUTE)]
        self._child = subprocess.Popen(
            [*command, "--stdin"], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if self._child.stdin is not None:
            try:
                self._child.stdin.write(words.encode())  # a screen is far below a pipe's buffer
                self._child.stdin.close()
            except BrokenPipeError:
                self._child = None

    def stop(self) -> None:
        if self._child is not None and self._child.poll() is None:
            self._child.kill()
            self._child.wait()
        self._child = None


def open_speaker() -> Speaker:
    """The best voice there is on this machine."""
    return Espeak() if shutil.which("espeak-ng") else Silent()
