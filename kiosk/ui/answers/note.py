"""A note to read, nothing to answer."""

from __future__ import annotations
