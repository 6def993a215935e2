"""Several questions on one page, or any look this kiosk does not know: drawn by role."""

from __future__ import annotations
