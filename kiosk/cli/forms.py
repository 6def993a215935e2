"""`huduma forms`: compile, lint, try and preview forms.

Exit: 0 done, 60 the linter found problems, 61 not a form, 62-67 other refusals.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kiosk.cli.arguments import add_json

PROBLEMS_FOUND = 60
NOT_A_FORM = 61
DEADLINE_S_MAX = 86_400.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verbs and their options."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    compile_ = verbs.add_parser("compile", help="an XLSForm to an XForm")
    compile_.add_argument("input", type=Path, metavar="IN", help=".xlsx or .xml")
    compile_.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.xml")
    lint = verbs.add_parser("lint", help="report what a form's author should change")
    lint.add_argument("input", type=Path, metavar="IN", help=".xlsx or .xml")
    add_json(lint, what="problems as a JSON list")
    _try_arguments(verbs.add_parser("try", help="run operations on a form"))
    preview = verbs.add_parser("preview", help="open the real screens on a form")
    preview.add_argument("input", type=Path, metavar="FORM", help=".xlsx or .xml")
    preview.add_argument("--media", type=Path, metavar="DIR", help="folder of attached files")
    preview.add_argument("--language", default="en", choices=("en", "sw"), help="en or sw")
    preview.add_argument(
        "--out", type=Path, metavar="DIR", help="draw every question into DIR; open no window"
    )


def _try_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", type=Path, nargs="?", metavar="IN", help=".xlsx or .xml")
    parser.add_argument("--media", type=Path, metavar="DIR", help="folder of attached files")
    parser.add_argument(
        "--script", type=Path, metavar="OPS.jsonl", help="operations, one a line; - is stdin"
    )
    parser.add_argument("--now", metavar="ISO8601", help="the moment the form believes it is")
    parser.add_argument("--tz", default="Africa/Nairobi", help="time zone (Africa/Nairobi)")
    parser.add_argument("--seed", type=int, help="makes ids and random() repeat")
    add_json(parser, what="kept for scripts: output is JSON")
    parser.add_argument("--serve", action="store_true", help="requests on stdin, one a line")
    parser.add_argument(
        "--deadline-s", type=float, default=20.0, metavar="S", help="time for one request (20)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run one verb."""
    match arguments.verb:
        case "compile":
            return _compile(arguments)
        case "lint":
            return _lint(arguments)
        case "try":
            return _serve(arguments) if arguments.serve else _try(arguments)
        case _:
            return _preview(arguments)


def _compile(arguments: argparse.Namespace) -> int:
    from content.xforms.parse.reader import parse_form
    from kiosk.tools.form_tryout.run import MediaFolder, compile_xlsform, with_made
    from provisioning.faults import UsageFault

    compiled = compile_xlsform(arguments.input)
    for problem in compiled.problems:
        print(f"{arguments.input.name}: {problem}", file=sys.stderr)
    if not compiled.usable:
        return PROBLEMS_FOUND
    media = with_made(MediaFolder(arguments.input.parent), compiled.media)
    parse_form(compiled.xml, media, strict=True)
    try:
        arguments.output.write_bytes(compiled.xml)
    except OSError as error:
        raise UsageFault(f"{arguments.output} cannot be written ({error.strerror}).") from error
    print(f"{arguments.output}: {len(compiled.xml)} bytes", file=sys.stderr)
    return 0


def _lint(arguments: argparse.Namespace) -> int:
    from content.xforms.faults import NotAForm
    from kiosk.tools.form_tryout.run import lint_form

    try:
        found = lint_form(arguments.input)
    except NotAForm as fault:
        if arguments.json:
            print(json.dumps([{"error": fault.message, "code": fault.code}], ensure_ascii=False))
        print(f"huduma forms: {fault.message}", file=sys.stderr)
        return NOT_A_FORM
    if arguments.json:
        rows = [problem.json() for problem in found]
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for problem in found:
            print(problem)
    return PROBLEMS_FOUND if found else 0


def _serve(arguments: argparse.Namespace) -> int:
    from kiosk.tools.form_tryout.server import serve

    serve(sys.stdin.buffer, sys.stdout.buffer, _deadline(arguments))
    return 0


def _try(arguments: argparse.Namespace) -> int:
    from kiosk.tools.form_tryout.run import ended_after, try_form
    from provisioning.faults import UsageFault

    if arguments.input is None:
        raise UsageFault("Name a form, or use --serve.")
    if arguments.media is not None and not arguments.media.is_dir():
        raise UsageFault(f"{arguments.media} is not a folder of attached files.")
    request = {
        "form": str(arguments.input),
        "media": None if arguments.media is None else str(arguments.media),
        "now": arguments.now,
        "tz": arguments.tz,
        "seed": arguments.seed,
        "ops": list(_operations(arguments.script)) if arguments.script else [{"op": "dump"}],
    }
    with ended_after(_deadline(arguments)):
        answers = try_form(request)
    for answer in answers:
        print(json.dumps(answer, ensure_ascii=False))
    if answers and answers[0].get("stage") == "parse":
        print(f"huduma forms: {answers[0]['error']}", file=sys.stderr)
        return int(answers[0].get("code", NOT_A_FORM))
    return 0


def _deadline(arguments: argparse.Namespace) -> float:
    from provisioning.faults import UsageFault

    seconds: float = arguments.deadline_s
    if not 0 < seconds <= DEADLINE_S_MAX:
        raise UsageFault(f"--deadline-s is a number of seconds, up to {DEADLINE_S_MAX:g}.")
    return seconds


def _operations(script: Path) -> Iterator[Any]:
    """Operations of a file, one a line; a line that is none is told in its turn."""
    from provisioning.faults import UsageFault

    try:
        content = sys.stdin.buffer.read() if str(script) == "-" else script.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise UsageFault(f"{script} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise UsageFault(f"{script} is not UTF-8; save it so.") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                yield f"Line {number} of {script.name} is not JSON; an operation is one line."


def _preview(arguments: argparse.Namespace) -> int:
    from kiosk.tools.form_tryout.preview import preview

    return preview(arguments.input, arguments.media, arguments.language, arguments.out)
