"""Call voice: the sound of a call as a WAV, from the pack's recordings or from espeak-ng.

Needs no Internet. Each call is made once a language and kept for the displays that play it. The
chime is made here too and needs nothing: a hall without a voice still hears that somebody is
called. None where there is neither a recording nor espeak-ng.
"""

from __future__ import annotations

import io
import math
import shutil
import struct
import subprocess
import wave
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path

from kiosk.centre.voice.announcement import announcement
from kiosk.centre.voice.recordings import recorded_call

VOICES = {"en": "en-gb", "sw": "sw"}
WORDS_PER_MINUTE = 135
KEPT = 12
SPEAK_S = 5.0
_RATE = 22_050
_CHIME = ((659.26, 0.0), (523.25, 0.35))
"""Two bell tones, E5 and C5: hertz and when they begin."""


class CallVoice:
    """Makes and keeps the sounds of calls. `recordings` are by language and name of the piece."""

    def __init__(
        self,
        say: Mapping[str, Callable[..., str]],
        recordings: Mapping[str, Mapping[str, Path]],
        program: str | None = None,
    ) -> None:
        """`say` gives the pack's texts in each language."""
        self._say = say
        self._recordings = recordings
        self._program = program or shutil.which("espeak-ng")
        self._kept: OrderedDict[tuple[str, int, str], bytes] = OrderedDict()

    def sound(self, label: str, counter: int, language: str) -> bytes | None:
        """The call of `label` to `counter` in `language`; waits for espeak-ng, at most some
        seconds: for a thread of its own.
        """
        key = (label, counter, language)
        if (kept := self._kept.get(key)) is not None:
            return kept
        made = recorded_call(label, counter, self._recordings.get(language, {}))
        if made is None:
            text = announcement(label, counter, language, self._say[language])
            made = self._spoken(text, language)
        if made is not None:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def _spoken(self, text: str, language: str) -> bytes | None:
        if self._program is None:
            return None
        command = [self._program, "-v", VOICES[language], "-s", str(WORDS_PER_MINUTE), "--stdout"]
        try:
            done = subprocess.run(
                [*command, "--stdin"],
                input=text.encode(),
                capture_output=True,
                timeout=SPEAK_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return _with_lengths(done.stdout) if done.returncode == 0 else None


def chime() -> bytes:
    """Two falling bell tones, 1.4 s, as a WAV."""
    length = int(1.4 * _RATE)
    samples = bytearray()
    for index in range(length):
        at = index / _RATE
        level = sum(
            math.exp(-4.0 * (at - begins)) * math.sin(2 * math.pi * hertz * (at - begins))
            for hertz, begins in _CHIME
            if at >= begins
        )
        samples += struct.pack("<h", int(max(-1.0, min(1.0, level * 0.45)) * 32_000))
    return _wav(bytes(samples), _RATE)


def _with_lengths(streamed: bytes) -> bytes | None:
    """espeak-ng writes a stream whose lengths are not filled in; a browser wants them."""
    if len(streamed) < 44 or streamed[:4] != b"RIFF":
        return None
    rate = int.from_bytes(streamed[24:28], "little")
    return _wav(streamed[44:], rate)


def _wav(samples: bytes, rate: int) -> bytes:
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(samples[: len(samples) // 2 * 2])
    return sound.getvalue()
