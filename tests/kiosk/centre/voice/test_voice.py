"""The words of a call, its recordings, and the chime that needs neither."""

from __future__ import annotations

import io
import shutil
import wave
from collections.abc import Callable
from pathlib import Path

import pytest

from content.default_sources import DEFAULT_SOURCES
from content.i18n import strings
from kiosk.centre.voice.announcement import announcement, spoken_counter, spoken_label
from kiosk.centre.voice.call_voice import KEPT, CallVoice, chime
from kiosk.centre.voice.recordings import recorded_call

TEXTS = strings.read((DEFAULT_SOURCES / "strings.csv").read_bytes(), strict=True)


def say(language: str) -> Callable[..., str]:
    return lambda key, /, **values: TEXTS.text(key, language, **values)


SAY = {"en": say("en"), "sw": say("sw")}


@pytest.mark.parametrize(
    ("label", "english", "kiswahili"),
    [
        ("A101", "A, one, zero, one", "ei, moja, sifuri, moja"),
        ("B047", "B, zero, four, seven", "bii, sifuri, nne, saba"),
        ("W1999", "W, one, nine, nine, nine", "dabliu, moja, tisa, tisa, tisa"),
        ("A-K2-07", "A; K, two; zero, seven", "ei; kei, mbili; sifuri, saba"),
    ],
)
def test_a_number_is_read_sign_by_sign(label: str, english: str, kiswahili: str) -> None:
    assert spoken_label(label, "en") == english
    assert spoken_label(label, "sw") == kiswahili


@pytest.mark.parametrize(
    ("counter", "english", "kiswahili"),
    [
        (1, "one", "moja"),
        (12, "twelve", "kumi na mbili"),
        (20, "twenty", "ishirini"),
        (45, "forty five", "arobaini na tano"),
        (99, "ninety nine", "tisini na tisa"),
        (100, "one hundred", "mia moja"),
        (117, "one hundred and seventeen", "mia moja na kumi na saba"),
        (200, "two hundred", "mia mbili"),
    ],
)
def test_a_counter_is_read_as_a_number(counter: int, english: str, kiswahili: str) -> None:
    assert spoken_counter(counter, "en") == english
    assert spoken_counter(counter, "sw") == kiswahili


def test_every_counter_and_letter_has_words_without_a_sign_to_read() -> None:
    for language in ("en", "sw"):
        for counter in range(1, 201):
            assert spoken_counter(counter, language).replace(" ", "").isalpha()
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            assert spoken_label(letter, language).isalpha()


def test_the_whole_sentence_is_the_packs() -> None:
    assert announcement("A101", 3, "en", SAY["en"]) == (
        "Number A, one, zero, one. Please go to counter three."
    )
    assert announcement("A101", 3, "sw", SAY["sw"]) == (
        "Nambari ei, moja, sifuri, moja. Tafadhali nenda kaunta nambari tatu."
    )


def recording(path: Path, samples: int = 100, rate: int = 16_000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(b"\1\0" * samples)
    return path


def all_of(tmp_path: Path) -> dict[str, Path]:
    names = ("number", "a", "1", "0", "counter", "counter-3")
    return {name: recording(tmp_path / f"{name}.wav") for name in names}


def test_recordings_are_joined_with_pauses(tmp_path: Path) -> None:
    made = recorded_call("A101", 3, all_of(tmp_path))
    assert made is not None
    with wave.open(io.BytesIO(made)) as file:
        assert (file.getnchannels(), file.getframerate()) == (1, 16_000)
        assert file.getnframes() == 7 * (100 + 1_920)


@pytest.mark.parametrize("wrong", ["missing", "other rate", "no sound", "cut", "too long"])
def test_a_recording_that_cannot_be_used_leaves_the_call_to_espeak(
    tmp_path: Path, wrong: str
) -> None:
    found = all_of(tmp_path)
    match wrong:
        case "missing":
            del found["counter-3"]
        case "other rate":
            recording(found["0"], rate=8_000)
        case "no sound":
            found["0"].write_bytes(b"no sound")
        case "cut":
            found["0"].write_bytes(found["0"].read_bytes()[:20])
        case _:
            recording(found["0"], samples=1_100_000)
    assert recorded_call("A101", 3, found) is None


def test_without_any_voice_there_is_the_chime() -> None:
    voice = CallVoice(SAY, {}, program="/nowhere/espeak-ng")
    assert voice.sound("A101", 3, "sw") is None
    with wave.open(io.BytesIO(chime())) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(1.4, abs=0.01)
        samples = file.readframes(file.getnframes())
    loudest = max(
        abs(int.from_bytes(samples[at : at + 2], "little", signed=True))
        for at in range(0, len(samples), 2)
    )
    assert 8_000 < loudest <= 32_000


def test_a_call_is_made_once_and_few_are_kept(tmp_path: Path) -> None:
    found = all_of(tmp_path) | {
        f"counter-{n}": recording(tmp_path / f"counter-{n}.wav") for n in range(1, KEPT + 3)
    }
    voice = CallVoice(SAY, {"en": found}, program="/nowhere")
    first = voice.sound("A101", 1, "en")
    assert voice.sound("A101", 1, "en") is first
    for counter in range(2, KEPT + 3):
        voice.sound("A101", counter, "en")
    found["0"].unlink()
    assert voice.sound("A101", KEPT, "en") is not None
    assert voice.sound("A101", 1, "en") is None


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs espeak-ng")
@pytest.mark.parametrize("language", ["en", "sw"])
def test_espeak_speaks_a_whole_call(language: str) -> None:
    made = CallVoice(SAY, {}).sound("A101", 12, language)
    assert made is not None
    with wave.open(io.BytesIO(made)) as file:
        assert 2.0 < file.getnframes() / file.getframerate() < 9.0
