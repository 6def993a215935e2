"""Where the sources of the default content lie: tables, forms, strings, fonts and icons.

On a kiosk everything is read from its signed pack; the sources serve authors, tests and a window
that is started by hand.
"""

from __future__ import annotations

from pathlib import Path

DEFAULT_SOURCES = Path(__file__).resolve().parent / "default"
DEFAULT_ASSETS = DEFAULT_SOURCES / "look"
"""Fonts and icons."""
