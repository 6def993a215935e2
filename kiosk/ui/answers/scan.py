"""Scan a code, or type what is printed under it."""

from __future__ import annotations
