"""Screenshot: the window's pixels, in every colour, written as PNG."""

from __future__ import annotations

from pathlib import Path

from kivy.core.window import Window
from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glReadPixels
from PIL import Image


def read_window() -> Image.Image:
    """The window as it was last drawn."""
    wide, high = int(Window.width), int(Window.height)
    pixels = glReadPixels(0, 0, wide, high, GL_RGBA, GL_UNSIGNED_BYTE)
    picture = Image.frombytes("RGBA", (wide, high), bytes(pixels))
    return picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM).convert("RGB")


def save_window(path: Path) -> Path:
    """Write the window to `path`; the folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    read_window().save(path, optimize=True)
    return path
