"""A receipt printer, simulated: bounded buffer, mechanics, answers and faults.

Without ports and threads: `receive` takes bytes, `step` lets time pass, `speak` gives its answers.
It is put behind a pseudo-terminal or TCP (`line_server.py`) or in the same process
(`in_memory.py`). It follows the vendor's rules that matter to a driver:
- real-time commands (DLE ...) act when they arrive, also out of the middle of a picture;
- everything else acts when the mechanics get to it, in order, and not while blocked;
- `DLE ENQ 2` clears only after an error; `DLE ENQ 1` goes on printing the old tail;
- what was printed before a power cut is still on the paper when the next slip begins.
`slips` is what really came out between two cuts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from peripherals.simulators.printer.commands import CommandExecutor
from peripherals.simulators.printer.paper import PaperStrip
from peripherals.simulators.printer.printer_state import MachineState, Model
from peripherals.simulators.printer.responses import ResponseQueue, full_status, status_byte
from peripherals.simulators.printer.tokenizer import PrinterToken, next_token

_LIVE_PREFIXES = (
    *(b"\x10\x04" + bytes((n,)) for n in (*range(1, 9), 17, 20)),
    *(b"\x10\x05" + bytes((n,)) for n in range(3)),
    b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08",
)


@dataclass(slots=True)
class Slip:
    """One piece of paper that left the mouth. `torn` pieces are never whole slips."""

    number: int
    at: float
    strip: PaperStrip
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = self.strip.text


class SimulatedPrinter:
    """One printer. `now` gives seconds; `on_slip` is told of each piece of paper cut off."""

    def __init__(
        self,
        now: Callable[[], float],
        model: Model | None = None,
        *,
        on_slip: Callable[[Slip], None] = lambda _slip: None,
    ) -> None:
        self.body = MachineState()
        self.voice = ResponseQueue(now)
        self.slips: list[Slip] = []
        self.unknown: list[bytes] = []
        self.live_commands: list[bytes] = []
        self.stalled = False
        self.connected = True
        self.nobody_takes = False
        self.out_of_paper_in: int | None = None  # commands until the roll ends
        self._now = now
        self._on_slip = on_slip
        self._buffer = bytearray()
        self._live = bytearray()
        self._busy_until = 0.0
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._press = CommandExecutor(
            model or Model(),
            self.body,
            self.voice,
            unknown=self.unknown,
            on_cut=self._cut_off,
        )

    @property
    def model(self) -> Model:
        """What kind of machine stands here; another may be put in its place."""
        return self._press.model

    @model.setter
    def model(self, model: Model) -> None:
        self._press.model = model

    # -- the line

    @property
    def room(self) -> int:
        """Bytes it would take now; none while stalled, unpowered or full."""
        if self.stalled or not self.body.powered:
            return 0
        return max(0, self.model.buffer - len(self._buffer))

    def receive(self, octets: bytes) -> int:
        """Take bytes off the line; how many. Real-time commands act here and now."""
        taken = octets[: self.room]
        for octet in taken:
            self._live.append(octet)
            self._match_live()
        return len(taken)

    def _match_live(self) -> None:
        """Hold a beginning of a real-time command; act on a whole one; let others pass."""
        while self._live:
            held = bytes(self._live)
            if held in _LIVE_PREFIXES:
                self._live.clear()
                self._act_live(held)
                return
            if any(prefix.startswith(held) for prefix in _LIVE_PREFIXES):
                return
            self._buffer.append(self._live.pop(0))

    def _act_live(self, command: bytes) -> None:
        self.live_commands.append(command)
        if command[1:] == b"\x04\x14":
            if self.model.presenter:
                self.voice.say(full_status(self.body))
        elif command[1] == 0x04:
            self.voice.say(bytes((status_byte(self.body, command[2]),)))
        elif command[1] == 0x05:
            self._recover(command[2])
        elif self.model.clear:
            self._clear()
            self.voice.say(b"\x37\x25\x00")

    def _recover(self, how: int) -> None:
        """DLE ENQ: only after an error that a person has put right."""
        if self.body.cutter_jam and self.body.cutter_freed:
            self.body.cutter_jam = self.body.cutter_freed = False
            if how == 2:
                self._clear()

    def _clear(self) -> None:
        self._buffer.clear()
        self._press.forget_line()

    # -- time

    def later(self, delay_s: float, what: Callable[[], None]) -> None:
        """Let something happen after a while."""
        self._later.append((self._now() + delay_s, what))

    def step(self) -> None:
        """Let the mechanics do what time allows."""
        now = self._now()
        due = [entry for entry in self._later if entry[0] <= now]
        self._later = [entry for entry in self._later if entry[0] > now]
        for _, what in sorted(due, key=lambda entry: entry[0]):
            what()
        while self.body.powered and not self.body.blocked and now >= self._busy_until:
            token = next_token(bytes(self._buffer[:8192]))
            if token is None and len(self._buffer) > 8192:
                token = next_token(bytes(self._buffer))
            if token is None:
                return
            del self._buffer[: len(token.octets)]
            self._execute(token)

    def next_event_s(self) -> float | None:
        """Seconds until something would happen by itself; None when nothing would."""
        now = self._now()
        times = [at for at, _ in self._later] + self.voice.times()
        if self._buffer and self.body.powered and not self.body.blocked:
            times.append(self._busy_until)
        return max(0.0, min(times) - now) if times else None

    def _execute(self, token: PrinterToken) -> None:
        if self.out_of_paper_in is not None:
            self.out_of_paper_in -= 1
            if self.out_of_paper_in <= 0:
                self.out_of_paper_in = None
                self.body.paper_out = True
        before = self._press.strip.height
        self._press.execute(token)
        if self.model.mm_s > 0:
            moved = max(0, self._press.strip.height - before) / 8
            cutting = 0.15 if token.octets[:2] == b"\x1dV" else 0.0
            self._busy_until = (
                max(self._busy_until, self._now()) + moved / self.model.mm_s + cutting
            )

    def _cut_off(self, strip: PaperStrip) -> None:
        self.cut(strip)  # looked up now: whoever watches the paper may stand in between

    def cut(self, strip: PaperStrip) -> None:
        """A piece of paper leaves the mouth."""
        self.body.cuts += 1
        slip = Slip(len(self.slips) + 1, self._now(), strip)
        self.slips.append(slip)
        self._on_slip(slip)
        if self.model.presenter:
            self.body.in_presenter = True
            if not self.nobody_takes:
                self.later(self.model.take_s, self.taken)

    def taken(self) -> None:
        """A person takes the slip out of the mouth."""
        self.body.in_presenter = False

    # -- accidents

    def power_off(self, *, keep_buffer: bool = False) -> None:
        """The current goes. What was printed hangs in the mouth."""
        self.body.powered = False
        self._live.clear()
        if not keep_buffer:
            self._clear()
            self._press.reset()
        self.voice.hush()

    def power_on(self) -> None:
        self.body.powered = True
        self.voice.automatic = 0

    def speak(self) -> bytes:
        """What it says now; nothing without power or while muted."""
        return self.voice.take() if self.body.powered else b""

    @property
    def hanging(self) -> PaperStrip:
        """The paper printed on and not yet cut."""
        return self._press.strip
