"""A place: the van's position, or a county from a list (drawn by `search`)."""

from __future__ import annotations
