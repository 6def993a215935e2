"""A photo, a recording or a file: what the device has taken so far, and the button to take it."""

from __future__ import annotations
