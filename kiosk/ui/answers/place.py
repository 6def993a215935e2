"""Where: the place the van knows, or a county from a list (which the search look draws)."""

from __future__ import annotations
