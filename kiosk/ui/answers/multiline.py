"""Long text: the same keyboard under a field of three lines."""

from __future__ import annotations
