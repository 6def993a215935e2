"""Succession: a service whose process is replaced by a fresh one while the service goes on.

What a process held in memory is gone for certain only when the process has ended. So the process
that the supervisor started only keeps the place (`keep_place`): it has loaded the program, is never
sent anything of a visit, and forks the process that serves. That one may `call` a successor, `hand`
it what is not personal, and end with the status `HANDED_OVER`. Rules:
- What is handed goes from the one to the other in memory; the keeper does not read it.
- With any other status the keeper ends too, with that status: who supervises it starts it again.
- A killed keeper leaves nobody behind (PR_SET_PDEATHSIG), and SIGTERM reaches everybody.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

HANDED_OVER = 100
"""Exit status of a process whose successor serves."""
MESSAGE_MAX = 1 << 16

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True, slots=True)
class Succession:
    """The place of a serving process between the one before and the one after it."""

    number: int
    _before: socket.socket | None
    _after: socket.socket
    _keeper: socket.socket

    def inherited(self) -> bytes | None:
        """What the process before hands over; waits for it. None from one that only ended."""
        assert self._before is not None, "the first process inherits nothing"
        return self._before.recv(MESSAGE_MAX) or None

    def answer(self, message: bytes) -> None:
        """Tell the process before, where there is one and it is still there."""
        if self._before is not None:
            with suppress(OSError):
                self._before.send(message)

    def call(self) -> None:
        """Ask for a successor; nothing when there is one."""
        with suppress(OSError):
            self._keeper.send(b"!")

    def hand(self, message: bytes) -> None:
        """Give the successor what it needs; it waits there until the successor looks."""
        self._after.send(message)

    def heard(self, timeout_s: float = 0.0) -> bytes | None:
        """What the successor answered."""
        if not select.select([self._after], [], [], timeout_s)[0]:
            return None
        return self._after.recv(MESSAGE_MAX) or None


def keep_place() -> Succession | int:
    """In the serving process its place; in the keeper, when all is over, the exit status."""
    return _Keeper().run()


@dataclass(slots=True)
class _Serving:
    pid: int
    ended: int  # a descriptor that turns readable when it has ended
    calls: socket.socket
    after: socket.socket

    def close(self) -> None:
        self.calls.close()
        self.after.close()
        os.close(self.ended)


@dataclass(slots=True)
class _Keeper:
    forked: int = 0
    running: list[_Serving] = field(default_factory=list)
    """Who serves, then its successor."""
    overtaken: int | None = None
    """Status of a successor that ended before the process it took over from."""
    stopping: bool = False

    def run(self) -> Succession | int:
        before = {number: signal.signal(number, self._pass_on) for number in _SIGNALS}
        place = self._fork(None)
        while place is None:
            if self._called():
                place = self._fork(self.running[0])
                continue
            status = self._reap()
            if status is not None:
                for number, was in before.items():
                    signal.signal(number, was)
                return status
        return place

    def _called(self) -> bool:
        """Wait until something happens; whether it is a call for a successor there is not yet."""
        calls = self.running[0].calls
        watched = [calls.fileno(), *(each.ended for each in self.running)]
        ready = select.select(watched, [], [])[0]
        return calls.fileno() in ready and bool(calls.recv(1)) and len(self.running) == 1

    def _fork(self, serving: _Serving | None) -> Succession | None:
        after, next_before = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        keeper, calls = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        number, self.forked = self.forked, self.forked + 1
        me = os.getpid()
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        pid = os.fork()
        if pid == 0:
            before = None if serving is None else serving.after.dup()
            calls.close()
            next_before.close()
            self._become_serving(me)
            return Succession(number, before, after, keeper)
        after.close()
        keeper.close()
        self.running.append(_Serving(pid, os.pidfd_open(pid), calls, next_before))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        return None

    def _become_serving(self, keeper: int) -> None:
        for each in self.running:
            each.close()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != keeper:  # it died before the line above
            os.kill(os.getpid(), signal.SIGKILL)

    def _reap(self) -> int | None:
        """Bury who has ended; the keeper's own status once nobody serves any more."""
        serving, *successors = self.running
        for each in successors:
            code = self._ended(each)
            if code is not None:
                self.overtaken = code
        code = self._ended(serving)
        if code is None:
            return None
        if code == HANDED_OVER:
            if self.running:
                self.overtaken = None
                return None
            code = self.overtaken or 0
        for each in self.running:  # nobody handed anything to them
            os.kill(each.pid, signal.SIGTERM)
            os.waitpid(each.pid, 0)
            each.close()
        self.running.clear()
        # While it ends by itself, a second signal may end it sooner.
        return 0 if self.stopping and code == -signal.SIGTERM else code if code >= 0 else 128 - code

    def _ended(self, each: _Serving) -> int | None:
        pid, status = os.waitpid(each.pid, os.WNOHANG)
        if pid == 0:
            return None
        each.close()
        self.running.remove(each)
        return os.waitstatus_to_exitcode(status)

    def _pass_on(self, number: int, _frame: FrameType | None) -> None:
        self.stopping = True
        for each in self.running:
            with suppress(ProcessLookupError):
                os.kill(each.pid, number)
