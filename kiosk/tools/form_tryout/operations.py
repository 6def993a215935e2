"""Operations: a form driven by a list of operations, answering in plain values for JSON.

Operations: `set path value`, `add path`, `remove path`, `language value`, `dump`, `finalize`. A
dump or finalize answers with an object; an operation that fails answers `{"error": …}` and the
next one goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from content.xforms.faults import AnswerRefused
from content.xforms.results import NodeState
from content.xforms.session.session import FormSession
from provisioning.faults import Fault

Answer = dict[str, Any]


def run(session: FormSession, operations: Iterable[object]) -> Iterator[Answer]:
    """Answers of `operations` on `session`, one per dump, finalize or failure."""
    for at, operation in enumerate(operations, 1):
        try:
            answer = _one(session, operation)
        except Fault as fault:
            yield {"error": fault.message, "code": fault.code, "operation": at}
            continue
        except RecursionError:
            yield {"error": "An expression nests too deep for this record.", "operation": at}
            continue
        if answer is not None:
            yield answer


def _one(session: FormSession, operation: object) -> Answer | None:
    if not isinstance(operation, Mapping):
        told = operation if isinstance(operation, str) else ""
        raise AnswerRefused(told or "An operation is a JSON object with an `op`.")
    match operation.get("op"):
        case "set":
            value = operation.get("value")
            session.set(_path(operation), _text(value))
        case "add":
            session.add(_path(operation))
        case "remove":
            session.remove(_path(operation))
        case "language":
            session.language = _text(operation.get("value")) or ""
        case "dump":
            return {"nodes": nodes(session)}
        case "finalize":
            return _finalized(session)
        case other:
            raise AnswerRefused(f"There is no operation {other!r}; see huduma forms try --help.")
    return None


def _text(value: object) -> str | None:
    """A JSON value as XForms text."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _path(operation: Mapping[str, Any]) -> str:
    path = operation.get("path")
    if not isinstance(path, str):
        raise AnswerRefused(f"The operation {operation.get('op')} needs a path.")
    return path


def nodes(session: FormSession) -> list[Answer]:
    """Every node of the record as plain values."""
    return [_plain(state) for state in session.nodes()]


def _plain(state: NodeState) -> Answer:
    choices = state.choices
    return {
        "path": state.path,
        "relevant": state.relevant,
        "required": state.required,
        "readonly": state.readonly,
        "value": state.value,
        "valid": state.valid,
        "violation": None if state.violation is None else state.violation.value,
        "message": state.message,
        "choices": None
        if choices is None
        else [{"value": choice.value, "label": choice.label} for choice in choices],
        "label": state.label,
        "hint": state.hint,
        "type": state.type,
    }


def _finalized(session: FormSession) -> Answer:
    finished = session.finalize()
    return {
        "nodes": nodes(session),
        "submission": finished.xml.decode(),
        "instance_id": finished.instance_id,
        "violations": [
            {
                "path": problem.path,
                "violation": problem.violation.value,
                "message": problem.message,
            }
            for problem in finished.violations
        ],
    }
