"""Answer desk: an agency says how far a case is, in lists it signs, put at the national node.

The national node keeps the lists, so they are also the desk's memory: their numbers, and what was
said of a case before. A desk restored from yesterday's copy, or two desks of one agency, go on from
there. The same answer again makes no new list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from provisioning.faults import UsageFault
from sync.answers.answer_list import AnswerList, sign_list
from sync.answers.answer_store import START_MARK, AnswerStore
from sync.answers.case_answer import ASKS_FACTOR, CaseAnswer, answer_of, may_follow
from sync.answers.lookup_number import lookup_number
from sync.faults import Fork


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What is said of `reference`; it opens only with `factor` when there is one."""

    reference: str
    answer: CaseAnswer
    factor: str = ""


class AnswerDesk:
    """The answers of one agency, over the national node's."""

    def __init__(self, agency: str, key: Ed25519PrivateKey, answers: AnswerStore) -> None:
        self._agency = agency
        self._key = key
        self._answers = answers

    def said(self, reference: str, factor: str = "") -> CaseAnswer | None:
        """What was said last of a case; None when nothing was. Raises `UsageFault` when that needs
        the second factor.
        """
        found = self._answers.find(self._agency, lookup_number(reference))
        if found is not None and found.code == ASKS_FACTOR:
            if not factor:
                raise UsageFault(f"{reference} opens only with its second factor: --factor.")
            found = self._answers.find(self._agency, lookup_number(reference, factor))
        return None if found is None else answer_of(found.code)

    def give(self, told: Sequence[GivenAnswer], now: datetime) -> AnswerList | None:
        """Sign `told` as one list and put it at the national node; None when all of it was said
        before. Raises `UsageFault` for an answer that may not follow the one before.
        """
        rows: dict[int, int] = {}
        for each in told:
            rows.update(self._rows(each))
        if not rows:
            return None
        while True:
            answers = self._next(rows, now)
            try:
                if self._answers.take(sign_list(self._key, answers), now):
                    return answers
            except Fork:  # another desk of this agency was quicker with this number
                head = self._answers.head(self._agency)
                if head is None or head.no < answers.no:
                    raise

    def _rows(self, each: GivenAnswer) -> dict[int, int]:
        before = self.said(each.reference, each.factor)
        if before == each.answer:
            return {}
        if not may_follow(before, each.answer):
            assert before is not None
            msg = (
                f"{each.reference} is {before.state}; {each.answer.state} cannot follow that."
                " Say working first, when it is taken up again."
            )
            raise UsageFault(msg)
        if not each.factor:
            return {lookup_number(each.reference): each.answer.code}
        return {
            lookup_number(each.reference): ASKS_FACTOR,
            lookup_number(each.reference, each.factor): each.answer.code,
        }

    def _next(self, rows: dict[int, int], now: datetime) -> AnswerList:
        head = self._answers.head(self._agency)
        if head is None:
            return AnswerList(self._agency, 1, START_MARK, now, rows)
        # A desk whose clock was set back dates nothing before what it said last.
        return AnswerList(self._agency, head.no + 1, head.mark, max(now, head.made), rows)
