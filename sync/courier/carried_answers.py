"""Carried answers: the signed lists of agencies on a stick, one file an agency.

A file is the CBOR array of an agency's lists, oldest first, as they travel on a line; of more than
fits the newest. Each list is judged where it is stored: who signed it and what it follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from provisioning.cbor import encode
from sync.answers.answer_list import read_list
from sync.answers.answer_store import KEEP, AnswerStore
from sync.courier.stick import ANSWERS, DOWN, LIST_MAX, Stick
from sync.faults import BadBatch, Gap, SyncRefusal, arrived, decode_arrived

_ALL = 1 << 40


def take_answers(stick: Stick, answers: AnswerStore, at: datetime) -> tuple[int, list[SyncRefusal]]:
    """Store every list that follows; how many were news, and what was refused. What is older than
    answers are kept is not looked at.
    """
    news = 0
    refused: list[SyncRefusal] = []
    for file in stick.lists(DOWN, ANSWERS):
        try:
            if file.problem:
                raise BadBatch(f"{file.name} {file.problem}.")
            for raw in lists_in(file.raw):
                news += answers.take(raw, at) if _is_kept(raw, at) else 0
        except Gap as gap:
            refused.append(Gap(f"{file.name}: {gap.message} Bring a stick that has it."))
        except SyncRefusal as fault:
            refused.append(type(fault)(f"{file.name}: {fault.message}"))
    return news, refused


def leave_answers(stick: Stick, answers: AnswerStore) -> None:
    """Write what this node has of every agency, for those further down."""
    by_agency: dict[str, list[bytes]] = {}
    for raw in answers.after({}, _ALL):
        by_agency.setdefault(read_list(raw).agency, []).append(raw)
    for agency, lists in by_agency.items():
        while sum(map(len, lists)) > LIST_MAX - 5 * len(lists) - 9:
            del lists[0]
        stick.put(DOWN, f"{agency}{ANSWERS}", encode(lists))


@arrived("file of answers")
def lists_in(raw: bytes) -> Iterator[bytes]:
    """The lists in a file, not looked at yet; raises `BadBatch`."""
    lists = decode_arrived(raw, "file of answers")
    if not isinstance(lists, list) or not all(isinstance(each, bytes) for each in lists):
        raise BadBatch("It holds no lists of answers.")
    return iter(lists)


def _is_kept(raw: bytes, at: datetime) -> bool:
    with arrived("list of answers"):
        return read_list(raw).made >= at - KEEP
