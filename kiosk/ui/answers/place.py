"""Where: coordinates from the van or typed, or a place from a list."""

from __future__ import annotations
