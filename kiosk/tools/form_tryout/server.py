"""Forms server: `huduma forms try --serve`: many requests, each bounded in time and memory.

The parent reads request lines and hands each to a worker process, reused from one to the next. A
worker that does not answer in time, dies or runs out of memory is ended and replaced, and the
request answered with an error; the server goes on.
"""

from __future__ import annotations

import json
import os
import resource
import select
import subprocess
import sys
from collections.abc import Mapping
from typing import IO, Any

from kiosk.tools.form_tryout.operations import Answer

DEADLINE_S = 20.0
START_S = 60.0
"""A new worker's time to come up, apart from any request's."""
MEMORY_BYTES_MAX = 2 * 1024**3
_CHUNK = 1 << 20
_SHAPES = {
    "media": (str, "a folder"),
    "ops": (list, "a list of operations"),
    "now": (str, "a moment like 2026-11-22T10:30:00+03:00"),
    "tz": (str, "a time zone like Africa/Nairobi"),
    "seed": (int, "a whole number"),
    "properties": (dict, "an object of texts"),
}


class TryoutWorker:
    """One worker process; `ask` gives its answer line or None where it failed."""

    def __init__(self, deadline_s: float) -> None:
        self._deadline_s = deadline_s
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, line: bytes) -> tuple[bytes | None, str]:
        """The answer to a request line, or None and what went wrong."""
        process = self._running()
        assert process.stdin is not None
        try:
            process.stdin.write(line.rstrip(b"\n") + b"\n")
            process.stdin.flush()
        except OSError:
            self.end()
            return None, "The form ended the worker."
        answer, problem = self._read(process, self._deadline_s)
        if answer is None:
            self.end()
        return answer, problem

    def _read(
        self, process: subprocess.Popen[bytes], deadline_s: float
    ) -> tuple[bytes | None, str]:
        assert process.stdout is not None
        source = process.stdout.fileno()
        poll = select.poll()
        poll.register(source, select.POLLIN | select.POLLHUP)
        pieces: list[bytes] = []
        while True:
            # The deadline is for silence: a worker that writes its answer is not hanging.
            if not poll.poll(deadline_s * 1000):
                return None, f"The form took more than {deadline_s:g} s."
            piece = os.read(source, _CHUNK)
            if not piece:
                return None, "The form ended the worker."
            pieces.append(piece)
            if piece.endswith(b"\n"):
                return b"".join(pieces), ""

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kiosk.tools.form_tryout.server"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            self._read(self._process, START_S)
        return self._process

    def end(self) -> None:
        """Kill the worker, if any."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def serve(requests: IO[bytes], answers: IO[bytes], deadline_s: float = DEADLINE_S) -> None:
    """Answer request lines until they end."""
    worker = TryoutWorker(deadline_s)
    try:
        for line in requests:
            if not line.strip():
                continue
            answer, problem = worker.ask(line)
            if answer is None:
                answer = _line([{"error": problem, "stage": "run"}])
            answers.write(answer)
            answers.flush()
    finally:
        worker.end()


def _line(answers: list[Answer]) -> bytes:
    return json.dumps(answers, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _wrong(request: Any) -> str:
    """What is not as it should be in a request, empty where nothing is."""
    if not isinstance(request, Mapping) or not isinstance(request.get("form"), str):
        return "A request is an object with `form`, the path of a form."
    for name, (kind, said) in _SHAPES.items():
        if not isinstance(request.get(name), kind | None):
            return f"`{name}` of a request is {said}, or null."
    return "A path has no zero byte." if "\0" in f"{request['form']}{request.get('media')}" else ""


def answer_line(line: bytes) -> bytes:
    """One request line to its answer line, in this process."""
    from kiosk.tools.form_tryout.run import try_form  # noqa: PLC0415 - the parent never needs it
    from provisioning.faults import Fault  # noqa: PLC0415

    try:
        request: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _line([{"error": f"The request is not JSON: {error}.", "stage": "request"}])
    wrong = _wrong(request)
    if wrong:
        return _line([{"error": wrong, "stage": "request"}])
    try:
        return _line(try_form(request))
    except Fault as fault:
        return _line([{"error": fault.message, "code": fault.code, "stage": "request"}])
    except MemoryError:
        return _line([{"error": "The form needs too much memory.", "stage": "run"}])


def main() -> None:
    """The worker: request lines on stdin, answer lines on stdout, memory bounded."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    import kiosk.tools.form_tryout.run  # noqa: F401, PLC0415 - loaded before the first request's time runs

    out = os.fdopen(os.dup(1), "wb")
    out.write(b"ready\n")
    out.flush()
    for line in sys.stdin.buffer:
        out.write(answer_line(line))
        out.flush()


if __name__ == "__main__":
    main()
