"""The bell from the kiosk's own loudspeaker: it says whether it sounds, and it ends by itself."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.adapters.staff_call import StaffBell, loudspeaker_of
from kiosk.visit.ports import CallResult
from peripherals.drivers.aplay import EVERY_S, RATE_HZ, STROKE_S, STROKES, Loudspeaker, call_samples
from peripherals.faults import BadDeviceUrl, SimulatorRefused
from provisioning.ids import SeededIds
from provisioning.node.site import Site


@pytest.mark.parametrize(("then", "sounds"), [("sh+{}/plays", True), ("/bin/false", False)])
def test_it_says_whether_it_sounds_and_stops_at_once(
    tmp_path: Path, then: str, *, sounds: bool
) -> None:
    (tmp_path / "plays").write_text("cat > /dev/null; sleep 60\n")
    bell = Loudspeaker(f"bell+alsa:plughw?program={then.format(tmp_path)}")
    assert StaffBell(None, None, bell).call(SeededIds().uuid7(), "home") == CallResult(sound=sounds)
    StaffBell(None, None, bell).end()
    assert bell._child is None


def test_the_program_is_given_the_whole_call(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    (tmp_path / "player.py").write_text(
        f"import pathlib, sys\npathlib.Path({str(heard)!r}).write_bytes(sys.stdin.buffer.read())\n"
    )
    program = f"{sys.executable}+{tmp_path}/player.py"
    bell = Loudspeaker(f"bell+alsa:default?program={program}")
    bell.ring()
    assert bell._child is not None
    assert bell._child.wait(20) == 0
    assert heard.read_bytes() == call_samples()


def test_without_the_program_nothing_sounds() -> None:
    bell = Loudspeaker("bell+alsa:default?program=no-such-program")
    assert not bell.ring()
    bell.stop()


def test_a_call_is_three_strokes_and_no_more() -> None:
    sound = call_samples()
    assert len(sound) == 2 * int(RATE_HZ * (EVERY_S * (STROKES - 1) + STROKE_S))
    stroke = 2 * int(RATE_HZ * STROKE_S)
    assert any(sound[:stroke])
    assert not any(sound[stroke : 2 * int(RATE_HZ * EVERY_S)])


def test_the_settings_say_which_and_the_field_refuses_another_program(site: Site) -> None:
    kiosk, van = site.node("kiosk-1"), site.node("van-1")
    assert isinstance(loudspeaker_of(kiosk), Loudspeaker)
    assert loudspeaker_of(van) is None
    settings = kiosk.settings
    for url, field, refused in (
        ("none:", True, None),
        ("bell+alsa:x?program=y", True, SimulatorRefused),
        ("recorder+alsa:x", False, BadDeviceUrl),
    ):
        kiosk.settings = replace(
            settings,
            devices=replace(settings.devices, bell=url),
            node=replace(settings.node, field=field),
        )
        if refused is None:
            assert loudspeaker_of(kiosk) is None
        else:
            with pytest.raises(refused):
                loudspeaker_of(kiosk)
