"""The `huduma` command: its verbs and exit codes.

Each verb is a module of `kiosk/cli/`, imported only when it is used (so `huduma sync`
never loads Kivy). A module gives `add_arguments(parser)` and `run(arguments) -> int`. A `Fault`
becomes one sentence on stderr and its code as the exit status.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Protocol

from provisioning.faults import DISK_ERRORS, Fault

VERBS: dict[str, str] = {
    "kiosk": "run a whole kiosk node, or play a story on it",
    "core": "run the visit's core process of a kiosk",
    "ui": "run the touchscreen process of a kiosk",
    "devices": "printers, scanners and every other device",
    "sync": "carry the journal to the centre and the national node",
    "centre": "run the queue's authority of a centre, its API, tokens and figures",
    "national": "take in batches from every node",
    "desk": "open the forms sealed to an agency, and answer",
    "case": "the timeline of one reference at a node",
    "queue": "issue and call tickets, and every other act on them",
    "journal": "show, verify, rebuild or restore a node's journal",
    "content": "build, check and search content packs",
    "forms": "compile, check, try and preview forms",
    "screens": "list every screen with its element ids; `measure`: the meter of accessibility",
    "pictures": "draw every screen and slip to PNG",
    "day": "play a whole day on a demo site and count",
    "provision": "lay out sites and enrol devices",
    "revoke": "end a device's right to take part",
    "settings": "print the effective settings of a node",
    "clock": "what time a node believes, and a person's word about it",
    "doctor": "check a node and say what to do",
}


DISK_CODE = 42


class Command(Protocol):
    """What a module of `kiosk/cli/` provides."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> int: ...


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb; the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in {"-h", "--help"}:
        print("usage: huduma VERB ...\n")
        for verb, what in VERBS.items():
            print(f"  {verb:<10} {what}")
        return 0 if words else 2
    verb = words[0]
    if verb not in VERBS:
        print(f"huduma: there is no command {verb!r}; see huduma --help", file=sys.stderr)
        return 2
    command: Command = importlib.import_module(f"kiosk.cli.{verb}")
    parser = argparse.ArgumentParser(prog=f"huduma {verb}", description=VERBS[verb])
    command.add_arguments(parser)
    arguments = parser.parse_args(words[1:])
    try:
        return command.run(arguments)
    except Fault as fault:
        print(f"huduma {verb}: {fault.message} (code {fault.code})", file=sys.stderr)
        return fault.code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.errno not in DISK_ERRORS:
            raise
        where = error.filename or "a file"
        why = f"{where} cannot be written ({error.strerror}); free some space or check the card."
        print(f"huduma {verb}: {why} (code {DISK_CODE})", file=sys.stderr)
        return DISK_CODE


if __name__ == "__main__":
    sys.exit(main())
