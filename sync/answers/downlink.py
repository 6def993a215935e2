"""Downlink: how lists of answers come down a line. Frames, and both ends of them.

A node asks whoever it sends to: "is this your newest?" in 8 bytes; then, when it is not, with its
newest number of every agency. What it gets it checks and stores, list by list, each durable before
the next is asked for. A list that is refused stops its agency until the next round, and no other.
Whoever is asked answers from its own store, so a centre passes on what it has, unread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from provisioning.cbor import encode
from sync.answers.answer_list import read_list
from sync.answers.answer_store import AnswerStore
from sync.faults import BadBatch, SyncRefusal, arrived, decode_arrived

ASK_S = 60.0
"""How often a node asks whether there is news."""
REPLY_BYTES_MAX = 24 << 10
AGENCIES_MAX = 256
_ASK, _LISTS = 9, 10
_SESSION_BYTES, _NAME_MAX, _NUMBER_MAX = 4, 16, 1 << 53


@dataclass(frozen=True, slots=True)
class AnswersAsked:
    """What a node has: the digest of its newest numbers, and those when it was asked for them."""

    session: bytes
    digest: bytes
    heads: Mapping[str, int] | None


def is_downlink(frame: bytes) -> bool:
    """Whether a frame is one of these: an array whose first value is 9 or 10."""
    return len(frame) > 1 and frame[0] >> 5 == 4 and frame[1] in {_ASK, _LISTS}


def read_ask(frame: bytes) -> AnswersAsked:
    """The question in `frame`; raises `BadBatch`."""
    match decode_arrived(frame, "frame"):
        case [9, bytes(session), bytes(digest), None] if _is_session(session):
            return AnswersAsked(session, digest, None)
        case [9, bytes(session), bytes(digest), dict(heads)] if _is_session(session):
            if len(heads) <= AGENCIES_MAX and all(_is_head(*each) for each in heads.items()):
                return AnswersAsked(session, digest, heads)
    raise BadBatch("A question for answers is not what the protocol describes.")


def reply_to(asked: AnswersAsked, answers: AnswerStore) -> bytes:
    """What to say: nothing new, "name your numbers", or the next lists."""
    lists: list[bytes] | None = []
    if asked.digest != answers.digest():
        known = asked.heads is not None
        lists = answers.after(asked.heads or {}, REPLY_BYTES_MAX) if known else None
    return encode([_LISTS, asked.session, lists])


class Downlink:
    """The asking end of one node. `new_session` gives four bytes."""

    def __init__(
        self,
        answers: AnswerStore,
        now: Callable[[], datetime],
        new_session: Callable[[], bytes],
    ) -> None:
        self._answers = answers
        self._now = now
        self._new_session = new_session
        self._session = b""
        self._due = 0.0
        self._named = False
        self._refused: set[str] = set()
        self.taken = 0
        """Lists stored since the start."""

    def ask(self, monotonic: float) -> bytes | None:
        """The frame to send now, if it is time."""
        if monotonic < self._due:
            return None
        self._due = monotonic + ASK_S
        self._session = self._new_session()
        heads = None
        if self._named:  # a list that was refused would only come again in this round
            heads = {**self._answers.heads(), **dict.fromkeys(self._refused, _NUMBER_MAX - 1)}
        return encode([_ASK, self._session, self._answers.digest(), heads])

    def receive(self, frame: bytes) -> None:
        """An answer arrived. One that belongs to no question of ours changes nothing."""
        try:
            lists = self._lists(frame)
        except BadBatch:
            return
        before = len(self._refused)
        news = [self._take(raw) for raw in lists or ()]
        if lists is None or any(news) or len(self._refused) > before:
            self._named, self._due = True, 0.0
        else:
            self._named = False
            self._refused.clear()

    def _lists(self, frame: bytes) -> list[bytes] | None:
        match decode_arrived(frame, "frame"):
            case [10, bytes(session), None] if session == self._session and not self._named:
                return None
            case [10, bytes(session), list(lists)] if session == self._session:
                if all(isinstance(each, bytes) for each in lists):
                    return lists
        raise BadBatch("An answer from above is not what the protocol describes.")

    def _take(self, raw: bytes) -> bool:
        """Store one list; whether it was news."""
        try:
            agency = read_list(raw).agency
        except BadBatch:
            return False
        try:
            with arrived("list of answers"):
                news = agency not in self._refused and self._answers.take(raw, self._now())
        except SyncRefusal:
            self._refused.add(agency)
            return False
        self.taken += news
        return news


def _is_session(session: Any) -> bool:
    return isinstance(session, bytes) and len(session) == _SESSION_BYTES


def _is_head(agency: Any, no: Any) -> bool:
    return (
        isinstance(agency, str)
        and 0 < len(agency) <= _NAME_MAX
        and type(no) is int
        and 0 <= no < _NUMBER_MAX
    )
