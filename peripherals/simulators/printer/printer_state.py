"""A simulated printer's state: what kind of machine it is, and what is wrong with it now."""

from __future__ import annotations

from dataclasses import dataclass

BUFFER_BYTES = 4096


@dataclass(slots=True)
class MachineState:
    """What can be wrong with the machine, and what it counts."""

    paper_out: bool = False
    near_end: bool = False
    cover_open: bool = False
    cutter_jam: bool = False
    cutter_freed: bool = False
    hot: bool = False
    cuts: int = 1000
    powered: bool = True
    in_presenter: bool = False
    retracted: int = 0  # slips nobody took

    @property
    def blocked(self) -> bool:
        return self.paper_out or self.cover_open or self.cutter_jam or self.hot


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What this machine can do: `gsh` process ids, `clear` DLE DC4 8, `counter` GS g 2.

    `name` is what it answers to GS I 67; empty, it does not know that question.
    """

    dots: int = 576
    buffer: int = BUFFER_BYTES
    mm_s: float = 0.0  # 0: no mechanics, prints at once
    gsh: bool = True
    clear: bool = True
    counter: bool = True
    presenter: bool = False  # a kiosk printer: DLE EOT 20, GS e, and somebody takes the slip
    take_s: float = 1.5  # after so long
    name: str = "TM-T20SIM"
