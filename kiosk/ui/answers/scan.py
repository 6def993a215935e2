"""Hold a code before the scanner, or type what is printed under it."""

from __future__ import annotations
