"""DeviceWorker: one device. Opens its line, runs its line protocol, restarts it within bounds.

Never blocks and has no thread: a loop calls `step` when the line is readable or `wakes_at` has
come. Deadlines: bytes that a device does not take within `write_s_max` end the line. Restarts back
off from 0.2 s to 5 s with jitter; after eight in a row the device is at FAULT and is tried once a
minute, or at once when something is plugged in or an operator asks. After thirty seconds without a
fault the count starts again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from peripherals.drivers.descriptor import DeviceLine
from peripherals.faults import DeviceFault
from peripherals.line_protocol import DeviceCondition, DeviceEvent, LineProtocol, ProtocolBroken
from peripherals.status import NEEDS_A_PERSON, Cause, DeviceState, cause_of
from provisioning.backoff import Backoff

READ_ROUNDS_MAX = 8
OUT_BYTES_MAX = 65_536


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """How often a device is opened again."""

    first_s: float = 0.2
    last_s: float = 5.0
    tries_max: int = 8
    fault_s: float = 60.0
    good_s: float = 30.0
    write_s_max: float = 2.0

    def delay_s(self, tries: int, jitter: float) -> float:
        """The pause before try number `tries` + 1; `jitter` from 0 to 1 takes off up to a fifth."""
        if tries >= self.tries_max:
            return self.fault_s * (1 + jitter / 4)
        return Backoff(self.first_s, self.last_s, tries).failed(1 - jitter / 5)


class DeviceWorker:
    """One device. `open_line` raises `DeviceFault`; `jitter` gives numbers from 0 to 1."""

    def __init__(
        self,
        name: str,
        protocol: LineProtocol,
        open_line: Callable[[], DeviceLine],
        jitter: Iterator[float],
        policy: RestartPolicy | None = None,
    ) -> None:
        self.name = name
        self.protocol = protocol
        self.state = DeviceState.OPENING
        self.cause = Cause.NONE
        self.restarts = 0
        self._open_line = open_line
        self._jitter = jitter
        self._policy = policy or RestartPolicy()
        self._line: DeviceLine | None = None
        self._tries = 0
        self._open_at: float | None = 0.0
        self._good_since: float | None = None
        self._out = b""
        self._taken_at = 0.0
        self._seen = False

    def fileno(self) -> int | None:
        """The descriptor to wait on, while there is one."""
        return None if self._line is None else self._line.fileno()

    @property
    def wants_to_write(self) -> bool:
        return bool(self._out)

    def wakes_at(self) -> float | None:
        """When `step` must be called next even if nothing arrives."""
        if self._line is None:
            return self._open_at
        times = [self.protocol.wakes_at()]
        if self._out:
            times.append(self._taken_at + self._policy.write_s_max)
        return min((t for t in times if t is not None), default=None)

    def step(self, now: float) -> list[DeviceEvent]:
        """Do whatever is due; the events, conditions included."""
        events: list[DeviceEvent] = []
        if self._line is None:
            if self._open_at is None or now < self._open_at:
                return []
            events += self._open(now)
        if self._line is not None:
            try:
                self._exchange(self._line, now, events)
            except DeviceFault as fault:
                events += self._broke(self._cause_of(fault, broke_off=True), now)
        return self._noted(events, now)

    def restart(self, now: float) -> list[DeviceEvent]:
        """An operator or a plug asks: start afresh, forgiving earlier failures."""
        events = self._close(now)
        self._tries, self._open_at = 0, now
        return self._noted(events, now)

    def refuse(self, cause: Cause, now: float) -> list[DeviceEvent]:
        """Do not open at all until `restart`: the wrong thing is plugged in, or nothing."""
        events = self._close(now)
        self._open_at = None
        state = DeviceState.ABSENT if cause == Cause.NOT_PLUGGED else DeviceState.DISABLED
        return self._noted([*events, DeviceCondition(state, cause)], now)

    def close(self, now: float) -> list[DeviceEvent]:
        """Stop for good, without waiting."""
        events = self._close(now)
        self._open_at = None
        return events

    # -- inside ---------------------------------------------------------------------------

    def _open(self, now: float) -> list[DeviceEvent]:
        try:
            self._line = self._open_line()
        except DeviceFault as fault:
            return self._again(self._cause_of(fault, broke_off=self._seen), now)
        self._out, self._taken_at = b"", now
        return [DeviceCondition(DeviceState.PROBING), *self.protocol.begin(now)]

    def _exchange(self, line: DeviceLine, now: float, events: list[DeviceEvent]) -> None:
        """Appends to `events` as it goes: what was heard before the line broke still counts."""
        for _ in range(READ_ROUNDS_MAX):
            self._write(line, now)
            chunk = line.read()
            if chunk:
                events += self.protocol.received(chunk, now)
            wakes = self.protocol.wakes_at()
            if wakes is not None and now >= wakes:
                events += self.protocol.elapsed(now)
            broken = next((e for e in events if isinstance(e, ProtocolBroken)), None)
            if broken is not None:
                events.remove(broken)
                events += self._broke(broken.cause, now)
                return
            if not chunk:
                break
        self._write(line, now)
        if self._out and now - self._taken_at >= self._policy.write_s_max:
            events += self._broke(Cause.NO_ANSWER, now)

    def _write(self, line: DeviceLine, now: float) -> None:
        fresh = self.protocol.outgoing()
        if fresh and not self._out:
            self._taken_at = now
        self._out += fresh
        assert len(self._out) <= OUT_BYTES_MAX, "a dialogue writes without listening"
        while self._out:
            taken = line.write(self._out)
            if not taken:
                return
            self._out, self._taken_at = self._out[taken:], now

    def _broke(self, cause: Cause, now: float) -> list[DeviceEvent]:
        return self._close(now) + self._again(cause, now)

    def _close(self, now: float) -> list[DeviceEvent]:
        if self._line is None:
            return []
        self._line.close()
        self._line, self._out, self._good_since = None, b"", None
        return self.protocol.ended(now)

    def _again(self, cause: Cause, now: float) -> list[DeviceEvent]:
        """Plan the next try and say how the device stands meanwhile."""
        if cause == Cause.NOT_PLUGGED:  # looking is cheap, and nothing has failed
            self._open_at = now + self._policy.last_s
            return [DeviceCondition(DeviceState.ABSENT, cause)]
        self._open_at = now + self._policy.delay_s(self._tries, next(self._jitter))
        self._tries += 1
        self.restarts += 1
        if cause in NEEDS_A_PERSON:
            return [DeviceCondition(DeviceState.FAULT, cause)]
        if self._tries > self._policy.tries_max:
            return [DeviceCondition(DeviceState.FAULT, Cause.KEEPS_FAILING)]
        return [DeviceCondition(DeviceState.LOST, cause)]

    def _noted(self, events: list[DeviceEvent], now: float) -> list[DeviceEvent]:
        for event in events:
            if isinstance(event, DeviceCondition):
                self.state, self.cause = event.state, event.cause
        if self._line is None or not self.state.serves:
            self._good_since = None
        elif self._good_since is None:
            self._good_since, self._seen = now, True
        elif now - self._good_since >= self._policy.good_s:
            self._tries = 0
        return events

    @staticmethod
    def _cause_of(fault: DeviceFault, *, broke_off: bool) -> Cause:
        """The table's cause for a driver's fault; a lost device was there before, or never."""
        cause = cause_of(fault)
        return Cause.BROKE_OFF if broke_off and cause is Cause.NOT_PLUGGED else cause
