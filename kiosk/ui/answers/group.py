"""Several questions on one page, or any widget this screen does not know: drawn by role."""

from __future__ import annotations
