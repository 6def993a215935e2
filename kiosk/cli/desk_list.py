"""`huduma desk list` and `huduma desk missing`: what has arrived, how far it is; what has not."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from provisioning.clock import EAT
from sync.agency.inbox import Opened
from sync.answers.answer_store import AnswerStore
from sync.answers.case_answer import ASKS_FACTOR, answer_of
from sync.answers.lookup_number import lookup_number
from sync.faults import SyncRefusal

HIDDEN = "answered, with a second factor"


def rows(opened: Sequence[Opened], answers: AnswerStore, agency: str) -> list[dict[str, Any]]:
    """One row a form or message, oldest first, with what was said of it last."""
    found = [_row(each, answers, agency) for each in opened]
    return sorted(found, key=lambda row: (row["submitted_at"] or "", row["reference"]))


def _row(each: Opened, answers: AnswerStore, agency: str) -> dict[str, Any]:
    reference = str(each.entry.body.get("reference", ""))
    said = answers.find(agency, lookup_number(reference))
    answer = None if said is None else answer_of(said.code)
    state = answer.state.value if answer is not None else ""
    if said is not None and said.code == ASKS_FACTOR:
        state = HIDDEN
    return {
        "reference": reference,
        "kind": each.entry.kind,
        "form": str(each.entry.body.get("form", "")),
        "node": each.entry.stream.node,
        "submitted_at": _moment(each.submitted_at),
        "state": state,
        "reason": answer.reason if answer is not None else "",
        "said_at": said.made.isoformat() if said is not None else None,
    }


def tell_rows(arguments: argparse.Namespace, found: Sequence[dict[str, Any]]) -> int:
    """Print them; 0."""
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False))
        return 0
    for row in found:
        state = " ".join(part for part in (row["state"], row["reason"]) if part) or "new"
        print(
            f"{row['reference']:<24}  {row['form'] or row['kind']:<24}  {row['node']:<14}  {state}"
        )
    return 0


def tell_missing(arguments: argparse.Namespace, faults: Sequence[SyncRefusal]) -> int:
    """Print what is missing, forged or did not open; 0 when nothing is, else 44."""
    if arguments.json:
        print(json.dumps([{"code": each.code, "what": each.message} for each in faults]))
    else:
        for each in faults:
            print(f"{each.message} (code {each.code})")
        if not faults:
            print("Everything that was signed for this agency is here and opens.")
    return 44 if faults else 0


def _moment(told: Any) -> str | None:
    """When it was submitted, as the form says; None when that makes no sense."""
    if isinstance(told, str):
        return told[:40]
    try:
        return datetime.fromtimestamp(told / 1000, UTC).astimezone(EAT).isoformat()
    except (TypeError, ValueError, OverflowError, OSError):
        return None
