"""Drivers of the referees and of our own engine: one protocol, one process each, many forms.

`Referee.ask(form, media, operations)` gives the list of answers; a referee that hangs is ended
and the form answered with an error. JavaRosa comes out of the jar inside the installed pyxform;
web-forms from a folder where `npm i @getodk/xforms-engine jsdom` was run (REFEREES_FORMS, by
default /tmp/referees-forms), compiled classes are kept there too.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("REFEREES_FORMS", "/tmp/referees-forms"))
Answers = list[dict[str, Any]]
Operation = Mapping[str, Any]


class Referee:
    """A process that takes requests as lines and answers each with one line."""

    def __init__(self, command: list[str], environment: Mapping[str, str] | None = None) -> None:
        self._command = command
        self._environment = {**os.environ, "TZ": "Africa/Nairobi", **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: str, deadline_s: float) -> Answers:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self._environment,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(request.encode())
            self._process.stdin.flush()
        except OSError:
            self.close()
            return [{"error": "the referee died", "stage": "parse"}]
        pieces: list[bytes] = []
        while not (pieces and pieces[-1].endswith(b"\n")):
            ready, _, _ = select.select([self._process.stdout], [], [], deadline_s)
            piece = os.read(self._process.stdout.fileno(), 1 << 20) if ready else b""
            if not piece:
                self.close()
                return [{"error": "the referee gave no answer", "stage": "parse"}]
            pieces.append(piece)
        answers: Answers = json.loads(b"".join(pieces))
        return answers

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid


def lines(form: Path, media: Path | None, operations: Iterable[Operation]) -> str:
    """A request of the referees' protocol."""
    out = [f"form\t{form}\t{media or ''}"]
    for operation in operations:
        match operation["op"]:
            case "set":
                value = (operation.get("value") or "").replace("\n", "\\n")
                out.append(f"set\t{operation['path']}\t{value}")
            case "add" | "remove":
                out.append(f"{operation['op']}\t{operation['path']}")
            case "language":
                out.append(f"language\t{operation['value']}")
            case "eval":
                out.append(f"eval\t{operation['expression']}\t{operation.get('context', '')}")
            case name:
                out.append("\t".join([name, *operation.get("words", [])]))
    return "\n".join([*out, "end", ""])


class TabReferee(Referee):
    """JavaRosa or web-forms."""

    def sweep(
        self,
        form: Path,
        media: Path | None,
        operations: Iterable[Operation],
        deadline_s: float = 20,
    ) -> Answers:
        return self.ask(lines(form, media, operations), deadline_s)


class Ours(Referee):
    """Our engine, driven as scripts drive it: `huduma forms try --serve`."""

    def __init__(self) -> None:
        super().__init__([sys.executable, "-m", "kiosk.cli", "forms", "try", "--serve"])

    def sweep(
        self,
        form: Path,
        media: Path | None,
        operations: Iterable[Operation],
        deadline_s: float = 40,
    ) -> Answers:
        request = {
            "form": str(form),
            "media": None if media is None else str(media),
            "ops": list(operations),
            "seed": 1,
        }
        return self.ask(json.dumps(request) + "\n", deadline_s)


def validate_jar() -> Path | None:
    """ODK Validate's jar inside the installed pyxform (JavaRosa is in it), or None."""
    import pyxform

    jar = Path(pyxform.__file__).parent / "validators/odk_validate/bin/ODK_Validate.jar"
    return jar if jar.exists() and shutil.which("javac") else None


def javarosa(*flags: str) -> TabReferee | None:
    """JavaRosa, compiled on first use; None where there is no Java."""
    jar = validate_jar()
    if jar is None:
        return None
    source, classes = HERE / "JrOracle.java", FOLDER / "classes"
    made = classes / "JrOracle.class"
    if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
        classes.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["javac", "-nowarn", "-cp", str(jar), "-d", str(classes), str(source)],
            check=True,
            capture_output=True,
        )
    command = ["java", "-Xss64m", "-Duser.timezone=Africa/Nairobi", *flags]
    return TabReferee([*command, "-cp", f"{jar}:{classes}", "JrOracle"])


def web_forms(**environment: str) -> TabReferee | None:
    """web-forms under Node; None where it is not installed."""
    if not (FOLDER / "node_modules/@getodk/xforms-engine").exists() or not shutil.which("node"):
        return None
    return TabReferee(["node", str(HERE / "oracle.mjs"), str(FOLDER)], environment)
