"""Results: what a session returns about a question, a page or a submission. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Violation(Enum):
    """Why an answer cannot stand."""

    REQUIRED = "required"
    CONSTRAINT = "constraint"


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a select; `media` as in `NodeState`, `icon` the column of that name in its
    list (a name of the pack's icon list), empty where the list has none.
    """

    value: str
    label: str
    media: tuple[tuple[str, str], ...] = ()
    icon: str = ""


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node of the record as a screen needs it; `choices` is None where it is no select."""

    path: str
    type: str
    control: str
    appearance: str
    label: str
    hint: str
    media: tuple[tuple[str, str], ...]
    relevant: bool
    required: bool
    readonly: bool
    value: str
    valid: bool
    violation: Violation | None
    message: str
    choices: tuple[Choice, ...] | None
    attributes: tuple[tuple[str, str], ...] = ()


class PageKind(Enum):
    """What a page asks."""

    QUESTION = "question"
    GROUP = "group"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Page:
    """One screen: a question, a field-list's questions, or "add another?" of a repeat.

    `path` is the question, group or repeat; `questions` the paths asked on it; for a repeat
    `rows` says how many rows there are. `titles` are the labels of the groups around it.
    """

    kind: PageKind
    path: str
    questions: tuple[str, ...] = ()
    rows: int = 0
    titles: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class SetResult:
    """What setting an answer did: whether anything changed, and what is wrong with it, if so."""

    changed: bool
    violation: Violation | None
    message: str

    @property
    def valid(self) -> bool:
        return self.violation is None


@dataclass(frozen=True, slots=True)
class RecordProblem:
    """A violation found when checking the whole record."""

    path: str
    violation: Violation
    message: str


@dataclass(frozen=True, slots=True)
class EntityChange:
    """One entity created or updated by a record; versions are as the form carries them."""

    dataset: str
    id: str
    label: str
    creates: bool
    updates: bool
    properties: tuple[tuple[str, str], ...]
    base_version: str = ""
    trunk_version: str = ""
    branch_id: str = ""


@dataclass(frozen=True, slots=True)
class Finalized:
    """A finished record. Submit only when `violations` is empty."""

    xml: bytes
    violations: tuple[RecordProblem, ...]
    instance_id: str
    entities: tuple[EntityChange, ...] = ()
