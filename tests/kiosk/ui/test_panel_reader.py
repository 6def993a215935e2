"""What a panel's own description says of the size of its pixels."""

from __future__ import annotations

import pytest

from kiosk.ui.panel_reader import mm_per_px, read_mm_per_px


def edid(pixels: int = 1920, wide_mm: int = 476, wide_cm: int = 48) -> bytes:
    """A block as panels give it, with a right checksum."""
    block = bytearray(128)
    block[:8] = bytes.fromhex("00ffffffffffff00")
    block[21] = wide_cm
    timing = memoryview(block)[54:72]
    timing[0] = 1  # a pixel clock: this is a timing
    timing[2], timing[4] = pixels & 0xFF, (pixels >> 8) << 4
    timing[12], timing[14] = wide_mm & 0xFF, (wide_mm >> 8) << 4
    block[127] = -sum(block) % 256
    return bytes(block)


@pytest.mark.parametrize(
    ("block", "mm"),
    [
        (edid(), 476 / 1920),
        (edid(1280, 217, 22), 217 / 1280),
        (edid(wide_mm=0), 480 / 1920),  # only whole centimetres
        (edid(wide_mm=0, wide_cm=0), 0.0),  # a projector
        (edid(wide_mm=16), 0.0),  # an aspect ratio in the field of the size
        (edid()[:64], 0.0),
        (b"", 0.0),
        (edid()[:-1] + b"\x00", 0.0),
        (bytes(128), 0.0),
    ],
)
def test_a_panel_says_how_large_its_pixels_are(block, mm):
    assert mm_per_px(block) == pytest.approx(mm)


def test_one_panel_is_believed_and_two_unlike_ones_are_not(tmp_path):
    assert read_mm_per_px(tmp_path) == 0.0
    for name, block in (("card0-HDMI-A-1", edid()), ("card0-DSI-1", b"")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "edid").write_bytes(block)
    assert read_mm_per_px(tmp_path) == pytest.approx(476 / 1920)
    (tmp_path / "card0-DSI-1" / "edid").write_bytes(edid(1280, 217, 22))
    assert read_mm_per_px(tmp_path) == 0.0
