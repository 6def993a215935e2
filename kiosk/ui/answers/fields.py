"""Two fields of a page of several questions, over one keyboard."""

from __future__ import annotations
