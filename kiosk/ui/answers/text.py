"""Text, numbers, phone numbers and identities: a field and the keyboard the view names."""

from __future__ import annotations
