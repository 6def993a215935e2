"""Recorded pieces: a call put together from recordings of the content pack.

A pack may carry `voice/LANGUAGE/PIECE.wav`, all of one rate, mono, 16 bit: a piece for each letter
and digit (`a`, `7`), `number` and `counter` for the words before them, and one for each counter
(`counter-12`). Only where every piece of a call is there it is spoken so; otherwise espeak-ng does.
"""

from __future__ import annotations

import io
import wave
from collections.abc import Mapping
from pathlib import Path

from kiosk.centre.voice.announcement import pieces

PAUSE_S = 0.12
_BYTES_MAX = 2_000_000


def recorded_call(label: str, counter: int, recordings: Mapping[str, Path]) -> bytes | None:
    """The call as one WAV of the pieces in `recordings` (by name); None when one is missing, is no
    such recording or is of another rate.
    """
    names = ["number", *(sign.lower() for sign in pieces(label)), "counter", f"counter-{counter}"]
    if any(name not in recordings for name in names):
        return None
    try:
        return _joined([recordings[name] for name in names])
    except (OSError, EOFError, ValueError, wave.Error):
        return None


def _joined(paths: list[Path]) -> bytes:
    sound = io.BytesIO()
    rate = 0
    with wave.open(sound, "wb") as joined:
        for path in paths:
            if path.stat().st_size > _BYTES_MAX:
                raise ValueError(f"{path} is too long")
            with wave.open(str(path), "rb") as piece:
                kind = (piece.getnchannels(), piece.getsampwidth(), piece.getframerate())
                if not rate:
                    rate = kind[2]
                    joined.setparams((1, 2, rate, 0, "NONE", ""))
                if kind != (1, 2, rate):
                    raise ValueError(f"{path} is of another kind")
                joined.writeframes(piece.readframes(piece.getnframes()))
                joined.writeframes(bytes(2 * int(rate * PAUSE_S)))
    return sound.getvalue()
