"""What an agency may say of a case, and its number in a signed list.

States, the reasons that go with them, and which state may follow which. A reason is a key: its
words stand in the content pack, so no list holds a sentence about a person. A rejection without a
reason does not exist. Numbers are never given a second meaning; one that a release does not know
is kept and shown to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from provisioning.faults import UsageFault


class CaseState(StrEnum):
    """How far a case is."""

    RECEIVED = "received"
    WORKING = "working"
    MORE = "more"
    REJECTED = "rejected"
    READY = "ready"


REASONS = ("papers", "photo", "fee", "details", "twice")
"""Why more is needed or a form is rejected; texts `case_note.REASON` of the pack."""
UNNAMED = "ask"
"""More is needed and the desk says what; never a reason to reject."""

_S = CaseState
FOLLOWS: Mapping[CaseState, frozenset[CaseState]] = {
    _S.RECEIVED: frozenset({_S.WORKING, _S.MORE, _S.REJECTED, _S.READY}),
    _S.WORKING: frozenset({_S.WORKING, _S.MORE, _S.REJECTED, _S.READY}),
    _S.MORE: frozenset({_S.WORKING, _S.MORE, _S.REJECTED, _S.READY}),
    _S.REJECTED: frozenset({_S.WORKING, _S.REJECTED}),
    _S.READY: frozenset({_S.WORKING, _S.READY}),
}
"""What may be said after what. A rejected case is taken up again (an appeal) before anything else;
a document that was called ready by mistake goes back to the work."""

_PLAIN = {_S.RECEIVED: 0, _S.WORKING: 1, _S.READY: 2}
ASKS_FACTOR = 3
"""The number that says: there is an answer, under this reference with the second factor."""
_MORE, _REJECTED = 16, 32


@dataclass(frozen=True, slots=True)
class CaseAnswer:
    """What an agency says of one case; raises `UsageFault` for what nobody may say."""

    state: CaseState
    reason: str = ""

    def __post_init__(self) -> None:
        allowed = {
            CaseState.MORE: {*REASONS, UNNAMED},
            CaseState.REJECTED: set(REASONS),
        }.get(self.state, {""})
        if self.reason not in allowed:
            names = ", ".join(sorted(allowed - {""})) or "none"
            msg = f"{self.state} takes one of these reasons: {names}."
            if self.state is CaseState.REJECTED and not self.reason:
                msg = f"Nothing is rejected without a reason; name one of: {names}."
            raise UsageFault(msg)

    @property
    def code(self) -> int:
        """Its number in a list."""
        if self.state in _PLAIN:
            return _PLAIN[self.state]
        base = _MORE if self.state is CaseState.MORE else _REJECTED
        return base + (*REASONS, UNNAMED).index(self.reason)


def answer_of(code: int) -> CaseAnswer | None:
    """The answer with this number; None for one this release does not know."""
    return _BY_CODE.get(code)


def may_follow(before: CaseAnswer | None, after: CaseAnswer) -> bool:
    """Whether `after` may be said of a case of which `before` was said."""
    return before is None or after.state in FOLLOWS[before.state]


_BY_CODE = {
    each.code: each
    for each in (
        *(CaseAnswer(state) for state in _PLAIN),
        *(CaseAnswer(CaseState.MORE, reason) for reason in (*REASONS, UNNAMED)),
        *(CaseAnswer(CaseState.REJECTED, reason) for reason in REASONS),
    )
}
