"""Subprocess lines: lines to other programs, for what can block inside C or in the kernel.

`SubprocessLine` keeps one program running and uses its stdin and stdout; `CommandLine` runs one
for each command. Both are device lines: nothing waits, and closing kills the program with
everything it started.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Sequence

from peripherals.drivers.descriptor import DescriptorLine
from peripherals.faults import ProgramMissing


def _start(argv: Sequence[str], stdin: int, stdout: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv, stdin=stdin, stdout=stdout, stderr=subprocess.DEVNULL, start_new_session=True
        )
    except OSError as error:
        raise ProgramMissing(f"{argv[0]} is not installed on this machine.") from error


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End a child and everything it started, without waiting for a child stuck in a driver."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(timeout=0.2)


class SubprocessLine:
    """A child process for a library that can block inside C: its stdin and stdout."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._child = _start(argv, subprocess.PIPE, subprocess.PIPE)
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._out = DescriptorLine(os.dup(self._child.stdin.fileno()), argv[0])
        self._in = DescriptorLine(os.dup(self._child.stdout.fileno()), argv[0])
        self._child.stdin.close()
        self._child.stdout.close()

    def fileno(self) -> int:
        return self._in.fileno()

    def read(self) -> bytes:
        return self._in.read()

    def write(self, chunk: bytes) -> int:
        return self._out.write(chunk)

    def close(self) -> None:
        self._out.close()
        self._in.close()
        _kill(self._child)


class CommandLine:
    """A program run once per command, its output read as it comes; `stop` ends it early.

    `argv_for(word)` gives the program for a command word, or None to run nothing. One program
    runs at a time; the next command waits (write takes nothing) until it has ended.
    """

    def __init__(self, argv_for: Callable[[str], Sequence[str] | None]) -> None:
        self._argv_for = argv_for
        reading, self._writing = os.pipe()
        self._in = DescriptorLine(reading, "program")
        self._child: subprocess.Popen[bytes] | None = None

    def fileno(self) -> int:
        return self._in.fileno()

    def read(self) -> bytes:
        return self._in.read()

    def write(self, chunk: bytes) -> int:
        word, newline, _ = chunk.partition(b"\n")
        if not newline:
            return 0
        if self._child is not None and (word == b"stop" or self._child.poll() is not None):
            _kill(self._child)
            self._child = None
        if self._child is not None:
            return 0
        argv = self._argv_for(word.decode("ascii", "replace"))
        if argv is not None:
            self._child = _start(argv, subprocess.DEVNULL, self._writing)
        return len(word) + 1

    def close(self) -> None:
        self._in.close()
        if self._child is not None:
            _kill(self._child)
        if self._writing >= 0:
            os.close(self._writing)
        self._writing = -1
