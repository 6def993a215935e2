"""Faults of the touchscreen process, for stories and technicians."""

from __future__ import annotations

from collections.abc import Sequence

from provisioning.faults import Fault


class NotOnScreen(Fault):
    """The element is not there to be touched."""

    code = 2

    def __init__(self, wanted: str, there: Sequence[str]) -> None:
        super().__init__(f"{wanted} is not on the screen; there are: {', '.join(there)}")
