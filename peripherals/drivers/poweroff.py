"""Power off through `shutdown(8)`: asked for with a minute's grace, so it can be called off."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from peripherals.faults import ProgramMissing

_DEADLINE_S = 5.0


class SystemPower:
    """Asks the machine to power off. `program` is replaced in simulations."""

    def __init__(self, program: Sequence[str] = ("shutdown",)) -> None:
        self._program = program

    def ask(self) -> None:
        """Power off in a minute. Raises `ProgramMissing`."""
        self._run("-h", "+1")

    def cancel(self) -> None:
        """Mains is back: stay on."""
        self._run("-c")

    def _run(self, *words: str) -> None:
        try:
            subprocess.run(
                [*self._program, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_DEADLINE_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ProgramMissing("The machine cannot be asked to power off.") from error
